"""Exact sums and exact decimal text over 64-bit integer columns, for the figures and files of a result."""

from __future__ import annotations

import math
from decimal import Context, Decimal
from fractions import Fraction

import numpy as np
import numpy.typing as npt

IntColumn = npt.NDArray[np.int64]

UNKNOWN = int(np.iinfo(np.int64).min)
"""What a row holds where there is no number: the price of a market order, a mid that was never seen."""

_EXACT = Context(prec=200)
_INT64_MAX = int(np.iinfo(np.int64).max)


def mantissa_and_decimals(number: object) -> tuple[int, int]:
    """Split an exact decimal into a whole number and its decimals: ``0.010`` is ``(10, 3)``.

    Parameters
    ----------
    number
        Anything whose text is a plain decimal: a Price, Quantity, Fixed, Money amount, Decimal or int.
    """
    _, _, exponent = parts = Decimal(str(number)).as_tuple()
    if not isinstance(exponent, int):
        raise ValueError(f"{number!r} is not a finite number")
    mantissa = int(_EXACT.scaleb(Decimal((parts.sign, parts.digits, exponent)), -exponent))
    return (mantissa * 10**exponent, 0) if exponent > 0 else (mantissa, -exponent)


def decimal_text(mantissa: int, decimals: int) -> str:
    """Write ``mantissa * 10**-decimals`` in plain notation with exactly that many decimals."""
    if decimals == 0:
        return str(mantissa)
    sign = "-" if mantissa < 0 else ""
    digits = str(abs(mantissa)).rjust(decimals + 1, "0")
    return f"{sign}{digits[:-decimals]}.{digits[-decimals:]}"


def fraction_text(value: Fraction) -> str:
    """Write a fraction that is a finite decimal in plain notation, without trailing zeros."""
    decimals, denominator = 0, value.denominator
    while denominator % 10 == 0:
        denominator //= 10
        decimals += 1
    for factor in (2, 5):
        while denominator % factor == 0:
            denominator //= factor
            decimals += 1
    if denominator != 1:
        raise ValueError(f"{value} has no finite decimal")
    return trimmed(decimal_text(int(value * 10**decimals), decimals))


def trimmed(text: str, decimals_min: int = 0) -> str:
    """Drop trailing zeros of a plain decimal, down to ``decimals_min`` decimals."""
    if "." not in text:
        return text
    whole, digits = text.split(".")
    digits = digits.rstrip("0").ljust(decimals_min, "0")
    return f"{whole}.{digits}" if digits else whole


def exact_sum(column: IntColumn) -> int:
    """Sum a column without wrapping: the halves of every number are summed apart (good to 2**31 rows)."""
    high = int((column >> 32).sum(dtype=np.int64))
    low = int((column & 0xFFFFFFFF).sum(dtype=np.int64))
    return (high << 32) + low


def largest(column: IntColumn) -> int:
    """Return the largest absolute value of a column, 0 for an empty one."""
    if len(column) == 0:
        return 0
    return max(abs(int(column.min())), abs(int(column.max())))


def exact_dot(left: IntColumn, right: IntColumn) -> int:
    """Sum the products of two columns without wrapping: in 64 bits where they surely fit, else in Python integers."""
    if largest(left) * largest(right) * len(left) <= _INT64_MAX:
        return int(np.dot(left, right))
    return sum(int(a) * int(b) for a, b in zip(left, right, strict=True))


def divide_half_even(numerator: int, denominator: int) -> int:
    """Divide two whole numbers, rounding half to even; the denominator is positive."""
    quotient, remainder = divmod(numerator, denominator)
    twice = 2 * remainder
    return quotient + (twice > denominator or (twice == denominator and quotient % 2 == 1))


def ratio(numerator: int | Fraction, denominator: int | Fraction) -> float | None:
    """Divide for people to read: the nearest float, or None where there is nothing to divide by."""
    if denominator == 0:
        return None
    value = float(Fraction(numerator) / Fraction(denominator))
    return value if math.isfinite(value) else None
