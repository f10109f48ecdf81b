"""Compares exact decimals with fractions and decimal.Decimal over the whole range, its edges included."""

from __future__ import annotations

import copy
import operator
import pickle
from collections.abc import Callable
from decimal import Context, Decimal, InvalidOperation
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pytrader.errors import DecimalOverflow, DivisionByZero, Inexact, InvalidArgument, InvalidDecimal
from pytrader.model.values import Fixed, Money, Price, Quantity, notional
from tests.decimal.exact_reference import MANTISSA_MAX, MODES, TOP, decimals_of, fits, rounded

checked = settings(deadline=None, derandomize=True, max_examples=150)
WIDE = Context(prec=120)
EDGES = [
    edge + step
    for edge in (0, 10**18, 2**63, 2**64, 10**19, 2**126, MANTISSA_MAX)
    for step in (-2, -1, 0, 1)
    if 0 <= edge + step <= MANTISSA_MAX
]
MAGNITUDES = st.one_of(
    st.sampled_from(EDGES),
    st.integers(0, MANTISSA_MAX),
    st.integers(0, 10**12).map(lambda whole: whole * 10**15),
    st.integers(0, 10**9).map(lambda whole: whole * 10**16),
)
MANTISSAS = st.builds(lambda magnitude, sign: magnitude * sign, MAGNITUDES, st.sampled_from((1, -1)))
PLACES = st.integers(0, 18)
MODE = st.sampled_from(MODES)
KINDS: list[Callable[[Any], Any]] = [Fixed, Price]


def fraction(mantissa: int) -> Fraction:
    return Fraction(mantissa, 10**18)


def fixed(mantissa: int) -> Fixed:
    return Fixed.from_scaled(mantissa, 18)


def check_outcome(operation: Callable[[], Any], exact: Fraction) -> None:
    """The operation gives the exact value, or refuses it for being out of range or too fine."""
    if abs(exact) > TOP:
        with pytest.raises(DecimalOverflow):
            operation()
    elif not fits(exact):
        with pytest.raises(Inexact):
            operation()
    else:
        assert operation().as_fraction() == exact


def check_rounded_outcome(operation: Callable[[], Any], exact: Fraction, places: int, mode: Any) -> None:
    expected = rounded(exact, places, mode)
    if abs(expected) > TOP:
        with pytest.raises(DecimalOverflow):
            operation()
    else:
        assert operation().as_fraction() == expected


@checked
@given(MANTISSAS, MANTISSAS)
def test_sums_are_exact_or_refused(a: int, b: int) -> None:
    check_outcome(lambda: fixed(a) + fixed(b), fraction(a) + fraction(b))
    check_outcome(lambda: fixed(a) - fixed(b), fraction(a) - fraction(b))
    check_outcome(lambda: Price.from_scaled(a, 18) + Price.from_scaled(b, 18), fraction(a) + fraction(b))


@checked
@given(MANTISSAS, MANTISSAS, PLACES, MODE)
def test_products_are_rounded_once(a: int, b: int, places: int, mode: Any) -> None:
    check_rounded_outcome(lambda: fixed(a).multiply(fixed(b), places, mode), fraction(a) * fraction(b), places, mode)


@checked
@given(MANTISSAS, MANTISSAS)
def test_products_without_digits_are_exact_or_refused(a: int, b: int) -> None:
    check_outcome(lambda: fixed(a).multiply(fixed(b)), fraction(a) * fraction(b))


@checked
@given(MANTISSAS, MANTISSAS, PLACES, MODE)
def test_quotients_are_rounded_once(a: int, b: int, places: int, mode: Any) -> None:
    assume(b != 0)
    exact = fraction(a) / fraction(b)
    check_rounded_outcome(lambda: fixed(a).divide(fixed(b), places, mode), exact, places, mode)
    check_rounded_outcome(
        lambda: Price.from_scaled(a, 18).ratio(Price.from_scaled(b, 18), places, mode), exact, places, mode
    )


@checked
@given(MANTISSAS, MANTISSAS, MANTISSAS, PLACES, MODE)
def test_fused_multiply_add_is_rounded_once(a: int, b: int, c: int, places: int, mode: Any) -> None:
    exact = fraction(a) * fraction(b) + fraction(c)
    check_rounded_outcome(lambda: fixed(a).fma(fixed(b), fixed(c), places, mode), exact, places, mode)


