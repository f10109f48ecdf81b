"""What a value may be made from, and what is refused with the line to write instead."""

from __future__ import annotations

import inspect
import operator
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from pytrader.errors import DecimalOverflow, Inexact, InvalidArgument, InvalidDecimal, OffLot, OffTick, PytraderError
from pytrader.model import Side
from pytrader.model.decimal_arrays import format_array, from_floats, from_ticks, parse_array, to_ticks
from pytrader.model.values import Currency, Fixed, Money, Price, Quantity, notional

KINDS: tuple[Any, ...] = (Fixed, Price, Quantity)
TRUNCATABLE: tuple[Any, ...] = (1.9, Decimal("1.9"), np.float32(1.9), np.float64(1.9), Fraction(19, 10))


@pytest.mark.parametrize("kind", KINDS)
def test_exact_numbers_of_every_type_are_taken(kind: Any) -> None:
    assert str(kind("101.250")) == "101.250"
    assert str(kind(Decimal("101.250"))) == "101.250"
    assert str(kind(Decimal("1E+3"))) == "1000"
    assert str(kind(Fraction(1, 8))) == "0.125"
    assert str(kind(2**66)) == str(2**66)
    assert str(kind(np.int64(7))) == str(kind(np.uint8(7))) == "7"
    assert str(kind(Fixed("1.50"))) == "1.50"
    assert str(kind(np.str_("1.5"))) == "1.5"
    assert kind() == 0


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("number", [1.5, 0.1, np.float32(1.5), np.float64(1.5), float("nan"), float("inf")])
def test_a_float_is_refused_with_the_line_to_write(kind: Any, number: Any) -> None:
    with pytest.raises(TypeError, match=r"from_float\(.*decimals=.*rounding="):
        kind(number)


@pytest.mark.parametrize("kind", KINDS)
def test_bools_and_other_things_are_refused(kind: Any) -> None:
    for thing in (True, False, None, b"1", [1], 1j, object(), np.bool_(True), Money("1", "USD")):
        with pytest.raises(TypeError):
            kind(thing)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "text",
    ["", " 1", "1 ", "1_000.5", "1,000", "NaN", "Infinity", "0x1", "1e", "--1", "1.2.3", "٣", "1\0", ".", "1e5.0", "½"],
)
def test_text_that_is_no_decimal_is_refused(kind: Any, text: str) -> None:
    with pytest.raises(InvalidDecimal):
        kind(text)


@pytest.mark.parametrize("kind", KINDS)
def test_values_finer_than_eighteen_decimals_are_refused(kind: Any) -> None:
    for value in ("0.0000000000000000001", Decimal("1E-19"), Fraction(1, 3), Fraction(1, 2**19)):
        with pytest.raises(InvalidDecimal):
            kind(value)
    assert str(kind("1.0000000000000000000000")) == "1.000000000000000000"


@pytest.mark.parametrize("kind", KINDS)
def test_values_beyond_the_range_are_refused(kind: Any) -> None:
    for value in ("1e21", 10**21, 2**200, Decimal("1E+400"), Fraction(10**30), "9" * 5000):
        with pytest.raises(DecimalOverflow):
            kind(value)


def test_a_price_is_not_made_from_a_quantity_nor_the_other_way() -> None:
    with pytest.raises(TypeError, match="Fixed"):
        Price(Quantity(1))
    with pytest.raises(TypeError, match="Fixed"):
        Quantity(Price(1))
    assert Price(Fixed(Quantity(1))) == 1


def test_values_do_not_change() -> None:
    price = Price("1.5")
    with pytest.raises(AttributeError):
        price.decimals = 3
    with pytest.raises(AttributeError):
        price.note = "mine"
    price.__init__("2.5")
    assert price == Price("1.5")


