"""What every order-by-order book does, said once and run on the compiled book and on its naive twin."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from pytrader.book import FLAG_LAST, L3_EVENT, BookAction, L3Book
from pytrader.errors import BookError
from tests.book.naive_book import NaiveL3Book


@pytest.fixture(params=[L3Book, NaiveL3Book], ids=["compiled", "naive"])
def kind(request: pytest.FixtureRequest) -> Any:
    """The class under test."""
    return request.param


@pytest.fixture
def book(kind: Any) -> Any:
    """A strict book with two bids at 99.99, one at 99.98 and two asks at 100.01."""
    book = kind(tick="0.01", lot="0.1")
    book.add(order_id=1, side="buy", price="99.99", quantity="1.5")
    book.add(order_id=2, side="buy", price="99.99", quantity="0.5")
    book.add(order_id=3, side="buy", price="99.98", quantity=4)
    book.add(order_id=4, side="sell", price="100.01", quantity=2)
    book.add(order_id=5, side="sell", price="100.02", quantity=3)
    return book


def ids(book: Any, side: str, price: str) -> list[int]:
    return [order[0] for order in book.queue(side, price)]


def assert_refused(call: Any, fault: str, **arguments: Any) -> None:
    with pytest.raises(BookError) as caught:
        call(**arguments)
    assert caught.value.fault == fault
    assert caught.value.row is None


def test_best_levels_show_price_total_and_count(book: Any) -> None:
    assert book.best_bid == (Decimal("99.99"), Decimal("2.0"), 2)
    assert book.best_ask == (Decimal("100.01"), Decimal(2), 1)
    assert not book.crossed
    assert len(book) == 5


def test_an_empty_side_has_no_best(kind: Any) -> None:
    book = kind(tick="0.01", lot="1")
    assert book.best_bid is None
    assert book.best_ask is None
    assert book.depth(3) == ([], [])
    assert book.average_price("buy", 1) is None


def test_depth_is_best_first(book: Any) -> None:
    bids, asks = book.depth(2)
    assert [level[0] for level in bids] == [Decimal("99.99"), Decimal("99.98")]
    assert [level[0] for level in asks] == [Decimal("100.01"), Decimal("100.02")]
    assert len(book.depth(1)[0]) == 1
    assert book.depth(0) == ([], [])


def test_level_at_a_price(book: Any) -> None:
    assert book.level("buy", "99.98") == (Decimal("99.98"), Decimal(4), 1)
    assert book.level("sell", "99.98") is None
    assert book.level("buy", "98.00") is None


def test_orders_queue_by_arrival(book: Any) -> None:
    book.add(order_id=6, side="buy", price="99.99", quantity=1)
    assert ids(book, "buy", "99.99") == [1, 2, 6]
    assert [book.queue_ahead(order_id) for order_id in (1, 2, 6)] == [0, Decimal("1.5"), 2]


def test_reduce_keeps_the_place_and_reducing_all_leaves(book: Any) -> None:
    book.reduce(order_id=1, quantity="0.5")
    assert book.queue_ahead(2) == 1
    book.reduce(order_id=1, quantity=1)
    assert ids(book, "buy", "99.99") == [2]
    assert 1 not in book


def test_execute_takes_what_traded(book: Any) -> None:
    book.execute(order_id=4, quantity="1.5")
    assert book.best_ask == (Decimal("100.01"), Decimal("0.5"), 1)
    book.execute(order_id=4, quantity="0.5")
    assert book.best_ask == (Decimal("100.02"), Decimal(3), 1)


def test_a_smaller_replace_keeps_the_place(book: Any) -> None:
    book.replace(order_id=1, price="99.99", quantity="0.1")
    assert ids(book, "buy", "99.99") == [1, 2]
    assert book.queue_ahead(2) == Decimal("0.1")


def test_a_replace_to_the_same_values_keeps_the_place(book: Any) -> None:
    book.replace(order_id=1, price="99.99", quantity="1.5")
    assert ids(book, "buy", "99.99") == [1, 2]


def test_a_larger_replace_loses_the_place(book: Any) -> None:
    book.replace(order_id=1, price="99.99", quantity="1.6")
    assert ids(book, "buy", "99.99") == [2, 1]


def test_a_replace_at_another_price_queues_behind(book: Any) -> None:
    book.replace(order_id=1, price="99.98", quantity="0.1")
    assert ids(book, "buy", "99.98") == [3, 1]
    assert book.best_bid == (Decimal("99.99"), Decimal("0.5"), 1)


def test_a_replace_of_the_best_may_pass_where_it_stood_itself(kind: Any) -> None:
    book = kind(tick="1")
    book.add(order_id=1, side="buy", price=100, quantity=1)
    book.add(order_id=2, side="sell", price=101, quantity=1)
    book.replace(order_id=1, price=99, quantity=1)
    book.replace(order_id=2, price=100, quantity=1)
    assert book.best_ask[0] == 100


def test_delete_takes_the_order_out(book: Any) -> None:
    book.delete(order_id=3)
    assert book.order(3) is None
    assert book.level("buy", "99.98") is None


def test_an_id_may_come_again_after_its_order_left(book: Any) -> None:
    book.delete(order_id=1)
    book.add(order_id=1, side="buy", price="99.99", quantity=1)
    assert ids(book, "buy", "99.99") == [2, 1]


def test_clear_empties_both_sides_and_keeps_the_counts(book: Any) -> None:
    assert_refused(book.delete, "unknown_order", order_id=77)
    book.clear()
    assert len(book) == 0
    assert book.best_bid is None
    assert book.faults["unknown_order"] == 1


@pytest.mark.parametrize("order_id", [0, 1 << 32, (1 << 63) - 1, 1 << 63, (1 << 64) - 1])
def test_any_64_bit_id_may_be_used(kind: Any, order_id: int) -> None:
    book = kind(tick="1")
    book.add(order_id=order_id, side="sell", price=5, quantity=2)
    assert book.order(order_id)[0] == order_id
    assert order_id in book
    book.execute(order_id=order_id, quantity=2)
    assert order_id not in book


def test_prices_may_be_negative_and_zero(kind: Any) -> None:
    book = kind(tick="0.01")
    for order_id, price in enumerate(["-37.63", "0", "-0.01"]):
        book.add(order_id=order_id, side="buy", price=price, quantity=1)
    assert [level[0] for level in book.depth()[0]] == [0, Decimal("-0.01"), Decimal("-37.63")]


def test_a_sweep_adds_up_exactly(book: Any) -> None:
    assert book.sweep("buy", 4) == (4, Decimal("400.06"), Decimal("100.02"))
    assert book.sweep("sell", 100) == (6, Decimal("599.90"), Decimal("99.98"))
    assert book.sweep("buy", 0) == (0, 0, None)


def test_the_average_price_is_rounded_once(book: Any) -> None:
    assert book.average_price("buy", 2) == Decimal("100.01")
    assert book.average_price("buy", 3) == Decimal("100.013333333333333333")
    assert book.average_price("buy", "5.1") is None


def test_strict_refuses_each_fault_and_changes_nothing(book: Any) -> None:
    before = book.depth(), len(book)
    assert_refused(book.add, "duplicate_order", order_id=1, side="sell", price=200, quantity=1)
    assert_refused(book.add, "crossed", order_id=9, side="buy", price="100.01", quantity=1)
    assert_refused(book.add, "crossed", order_id=9, side="sell", price="99.98", quantity=1)
    assert_refused(book.add, "quantity_not_positive", order_id=9, side="buy", price=1, quantity=0)
    assert_refused(book.replace, "crossed", order_id=1, price="100.02", quantity=1)
    assert_refused(book.replace, "unknown_order", order_id=9, price=1, quantity=1)
    assert_refused(book.reduce, "quantity_too_large", order_id=2, quantity="0.6")
    assert_refused(book.execute, "quantity_too_large", order_id=2, quantity="0.6")
    assert_refused(book.execute, "quantity_not_positive", order_id=2, quantity=0)
    assert_refused(book.delete, "unknown_order", order_id=9)
    assert_refused(book.queue_ahead, "unknown_order", order_id=9)
    assert (book.depth(), len(book)) == before
    counted = {fault: count for fault, count in book.faults.items() if count}
    assert counted == {
        "duplicate_order": 1,
        "crossed": 3,
        "quantity_not_positive": 2,
        "quantity_too_large": 2,
        "unknown_order": 2,
    }


def test_a_level_total_beyond_64_bits_is_refused(kind: Any) -> None:
    book = kind(tick="1")
    book.add(order_id=1, side="buy", price=5, quantity=2**63 - 1)
    assert_refused(book.add, "quantity_too_large", order_id=2, side="buy", price=5, quantity=1)
    book.add(order_id=2, side="buy", price=4, quantity=1)
    assert_refused(book.replace, "quantity_too_large", order_id=2, price=5, quantity=1)
    book.self_check()


def test_lenient_counts_and_skips_but_keeps_crossed_books(kind: Any) -> None:
    book = kind(tick="1", policy="lenient")
    assert book.add(order_id=1, side="buy", price=100, quantity=1)
    assert book.add(order_id=2, side="sell", price=99, quantity=1)
    assert book.crossed
    assert not book.add(order_id=1, side="buy", price=1, quantity=1)
    assert not book.execute(order_id=2, quantity=2)
    assert book.delete(order_id=2)
    assert not book.crossed
    assert (book.faults["crossed"], book.faults["duplicate_order"], book.faults["quantity_too_large"]) == (1, 1, 1)


def test_crossing_is_judged_where_the_venue_event_ends(kind: Any) -> None:
    rows = np.zeros(4, L3_EVENT)
    rows["action"] = [BookAction.ADD, BookAction.ADD, BookAction.ADD, BookAction.ERASE]
    rows["side"] = [1, 2, 1, 2]
    rows["price"] = [100, 101, 102, 0]
    rows["quantity"] = 1
    rows["order_id"] = [1, 2, 3, 2]
    rows["flags"] = [FLAG_LAST, FLAG_LAST, 0, FLAG_LAST]
    book = kind(tick="1")
    assert book.apply(rows) == 4
    rows["flags"][2] = FLAG_LAST
    book = kind(tick="1")
    with pytest.raises(BookError) as caught:
        book.apply(rows)
    assert (caught.value.fault, caught.value.row) == ("crossed", 2)
    assert len(book) == 2


def test_a_lenient_batch_says_how_many_rows_it_applied(kind: Any) -> None:
    rows = np.zeros(3, L3_EVENT)
    rows["action"] = [BookAction.ADD, BookAction.ADD, BookAction.TRADE]
    rows["side"] = 1
    rows["quantity"] = 1
    rows["flags"] = FLAG_LAST
    book = kind(tick="1", policy="lenient")
    assert book.apply(rows) == 2
    assert book.faults["duplicate_order"] == 1
