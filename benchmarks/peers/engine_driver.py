"""Runs one case of the trading engine on pytrader: python engine_driver.py CASE FOLDER COUNT."""

from __future__ import annotations

import ctypes
import gc
import hashlib
import itertools
import statistics
import subprocess
import sys
import threading
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from cases import TICK, Growth, answer, book_rows, fold, quote_rows, timed
from engine_cases import (
    EMA_LENGTHS,
    EMA_QUANTITY,
    MAKER_LATENCY,
    MAKER_LOT,
    MAKER_MOST,
    MAKER_QUANTITY,
    MAKER_STEP_NS,
    MAKER_TICK,
    bar_rows,
    maker_rows,
    trade_rows,
)

from pytrader import Backtest, Strategy
from pytrader.backtest import engine
from pytrader.data import MarketData, Stream
from pytrader.model import Instrument
from pytrader.model.records import BAR, FLAG_LAST, L2_EVENT, L3_EVENT, QUOTE, TRADE
from pytrader.strategy import CompiledStrategy
from pytrader.strategy.compiled import include_directory

PEER = f"pytrader {version('pytrader')}"
HERE = Path(__file__).resolve().parent
EXAMPLES = HERE.parents[1] / "examples" / "cpp"
CASH = "1000000000 USD"


def instrument(symbol: str = "TEST", tick: str = TICK, lot: str = "1") -> Instrument:
    return Instrument(symbol, "SIM", base_currency="EUR", quote_currency="USD", tick_size=tick, lot_size=lot)


def stream(kind: str, rows: np.ndarray, of: Instrument | None = None, duration_ns: int = 0) -> Stream:
    """The rows' fields as columns, without a copy."""
    columns = {name: rows[name] for name in rows.dtype.names or ()}
    return Stream(of or instrument(), kind, columns, duration_ns)  # type: ignore[arg-type]


def quotes(folder: Path, count: int) -> np.ndarray:
    told = quote_rows(folder, count)
    rows = np.zeros(count, QUOTE)
    for place, name in enumerate(("ts_event", "bid_price", "ask_price", "bid_quantity", "ask_quantity")):
        rows[name] = told[:, place]
    rows["ts_init"] = rows["ts_event"]
    return rows


def repeated(rows: np.ndarray, times: int) -> np.ndarray:
    """The rows so often, each time later than before."""
    longer = np.tile(rows, times)
    shift = np.repeat(np.arange(times) * (rows["ts_event"][-1] + 1 - rows["ts_event"][0]), len(rows))
    for clock in ("ts_event", "ts_init"):
        longer[clock] += shift
    return longer


def rows_of(kind: str, folder: Path, count: int) -> np.ndarray:
    """The workload's rows of one kind as our records."""
    if kind == "quotes":
        return quotes(folder, count)
    if kind == "trades":
        rows = np.zeros(count, TRADE)
        names = ("ts_event", "price", "quantity", "aggressor_side")
        for name, values in zip(names, trade_rows(folder, count), strict=True):
            rows[name] = values
    elif kind == "bars":
        rows = np.zeros(count, BAR)
        names = ("ts_open", "ts_event", "open", "high", "low", "close", "volume")
        for name, values in zip(names, bar_rows(folder, count), strict=True):
            rows[name] = values
    else:
        told = book_rows(folder, kind, count)
        rows = np.zeros(count, L3_EVENT if kind == "l3" else L2_EVENT)
        for place, name in enumerate(("ts_event", "action", "side", "price", "quantity")):
            rows[name] = told[:, place]
        if kind == "l3":
            rows["order_id"] = told[:, 5]
        rows["flags"] = FLAG_LAST
    rows["ts_init"] = rows["ts_event"]
    return rows


class Silent(Strategy):
    """Handles nothing but the end, at which it looks at the market."""

    def on_stop(self) -> None:
        bid, ask = self.book.best_bid, self.book.best_ask
        self.last = [int(level.price.as_decimal() * 100) for level in (bid, ask) if level is not None]