def test_kinds_do_not_mix() -> None:
    price, quantity, money = Price(1), Quantity(1), Money("1", "USD")
    for a, b in ((price, quantity), (quantity, price), (price, money), (money, quantity), (money, Fixed(1))):
        for operation in (operator.eq, operator.ne, operator.lt, operator.ge, operator.add, operator.sub):
            with pytest.raises(TypeError):
                operation(a, b)
    for a, b in ((price, price), (price, quantity), (price, Decimal(1)), (price, 1.0), (price, "1"), (price, True)):
        with pytest.raises(TypeError):
            operator.mul(a, b)
        with pytest.raises(TypeError):
            operator.truediv(a, b)


@pytest.mark.parametrize("number", [1.0, 1.5, float("nan"), np.float64(1), np.float32(1), True])
def test_floats_and_bools_do_not_compare(number: Any) -> None:
    for value in (Price(1), Quantity(1), Fixed(1), Money("1", "USD")):
        for compare in (operator.eq, operator.ne, operator.lt, operator.le, operator.gt, operator.ge):
            with pytest.raises(TypeError):
                compare(value, number)
        with pytest.raises(TypeError):
            value + number


def test_arrays_do_not_compare_as_a_whole() -> None:
    for column in (np.array([1, 2]), np.array([1]), np.array([1.0]), np.array([Price(1)])):
        with pytest.raises(TypeError):
            Price(1) == column  # noqa: B015
        with pytest.raises(TypeError):
            column < Price(1)  # noqa: B015


def test_values_are_unequal_to_things_that_are_no_numbers() -> None:
    for value in (Price(1), Quantity(1), Fixed(1), Money("1", "USD")):
        assert value != "1"
        assert value is not None
        assert (value == None) is False  # noqa: E711
        assert (value == object()) is False


def test_comparison_with_other_numbers_is_exact() -> None:
    assert Price("1.1") == Decimal("1.1")
    assert {Price("1.1"): "found"}[Decimal("1.1")] == "found"
    assert Quantity(5) == np.int64(5)
    assert np.int64(5) == Quantity(5)
    assert Price("0.333333333333333333") < Fraction(1, 3)
    assert Price(1) < 2**500
    assert Price(1) > -(2**500)
    assert Price(1) < Decimal("Infinity")
    assert Price(1) != Decimal("NaN")
    assert Price(1) < Decimal("1.0000000000000000000000000000000000000001")


def test_a_value_is_no_index_and_no_int_or_float_by_itself() -> None:
    for value in (Price(1), Quantity(1), Fixed(1), Money("1", "USD")):
        for cast in (int, operator.index, float, complex, range):
            with pytest.raises(TypeError):
                cast(value)
        with pytest.raises(TypeError):
            [0, 1][value]
    assert Price("1.5").as_float() == 1.5
    assert Price("1.5").as_fraction() == Fraction(3, 2)


def test_format_specs_are_those_of_decimal() -> None:
    for spec in ("", ".2f", ",.1f", ">12", "+.3f", "012.2f", "e", "%"):
        assert format(Price("1234567.8910"), spec) == format(Decimal("1234567.8910"), spec)
    assert f"{Money('1234.5', 'USD'):,.2f}" == "1,234.50"
    assert f"{Money('1234.5', 'USD')}" == "1234.50 USD"


def test_from_float_names_its_decimals_and_rounding() -> None:
    assert Price.from_float(0.125, decimals=2, rounding="half_even") == Price("0.12")
    assert Price.from_float(0.125, decimals=2, rounding="half_up") == Price("0.13")
    assert str(Quantity.from_float(1.0, decimals=3, rounding="down")) == "1.000"
    # The float is above 1.005 by its bits; its text is what counts.
    assert Price.from_float(1.005, decimals=2, rounding="half_down") == Price("1.00")
    for number in (float("nan"), float("inf")):
        with pytest.raises(InvalidDecimal):
            Price.from_float(number, decimals=2, rounding="down")
    for number in (1, "1.5", Decimal(1), np.float32(1.5)):
        with pytest.raises(TypeError):
            Price.from_float(number, decimals=2, rounding="down")
    with pytest.raises(InvalidArgument):
        Price.from_float(1.5, decimals=2, rounding=None)
    with pytest.raises(InvalidArgument):
        Price.from_float(1.5, decimals=2, rounding="nearest")
    with pytest.raises(DecimalOverflow):
        Price.from_float(1e300, decimals=2, rounding="down")


