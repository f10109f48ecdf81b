"""One run: puts strategies, data, exchanges and cash into the compiled engine, replays, and reads the result out."""

from __future__ import annotations

import hashlib
import time
from _thread import get_ident
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from threading import Condition
from typing import TYPE_CHECKING

from pytrader._core import BacktestEngine, RiskLimits
from pytrader._strategy import Context
from pytrader.backtest.allocation import Allotments
from pytrader.backtest.determinism import deterministic
from pytrader.backtest.history import History
from pytrader.backtest.interrupt import StopOnInterrupt
from pytrader.backtest.journal import JournalFiles
from pytrader.backtest.latency import Latencies
from pytrader.backtest.result import (
    AccountSummary,
    BacktestResult,
    BookFaults,
    EarlyRows,
    HandlerError,
    InsuranceSummary,
    PositionSummary,
    SyntheticSummary,
)
from pytrader.backtest.snapshot import Snapshot, make_snapshot
from pytrader.backtest.stream_order import in_order_at_one_time
from pytrader.backtest.venue import Connection, Venue, venue_of
from pytrader.backtest.venue_models import QueueModelUse
from pytrader.errors import JournalError
from pytrader.strategy import ErrorPolicy, Strategy
from pytrader.strategy.compiled import CompiledContext, enter_tags
from pytrader.strategy.state import read_state, restore

if TYPE_CHECKING:
    from pytrader.backtest.inputs import AnyStrategy, Markets
    from pytrader.backtest.recorded_venue import RecordedVenue
    from pytrader.model import Money

# A run is cut into pieces of about this long, to look at Ctrl-C and at the progress bar in between. A slow strategy
# gets fewer steps a piece, so the pieces begin small and at most double.
PIECE_SECONDS = 0.05
STEPS_AT_FIRST = 500
STEPS_AT_ONCE = 50_000
# The tag of the orders by which the policy "flatten" closes positions.
FLATTEN_TAG = "flatten"


