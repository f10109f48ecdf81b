"""What is simulated of a venue besides its market data, as one bundle that can be replaced per instrument."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pytrader.backtest.fee_tables import FEE_TABLES
from pytrader.backtest.latency import Latencies, OneLatency, OrderLatency
from pytrader.backtest.recorded_venue import RecordedVenue, recorded_venues
from pytrader.backtest.venue_models import OneQueueModel, queue_models
from pytrader.errors import ConfigError
from pytrader.model import FeeSchedule, Instrument


@dataclass(frozen=True)
class Venue:
    """The models of one venue, or of one instrument; what is None is as the instrument and the back-test say.

    Parameters
    ----------
    fees : FeeSchedule, optional
        What fills cost. Instruments under one schedule share its rolling volume.
    queue_model : QueueModel or str, optional
        How the places of own orders in level queues are guessed; see ``docs/queue_models.md``.
    recorded : RecordedVenue, optional
        The rules of the venue of recorded data, and the way of the price in its bars.
    feed_latency : str, int or Latency, optional
        How long its market data takes; not of an exchange, whose data takes what the back-test says.
    order_latency : str, int, Latency, or mapping of request kind to one of them, optional
        How long requests take to it, and reports back where ``response_latency`` is not given.
    response_latency : str, int or Latency, optional
        How long its reports take.
    name : str
        For people.
    as_of : str
        The date of the published figures, ISO 8601; empty for your own.
    source : str
        Where they were published.

    Examples
    --------
    >>> Venue.preset("binance_spot").as_of
    '2023-09'
    """

    fees: FeeSchedule | None = None
    queue_model: OneQueueModel | None = None
    recorded: RecordedVenue | None = None
    feed_latency: OneLatency | None = None
    order_latency: OrderLatency | None = None
    response_latency: OneLatency | None = None
    name: str = ""
    as_of: str = ""
    source: str = ""

    def __post_init__(self) -> None:
        if self.fees is not None and not isinstance(self.fees, FeeSchedule):
            raise TypeError(f"fees must be a FeeSchedule, got {self.fees!r}")
        self.latencies(Latencies.of("0ms", "0ms", None))

    def latencies(self, run: Latencies) -> Latencies:
        """Return its latencies in a back-test that has those of ``run``."""
        return run.for_connection(self.feed_latency, self.order_latency, self.response_latency)

    @classmethod
    def preset(cls, name: str, *, other_volume: str | int = 0) -> Venue:
        """Make a venue from a published schedule.

        Parameters
        ----------
        name : str
            A key of `FEE_TABLES`, such as ``"binance_spot"``.
        other_volume : str or int
            What the account trades elsewhere in every window, in the measure of the schedule: it lifts the tier.

        Raises
        ------
        ConfigError
            For an unknown name (the message lists all), or an `other_volume` where the schedule counts no volume.
        """
        table = FEE_TABLES.get(name)
        if table is None:
            raise ConfigError(f"venue preset {name!r} is unknown; there are: {', '.join(FEE_TABLES)}")
        return cls(fees=table.schedule(other_volume), name=name, as_of=table.as_of, source=table.source)

    @staticmethod
    def binance_spot(*, other_volume: str | int = 0) -> Venue:
        """Binance spot, with VIP tiers by volume."""
        return Venue.preset("binance_spot", other_volume=other_volume)

    @staticmethod
    def binance_usd_m(*, other_volume: str | int = 0) -> Venue:
        """Binance USD-M futures, with VIP tiers by volume."""
        return Venue.preset("binance_usd_m", other_volume=other_volume)

    @staticmethod
    def coinbase(*, other_volume: str | int = 0) -> Venue:
        """Coinbase Advanced, with tiers by volume."""
        return Venue.preset("coinbase", other_volume=other_volume)

    @staticmethod
    def kraken_spot(*, other_volume: str | int = 0) -> Venue:
        """Kraken Pro spot, with tiers by volume."""
        return Venue.preset("kraken_spot", other_volume=other_volume)

    @staticmethod
    def okx_spot(*, other_volume: str | int = 0) -> Venue:
        """OKX spot, with VIP tiers by volume."""
        return Venue.preset("okx_spot", other_volume=other_volume)

    @staticmethod
    def bybit_linear(*, other_volume: str | int = 0) -> Venue:
        """Bybit perpetuals and futures, with VIP tiers by volume."""
        return Venue.preset("bybit_linear", other_volume=other_volume)

    @staticmethod
    def interactive_brokers_tiered(*, other_volume: str | int = 0) -> Venue:
        """Interactive Brokers' tiered commissions on US shares."""
        return Venue.preset("interactive_brokers_tiered", other_volume=other_volume)

    @staticmethod
    def interactive_brokers_fixed() -> Venue:
        """Interactive Brokers' fixed commissions on US shares."""
        return Venue.preset("interactive_brokers_fixed")

    @staticmethod
    def cme_emini_sp500() -> Venue:
        """One E-mini S&P 500 contract at CME, for customers that are no members, with a broker's commission."""
        return Venue.preset("cme_emini_sp500")

    @staticmethod
    def nasdaq() -> Venue:
        """Nasdaq's own charges to members that reach no tier."""
        return Venue.preset("nasdaq")


