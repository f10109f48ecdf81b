"""What orders may meet at a venue of recorded data beside the data: market impact, last look, maker protection."""

from __future__ import annotations

import operator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import SupportsIndex, TypeAlias

from pytrader._strategy import duration_ns
from pytrader.errors import InvalidArgument
from pytrader.model import Fixed

_Number: TypeAlias = "str | int | Decimal | Fraction | Fixed"

MOST_TICKS = 1_000_000
MOST_NS = 2**50


@dataclass(frozen=True, init=False)
class MarketImpact:
    """The linear market impact of Almgren and Chriss (2000): own trades make later own trades worse.

    A trade of n lots is priced ``permanent * m + fixed + temporary * v`` ticks worse than what is displayed, rounded up
    to whole ticks. m are the lots by which own trades of its side outweigh those of the other side since the beginning.
    v is the rate of its side, in lots a second: own lots within ``window``, these n included, by the window. See
    ``docs/venue_models.md``.

    Parameters
    ----------
    permanent : str, int, Decimal, Fraction or Fixed
        The gamma of g(v) = gamma v: ticks for each lot.
    fixed : str, int, Decimal, Fraction or Fixed
        The epsilon of h(v) = epsilon sgn(v) + eta v: ticks, half a spread or so.
    temporary : str, int, Decimal, Fraction or Fixed
        The eta of the same: ticks for a rate of one lot a second.
    window : str or int
        Over which the rate is measured, text such as ``"10s"`` or nanoseconds: 1 to 2**50 (about 13 days). A trade
        counts in full until it is so old, and then no more.

    Raises
    ------
    InvalidArgument
        If a number is not from 0 to 1,000,000, has more than nine decimals, all are 0, or the window is out of range.

    Examples
    --------
    >>> MarketImpact(permanent="0.01", temporary="0.2", window="10s").window_ns
    10000000000
    """

    permanent: Fixed
    fixed: Fixed
    temporary: Fixed
    window_ns: int

    def __init__(
        self, *, permanent: _Number = 0, fixed: _Number = 0, temporary: _Number = 0, window: str | int
    ) -> None:
        given = {"permanent": permanent, "fixed": fixed, "temporary": temporary}
        for name, value in given.items():
            object.__setattr__(self, name, _ticks(value, name))
        if not any((self.permanent, self.fixed, self.temporary)):
            raise InvalidArgument("market impact: permanent, fixed and temporary are all 0; give no model instead")
        object.__setattr__(self, "window_ns", _ns(window, "window"))


@dataclass(frozen=True, init=False)
class LastLook:
    """A liquidity provider that holds an order which would take its price, and may refuse it.

    Parameters
    ----------
    hold : str or int
        How long it holds an order, text such as ``"50ms"`` or nanoseconds: 1 to 2**50 (about 13 days).
    tolerance_ticks : int
        How far the best price that the order would take may move against the provider for it still to trade.
    symmetric : bool
        Whether it refuses a larger move in its own favour too; False: it trades then, at the price that it showed.

    Raises
    ------
    InvalidArgument
        If a number is out of range.
    """

    hold_ns: int
    tolerance_ticks: int
    symmetric: bool

    def __init__(self, hold: str | int, *, tolerance_ticks: SupportsIndex = 0, symmetric: bool = False) -> None:
        if not isinstance(symmetric, bool):
            raise InvalidArgument(f"symmetric must be True or False, got {symmetric!r}")
        object.__setattr__(self, "hold_ns", _ns(hold, "hold"))
        object.__setattr__(self, "tolerance_ticks", _count(tolerance_ticks, "tolerance_ticks", 2**61))
        object.__setattr__(self, "symmetric", symmetric)


@dataclass(frozen=True, init=False)
class MakerProtection:
    """Market maker protection: who is filled too much in too short a time has its resting orders pulled.

    Counted for each strategy in one instrument. Once fills of its resting orders within ``window`` reach one of the
    limits the venue cancels all that it has resting there, and lets none of its orders rest until ``freeze`` is over.

    Parameters
    ----------
    window : str or int
        In which fills are counted, from the first on; text such as ``"1s"`` or nanoseconds: 1 to 2**50.
    freeze : str or int
        For which no order may rest after that; the same.
    max_lots : int
        Lots of both sides together; 0: not counted.
    max_fills : int
        Executions; 0: not counted.
    max_net_lots : int
        Lots bought less lots sold, either way; 0: not counted.

    Raises
    ------
    InvalidArgument
        If a number is out of range, or there is no limit.
    """

    window_ns: int
    freeze_ns: int
    max_lots: int
    max_fills: int
    max_net_lots: int

    def __init__(
        self,
        window: str | int,
        freeze: str | int,
        *,
        max_lots: SupportsIndex = 0,
        max_fills: SupportsIndex = 0,
        max_net_lots: SupportsIndex = 0,
    ) -> None:
        object.__setattr__(self, "window_ns", _ns(window, "window"))
        object.__setattr__(self, "freeze_ns", _ns(freeze, "freeze"))
        limits = {"max_lots": max_lots, "max_fills": max_fills, "max_net_lots": max_net_lots}
        for name, limit in limits.items():
            object.__setattr__(self, name, _count(limit, name, 2**63 - 1))
        if not any((self.max_lots, self.max_fills, self.max_net_lots)):
            raise InvalidArgument("maker protection: give max_lots, max_fills or max_net_lots, at least one above 0")


def _ticks(value: _Number, name: str) -> Fixed:
    ticks = Fixed(value)
    if not 0 <= ticks <= MOST_TICKS or ticks.quantize(9, "down") != ticks:
        raise InvalidArgument(f"{name} must be 0 to {MOST_TICKS} ticks with at most 9 decimals, got {value!r}")
    return ticks


def _ns(value: str | int, name: str) -> int:
    ns = duration_ns(value, name)
    if not 1 <= ns <= MOST_NS:
        raise InvalidArgument(f"{name} must be 1 to 2**50 nanoseconds (about 13 days), got {value!r}")
    return ns


def _count(value: SupportsIndex, name: str, most: int) -> int:
    try:
        number = -1 if isinstance(value, bool) else operator.index(value)
    except TypeError:
        number = -1
    if not 0 <= number <= most:
        raise InvalidArgument(f"{name} must be a whole number from 0 to {most}, got {value!r}")
    return number