class Run:
    """One run of `Backtest`, from its start to its result."""

    # Of threads that wait for a snapshot; the kernel itself knows nothing of it.
    _wanted = False
    _served = 0
    _thread: int | None = None
    _over = False

    def __init__(
        self,
        strategies: Mapping[str, AnyStrategy],
        markets: Markets,
        cash: Sequence[Money],
        *,
        limits: RiskLimits,
        venue_models: Mapping[str, Venue],
        account: str,
        insurance: Sequence[Money],
        error_policies: Mapping[str, ErrorPolicy] | None = None,
        latencies: Latencies,
        connections: Sequence[Connection] = (),
        queue_models: Sequence[QueueModelUse],
        emulate: str = "where_needed",
        immediate_trigger: str = "elect",
        venues: Mapping[str, RecordedVenue],
        equity_interval_ns: int,
        record_events: bool,
        check_every_event: bool,
        seed: int = 0,
        allotments: Allotments | None = None,
        states: Mapping[str, bytes] | None = None,
        start_ns: int | None = None,
        snapshot_interval_ns: int = 0,
        journals: JournalFiles,
    ) -> None:
        self._markets = markets
        self._tags: dict[str, int] = {}
        self._seed = seed
        self._start_ns = markets.start_ns if start_ns is None else start_ns
        self._engine = BacktestEngine(
            equity_interval_ns=equity_interval_ns,
            snapshot_interval_ns=snapshot_interval_ns,
            start_ns=start_ns,
            record_events=record_events,
            check_every_event=check_every_event,
        )
        # As the signed number of the same bits.
        self._engine.add_setting(seed - (seed >> 63 << 64))
        self._set_margin(account, insurance)
        index_of = self._add_instruments(markets, venue_models)
        latencies.set_on(self._engine)
        self._add_connections(connections, index_of)
        self._queue_models = tuple(queue_models)
        self._engine.set_emulation(emulate, immediate_trigger)
        self._set_venues(index_of, venues)
        for amount in cash:
            self._engine.add_cash(amount)
        past = self._add_markets(markets, index_of)
        # Before the strategies are bound to this run: a file that can not be opened leaves them as they are.
        journals.open_on(self._engine)
        self._replays = journals.replayed is not None
        self._contexts = self._bind(strategies)
        self._hand_over(past, states or {})
        self._limits = limits
        self._policies = error_policies or {}
        self._allotments = allotments or {}
        self._condition = Condition()

    def _set_margin(self, account: str, insurance: Sequence[Money]) -> None:
        if account != "funded":
            self._engine.set_margin(account)
        for amount in insurance:
            self._engine.add_insurance(amount)

    def _add_instruments(self, markets: Markets, venue_models: Mapping[str, Venue]) -> dict[str, int]:
        return {
            instrument.id: self._engine.add_instrument(instrument, venue_of(venue_models, instrument).fees)
            for instrument in markets.instruments
        }

    def _add_connections(self, connections: Sequence[Connection], index_of: Mapping[str, int]) -> None:
        for each in connections:
            number = self._engine.add_connection([index_of[name] for name in each.instrument_ids])
            each.latencies.set_hops(self._engine, number)
            if each.has_feed:
                self._engine.set_feed_latency(each.latencies.feed, number)

    def _bind(self, strategies: Mapping[str, AnyStrategy]) -> list[Context | CompiledContext]:
        return [
            Context(strategy, name, Strategy, self._markets.instruments, self._tags, self._seed)
            if isinstance(strategy, Strategy)
            else strategy.bind(name)
            for name, strategy in strategies.items()
        ]

    def _add_markets(self, markets: Markets, index_of: Mapping[str, int]) -> History:
        ordered = in_order_at_one_time(markets.streams)
        for number, stream in ordered:
            self._engine.add_stream(
                f"{number} of {stream.instrument.id} ({stream.kind}, {markets.source})",
                index_of[stream.instrument.id],
                stream.kind,
                dict(stream.columns),
                stream.duration_ns,
            )
        for exchange in markets.exchanges:
            self._engine.add_exchange(
                index_of[exchange.instrument.id],
                exchange.rules,
                exchange.sessions,
                exchange.reference_ticks,
                exchange.start_ns,
            )
            self._engine.extend(exchange.start_ns, exchange.end_ns)
        return History(self._engine, [(stream, index_of[stream.instrument.id]) for _, stream in ordered])

    def _hand_over(self, past: History, states: Mapping[str, bytes]) -> None:
        """Give strategies in Python what was before: the data that they have received, and what they saved."""
        for context in self._contexts:
            if not isinstance(context, Context):
                continue
            context.past = past
            state = states.get(context.name)
            if state is not None:
                context.call_after_start(partial(_take_up, context, state))
                digest = hashlib.sha256(state).digest()
                self._engine.add_setting(int.from_bytes(digest[:8], "little", signed=True))

    def _set_venues(self, index_of: Mapping[str, int], venues: Mapping[str, RecordedVenue]) -> None:
        for use in self._queue_models:
            if use.model is not None:
                self._engine.set_queue_model(index_of[use.instrument_id], use.model)
        for name, venue in venues.items():
            self._engine.set_venue_rules(
                index_of[name],
                venue.rules,
                venue.refuses_self_trade,
                venue.bar_path,
                venue.bar_volume_share,
                venue.market_impact,
                venue.last_look,
                venue.maker_protection,
            )

    def run(self, progress: Callable[[int, int], None] | None) -> BacktestResult:
        """Run to the end of the data, to Ctrl-C, or to an exception in a strategy, which goes on to the caller."""
        total = self._markets.event_count
        wall, processor = time.perf_counter(), time.thread_time()
        status = "paused"
        self._thread = get_ident()
        try:
            for context in self._contexts:
                self._add(context)
            in_python = [context for context in self._contexts if isinstance(context, Context)]
            with deterministic(in_python), StopOnInterrupt() as stop:
                steps = min(STEPS_AT_FIRST, STEPS_AT_ONCE)
                while status == "paused" and not stop.asked:
                    began = time.perf_counter()
                    status = self._advance(steps)
                    if self._wanted:
                        self._serve()
                    if progress is not None:
                        progress(self._engine.events, max(total, self._engine.events))
                    steps = steps_for_next_piece(steps, time.perf_counter() - began)
            if status == "strategy_failed":
                self._raise_failure()
            if status == "paused":
                self._engine.abort()
        finally:
            self._serve(last=True)
            for context in self._contexts:
                context.detach()
                # The past holds the data, and through the engine this context.
                if isinstance(context, Context):
                    context.past = None
            # Also where the run broke off.
            self._engine.close_journal()
        return self._result(status == "finished", time.perf_counter() - wall, time.thread_time() - processor)

    def _advance(self, steps: int) -> str:
        try:
            return self._engine.run(steps)
        except JournalError as refused:
            raise refused from self._ended_by()

    def _ended_by(self) -> BaseException | None:
        """Return the exception of the strategy that ended the run, None if none did."""
        errors = handler_errors(self._engine.errors(), self._contexts)
        ended = {error.strategy for error in errors if error.action == "stop"}
        return next((context.error for context in self._contexts if context.name in ended), None)

    def _add(self, context: Context | CompiledContext) -> None:
        policy = self._policies.get(context.name, ErrorPolicy())
        index = self._engine.add_strategy(
            context.port(),
            context,
            self._limits,
            action=policy.action,
            errors=policy.errors,
            window_ns=policy.window_ns,
            cooldown_ns=policy.cooldown_ns,
            tag=self._tags.setdefault(FLATTEN_TAG, len(self._tags) + 1) if policy.action == "flatten" else 0,
            compiled=isinstance(context, CompiledContext),
        )
        for amount in self._allotments.get(context.name, ()):
            self._engine.allot(index, amount)
        context.connect(self._engine, self._engine.kernel(), index)

    def _serve(self, last: bool = False) -> None:
        """Make a snapshot, between two pieces of the run, and wake who waits for one."""
        with self._condition:
            self._wanted = False
            self._engine.publish()
            self._served += 1
            self._over = last
            self._condition.notify_all()

    def snapshot(self, wait: float) -> Snapshot | None:
        """Return the snapshot of this moment, or after `wait` seconds the latest one."""
        if wait > 0 and self._thread != get_ident():
            with self._condition:
                before = self._served
                self._wanted = True
                self._condition.wait_for(lambda: self._over or self._served > before, wait)
        raw = self._engine.snapshot()
        if raw is None:
            return None
        names = [context.name for context in self._contexts]
        return make_snapshot(raw, names, self._markets.instruments, self._tags, self._compiled())

    def _compiled(self) -> list[int]:
        """Return which strategies are compiled."""
        return [index for index, context in enumerate(self._contexts) if isinstance(context, CompiledContext)]

    def _raise_failure(self) -> None:
        errors = handler_errors(self._engine.errors(), self._contexts)
        fatal = next(position for position, error in enumerate(errors) if error.action == "stop")
        context = next(each for each in self._contexts if each.name == errors[fatal].strategy)
        raised = context.error
        assert raised is not None, "a run that a strategy stopped has its exception"
        raised.add_note(f"{errors[fatal].place} (event {self._engine.events})")
        for error in errors[fatal + 1 :]:
            raised.add_note(f"and {error.error_type}: {error.message} {error.place}")
        raise raised

    def _result(self, finished: bool, run_seconds: float, cpu_seconds: float) -> BacktestResult:
        engine = self._engine
        names = tuple(context.name for context in self._contexts)
        instruments = self._markets.instruments
        orders, fills, order_events = engine.take_records()
        return BacktestResult(
            orders=orders,
            fills=fills,
            equity=engine.equity(),
            cash_events=engine.cash_events(),
            order_events=order_events,
            refused_reports=engine.refused_reports(),
            instruments=instruments,
            strategies=names,
            accounts=tuple(AccountSummary(*account) for account in engine.accounts()),
            positions=tuple(
                PositionSummary(names[row[0]], instruments[row[1]].id, *row[2:]) for row in engine.positions()
            ),
            events=engine.events,
            run_seconds=run_seconds,
            cpu_seconds=cpu_seconds,
            digest=engine.digest,
            seed=self._seed,
            finished=finished,
            start_ns=self._start_ns,
            end_ns=engine.now_ns if engine.events or self._markets.exchanges or self._replays else self._markets.end_ns,
            source=self._markets.source,
            tags=enter_tags(orders, self._tags, self._compiled()),
            synthetics=tuple(SyntheticSummary(*each) for each in engine.synthetics()),
            errors=handler_errors(engine.errors(), self._contexts),
            insurance=tuple(InsuranceSummary(*each) for each in engine.insurance()),
            book_faults=self._book_faults(),
            early_rows=tuple(
                EarlyRows(instrument.id, engine.early_rows(index))
                for index, instrument in enumerate(instruments)
                if engine.early_rows(index) > 0
            ),
            queue_models=self._queue_models,
        )

    def _book_faults(self) -> tuple[BookFaults, ...]:
        """What was wrong with the feeds. While an exchange collects orders for an auction its book may be crossed."""
        instruments = self._markets.instruments
        exchanges = {exchange.instrument.id for exchange in self._markets.exchanges}
        return tuple(
            BookFaults(instruments[index].id, fault, count)
            for index, fault, count in self._engine.book_faults()
            if fault != "crossed" or instruments[index].id not in exchanges
        )


def _take_up(context: Context, state: bytes) -> None:
    strategy = context.strategy
    assert isinstance(strategy, Strategy), "a run's strategies are"
    restore(strategy, read_state(strategy, state))


def handler_errors(
    records: Sequence[tuple[int, int, str, int | None]], contexts: Sequence[Context | CompiledContext]
) -> tuple[HandlerError, ...]:
    """Join what the kernel did about each error with what was raised; both are in order for each strategy."""
    raised = [iter(context.failures) for context in contexts]
    return tuple(
        HandlerError(contexts[strategy].name, ts, *next(raised[strategy]), action, settled)
        for strategy, ts, action, settled in records
    )


def steps_for_next_piece(steps: int, seconds: float) -> int:
    """How many steps the next piece of a run should have, when this many took so long."""
    wanted = int(steps * PIECE_SECONDS / max(seconds, 1e-9))
    return max(1, min(wanted, 2 * steps, STEPS_AT_ONCE))
