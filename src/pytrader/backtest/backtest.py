"""The back-test: strategies, market data and cash go in, one run comes out as a result."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from pytrader._core import RiskLimits
from pytrader._strategy import duration_ns
from pytrader.backtest.allocation import Share
from pytrader.backtest.engine import Run
from pytrader.backtest.inputs import (
    Cash,
    Data,
    Strategies,
    capital_allotments,
    error_policies,
    insurance_funds,
    markets,
    opening_cash,
    saved_states,
    strategy_instances,
)
from pytrader.backtest.journal import JournalFiles
from pytrader.backtest.latency import Latencies, OneLatency, OrderLatency
from pytrader.backtest.recorded_venue import RecordedVenues, recorded_venues
from pytrader.backtest.result import BacktestResult
from pytrader.backtest.snapshot import Snapshot
from pytrader.backtest.venue import Venue, checked_venues, venue_connections, venue_queue_models, venue_recordings
from pytrader.backtest.venue_models import QueueModels, queue_model_uses, queue_models
from pytrader.errors import InvalidArgument, InvalidState
from pytrader.strategy import Strategy
from pytrader.strategy.error_policy import ErrorPolicies

if TYPE_CHECKING:
    from pytrader.backtest.inputs import Markets

Progress: TypeAlias = Callable[[int, int], None]
"""Called now and then with how many events are done, and how many there are."""


class Backtest:
    """A run of strategies over market data, described and checked, not yet started.

    Parameters
    ----------
    strategies : Strategy, type of Strategy, CompiledStrategy, sequence of them, or mapping of them by name
        What trades. A class is made with its default parameters. An instance runs once. In a mapping a strategy may
        come with its share of the capital: ``{"fast": (SmaCross, "60%")}``.
    data : path, MarketData, Stream, (Instrument, array), Exchange, or sequence of them
        What is replayed, and where strategies trade with one another. A path is read by `pytrader.load`; an array is a
        structured one of a dtype in `pytrader.model.records`. Arrays are not copied and must not be written to during
        the run.
    cash : str, Money, or sequence of them
        Opening cash such as ``"100000 USD"``, one amount for each currency.
    feed_latency : str, int or Latency
        How long market data takes to the strategy: text such as ``"500us"``, nanoseconds, or a `Latency`.
    order_latency : str, int, Latency, or mapping of request kind to one of them
        How long requests take to the venue. A mapping has ``"new"`` and may have ``"cancel"`` and ``"replace"``.
    response_latency : str, int or Latency, optional
        How long the venue's reports take back; by default what new orders take.
    queue_model : QueueModel, str, QueueBias, QueueCalibration, or mapping of instrument id to one of them
        Where in the queue of a price level the venue takes a cancellation to have happened; see
        ``docs/queue_models.md``. Order-by-order data and bars have no use for it. The result tells the bias that a
        measurement or calibration found.
    emulate : {"where_needed", "always", "never"}
        Which of the orders that wait for a price the core holds until then: those that their venue does not offer and
        those sent with ``emulate=True``; all; or none. See ``docs/emulator.md``.
    immediate_trigger : {"elect", "deny"}
        What becomes of an order that the core would hold, and whose price is reached already: it goes to the venue at
        once, or it is denied.
    venue : RecordedVenue, VenueRules, or mapping of instrument id to one of them, optional
        What the venues of recorded data offer and decide themselves; see ``docs/simulated_venue.md``.
    bar_path : {"worst_case", "high_first", "low_first", "adaptive"}, optional
        The way of the price within bars, for venues that say none of their own; ``"worst_case"`` if not given.
    limits : RiskLimits, optional
        Limits of the risk gate for every strategy; without them only the instrument's own hold.
    error_policy : str, ErrorPolicy, or mapping of them by the strategies' names, optional
        What is done when a handler raises; without it what the strategy's class says, and that is to stop.
    allocation : mapping of shares by the strategies' names, optional
        What each strategy may use of the opening cash: ``"60%"``, ``"5000 USD"``, Money, or several amounts.
        Together at most all of it. A strategy without a share may use the whole account.
    snapshot_interval : str or int, optional
        Time, by the data's clock, between two versions that `snapshot` has without asking.
    venues : mapping of str to Venue, optional
        Models of what the data does not say, such as fees and latencies, by venue (``"BINANCE"``) or by instrument
        (``"BTCUSDT.BINANCE"``, which comes first). What they leave open is as the other arguments say, and fees as the
        instrument's own rates.
    account : {"funded", "isolated", "cross"}
        Whether positions are backed by their whole value, or by their instruments' ``initial_margin_rate``: each by its
        own margin, or all of a currency by the whole account. Margined ones are liquidated when a mark price takes them
        below their maintenance; see ``docs/accounts.md``.
    insurance : str, Money, or sequence of them
        What the venue's insurance fund begins with; for margin accounts.
    equity_interval : str or int
        Time between two samples of the equity curve.
    start : int, optional
        When the run begins, in nanoseconds since 1970 UTC. Rows before it only warm up: they make books,
        `history` and the indicators that `on_start` asks for, and no strategy hears of them or trades.
    state : bytes or mapping of bytes by the strategies' names, optional
        What `Strategy.save_state` returned after an earlier run: strategies go on from there. It is part of the digest.
    seed : int
        What the random numbers of the strategies begin from, 0 to 2**64 - 1; it is part of the digest.
    journal : path, optional
        A new file for the journal of the run: everything that the strategies' side was told, from which `replay` makes
        the same run again; see ``docs/journal.md``. A file that is there already is not touched, and refused.
    record_events : bool
        Keep every order event in ``result.order_events``: 128 bytes each, at most 8,388,608 of them.
    check_every_event : bool
        Check after every event that cash, positions and orders agree to the last unit. Slow: for tests.

    Raises
    ------
    ConfigError, InvalidArgument, DataError
        If an argument is wrong; nothing has run then.
    """

    def __init__(
        self,
        strategies: Strategies,
        data: Data,
        *,
        cash: Cash,
        feed_latency: OneLatency = "0ms",
        order_latency: OrderLatency = "0ms",
        response_latency: OneLatency | None = None,
        queue_model: QueueModels = "risk_averse",
        emulate: str = "where_needed",
        immediate_trigger: str = "elect",
        venue: RecordedVenues | None = None,
        bar_path: str | None = None,
        limits: RiskLimits | None = None,
        error_policy: ErrorPolicies | None = None,
        allocation: Mapping[str, Share] | None = None,
        snapshot_interval: str | int | None = None,
        venues: Mapping[str, Venue] | None = None,
        account: Literal["funded", "isolated", "cross"] = "funded",
        insurance: Cash = (),
        equity_interval: str | int = "1m",
        start: int | None = None,
        state: bytes | Mapping[str, bytes] | None = None,
        seed: int = 0,
        journal: str | os.PathLike[str] | None = None,
        record_events: bool = False,
        check_every_event: bool = False,
    ) -> None:
        self.strategies = strategy_instances(strategies)
        self.error_policies = error_policies(error_policy, self.strategies)
        self.latencies = Latencies.of(feed_latency, order_latency, response_latency)
        self.equity_interval_ns = _interval(equity_interval, "equity_interval")
        self.emulate = _one_of(emulate, "emulate", ("where_needed", "always", "never"))
        self.immediate_trigger = _one_of(immediate_trigger, "immediate_trigger", ("elect", "deny"))
        self.seed = _seed(seed)
        self.journal = None if journal is None else _path(journal, "journal")
        self.limits = _limits(limits)
        self.record_events = _flag(record_events, "record_events")
        self.check_every_event = _flag(check_every_event, "check_every_event")
        self.markets = markets(data)
        self.cash = opening_cash(cash, self.markets.instruments)
        self.allotments = capital_allotments(strategies, allocation, self.strategies, self.cash)
        self.start_ns = _start(start, self.markets)
        self.states = saved_states(state, self.strategies)
        self.snapshot_interval_ns = _snapshot_interval(snapshot_interval)
        self.account = account
        self.insurance = insurance_funds(account, insurance, self.markets.instruments)
        self.venue_models = checked_venues(venues, self.markets.instruments, self.markets.recorded)
        self.connections = venue_connections(self.venue_models, self.latencies, self.markets.instruments)
        models = {
            **queue_models(queue_model, self.markets.recorded),
            **venue_queue_models(self.venue_models, self.markets.recorded),
        }
        self.queue_models = queue_model_uses(models, self.markets.streams, self.markets.recorded)
        self.venues = {
            **recorded_venues(venue, bar_path, self.markets.recorded),
            **venue_recordings(self.venue_models, bar_path, self.markets.recorded),
        }
        self._run: Run | None = None

    def run(self, progress: Progress | None = None) -> BacktestResult:
        """Replay the data once.

        Parameters
        ----------
        progress : callable, optional
            Called with the number of events done and the number there are, a few times a second.

        Returns
        -------
        BacktestResult
            What came of it. After Ctrl-C the run stops between two events and ``finished`` is False; a second Ctrl-C
            raises `KeyboardInterrupt`.

        Raises
        ------
        InvalidState
            If it has run already.
        Exception
            Whatever a handler raises, with a note that says which event it was handling, where the error policy is to
            stop; with another one it stands in the result's ``errors``.
        """
        return self._begin().run(progress)

    def replay(self, journal: str | os.PathLike[str], progress: Progress | None = None) -> BacktestResult:
        """Run once from a journal, instead of running through the data and its venues.

        The strategies are told what they were told when the journal was written, and do the same again: the result is
        that of the run, or, where the journal breaks off, what it was at that point, with ``finished`` False. All
        arguments must be as they were then, the data too, from which `history` comes.

        Parameters
        ----------
        journal : path
            What an earlier run was given as its ``journal``.
        progress : callable, optional
            As for `run`.

        Returns
        -------
        BacktestResult
            Equal to that of the run, but for the time it took.

        Raises
        ------
        JournalError
            If the file is none, or is damaged, or this is another run: another set-up is refused before the first
            callback, a strategy that does something else at most 4096 inputs later.
        InvalidState
            If it has run already.
        Exception
            Whatever a handler raises, as in `run`.
        """
        return self._begin(_path(journal, "journal")).run(progress)

    def _begin(self, replayed: bytes | None = None) -> Run:
        if self._run is not None:
            raise InvalidState("this back-test has run already: make a new one, with new strategies")
        self._run = Run(
            self.strategies,
            self.markets,
            self.cash,
            limits=self.limits,
            error_policies=self.error_policies,
            venue_models=self.venue_models,
            account=self.account,
            insurance=self.insurance,
            latencies=self.latencies,
            connections=self.connections,
            queue_models=self.queue_models,
            emulate=self.emulate,
            immediate_trigger=self.immediate_trigger,
            venues=self.venues,
            equity_interval_ns=self.equity_interval_ns,
            record_events=self.record_events,
            check_every_event=self.check_every_event,
            seed=self.seed,
            allotments=self.allotments,
            states=self.states,
            start_ns=self.start_ns,
            snapshot_interval_ns=self.snapshot_interval_ns,
            journals=JournalFiles(self.journal, replayed),
        )
        return self._run

    def snapshot(self, wait: float = 1.0) -> Snapshot | None:
        """One consistent version of positions, orders, best prices, cash and strategies, from any thread.

        Asks the run for a version of this moment, which it makes between two events, a few times a second at most.

        Parameters
        ----------
        wait : float
            Seconds to wait for it; then, and in a handler, the latest one is returned. 0: without asking, which is
            what `snapshot_interval` is for.

        Returns
        -------
        Snapshot or None
            None before the first. After the run its last state.
        """
        if type(wait) not in (int, float) or not 0 <= wait < float("inf"):
            raise InvalidArgument(f"wait must be a number of seconds, at least 0, got {wait!r}")
        return None if self._run is None else self._run.snapshot(wait)


def backtest(
    strategy: Strategy | type[Strategy],
    data: Data,
    *,
    cash: Cash,
    feed_latency: OneLatency = "0ms",
    order_latency: OrderLatency = "0ms",
    **parameters: Any,
) -> BacktestResult:
    """Run one strategy over market data: `Backtest` in one call.

    Parameters
    ----------
    strategy : Strategy or type of Strategy
        What trades.
    data : path, MarketData, Stream, (Instrument, array), Exchange, or sequence of them
        What is replayed; see `Backtest`.
    cash : str, Money, or sequence of them
        Opening cash such as ``"100000 USD"``.
    feed_latency, order_latency : str, int or Latency
        See `Backtest`.
    **parameters
        Parameters of the strategy, where `strategy` is a class.

    Examples
    --------
    >>> print(backtest(SmaCross, data="btcusdt-1m.parquet", cash="10000 USDT", fast=20))  # doctest: +SKIP
    """
    if isinstance(strategy, type) and issubclass(strategy, Strategy):
        strategy = strategy(**parameters)
    elif parameters:
        raise InvalidArgument(
            f"{', '.join(parameters)} can be given with a strategy class only, and {strategy!r} is an instance"
        )
    return Backtest(strategy, data, cash=cash, feed_latency=feed_latency, order_latency=order_latency).run()


def _seed(value: int) -> int:
    if type(value) is not int or not 0 <= value < 2**64:
        raise InvalidArgument(f"seed must be a whole number from 0 to 2**64 - 1, got {value!r}")
    return value


def _one_of(value: str, name: str, known: tuple[str, ...]) -> str:
    if value not in known:
        raise InvalidArgument(f"{name} must be one of {', '.join(known)}, got {value!r}")
    return value


def _start(value: int | None, markets: Markets) -> int | None:
    if value is None:
        return None
    if type(value) is not int:
        raise InvalidArgument(f"start must be whole nanoseconds since 1970 UTC, got {value!r}")
    if markets.exchanges:
        raise InvalidArgument("start is for recorded data: an exchange has no past to warm up on")
    if value > markets.end_ns:
        raise InvalidArgument(f"start is {value}, and the data ends at {markets.end_ns}: choose an earlier one")
    return value if value > markets.start_ns else None


def _limits(value: RiskLimits | None) -> RiskLimits:
    if value is not None and not isinstance(value, RiskLimits):
        raise InvalidArgument(f"limits must be RiskLimits(...) of pytrader.backtest, got {value!r}")
    return RiskLimits() if value is None else value


def _path(value: object, name: str) -> bytes:
    path = os.fsencode(value) if isinstance(value, str | os.PathLike) else b""
    if not path or b"\0" in path:
        raise InvalidArgument(f"{name} must be the path of a file, got {value!r}")
    return path


def _flag(value: bool, name: str) -> bool:
    if type(value) is not bool:
        raise InvalidArgument(f"{name} must be True or False, got {value!r}")
    return value


def _snapshot_interval(value: str | int | None) -> int:
    return 0 if value is None else _interval(value, "snapshot_interval")


def _interval(value: str | int, name: str) -> int:
    nanoseconds = duration_ns(value, name)
    if nanoseconds <= 0:
        raise InvalidArgument(f"{name} must be positive, got {value!r}")
    return nanoseconds
