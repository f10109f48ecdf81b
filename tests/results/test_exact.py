"""Checks the exact sums and texts under a result's figures against Python's own integers and decimals."""

from __future__ import annotations

from decimal import Context, Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytrader.backtest.exact import (
    decimal_text,
    divide_half_even,
    exact_dot,
    exact_sum,
    fraction_text,
    largest,
    mantissa_and_decimals,
    ratio,
    trimmed,
)

INT64 = st.integers(-(2**63), 2**63 - 1)
WIDE = Context(prec=200)


@given(st.lists(INT64))
def test_sum_never_wraps(numbers: list[int]) -> None:
    assert exact_sum(np.array(numbers, dtype=np.int64)) == sum(numbers)


@given(st.lists(st.tuples(INT64, INT64)))
def test_sum_of_products_never_wraps(pairs: list[tuple[int, int]]) -> None:
    left = np.array([a for a, _ in pairs], dtype=np.int64)
    right = np.array([b for _, b in pairs], dtype=np.int64)
    assert exact_dot(left, right) == sum(a * b for a, b in pairs)


@given(st.lists(st.integers(-1000, 1000)))
def test_small_products_are_summed_in_64_bits_with_the_same_result(numbers: list[int]) -> None:
    column = np.array(numbers, dtype=np.int64)
    assert exact_dot(column, column) == sum(a * a for a in numbers)


def test_largest_of_nothing_is_zero() -> None:
    assert largest(np.array([], dtype=np.int64)) == 0


def test_largest_of_the_most_negative_number_does_not_wrap() -> None:
    assert largest(np.array([-(2**63)], dtype=np.int64)) == 2**63


@given(st.integers(-(10**60), 10**60), st.integers(0, 20))
def test_text_of_a_decimal_is_its_value_with_all_decimals(mantissa: int, decimals: int) -> None:
    text = decimal_text(mantissa, decimals)
    assert WIDE.create_decimal(text) == WIDE.scaleb(Decimal(mantissa), -decimals)
    assert len(text.partition(".")[2]) == decimals
    assert "E" not in text


@given(st.integers(-(10**60), 10**60), st.integers(0, 20))
def test_mantissa_and_decimals_undo_the_text(mantissa: int, decimals: int) -> None:
    assert mantissa_and_decimals(decimal_text(mantissa, decimals)) == (mantissa, decimals)


def test_exponent_becomes_a_whole_mantissa() -> None:
    assert mantissa_and_decimals(Decimal("1E+3")) == (1000, 0)


@pytest.mark.parametrize("text", ["NaN", "Infinity"])
def test_mantissa_of_no_number_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a finite number"):
        mantissa_and_decimals(text)


@given(st.integers(-(10**30), 10**30), st.integers(0, 19), st.integers(0, 5))
def test_text_of_a_finite_fraction_is_exact_and_short(numerator: int, tens: int, twos: int) -> None:
    value = Fraction(numerator, 10**tens * 2**twos)
    text = fraction_text(value)
    assert Fraction(text) == value
    assert not ("." in text and text.endswith(("0", ".")))


def test_fraction_without_finite_decimal_is_refused() -> None:
    with pytest.raises(ValueError, match="no finite decimal"):
        fraction_text(Fraction(1, 3))


@pytest.mark.parametrize(
    ("text", "decimals_min", "short"),
    [("1.500", 0, "1.5"), ("1.500", 2, "1.50"), ("1.000", 0, "1"), ("100", 0, "100"), ("-0.10", 1, "-0.1")],
)
def test_trailing_zeros_are_dropped_down_to_a_minimum(text: str, decimals_min: int, short: str) -> None:
    assert trimmed(text, decimals_min) == short


@given(st.integers(-(10**40), 10**40), st.integers(1, 10**20))
def test_division_rounds_half_to_even(numerator: int, denominator: int) -> None:
    assert divide_half_even(numerator, denominator) == round(Fraction(numerator, denominator))


def test_ratio_with_nothing_to_divide_by_is_none() -> None:
    assert ratio(1, 0) is None
    assert ratio(1, 4) == 0.25
