"""What the compiled books take from Python and refuse: numbers, sides, ids, arrays, threads."""

from __future__ import annotations

import pickle
import threading
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest

from pytrader.book import FLAG_LAST, L2_EVENT, L3_EVENT, BookAction, L2Book, L3Book, Level, RestingOrder, Sweep
from pytrader.errors import (
    BookError,
    CapacityError,
    DecimalOverflow,
    Inexact,
    InvalidArgument,
    InvalidDecimal,
    InvalidState,
    OffLot,
    OffTick,
)
from pytrader.model import Price, Quantity, Side


@pytest.fixture
def book() -> L3Book:
    """One bid, id 1: 5 at 100.00."""
    book = L3Book(tick="0.01", lot="0.1")
    book.add(order_id=1, side="buy", price="100.00", quantity=5)
    return book


def adds(count: int) -> Any:
    """Rows that each queue a new order on a bid."""
    rows = np.zeros(count, L3_EVENT)
    rows["action"] = BookAction.ADD
    rows["side"] = Side.BUY
    rows["price"] = 100 + np.arange(count) % 50
    rows["quantity"] = 1
    rows["order_id"] = np.arange(count)
    rows["flags"] = FLAG_LAST
    return rows


def test_levels_are_named_tuples_of_values(book: L3Book) -> None:
    bid = book.best_bid
    assert isinstance(bid, Level)
    assert isinstance(bid.price, Price)
    assert isinstance(bid.quantity, Quantity)
    assert (str(bid.price), str(bid.quantity), bid.count) == ("100.00", "5.0", 1)
    assert pickle.loads(pickle.dumps(bid)) == bid
    assert book.order(1) == RestingOrder(1, Side.BUY, Price("100"), Quantity("5"))
    assert book.sweep("sell", 1) == Sweep(Quantity("1"), Decimal(100), Price("100"))
    assert repr(book) == "L3Book(tick=0.01, lot=0.1, orders=1)"


@pytest.mark.parametrize("price", ["99.5", 99, Decimal("99.5"), Fraction(199, 2), Price("99.50")])
def test_prices_may_be_text_int_decimal_or_price(book: L3Book, price: Any) -> None:
    assert book.add(order_id=2, side=Side.BUY, price=price, quantity=Quantity("0.1"))


@pytest.mark.parametrize(
    ("arguments", "error", "match"),
    [
        ({"price": 99.5}, TypeError, "float"),
        ({"price": np.float64(99.5)}, TypeError, "float"),
        ({"price": True}, TypeError, "bool"),
        ({"price": Quantity("1")}, TypeError, "Quantity"),
        ({"price": "abc"}, InvalidDecimal, "abc"),
        ({"price": "99.995"}, OffTick, r"99\.995.*0\.01"),
        ({"price": "99999999999999999999"}, DecimalOverflow, "99999999999999999999"),
        ({"quantity": 1.5}, TypeError, "float"),
        ({"quantity": "0.15"}, OffLot, r"0\.15.*0\.1"),
        ({"quantity": -1}, ValueError, "-1"),
        ({"side": "bid"}, InvalidArgument, "bid"),
        ({"side": 1.0}, TypeError, "side"),
        ({"side": None}, TypeError, "side"),
        ({"order_id": 1.9}, TypeError, "order_id"),
        ({"order_id": Decimal(2)}, TypeError, "order_id"),
        ({"order_id": np.float32(2)}, TypeError, "order_id"),
        ({"order_id": True}, TypeError, "order_id"),
        ({"order_id": -1}, InvalidArgument, "order_id"),
        ({"order_id": 2**64}, InvalidArgument, "order_id"),
    ],
)
def test_bad_arguments_are_refused_before_anything_changes(
    book: L3Book, arguments: dict[str, Any], error: type[Exception], match: str
) -> None:
    sound: dict[str, Any] = {"order_id": 2, "side": "buy", "price": "99.50", "quantity": 1}
    with pytest.raises(error, match=match):
        book.add(**{**sound, **arguments})
    assert len(book) == 1
    assert sum(book.faults.values()) == 0


@pytest.mark.parametrize("number", [1.9, Decimal("1.9"), np.float32(1.9), True, None, "x"])
def test_counts_are_whole_numbers(book: L3Book, number: Any) -> None:
    calls = [
        lambda: book.depth(number),
        lambda: book.reserve(number),
        lambda: book.delete(number),
        lambda: book.order(number),
        lambda: book.queue_ahead(number),
        lambda: number in book,
        lambda: L3Book("1", max_orders=number),
        lambda: L2Book("1").set("buy", 1, 1, number),
        lambda: book.average_price("sell", 1, digits=number),
    ]
    for call in calls:
        with pytest.raises(TypeError):
            call()


