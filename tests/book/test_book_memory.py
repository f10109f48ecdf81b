"""What books hold in memory: nothing until used, and how much for each order that rests."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pytrader.book import (
    FLAG_LAST,
    L3_EVENT,
    BestQuoteBook,
    BookAction,
    L2Book,
    L2BookWithOwnOrders,
    L3Book,
    L3BookWithOwnOrders,
)

INSTRUMENTS = 10_000
# A node of 32 bytes, and half a bucket of the id table; the levels are few.
BYTES_PER_ORDER_MAX = 52


@pytest.mark.parametrize("kind", [L3Book, L2Book, BestQuoteBook, L3BookWithOwnOrders, L2BookWithOwnOrders])
def test_ten_thousand_empty_books_hold_nothing(kind: Any) -> None:
    books = [kind("0.01") for _ in range(INSTRUMENTS)]
    assert sum(book.memory_bytes for book in books) == 0


def test_a_book_of_quotes_never_holds_more() -> None:
    book = BestQuoteBook("0.01")
    for price in range(1, 1_000):
        book.set((price, 1), (price + 1, 1))
    assert book.memory_bytes == 0


def test_a_level_book_with_a_level_a_side_holds_less_than_8_kb() -> None:
    book = L2Book("0.01")
    book.snapshot([(1, 1)], [(2, 1)])
    assert 0 < book.memory_bytes < 8192


@pytest.mark.parametrize("live", [10_000, 65_537, 300_000])
def test_an_order_of_a_reserved_book_costs_a_node_and_its_share_of_the_id_table(live: int) -> None:
    rows = np.zeros(live, L3_EVENT)
    draws = np.random.default_rng(1).integers(1, 300, live)
    rows["action"] = BookAction.ADD
    rows["side"] = 1 + np.arange(live) % 2
    rows["price"] = np.where(rows["side"] == 1, 10_000 - draws, 10_000 + draws)
    rows["quantity"] = 1
    rows["order_id"] = np.arange(live)
    rows["flags"] = FLAG_LAST
    book = L3Book("0.01")
    book.reserve(live)
    book.apply(rows)
    assert len(book) == live
    assert book.memory_bytes <= BYTES_PER_ORDER_MAX * live
