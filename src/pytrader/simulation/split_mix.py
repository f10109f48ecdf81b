"""SplitMix64: random 64-bit words that are the same on every machine, drawn in blocks."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

Words = npt.NDArray[np.uint64]
Int64s = npt.NDArray[np.int64]

# The increment and the two multipliers of the generator (Steele, Lea, Flood: Fast Splittable Pseudorandom Number
# Generators, 2014).
_GAMMA: Final = np.uint64(0x9E3779B97F4A7C15)
_MIX_1: Final = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2: Final = np.uint64(0x94D049BB133111EB)
_BLOCK_WORDS = 1 << 16
# ln 2 in 16 binary places, and the width of the interpolated part of a logarithm.
_LN2_16, _FRACTION_BITS = 45_426, 16


class SplitMix64:
    """A stream of 64-bit words; two with one seed give the same words.

    Parameters
    ----------
    seed : int
        0 to 2**64 - 1.
    """

    def __init__(self, seed: int) -> None:
        self._state = seed
        self._block = np.zeros(0, np.uint64)
        self._used = 0

    def words(self, count: int) -> Words:
        """Return the next ``count`` words, at most 65,536."""
        if self._used + count > len(self._block):
            self._block = np.concatenate((self._block[self._used :], self._next_block()))
            self._used = 0
        self._used += count
        return self._block[self._used - count : self._used]

    def _next_block(self) -> Words:
        steps = np.arange(1, _BLOCK_WORDS + 1, dtype=np.uint64)
        z = np.uint64(self._state) + steps * _GAMMA
        self._state = int(z[-1])
        z = (z ^ (z >> np.uint64(30))) * _MIX_1
        z = (z ^ (z >> np.uint64(27))) * _MIX_2
        return z ^ (z >> np.uint64(31))


def below(words: Words, bound: int) -> Int64s:
    """Turn words into integers from 0 to bound - 1, bound at most 2**32, by multiplication of their upper halves."""
    return ((words >> np.uint64(32)) * np.uint64(bound) >> np.uint64(32)).astype(np.int64)


def geometric(words: Words) -> Int64s:
    """Turn words into 0, 1, 2, ... with probabilities 1/2, 1/4, 1/8, ..., at most 63."""
    return 63 - _bit_length_below(words | np.uint64(1))


def intervals(words: Words, mean: int) -> Int64s:
    """Turn words into waiting times of about exponential distribution, in whole units, at least 1.

    The logarithm is interpolated between powers of two in integers, so that no machine's library differs; the mean is
    about 6 % off ``mean``.
    """
    words = words | np.uint64(1)
    exponent = _bit_length_below(words)
    shift = (np.uint64(63) - exponent.astype(np.uint64)) & np.uint64(63)
    fraction = (words << shift >> np.uint64(63 - _FRACTION_BITS)).astype(np.int64) & ((1 << _FRACTION_BITS) - 1)
    minus_log2 = ((64 - exponent) << _FRACTION_BITS) - fraction
    return 1 + (((minus_log2 * _LN2_16) >> _FRACTION_BITS) * mean >> _FRACTION_BITS)


def _bit_length_below(words: Words) -> Int64s:
    """The position of the highest set bit of words that are not 0."""
    position = np.zeros(len(words), np.int64)
    rest = words.copy()
    for width in (32, 16, 8, 4, 2, 1):
        high = rest >> np.uint64(width)
        upper = high != 0
        position += upper * width
        rest = np.where(upper, high, rest)
    return position
