"""A slow and plain reference for exact decimals: fractions, and the eight roundings spelled out."""

from __future__ import annotations

from fractions import Fraction

MODES = ("ceiling", "floor", "up", "down", "half_up", "half_down", "half_even", "05up")
MANTISSA_MAX = 2**127 - 1
TOP = Fraction(MANTISSA_MAX, 10**18)


def grows(mode: str, negative: bool, whole: int, rest: Fraction) -> bool:
    """Say whether a magnitude ``whole + rest``, 0 < rest < 1, is rounded away from zero."""
    half = Fraction(1, 2)
    return {
        "ceiling": not negative,
        "floor": negative,
        "up": True,
        "down": False,
        "half_up": rest >= half,
        "half_down": rest > half,
        "half_even": rest > half or (rest == half and whole % 2 == 1),
        "05up": whole % 10 in (0, 5),
    }[mode]


def rounded(value: Fraction, places: int, mode: str) -> Fraction:
    """Round to `places` decimals."""
    scaled = abs(value) * 10**places
    whole = int(scaled)
    rest = scaled - whole
    if rest and grows(mode, value < 0, whole, rest):
        whole += 1
    return Fraction(-whole if value < 0 else whole, 10**places)


def decimals_of(value: Fraction) -> int | None:
    """Return how many decimals the value needs, None if no number of them is enough."""
    rest, twos, fives = value.denominator, 0, 0
    while rest % 2 == 0:
        rest, twos = rest // 2, twos + 1
    while rest % 5 == 0:
        rest, fives = rest // 5, fives + 1
    return max(twos, fives) if rest == 1 else None


def fits(value: Fraction) -> bool:
    """Say whether the value is within the range and has at most 18 decimals."""
    needed = decimals_of(value)
    return needed is not None and needed <= 18 and abs(value) <= TOP


def truncated(value: Fraction) -> int:
    """Cut off the fraction."""
    return int(value)