@checked
@given(MANTISSAS, MAGNITUDES, MANTISSAS, MODE)
def test_notional_values_are_rounded_once(price: int, quantity: int, multiplier: int, mode: Any) -> None:
    exact = fraction(price) * fraction(quantity) * fraction(multiplier)
    expected = rounded(exact, 2, mode)

    def value() -> Money:
        return notional(
            Price.from_scaled(price, 18),
            Quantity.from_scaled(quantity, 18),
            fixed(multiplier),
            currency="USD",
            rounding=mode,
        )

    if abs(expected) > TOP:
        with pytest.raises(DecimalOverflow):
            value()
    else:
        assert value().amount.as_fraction() == expected


@checked
@given(MANTISSAS, PLACES, MODE)
def test_quantize_rounds_as_decimal_does(a: int, places: int, mode: Any) -> None:
    exact = fraction(a)
    check_rounded_outcome(lambda: fixed(a).quantize(places, mode), exact, places, mode)
    by_decimal = (
        WIDE.create_decimal(a)
        .scaleb(-18, WIDE)
        .quantize(Decimal(1).scaleb(-places), rounding=f"ROUND_{mode.upper()}", context=WIDE)
    )
    if WIDE.abs(by_decimal) <= WIDE.create_decimal(MANTISSA_MAX).scaleb(-18, WIDE):
        assert fixed(a).quantize(places, mode) == by_decimal


@checked
@given(MANTISSAS, MANTISSAS)
def test_quotient_and_remainder_add_up(a: int, b: int) -> None:
    assume(b != 0)
    rest = fixed(a).remainder(fixed(b)).as_fraction()
    whole = Fraction(int(fraction(a) / fraction(b)))
    assert rest == fraction(a) - whole * fraction(b)
    check_outcome(lambda: fixed(a).divide_int(fixed(b)), whole)


@checked
@given(MANTISSAS, st.integers(-(2**63), 2**63 - 1))
def test_a_whole_factor_keeps_the_decimals(a: int, factor: int) -> None:
    check_outcome(lambda: fixed(a) * factor, fraction(a) * factor)
    check_outcome(lambda: factor * Price.from_scaled(a, 18), fraction(a) * factor)


@checked
@given(MANTISSAS, MANTISSAS)
def test_order_and_equality_are_those_of_the_numbers(a: int, b: int) -> None:
    x, y = fraction(a), fraction(b)
    for compare in (operator.lt, operator.le, operator.eq, operator.ne, operator.gt, operator.ge):
        expected = compare(x, y)
        assert compare(fixed(a), fixed(b)) is expected
        assert compare(Price.from_scaled(a, 18), Price.from_scaled(b, 18)) is expected
        assert compare(fixed(a), y) is expected
        assert compare(y, fixed(a)) is compare(y, x)
        assert compare(fixed(a), Decimal(str(fixed(b)))) is expected
        assert compare(fixed(a), int(y)) is compare(x, int(y))


@checked
@given(MANTISSAS)
def test_equal_numbers_hash_equal(a: int) -> None:
    value = fixed(a)
    assert hash(value) == hash(fraction(a)) == hash(Decimal(str(value)))
    assert hash(Price(value)) == hash(value)
    whole = int(fraction(a))
    assert hash(Fixed(whole)) == hash(whole)


@checked
@given(MANTISSAS, PLACES)
def test_text_and_pickles_give_the_same_number_and_digits_back(a: int, places: int) -> None:
    value = fixed(a).quantize(places, "down")
    for kind in KINDS:
        number = kind(value)
        for back in (kind(str(number)), pickle.loads(pickle.dumps(number)), copy.deepcopy(number), copy.copy(number)):
            assert back == number
            assert str(back) == str(number)
            assert back.decimals == places
    assert str(value) == format(WIDE.create_decimal(str(value)), "f")


@checked
@given(st.decimals(allow_nan=False, allow_infinity=False, places=18, min_value=-(10**20), max_value=10**20))
def test_decimals_are_taken_exactly(number: Decimal) -> None:
    assert Fixed(number) == number
    assert Fixed(number).as_decimal() == number


