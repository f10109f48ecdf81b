"""Levels and orders in NumPy arrays: who owns them, what is refused, and that they are those of the book."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pytrader.book import DEPTH_LEVEL, QUEUED_ORDER, BestQuoteBook, L2Book, L3Book
from pytrader.errors import CapacityError, InvalidArgument


@pytest.fixture
def book() -> L3Book:
    """Two orders at 100, one at 99; one offer at 102."""
    book = L3Book("0.5", "0.1")
    for order_id, side, price, quantity in [
        (7, "buy", 100, "0.5"),
        (8, "buy", 100, "0.3"),
        (9, "buy", 99, 1),
        (10, "sell", 102, 2),
    ]:
        book.add(order_id, side, price, quantity)
    return book


BIDS, ASKS = [(200, 8, 2), (198, 10, 1)], [(204, 20, 1)]


def test_levels_are_ticks_lots_and_orders(book: L3Book) -> None:
    bids, asks = book.depth_arrays()
    assert (bids.dtype, asks.dtype) == (DEPTH_LEVEL, DEPTH_LEVEL)
    assert (bids.tolist(), asks.tolist()) == (BIDS, ASKS)
    assert [len(rows) for rows in book.depth_arrays(1)] == [1, 1]
    assert [len(rows) for rows in book.depth_arrays(0)] == [0, 0]


def test_new_arrays_belong_to_the_caller(book: L3Book) -> None:
    bids, _ = book.depth_arrays()
    bids["quantity"] = 0
    book.delete(7)
    assert bids["price"].tolist() == [200, 198]
    assert book.depth_arrays()[0].tolist() == [(200, 3, 1), (198, 10, 1)]


def test_the_callers_array_is_filled_in_place(book: L3Book) -> None:
    out = np.full((2, 3), 77, DEPTH_LEVEL)
    bids, asks = book.depth_arrays(out=out)
    assert out.tolist() == [[*BIDS, (0, 0, 0)], [*ASKS, (0, 0, 0), (0, 0, 0)]]
    assert (bids.tolist(), asks.tolist()) == (BIDS, ASKS)
    assert np.shares_memory(bids, out)
    assert np.shares_memory(asks, out)
    book.clear()
    assert [len(rows) for rows in book.depth_arrays(out=out)] == [0, 0]
    assert not out["quantity"].any()


def test_rows_may_lie_apart(book: L3Book) -> None:
    whole = np.zeros((4, 5), DEPTH_LEVEL)
    book.depth_arrays(out=whole[::2, 1:3])
    assert whole[0].tolist()[1:3] == BIDS
    assert whole[2].tolist()[1:3] == [*ASKS, (0, 0, 0)]
    assert not whole[1]["quantity"].any()
    assert not whole[:, 3:]["quantity"].any()


@pytest.mark.parametrize(
    ("make", "match"),
    [
        (lambda: [1], "NumPy array"),
        (lambda: np.zeros((2, 3)), "DEPTH_LEVEL"),
        (lambda: np.zeros(3, DEPTH_LEVEL), "shape"),
        (lambda: np.zeros((3, 2), DEPTH_LEVEL), "shape"),
        (lambda: np.zeros((2, 6), DEPTH_LEVEL)[:, ::2], "one piece"),
        (lambda: np.zeros((3, 2), DEPTH_LEVEL).T, "one piece"),
        (lambda: np.frombuffer(bytearray(49), DEPTH_LEVEL, count=2, offset=1).reshape(2, 1), "aligned"),
        (lambda: np.frombuffer(bytes(48), DEPTH_LEVEL).reshape(2, 1), "writable"),
    ],
)
def test_arrays_that_can_not_be_filled_are_refused(book: L3Book, make: Any, match: str) -> None:
    with pytest.raises(InvalidArgument, match=match):
        book.depth_arrays(out=make())


def test_levels_and_out_exclude_one_another(book: L3Book) -> None:
    with pytest.raises(InvalidArgument, match="not both"):
        book.depth_arrays(3, out=np.zeros((2, 3), DEPTH_LEVEL))


def test_the_view_belongs_to_the_book_and_follows_it(book: L3Book) -> None:
    view = book.depth_view(3)
    assert view.tolist() == [[*BIDS, (0, 0, 0)], [*ASKS, (0, 0, 0), (0, 0, 0)]]
    with pytest.raises(ValueError, match="read-only"):
        view["price"] = 1
    book.delete(7)
    assert book.depth_view(3) is view
    assert view[0].tolist()[0] == (200, 3, 1)
    assert book.depth_view(1) is not view


def test_python_can_neither_write_nor_free_a_view(book: L3Book) -> None:
    view = book.depth_view(3)
    with pytest.raises(ValueError, match="WRITEABLE"):
        view.setflags(write=True)
    with pytest.raises(ValueError, match="does not own its data"):
        view.resize((2, 1), refcheck=False)
    with pytest.raises(ValueError, match="read-only"):
        view.view(np.uint8)[:] = 1
    assert not view.view().flags.writeable
    book.delete(7)
    assert book.depth_view(3)[0].tolist()[0] == (200, 3, 1)


def test_readers_of_different_levels_keep_their_views(book: L3Book) -> None:
    top, deep = book.depth_view(1), book.depth_view(10)
    book.delete(7)
    assert book.depth_view(1) is top
    assert book.depth_view(10) is deep
    assert top[0].tolist() == [(200, 3, 1)]
    assert deep[0].tolist()[:2] == [(200, 3, 1), (198, 10, 1)]


def test_a_book_keeps_eight_views(book: L3Book) -> None:
    views = [book.depth_view(levels) for levels in range(8)]
    with pytest.raises(CapacityError, match="8 numbers of levels, and 9 would be one more: use depth_arrays"):
        book.depth_view(9)
    assert all(book.depth_view(levels) is view for levels, view in enumerate(views))


def test_views_without_memory_are_refused(book: L3Book) -> None:
    with pytest.raises(MemoryError):
        book.depth_view(2**62)
    assert book.depth_view(1)[1].tolist() == [(204, 20, 1)]


def test_a_view_outlives_its_book(book: L3Book) -> None:
    other = L2Book("1")
    other.set("buy", 5, 1)
    view = other.depth_view(2)
    del other
    assert view[0].tolist()[0] == (5, 1, 0)


def test_every_kind_of_book_fills_arrays() -> None:
    quotes = BestQuoteBook("1")
    quotes.set((5, 1), (6, 2))
    assert [rows.tolist() for rows in quotes.depth_arrays()] == [[(5, 1, 0)], [(6, 2, 0)]]
    assert quotes.depth_view(2).tolist() == [[(5, 1, 0), (0, 0, 0)], [(6, 2, 0), (0, 0, 0)]]


@pytest.mark.parametrize("count", [-1, 1.0, True, "3"])
def test_level_counts_are_whole_numbers(book: L3Book, count: Any) -> None:
    for call in (book.depth_arrays, book.depth_view):
        with pytest.raises((TypeError, InvalidArgument)):
            call(count)


def test_orders_stand_in_the_order_of_their_queues(book: L3Book) -> None:
    rows = book.orders()
    assert rows.dtype == QUEUED_ORDER
    bids = [(7, 1, 200, 5, 0), (8, 1, 200, 3, 1), (9, 1, 198, 10, 0)]
    assert rows.tolist() == [*bids, (10, 2, 204, 20, 0)]
    assert book.orders("buy").tolist() == bids
    assert book.orders("sell").tolist() == [(10, 2, 204, 20, 0)]
    book.clear()
    assert book.orders().tolist() == []
