"""What a book notices of its feed: numbers, gaps, crossings, and whom it tells."""

from __future__ import annotations

import gc
import weakref
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytrader.book import (
    FLAG_LAST,
    L2_EVENT,
    L3_EVENT,
    QUOTE,
    BestQuoteBook,
    BookAction,
    L2Book,
    L2BookWithOwnOrders,
    L3Book,
    L3BookWithOwnOrders,
)
from pytrader.errors import BookError, InvalidArgument
from tests.book.naive_book import NaiveL2Book

KINDS = [L3Book, L2Book, BestQuoteBook, L3BookWithOwnOrders, L2BookWithOwnOrders]


def level_rows(*rows: tuple[int, int, int]) -> Any:
    """Rows of (side, price, quantity), each an event of its own."""
    return np.array([(0, 0, BookAction.REPLACE, *row, 0, FLAG_LAST) for row in rows], L2_EVENT)


def one_bid(kind: Any) -> Any:
    """One event for a book of this kind: somebody bids 100."""
    if kind is BestQuoteBook:
        return np.array([(0, 0, 100, 0, 1, 0)], QUOTE)
    if kind in (L3Book, L3BookWithOwnOrders):
        return np.array([(0, 0, BookAction.CLEAR, 0, 0, 0, 0, 0), (0, 0, BookAction.ADD, 1, 100, 1, 7, 128)], L3_EVENT)
    return level_rows((1, 100, 1))


@pytest.mark.parametrize("kind", KINDS)
def test_numbers_follow_one_another(kind: Any) -> None:
    book = kind("1")
    event = one_bid(kind)
    assert book.sequence is None
    book.apply(event, sequence=7)
    book.apply(event, sequence=10, first_sequence=8)
    assert book.sequence == 10
    book.apply(event)  # without a number nothing is judged
    assert book.sequence == 10
    assert not book.stale
    book.clear()
    assert book.sequence is None


@pytest.mark.parametrize("kind", KINDS)
def test_a_strict_book_refuses_what_does_not_follow(kind: Any) -> None:
    book = kind("1")
    event = one_bid(kind)
    book.apply(event, sequence=7)
    with pytest.raises(BookError, match="event 9 after 7: sequence_gap") as caught:
        book.apply(event, sequence=9)
    assert (caught.value.fault, book.sequence, book.stale) == ("sequence_gap", 7, True)
    with pytest.raises(BookError, match=r"events 6 \.\. 7 after 7: sequence_older"):
        book.apply(event, sequence=7, first_sequence=6)
    assert (book.faults["sequence_gap"], book.faults["sequence_older"]) == (1, 1)


@pytest.mark.parametrize("kind", KINDS)
def test_a_lenient_book_goes_on_and_is_stale(kind: Any) -> None:
    book = kind("1", policy="lenient")
    event = one_bid(kind)
    book.apply(event, sequence=7)
    assert book.apply(event, sequence=9) == len(event)
    assert (book.sequence, book.stale) == (9, True)
    assert book.apply(event, sequence=8) == 0
    assert (book.faults["sequence_gap"], book.faults["sequence_older"]) == (1, 1)


def test_a_snapshot_begins_anew() -> None:
    book = L2Book("1", policy="lenient")
    book.apply(level_rows((1, 100, 1)), sequence=7)
    book.apply(level_rows((1, 100, 1)), sequence=9)
    book.snapshot([(99, 1)], [], sequence=20)
    assert (book.sequence, book.stale) == (20, False)
    orders = L3Book("1")
    orders.snapshot([(1, "buy", 5, 1)], sequence=3)
    assert orders.sequence == 3


def test_who_is_told_of_a_gap_may_mend_it() -> None:
    told: list[tuple[int, int]] = []

    def resync(book: L2Book, expected: int, received: int) -> None:
        told.append((expected, received))
        book.snapshot([(90, 1)], [], sequence=received + len(told) - 2)

    book = L2Book("1")
    book.on_gap = resync
    book.apply(level_rows((1, 100, 1)), sequence=1)
    book.apply(level_rows((1, 101, 1)), sequence=5)  # the snapshot is of 4: the event follows
    assert told == [(2, 5)]
    assert (book.sequence, book.stale, book.depth()[0]) == (5, False, [(101, 1, 0), (90, 1, 0)])
    assert book.apply(level_rows((1, 102, 1)), sequence=9) == 0  # the snapshot is of 9: it is in there
    assert (book.sequence, book.depth()[0]) == (9, [(90, 1, 0)])