@settings(checked, max_examples=1_000)
@given(st.from_regex(r"[-+]?[0-9.]{0,24}([eE][-+]?[0-9]{0,2})?[ _xE]?", fullmatch=True))
def test_text_means_what_it_means_to_decimal(text: str) -> None:
    try:
        number = Decimal(text) if text.strip() == text and "_" not in text else None
    except InvalidOperation:
        number = None
    if number is None:
        with pytest.raises(InvalidDecimal):
            Fixed(text)
    elif abs(Fraction(number)) > TOP or not fits(Fraction(number)):
        with pytest.raises((DecimalOverflow, InvalidDecimal)):
            Fixed(text)
    else:
        assert Fixed(text) == number


@checked
@given(st.fractions(max_denominator=2**40))
def test_comparison_with_any_fraction_is_exact(number: Fraction) -> None:
    value = Fixed("0.333333333333333333")
    assert (value < number) == (value.as_fraction() < number)
    assert (value == number) == (value.as_fraction() == number)
    needed = decimals_of(number)
    if needed is not None and fits(number):
        assert Fixed(number).as_fraction() == number


@checked
@given(st.floats(allow_nan=False, allow_infinity=False, width=64), PLACES, MODE)
def test_floats_are_rounded_from_their_shortest_text(number: float, places: int, mode: Any) -> None:
    exact = Fraction(repr(number))
    check_rounded_outcome(lambda: Fixed.from_float(number, decimals=places, rounding=mode), exact, places, mode)


@checked
@given(MANTISSAS, st.sampled_from(("0.01", "0.05", "0.25", "5", "0.000000000000000003", "1")))
def test_ticks_up_and_down_enclose_the_price(a: int, tick: str) -> None:
    assume(abs(a) < MANTISSA_MAX // 2)
    price, step = Price.from_scaled(a, 18), Fraction(tick)
    up, down = price.to_tick(tick, "up"), price.to_tick(tick, "down")
    assert down <= price <= up
    assert up.as_fraction() - down.as_fraction() in (0, step)
    assert up.as_fraction() % step == down.as_fraction() % step == 0
    nearest = price.to_tick(tick, "nearest").as_fraction()
    assert abs(nearest - fraction(a)) <= step / 2
    assert price.to_tick(tick, "passive", side="buy") == price.to_tick(tick, "aggressive", side="sell") == down
    assert price.to_tick(tick, "passive", side="sell") == price.to_tick(tick, "aggressive", side="buy") == up


@pytest.mark.parametrize("kind", [Fixed, Price, Quantity])
def test_the_last_values_of_the_range_hold_and_the_next_are_refused(kind: Any) -> None:
    top = kind.from_scaled(MANTISSA_MAX, 18)
    unit = kind("0.000000000000000001")
    assert str(top) == "170141183460469231731.687303715884105727"
    with pytest.raises(DecimalOverflow):
        top + unit
    with pytest.raises(DecimalOverflow):
        top * 2
    with pytest.raises(DecimalOverflow):
        kind.from_scaled(MANTISSA_MAX + 1, 18)
    with pytest.raises(DecimalOverflow):
        kind("170141183460469231731.687303715884105728")
    assert top - unit + unit == top
    if kind is not Quantity:
        assert operator.neg(-top) == top
        with pytest.raises(DecimalOverflow):
            -top - unit


def test_a_quantity_is_never_negative() -> None:
    for refused in (
        lambda: Quantity("-1"),
        lambda: Quantity("1") - Quantity("1.000000000000000001"),
        lambda: Quantity("1") * -1,
        lambda: Quantity.from_scaled(-1, 2),
        lambda: Quantity.from_float(-0.5, decimals=1, rounding="down"),
    ):
        with pytest.raises(InvalidArgument, match="negative"):
            refused()
    assert Quantity("-0.00") == 0
    assert str(Quantity("2") - Quantity("2.0")) == "0.0"


def test_division_by_zero_has_its_own_error() -> None:
    one, zero = Fixed(1), Fixed(0)
    for refused in (
        lambda: one.divide(zero),
        lambda: one.divide(zero, 2, "down"),
        lambda: one.remainder(zero),
        lambda: one.divide_int(zero),
        lambda: Price(1).ratio(Price(0)),
    ):
        with pytest.raises(DivisionByZero):
            refused()
    with pytest.raises(ZeroDivisionError):
        one.divide(zero)