class OnQuote(Silent):
    def on_quote(self, quote: object) -> None:
        pass


class OnTrade(Silent):
    def on_trade(self, trade: object) -> None:
        pass


class OnBook(Silent):
    def on_book(self, book: object) -> None:
        pass


class OnBar(Silent):
    def on_bar(self, bar: object) -> None:
        pass


HANDLERS = {"quotes": OnQuote, "trades": OnTrade, "l2": OnBook, "l3": OnBook, "bars": OnBar}
KINDS = {"quotes": "quote", "trades": "trade", "l2": "l2", "l3": "l3", "bars": "bar"}


def replay(strategy: Any, data: Any, cash: str = CASH, **options: Any) -> tuple[float, dict[str, float], Any]:
    """CPU seconds, megabytes that the run added to what was there, and its result."""
    backtest = Backtest(strategy, data, cash=cash, **options)
    growth = Growth()
    results: list[Any] = []
    seconds = timed(lambda: results.append(backtest.run()))
    return seconds, growth.megabytes(), results[0]


def log_of(result: Any) -> str:
    """The run's event log and results, byte for byte, in one number."""
    rows = b"".join(array.tobytes() for array in (result.orders, result.fills, result.equity))
    return f"{result.digest} {hashlib.sha256(rows).hexdigest()}"


def run_feed(case: str, folder: Path, count: int) -> None:
    """Rows of one kind, with an empty handler or with none."""
    kind = case.removeprefix("feed_").removesuffix("_handler")
    strategy = HANDLERS[kind]() if case.endswith("_handler") else Silent()
    rows = rows_of(kind, folder, count)
    duration = int(rows["ts_event"][0] - rows["ts_open"][0]) if kind == "bars" else 0
    data = MarketData(streams=(stream(KINDS[kind], rows, duration_ns=duration),), source="workload")
    seconds, grown, _ = replay(strategy, data)
    last = {"trades": [int(rows["price"][-1])] if kind == "trades" else [], "bars": []}
    result = last["trades"] if kind == "trades" else [int(rows["close"][-1])] if kind == "bars" else strategy.last
    answer(PEER, case, count, seconds, result, **grown)


class Market(Strategy):
    """A market order of one lot at every quote, sides in turn."""

    def on_start(self) -> None:
        self.sent = 0

    def on_quote(self, quote: Any) -> None:
        self.sent += 1
        if self.sent % 2:
            self.buy(1, quote.instrument_id)
        else:
            self.sell(1, quote.instrument_id)


class MarketAnyway(Market):
    """Buys one lot at every quote: every order opens a position or adds to one."""

    def on_quote(self, quote: Any) -> None:
        self.sent += 1
        self.buy(1, quote.instrument_id)


def run_growth(case: str, folder: Path, count: int) -> None:
    """What order number 64,000 costs against order number 2,000; growth_many holds positions in 64 instruments."""
    rows = quotes(folder, count)
    streams: tuple[Stream, ...] = (stream("quote", rows),)
    if case == "growth_many":
        # Times of its own for every row, so that instruments take turns.
        parts = [np.ascontiguousarray(rows[place::64]) for place in range(64)]
        streams = tuple(stream("quote", part, instrument(f"TEST{place}")) for place, part in enumerate(parts))
    engine.STEPS_AT_FIRST = engine.STEPS_AT_ONCE = step = count // 70  # a run of 70,000 orders in pieces of 1,000
    pieces: list[list[float]] = []
    for _ in range(5):
        strategy = MarketAnyway() if case == "growth_many" else Market()
        backtest = Backtest(strategy, MarketData(streams=streams, source="workload"), cash=CASH)
        times = [time.thread_time()]
        gc.collect()
        gc.disable()
        result = backtest.run(progress=lambda done, total: times.append(time.thread_time()))  # noqa: B023
        gc.enable()
        pieces.append([after - before for before, after in itertools.pairwise(times)])
    least = [min(piece) for piece in zip(*pieces, strict=False)]
    ratio = statistics.median(least[62:67]) / statistics.median(least[1:4])
    answer(PEER, case, count, sum(least), [strategy.sent, len(result.fills)], growth=round(ratio, 3), step=step)


