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
    FLAG_SNAPSHOT,
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

DELTAS = [L3Book, L2Book, L3BookWithOwnOrders, L2BookWithOwnOrders]
KINDS = [*DELTAS, BestQuoteBook]


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


def take_snapshot(book: Any, sequence: int) -> None:
    """Somebody bids 10."""
    if isinstance(book, L3Book | L3BookWithOwnOrders):
        book.snapshot([(1, "buy", 10, 1)], sequence=sequence)
    else:
        book.snapshot([(10, 1)], [], sequence=sequence)


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
    book.clear()
    assert (book.sequence, book.stale) == (None, False)


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


@pytest.mark.parametrize("kind", DELTAS)
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


@pytest.mark.parametrize("kind", DELTAS)
def test_a_snapshot_that_is_too_old_leaves_the_gap(kind: Any) -> None:
    event = one_bid(kind)
    for policy in ("strict", "lenient"):
        book = kind("1", policy=policy)
        take_snapshot(book, 10)
        book.on_gap = lambda told, *_: take_snapshot(told, 95)
        if policy == "strict":
            with pytest.raises(BookError, match="event 100 after 95: sequence_gap"):
                book.apply(event, sequence=100)
        else:
            assert book.apply(event, sequence=100) == len(event)
        assert (book.sequence, book.stale) == (95 if policy == "strict" else 100, True)
        take_snapshot(book, 101)
        assert (book.sequence, book.stale) == (101, False)


@pytest.mark.parametrize("kind", DELTAS)
def test_a_cleared_book_is_as_stale_as_it_was(kind: Any) -> None:
    book = kind("1")
    event = one_bid(kind)
    book.apply(event, sequence=7)
    with pytest.raises(BookError, match="sequence_gap"):
        book.apply(event, sequence=9)
    book.clear()
    assert (book.sequence, book.stale) == (None, True)
    assert book.apply(event, sequence=40) == len(event)
    assert (book.sequence, book.stale) == (40, True)


def test_any_quote_states_both_sides_after_a_gap() -> None:
    quote = one_bid(BestQuoteBook)
    stale: list[bool] = []
    lenient = BestQuoteBook("1", policy="lenient")
    lenient.on_gap = lambda told, *_: stale.append(told.stale)
    lenient.apply(quote, sequence=7)
    assert lenient.apply(quote[:0], sequence=9) == 0
    assert (lenient.sequence, lenient.stale) == (9, True)
    lenient.apply(quote, sequence=12)
    assert (stale, lenient.sequence, lenient.stale) == ([True, True], 12, False)
    strict = BestQuoteBook("1")
    strict.apply(quote, sequence=7)
    with pytest.raises(BookError, match="sequence_gap"):
        strict.apply(quote, sequence=9)
    strict.clear()
    assert strict.stale
    strict.set((100, 1), None)
    assert not strict.stale


@pytest.mark.parametrize("kind", [L3Book, L2Book])
def test_rows_of_a_snapshot_mend_a_gap_by_the_call_only(kind: Any) -> None:
    event = one_bid(kind)
    rows = np.zeros(2, event.dtype)
    rows["action"] = [BookAction.CLEAR, BookAction.ADD]
    rows["flags"] = [FLAG_SNAPSHOT, FLAG_SNAPSHOT | FLAG_LAST]
    rows["side"], rows["price"], rows["quantity"] = [0, 1], [0, 90], [0, 1]
    book = kind("1")
    book.apply(event, sequence=7)
    with pytest.raises(BookError, match="sequence_gap"):
        book.apply(rows, sequence=20)
    assert book.stale
    if kind is L3Book:
        book.snapshot(rows[1:][["order_id", "side", "price", "quantity"]], sequence=20)
    else:
        levels = rows[["price", "quantity", "order_count"]]
        book.snapshot(levels[rows["side"] == 1], levels[rows["side"] == 2], sequence=20)
    assert (book.sequence, book.stale) == (20, False)
    assert [level.price for level in book.depth()[0]] == [90]


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


def crossed_by_its_first_row(snapshot: int | None) -> L2Book:
    """After events 11 .. 13, of which the first crosses the book: who is told takes a snapshot of this number."""
    book = L2Book("1", policy="lenient")
    book.snapshot([(10, 1)], [(11, 1)], sequence=10)
    book.on_crossed = lambda told, row: told.snapshot([(20, 1)], [(21, 1)], sequence=snapshot)
    applied = book.apply(level_rows((1, 12, 1), (1, 8, 1), (2, 30, 1)), first_sequence=11, sequence=13)
    assert applied == (1 if book.sequence == snapshot else 3)
    return book


@pytest.mark.parametrize("snapshot", [13, 50])
def test_rows_that_a_snapshot_at_a_crossing_has_are_skipped(snapshot: int) -> None:
    book = crossed_by_its_first_row(snapshot)
    assert book.depth() == ([(20, 1, 0)], [(21, 1, 0)])
    assert (book.sequence, book.stale, book.faults["sequence_gap"]) == (snapshot, False, 0)
    assert book.apply(level_rows((1, 19, 1)), sequence=snapshot + 1) == 1
    assert len(book) == 3


@pytest.mark.parametrize("snapshot", [5, 10, 12])
def test_rows_behind_an_older_snapshot_at_a_crossing_leave_the_book_stale(snapshot: int) -> None:
    book = crossed_by_its_first_row(snapshot)
    assert book.depth() == ([(20, 1, 0), (8, 1, 0)], [(21, 1, 0), (30, 1, 0)])
    assert (book.sequence, book.stale, book.faults["sequence_gap"]) == (13, True, 1)


def test_a_snapshot_without_a_number_at_a_crossing_is_followed() -> None:
    book = crossed_by_its_first_row(None)
    assert len(book) == 4
    assert (book.sequence, book.stale, book.faults["sequence_gap"]) == (13, False, 0)


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
