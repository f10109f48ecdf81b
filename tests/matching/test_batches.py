"""Arrays in, arrays out: statuses, fills, dtypes, and the same outcome as message by message."""

from __future__ import annotations

import numpy as np
import pytest

from pytrader.errors import InvalidArgument
from pytrader.matching import (
    FILL,
    NO_PRICE,
    ORDER_MESSAGE,
    ORDER_TERMS,
    ORDER_UPDATE,
    MatchingEngine,
    MessageKind,
    Outcome,
    VenueRules,
    order_terms,
    outcome,
    reject_reason,
)
from pytrader.model import OrderType, RejectReason, Side, TimeInForce


def row(
    order_id: int,
    side: str = "buy",
    price: int = 0,
    quantity: int = 1,
    kind: str = "NEW",
    order_type: str = "limit",
    force: str = "gtc",
    flags: int = 0,
) -> tuple[int, ...]:
    """One ORDER_MESSAGE row."""
    codes = (MessageKind[kind], Side[side.upper()], OrderType[order_type.upper()], TimeInForce[force.upper()])
    return (*(int(code) for code in codes), flags, 0, 0, price, quantity, order_id, 0, 0)


def messages(*rows: tuple[int, ...]) -> np.ndarray:
    return np.array(list(rows), dtype=ORDER_MESSAGE)


def random_messages(count: int, seed: int = 5) -> np.ndarray:
    """Orders that cross often, cancels and replaces over few ids; some of it malformed."""
    rng = np.random.default_rng(seed)
    batch = np.zeros(count, ORDER_MESSAGE)
    batch["kind"] = rng.choice([1, 1, 1, 2, 3, 9], count, p=[0.3, 0.2, 0.19, 0.15, 0.15, 0.01])
    batch["side"] = rng.integers(1, 3, count)
    batch["order_type"] = rng.choice([1, 2], count, p=[0.1, 0.9])
    batch["time_in_force"] = rng.choice([0, 1, 3, 4], count, p=[0.01, 0.79, 0.1, 0.1])
    batch["flags"] = rng.choice([0, 1], count, p=[0.9, 0.1])
    batch["price"] = np.where(batch["order_type"] == 1, 0, rng.integers(-20, 20, count))
    batch["quantity"] = rng.integers(0, 30, count)
    batch["order_id"] = rng.integers(0, 300, count).astype(np.uint64) * np.uint64(2**55)
    return batch


def test_the_dtypes_are_rows_of_integers():
    assert ORDER_MESSAGE.names == (
        "kind",
        "side",
        "order_type",
        "time_in_force",
        "flags",
        "self_trade",
        "reserved",
        "price",
        "quantity",
        "order_id",
        "owner",
        "terms",
    )
    assert FILL.names == (
        "taker_order_id",
        "maker_order_id",
        "price",
        "quantity",
        "taker_leaves_qty",
        "maker_leaves_qty",
        "taker_side",
        "message_index",
    )
    assert (ORDER_MESSAGE.itemsize, FILL.itemsize, ORDER_UPDATE.itemsize) == (40, 64, 64)
    assert {ORDER_TERMS[name].str for name in ORDER_TERMS.names} == {"<i8"}
    assert {FILL[name].str for name in FILL.names} == {"<i8", "<u8"}


def test_every_outcome_has_its_status():
    batch = messages(
        row(1, "sell", 100, 5),
        row(2, "sell", 101, 5),
        row(3, "buy", 100, 2),
        row(4, "buy", 0, 4, order_type="market", force="ioc"),
        row(5, "buy", 101, 9, force="ioc"),
        row(6, "sell", 105, 5),
        row(6, kind="REPLACE", price=105, quantity=4),
        row(6, kind="REPLACE", price=106, quantity=4),
        row(7, "buy", 100, 3),
        row(6, kind="REPLACE", price=99, quantity=2),
        row(7, kind="REPLACE", price=100, quantity=1),
        row(8, "buy", 50, 1),
        row(8, kind="CANCEL"),
        row(8, kind="CANCEL"),
    )
    # Row 10: order 7 had 3, of which row 9 took 2; a new total of 1 is executed already.
    status, fills = MatchingEngine().apply(batch)
    assert status.dtype == np.uint8
    assert [outcome(int(code)).name for code in status] == [
        "RESTED",
        "RESTED",
        "FILLED",
        "FILLED",
        "REMAINDER_CANCELED",
        "RESTED",
        "REPLACED",
        "REQUEUED",
        "RESTED",
        "REPLACED_FILLED",
        "REPLACED_CLOSED",
        "RESTED",
        "CANCELED",
        "REJECTED",
    ]
    assert reject_reason(int(status[-1])) is RejectReason.UNKNOWN_ORDER
    assert reject_reason(int(status[0])) is RejectReason.NONE
    assert fills[["taker_order_id", "maker_order_id", "price", "quantity", "message_index"]].tolist() == [
        (3, 1, 100, 2, 2),
        (4, 1, 100, 3, 3),
        (4, 2, 101, 1, 3),
        (5, 2, 101, 4, 4),
        (6, 7, 100, 2, 9),
    ]
    assert fills[["taker_leaves_qty", "maker_leaves_qty", "taker_side"]].tolist() == [
        (0, 3, 1),
        (1, 0, 1),
        (0, 4, 1),
        (5, 0, 1),
        (0, 1, 2),
    ]


