"""Matching engines and multi-leg markets read like an order-by-order book that holds the same orders."""

from __future__ import annotations

import gc
from typing import Any

import numpy as np
import pytest

from pytrader.book import DEPTH_LEVEL, L3Book
from pytrader.errors import InvalidArgument, OffTick
from pytrader.matching import MatchingEngine, MultiLegMarket
from tests.matching.test_batches import random_messages

GRID = {"tick": "0.05", "lot": "0.1"}


def twin_of(engine: MatchingEngine) -> L3Book:
    """A book with the displayed orders of an engine, price by price in their order of priority."""
    book = L3Book(**GRID)
    bids, asks = engine.depth(10_000)
    for level, side in [*((level, "buy") for level in bids), *((level, "sell") for level in asks)]:
        for order in engine.queue(side, level.price):
            book.add(order.order_id, side, order.price, order.display_qty)
    return book


def assert_reads_like(book: Any, twin: Any) -> None:
    for name in ("tick", "lot", "best_bid", "best_ask", "spread", "mid", "crossed", "locked"):
        assert getattr(book, name) == getattr(twin, name), name
    assert book.depth(10_000) == twin.depth(10_000)
    assert book.depth() == twin.depth()
    assert all(np.array_equal(a, b) for a, b in zip(book.depth_arrays(7), twin.depth_arrays(7), strict=True))
    assert np.array_equal(book.depth_view(7), twin.depth_view(7))
    assert book.micro_price(digits=6) == twin.micro_price(digits=6)
    for levels in (1, 3, 100):
        assert book.imbalance(levels, digits=9) == twin.imbalance(levels, digits=9)
    for side in ("buy", "sell"):
        for quantity in ("0.1", "3", "70", "100000"):
            assert book.sweep(side, quantity) == twin.sweep(side, quantity)
            assert book.average_price(side, quantity, digits=9) == twin.average_price(side, quantity, digits=9)
            assert book.worst_price(side, quantity) == twin.worst_price(side, quantity)
        for price in ("-0.5", "0", "0.35"):
            assert book.quantity_to(side, price) == twin.quantity_to(side, price)
            assert book.level(side, price) == twin.level(side, price)


@pytest.mark.parametrize("seed", range(5))
def test_an_engine_reads_like_a_book_with_its_orders(seed: int) -> None:
    engine = MatchingEngine(**GRID)
    messages = random_messages(4000, seed)
    for start in range(0, len(messages), 500):
        engine.apply(messages[start : start + 500])
        twin = twin_of(engine)
        assert len(twin) > 20
        assert_reads_like(engine, twin)


def test_an_empty_engine_reads_like_an_empty_book() -> None:
    assert_reads_like(MatchingEngine(**GRID), L3Book(**GRID))


def test_only_what_is_displayed_is_read() -> None:
    engine = MatchingEngine(**GRID)
    engine.submit(order_id=1, side="buy", price="1.00", quantity=9, display_qty=2)
    engine.submit(order_id=2, side="buy", price="1.00", quantity=4, hidden=True)
    engine.submit(order_id=3, side="buy", price="0.95", quantity=5, all_or_none=True)
    assert [(level.quantity, level.count) for level in engine.depth()[0]] == [(2, 1)]
    assert engine.quantity_to("sell", "0.50") == 2
    assert engine.worst_price("sell", 3) is None


def test_arrays_of_an_engine_are_filled_in_place() -> None:
    engine = MatchingEngine(**GRID)
    engine.submit(order_id=1, side="sell", price="1.00", quantity="0.3")
    out = np.zeros((2, 3), DEPTH_LEVEL)
    bids, asks = engine.depth_arrays(out=out)
    assert (len(bids), asks.tolist()) == (0, [(20, 3, 1)])
    assert out[1, 0].tolist() == (20, 3, 1)
    view = engine.depth_view(2)
    engine.cancel(1)
    assert engine.depth_view(2) is view
    assert view["quantity"].sum() == 0


