"""Runs one case on pytrader: python pytrader_driver.py CASE FOLDER COUNT."""

from __future__ import annotations

import gc
import sys
from importlib.metadata import version
from pathlib import Path

import numpy as np
from cases import (
    CANCEL,
    CHECK_EVERY,
    MARKET,
    NEW,
    ORDER_EVERY,
    REPLACE,
    TICK,
    OrderRow,
    answer,
    book_rows,
    fold,
    order_rows,
    quote_rows,
    resident_mb,
    timed,
)

from pytrader import Backtest, Strategy
from pytrader.book import L2Book, L3Book
from pytrader.data import MarketData, Stream
from pytrader.matching import MatchingEngine, OrderEntry, VenueRules
from pytrader.model import Instrument, OrderType, TimeInForce
from pytrader.model.records import FLAG_LAST, L2_EVENT, L3_EVENT

PEER = f"pytrader {version('pytrader')}"


def instrument() -> Instrument:
    return Instrument("TEST", "SIM", base_currency="EUR", quote_currency="USD", tick_size=TICK, lot_size="1")


def book_events(folder: Path, level: str, count: int) -> np.ndarray:
    """The workload's rows as our records: its action numbers are ours already."""
    rows = book_rows(folder, level, count)
    events = np.zeros(len(rows), L3_EVENT if level == "l3" else L2_EVENT)
    for column, name in enumerate(("ts_event", "action", "side", "price", "quantity")):
        events[name] = rows[:, column]
    events["ts_init"] = rows[:, 0]
    if level == "l3":
        events["order_id"] = rows[:, 5]
    return events


def new_book(level: str) -> L3Book | L2Book:
    return L3Book(tick=TICK, lot="1") if level == "l3" else L2Book(tick=TICK, lot="1")


def run_book(case: str, folder: Path, count: int) -> None:
    """From integer columns to the book in one call."""
    level = case.removeprefix("book_")
    events = book_events(folder, level, count)
    checked = new_book(level)
    seen: list[int] = []
    for start in range(0, count, CHECK_EVERY):
        checked.apply(events[start : start + CHECK_EVERY])
        bid, ask = checked.best_bid, checked.best_ask
        if bid is None or ask is None:
            raise SystemExit(f"{case}: a side is empty after row {start}")
        if start + CHECK_EVERY <= count:
            seen += [int(bid.price.as_decimal() * 100), int(ask.price.as_decimal() * 100)]
    book = new_book(level)
    seconds = timed(lambda: book.apply(events))
    bids, asks = book.depth(100_000)
    answer(PEER, case, count, seconds, [fold(seen), len(bids), len(asks)])


def new_entry() -> OrderEntry:
    """A way into an engine that counts quantities like the order streams and queues every replaced order again."""
    return OrderEntry(MatchingEngine(tick=1, rules=VenueRules(amend="always_loses", replace_quantity="open")))


def send(entry: OrderEntry, rows: list[OrderRow]) -> None:
    submit, cancel, replace = entry.submit, entry.cancel, entry.replace
    ioc, limit, market = TimeInForce.IOC, OrderType.LIMIT, OrderType.MARKET
    for kind, side, price, quantity, order_id in rows:
        if kind == NEW:
            submit(order_id, side, price, quantity)
        elif kind == CANCEL:
            cancel(order_id)
        elif kind == REPLACE:
            replace(order_id, price, quantity)
        else:
            submit(order_id, side, price, quantity, market if kind == MARKET else limit, ioc)


def run_calls(case: str, folder: Path, count: int) -> None:
    """Orders into the matching engine, one call each."""
    rows = order_rows(folder, case, count)
    checked = new_entry()
    seen: list[int] = []
    for start in range(0, count, CHECK_EVERY):
        send(checked, rows[start : start + CHECK_EVERY])
        for level in (checked.engine.best_bid, checked.engine.best_ask):
            if level is None:
                raise SystemExit(f"{case}: a side is empty after row {start}")
            seen += [int(level.price.as_decimal()), int(level.quantity.as_decimal())]
        seen.append(len(checked.engine))
    entry = new_entry()
    gc.disable()
    answer(PEER, case, count, timed(lambda: send(entry, rows)), fold(seen))


