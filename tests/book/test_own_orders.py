"""Own orders in public books: what others show, what is ahead, and the same answers from the naive twins."""

from __future__ import annotations

from decimal import Decimal
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
    BookAction,
    L2BookWithOwnOrders,
    L3BookWithOwnOrders,
)
from pytrader.errors import BookError
from tests.book.naive_own_orders import NaiveL2WithOwn, NaiveL3WithOwn
from tests.book.test_reading import assert_reads_equal

BUY, SELL = 1, 2


def l3(*rows: tuple[int, int, int, int, int], flags: int = FLAG_LAST) -> Any:
    """Rows of (action, side, price, quantity, order id)."""
    return np.array([(0, 0, *row, flags) for row in rows], L3_EVENT)


def l2(*rows: tuple[int, int, int, int], flags: int = FLAG_LAST) -> Any:
    """Rows of (action, side, price, quantity)."""
    return np.array([(0, 0, *row, 0, flags) for row in rows], L2_EVENT)


def add(order_id: int, side: int, price: int, quantity: int) -> tuple[int, int, int, int, int]:
    return (BookAction.ADD, side, price, quantity, order_id)


def level(side: int, price: int, quantity: int) -> tuple[int, int, int, int]:
    return (BookAction.REPLACE, side, price, quantity)


@pytest.fixture
def orders() -> L3BookWithOwnOrders:
    """Bids of 5, 3 and 2 at 100 (ids 1, 2, 3) and of 4 at 99 (id 4); 6 offered at 102 (id 5)."""
    book = L3BookWithOwnOrders("1")
    book.apply(l3(add(1, BUY, 100, 5), add(2, BUY, 100, 3), add(3, BUY, 100, 2), add(4, BUY, 99, 4)))
    book.apply(l3(add(5, SELL, 102, 6)))
    return book


@pytest.fixture
def levels() -> L2BookWithOwnOrders:
    """Bids of 10 at 100 and of 4 at 99; 6 offered at 102."""
    book = L2BookWithOwnOrders("1")
    book.apply(l2(level(BUY, 100, 10), level(BUY, 99, 4), level(SELL, 102, 6)))
    return book


def test_what_joins_later_stands_behind_us(orders: L3BookWithOwnOrders) -> None:
    orders.insert_own(77, "buy", 100, 9)
    orders.apply(l3(add(6, BUY, 100, 50)))
    assert orders.queue_ahead(77) == 10
    orders.apply(l3((BookAction.ERASE, 0, 0, 0, 6)))
    assert orders.queue_ahead(77) == 10


def test_every_way_of_leaving_the_front_brings_us_forward(orders: L3BookWithOwnOrders) -> None:
    orders.insert_own(77, "buy", 100, 9)
    orders.apply(l3((BookAction.EXECUTE, 0, 0, 2, 1)))
    assert orders.queue_ahead(77) == 8
    orders.apply(l3((BookAction.ERASE, 0, 0, 0, 3)))
    assert orders.queue_ahead(77) == 6
    orders.apply(l3((BookAction.REPLACE, 0, 100, 4, 2)))  # grows: goes to the back, behind us
    assert orders.queue_ahead(77) == 3
    orders.apply(l3((BookAction.REPLACE, 0, 98, 3, 1)))
    assert orders.queue_ahead(77) == 0
    orders.self_check()


def test_an_order_of_the_feed_that_is_ours_is_no_liquidity(orders: L3BookWithOwnOrders) -> None:
    orders.mark_own(1)
    assert orders.best_bid == (100, 5, 2)
    assert orders.public_depth(1)[0] == [(100, 10, 3)]
    assert orders.queue_ahead(1) == 0
    orders.mark_own(3)
    assert orders.queue_ahead(3) == 3  # ours before it do not count
    assert orders.best_bid == (100, 3, 1)
    orders.mark_own(2)
    assert orders.best_bid == (99, 4, 1)
    assert orders.sweep("sell", 10) == (4, 396, 99)


def test_the_feed_tells_the_quantity_of_a_marked_order_until_it_leaves(orders: L3BookWithOwnOrders) -> None:
    orders.mark_own(2)
    orders.apply(l3((BookAction.EXECUTE, 0, 0, 2, 2)))
    assert [(own.order_id, own.quantity, own.queue_ahead) for own in orders.own_orders()] == [(2, 1, 5)]
    orders.apply(l3((BookAction.REPLACE, 0, 99, 7, 2)))
    assert [(own.price, own.quantity, own.queue_ahead) for own in orders.own_orders()] == [(99, 7, 4)]
    with pytest.raises(BookError, match="bad_action"):
        orders.reduce_own(2, 1)
    orders.apply(l3((BookAction.ERASE, 0, 0, 0, 2)))
    assert orders.own_orders() == []
    orders.self_check()


