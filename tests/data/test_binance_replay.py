"""Recorded Binance depth, replayed through the compiled book, agrees with the venue's own best bid and offer."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pytrader.book import L2Book
from pytrader.data import MarketData, Stream, read_binance

pytestmark = pytest.mark.real_data

Touch = tuple[int, int, int, int]


def frames(paths: list[Path]) -> Iterator[dict[str, Any]]:
    for path in paths:
        with gzip.open(path) as lines:
            for line in lines:
                yield json.loads(line.partition(b" ")[2])


def applied_update_ids(paths: list[Path]) -> list[int]:
    """The last update id of every difference that is newer than the snapshot, in order."""
    known = list(frames(paths))
    (start,) = (frame["lastUpdateId"] for frame in known if "lastUpdateId" in frame)
    differences = [frame["data"] for frame in known if "depth" in frame.get("stream", "")]
    return [data["u"] for data in differences if data["u"] > start or ("pu" in data and data["u"] == start)]


def quotes_by_update_id(paths: list[Path], data: MarketData) -> list[tuple[int, Touch]]:
    ids = [frame["data"]["u"] for frame in frames(paths) if "bookTicker" in frame.get("stream", "")]
    (quotes,) = (stream for stream in data.streams if stream.kind == "quote")
    names = ("bid_price", "bid_quantity", "ask_price", "ask_quantity")
    rows = zip(*(quotes.columns[name].tolist() for name in names), strict=True)
    return sorted(zip(ids, rows, strict=True))


def replayed_touches(stream: Stream) -> list[Touch]:
    """Best bid and offer after every depth difference."""
    instrument = stream.instrument
    book = L2Book(tick=str(instrument.tick_size), lot=str(instrument.lot_size), policy="strict")
    rows = stream.to_array()
    ends = np.flatnonzero(rows["flags"] & 128) + 1
    touches = []
    start = 0
    for end in ends.tolist():
        book.apply(rows[start:end])
        start = end
        bid, ask = book.best_bid, book.best_ask
        assert bid is not None
        assert ask is not None
        touches.append(
            (
                instrument.price_ticks(bid.price),
                instrument.quantity_lots(bid.quantity),
                instrument.price_ticks(ask.price),
                instrument.quantity_lots(ask.quantity),
            )
        )
    return touches[1:]


def agreement(paths: list[Path]) -> tuple[int, int]:
    """How many book states equal the last quote that is not newer, and of how many."""
    data = read_binance(paths)
    assert not any("gaps" in note for note in data.notes)
    touches = replayed_touches(data.streams[0])
    ids = applied_update_ids(paths)
    assert len(ids) == len(touches)
    quotes = quotes_by_update_id(paths, data)
    equal = compared = seen = 0
    for update_id, touch in zip(ids, touches, strict=True):
        while seen < len(quotes) and quotes[seen][0] <= update_id:
            seen += 1
        if seen:
            compared += 1
            equal += quotes[seen - 1][1] == touch
    return equal, compared


@pytest.mark.parametrize(
    ("name", "compared_at_least"), [("usdm_btcusdt", 6_546), ("spot_btcusdt", 3_449), ("cm_btcusd_perp", 26_819)]
)
def test_book_from_snapshot_and_differences_is_the_venues_best_bid_and_offer(
    shared_data: Path, name: str, compared_at_least: int
) -> None:
    equal, compared = agreement([shared_data / "binance_ws" / f"{name}_20240808.gz"])
    assert compared >= compared_at_least
    assert equal == compared


@pytest.mark.parametrize(("name", "missing_quotes"), [("spot_btcusdt", 2), ("cm_btcusd_perp", 0)])
def test_book_survives_midnight(shared_data: Path, name: str, missing_quotes: int) -> None:
    """Spot quotes skip two changes of the best price after midnight (no frame has their update ids)."""
    paths = [shared_data / "binance_ws" / f"{name}_{day}.gz" for day in ("20240808", "20240809")]
    equal, compared = agreement(paths)
    assert compared > len(applied_update_ids(paths[:1]))
    assert compared - equal == missing_quotes


def test_venue_clock_ahead_of_ours_is_kept_as_it_is(shared_data: Path) -> None:
    data = read_binance(shared_data / "binance_ws" / "usdm_btcusdt_20240808.gz")
    for stream in data.streams:
        ahead = stream.columns["ts_event"] - stream.ts_init
        assert 10**9 < int(ahead.max()) < 2 * 10**9
        assert (np.diff(stream.ts_init) >= 0).all()
