"""One message a call says what a row of an array says; what no row could hold is refused."""

from __future__ import annotations

import gc
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from pytrader.errors import InvalidArgument
from pytrader.matching import (
    FILL,
    HIDDEN,
    NO_PRICE,
    ORDER_UPDATE,
    POST_ONLY,
    MatchingEngine,
    OrderEntry,
    Outcome,
    outcome,
    reject_reason,
)
from pytrader.model import OrderType, RejectReason, SelfTrade, Side, TimeInForce
from tests.matching.test_batches import random_messages
from tests.matching.test_concurrency import check_refused_during_a_batch


def send(entry: OrderEntry, row: Any) -> int:
    """One row of ORDER_MESSAGE as a call."""
    kind, side, order_type, force, flags, self_trade, _, price, quantity, order_id, owner, _ = row
    if kind == 2:
        return entry.cancel(order_id)
    if kind == 3:
        return entry.replace(order_id, price, quantity)
    return entry.submit(order_id, side, price, quantity, order_type, force, flags, owner, self_trade)


def test_calls_say_what_rows_say() -> None:
    messages = random_messages(20_000)
    messages["owner"] = messages["order_id"] >> np.uint64(55) & np.uint64(3)
    messages["self_trade"] = messages["order_id"] >> np.uint64(57) & np.uint64(3)
    messages = messages[messages["kind"] <= 3]
    engine, twin = MatchingEngine(), MatchingEngine()
    entry = OrderEntry(twin)
    status, fills = engine.apply(messages)
    assert [send(entry, row) for row in messages.tolist()] == status.tolist()
    fills_again, updates_again = entry.take()
    assert np.array_equal(fills, fills_again)
    assert np.array_equal(engine.updates, updates_again)
    assert len(fills) > 1000
    assert len(updates_again) > 100
    assert engine.depth(1000) == twin.depth(1000)
    assert twin.message_count == len(messages)
    twin.self_check()


def test_an_order_that_trades_leaves_a_fill_to_take() -> None:
    engine = MatchingEngine(tick="0.01")
    entry = OrderEntry(engine)
    assert entry.submit(1, Side.SELL, 10_000, 5) == Outcome.RESTED
    assert entry.submit(2, Side.BUY, 10_001, 3) == Outcome.FILLED
    fills, updates = entry.take()
    assert (fills.dtype, updates.dtype) == (FILL, ORDER_UPDATE)
    assert fills[["maker_order_id", "price", "quantity", "message_index"]].tolist() == [(1, 10_000, 3, 1)]
    assert len(updates) == 0
    assert str(engine.best_ask.price) == "100.00"


def test_take_begins_anew() -> None:
    entry = OrderEntry(MatchingEngine())
    entry.submit(1, 2, 100, 5)
    entry.submit(2, 1, 100, 1)
    assert entry.take()[0]["message_index"].tolist() == [1]
    assert [len(rows) for rows in entry.take()] == [0, 0]
    entry.submit(3, 1, 100, 1)
    assert entry.take()[0]["message_index"].tolist() == [0]


def test_what_was_taken_stays_when_more_is_sent() -> None:
    entry = OrderEntry(MatchingEngine())
    entry.submit(1, 2, 100, 50)
    entry.submit(2, 1, 100, 1)
    fills, _ = entry.take()
    for order_id in range(3, 20):
        entry.submit(order_id, 1, 100, 2)
    assert fills["quantity"].tolist() == [1]


def test_every_field_of_a_message_is_sent() -> None:
    engine = MatchingEngine()
    entry = OrderEntry(engine)
    assert entry.submit(1, Side.BUY, 100, 5, OrderType.LIMIT, TimeInForce.DAY, HIDDEN, 7) == Outcome.RESTED
    order = engine.order(1)
    assert (order.side, order.time_in_force, order.hidden, order.owner) == (Side.BUY, TimeInForce.DAY, True, 7)
    assert entry.submit(2, Side.SELL, 100, 1, owner=7, self_trade=SelfTrade.CANCEL_NEWEST) == Outcome.REMAINDER_CANCELED
    assert entry.submit(3, Side.SELL, NO_PRICE, 2, OrderType.MARKET) == Outcome.FILLED
    assert reject_reason(entry.submit(4, Side.SELL, 100, 1, flags=POST_ONLY)) is RejectReason.POST_ONLY_WOULD_TAKE
    assert entry.replace(order_id=1, price=99, quantity=5) == Outcome.REQUEUED
    assert entry.cancel(order_id=1) == Outcome.CANCELED


def test_a_bad_code_is_rejected_like_that_of_a_row() -> None:
    entry = OrderEntry(MatchingEngine())
    assert reject_reason(entry.submit(1, 3, 100, 1)) is RejectReason.SIDE_NOT_VALID
    assert reject_reason(entry.submit(1, 1, 100, 1, 255)) is RejectReason.ORDER_TYPE_NOT_SUPPORTED
    assert outcome(entry.cancel(1)) is Outcome.REJECTED


@pytest.mark.parametrize("order_id", [0, 2**30, 2**62, 2**63, 2**64 - 1, np.uint64(2**64 - 1), np.int32(5)])
def test_any_number_of_64_bits_names_an_order(order_id: int) -> None:
    engine = MatchingEngine()
    entry = OrderEntry(engine)
    assert entry.submit(order_id, 1, 100, 1) == Outcome.RESTED
    assert engine.order(int(order_id)) is not None
    assert entry.cancel(order_id) == Outcome.CANCELED