def test_an_order_that_is_no_longer_ours_counts_as_anothers(orders: L3BookWithOwnOrders) -> None:
    orders.mark_own(1)
    assert orders.remove_own(1)
    assert not orders.remove_own(1)
    assert orders.best_bid == (100, 10, 3)


def test_after_a_snapshot_of_rows_we_stand_behind_all_of_it(orders: L3BookWithOwnOrders) -> None:
    orders.insert_own(77, "buy", 100, 9)
    orders.mark_own(1)
    orders.apply(l3((BookAction.CLEAR, 0, 0, 0, 0), add(11, BUY, 100, 4), add(12, BUY, 100, 4), flags=FLAG_SNAPSHOT))
    assert orders.queue_ahead(77) == 8
    orders.apply(l3(add(13, BUY, 100, 4), (BookAction.EXECUTE, 0, 0, 4, 11)))
    assert orders.queue_ahead(77) == 4
    assert [own.order_id for own in orders.own_orders()] == [77]
    orders.self_check()


def test_a_snapshot_keeps_marks_of_orders_that_rest_where_they_did(orders: L3BookWithOwnOrders) -> None:
    orders.mark_own(1)
    orders.mark_own(4)
    orders.insert_own(77, "buy", 100, 9)
    orders.snapshot([(2, "buy", 100, 3), (1, "buy", 100, 4), (4, "buy", 98, 4)])
    assert [(own.order_id, own.quantity, own.queue_ahead) for own in orders.own_orders()] == [(1, 4, 3), (77, 9, 3)]
    orders.self_check()


def test_at_most_what_others_showed_is_ahead(levels: L2BookWithOwnOrders) -> None:
    levels.insert_own(7, "buy", 100, 3)
    levels.apply(l2(level(BUY, 100, 25)))
    assert levels.queue_ahead(7) == 10
    levels.apply(l2(level(BUY, 100, 9)))
    assert levels.queue_ahead(7) == 9


def test_what_trades_was_ahead(levels: L2BookWithOwnOrders) -> None:
    levels.insert_own(7, "buy", 100, 3)
    levels.apply(l2((BookAction.TRADE, BUY, 100, 4), level(BUY, 100, 6)))
    assert levels.queue_ahead(7) == 6
    levels.apply(l2((BookAction.TRADE, SELL, 100, 4), (BookAction.TRADE, 0, 100, 4)))  # not at our side, or unknown
    assert levels.queue_ahead(7) == 6
    levels.apply(l2((BookAction.TRADE, BUY, 99, 1)))  # behind our price: nothing is left before us
    assert levels.queue_ahead(7) == 0


def test_the_back_of_a_level_that_is_ours_is_no_liquidity(levels: L2BookWithOwnOrders) -> None:
    levels.mark_own(7, "buy", 100, 4)
    assert levels.best_bid == (100, 6, 0)
    assert levels.queue_ahead(7) == 6
    levels.apply(l2(level(BUY, 100, 5)))
    assert levels.queue_ahead(7) == 1
    levels.reduce_own(7, 1)
    assert levels.best_bid == (100, 2, 0)
    with pytest.raises(BookError, match="quantity_too_large"):
        levels.mark_own(8, "buy", 100, 3)
    levels.remove_own(7)
    assert levels.best_bid == (100, 5, 0)


def test_an_empty_book_before_a_snapshot_tells_nothing(levels: L2BookWithOwnOrders) -> None:
    levels.insert_own(7, "buy", 100, 3)
    levels.apply(l2((BookAction.CLEAR, 0, 0, 0)))
    assert levels.queue_ahead(7) == 10
    levels.apply(l2(level(BUY, 100, 8), flags=FLAG_SNAPSHOT))
    assert levels.queue_ahead(7) == 8
    levels.clear()
    levels.snapshot([(99, 1)], [])
    assert levels.queue_ahead(7) == 0


def test_a_snapshot_of_levels_puts_nothing_new_ahead(levels: L2BookWithOwnOrders) -> None:
    levels.insert_own(7, "buy", 100, 3)
    levels.snapshot([(100, 30)], [])
    assert levels.queue_ahead(7) == 10
    levels.apply(l2((BookAction.CLEAR, 0, 0, 0), level(BUY, 100, 50), flags=FLAG_SNAPSHOT))
    assert levels.queue_ahead(7) == 10
    levels.snapshot([(100, 4)], [])
    assert levels.queue_ahead(7) == 4


