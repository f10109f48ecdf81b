"""Instruments in Python: definitions, conversions, refusals, and the ways they travel."""

from __future__ import annotations

import copy
import json
import pickle
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytrader.errors import (
    DecimalOverflow,
    Inexact,
    InvalidArgument,
    InvalidInstrument,
    OffLot,
    OffTick,
    PytraderError,
)
from pytrader.model import Currency, Fixed, Instrument, InstrumentKind, Money, Price, Quantity, Side


def bitcoin(**changes: Any) -> Instrument:
    fields: dict[str, Any] = {
        "base_currency": "BTC",
        "quote_currency": "USDT",
        "tick_size": "0.01",
        "lot_size": "0.00001",
        "maker_fee": "-0.0001",
        "taker_fee": "0.0004",
    }
    return Instrument("BTCUSDT", "BINANCE", **(fields | changes))


def test_attributes_are_values_of_their_kind() -> None:
    instrument = bitcoin(max_price="1000000", min_quantity="0.0001", min_notional="5", kind="perpetual")
    assert (instrument.id, instrument.symbol, instrument.venue) == ("BTCUSDT.BINANCE", "BTCUSDT", "BINANCE")
    assert instrument.kind is InstrumentKind.PERPETUAL
    assert instrument.base_currency == Currency("BTC")
    assert instrument.quote_currency == Currency("USDT")
    assert (instrument.tick_size, instrument.lot_size) == (Price("0.01"), Quantity("0.00001"))
    assert (instrument.multiplier, instrument.maker_fee, instrument.taker_fee) == (
        Fixed(1),
        Fixed("-0.0001"),
        Fixed("0.0004"),
    )
    assert (instrument.min_price, instrument.max_price) == (Price("0.01"), Price("1000000"))
    assert (instrument.min_quantity, instrument.max_quantity) == (Quantity("0.0001"), None)
    assert (instrument.min_notional, instrument.max_notional) == (Money("5", "USDT"), None)
    assert (instrument.price_decimals, instrument.quantity_decimals) == (2, 5)


def test_an_equity_needs_no_base_currency() -> None:
    stock = Instrument("BRK.B", "NYSE", kind="equity", quote_currency="USD", tick_size="0.010", lot_size=1)
    assert stock.id == "BRK.B.NYSE"
    assert stock.base_currency is None
    assert stock.price_decimals == 2


def test_every_kind_of_exact_number_is_taken() -> None:
    expected = bitcoin()
    for tick in ("0.01", Decimal("0.01"), Fixed("0.01"), Price("0.01"), Fraction(1, 100)):
        assert bitcoin(tick_size=tick) == expected


@pytest.mark.parametrize(
    "name", ["tick_size", "lot_size", "multiplier", "maker_fee", "taker_fee", "min_price", "max_notional"]
)
@pytest.mark.parametrize("number", [0.5, True, np.float32(0.5), [], b"1"])
def test_inexact_kinds_of_number_are_type_errors(name: str, number: object) -> None:
    with pytest.raises(TypeError, match=name):
        bitcoin(**{name: number})


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"tick_size": "0"}, InvalidInstrument, "tick_size is 0; it must be above zero"),
        ({"taker_fee": "4"}, InvalidInstrument, "0.1 % is 0.001"),
        ({"min_price": "5", "max_price": "4"}, InvalidInstrument, "min_price .500 ticks. is above max_price"),
        ({"max_price": "0.015"}, OffTick, "max_price 0.015 is no multiple of the tick 0.01"),
        ({"max_quantity": "0.000001"}, OffLot, "max_quantity 0.000001 is no multiple of the lot 0.00001"),
        ({"tick_size": "0.000000000000000001"}, InvalidInstrument, "not exact in 18 decimals"),
        ({"kind": "swap"}, InvalidArgument, "kind is 'swap'; give 'spot', 'equity', 'future', 'perpetual'"),
        ({"quote_currency": "NOSUCH"}, InvalidArgument, "NOSUCH"),
        ({"min_notional": "-1"}, InvalidInstrument, "min_notional is -1"),
    ],
)
def test_a_bad_definition_is_refused_with_its_numbers(
    changes: dict[str, Any], error: type[PytraderError], message: str
) -> None:
    with pytest.raises(error, match=message):
        bitcoin(**changes)


def test_notional_is_exact_or_refused() -> None:
    assert bitcoin().notional("64000.10", "1.5") == Money("96000.15", "USDT")
    assert str(bitcoin(multiplier="0.001").notional("64000.10", 3)) == "192.00030000 USDT"
    with pytest.raises(Inexact):
        bitcoin().notional("0.0000000001", "0.0000000001")


@pytest.mark.parametrize(
    ("mode", "side", "expected"),
    [
        ("up", None, "101.25"),
        ("down", None, "101.24"),
        ("nearest", None, "101.24"),
        ("passive", "buy", "101.24"),
        ("passive", Side.SELL, "101.25"),
        ("aggressive", Side.BUY, "101.25"),
        ("aggressive", "sell", "101.24"),
    ],
)
def test_prices_round_by_name(mode: str, side: Side | str | None, expected: str) -> None:
    assert str(bitcoin().round_price("101.245", mode, side=side)) == expected


