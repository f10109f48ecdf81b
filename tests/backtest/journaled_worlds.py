"""Worlds for tests of journals: runs that use all that a run can, made again with equal strategies at every call."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import numpy as np

from pytrader import Backtest, Buy, Sell, Strategy
from pytrader.backtest import BacktestResult, Exchange, Latency
from pytrader.data import Expiry, Funding, Split, money_event_stream
from pytrader.matching import TradingPhase, VenueRules
from pytrader.model.records import MARK, STATUS
from pytrader.simulation import MarketMaker, NoiseTrader
from pytrader.strategy import CompiledStrategy, ErrorPolicy, Twap
from pytrader.strategy.compiled import events, functions
from tests.backtest.markets import (
    ADD,
    BUY,
    EXECUTE,
    MINUTE,
    SECOND,
    SELL,
    START,
    Rows,
    bars,
    book_rows,
    instrument,
    quotes,
    trades,
)

ROWS: Final = 900
MARKS: Final = [9_990, 9_985, 9_700, 10_200, 9_400, 10_600]
PERPETUAL: Final = instrument(
    "PERP", kind="perpetual", taker_fee="0.0005", initial_margin_rate="0.05", maintenance_margin_rate="0.03"
)
SHARE: Final = instrument("SHARE", maker_fee="-0.0001", initial_margin_rate="0.5", maintenance_margin_rate="0.25")
ENDS: Final = instrument("ENDS", kind="future", initial_margin_rate="0.1", maintenance_margin_rate="0.05")
BARRED: Final = instrument("BARRED", initial_margin_rate="0.5", maintenance_margin_rate="0.25")
BOOKED: Final = instrument("BOOKED", initial_margin_rate="0.5", maintenance_margin_rate="0.25")
POLICIES: Final = {
    "one": ErrorPolicy("pause", cooldown="9s"),
    "two": ErrorPolicy("cancel", cooldown="5s"),
}


class Everything(Strategy):
    """Trades at random from its seed, in every way there is, and raises now and then."""

    raises: bool = True

    def on_start(self) -> None:
        self.seen: list[Any] = []
        self.clock.set_timer("look", interval="13s")
        self.clock.set_timer("late", interval="171s")
        bars = self.bars("10s", "PERP.BINANCE")
        self.when(bars.sma(3).crosses_above(bars.sma(8)), self.cross)
        self.when(self.mids("SHARE.BINANCE").ema(5).above("100.05"), self.cross)
        self.bars("1m", "BARRED.BINANCE")

    def cross(self) -> None:
        self.seen.append(("cross", self.clock.now))
        self.buy(quantity_lots=3, instrument="SHARE.BINANCE")

    def on_timer(self, timer: Any) -> None:
        for what, name in (("quotes", "PERP"), ("trades", "SHARE"), ("10s", "PERP"), ("1m", "BARRED")):
            past = self.history(what, f"{name}.BINANCE", count=5)
            self.seen.append((what, {column: rows.tolist() for column, rows in past.items()}))
        if timer.name == "late":
            late = self.bars("20s", "SHARE.BINANCE").sma(2 + len(self.seen) % 3)
            self.seen.append((late.ready, late.value if late.ready else None))
            self.buy(quantity_lots=40, instrument="SHARE.BINANCE", algorithm=Twap("60s", slices=4))

    def on_quote(self, quote: Any) -> None:
        choice = self.random.below(60)
        name, bid = quote.instrument_id, quote.bid_ticks
        lots = self.random.between(1, 29)
        if choice == 0 and self.raises:
            raise ZeroDivisionError("planted")
        if choice == 1:
            self.buy(quantity_lots=lots, instrument=name)
        elif choice == 2:
            self.sell(quantity_lots=lots, instrument=name)
        elif choice == 3:
            self.buy(quantity_lots=lots, instrument=name, limit_ticks=bid - 2)
        elif choice == 4:
            self.sell(quantity_lots=lots, instrument=name, stop_ticks=bid - 3, trigger="bid_ask", emulate=True)
        elif choice == 5:
            self.buy(
                quantity_lots=lots, instrument=name, limit_ticks=bid, take_profit_ticks=bid + 4, stop_loss_ticks=bid - 4
            )
        elif choice == 6:
            self.submit_list(
                [
                    Sell(quantity_lots=lots, instrument=name, limit_ticks=bid + 5, reduce_only=True),
                    Sell(quantity_lots=lots, instrument=name, stop_ticks=bid - 5, trigger="bid_ask", reduce_only=True),
                ],
                parent=Buy(quantity_lots=lots, instrument=name, limit_ticks=bid + 1),
                contingency="OUO",
            )
        elif choice == 7:
            self.cancel_all()
        elif choice == 8 and self.open_orders:
            self.cancel(self.open_orders[0])

    def on_bar(self, bar: Any) -> None:
        self.seen.append(("bar", bar.instrument_id, bar.close_ticks))

    def on_fill(self, fill: Any) -> None:
        self.seen.append(("fill", fill.last_qty_lots if hasattr(fill, "last_qty_lots") else fill.order.client_order_id))
        if self.random.below(9) == 0 and self.raises:
            raise ValueError("planted in on_fill")

    def on_status(self, instrument: str, phase: Any) -> None:
        self.seen.append((instrument, phase.name))

    def on_cash_event(self, event: Any) -> None:
        self.seen.append(("cash", event.kind.name, str(event.amount)))


def path(seed: int, count: int = ROWS) -> list[tuple[int, int]]:
    steps = np.random.default_rng(seed).integers(-2, 3, count).cumsum()
    return [(10_000 + int(step), 10_002 + int(step)) for step in steps]


def status_rows(*changes: tuple[int, TradingPhase]) -> Rows:
    rows = np.zeros(len(changes), STATUS)
    rows["ts_event"] = rows["ts_init"] = [START + second * SECOND for second, _ in changes]
    rows["phase"] = [phase for _, phase in changes]
    return rows


def marks(prices: list[int], step: int) -> Rows:
    rows = np.zeros(len(prices), MARK)
    rows["ts_event"] = rows["ts_init"] = START + step * (1 + np.arange(len(prices))) + SECOND // 3
    rows["mark_price"] = prices
    return rows


def book(seed: int) -> Rows:
    rows = [(ADD, BUY, 9_990 - level, 50, 1 + level) for level in range(20)]
    rows += [(ADD, SELL, 10_010 + level, 50, 101 + level) for level in range(20)]
    for swing, draw in enumerate(np.random.default_rng(seed).integers(0, 8, 250).tolist()):
        side, price = (BUY, 10_001 + draw) if swing % 2 else (SELL, 9_999 - draw)
        rows += [(ADD, side, price, 5, 1_000 + swing), (EXECUTE, side, price, 5, 1_000 + swing)]
    return book_rows(rows)


def data() -> list[Any]:
    many = path(1)
    candles = [(bid, bid + 6, bid - 6, bid + 1) for bid, _ in path(5, ROWS // 60)]
    early = quotes(many, quantity=40)
    early["ts_init"] += np.where(np.arange(ROWS) % 9 == 0, -SECOND // 5, SECOND // 5)
    early["ts_init"] = np.maximum.accumulate(early["ts_init"])
    return [
        (PERPETUAL, early),
        (PERPETUAL, trades([bid for bid, _ in many])),
        (PERPETUAL, marks(MARKS, 100 * SECOND)),
        money_event_stream(PERPETUAL, [Funding(START + k * 3 * MINUTE, "0.0003") for k in range(1, 5)]),
        (SHARE, quotes(path(2), quantity=30)),
        (SHARE, trades([bid for bid, _ in path(2)], step=SECOND + 7)),
        (SHARE, status_rows((300, TradingPhase.HALT), (340, TradingPhase.CONTINUOUS))),
        money_event_stream(SHARE, [Split(START + 7 * MINUTE + 1, 2, 1)]),
        (ENDS, quotes(path(3, ROWS // 2), quantity=30)),
        money_event_stream(ENDS, [Expiry(START + ROWS // 2 * SECOND + 5, price="100.00")]),
        (BARRED, bars(candles)),
        (BOOKED, book(4)),
    ]


def everything(*, strategies: Any = None, **options: Any) -> Backtest:
    """Several instruments of all kinds of data, a margin account, two strategies that trade in every way."""
    latency = Latency.lognormal("80ms", "0.5", maximum="2s", seed=5)
    given: dict[str, Any] = {
        "cash": "20000 USDT",
        "account": "isolated",
        "insurance": "50 USDT",
        "error_policy": POLICIES,
        "equity_interval": "7s",
        "feed_latency": "30ms",
        "order_latency": latency,
        "check_every_event": True,
    }
    chosen = {"one": Everything(), "two": Everything()} if strategies is None else strategies
    return Backtest(chosen, data(), record_events=True, **(given | options))


def at_once(**options: Any) -> Backtest:
    """The same without latencies, in one account."""
    return everything(account="cross", feed_latency=0, order_latency=0, **options)


def warmed(**options: Any) -> Backtest:
    """The same from the middle on; what was before warms up."""
    return everything(start=START + 200 * SECOND + 1, emulate="always", **options)


def exchange(**options: Any) -> Backtest:
    """Strategies that trade with one another, through the phases of a day."""
    venue = Exchange(
        instrument("DEMO", kind="equity"),
        "5m",
        rules=VenueRules(self_trade="cancel_oldest"),
        sessions=[("0s", "opening_auction"), ("1m", "continuous"), ("4m", "closing_auction"), ("5m", "closed")],
        reference_price="100.00",
    )
    crowd = [NoiseTrader(seed=1), NoiseTrader(seed=2), MarketMaker()]
    return Backtest(crowd, venue, cash="1000000 USDT", record_events=True, order_latency="3ms", **options)


class Failing(Everything):
    """Its error ends the run."""

    def on_quote(self, quote: Any) -> None:
        if self.clock.now > START + 400 * SECOND:
            raise RuntimeError("planted at the end")
        super().on_quote(quote)


HANDLER: Final = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p)
GOOD_TILL_CANCELED: Final = 1


def buy_low(context: int, event: int, _: int) -> int:
    """Every ninth quote: buys one lot, or tries to."""
    where = np.ctypeslib.as_array((ctypes.c_int64 * 5).from_address(context)).view(events.CONTEXT)[0]
    quote = np.ctypeslib.as_array((ctypes.c_int64 * 6).from_address(event)).view(events.QUOTE)[0]
    if int(quote["bid_price"]) % 9 == 0:
        functions.submit(int(where["run"]), 0, BUY, 1, int(quote["bid_price"]) + 1, GOOD_TILL_CANCELED, 0, 0)
    return 0


BUY_LOW: Final = HANDLER(buy_low)


def compiled(**options: Any) -> Backtest:
    """Functions alone: the run does not hold the interpreter's lock."""
    rows = quotes(path(6), quantity=30)
    strategy = CompiledStrategy(name="Functions", on_quote=BUY_LOW)
    return Backtest(strategy, (SHARE, rows), cash="1000 USDT", record_events=True, **options)


WORLDS: Final[dict[str, Callable[..., Backtest]]] = {
    "everything": everything,
    "at_once": at_once,
    "warmed": warmed,
    "exchange": exchange,
    "compiled": compiled,
}


def fingerprint(result: BacktestResult) -> dict[str, Any]:
    """All that a result says, but how long it took."""
    arrays = ("orders", "fills", "equity", "cash_events", "order_events", "refused_reports")
    told = {name: getattr(result, name).tobytes() for name in arrays}
    values = ("digest", "accounts", "positions", "events", "finished", "start_ns", "end_ns", "tags", "errors")
    told |= {name: getattr(result, name) for name in (*values, "insurance", "book_faults", "early_rows")}
    return told


def written(world: Callable[..., Backtest], path: Path) -> BacktestResult:
    return world(journal=path).run()