@pytest.mark.parametrize("kind", [L3BookWithOwnOrders, L2BookWithOwnOrders])
def test_own_orders_are_refused_by_name(kind: Any) -> None:
    book = kind("1", policy="lenient")
    book.insert_own(7, "buy", 100, 3)
    for call, fault in [
        (lambda: book.insert_own(7, "buy", 99, 3), "duplicate_order"),
        (lambda: book.insert_own(8, "buy", 99, 0), "quantity_not_positive"),
        (lambda: book.reduce_own(9, 1), "unknown_order"),
        (lambda: book.reduce_own(7, 3), "quantity_too_large"),
        (lambda: book.queue_ahead(9), "unknown_order"),
    ]:
        with pytest.raises(BookError) as caught:
            call()
        assert caught.value.fault == fault
    with pytest.raises(TypeError):
        book.insert_own(1.0, "buy", 99, 1)
    assert sum(book.faults.values()) == 0
    assert repr(book).endswith("own_orders=1)")


PRICES = st.integers(60, 66)
QUANTITIES = st.integers(0, 5)
IDS = st.integers(1, 6)
SIDES = st.sampled_from([1, 1, 2])
FLAGS = st.sampled_from([128, 128, 0, 32])
L3_ROW = st.tuples(st.sampled_from([1, 1, 1, 1, 2, 2, 3, 4, 5, 6, 7]), SIDES, PRICES, QUANTITIES, IDS, FLAGS)
L2_ROW = st.tuples(st.sampled_from([1, 2, 2, 2, 3, 6, 6, 7]), SIDES, PRICES, QUANTITIES, st.integers(0, 2), FLAGS)
NAMES = st.sampled_from(["buy", "buy", "sell"])
OWN = st.one_of(
    st.tuples(st.just("insert_own"), st.integers(1, 9), NAMES, PRICES, QUANTITIES),
    st.tuples(st.just("reduce_own"), st.integers(1, 9), QUANTITIES),
    st.tuples(st.just("remove_own"), st.integers(1, 9)),
)
MARK_L3 = st.tuples(st.just("mark_own"), IDS)
MARK_L2 = st.tuples(st.just("mark_own"), st.integers(1, 9), NAMES, PRICES, QUANTITIES)


def outcome(call: Any, *arguments: Any) -> Any:
    try:
        return call(*arguments)
    except BookError as error:
        return error.fault


def assert_same(compiled: Any, naive: Any, steps: list[Any], dtype: Any) -> None:
    for step in steps:
        if isinstance(step[0], str):
            name, *arguments = step
            assert outcome(getattr(compiled, name), *arguments) == outcome(getattr(naive, name), *arguments)
        else:
            rows = np.array([(0, 0, *step)], dtype)
            fault = naive.apply_row({name: int(rows[name][0]) for name in dtype.names})
            refused = fault and naive.public.policy == "strict"
            assert outcome(compiled.apply, rows) == (fault if refused else fault in ("", "crossed"))
        compiled.self_check()
        assert compiled.public_depth(99) == naive.public.depth(99)
        shown = [(own.order_id, own.side, *own[2:]) for own in compiled.own_orders()]
        assert {(own[0], own[1].name.lower(), *own[2:]) for own in shown} == naive.rows()
        assert len(shown) == len(naive.own)
        assert_reads_equal(compiled, naive.others, Decimal(5), Decimal(63))


@pytest.mark.parametrize("policy", ["strict", "lenient"])
@settings(max_examples=150, deadline=None)
@given(steps=st.lists(st.one_of(L3_ROW, L3_ROW, L3_ROW, OWN, MARK_L3), max_size=40))
def test_places_among_orders_equal_the_naive_ones(steps: list[Any], policy: str) -> None:
    assert_same(L3BookWithOwnOrders("1", policy=policy), NaiveL3WithOwn(policy), steps, L3_EVENT)


@pytest.mark.parametrize("policy", ["strict", "lenient"])
@settings(max_examples=150, deadline=None)
@given(steps=st.lists(st.one_of(L2_ROW, L2_ROW, L2_ROW, OWN, MARK_L2), max_size=40))
def test_places_at_levels_equal_the_naive_ones(steps: list[Any], policy: str) -> None:
    assert_same(L2BookWithOwnOrders("1", policy=policy), NaiveL2WithOwn(policy), steps, L2_EVENT)