class Resting(Silent):
    """Leaves so many orders far below the market before the quotes come."""

    resting: int = 0

    def on_start(self) -> None:
        self.left = self.resting
        if self.left:
            self.clock.set_timer("send", interval=1)

    def on_timer(self, timer: object) -> None:
        for _ in range(min(self.left, 50_000)):
            self.buy(quantity_lots=1, limit_ticks=50_000 + self.left % 1000)
            self.left -= 1
        if not self.left:
            self.clock.cancel("send")


def run_far(case: str, folder: Path, count: int) -> None:
    """Quotes while orders rest far away: the cost beyond that of the same run without them, sending taken off."""
    orders = int(case.removeprefix("far_"))
    rows = repeated(quotes(folder, count), 20)
    # Both are so long that what orders cost at the end of a run finds caches as cold in one as in the other.
    lengths = (len(rows) // 5, len(rows))
    least: dict[tuple[int, int], float] = {}
    for _, resting, length in itertools.product(range(5), (0, orders), lengths):
        data = MarketData((stream("quote", rows[:length]),), "workload")
        spent = replay(Resting(resting=resting), data)[0]
        least[resting, length] = min(spent, least.get((resting, length), spent))
    alone, beside = (least[resting, lengths[1]] - least[resting, lengths[0]] for resting in (0, orders))
    answer(PEER, case, lengths[1] - lengths[0], beside, [orders], extra_percent=round(100 * (beside / alone - 1), 2))


class Ema(Strategy):
    """Crossing averages of the mid price, in Python; what the peer's strategy does, line by line."""

    def on_start(self) -> None:
        self.seen = self.held = 0
        self.fast = self.slow = 0.0
        self.signals: list[int] = []

    def on_quote(self, quote: Any) -> None:
        price = float(quote.bid_ticks + quote.ask_ticks)
        self.seen += 1
        if self.seen == 1:
            self.fast = self.slow = price
            return
        was = self.fast > self.slow
        self.fast += 2 / (EMA_LENGTHS[0] + 1) * (price - self.fast)
        self.slow += 2 / (EMA_LENGTHS[1] + 1) * (price - self.slow)
        now = self.fast > self.slow
        if now != was and self.seen > EMA_LENGTHS[1]:
            self.submit("buy" if now else "sell", quantity_lots=EMA_QUANTITY * (2 if self.held else 1))
            self.held = 1
            self.signals += [quote.ts_event, 1 if now else 2]


class EmaConditions(Ema):
    """The same by conditions: Python is entered at a crossing only."""

    def on_start(self) -> None:
        super().on_start()
        quick, calm = self.mids().ema(EMA_LENGTHS[0]), self.mids().ema(EMA_LENGTHS[1])
        above = quick.above(calm)
        self.first = above
        self.when(above, lambda: self.turn("buy"))
        self.when(~above, lambda: self.turn("sell"))
        self.ready = False

    def turn(self, side: str) -> None:
        # The first answer is no crossing: it says where the averages stand when both are ready.
        if not self.ready:
            self.ready = True
            return
        self.submit(side, quantity_lots=EMA_QUANTITY * (2 if self.held else 1))
        self.held = 1
        self.signals += [self.clock.now, 1 if side == "buy" else 2]

    on_quote = Strategy.on_quote


def run_ema(case: str, folder: Path, count: int) -> None:
    strategy = EmaConditions() if case == "ema_conditions" else Ema()
    data = MarketData((stream("quote", quotes(folder, count)),), "workload")
    seconds, grown, _ = replay(strategy, data)
    answer(PEER, case, count, seconds, [len(strategy.signals) // 2, fold(strategy.signals)], **grown)


class Crossing(Strategy):
    """The known answer: buys when the fast average comes above the slow one, sells when it comes below."""

    def on_start(self) -> None:
        bars = self.bars("1m")
        self.quick, self.calm = bars.sma(10), bars.sma(30)
        self.before: int | None = None

    def on_bar(self, bar: object) -> None:
        now = (self.quick > self.calm) - (self.quick < self.calm)
        before, self.before = self.before, now
        if before is None or now == before:
            return
        if now > 0 and before <= 0:
            if self.position.is_flat:
                self.buy(1)
        elif now < 0 <= before and self.position.is_long:
            self.close()


class CrossingConditions(Strategy):
    def on_start(self) -> None:
        bars = self.bars("1m")
        quick, calm = bars.sma(10), bars.sma(30)
        self.when(quick.crosses_above(calm), self.enter)
        self.when(quick.crosses_below(calm), self.leave)

    def enter(self) -> None:
        if self.position.is_flat:
            self.buy(1)

    def leave(self) -> None:
        if self.position.is_long:
            self.close()


def library(folder: Path, name: str) -> Any:
    """The C++ strategy of this folder or of the examples as a shared library."""
    source = next(path / f"{name}.cpp" for path in (HERE, EXAMPLES) if (path / f"{name}.cpp").exists())
    built = folder / f"{name}.so"
    if not built.exists():
        part = folder / f"{name}.{time.monotonic_ns()}.so"
        command = ["c++", "-O2", "-std=c++17", "-shared", "-fPIC", f"-I{include_directory()}", source]
        subprocess.run([*command, "-o", part], check=True)
        part.rename(built)
    return ctypes.CDLL(str(built))


def compiled_crossing(folder: Path) -> CompiledStrategy:
    state = np.zeros(1, np.dtype([("fast", "i8"), ("slow", "i8"), ("duration", "i8"), ("enter", "u8")]))
    state["fast"], state["slow"], state["duration"] = 10, 30, 60_000_000_000
    made = library(folder, "sma_cross")
    return CompiledStrategy(state=state, on_start=made.sma_cross_start, on_condition=made.sma_cross_condition)


def run_sma(case: str, folder: Path, count: int) -> None:
    """A million minute bars with a known answer; equity is sampled once a day of the bars."""
    told = np.load(folder / "bars_1000000.npy")[:count]
    rows = np.zeros(count, BAR)
    for name in ("open", "high", "low", "close", "volume"):
        rows[name] = told[name]
    rows["ts_open"] = told["ts"]
    rows["ts_event"] = rows["ts_init"] = told["ts"] + 60_000_000_000
    stock = Instrument("KNOWN", "SIM", kind="equity", quote_currency="USD", tick_size="0.01", lot_size="1")
    strategy: Any = {
        "sma_callbacks": Crossing,
        "sma_conditions": CrossingConditions,
        "sma_compiled": lambda: compiled_crossing(folder),
    }[case]()
    data = MarketData((stream("bar", rows, stock, 60_000_000_000),), "workload")
    seconds, grown, made = replay(strategy, data, "1000000 USD", equity_interval="1d")
    result = [int(np.count_nonzero(made.fills["side"] == 2)), str(made.accounts[0].equity)]
    if count == 1_000_000 and result != [13_925, "1005663.21 USD"]:
        raise SystemExit(f"{case}: {result} is not the known answer, 13,925 round trips and 1,005,663.21")
    answer(PEER, case, count, seconds, result, **grown, log=log_of(made))


def maker_data(folder: Path, count: int) -> MarketData:
    told = maker_rows(folder, count)
    rows = np.zeros(count, L2_EVENT)
    trade = told["kind"] == 2
    rows["ts_event"], rows["ts_init"] = told["exch_ts"], told["local_ts"]
    rows["action"] = np.where(trade, 6, 2)
    rows["side"] = np.where((told["side"] == 1) == trade, 2, 1)
    rows["price"], rows["quantity"], rows["flags"] = told["px"], told["qty"], FLAG_LAST
    return MarketData((stream("l2", rows, instrument("MAKER", MAKER_TICK, MAKER_LOT)),), "workload")


MAKER_STATE = np.dtype(
    [
        *((name, "i8") for name in ("step_ns", "quantity", "most", "calls", "requests", "fills", "bought", "sold")),
        ("sides", [("side", "i8"), ("count", "i8"), ("ids", "u8", 16), ("prices", "i8", 16)], 2),
    ]
)


def compiled_maker(folder: Path, step_ns: int) -> CompiledStrategy:
    state = np.zeros(1, MAKER_STATE)
    state["step_ns"], state["quantity"], state["most"] = step_ns, MAKER_QUANTITY, MAKER_MOST
    made = library(folder, "market_maker")
    acts = {"on_timer": made.market_maker_timer} if step_ns else {"on_book": made.market_maker_book}
    return CompiledStrategy(state=state, on_start=made.market_maker_start, on_fill=made.market_maker_fill, **acts)


class Maker(Strategy):
    """The market maker in Python, woken for every event of the book; looks closer when the touch moved."""

    def on_start(self) -> None:
        self.touch: tuple[int, int] = (0, 0)
        self.live: list[Any] = []
        self.requests = 0

    def on_book(self, book: Any) -> None:
        touch = (book.bid_ticks, book.ask_ticks)
        if touch != self.touch:
            self.touch = touch
            self.requote(touch)

    def on_fill(self, fill: Any) -> None:
        if fill.order.is_closed:
            self.requote(self.touch)

    def requote(self, touch: tuple[int, int]) -> None:
        lots = int(self.position.quantity.as_decimal() * 1000)
        kept = []
        stands = [lots >= MAKER_MOST, lots <= -MAKER_MOST]
        for order in self.live:
            if not order.is_open:
                continue
            place = int(order.side) - 1
            if order.price_ticks == touch[place] and not stands[place]:
                stands[place] = True
            elif not order.is_pending and self.cancel(order):
                self.requests += 1
            kept.append(order)
        for place, side in enumerate(("buy", "sell")):
            if not stands[place]:
                self.requests += 1
                kept.append(self.submit(side, quantity_lots=MAKER_QUANTITY, limit_ticks=touch[place], post_only=True))
        self.live = kept


def run_maker(case: str, folder: Path, count: int) -> None:
    """Quotes both sides with latency and queue model: compiled with a timer or on every event, or in Python."""
    steps = {"maker_step": MAKER_STEP_NS, "maker_event": 0}
    strategy: Any = Maker() if case == "maker_python" else compiled_maker(folder, steps[case])
    seconds, grown, result = replay(
        strategy, maker_data(folder, count), order_latency=MAKER_LATENCY, equity_interval="1d"
    )
    fills = result.fills
    bought = int(fills["quantity"][fills["side"] == 1].sum())
    position = bought - int(fills["quantity"][fills["side"] == 2].sum())
    requests = int(strategy.state["requests"][0]) if case != "maker_python" else strategy.requests
    more = {"fills": len(fills), "position": position, "requests": requests}
    answer(PEER, case, count, seconds, None, **grown, log=log_of(result), **more)


def run_threads(case: str, folder: Path, count: int) -> None:
    """The compiled market maker in two threads at once and alone: one log, byte for byte."""
    logs: list[str] = []

    def work() -> None:
        strategy = compiled_maker(folder, MAKER_STEP_NS)
        logs.append(log_of(replay(strategy, maker_data(folder, count), order_latency=MAKER_LATENCY)[2]))

    library(folder, "market_maker")
    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = timed(work)
    if len(set(logs)) != 1 or len(logs) != 3:
        raise SystemExit(f"{case}: runs differ: {logs}")
    answer(PEER, case, count, seconds, logs[0], log=logs[0])


RUNNERS = {
    "feed": run_feed,
    "growth": run_growth,
    "far": run_far,
    "ema": run_ema,
    "sma": run_sma,
    "maker": run_maker,
    "threads": run_threads,
}


def main() -> None:
    case, folder, count = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    RUNNERS[case.split("_")[0]](case, folder, count)


if __name__ == "__main__":
    main()
