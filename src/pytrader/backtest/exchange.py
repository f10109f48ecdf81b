"""An instrument whose market the strategies make themselves: rules, sessions, and how long they trade."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import SupportsIndex

from pytrader._strategy import duration_ns
from pytrader.errors import InvalidArgument
from pytrader.matching import TradingPhase, VenueRules
from pytrader.model import Fixed, Instrument, Price

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LAST_NS = 2**62


@dataclass(frozen=True, init=False)
class Exchange:
    """A venue of a back-test where nobody trades but its strategies, in a `pytrader.matching.MatchingEngine`.

    Parameters
    ----------
    instrument : Instrument
        What is traded there. It must not be among the recorded data of the same run.
    duration : str or int
        How long the run goes on, from `start`: text such as ``"1h"``, or nanoseconds. Recorded data of other
        instruments may make the run longer.
    rules : VenueRules, optional
        What the venue offers and how it matches; default price-time, and everything offered.
    sessions : sequence of (str or int, TradingPhase or str)
        When which phase begins, counted from `start`: ``[("0s", "opening_auction"), ("5m", "continuous")]``. Before
        the first the exchange is closed. Without it trading is continuous, and orders that need a session (day,
        at the open, at the close, for an auction) are refused.
    start : int or datetime
        When it begins: nanoseconds since 1970-01-01 UTC, or a datetime with a time zone.
    reference_price : str, int, Decimal, Price or Fixed, optional
        What auctions and static price bands refer to before anything has traded; a whole number of ticks.

    Raises
    ------
    InvalidArgument, OffTick
        If a time is negative or beyond 2**62 ns, the first session begins at the end or later, a session is not after
        the one before it or its phase may not follow, or the price is off the tick or outside the instrument's range.
    """

    instrument: Instrument
    rules: VenueRules
    sessions: tuple[tuple[int, TradingPhase], ...]
    start_ns: int
    end_ns: int
    reference_ticks: int | None

    def __init__(
        self,
        instrument: Instrument,
        duration: str | int,
        *,
        rules: VenueRules | None = None,
        sessions: Sequence[tuple[str | int, TradingPhase | str]] = (),
        start: int | datetime = 0,
        reference_price: str | int | Decimal | Price | Fixed | None = None,
    ) -> None:
        if not isinstance(instrument, Instrument):
            raise InvalidArgument(f"instrument must be an Instrument, got {instrument!r}")
        if rules is not None and not isinstance(rules, VenueRules):
            raise InvalidArgument(f"rules must be VenueRules, got {rules!r}")
        begin = _time_ns(start)
        length = duration_ns(duration, "duration")
        if not 0 < length <= _LAST_NS - begin:
            raise InvalidArgument(f"duration must be above 0 and end before 2**62 ns, got {duration!r} from {begin} ns")
        pairs = [(_offset_ns(at), _phase(phase)) for at, phase in _pairs(sessions)]
        if pairs and pairs[0][0] >= length:
            raise InvalidArgument(
                f"the first session begins {pairs[0][0]} ns after the start, and the exchange ends after {length} ns: "
                "it would be closed throughout; give a longer duration or earlier sessions"
            )
        fields: dict[str, object] = {
            "instrument": instrument,
            "rules": VenueRules() if rules is None else rules,
            "sessions": tuple((begin + at, phase) for at, phase in pairs),
            "start_ns": begin,
            "end_ns": begin + length,
            "reference_ticks": None if reference_price is None else _reference_ticks(instrument, reference_price),
        }
        for name, value in fields.items():
            object.__setattr__(self, name, value)


def _reference_ticks(instrument: Instrument, price: str | int | Decimal | Price | Fixed) -> int:
    ticks = instrument.price_ticks(price)
    low, high = instrument.min_price, instrument.max_price
    if ticks < instrument.price_ticks(low) or (high is not None and ticks > instrument.price_ticks(high)):
        bounds = f"at least {low}" if high is None else f"from {low} to {high}"
        raise InvalidArgument(f"reference_price of {instrument.id} must be {bounds}, got {price!r}")
    return ticks


def _time_ns(value: int | SupportsIndex | datetime) -> int:
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise InvalidArgument(f"start {value!r} has no time zone: write datetime(..., tzinfo=UTC)")
        return _checked(((value - _EPOCH) // timedelta(microseconds=1)) * 1_000, "start")
    if isinstance(value, bool):
        raise InvalidArgument(f"start must be nanoseconds or a datetime, got {value!r}")
    try:
        return _checked(operator.index(value), "start")
    except TypeError:
        raise InvalidArgument(f"start must be nanoseconds or a datetime, got {value!r}") from None


def _pairs(sessions: object) -> list[tuple[str | int, TradingPhase | str]]:
    pairs = list(sessions) if isinstance(sessions, Sequence) and not isinstance(sessions, str) else None
    if pairs is None or not all(isinstance(each, (tuple, list)) and len(each) == 2 for each in pairs):
        raise InvalidArgument(
            'sessions must be pairs of time and phase such as [("0s", "opening_auction"), ("5m", "continuous")], '
            f"or left out for continuous trading; got {sessions!r}"
        )
    return pairs


def _offset_ns(at: str | int) -> int:
    return _checked(duration_ns(at, "a session's time"), "a session's time")


def _checked(nanoseconds: int, what: str) -> int:
    if not 0 <= nanoseconds <= _LAST_NS:
        raise InvalidArgument(f"{what} is {nanoseconds} ns; it must lie between 0 and 2**62 ns")
    return nanoseconds


def _phase(value: object) -> TradingPhase:
    if isinstance(value, TradingPhase):
        return value
    names = {phase.name.lower(): phase for phase in TradingPhase}
    if not isinstance(value, str) or value.lower() not in names:
        raise InvalidArgument(f"a session's phase must be one of {', '.join(names)}, got {value!r}")
    return names[value.lower()]
