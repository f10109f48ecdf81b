"""Streams of any rows, sound and faulty: the compiled books equal their naive twins after every message."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytrader.book import L2_EVENT, L3_EVENT, QUOTE, BestQuoteBook, L2Book, L3Book
from pytrader.errors import BookError
from tests.book.naive_book import NaiveBestQuoteBook, NaiveBook, NaiveL2Book, NaiveL3Book
from tests.book.test_reading import assert_reads_equal

I64_MIN, I64_MAX = -(2**63), 2**63 - 1
NEAR = st.integers(min_value=60, max_value=68)
PRICES = st.one_of(NEAR, NEAR, NEAR, st.sampled_from([I64_MIN, I64_MIN + 1, -64, -1, 0, I64_MAX]))
FEW = st.integers(min_value=1, max_value=6)
QUANTITIES = st.one_of(FEW, FEW, FEW, FEW, st.sampled_from([-1, 0, I64_MAX, I64_MAX - 3, I64_MIN]))
IDS = st.one_of(st.integers(min_value=1, max_value=7), st.sampled_from([0, 2**63, 2**64 - 1]))
SIDES = st.sampled_from([1, 1, 1, 2, 2, 2, 0, 3])
FLAGS = st.sampled_from([128, 128, 128, 0, 32])
L3_ACTIONS = st.sampled_from([1, 1, 1, 1, 2, 2, 3, 4, 5, 6, 7, 0, 8, -1])
L2_ACTIONS = st.sampled_from([1, 2, 2, 2, 2, 3, 3, 6, 7, 4, 9])
COUNTS = st.sampled_from([0, 1, 2**32 - 1, 2**32, -1])
POLICIES = pytest.mark.parametrize("policy", ["strict", "lenient"])


def structured(rows: list[tuple[int, ...]], dtype: Any) -> Any:
    return np.array([(0, 0, *row) for row in rows], dtype)


def orders_of(book: Any) -> list[Any]:
    """Every queue, price by price."""
    bids, asks = book.depth(1000)
    return [
        [(order[0], order[3]) for order in book.queue(side, level[0])]
        for side, levels in (("buy", bids), ("sell", asks))
        for level in levels
    ]


def assert_equal(compiled: Any, naive: NaiveBook) -> None:
    compiled.self_check()
    assert compiled.depth(1000) == naive.depth(1000)
    assert_reads_equal(compiled, naive, 5 * naive.lot, 64 * naive.tick)
    assert compiled.faults == naive.faults
    assert len(compiled) == len(naive)
    if isinstance(naive, NaiveL3Book):
        assert orders_of(compiled) == orders_of(naive)


def assert_both_agree(compiled: Any, naive: NaiveBook, rows: Any, policy: str) -> None:
    for i in range(len(rows)):
        fault = naive.apply_row({name: int(rows[name][i]) for name in rows.dtype.names})
        if fault and policy == "strict":
            with pytest.raises(BookError) as caught:
                compiled.apply(rows[i : i + 1])
            assert caught.value.fault == fault
        else:
            assert compiled.apply(rows[i : i + 1]) == (fault in ("", "crossed"))
        assert_equal(compiled, naive)


@POLICIES
@settings(max_examples=150, deadline=None)
@given(
    rows=st.lists(st.tuples(L3_ACTIONS, SIDES, PRICES, QUANTITIES, IDS, FLAGS), max_size=40),
    tick=st.sampled_from(["1", "0.01"]),
)
def test_order_books_are_equal_after_every_message(rows: list[tuple[int, ...]], tick: str, policy: str) -> None:
    assert_both_agree(L3Book(tick, policy=policy), NaiveL3Book(tick, policy=policy), structured(rows, L3_EVENT), policy)


@POLICIES
@settings(max_examples=150, deadline=None)
@given(rows=st.lists(st.tuples(L2_ACTIONS, SIDES, PRICES, QUANTITIES, COUNTS, FLAGS), max_size=40))
def test_level_books_are_equal_after_every_message(rows: list[tuple[int, ...]], policy: str) -> None:
    assert_both_agree(
        L2Book("0.5", policy=policy), NaiveL2Book("0.5", policy=policy), structured(rows, L2_EVENT), policy
    )


@settings(max_examples=100, deadline=None)
@given(
    rows=st.lists(st.tuples(L3_ACTIONS, SIDES, PRICES, QUANTITIES, IDS, FLAGS), max_size=60),
    repeat=st.sampled_from([1, 20]),
)
def test_a_batch_equals_its_rows_one_by_one(rows: list[tuple[int, ...]], repeat: int) -> None:
    events = structured(rows * repeat, L3_EVENT)
    batch, single = L3Book("1", policy="lenient"), L3Book("1", policy="lenient")
    applied = sum(single.apply(events[i : i + 1]) for i in range(len(events)))
    assert batch.apply(events) == applied
    assert (batch.depth(1000), batch.faults, orders_of(batch)) == (single.depth(1000), single.faults, orders_of(single))


@POLICIES
@settings(max_examples=150, deadline=None)
@given(rows=st.lists(st.tuples(PRICES, PRICES, QUANTITIES, QUANTITIES), max_size=20))
def test_quote_books_are_equal_after_every_message(rows: list[tuple[int, ...]], policy: str) -> None:
    assert_both_agree(
        BestQuoteBook("0.5", policy=policy),
        NaiveBestQuoteBook("0.5", policy=policy),
        structured(rows, QUOTE),
        policy,
    )