def test_status_codes_that_no_engine_gives_are_refused():
    for code in (0, 9, 12, 127, 255, -1, 300):
        with pytest.raises(InvalidArgument, match=str(code)):
            outcome(code)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"kind": 10}, RejectReason.MALFORMED_MESSAGE),
        ({"flags": 32}, RejectReason.MALFORMED_MESSAGE),
        ({"side": 3}, RejectReason.SIDE_NOT_VALID),
        ({"side": 0}, RejectReason.SIDE_NOT_VALID),
        ({"order_type": 9}, RejectReason.ORDER_TYPE_NOT_SUPPORTED),
        ({"time_in_force": 9}, RejectReason.TIME_IN_FORCE_NOT_SUPPORTED),
        ({"time_in_force": 5}, RejectReason.TIME_IN_FORCE_NOT_SUPPORTED),
        ({"quantity": 0}, RejectReason.QUANTITY_NOT_POSITIVE),
        ({"quantity": -(2**63)}, RejectReason.QUANTITY_NOT_POSITIVE),
        ({"price": NO_PRICE}, RejectReason.LIMIT_ORDER_WITHOUT_PRICE),
        ({"order_type": 1, "price": 5}, RejectReason.MARKET_ORDER_WITH_PRICE),
        ({"flags": 1, "time_in_force": 3}, RejectReason.POST_ONLY_NOT_ALLOWED),
        ({"reserved": 1}, RejectReason.MALFORMED_MESSAGE),
    ],
)
def test_bad_rows_are_rejected_with_their_reason_and_change_nothing(change: dict[str, int], reason: RejectReason):
    engine = MatchingEngine()
    batch = messages(row(1, "buy", 100, 5))
    for name, value in change.items():
        batch[name] = value
    status, fills = engine.apply(batch)
    assert reject_reason(int(status[0])) is reason
    assert len(fills) == len(engine) == 0
    assert engine.faults == {reason.name.lower(): 1}


def test_a_batch_says_the_same_as_single_rows_and_as_strided_rows():
    batch = random_messages(4000)
    whole = MatchingEngine()
    status, fills = whole.apply(batch)
    rows = MatchingEngine()
    single = [rows.apply(batch[i : i + 1]) for i in range(len(batch))]
    assert np.array_equal(status, np.concatenate([s for s, _ in single]))
    columns = [name for name in FILL.names if name != "message_index"]
    assert np.array_equal(fills[columns], np.concatenate([f for _, f in single])[columns])
    strided = np.repeat(batch, 2)[::2]
    assert not strided.flags.c_contiguous
    again, fills_again = MatchingEngine().apply(strided)
    assert np.array_equal(status, again)
    assert np.array_equal(fills, fills_again)
    assert len(fills) > 100
    assert whole.message_count == len(batch)
    assert whole.fill_count == len(fills)
    assert whole.volume.as_decimal() == int(fills["quantity"].sum())
    assert sum(whole.faults.values()) == int((status >= 128).sum())
    whole.self_check()


def test_results_stay_what_they_were_when_the_engine_goes_on():
    engine = MatchingEngine()
    status, fills = engine.apply(random_messages(500, seed=1))
    copies = status.copy(), fills.copy()
    engine.apply(random_messages(500, seed=2))
    assert np.array_equal(status, copies[0])
    assert np.array_equal(fills, copies[1])


def test_an_empty_batch_is_fine():
    status, fills = MatchingEngine().apply(messages())
    assert len(status) == len(fills) == 0
    assert fills.dtype == FILL


@pytest.mark.parametrize(
    "wrong",
    [
        [(1, 1, 2, 1, 0, 0, 0, 100, 5, 1, 0, 0)],
        np.zeros(3, np.int64),
        np.zeros((2, 2), ORDER_MESSAGE),
        np.zeros(3, [(name, "<i4") for name in ORDER_MESSAGE.names]),
        np.zeros(3, [(name, ORDER_MESSAGE[name]) for name in reversed(ORDER_MESSAGE.names)]),
        None,
    ],
)
def test_other_arrays_are_refused_before_anything_changes(wrong: object):
    engine = MatchingEngine()
    with pytest.raises((TypeError, InvalidArgument), match="ORDER_MESSAGE"):
        engine.apply(wrong)
    if wrong is not None:
        with pytest.raises((TypeError, InvalidArgument), match="ORDER_TERMS"):
            engine.apply(messages(row(1)), wrong)
    assert engine.message_count == 0


def test_an_equal_dtype_that_is_another_object_is_taken():
    dtype = np.dtype([(name, ORDER_MESSAGE[name].str) for name in ORDER_MESSAGE.names])
    status, _ = MatchingEngine().apply(np.array([row(1, "buy", 100, 5)], dtype=dtype))
    assert status.tolist() == [Outcome.RESTED]


def test_orders_beyond_the_bound_are_rejected():
    engine = MatchingEngine(rules=VenueRules(), max_orders=2)
    status, _ = engine.apply(messages(*(row(i, "buy", 100 - i, 5) for i in range(3))))
    assert reject_reason(int(status[2])) is RejectReason.ORDER_LIMIT
    assert len(engine) == 2


def test_order_terms_say_nothing_until_they_are_set():
    terms = order_terms(3)
    assert (terms.dtype, len(terms), len(order_terms(0))) == (ORDER_TERMS, 3, 0)
    prices = ("stop_price", "activation_price")
    for name in ORDER_TERMS.names:
        assert (terms[name] == (NO_PRICE if name in prices else 0)).all(), name
    terms["display_qty"][0] = 2
    batch = messages(row(1, "buy", 100, 5), row(2, "buy", 100, 7))
    batch["terms"] = [1, 2]
    engine = MatchingEngine()
    engine.apply(batch, terms)
    assert [order.display_qty for order in engine.orders()] == [2, 7]


def test_order_terms_refuse_a_count_that_is_none():
    with pytest.raises(InvalidArgument, match="count must not be negative, but is -1"):
        order_terms(-1)
    with pytest.raises(TypeError):
        order_terms(2.0)