def test_what_the_told_raise_ends_the_call() -> None:
    def refuse(book: L2Book, *_: object) -> None:
        raise RuntimeError(f"seen at {book.best_bid}")

    book = L2Book("1", policy="lenient")
    book.on_gap = refuse
    book.on_crossed = refuse
    book.apply(level_rows((1, 100, 1)), sequence=1)
    with pytest.raises(RuntimeError, match="seen"):
        book.apply(level_rows((1, 101, 1)), sequence=5)
    assert (book.sequence, book.stale, book.depth()[0]) == (1, True, [(100, 1, 0)])
    with pytest.raises(RuntimeError, match="seen"):
        book.apply(level_rows((2, 105, 1), (2, 99, 1), (1, 50, 1)))
    assert book.depth() == ([(100, 1, 0)], [(99, 1, 0), (105, 1, 0)])
    book.self_check()


def test_a_crossing_is_told_once_at_its_row() -> None:
    told: list[int | None] = []
    book = L2Book("1", policy="lenient")
    book.on_crossed = lambda seen, row: told.append(row if seen is book else -1)
    rows = level_rows((1, 100, 1), (2, 100, 1), (2, 99, 1), (2, 99, 0), (2, 100, 0), (2, 98, 1))
    assert book.apply(rows) == 6
    assert told == [1, 5]
    book.set("sell", 98, 0)
    book.set("sell", 97, 1)
    book.set("sell", 96, 1)
    assert told == [1, 5, None]
    book.snapshot([(5, 1)], [(5, 1)])
    assert told == [1, 5, None]  # it was crossed before
    book.clear()
    book.snapshot([(5, 1)], [(5, 1)])
    assert told == [1, 5, None, None]


def test_who_is_told_of_a_crossing_may_change_the_book() -> None:
    book = L2Book("1", policy="lenient")
    book.on_crossed = lambda seen, row: seen.delete("sell", 100)
    assert book.apply(level_rows((1, 100, 1), (2, 100, 1), (2, 101, 1))) == 3
    assert book.depth() == ([(100, 1, 0)], [(101, 1, 0)])


def test_a_strict_book_tells_by_its_error() -> None:
    book = L2Book("1")
    book.on_crossed = pytest.fail
    with pytest.raises(BookError, match="crossed"):
        book.apply(level_rows((1, 100, 1), (2, 100, 1)))
    assert book.on_crossed is pytest.fail
    book.on_crossed = None
    assert book.on_crossed is None


ROWS = st.lists(st.tuples(st.sampled_from([1, 2]), st.integers(60, 64), st.integers(0, 2)), max_size=30)


@settings(max_examples=150, deadline=None)
@given(rows=ROWS, repeat=st.sampled_from([1, 20]))
def test_crossings_are_told_where_the_naive_book_begins_to_be_crossed(rows: list[Any], repeat: int) -> None:
    events = level_rows(*rows * repeat)
    naive = NaiveL2Book("1", policy="lenient")
    expected, crossed = [], False
    for index, event in enumerate(events):
        naive.apply_row({name: int(event[name]) for name in events.dtype.names})
        if naive.crossed and not crossed:
            expected.append(index)
        crossed = naive.crossed
    told: list[int] = []
    book = L2Book("1", policy="lenient")
    book.on_crossed = lambda seen, row: told.append(row)
    assert book.apply(events) == len(events)
    assert told == expected
    assert (book.depth(), book.faults) == (naive.depth(), naive.faults)


@pytest.mark.parametrize(
    ("numbers", "error"),
    [
        ({"sequence": 1.0}, TypeError),
        ({"sequence": True}, TypeError),
        ({"sequence": -1}, InvalidArgument),
        ({"first_sequence": 1}, InvalidArgument),
        ({"sequence": 1, "first_sequence": 2}, InvalidArgument),
    ],
)
def test_numbers_are_whole_and_in_order(numbers: dict[str, Any], error: type[Exception]) -> None:
    book = L2Book("1")
    with pytest.raises(error):
        book.apply(level_rows((1, 100, 1)), **numbers)
    assert len(book) == 0


@pytest.mark.parametrize("kind", KINDS)
def test_only_callables_are_told(kind: Any) -> None:
    book = kind("1")
    for name in ("on_gap", "on_crossed"):
        with pytest.raises(TypeError, match=name):
            setattr(book, name, 5)


@pytest.mark.parametrize("kind", KINDS)
def test_a_book_and_its_callback_are_collected_together(kind: Any) -> None:
    class Owner:
        def __init__(self) -> None:
            self.book = kind("1")
            self.book.on_gap = self.told

        def told(self, *_: object) -> None:
            raise AssertionError("nobody calls")

    owner = Owner()
    gone = weakref.ref(owner)
    del owner
    gc.collect()
    assert gone() is None
