"""Binance's depth: recorded differences give the venue's own best bid and offer, across midnight too."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pytrader.data import BinanceDepthFeed, FeedIncident, binance_instruments, frames_of
from pytrader.errors import DataError, FeedError, InvalidArgument
from pytrader.model import Instrument
from tests.feeds.naive_depth import Change, binance_frame, binance_snapshot
from tests.feeds.recordings import answer_of, recorded

GRID = {"AB": ("0.1", "0.1")}
START: list[Change] = [("buy", "10.1", "2.5"), ("sell", "10.2", "1")]
CAPTURES = {
    "usdm_btcusdt": ("usdm", "BTCUSDT", ("0.1", "0.001")),
    "spot_btcusdt": ("spot", "BTCUSDT", ("0.01", "0.00000001")),
    "cm_btcusd_perp": ("coinm", "BTCUSD_PERP", ("0.1", "1")),
}


def made(name: str) -> BinanceDepthFeed:
    market, symbol, grid = CAPTURES[name]
    return BinanceDepthFeed({symbol: grid}, market=market)


def quotes_of(buffer: bytes) -> list[tuple[int, tuple[str, ...]]]:
    frames = [json.loads(frame) for frame in frames_of(buffer) if b"bookTicker" in frame]
    return sorted((data["u"], (data["b"], data["B"], data["a"], data["A"])) for data in (f["data"] for f in frames))


def numbers(texts: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(text.rstrip("0").rstrip(".") if "." in text else text for text in texts)


def touch(book: Any) -> tuple[str, ...]:
    bid, ask = book.best_bid, book.best_ask
    return tuple(str(value) for value in (bid.price, bid.quantity, ask.price, ask.quantity))


def agreement(feed: BinanceDepthFeed, buffers: list[bytes]) -> tuple[int, int]:
    """How many book states equal the last quote that is not newer, and of how many."""
    (symbol,) = feed.symbols
    book = feed.book(symbol)
    quotes = [quote for buffer in buffers for quote in quotes_of(buffer)]
    equal = compared = seen = 0
    snapshots = 0
    for frame in (frame for buffer in buffers for frame in frames_of(buffer)):
        if feed.apply(frame) is None or feed.snapshots > snapshots:
            snapshots = feed.snapshots
            continue
        assert not book.crossed
        assert book.sequence is not None
        while seen < len(quotes) and quotes[seen][0] <= book.sequence:
            seen += 1
        if seen:
            compared += 1
            equal += numbers(quotes[seen - 1][1]) == numbers(touch(book))
    return equal, compared


@pytest.mark.parametrize(
    ("name", "compared_at_least"), [("usdm_btcusdt", 6_500), ("spot_btcusdt", 3_400), ("cm_btcusd_perp", 26_700)]
)
def test_the_book_is_the_venues_best_bid_and_offer(shared_data: Path, name: str, compared_at_least: int) -> None:
    feed = made(name)
    equal, compared = agreement(feed, [recorded(shared_data / "binance_ws" / f"{name}_20240808.gz")])
    assert compared >= compared_at_least
    assert equal == compared
    assert (feed.gaps, feed.crossed, feed.stale) == (0, 0, ())


@pytest.mark.parametrize(("name", "missing_quotes"), [("spot_btcusdt", 2), ("cm_btcusd_perp", 0)])
def test_the_book_survives_midnight(shared_data: Path, name: str, missing_quotes: int) -> None:
    """Spot quotes skip two changes of the best price after midnight (no frame has their update ids)."""
    buffers = [recorded(shared_data / "binance_ws" / f"{name}_{day}.gz") for day in ("20240808", "20240809")]
    feed = made(name)
    equal, compared = agreement(feed, buffers)
    assert compared - equal == missing_quotes
    assert (feed.gaps, feed.crossed, feed.snapshots) == (0, 0, 1)
    at_once = made(name)
    assert sum(at_once.apply_lines(buffer) for buffer in buffers) == feed.applied
    (symbol,) = feed.symbols
    assert at_once.book(symbol).depth(10_000) == feed.book(symbol).depth(10_000)


@pytest.mark.parametrize("name", CAPTURES)
def test_a_difference_left_out_is_a_gap(shared_data: Path, name: str) -> None:
    lines = recorded(shared_data / "binance_ws" / f"{name}_20240808.gz").splitlines(keepends=True)
    after = next(place for place, line in enumerate(lines) if b"lastUpdateId" in line)
    depth = [place for place, line in enumerate(lines) if place > after and b'"depthUpdate"' in line]
    del lines[depth[100]]
    feed = made(name)
    with pytest.raises(FeedError, match="is missing") as caught:
        feed.apply_lines(b"".join(lines))
    assert caught.value.kind == "gap"
    assert feed.stale == feed.symbols
    assert len(feed.book(feed.symbols[0])) == 0


def test_a_gap_is_told_with_both_ids_and_a_snapshot_mends_it() -> None:
    told: list[FeedIncident] = []
    feed = BinanceDepthFeed(GRID, policy="resync", on_gap=told.append)
    feed.apply(binance_snapshot(START, 100))
    feed.apply(binance_frame([], 105, 107))
    assert told == [("gap", "Binance", "AB", 2, 100, 105)]
    assert feed.waiting == 1
    assert feed.apply(binance_frame([("buy", "10", "1")], 108, 108)) is None
    feed.apply(binance_snapshot(START, 106))
    assert feed.book("AB").sequence == 108
    assert len(feed.book("AB")) == 3


def test_an_overlap_and_a_difference_that_names_the_snapshot_miss_nothing() -> None:
    spot = BinanceDepthFeed(GRID)
    spot.apply(binance_snapshot(START, 100))
    spot.apply(binance_frame([("buy", "10", "1")], 99, 105))
    assert spot.apply(binance_frame([("buy", "10", "2")], 104, 107)) == "AB"
    assert (spot.book("AB").sequence, spot.gaps) == (107, 0)
    futures = BinanceDepthFeed(GRID, market="usdm")
    futures.apply(binance_snapshot(START, 105))
    assert futures.apply(binance_frame([("buy", "10", "1")], 107, 109, 105)) == "AB"
    assert (futures.book("AB").sequence, futures.gaps) == (109, 0)


def test_an_error_names_the_frame_of_the_gap_though_its_handler_applied_others() -> None:
    told: list[FeedIncident] = []

    def mend(incident: FeedIncident) -> None:
        told.append(incident)
        feed.apply(binance_snapshot(START, 104))
        feed.apply(binance_snapshot(START, 104))

    feed = BinanceDepthFeed(GRID, on_gap=mend)
    feed.apply(binance_snapshot(START, 100))
    with pytest.raises(FeedError, match="a new snapshot mends it") as caught:
        feed.apply(binance_frame([], 103, 108))
    assert caught.value.frame == told[0].frame == 2
    assert (feed.frames, feed.stale) == (4, ())


def test_spot_frames_are_refused_in_a_futures_feed_and_the_other_way_round() -> None:
    with pytest.raises(FeedError, match="frame of another market"):
        BinanceDepthFeed(GRID, market="usdm").apply(binance_frame([], 1, 2))
    with pytest.raises(FeedError, match="frame of another market"):
        BinanceDepthFeed(GRID).apply(binance_frame([], 1, 2, 0))
    with pytest.raises(InvalidArgument, match="market is 'options'"):
        BinanceDepthFeed(GRID, market="options")


def test_a_snapshot_says_whose_it_is_where_there_are_several() -> None:
    feed = BinanceDepthFeed(GRID | {"CD": ("1", "1")})
    with pytest.raises(FeedError, match="say whose snapshot it is"):
        feed.apply(binance_snapshot(START, 5))
    assert feed.apply(binance_snapshot(START, 5), "AB") == "AB"
    assert feed.stale == ("CD",)


def test_lines_without_a_frame_are_passed_over_as_frames_of_does() -> None:
    feed = BinanceDepthFeed(GRID)
    lines = [
        "wss://stream <-> 5",
        "",
        f"7 {binance_snapshot(START, 5)}\r",
        "1 pong",
        f"8: {binance_frame([], 6, 6)}",
        "1 ",
    ]
    recording = "\n".join(lines)
    assert feed.apply_lines(recording) == 2
    assert feed.frames == len(list(frames_of(recording.encode()))) == 2
    with pytest.raises(FeedError, match="frame needs an object"):
        feed.apply("17231612")


def test_instruments_are_given_as_objects_or_read_from_the_venues_list(shared_data: Path) -> None:
    instrument = Instrument("AB", "BINANCE", quote_currency="USDT", tick_size="0.1", lot_size="0.1")
    assert BinanceDepthFeed([instrument]).symbols == ("AB",)
    payload = answer_of(shared_data / "cryptofeed_raw" / "BINANCE.0.gz", "https://api.binance.com/api/v3/exchangeInfo")
    assert binance_instruments(payload, ["BTCUSDT"]) == {"BTCUSDT": ("0.01000000", "0.00000001")}
    with pytest.raises(DataError, match="not an answer of Binance"):
        binance_instruments("{}")