def test_numpy_integers_are_integers(book: L3Book) -> None:
    assert book.add(order_id=np.uint64(2**64 - 1), side="buy", price=np.int64(99), quantity=np.int32(2))
    assert 2**64 - 1 in book


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"tick": "0"}, InvalidArgument),
        ({"tick": "-1"}, InvalidArgument),
        ({"tick": 0.01}, TypeError),
        ({"tick": "1", "lot": "0"}, InvalidArgument),
        ({"tick": "1", "policy": "loose"}, InvalidArgument),
        ({"tick": "1", "max_orders": 0}, InvalidArgument),
        ({"tick": "1", "max_orders": 2**31 + 1}, InvalidArgument),
        ({}, TypeError),
    ],
)
def test_a_book_is_made_of_sound_parts(arguments: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        L3Book(**arguments)


def test_the_bound_on_orders_holds() -> None:
    book = L3Book("1", max_orders=2)
    book.apply(adds(2))
    with pytest.raises(CapacityError, match="2"):
        book.add(order_id=9, side="buy", price=1, quantity=1)
    assert len(book) == 2


def test_a_batch_that_reaches_the_bound_names_the_row() -> None:
    for rows in (5, 1_000):
        book = L3Book("1", max_orders=3)
        with pytest.raises(CapacityError, match="event 3: ") as caught:
            book.apply(adds(rows))
        assert (caught.value.row, len(book)) == (3, 3)
        book.self_check()


def test_masked_arrays_are_refused() -> None:
    rows = adds(3)
    masked = np.ma.MaskedArray(rows, mask=[False, True, False])
    columns = {name: rows[name] for name in ("action", "side", "price", "quantity", "order_id")}
    book = L3Book("1")
    for events in (masked, {**columns, "price": np.ma.masked_equal(columns["price"], 101)}):
        with pytest.raises(InvalidArgument, match="masked"):
            book.apply(events)
    assert len(book) == 0


def test_worth_beyond_18_decimals_is_refused_not_rounded() -> None:
    book = L3Book(tick="0.0000000001", lot="0.0000000001")
    book.add(order_id=1, side="sell", price="0.0000000001", quantity="0.0000000001")
    with pytest.raises(Inexact):
        book.sweep("buy", "0.0000000001")


def test_average_price_rounds_as_told() -> None:
    book = L2Book("1")
    book.snapshot(bids=[], asks=[(100, 1), (101, 2)])
    assert str(book.average_price("buy", 3, digits=2)) == "100.67"
    assert str(book.average_price("buy", 3, digits=2, rounding="down")) == "100.66"
    with pytest.raises(InvalidArgument, match="sideways"):
        book.average_price("buy", 3, rounding="sideways")
    with pytest.raises(InvalidArgument, match="digits"):
        book.average_price("buy", 3, digits=19)
    with pytest.raises(InvalidArgument, match="above zero"):
        book.average_price("buy", 0)


def test_an_array_of_the_exported_dtype_or_of_an_equal_one_is_taken() -> None:
    same = np.dtype([(name, L3_EVENT[name]) for name in L3_EVENT.names])
    assert same == L3_EVENT
    for rows in (adds(300), adds(300).astype(same), adds(600)[::2], adds(300)[::-1]):
        book = L3Book("1")
        assert book.apply(rows) == 300
        book.self_check()


def test_columns_of_any_stride_are_taken_and_times_and_flags_may_be_absent() -> None:
    rows = adds(1000)
    columns = {name: rows[name] for name in ("action", "side", "price", "quantity", "order_id")}
    reordered = np.zeros(1000, [(name, L3_EVENT[name]) for name in reversed(L3_EVENT.names)])
    for name in L3_EVENT.names:
        reordered[name] = rows[name]
    books = [L3Book("1") for _ in range(5)]
    books[0].apply(rows)
    books[1].apply(columns)
    books[2].apply({**columns, "order_id": np.arange(1000, dtype=np.int64)})
    books[3].apply(reordered)
    books[4].apply(MappingProxyType(columns))
    assert len({repr(book.depth(100)) for book in books}) == 1


def test_empty_and_read_only_arrays_are_taken() -> None:
    rows = adds(3)
    rows.setflags(write=False)
    book = L3Book("1")
    assert book.apply(rows) == 3
    assert book.apply(rows[:0]) == 0


@pytest.mark.parametrize(
    ("make", "match"),
    [
        (lambda rows: rows["price"], "int64"),
        (lambda rows: rows.reshape(2, 2), "dimension"),
        (lambda rows: [1, 2], "list"),
        (lambda rows: None, "NoneType"),
        (lambda rows: {"action": rows["action"]}, "lack the column side"),
        (
            lambda rows: {name: rows[name] for name in L3_EVENT.names} | {"colour": rows["price"]},
            "unknown column colour",
        ),
        (lambda rows: {name: rows[name] for name in L3_EVENT.names} | {"price": rows["price"][:3]}, "rows"),
        (
            lambda rows: {name: rows[name] for name in L3_EVENT.names} | {"price": rows["price"].astype(float)},
            "float64",
        ),
        (lambda rows: {name: rows[name] for name in L3_EVENT.names} | {"side": rows["side"].astype(np.int8)}, "int8"),
        (lambda rows: {name: rows[name] for name in L3_EVENT.names} | {"price": rows["order_id"]}, "uint64"),
        (lambda rows: {name: rows[name] for name in L3_EVENT.names} | {"price": [1, 2, 3, 4]}, "price"),
        (
            lambda rows: {name: rows[name] for name in L3_EVENT.names} | {"price": rows["price"].reshape(2, 2)},
            "dimension",
        ),
        (lambda rows: rows.astype(L3_EVENT.newbyteorder(">")), ">i8"),
        (lambda rows: np.zeros(4, L2_EVENT), "order_count"),
    ],
)
def test_arrays_that_do_not_fit_are_refused_by_name(make: Any, match: str) -> None:
    book = L3Book("1")
    with pytest.raises(InvalidArgument, match=match):
        book.apply(make(adds(4)))
    assert len(book) == 0


def test_a_faulty_row_is_named_with_its_values() -> None:
    rows = adds(1000)
    rows["quantity"][700] = -5
    book = L3Book("1")
    with pytest.raises(BookError, match=r"event 700 .*quantity -5 lots.*quantity_not_positive") as caught:
        book.apply(rows)
    assert (caught.value.row, caught.value.fault, len(book)) == (700, "quantity_not_positive", 700)


def test_a_second_thread_is_refused_while_a_batch_runs() -> None:
    rows = adds(1_000_000)
    rows["action"][1::2] = BookAction.ERASE
    rows["order_id"][1::2] = rows["order_id"][::2]
    book = L3Book("1")
    refusals = 0
    for _ in range(20):
        worker = threading.Thread(target=book.apply, args=(rows,))
        worker.start()
        while worker.is_alive() and not refusals:
            try:
                len(book)
            except InvalidState:
                refusals += 1
        worker.join()
        if refusals:
            break
    assert refusals
    assert len(book) == 0
    book.self_check()


def test_books_in_two_threads_equal_books_one_after_the_other() -> None:
    rows = adds(200_000)
    books = [L3Book("1") for _ in range(3)]
    workers = [threading.Thread(target=book.apply, args=(rows,)) for book in books[:2]]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    books[2].apply(rows)
    assert books[0].depth(50) == books[1].depth(50) == books[2].depth(50)


def test_a_book_is_small_until_used() -> None:
    book = L3Book("0.01")
    assert book.memory_bytes == 0
    book.add(order_id=1, side="buy", price=1, quantity=1)
    book.add(order_id=2, side="sell", price=2, quantity=1)
    assert book.memory_bytes < 8192


def test_a_warm_book_takes_no_more_memory() -> None:
    rows = adds(50_000)
    erases = adds(50_000)
    erases["action"] = BookAction.ERASE
    book = L3Book("1")
    book.reserve(50_000)
    book.apply(rows)
    book.apply(erases)
    warm = book.memory_bytes
    for _ in range(3):
        book.apply(rows)
        book.apply(erases)
    assert book.memory_bytes == warm


def test_record_types_are_64_bit_integers() -> None:
    for dtype in (L3_EVENT, L2_EVENT):
        assert dtype.itemsize == 64
        assert {dtype[name].str for name in dtype.names} <= {"<i8", "<u8"}
    assert L3_EVENT["order_id"].str == "<u8"