def venue_of(venues: Mapping[str, Venue], instrument: Instrument) -> Venue:
    """Find the models of an instrument: those under its id, else those under its venue, else none."""
    found = venues.get(instrument.id)
    return found if found is not None else venues.get(instrument.venue, Venue())


@dataclass(frozen=True)
class Connection:
    """How the instruments of one `Venue` that states latencies are reached.

    Attributes
    ----------
    instrument_ids : tuple of str
        Of whom.
    latencies : Latencies
        Those of the venue, and the back-test's where it states none.
    has_feed : bool
        Whether the latency of market data is the venue's own.
    """

    instrument_ids: tuple[str, ...]
    latencies: Latencies
    has_feed: bool


def venue_connections(
    venues: Mapping[str, Venue], run: Latencies, instruments: Sequence[Instrument]
) -> list[Connection]:
    """Return the connections that venues state beside the run's; each entry of ``venues`` has one of its own."""
    found = []
    for key, venue in venues.items():
        if venue.feed_latency is None and venue.order_latency is None and venue.response_latency is None:
            continue
        ids = tuple(each.id for each in instruments if key == each.id or (key == each.venue and each.id not in venues))
        if ids:
            found.append(Connection(ids, venue.latencies(run), venue.feed_latency is not None))
    return found


def venue_queue_models(venues: Mapping[str, Venue], instruments: Sequence[Instrument]) -> dict[str, OneQueueModel]:
    """Return the queue models that venues state, by the ids of their instruments."""
    stated = {each.id: venue_of(venues, each).queue_model for each in instruments}
    given = {name: model for name, model in stated.items() if model is not None}
    return {name: model for name, model in queue_models(given, instruments).items() if name in given}


def venue_recordings(
    venues: Mapping[str, Venue], bar_path: str | None, instruments: Sequence[Instrument]
) -> dict[str, RecordedVenue]:
    """Return what venues state of recorded data, by the ids of their instruments.

    Raises
    ------
    InvalidArgument
        If one states another way of the price within bars than the back-test's ``bar_path``.
    """
    stated = {each.id: venue_of(venues, each).recorded for each in instruments}
    given = {name: recorded for name, recorded in stated.items() if recorded is not None}
    made = recorded_venues(given, bar_path, instruments)
    return {name: made[name] for name in given}


def checked_venues(
    venues: Mapping[str, Venue] | None, instruments: Sequence[Instrument], recorded: Sequence[Instrument]
) -> dict[str, Venue]:
    """Check that every key names an instrument or a venue of the data, and every value is a `Venue` of use there.

    Raises
    ------
    ConfigError
        If it is no mapping, a key names nothing in the data, or a value states models of recorded data for exchanges
        alone: they would stay unused in silence.
    TypeError
        If a value is no `Venue`.
    """
    known = dict.fromkeys([*(each.venue for each in instruments), *(each.id for each in instruments)])
    with_data = {*(each.venue for each in recorded), *(each.id for each in recorded)}
    if venues is not None and not isinstance(venues, Mapping):
        raise ConfigError(
            "venues must be a mapping of venues or instruments to their Venue, such as "
            f'{{"{next(iter(known), "BINANCE")}": Venue(...)}}, got {venues!r}'
        )
    given = dict(venues or {})
    for key, venue in given.items():
        if not isinstance(venue, Venue):
            raise TypeError(f"venues[{key!r}] must be a Venue, got {venue!r}")
        if key not in known:
            raise ConfigError(f"venues names {key!r}, and the data has: {', '.join(known)}")
        if key not in with_data and (venue.recorded is not None or venue.queue_model is not None):
            raise ConfigError(
                f"venues[{key!r}] has models of recorded data, and {key} is an exchange, where strategies make the "
                "market: leave recorded and queue_model out, and give rules to Exchange(rules=)"
            )
        if key not in with_data and venue.feed_latency is not None:
            raise ConfigError(
                f"venues[{key!r}] has a feed_latency, and {key} is an exchange, whose data takes the back-test's: "
                "leave it out"
            )
    return given
