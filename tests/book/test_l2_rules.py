"""What every price-level book does, said once and run on the compiled book and on its naive twin."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from pytrader.book import FLAG_LAST, FLAG_SNAPSHOT, L2_EVENT, BookAction, L2Book
from pytrader.errors import BookError
from tests.book.naive_book import NaiveL2Book


@pytest.fixture(params=[L2Book, NaiveL2Book], ids=["compiled", "naive"])
def kind(request: pytest.FixtureRequest) -> Any:
    """The class under test."""
    return request.param


@pytest.fixture
def book(kind: Any) -> Any:
    """A strict book with two levels a side."""
    book = kind(tick="0.5", lot="1")
    book.set(side="buy", price="10.0", quantity=5, count=2)
    book.set(side="buy", price="9.5", quantity=7)
    book.set(side="sell", price="10.5", quantity=1, count=1)
    book.set(side="sell", price=11, quantity=2)
    return book


def assert_refused(call: Any, fault: str, *arguments: Any) -> None:
    with pytest.raises(BookError) as caught:
        call(*arguments)
    assert caught.value.fault == fault


def test_levels_show_price_total_and_count(book: Any) -> None:
    assert book.best_bid == (10, 5, 2)
    assert book.best_ask == (Decimal("10.5"), 1, 1)
    assert book.level("buy", "9.5") == (Decimal("9.5"), 7, 0)
    assert len(book) == 4


def test_a_level_is_set_to_its_new_total(book: Any) -> None:
    book.set(side="buy", price=10, quantity=3)
    assert book.best_bid == (10, 3, 0)


def test_quantity_zero_removes_a_level_that_may_be_absent(book: Any) -> None:
    book.set(side="buy", price=10, quantity=0)
    book.set(side="buy", price=3, quantity=0)
    assert book.best_bid[0] == Decimal("9.5")
    assert sum(book.faults.values()) == 0


def test_delete_wants_the_level_there(book: Any) -> None:
    book.delete("sell", "10.5")
    assert book.best_ask[0] == 11
    assert_refused(book.delete, "unknown_level", "sell", "10.5")


def test_a_snapshot_replaces_both_sides(book: Any) -> None:
    book.snapshot(bids=[("20", 1), ("19", 2)], asks=[("21", 3)])
    assert book.depth() == ([(20, 1, 0), (19, 2, 0)], [(21, 3, 0)])
    book.snapshot(bids=[], asks=[])
    assert len(book) == 0


def test_a_refused_snapshot_leaves_the_book(book: Any) -> None:
    before = book.depth()
    assert_refused(book.snapshot, "crossed", [("20", 1)], [("20", 1)])
    assert book.depth() == before


def test_strict_refuses_crossing_levels(book: Any) -> None:
    assert_refused(book.set, "crossed", "buy", "10.5", 1)
    assert_refused(book.set, "crossed", "sell", "9.5", 1)
    assert len(book) == 4
    assert book.faults["crossed"] == 2


def test_lenient_keeps_crossed_books_and_counts_them(kind: Any) -> None:
    book = kind(tick="1", policy="lenient")
    assert book.set("buy", 10, 1)
    assert book.set("sell", 10, 1)
    assert book.crossed
    assert not book.delete("sell", 12)
    assert (book.faults["crossed"], book.faults["unknown_level"]) == (1, 1)


def test_a_sweep_adds_up_exactly(book: Any) -> None:
    assert book.sweep("buy", 2) == (2, Decimal("21.5"), 11)
    assert book.average_price("buy", 3) == Decimal("10.833333333333333333")
    assert book.average_price("buy", 4) is None


def test_rows_of_a_snapshot_and_its_updates(kind: Any) -> None:
    rows = np.zeros(5, L2_EVENT)
    rows["action"] = [BookAction.ADD, BookAction.CLEAR, BookAction.ADD, BookAction.ADD, BookAction.TRADE]
    rows["side"] = [1, 0, 1, 2, 0]
    rows["price"] = [50, 0, 100, 101, 100]
    rows["quantity"] = [1, 0, 5, 6, 1]
    rows["order_count"] = [0, 0, 2, 3, 0]
    rows["flags"] = [FLAG_LAST, FLAG_SNAPSHOT, FLAG_SNAPSHOT, FLAG_SNAPSHOT | FLAG_LAST, FLAG_LAST]
    book = kind(tick="1")
    assert book.apply(rows) == 5
    assert book.depth() == ([(100, 5, 2)], [(101, 6, 3)])


def test_an_action_of_orders_is_a_fault(kind: Any) -> None:
    rows = np.zeros(1, L2_EVENT)
    rows["action"] = BookAction.REDUCE
    rows["side"] = 1
    book = kind(tick="1")
    with pytest.raises(BookError) as caught:
        book.apply(rows)
    assert (caught.value.fault, caught.value.row) == ("bad_action", 0)
