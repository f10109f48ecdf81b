"""A recorded hour, read with its book at the start, replays to the vendor's own best bid and offer."""

from __future__ import annotations

import gzip
from difflib import SequenceMatcher
from pathlib import Path

import pytest

from pytrader.book import L3Book
from pytrader.data import MarketData, read_lobster
from pytrader.model import Instrument

pytestmark = pytest.mark.real_data

Touch = tuple[int, int, int, int]
DAY = "AAPL_2012-06-21_34200000"


@pytest.fixture(scope="module")
def hour(shared_data: Path) -> MarketData:
    folder = shared_data / "lobster"
    return read_lobster(
        folder / f"{DAY}_37800000_message_50.csv.gz",
        book=folder / f"{DAY}_57600000_orderbook_10_first999.csv.gz",
    )


def distinct(touches: list[Touch]) -> list[Touch]:
    return [touch for i, touch in enumerate(touches) if i == 0 or touch != touches[i - 1]]


def replayed(data: MarketData) -> list[Touch]:
    """Ask and bid with their sizes after every message, through a book that refuses every fault."""
    book = L3Book(tick="0.01", lot="1", policy="strict")
    rows = data.streams[0].to_array()
    touches = []
    for row in range(len(rows)):
        book.apply(rows[row : row + 1])
        if rows["flags"][row] == 128:
            bid, ask = book.best_bid, book.best_ask
            assert bid is not None
            assert ask is not None
            numbers = (ask.price.scaled(4), ask.quantity.scaled(0), bid.price.scaled(4), bid.quantity.scaled(0))
            touches.append(numbers)
    return touches


def test_an_hour_of_messages_replays_to_the_recorded_best_prices(hour: MarketData, shared_data: Path) -> None:
    ours = distinct(replayed(hour))
    recorded: list[Touch] = []
    with gzip.open(shared_data / "lobster" / f"{DAY}_57600000_orderbook_1.csv.gz", "rt") as lines:
        for line in lines:
            ask, ask_size, bid, bid_size = map(int, line.split(","))
            recorded.append((ask, ask_size, bid, bid_size))
    theirs = distinct(recorded)[: len(ours)]
    assert len(ours) == 23_439
    blocks = SequenceMatcher(None, ours, theirs, autojunk=False).get_matching_blocks()
    assert sum(block.size for block in blocks) >= 23_420


def test_what_was_left_out_of_the_hour_is_said(hour: MarketData) -> None:
    assert hour.event_count == 91_997 - 19 + 1 + 66 + 14
    assert list(hour.notes) == [
        "1 times have digits below a nanosecond, which were cut off",
        "19 hidden prints of 2384 shares between two ticks were left out; an instrument with a finer tick keeps them",
        "66 orders rest before the first message",
        "14 orders came unseen and are added just before the message that first names them",
    ]


def test_a_finer_tick_keeps_every_message_of_the_hour(shared_data: Path, hour: MarketData) -> None:
    fine = Instrument("AAPL", "NASDAQ", kind="equity", quote_currency="USD", tick_size="0.005", lot_size="1")
    data = read_lobster(shared_data / "lobster" / f"{DAY}_37800000_message_50.csv.gz", instrument=fine)
    prints = data.streams[0].to_array()
    assert int((prints["action"] == 6).sum()) == 2_201
    assert int((hour.streams[0].to_array()["action"] == 6).sum()) == 2_201 - 19
