"""What a venue made of recorded data decides itself: its rules, self-trade, the way of the price in a bar."""

from __future__ import annotations

import operator
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import SupportsIndex, TypeAlias

from pytrader._core import VenueRules
from pytrader.backtest.order_models import LastLook, MakerProtection, MarketImpact
from pytrader.errors import InvalidArgument
from pytrader.model import Instrument

BAR_PATHS = ("worst_case", "high_first", "low_first", "adaptive")
BASIS_POINTS = 10_000


@dataclass(frozen=True, init=False)
class RecordedVenue:
    """How the venue of recorded data treats orders where the data leave it open.

    Parameters
    ----------
    rules : VenueRules, optional
        What the venue offers, and how it amends, triggers and protects; default everything offered. A rule's
        allocation, bands and iceberg sweep are not read: what recorded orders do, the recording says.
    refuses_self_trade : bool, optional
        Whether an order that would meet another of our own is rejected. Default: yes without `rules`; with them
        their ``self_trade`` says what happens instead.
    bar_path : {"worst_case", "high_first", "low_first", "adaptive"}
        The way of the price within a bar; ``"adaptive"`` goes to the extreme first that is nearer to the open.
    bar_volume_share : int
        How much of a bar's volume own orders can trade, in basis points; 0: no bound.
    market_impact : MarketImpact, optional
        What own trades do to the prices of later own trades; None: nothing.
    last_look : LastLook, optional
        The look that a liquidity provider takes before it trades; None: it trades at once. Not over bars, nor with
        status rows.
    maker_protection : MakerProtection, optional
        When the venue pulls a strategy's resting orders; None: never.

    Raises
    ------
    InvalidArgument
        If a path is not known, the share is not 0 to 10,000, or a model is not one.
    """

    rules: VenueRules
    refuses_self_trade: bool
    bar_path: str
    bar_volume_share: int
    market_impact: MarketImpact | None
    last_look: LastLook | None
    maker_protection: MakerProtection | None

    def __init__(
        self,
        rules: VenueRules | None = None,
        *,
        refuses_self_trade: bool | None = None,
        bar_path: str = "worst_case",
        bar_volume_share: SupportsIndex = 0,
        market_impact: MarketImpact | None = None,
        last_look: LastLook | None = None,
        maker_protection: MakerProtection | None = None,
    ) -> None:
        if rules is not None and not isinstance(rules, VenueRules):
            raise InvalidArgument(f"rules must be VenueRules, got {rules!r}")
        if refuses_self_trade is not None and not isinstance(refuses_self_trade, bool):
            raise InvalidArgument(f"refuses_self_trade must be True or False, got {refuses_self_trade!r}")
        share = -1 if isinstance(bar_volume_share, bool) else _integer(bar_volume_share)
        if not 0 <= share <= BASIS_POINTS:
            raise InvalidArgument(
                f"bar_volume_share must be 0 to {BASIS_POINTS} basis points, got {bar_volume_share!r}"
            )
        for name, model, wanted in (
            ("market_impact", market_impact, MarketImpact),
            ("last_look", last_look, LastLook),
            ("maker_protection", maker_protection, MakerProtection),
        ):
            if model is not None and not isinstance(model, wanted):
                raise InvalidArgument(f"{name} must be a {wanted.__name__}, got {model!r}")
            object.__setattr__(self, name, model)
        refuses = rules is None if refuses_self_trade is None else refuses_self_trade
        object.__setattr__(self, "rules", VenueRules() if rules is None else rules)
        object.__setattr__(self, "refuses_self_trade", refuses)
        object.__setattr__(self, "bar_path", known_path(bar_path))
        object.__setattr__(self, "bar_volume_share", share)


RecordedVenues: TypeAlias = "RecordedVenue | VenueRules | Mapping[str, RecordedVenue | VenueRules]"


def recorded_venues(
    given: RecordedVenues | None, bar_path: str | None, instruments: Sequence[Instrument]
) -> dict[str, RecordedVenue]:
    """Return the venue of each instrument by its id.

    Parameters
    ----------
    given : RecordedVenue, VenueRules, mapping of instrument id to one of them, or None
        One for all, or one for each that the mapping names; None and the others are as usual.
    bar_path : str or None
        The way of the price within bars of all that have none of their own.
    instruments : sequence of Instrument
        What the data has.

    Raises
    ------
    InvalidArgument
        If something is none of these, the mapping names an instrument that the data does not have, or something is
        given and there is no recorded data at all.
    """
    usual = RecordedVenue(bar_path="worst_case" if bar_path is None else bar_path)
    ids = [instrument.id for instrument in instruments]
    if not ids and (given or bar_path is not None):
        raise InvalidArgument(
            "venue and bar_path are about recorded data, and the run has none: give an exchange's rules to "
            "Exchange(rules=)"
        )
    if isinstance(given, Mapping):
        for name in given:
            if name not in ids:
                raise InvalidArgument(f"venue names {name!r}, and the data has {', '.join(ids)}")
        return {name: _venue(given.get(name), usual, bar_path) for name in ids}
    return {name: _venue(given, usual, bar_path) for name in ids}


def _venue(given: object, usual: RecordedVenue, bar_path: str | None) -> RecordedVenue:
    if given is None:
        return usual
    if isinstance(given, VenueRules):
        return RecordedVenue(given, bar_path=usual.bar_path)
    if not isinstance(given, RecordedVenue):
        raise InvalidArgument(f"venue must be a RecordedVenue, VenueRules or a mapping of them, got {given!r}")
    if bar_path is not None and given.bar_path != bar_path:
        raise InvalidArgument(f"bar_path is given twice: {bar_path!r}, and {given.bar_path!r} by a RecordedVenue")
    return given


def known_path(bar_path: object) -> str:
    """Return the path if it is one.

    Raises
    ------
    InvalidArgument
        If it is none.
    """
    if not isinstance(bar_path, str) or bar_path not in BAR_PATHS:
        raise InvalidArgument(f"bar_path must be one of {', '.join(BAR_PATHS)}, got {bar_path!r}")
    return bar_path


def _integer(value: SupportsIndex) -> int:
    try:
        return operator.index(value)
    except TypeError:
        return -1
