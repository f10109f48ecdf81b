"""The enumerations in Python: FIX codes, texts, and arguments that take either."""

from __future__ import annotations

import enum
import pickle

import pytest

from pytrader.errors import InvalidArgument
from pytrader.model import (
    ExecType,
    InstrumentKind,
    Liquidity,
    OrderStatus,
    OrderType,
    RejectReason,
    SelfTrade,
    Side,
    TimeInForce,
    next_status,
    reason_text,
)

ALL: list[type[enum.IntEnum]] = [
    ExecType,
    InstrumentKind,
    Liquidity,
    OrderStatus,
    OrderType,
    RejectReason,
    SelfTrade,
    Side,
    TimeInForce,
]


def test_codes_are_those_of_fix() -> None:
    assert (Side.BUY, Side.SELL) == (1, 2)
    assert (OrderType.MARKET, OrderType.LIMIT) == (1, 2)
    assert (3, 4, ord("P")) == (OrderType.STOP, OrderType.STOP_LIMIT, OrderType.PEGGED)
    fix_59 = {"DAY": 0, "GTC": 1, "AT_THE_OPEN": 2, "IOC": 3, "FOK": 4, "GTD": 6, "AT_THE_CLOSE": 7}
    assert {name: int(TimeInForce[name]) for name in fix_59} == fix_59
    fix_39 = {"NEW": "0", "PARTIALLY_FILLED": "1", "FILLED": "2", "CANCELED": "4", "PENDING_CANCEL": "6"}
    fix_39 |= {"REJECTED": "8", "PENDING_NEW": "A", "EXPIRED": "C", "PENDING_REPLACE": "E"}
    assert {name: chr(OrderStatus[name]) for name in fix_39} == fix_39
    assert {name: chr(ExecType[name]) for name in ("TRADE", "REPLACED")} == {"TRADE": "F", "REPLACED": "5"}
    assert (Liquidity.MAKER, Liquidity.TAKER) == (1, 2)


@pytest.mark.parametrize("members", ALL)
def test_a_member_prints_as_its_text_and_travels(members: type[enum.IntEnum]) -> None:
    for member in members:
        assert str(member) == member.name.lower()
        assert f"{member:>20}" == member.name.lower().rjust(20)
        assert pickle.loads(pickle.dumps(member)) is member


def test_every_reason_has_a_sentence() -> None:
    sentences = {reason_text(reason) for reason in RejectReason}
    assert len(sentences) == len(RejectReason)
    assert reason_text(RejectReason.NO_LIQUIDITY) == "nothing was left to trade with"


def test_members_and_texts_are_taken_alike() -> None:
    assert next_status("New", "TRADE") is next_status(OrderStatus.NEW, ExecType.TRADE) is OrderStatus.PARTIALLY_FILLED
    with pytest.raises(InvalidArgument, match="status is 'open'; give 'initialized', 'denied'"):
        next_status("open", "trade")
    for wrong in (48, None, Side.BUY, 1.0):
        with pytest.raises(TypeError, match="status must be text"):
            next_status(wrong, "trade")  # type: ignore[arg-type]
