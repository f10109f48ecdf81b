"""Real order messages of Nasdaq through the compiled books, against the book files that came with them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pytrader.book import FLAG_LAST, FLAG_SNAPSHOT, L3_EVENT, BookAction, L2Book, L3Book
from pytrader.data.lobster import read_lobster
from tests.book.lobster_files import ADD, ERASE, HIDDEN, BookState, sides, table

pytestmark = pytest.mark.real_data

AAPL_10 = "AAPL_2012-06-21_34200000_57600000_{}_10_first999.csv.gz"
AAPL_HOUR = "AAPL_2012-06-21_34200000_37800000_message_50.csv.gz"
AAPL_TOUCH = "AAPL_2012-06-21_34200000_57600000_orderbook_1.csv.gz"
AMZN = "AMZN_2012-06-21_34200000_57600000_{}_1.csv.gz"
ACTIONS = {1: BookAction.ADD, 2: BookAction.REDUCE, 3: BookAction.ERASE, 4: BookAction.EXECUTE, 5: BookAction.TRADE}
SYNTHETIC = 2**63


@pytest.fixture
def lobster(shared_data: Path) -> Path:
    """The folder of LOBSTER files."""
    return shared_data / "lobster"


def resting_rows(state: tuple[BookState, BookState], message: list[int]) -> list[tuple[int, ...]]:
    """Orders that make up a book state: one a level, and the one that the message names as part of its level."""
    kind, order_id, size, price, direction = message[:5]
    rows = []
    for side, levels in zip((1, 2), state, strict=True):
        for level_price, total in levels:
            rest = total
            if kind not in (ADD, HIDDEN) and (level_price, side) == (price, 1 if direction == 1 else 2):
                named = size if kind == ERASE else total
                rows.append((0, 0, BookAction.ADD, side, price, named, order_id, FLAG_SNAPSHOT))
                rest -= named
            if rest:
                synthetic = SYNTHETIC + len(rows)
                rows.append((0, 0, BookAction.ADD, side, level_price, rest, synthetic, FLAG_SNAPSHOT))
    return rows


def test_each_message_leads_from_one_book_row_to_the_next(lobster: Path) -> None:
    """Oracle O8: 998 of 998 transitions exact on 9 levels; the 10th needs depth that the file does not show."""
    messages = table(lobster / AAPL_10.format("message"))
    states = [sides(row) for row in table(lobster / AAPL_10.format("orderbook"))]
    exact = 0
    for before, message, after in zip(states[:-1], messages[1:], states[1:], strict=True):
        rows = resting_rows(before, message)
        kind, order_id, size, price, direction = message[:5]
        known = kind in (ADD, HIDDEN) or any(row[6] == order_id for row in rows)
        if known:
            side = 1 if direction == 1 else 2
            rows.append((0, 0, ACTIONS[kind], side, price, size, order_id, FLAG_LAST))
        book = L3Book("1")
        assert book.apply(np.array(rows, L3_EVENT)) == len(rows)
        book.self_check()
        bids, asks = book.depth(9)
        assert [(level.price, level.quantity) for level in bids] == list(after[0][:9])
        assert [(level.price, level.quantity) for level in asks] == list(after[1][:9])
        exact += 1
    assert exact == 998


def touch_of(book: Any) -> tuple[Any, ...]:
    """Best ask and bid as a row of a one-level book file."""
    bid, ask = book.best_bid, book.best_ask
    return (*((ask.price, ask.quantity) if ask else (None, 0)), *((bid.price, bid.quantity) if bid else (None, 0)))


def test_an_hour_of_orders_shows_the_recorded_touch(lobster: Path) -> None:
    """Oracle O9: at least 23,420 of the hour's 23,439 distinct touches, in order, and never crossed or faulty."""
    data = read_lobster(lobster / AAPL_HOUR, book=lobster / AAPL_10.format("orderbook"))
    columns = {name: np.ascontiguousarray(column) for name, column in data.streams[0].columns.items()}
    book = L3Book(tick=100)  # a cent, in the file's unit
    shown: list[tuple[Any, ...]] = []
    begin = 0
    for end in (np.flatnonzero(columns["flags"] & FLAG_LAST) + 1).tolist():
        book.apply({name: column[begin:end] for name, column in columns.items()})
        begin = end
        touch = touch_of(book)
        if not shown or shown[-1] != touch:
            shown.append(touch)
    assert sum(book.faults.values()) == 0
    book.self_check()
    assert in_order(shown, distinct(table(lobster / AAPL_TOUCH))) >= 23_420


def distinct(rows: list[list[int]]) -> list[tuple[int, ...]]:
    """Drop rows that repeat the one before."""
    return [tuple(row) for i, row in enumerate(rows) if i == 0 or row != rows[i - 1]]


def in_order(shown: list[tuple[Any, ...]], recorded: list[tuple[Any, ...]], reach: int = 60) -> int:
    """Count touches that both sequences have in the same order, stepping over where they differ by the shortest way."""
    i = j = equal = 0
    while i < len(shown) and j < len(recorded):
        if shown[i] == recorded[j]:
            i, j, equal = i + 1, j + 1, equal + 1
            continue
        steps = ((i + a, j + d - a) for d in range(1, reach) for a in range(d + 1))
        step = next((s for s in steps if shown[s[0] : s[0] + 2] == recorded[s[1] : s[1] + 2]), None)
        if step is None:
            return equal
        i, j = step
    return equal


def test_a_day_of_touches_follows_its_messages(lobster: Path) -> None:
    """Oracle O10: at least 43,551 of 43,559 determinable transitions; 13,955 empty the level and need depth."""
    messages = table(lobster / AMZN.format("message"))
    rows = table(lobster / AMZN.format("orderbook"))
    book = L2Book("1", policy="lenient")
    equal = determinable = emptied = 0
    for before, message, after in zip(rows[:-1], messages[1:], rows[1:], strict=True):
        book.snapshot(*sides(before))
        kind, _, size, price, direction = message[:5]
        if kind != HIDDEN:
            side = "buy" if direction == 1 else "sell"
            level = book.level(side, price)
            resting = int(str(level.quantity)) if level else 0
            if kind != ADD and resting <= size:
                emptied += 1
                continue
            book.set(side, price, resting + size if kind == ADD else resting - size)
        determinable += 1
        equal += touch_of(book) == tuple(after)
    assert (determinable, emptied) == (43_559, 13_955)
    assert equal >= 43_551