@pytest.mark.parametrize("price", [-(2**63) + 1, -1, 2**30, 2**63 - 1, np.int64(-5)])
def test_any_number_of_64_bits_but_the_lowest_is_a_price(price: int) -> None:
    engine = MatchingEngine(tick="0.000001")
    assert OrderEntry(engine).submit(1, 1, price, 1) == Outcome.RESTED
    assert OrderEntry(engine).submit(2, 2, price, 1) == Outcome.FILLED


NOT_INTEGERS = [1.0, 1.9, np.float64(1), np.float32(1.9), Decimal(1), Fraction(1), True, False, np.True_, "1", None]


@pytest.mark.parametrize("value", NOT_INTEGERS, ids=repr)
@pytest.mark.parametrize("position", range(9))
def test_submit_refuses_what_is_no_integer(position: int, value: object) -> None:
    engine = MatchingEngine()
    arguments: list[Any] = [1, 1, 100, 1, 2, 1, 0, 0, 0]
    arguments[position] = value
    with pytest.raises(TypeError, match="must be an int, not"):
        OrderEntry(engine).submit(*arguments)
    assert engine.message_count == 0


@pytest.mark.parametrize("value", NOT_INTEGERS, ids=repr)
def test_cancel_and_replace_refuse_what_is_no_integer(value: Any) -> None:
    engine = MatchingEngine()
    entry = OrderEntry(engine)
    for call, arguments in (
        (entry.cancel, (value,)),
        (entry.replace, (value, 1, 1)),
        (entry.replace, (1, value, 1)),
        (entry.replace, (1, 1, value)),
    ):
        with pytest.raises(TypeError, match="must be an int, not"):
            call(*arguments)
    assert engine.message_count == 0


@pytest.mark.parametrize(
    ("position", "value", "message"),
    [
        (0, -1, r"order_id is -1; give 0 to 18446744073709551615"),
        (0, 2**64, r"order_id is 18446744073709551616; give 0 to"),
        (1, 256, r"side is 256; give 0 to 255"),
        (1, -1, r"side is -1; give 0 to 255"),
        (2, 2**63, r"price is 9223372036854775808; give -9223372036854775808 to 9223372036854775807"),
        (2, -(2**63) - 1, r"price is -9223372036854775809; give"),
        (3, 2**64, r"quantity is 18446744073709551616; give"),
        (4, 256, r"order_type is 256"),
        (5, 256, r"time_in_force is 256"),
        (6, 65_536, r"flags is 65536; give 0 to 65535"),
        (7, 2**32, r"owner is 4294967296; give 0 to 4294967295"),
        (8, 2**70, r"self_trade is 1180591620717411303424; give 0 to 255"),
    ],
)
def test_numbers_that_no_row_could_hold_are_refused(position: int, value: int, message: str) -> None:
    engine = MatchingEngine()
    arguments = [1, 1, 100, 1, 2, 1, 0, 0, 0]
    arguments[position] = value
    with pytest.raises(InvalidArgument, match=message):
        OrderEntry(engine).submit(*arguments)
    assert engine.message_count == 0


def test_an_entry_needs_an_engine() -> None:
    with pytest.raises(TypeError, match="engine must be a MatchingEngine, not NoneType"):
        OrderEntry(None)
    with pytest.raises(TypeError):
        OrderEntry.__new__(OrderEntry)


def test_an_entry_keeps_its_engine_alive() -> None:
    entry = OrderEntry(MatchingEngine())
    gc.collect()
    assert entry.submit(1, 1, 100, 1) == Outcome.RESTED
    assert len(entry.engine) == 1


def test_two_entries_and_the_engine_itself_share_one_book() -> None:
    engine = MatchingEngine(tick="1")
    first, second = OrderEntry(engine), OrderEntry(engine)
    first.submit(1, Side.SELL, 100, 5)
    second.submit(2, Side.BUY, 100, 1)
    engine.submit(order_id=3, side="buy", price="100", quantity=2)
    assert first.cancel(1) == Outcome.CANCELED
    assert [len(rows) for rows in first.take()] == [0, 0]
    assert second.take()[0]["quantity"].tolist() == [1]


def test_a_call_during_a_batch_of_another_thread_is_refused() -> None:
    engine = MatchingEngine()
    entry = OrderEntry(engine)
    check_refused_during_a_batch(engine, lambda: entry.cancel(3))


def test_code_that_runs_while_rows_are_made_loses_none() -> None:
    """A finalizer may send through the entry whose rows are being taken."""
    entry = OrderEntry(MatchingEngine())

    def trade() -> None:
        entry.submit(1, Side.SELL, 100, 1)
        entry.submit(2, Side.BUY, 100, 1)

    class Trader:
        def __del__(self) -> None:
            for _ in range(2000):
                trade()

    thresholds = gc.get_threshold()
    gc.collect()
    gc.disable()
    try:
        trade()
        first = Trader()
        first.itself = first  # type: ignore[attr-defined]
        del first
        gc.set_threshold(1, 1, 1)
        gc.enable()
        taken = entry.take()[0]
    finally:
        gc.set_threshold(*thresholds)
        gc.enable()
    gc.collect()
    fills = np.concatenate([taken, entry.take()[0]])
    assert len(fills) == 2001
    assert set(fills["taker_order_id"].tolist()) == {2}