def test_ticks_and_lots_are_never_missed_silently() -> None:
    with pytest.raises(OffTick, match=r"101\.237.*0\.05"):
        Price("101.237").to_tick("0.05")
    with pytest.raises(OffLot, match=r"0\.7.*0\.5"):
        Quantity("0.7").to_lot("0.5")
    assert Quantity("0.7").to_lot("0.5", "down") == Quantity("0.5")
    assert Price("-101.237").to_tick("0.05", "up") == Price("-101.20")
    assert Price("101.237").to_tick("0.05", "passive", side=Side.BUY) == Price("101.20")
    assert Price("101.237").to_tick("0.05", "passive", side="sell") == Price("101.25")
    for refused in (
        lambda: Price(1).to_tick("0.05", "passive"),
        lambda: Price(1).to_tick("0.05", "passive", side="long"),
        lambda: Price(1).to_tick("0.05", "sideways"),
        lambda: Price(1).to_tick("0", "up"),
        lambda: Price(1).to_tick("-0.05", "up"),
        lambda: Quantity(1).to_lot("0.5", "passive"),
    ):
        with pytest.raises(InvalidArgument):
            refused()


def test_rounding_is_by_name_only() -> None:
    assert Fixed("2.5").quantize(0, "half_even") == Fixed("2.5").quantize(0, "ROUND_HALF_EVEN") == 2
    with pytest.raises(Inexact):
        Fixed("2.5").quantize(0)
    with pytest.raises(Inexact):
        Fixed(1).divide(3)
    with pytest.raises(Inexact):
        Fixed(1).divide(3, digits=4)
    with pytest.raises(InvalidArgument, match="digits"):
        Fixed(1).divide(3, rounding="down")
    with pytest.raises(InvalidArgument, match="0 to 18"):
        Fixed(1).divide(3, 19, "down")
    with pytest.raises(InvalidArgument, match="half_even"):
        Fixed(1).divide(3, 2, "nearest")


def test_scaled_integers_go_both_ways() -> None:
    assert Price.from_scaled(10125, 2) == Price("101.25")
    assert Price("101.25").scaled(4) == 1012500
    assert Price("-0.05").scaled(2) == -5
    with pytest.raises(Inexact):
        Price("101.25").scaled(1)