def run_l2_replay(case: str, folder: Path, count: int) -> None:
    """Level updates through the whole back-test: the venue's book and the strategy's, nobody woken."""
    events = book_events(folder, "l2", count)
    events["flags"] = FLAG_LAST
    columns = {name: events[name] for name in ("ts_event", "action", "side", "price", "quantity", "flags")}
    data = MarketData(streams=(Stream(instrument(), "l2", columns),), source="workload")
    backtest = Backtest(NoHandler(), data, cash="1000000000 USD")
    seconds = timed(backtest.run)
    book = new_book("l2")
    book.apply(events)
    bid, ask = book.best_bid, book.best_ask
    if bid is None or ask is None:
        raise SystemExit(f"{case}: a side is empty at the end")
    answer(PEER, case, count, seconds, [int(bid.price.as_decimal() * 100), int(ask.price.as_decimal() * 100)])


def quotes(folder: Path, count: int) -> MarketData:
    rows = quote_rows(folder, count)
    names = ("ts_event", "bid_price", "ask_price", "bid_quantity", "ask_quantity")
    columns = {name: np.ascontiguousarray(rows[:, number]) for number, name in enumerate(names)}
    return MarketData(streams=(Stream(instrument(), "quote", columns),), source="workload")


class NoHandler(Strategy):
    """Handles nothing: Python is never entered."""


class Quiet(Strategy):
    """Is woken for every quote and does nothing."""

    def on_quote(self, quote: object) -> None:
        pass


class Counting(Strategy):
    """What the case "market" does, less its orders."""

    def on_start(self) -> None:
        self.count = self.orders = 0
        self.fills: list[tuple[int, int, int]] = []

    def on_quote(self, quote: object) -> None:
        self.count += 1


class Market(Counting):
    """A market order of one lot every ORDER_EVERY-th quote, sides in turn."""

    def on_quote(self, quote: object) -> None:
        self.count += 1
        if self.count % ORDER_EVERY == 0:
            if self.count % (2 * ORDER_EVERY):
                self.buy(1)
            else:
                self.sell(1)
            self.orders += 1

    def on_fill(self, fill: object) -> None:
        self.fills.append((int(fill.side), fill.last_px_ticks, fill.last_qty_lots))


def run_engine(case: str, folder: Path, count: int) -> None:
    strategy = {"quotes": NoHandler, "quotes_handler": Quiet, "market_base": Counting, "market": Market}[case]()
    data = quotes(folder, count)
    last = data.streams[0].columns
    backtest = Backtest(strategy, data, cash="1000000000 USD")
    gc.collect()
    seconds = timed(backtest.run)
    result: list[object] = [int(last["bid_price"][-1]), int(last["ask_price"][-1])]
    orders = 0
    if isinstance(strategy, Counting):
        orders = strategy.orders
        result += [strategy.count, orders, len(strategy.fills), fold([v for fill in strategy.fills for v in fill])]
    answer(PEER, case, count, seconds, result, orders=orders)


def run_memory(case: str, folder: Path, count: int) -> None:
    quote_rows(folder, 2)
    gc.collect()
    before = resident_mb()
    held: list[MarketData] = []
    seconds = timed(lambda: held.append(quotes(folder, count)))
    gc.collect()
    answer(PEER, case, count, seconds, [len(held[0].streams[0])], held_mb=round(resident_mb() - before, 1))


def main() -> None:
    case, folder, count = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    if case.startswith("book_"):
        run_book(case, folder, count)
    elif case.startswith("calls_"):
        run_calls(case, folder, count)
    elif case == "l2_replay":
        run_l2_replay(case, folder, count)
    elif case == "memory":
        run_memory(case, folder, count)
    else:
        run_engine(case, folder, count)


if __name__ == "__main__":
    main()
