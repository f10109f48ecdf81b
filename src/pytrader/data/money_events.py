"""Funding, dividends, splits, borrow cost, rollover and expiry, written as they are published, as a stream of rows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

import numpy as np

from pytrader.data.market_data import Stream
from pytrader.errors import InvalidArgument
from pytrader.model import CashEventKind, Fixed, Instrument, Price
from pytrader.model.records import CASH_EVENT

Number: TypeAlias = str | int | Decimal | Fixed | Price
"""An exact number; a float is refused."""

AMOUNT_DECIMALS_MAX = 12
PER_MAX = 1_000_000
_UNSAID = np.iinfo(np.int64).min


@dataclass(frozen=True)
class Funding:
    """Longs pay ``rate`` of their value at ``price``, and shorts receive it; a negative rate the other way round.

    Attributes
    ----------
    ts_event : int
        When it is due, nanoseconds since 1970 UTC.
    rate : number
        A share of the value: 0.01 % is ``"0.0001"``.
    price : number, optional
        What the value is reckoned at; the market's mark, if not given.
    """

    ts_event: int
    rate: Number
    price: Number | None = None


@dataclass(frozen=True)
class Dividend:
    """Longs receive ``amount`` for each share, and shorts pay it; ``ts_event`` is the ex-date's first instant."""

    ts_event: int
    amount: Number


@dataclass(frozen=True)
class Split:
    """``old`` shares become ``new`` ones; what makes no whole lot is paid out at ``price``, that of a new share.

    Three for two is ``Split(ts, new=3, old=2)``, a reverse split of one for ten ``Split(ts, new=1, old=10)``. Without a
    price the market's mark is taken, in new shares.
    """

    ts_event: int
    new: int
    old: int
    price: Number | None = None


@dataclass(frozen=True)
class Borrow:
    """Shorts pay ``rate / per`` of their value at ``price``: of a yearly rate, a day's with ``per=365``."""

    ts_event: int
    rate: Number
    per: int = 1
    price: Number | None = None


@dataclass(frozen=True)
class Rollover:
    """Longs receive ``amount`` a unit for holding overnight, and shorts pay it; negative the other way round."""

    ts_event: int
    amount: Number


@dataclass(frozen=True)
class Expiry:
    """The contract ends; ``price`` is its final settlement price, of an option that of its underlying."""

    ts_event: int
    price: Number


MoneyEvent: TypeAlias = Funding | Dividend | Split | Borrow | Rollover | Expiry


def money_event_stream(instrument: Instrument, events: Iterable[MoneyEvent]) -> Stream:
    """Make the stream of an instrument's money events, for a back-test's data.

    Parameters
    ----------
    instrument : Instrument
        Whose they are.
    events : iterable of Funding, Dividend, Split, Borrow, Rollover, Expiry
        In order of time.

    Returns
    -------
    Stream
        Of the kind ``"cash_event"``.

    Raises
    ------
    InvalidArgument
        For a number with more decimals than rows can hold (12 of an amount, 18 of a price), for one beyond 64 bits, a
        divisor that is not from 1 to 1,000,000, or something else than these events.
    """
    made = [_row(event) for event in events]
    rows = np.zeros(len(made), CASH_EVENT)
    for place, row in enumerate(made):
        rows[place] = row
    return Stream(instrument, "cash_event", {name: rows[name] for name in CASH_EVENT.names or ()})


def _row(event: MoneyEvent) -> tuple[int, ...]:
    kind = CashEventKind.__members__.get(type(event).__name__.upper())
    if kind is None:
        raise InvalidArgument(
            f"a money event must be Funding, Dividend, Split, Borrow, Rollover or Expiry, got {event!r}"
        )
    amount: tuple[int, int] = (0, 0)
    per = 1
    if isinstance(event, Funding | Borrow):
        amount = _scaled(event, "rate", event.rate, AMOUNT_DECIMALS_MAX)
    elif isinstance(event, Dividend | Rollover):
        amount = _scaled(event, "amount", event.amount, AMOUNT_DECIMALS_MAX)
    elif isinstance(event, Split):
        amount, per = (_whole(event, "new", event.new), 0), _whole(event, "old", event.old)
    if isinstance(event, Borrow):
        per = _whole(event, "per", event.per)
    given = getattr(event, "price", None)
    price = (_UNSAID, 0) if given is None else _scaled(event, "price", given, 18)
    return event.ts_event, event.ts_event, int(kind), *amount, per, *price


def _scaled(event: MoneyEvent, name: str, number: Number, most_decimals: int) -> tuple[int, int]:
    """Mantissa and decimals, without trailing zeros."""
    sign, digits, exponent = Fixed(number).as_decimal().normalize().as_tuple()
    mantissa = int("".join(map(str, digits))) * (-1 if sign else 1)
    decimals = max(0, -int(exponent))
    mantissa *= 10 ** max(0, int(exponent))
    if decimals > most_decimals or not -(2**63) < mantissa < 2**63:
        raise InvalidArgument(
            f"{name} {number} of {event!r} does not fit a row: at most {most_decimals} decimals and 64 bits of digits"
        )
    return mantissa, decimals


def _whole(event: MoneyEvent, name: str, number: int) -> int:
    if type(number) is not int:
        raise TypeError(f"{name} of {event!r} must be an int")
    if not 1 <= number <= PER_MAX:
        raise InvalidArgument(f"{name} of {event!r} must be from 1 to {PER_MAX}")
    return number
