"""What can be read from a book, said once and run on every kind of book and on the naive twins."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytrader.book import BestQuoteBook, L2Book, L3Book
from pytrader.errors import DecimalOverflow, Inexact, InvalidArgument
from tests.book.naive_book import NaiveBestQuoteBook, NaiveBook, NaiveL2Book, NaiveL3Book

TWINS = {"l3": (L3Book, NaiveL3Book), "l2": (L2Book, NaiveL2Book), "quotes": (BestQuoteBook, NaiveBestQuoteBook)}
DEEP = [kind for name in ("l3", "l2") for kind in TWINS[name]]
ALL = [kind for twins in TWINS.values() for kind in twins]
Levels = list[tuple[Any, Any]]


def named(kind: Any) -> str:
    return str(kind.__name__)


def seed(book: Any, bids: Levels, asks: Levels) -> Any:
    """Fill a book of any kind with levels; a book of quotes gets the first of each side."""
    if isinstance(book, BestQuoteBook | NaiveBestQuoteBook):
        book.set(bids[0] if bids else None, asks[0] if asks else None)
        return book
    for number, (side, (price, quantity)) in enumerate(
        [("buy", level) for level in bids] + [("sell", level) for level in asks]
    ):
        if isinstance(book, L3Book | NaiveL3Book):
            book.add(number, side, price, quantity)
        else:
            book.set(side, price, quantity)
    return book


def assert_reads_equal(compiled: Any, naive: NaiveBook, quantity: Any, price: Any) -> None:
    """Everything that can be read is the same in both."""
    for name in ("best_bid", "best_ask", "spread", "mid", "crossed", "locked"):
        assert getattr(compiled, name) == getattr(naive, name), name
    assert compiled.micro_price() == naive.micro_price()
    assert compiled.micro_price(digits=2) == naive.micro_price(digits=2)
    assert [tuple(rows.tolist()) for rows in compiled.depth_arrays(3)] == [tuple(r) for r in naive.depth_arrays(3)]
    for levels in (1, 2, 5):
        assert compiled.depth(levels) == naive.depth(levels)
        assert compiled.imbalance(levels) == naive.imbalance(levels)
    for side in ("buy", "sell"):
        assert compiled.sweep(side, quantity) == naive.sweep(side, quantity)
        assert compiled.average_price(side, quantity) == naive.average_price(side, quantity)
        assert compiled.worst_price(side, quantity) == naive.worst_price(side, quantity)
        assert compiled.quantity_to(side, price) == naive.quantity_to(side, price)
        assert compiled.level(side, price) == naive.level(side, price)


SIDE = st.lists(st.tuples(st.integers(-40, 140), st.integers(1, 9)), max_size=8, unique_by=lambda level: level[0])


@pytest.mark.parametrize("kind", TWINS)
@settings(max_examples=120, deadline=None)
@given(bids=SIDE, asks=SIDE, wanted=st.integers(1, 40), limit=st.integers(-40, 140), tick=st.sampled_from([1, 3, 25]))
def test_every_reading_equals_the_naive_one(
    bids: Levels, asks: Levels, wanted: int, limit: int, tick: int, kind: str
) -> None:
    step = Decimal(tick) / 100
    fast, slow = (twin(str(step), "0.1", policy="lenient") for twin in TWINS[kind])
    scaled = [[(price * step, quantity * Decimal("0.1")) for price, quantity in side] for side in (bids, asks)]
    for book in (fast, slow):
        seed(book, *scaled)
    assert_reads_equal(fast, slow, wanted * Decimal("0.1"), limit * step)
    fast.self_check()


@pytest.mark.parametrize("kind", ALL, ids=named)
def test_an_empty_side_has_no_price_and_no_quantity(kind: Any) -> None:
    book = kind("0.01")
    assert (book.best_bid, book.best_ask, book.spread, book.mid) == (None, None, None, None)
    assert (book.micro_price(), book.imbalance()) == (None, None)
    assert not book.crossed
    assert not book.locked
    assert book.worst_price("buy", 1) is None
    assert book.quantity_to("buy", 100) == 0
    seed(book, [("1.00", 2)], [])
    assert (book.spread, book.mid, book.micro_price(), book.imbalance()) == (None, None, None, 1)


@pytest.mark.parametrize("kind", ALL, ids=named)
def test_half_a_tick_is_exact(kind: Any) -> None:
    book = seed(kind("0.01"), [("100.00", 2)], [("100.01", 1)])
    assert book.mid == Decimal("100.005")
    assert book.spread == Decimal("0.01")


@pytest.mark.parametrize("kind", ALL, ids=named)
def test_the_micro_price_leans_towards_the_thin_side(kind: Any) -> None:
    # (100.00 * 1 + 100.03 * 2) / 3 = 300.06 / 3 = 100.02
    book = seed(kind("0.01"), [("100.00", 2)], [("100.03", 1)])
    assert book.micro_price() == Decimal("100.02")
    # (100.00 * 3 + 100.01 * 4) / 7 = 700.04 / 7 = 100.005714285714...
    book = seed(kind("0.01"), [("100.00", 4)], [("100.01", 3)])
    assert book.micro_price(digits=6) == Decimal("100.005714")


@pytest.mark.parametrize("kind", ALL, ids=named)
def test_imbalance_runs_from_minus_one_to_one(kind: Any) -> None:
    # (4 - 3) / 7 = 0.142857142857142857142...
    book = seed(kind("1"), [(100, 4)], [(101, 3)])
    assert book.imbalance() == Decimal("0.142857142857142857")
    assert book.imbalance(digits=2) == Decimal("0.14")


@pytest.mark.parametrize("kind", DEEP, ids=named)
def test_imbalance_counts_as_many_levels_as_asked_for(kind: Any) -> None:
    book = seed(kind("1"), [(100, 1), (99, 8)], [(101, 3)])
    # (1 - 3) / 4, and (1 + 8 - 3) / 12
    assert (book.imbalance(), book.imbalance(2), book.imbalance(99)) == (
        Decimal("-0.5"),
        Decimal("0.5"),
        Decimal("0.5"),
    )


@pytest.mark.parametrize("kind", DEEP, ids=named)
def test_the_worst_price_is_that_of_the_last_lot(kind: Any) -> None:
    book = seed(kind("1"), [(99, 5), (98, 1)], [(100, 1), (102, 2)])
    assert [book.worst_price("buy", quantity) for quantity in (1, 2, 3, 4)] == [100, 102, 102, None]
    assert [book.worst_price("sell", quantity) for quantity in (5, 6, 7)] == [99, 98, None]


@pytest.mark.parametrize("kind", DEEP, ids=named)
def test_quantity_to_a_price_includes_that_price(kind: Any) -> None:
    book = seed(kind("1"), [(99, 5), (98, 1)], [(100, 1), (102, 2)])
    assert [book.quantity_to("buy", price) for price in (99, 100, 101, 102)] == [0, 1, 1, 3]
    assert [book.quantity_to("sell", price) for price in (100, 99, 98, 1)] == [0, 5, 6, 6]


@pytest.mark.parametrize("kind", ALL, ids=named)
def test_locked_is_equal_and_crossed_is_that_or_worse(kind: Any) -> None:
    states = []
    for ask in (101, 100, 99):
        book = seed(kind("1", policy="lenient"), [(100, 1)], [(ask, 1)])
        states.append((book.locked, book.crossed, book.spread))
    assert states == [(False, False, 1), (True, True, 0), (False, True, -1)]


@pytest.mark.parametrize("kind", [twins[0] for twins in TWINS.values()], ids=named)
def test_readings_refuse_what_they_can_not_say(kind: Any) -> None:
    book = seed(kind("0.01"), [("1.00", 2)], [("1.01", 1)])
    for call in (book.average_price, book.worst_price):
        with pytest.raises(InvalidArgument, match="above zero"):
            call("buy", 0)
    with pytest.raises(InvalidArgument, match="above zero"):
        book.imbalance(0)
    with pytest.raises(InvalidArgument, match="digits"):
        book.micro_price(digits=19)
    with pytest.raises(InvalidArgument, match="sideways"):
        book.imbalance(rounding="sideways")
    with pytest.raises(Inexact):
        book.micro_price(digits=2, rounding="exact")
    for wrong in (1.0, Decimal(1), True):
        with pytest.raises(TypeError):
            book.imbalance(wrong)


@pytest.mark.parametrize("kind", [L3Book, L2Book, BestQuoteBook], ids=named)
def test_half_of_the_smallest_tick_is_refused_not_rounded(kind: Any) -> None:
    smallest = Decimal("0.000000000000000001")
    book = seed(kind(str(smallest)), [(smallest, 1)], [(2 * smallest, 1)])
    assert book.spread == smallest
    with pytest.raises(Inexact):
        _ = book.mid


@pytest.mark.parametrize("kind", [L3Book, L2Book, BestQuoteBook], ids=named)
def test_the_largest_numbers_are_exact_or_refused(kind: Any) -> None:
    most = 2**63 - 1
    book = seed(kind("1"), [(most - 1, most)], [(most, most)])
    assert book.mid == most - Decimal("0.5")
    assert book.micro_price(digits=1) == most - Decimal("0.5")
    assert book.imbalance() == 0
    assert book.quantity_to("buy", most) == most
    with pytest.raises(DecimalOverflow):
        book.sweep("buy", most)
    large = seed(kind("100"), [], [(most - most % 100, 1)])
    assert large.worst_price("buy", 1) == most - most % 100


def test_quantities_of_a_side_may_exceed_64_bits() -> None:
    most = 2**63 - 1
    book = L2Book("1")
    book.snapshot(bids=[(1, most), (2, most), (3, most)], asks=[(4, most)])
    assert book.quantity_to("sell", 1) == 3 * most
    assert book.imbalance(3) == Decimal("0.5")
