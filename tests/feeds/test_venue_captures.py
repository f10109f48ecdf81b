"""Captures of four venues end in the very books that an independent reader worked out from them, level for level."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from pytrader.data import BinanceDepthFeed, KrakenDepthFeed, OkxDepthFeed
from tests.conftest import present_or_skip

pytestmark = pytest.mark.real_data

FINE = ("0.0000000001", "0.00000001")  # a step finer than the venue's does no harm


@pytest.fixture(scope="module")
def payloads() -> Path:
    return present_or_skip("venue_payloads")


def plain(number: object) -> str:
    text = str(number)
    return text.rstrip("0").rstrip(".") if "." in text else text


def digest(book: Any) -> str:
    bids, asks = book.depth(10_000)
    rows = "|".join(f"{plain(level.price)},{plain(level.quantity)}" for level in [*bids, *asks])
    return hashlib.sha256(rows.encode()).hexdigest()[:16]


def check_books(feed: Any, expected: dict[str, Any]) -> None:
    assert feed.stale == ()
    for symbol, result in expected.items():
        book, final = feed.book(symbol), result["final_book"]
        book.self_check()
        bids, asks = book.depth(10_000)
        assert (len(bids), len(asks)) == (final["bids"], final["asks"])
        for best, level in ((final["best_bid"], book.best_bid), (final["best_ask"], book.best_ask)):
            assert [plain(text) for text in best] == [plain(level.price), plain(level.quantity)]
        assert digest(book) == final["sha256_16"]


def test_kraken(payloads: Path) -> None:
    folder = payloads / "kraken" / "cryptofeed"
    expected = json.loads((folder / "ws_v1_book1000_capture_30s.expected.json").read_text())["pairs"]
    feed = KrakenDepthFeed(dict.fromkeys(expected, FINE), depth=1000)
    for line in (folder / "ws_v1_book1000_capture_30s.jsonl").read_text().splitlines():
        feed.apply(json.dumps(json.loads(line)["m"]))
    assert feed.checksums_matched == sum(pair["checksums_ok"] for pair in expected.values())
    assert feed.checksums_failed == 0
    check_books(feed, expected)


def test_okx(payloads: Path) -> None:
    folder = payloads / "okx" / "cryptofeed"
    expected = json.loads((folder / "public_ws_capture_11s.expected.json").read_text())["instruments"]
    feed = OkxDepthFeed(dict.fromkeys(expected, FINE))
    for line in (folder / "public_ws_capture_11s.jsonl").read_text().splitlines():
        feed.apply(json.dumps(json.loads(line)["m"]))
    assert feed.checksums_matched == sum(result["checksums_ok"] for result in expected.values())
    check_books(feed, expected)


@pytest.mark.parametrize(("folder", "market"), [("binance_spot", "spot"), ("binance_futures", "usdm")])
def test_binance_with_several_symbols_and_late_snapshots(payloads: Path, folder: str, market: str) -> None:
    source = payloads / folder / "cryptofeed"
    expected = json.loads((source / "stream_capture_30s.expected.json").read_text())["symbols"]
    feed = BinanceDepthFeed(dict.fromkeys(expected, FINE), market=market)
    for line in (source / "stream_capture_30s.jsonl").read_text().splitlines():
        feed.apply(json.dumps(json.loads(line)["m"]))
    assert feed.stale == tuple(expected)
    for symbol in expected:
        feed.apply((source / f"depth_snapshot_{symbol}.json").read_bytes(), symbol)
        assert feed.book(symbol).sequence == expected[symbol]["final_u"]
    assert feed.left_out == sum(result["dropped_stale"] for result in expected.values())
    assert (feed.gaps, feed.waiting) == (0, 0)
    check_books(feed, expected)