PLACES_FOR_INTEGERS: dict[str, Callable[[Any], Any]] = {
    "Fixed.quantize": lambda x: Fixed(1).quantize(x),
    "Price.quantize": lambda x: Price(1).quantize(x),
    "Quantity.quantize": lambda x: Quantity(1).quantize(x),
    "Money.quantize": lambda x: Money(1, "USD").quantize(x),
    "Fixed.multiply": lambda x: Fixed(1).multiply(1, x, "down"),
    "Fixed.divide": lambda x: Fixed(1).divide(1, x, "down"),
    "Fixed.fma": lambda x: Fixed(1).fma(1, 1, x, "down"),
    "Fixed.remainder": lambda x: Fixed(1).remainder(1, x, "down"),
    "Fixed.divide_int": lambda x: Fixed(1).divide_int(1, x, "down"),
    "Price.ratio": lambda x: Price(1).ratio(Price(1), x, "down"),
    "Quantity.ratio": lambda x: Quantity(1).ratio(Quantity(1), x, "down"),
    "Money.ratio": lambda x: Money(1, "USD").ratio(Money(1, "USD"), x, "down"),
    "Fixed.scaled": lambda x: Fixed(1).scaled(x),
    "Price.scaled": lambda x: Price(1).scaled(x),
    "Quantity.scaled": lambda x: Quantity(1).scaled(x),
    "Fixed.from_scaled": lambda x: Fixed.from_scaled(x, 2),
    "Price.from_scaled": lambda x: Price.from_scaled(x, 2),
    "Quantity.from_scaled": lambda x: Quantity.from_scaled(x, 2),
    "Fixed.from_scaled decimals": lambda x: Fixed.from_scaled(1, x),
    "Fixed.from_float": lambda x: Fixed.from_float(1.5, decimals=x, rounding="down"),
    "Price.from_float": lambda x: Price.from_float(1.5, decimals=x, rounding="down"),
    "Quantity.from_float": lambda x: Quantity.from_float(1.5, decimals=x, rounding="down"),
    "Currency.register": lambda x: Currency.register("NEWCOIN", x),
    "Fixed.__mul__": lambda x: Fixed(1) * x,
    "Price.__mul__": lambda x: Price(1) * x,
    "Quantity.__mul__": lambda x: Quantity(1) * x,
    "Money.__mul__": lambda x: Money(1, "USD") * x,
    "parse_array": lambda x: parse_array(np.array([b"1"]), x),
    "from_floats": lambda x: from_floats(np.array([1.0]), x, "down"),
    "to_ticks": lambda x: to_ticks(np.array([10]), "1", x),
    "from_ticks": lambda x: from_ticks(np.array([1]), "1", x),
    "format_array": lambda x: format_array(np.array([1]), x),
}


@pytest.mark.parametrize("name", PLACES_FOR_INTEGERS)
@pytest.mark.parametrize("argument", [*TRUNCATABLE, True, np.bool_(True), "1"])
def test_no_integer_parameter_cuts_off_what_is_no_integer(name: str, argument: Any) -> None:
    with pytest.raises(TypeError):
        PLACES_FOR_INTEGERS[name](argument)


@pytest.mark.parametrize("name", PLACES_FOR_INTEGERS)
def test_integer_parameters_take_numpy_integers_and_refuse_huge_ones(name: str) -> None:
    if name != "Currency.register":
        PLACES_FOR_INTEGERS[name](np.int8(1))
    with pytest.raises(PytraderError):
        PLACES_FOR_INTEGERS[name](2**200)


def test_every_method_with_an_integer_parameter_is_in_the_list() -> None:
    names = {name.split(" ")[0] for name in PLACES_FOR_INTEGERS}
    for kind in (Fixed, Price, Quantity, Money, Currency):
        for name, method in inspect.getmembers(kind, callable):
            text = getattr(method, "__text_signature__", None) or ""
            if not name.startswith("_") and any(word in text for word in ("digits", "decimals", "mantissa")):
                assert f"{kind.__name__}.{name}" in names


@pytest.mark.parametrize("number", [1.9, np.float32(1.9), True])
def test_no_number_parameter_takes_a_float_or_bool(number: Any) -> None:
    for call in (
        lambda: Fixed(1).multiply(number),
        lambda: Fixed(1).divide(number),
        lambda: Fixed(1).fma(number, 1),
        lambda: Fixed(1).fma(1, number),
        lambda: Fixed(1).remainder(number),
        lambda: Fixed(1).divide_int(number),
        lambda: Price(1).to_tick(number, "up"),
        lambda: Quantity(1).to_lot(number, "up"),
        lambda: Money(number, "USD"),
        lambda: notional(Price(1), Quantity(1), number, currency="USD"),
        lambda: notional(number, Quantity(1), currency="USD"),
        lambda: notional(Price(1), number, currency="USD"),
        lambda: to_ticks(np.array([b"1"]), number),
        lambda: from_ticks(np.array([1]), number, 2),
    ):
        with pytest.raises(TypeError):
            call()
