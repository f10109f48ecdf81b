"""Benchmarks of the depth feeds: frames of JSON to books, against Python's JSON parsers and the same book."""

from __future__ import annotations

import json
import time
import zlib
from collections.abc import Callable
from typing import Any

import numpy as np
import orjson
import pytest

from pytrader.book import L2Book
from pytrader.data import BinanceDepthFeed, KrakenDepthFeed

FRAMES = 5_000
LEVELS = 10  # a side, in each frame
GRID = ("0.01", "0.001")


def bench(benchmark: Any, run: Callable[[], object], levels: int) -> None:
    """Time `run` by CPU time; `extra_info` holds nanoseconds per frame and per level."""
    benchmark.pedantic(run, rounds=7, iterations=1, warmup_rounds=1)
    if benchmark.stats is not None:
        benchmark.extra_info["ns_per_frame"] = benchmark.stats.stats.median * 1e9 / FRAMES
        benchmark.extra_info["ns_per_level"] = benchmark.stats.stats.median * 1e9 / FRAMES / levels


def binance_frames() -> list[bytes]:
    """Make a snapshot and differences of 20 levels around a price that wanders, in a combined stream."""
    draws = np.random.default_rng(7)
    frames = [b'{"lastUpdateId":0,"bids":[],"asks":[]}']
    for place in range(FRAMES):
        middle = 6_000_000 + place // 10
        offsets, sizes = draws.integers(1, 400, (2, LEVELS)), draws.integers(0, 20_000, (2, LEVELS))
        bids, asks = (
            [
                [f"{price / 100:.2f}", f"{size / 1000:.3f}"]
                for price, size in zip((middle + sign * offset).tolist(), size_row.tolist(), strict=True)
            ]
            for sign, offset, size_row in zip((-1, 1), offsets, sizes, strict=True)
        )
        data = {"e": "depthUpdate", "E": 1_723_161_255_208, "s": "AB", "U": place + 1, "u": place + 1, "b": bids}
        frame = {"stream": "ab@depth@100ms", "data": data | {"a": asks}}
        frames.append(json.dumps(frame, separators=(",", ":")).encode())
    return frames


@pytest.mark.benchmark(group="depth frames", timer=time.thread_time, disable_gc=True)
@pytest.mark.parametrize("how", ["feed", "feed_lines", "json", "orjson"])
def test_frames_of_twenty_levels_to_a_book(benchmark: Any, how: str) -> None:
    frames = binance_frames()
    lines = b"\n".join(frames)

    def by_feed() -> Any:
        feed = BinanceDepthFeed({"AB": GRID}, keep_crossed=True)
        for frame in frames:
            feed.apply(frame)
        return feed.book("AB")

    def by_lines() -> Any:
        feed = BinanceDepthFeed({"AB": GRID}, keep_crossed=True)
        feed.apply_lines(lines)
        return feed.book("AB")

    def by_parser(loads: Callable[[bytes], Any]) -> Any:
        book = L2Book(*GRID, policy="lenient")
        last = loads(frames[0])["lastUpdateId"]
        for frame in frames[1:]:
            data = loads(frame)["data"]
            assert data["U"] == last + 1
            last = data["u"]
            for side, rows in (("buy", data["b"]), ("sell", data["a"])):
                for price, quantity in rows:
                    book.set(side, price, quantity)
        return book

    expected = by_parser(json.loads).depth(1_000)
    assert by_feed().depth(1_000) == by_lines().depth(1_000) == expected
    if how == "feed":
        bench(benchmark, by_feed, 2 * LEVELS)
    elif how == "feed_lines":
        bench(benchmark, by_lines, 2 * LEVELS)
    else:
        loads = {"json": json.loads, "orjson": orjson.loads}[how]
        bench(benchmark, lambda: by_parser(loads), 2 * LEVELS)


def kraken_frames() -> list[bytes]:
    """Make a snapshot of 100 levels a side and updates of one level near the touch, with their checksums."""
    draws = np.random.default_rng(7).integers(0, 2**31, (FRAMES, 3)).tolist()
    sides: dict[str, dict[int, str]] = {"buy": {}, "sell": {}}
    for step in range(100):
        sides["buy"][100_000 - 2 * step], sides["sell"][100_002 + 2 * step] = "1.00000000", "2.00000000"
    rows = {name: [[f"{price / 10:.1f}", size, "1.1"] for price, size in side.items()] for name, side in sides.items()}
    frames = [json.dumps([1, {"as": rows["sell"], "bs": rows["buy"]}, "book-100", "A/B"]).encode()]
    for pick, offset, size in draws:
        name, sign = (("buy", -1), ("sell", 1))[pick % 2]
        price, text = 100_001 + sign * (1 + 2 * (offset % 100)), f"{1 + size % 10**9 / 10**8:.8f}"
        sides[name][price] = text
        best = sorted(sides["sell"])[:10], sorted(sides["buy"], reverse=True)[:10]
        digits = "".join(
            f"{level}{side[level].replace('.', '').lstrip('0')}"
            for levels, side in zip(best, (sides["sell"], sides["buy"]), strict=True)
            for level in levels
        )
        checksum = zlib.crc32(digits.encode())
        key = "b" if name == "buy" else "a"
        row = [f"{price / 10:.1f}", text, "1618678133.384500"]
        frames.append(json.dumps([1, {key: [row], "c": str(checksum)}, "book-100", "A/B"]).encode())
    return frames


@pytest.mark.benchmark(group="depth frames with checksums", timer=time.thread_time, disable_gc=True)
@pytest.mark.parametrize("how", ["feed", "json"])
def test_updates_with_checksums_to_a_book(benchmark: Any, how: str) -> None:
    frames = kraken_frames()

    def by_feed() -> KrakenDepthFeed:
        feed = KrakenDepthFeed({"A/B": ("0.1", "0.00000001")}, depth=100)
        for frame in frames:
            feed.apply(frame)
        return feed

    def by_json() -> int:
        """The book as dicts of text, as careful clients keep it."""
        start = json.loads(frames[0])[1]
        asks, bids = ({float(price): (price, size) for price, size, _ in start[key]} for key in ("as", "bs"))
        matched = 0
        for frame in frames[1:]:
            change = json.loads(frame)[1]
            for key, side in (("a", asks), ("b", bids)):
                for price, size, _ in change.get(key, ()):
                    side[float(price)] = (price, size)
            best = [asks[price] for price in sorted(asks)[:10]]
            best += [bids[price] for price in sorted(bids, reverse=True)[:10]]
            digits = "".join(text.replace(".", "").lstrip("0") for level in best for text in level)
            matched += zlib.crc32(digits.encode()) == int(change["c"])
        return matched

    assert by_feed().checksums_matched == by_json() == FRAMES
    bench(benchmark, by_feed if how == "feed" else by_json, 1)