def test_rounding_needs_a_known_mode_and_a_side_where_that_matters() -> None:
    with pytest.raises(InvalidArgument, match="give 'up', 'down', 'nearest', 'passive' or 'aggressive'"):
        bitcoin().round_price("1", "half")
    with pytest.raises(InvalidArgument, match="needs a side"):
        bitcoin().round_price("1", "passive")
    with pytest.raises(InvalidArgument, match="a quantity rounds"):
        bitcoin().round_quantity("1", "passive")
    assert str(bitcoin().round_quantity("0.123456")) == "0.12345"
    assert str(bitcoin().round_quantity("0.123451", "up")) == "0.12346"


@settings(deadline=None, derandomize=True)
@given(st.integers(-(2**60), 2**60), st.integers(0, 2**60))
def test_ticks_and_lots_convert_there_and_back(ticks: int, lots: int) -> None:
    instrument = bitcoin(tick_size="0.05", lot_size="0.002")
    assert instrument.price_ticks(instrument.price(ticks)) == ticks
    assert instrument.quantity_lots(instrument.quantity(lots)) == lots
    assert instrument.price(ticks) == Fraction(ticks, 20)
    assert instrument.quantity(lots) == Fraction(lots, 500)


@settings(deadline=None, derandomize=True)
@given(
    st.decimals(min_value=-(10**6), max_value=10**6, places=6),
    st.sampled_from(["up", "down", "nearest"]),
    st.sampled_from(["0.01", "0.05", "2.5", "0.000001"]),
)
def test_a_rounded_price_is_the_nearest_tick_on_its_side(price: Decimal, mode: str, tick: str) -> None:
    rounded = bitcoin(tick_size=tick).round_price(price, mode).as_decimal()
    off = rounded - price
    assert rounded % Decimal(tick) == 0
    assert abs(off) < Decimal(tick)
    assert off >= 0 if mode == "up" else off <= 0 if mode == "down" else abs(off) <= Decimal(tick) / 2


def test_off_grid_and_out_of_range_numbers_are_refused() -> None:
    instrument = bitcoin()
    with pytest.raises(OffTick, match=r"price 64000\.105 is no multiple of the tick 0\.01 of BTCUSDT\.BINANCE"):
        instrument.price_ticks("64000.105")
    with pytest.raises(OffLot):
        instrument.quantity_lots("0.000001")
    with pytest.raises(DecimalOverflow):
        instrument.price_ticks("100000000000000000000")
    with pytest.raises(DecimalOverflow):
        instrument.price(2**63)
    with pytest.raises(InvalidArgument, match="never negative"):
        instrument.quantity(-1)


@pytest.mark.parametrize("number", [1.9, Decimal("1.9"), np.float32(1.9), True, "1"])
@pytest.mark.parametrize("method", ["price", "quantity"])
def test_whole_numbers_take_nothing_else(method: str, number: object) -> None:
    with pytest.raises(TypeError):
        getattr(bitcoin(), method)(number)


def test_a_price_takes_no_quantity_and_a_quantity_no_price() -> None:
    with pytest.raises(TypeError):
        bitcoin().price_ticks(Quantity("1"))  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        bitcoin().quantity_lots(Price("1"))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "instrument",
    [
        bitcoin(),
        bitcoin(
            min_price="-5", max_price="1000", min_quantity="1", max_quantity="9", min_notional="5", max_notional="6"
        ),
        Instrument("ESZ6", "CME", kind="future", quote_currency="USD", tick_size="0.25", lot_size=1, multiplier=50),
    ],
)
def test_an_instrument_travels_whole(instrument: Instrument) -> None:
    assert Instrument.from_dict(json.loads(json.dumps(instrument.to_dict()))) == instrument
    assert pickle.loads(pickle.dumps(instrument)) == instrument
    assert copy.deepcopy(instrument) == instrument
    assert hash(copy.copy(instrument)) == hash(instrument)
    assert eval(repr(instrument), {"Instrument": Instrument}) == instrument
    assert instrument != bitcoin(tick_size="0.02")
    assert instrument != instrument.id


def test_fields_from_a_file_are_checked_by_name() -> None:
    fields = bitcoin().to_dict()
    with pytest.raises(InvalidArgument, match="no field 'ticksize'; its fields are symbol, venue, kind"):
        Instrument.from_dict(fields | {"ticksize": "1"})
    del fields["tick_size"]
    with pytest.raises(InvalidArgument, match="field 'tick_size' is missing"):
        Instrument.from_dict(fields)


@pytest.mark.parametrize("symbol", ["\u00c4", "\u5e01\u5b89", "A\u00c4"])
def test_a_symbol_of_other_letters_is_refused_with_a_message_that_can_be_read(symbol: str) -> None:
    with pytest.raises(InvalidInstrument, match=f"symbol '{symbol}' has a character that is not printable ASCII"):
        Instrument(symbol, "X", quote_currency="USD", tick_size="0.01", lot_size="1")
