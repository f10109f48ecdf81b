"""Snapshots of all kinds of books: what goes in comes out again, and what is wrong with them is named."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytrader.book import QUEUED_ORDER, L2Book, L3Book
from pytrader.errors import BookError, CapacityError, InvalidArgument
from tests.book.naive_book import NaiveL2Book, NaiveL3Book

SIDES = st.sampled_from([1, 1, 2, 2, 0])
PRICES = st.sampled_from([-(2**63), 60, 61, 62, 63, 64, 65])
QUANTITIES = st.sampled_from([1, 2, 3, 4, 0, -1, 2**63 - 1])
ORDERS = st.lists(st.tuples(st.integers(1, 9), SIDES, PRICES, QUANTITIES, st.sampled_from([0, 0, 0, 1, 2])), max_size=9)
LEVELS = st.lists(st.tuples(st.integers(60, 66), st.integers(0, 3), st.integers(0, 2)), max_size=6)
POLICIES = pytest.mark.parametrize("policy", ["strict", "lenient"])


def outcome(book: Any, *snapshot: Any) -> tuple[str, int | None]:
    """Take a snapshot; say what was refused, and where."""
    try:
        assert book.snapshot(*snapshot)
    except BookError as error:
        return error.fault, error.row
    return "", None


def test_orders_survive_the_round_trip() -> None:
    book = L3Book("0.01")
    for order_id, side, price, quantity in [(3, 1, 7, 5), (1, 1, 7, 2), (2, 1, 6, 9), (5, 2, 9, 1), (4, 2, 9, 8)]:
        book.add(order_id, ("buy", "sell")[side - 1], f"0.0{price}", quantity)
    copy = L3Book("0.01")
    copy.add(77, "buy", 1, 1)
    assert copy.snapshot(book.orders())
    copy.self_check()
    assert copy.orders().tolist() == book.orders().tolist()
    assert [copy.queue_ahead(order_id) for order_id in (3, 1, 4)] == [0, 5, 1]
    assert 77 not in copy


def test_levels_survive_the_round_trip() -> None:
    book = L2Book("0.5")
    book.set("buy", 10, 3, 2)
    book.set("buy", 9, 1)
    book.set("sell", "10.5", 7, 1)
    for form in (book.depth(), book.depth_arrays()):
        copy = L2Book("0.5")
        assert copy.snapshot(*form)
        copy.self_check()
        assert copy.depth() == book.depth()


def test_orders_may_be_named_tuples() -> None:
    book = L3Book("1")
    book.add(1, "buy", 5, 2)
    book.add(2, "buy", 5, 3)
    copy = L3Book("1")
    copy.snapshot(book.queue("buy", 5))
    copy.snapshot(order for order in book.queue("buy", 5))
    assert copy.orders().tolist() == book.orders().tolist()


@POLICIES
@settings(max_examples=200, deadline=None)
@given(before=ORDERS, orders=ORDERS)
def test_snapshots_of_orders_are_judged_as_the_naive_book_does(
    before: list[Any], orders: list[Any], policy: str
) -> None:
    compiled, naive = L3Book("1", policy=policy), NaiveL3Book("1", policy=policy)
    for rows in (before, orders):
        array = np.array(rows, QUEUED_ORDER)
        assert outcome(compiled, array) == outcome(naive, rows)
        compiled.self_check()
        assert (compiled.orders().tolist(), compiled.faults) == (naive.orders(), naive.faults)


@POLICIES
@settings(max_examples=200, deadline=None)
@given(before=st.tuples(LEVELS, LEVELS), levels=st.tuples(LEVELS, LEVELS))
def test_snapshots_of_levels_are_judged_as_the_naive_book_does(before: Any, levels: Any, policy: str) -> None:
    compiled, naive = L2Book("1", policy=policy), NaiveL2Book("1", policy=policy)
    for sides in (before, levels):
        assert outcome(compiled, *sides) == outcome(naive, *sides)
        compiled.self_check()
        assert (compiled.depth(), compiled.faults) == (naive.depth(), naive.faults)


def test_a_price_that_comes_twice_is_refused_by_its_row() -> None:
    book = L2Book("1")
    book.set("buy", 1, 1)
    with pytest.raises(BookError, match=r"asks\[2\] .*price 7 ticks.*duplicate_level") as caught:
        book.snapshot([(5, 1)], [(7, 1), (8, 1), (7, 2)])
    assert (caught.value.fault, caught.value.row) == ("duplicate_level", 2)
    assert book.depth() == ([(1, 1, 0)], [])
    assert book.faults["duplicate_level"] == 1


def test_an_order_that_comes_twice_is_refused_by_its_row() -> None:
    book = L3Book("1")
    with pytest.raises(BookError, match=r"orders\[1\] \(order 4\).*duplicate_order") as caught:
        book.snapshot([(4, "buy", 5, 1), (4, "buy", 6, 1)])
    assert caught.value.row == 1
    assert len(book) == 0


def test_orders_out_of_their_queue_are_refused() -> None:
    book = L3Book("1")
    book.add(1, "buy", 5, 2)
    book.add(2, "buy", 5, 3)
    rows = book.orders()[::-1].copy()
    with pytest.raises(BookError, match=r"orders\[0\].*position"):
        L3Book("1").snapshot(rows)
    without = rows[["order_id", "side", "price", "quantity"]]
    copy = L3Book("1")
    copy.snapshot(without)
    assert [order.order_id for order in copy.queue("buy", 5)] == [2, 1]


def test_a_snapshot_beyond_the_bound_changes_nothing() -> None:
    book = L3Book("1", max_orders=2)
    book.add(9, "buy", 1, 1)
    with pytest.raises(CapacityError, match="2"):
        book.snapshot([(order_id, "buy", 1, 1) for order_id in (1, 2, 3)])
    assert [order.order_id for order in book.queue("buy", 1)] == [9]


def test_room_that_was_reserved_stays_reserved() -> None:
    book = L3Book("1")
    book.reserve(5_000)
    held = book.memory_bytes
    book.snapshot([(1, "buy", 1, 1)])
    assert book.memory_bytes >= held


@pytest.mark.parametrize(
    ("orders", "error"),
    [
        ([(1, "buy", 5)], TypeError),
        (["text"], TypeError),
        ([(1, "buy", 5.0, 1)], TypeError),
        ([(1.0, "buy", 5, 1)], TypeError),
        ([(1, "bid", 5, 1)], InvalidArgument),
        (np.zeros(2, [("price", np.int64)]), InvalidArgument),
        (5, TypeError),
    ],
)
def test_rows_that_are_no_orders_are_refused(orders: Any, error: type[Exception]) -> None:
    book = L3Book("1")
    with pytest.raises(error):
        book.snapshot(orders)
    assert len(book) == 0


@pytest.mark.parametrize("bids", [[(5,)], [(5, 1, 1, 1)], ["51"], [(5.0, 1)], [(5, 1.0)], [(5, 1, 1.0)], 5])
def test_rows_that_are_no_levels_are_refused(bids: Any) -> None:
    book = L2Book("1")
    with pytest.raises(TypeError):
        book.snapshot(bids, [])
    assert len(book) == 0