def test_reading_an_engine_refuses_what_is_off_its_grid() -> None:
    engine = MatchingEngine(**GRID)
    with pytest.raises(OffTick):
        engine.level("buy", "1.01")
    with pytest.raises(InvalidArgument, match="levels must not be negative, but is -1"):
        engine.depth(-1)


def calendar() -> MultiLegMarket:
    """A spread over two outrights; real and implied bids of the spread meet at one price, and not at the other."""
    market = MultiLegMarket(outrights=["A", "B"], strategies={"A-B": {"A": 1, "B": -1}}, **GRID)
    market.submit("A", order_id=1, side="buy", price="10.00", quantity=5)
    market.submit("B", order_id=2, side="sell", price="9.00", quantity=3)
    market.submit("A-B", order_id=3, side="buy", price="1.00", quantity=2)
    market.submit("A-B", order_id=4, side="buy", price="0.90", quantity=4)
    market.submit("A-B", order_id=5, side="sell", price="1.20", quantity=6)
    return market


def book_of(*orders: tuple[int, str, str, int]) -> L3Book:
    book = L3Book(**GRID)
    for order in orders:
        book.add(*order)
    return book


def test_the_real_orders_of_an_instrument_read_like_a_book() -> None:
    real = book_of((3, "buy", "1.00", 2), (4, "buy", "0.90", 4), (5, "sell", "1.20", 6))
    assert_reads_like(calendar().book("A-B"), real)


def test_implied_orders_read_like_a_book() -> None:
    implied = calendar().implied_book("A-B")
    assert [(str(level.price), level.quantity, level.count) for level in implied.depth()[0]] == [("1.00", 3, 0)]
    assert (implied.best_ask, implied.mid) == (None, None)
    assert implied.imbalance(digits=0) == 1
    assert str(implied.worst_price("sell", 3)) == "1.00"


def test_real_and_implied_orders_add_up_at_a_price() -> None:
    market = calendar()
    combined = market.combined_book("A-B")
    bids, asks = combined.depth()
    assert [(str(level.price), level.quantity, level.count) for level in bids] == [("1.00", 5, 1), ("0.90", 4, 1)]
    assert [(str(level.price), level.quantity) for level in asks] == [("1.20", 6)]
    assert combined.level("buy", "1.00").quantity == 5
    assert combined.quantity_to("sell", "0.95") == 5
    assert str(combined.average_price("sell", 9, digits=4)) == "0.9556"
    assert combined.depth_arrays()[0]["quantity"].tolist() == [50, 40]


def test_a_better_implied_price_comes_first() -> None:
    market = calendar()
    market.cancel("A-B", 3)
    market.submit("B", order_id=6, side="buy", price="8.90", quantity=1)
    market.submit("A", order_id=7, side="sell", price="10.05", quantity=2)
    combined = market.combined_book("A-B")
    assert [str(level.price) for level in combined.depth()[0]] == ["1.00", "0.90"]
    assert [(str(level.price), level.quantity) for level in combined.depth()[1]] == [("1.15", 1), ("1.20", 6)]
    assert (str(combined.best_ask.price), combined.best_ask.count) == ("1.15", 0)


def test_a_book_of_a_market_shows_it_as_it_is_now_and_keeps_it_alive() -> None:
    market = calendar()
    books = [market.book("A"), market.implied_book("A"), market.combined_book("A")]
    market.cancel("A", 1)
    del market
    gc.collect()
    assert books[0].best_bid is None
    assert [str(book.best_ask.price) for book in books[1:]] == ["10.20", "10.20"]


def test_a_book_of_an_unknown_instrument_is_refused() -> None:
    for read in (calendar().book, calendar().implied_book, calendar().combined_book):
        with pytest.raises(InvalidArgument, match="instrument is 'C'; this market has: A, B, A-B"):
            read("C")
