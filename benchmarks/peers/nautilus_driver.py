"""Runs one case on NautilusTrader 1.221.0: python nautilus_driver.py CASE FOLDER COUNT."""

from __future__ import annotations

import gc
import sys
from decimal import Decimal
from importlib.metadata import version
from pathlib import Path

from cases import CHECK_EVERY, ORDER_EVERY, TICK, answer, book_rows, fold, quote_rows, resident_mb, timed
from engine_cases import BAR_SECONDS, EMA_LENGTHS, EMA_QUANTITY, bar_rows, trade_rows
from nautilus_trader.backtest.engine import BacktestEngine, BacktestEngineConfig
from nautilus_trader.config import LoggingConfig, RiskEngineConfig
from nautilus_trader.model.book import OrderBook
from nautilus_trader.model.data import Bar, BarType, BookOrder, OrderBookDelta, QuoteTick, TradeTick
from nautilus_trader.model.enums import AccountType, AggressorSide, BookAction, BookType, OmsType, OrderSide
from nautilus_trader.model.identifiers import InstrumentId, Symbol, TradeId, Venue
from nautilus_trader.model.instruments import CurrencyPair
from nautilus_trader.model.objects import Currency, Money, Price, Quantity
from nautilus_trader.trading.strategy import Strategy

PEER = f"nautilus_trader {version('nautilus_trader')}"
INSTRUMENT = InstrumentId.from_str("TEST.SIM")
USD, EUR = Currency.from_str("USD"), Currency.from_str("EUR")
TICK_RAW, LOT_RAW = Price.from_str(TICK).raw, Quantity.from_str("1").raw
ONE = Quantity.from_str("1")
ACTIONS = {1: BookAction.ADD, 2: BookAction.UPDATE, 3: BookAction.DELETE}
SIDES = {1: OrderSide.BUY, 2: OrderSide.SELL}


def price(ticks: int) -> Price:
    return Price.from_raw(ticks * TICK_RAW, 2)


def quantity(lots: int) -> Quantity:
    return Quantity.from_raw(lots * LOT_RAW, 0)


def quote_ticks(folder: Path, count: int) -> list[QuoteTick]:
    return [
        QuoteTick(INSTRUMENT, price(bid), price(ask), quantity(bid_size), quantity(ask_size), ts, ts)
        for ts, bid, ask, bid_size, ask_size in quote_rows(folder, count).tolist()
    ]


def delta(row: list[int]) -> OrderBookDelta:
    ts, action, side, ticks, size, order_id = row
    order = BookOrder(SIDES[side], price(ticks), quantity(size), order_id)
    return OrderBookDelta(INSTRUMENT, ACTIONS[action], order, 0, 0, ts, ts)


def run_book(case: str, folder: Path, count: int) -> None:
    """From integers to the book, one event at a time: the only way in that the package has from Python."""
    level = case.removeprefix("book_")
    book_type = BookType.L3_MBO if level == "l3" else BookType.L2_MBP
    rows = book_rows(folder, level, count).tolist()
    checked = OrderBook(INSTRUMENT, book_type)
    seen: list[int] = []
    for number, row in enumerate(rows, 1):
        checked.apply_delta(delta(row))
        if number % CHECK_EVERY == 0:
            seen += [checked.best_bid_price().raw // TICK_RAW, checked.best_ask_price().raw // TICK_RAW]
    book = OrderBook(INSTRUMENT, book_type)

    def work() -> None:
        apply = book.apply_delta
        for row in rows:
            apply(delta(row))

    gc.disable()
    seconds = timed(work)
    answer(PEER, case, count, seconds, [fold(seen), len(book.bids()), len(book.asks())])


class Quiet(Strategy):
    """Subscribes to quotes and does nothing with them."""

    def on_start(self) -> None:
        self.subscribe_quote_ticks(INSTRUMENT)

    def on_quote_tick(self, tick: QuoteTick) -> None:
        pass


class Counting(Quiet):
    """What the case "market" does, less its orders."""

    def __init__(self) -> None:
        super().__init__()
        self.count = self.orders = 0
        self.fills: list[tuple[int, int, int]] = []

    def on_quote_tick(self, tick: QuoteTick) -> None:
        self.count += 1


class Market(Counting):
    """A market order of one lot every ORDER_EVERY-th quote, sides in turn."""

    def on_quote_tick(self, tick: QuoteTick) -> None:
        self.count += 1
        if self.count % ORDER_EVERY == 0:
            side = OrderSide.BUY if self.count % (2 * ORDER_EVERY) else OrderSide.SELL
            self.submit_order(self.order_factory.market(INSTRUMENT, side, ONE))
            self.orders += 1

    def on_order_filled(self, event: object) -> None:
        self.fills.append((1 if event.order_side == OrderSide.BUY else 2, event.last_px, event.last_qty))


BARS = BarType.from_str(f"TEST.SIM-{BAR_SECONDS}-SECOND-LAST-EXTERNAL")
AGGRESSORS = {1: AggressorSide.BUYER, 2: AggressorSide.SELLER}


class OnTrade(Strategy):
    def on_start(self) -> None:
        self.subscribe_trade_ticks(INSTRUMENT)

    def on_trade_tick(self, tick: TradeTick) -> None:
        pass


class OnBar(Strategy):
    def on_start(self) -> None:
        self.subscribe_bars(BARS)

    def on_bar(self, bar: Bar) -> None:
        pass


class OnBook(Strategy):
    book_type = BookType.L2_MBP

    def on_start(self) -> None:
        self.subscribe_order_book_deltas(INSTRUMENT, book_type=self.book_type)

    def on_order_book_deltas(self, deltas: object) -> None:
        pass


class OnOrders(OnBook):
    book_type = BookType.L3_MBO


class Ema(Quiet):
    """Crossing averages of the mid price, in Python; in ticks, so that both sides compute the same floats."""

    def __init__(self) -> None:
        super().__init__()
        self.seen = self.held = 0
        self.fast = self.slow = 0.0
        self.quantities = [Quantity.from_int(EMA_QUANTITY), Quantity.from_int(2 * EMA_QUANTITY)]
        self.signals: list[int] = []

    def on_quote_tick(self, tick: QuoteTick) -> None:
        price = float((tick.bid_price.raw + tick.ask_price.raw) // TICK_RAW)
        self.seen += 1
        if self.seen == 1:
            self.fast = self.slow = price
            return
        was = self.fast > self.slow
        self.fast += 2 / (EMA_LENGTHS[0] + 1) * (price - self.fast)
        self.slow += 2 / (EMA_LENGTHS[1] + 1) * (price - self.slow)
        now = self.fast > self.slow
        if now != was and self.seen > EMA_LENGTHS[1]:
            side = OrderSide.BUY if now else OrderSide.SELL
            self.submit_order(self.order_factory.market(INSTRUMENT, side, self.quantities[self.held]))
            self.held = 1
            self.signals += [tick.ts_event, 1 if now else 2]


def feed(kind: str, folder: Path, count: int) -> list[object]:
    """The rows of one kind as the package's objects."""
    if kind == "trades":
        rows = zip(*(column.tolist() for column in trade_rows(folder, count)), strict=True)
        return [
            TradeTick(INSTRUMENT, price(ticks), quantity(lots), AGGRESSORS[side], TradeId(str(number)), ts, ts)
            for number, (ts, ticks, lots, side) in enumerate(rows)
        ]
    if kind == "bars":
        rows = zip(*(column.tolist() for column in bar_rows(folder, count)), strict=True)
        return [
            Bar(BARS, price(o), price(h), price(low), price(c), quantity(volume), closed, closed)
            for _, closed, o, h, low, c, volume in rows
        ]
    if kind == "quotes":
        return quote_ticks(folder, count)
    return [delta(row) for row in book_rows(folder, kind, count).tolist()]


def run_feed(case: str, folder: Path, count: int) -> None:
    """Rows of one kind, with an empty handler or with none."""
    kind = case.removeprefix("feed_").removesuffix("_handler")
    engine = new_engine({"l2": BookType.L2_MBP, "l3": BookType.L3_MBO}.get(kind, BookType.L1_MBP))
    data = feed(kind, folder, count)
    engine.add_data(data)
    if case.endswith("_handler"):
        handlers = {"quotes": Quiet, "trades": OnTrade, "bars": OnBar, "l2": OnBook, "l3": OnOrders}
        engine.add_strategy(handlers[kind]())
    gc.collect()
    seconds = timed(engine.run)
    if kind == "trades":
        result = [data[-1].price.raw // TICK_RAW]
    elif kind == "bars":
        result = [data[-1].close.raw // TICK_RAW]
    elif kind == "quotes":
        last = engine.cache.quote_tick(INSTRUMENT)
        result = [last.bid_price.raw // TICK_RAW, last.ask_price.raw // TICK_RAW]
    else:
        book = engine.cache.order_book(INSTRUMENT) or replayed(data, kind)
        result = [book.best_bid_price().raw // TICK_RAW, book.best_ask_price().raw // TICK_RAW]
    answer(PEER, case, count, seconds, result)


def replayed(data: list[object], kind: str) -> OrderBook:
    """The book that a run without a subscriber does not keep."""
    book = OrderBook(INSTRUMENT, BookType.L3_MBO if kind == "l3" else BookType.L2_MBP)
    for row in data:
        book.apply_delta(row)
    return book


def run_ema(case: str, folder: Path, count: int) -> None:
    engine = new_engine()
    engine.add_data(quote_ticks(folder, count))
    strategy = Ema()
    engine.add_strategy(strategy)
    gc.collect()
    seconds = timed(engine.run)
    answer(PEER, case, count, seconds, [len(strategy.signals) // 2, fold(strategy.signals)])


def new_engine(book_type: BookType = BookType.L1_MBP) -> BacktestEngine:
    risk = RiskEngineConfig(max_order_submit_rate="1000000000/00:00:01", max_order_modify_rate="1000000000/00:00:01")
    engine = BacktestEngine(
        BacktestEngineConfig(logging=LoggingConfig(bypass_logging=True), run_analysis=False, risk_engine=risk)
    )
    engine.add_venue(
        venue=Venue("SIM"),
        oms_type=OmsType.NETTING,
        account_type=AccountType.MARGIN,
        base_currency=USD,
        starting_balances=[Money(1_000_000_000, USD)],
        default_leverage=Decimal(10),
        book_type=book_type,
    )
    engine.add_instrument(
        CurrencyPair(
            instrument_id=INSTRUMENT,
            raw_symbol=Symbol("TEST"),
            base_currency=EUR,
            quote_currency=USD,
            price_precision=2,
            size_precision=0,
            price_increment=Price.from_str(TICK),
            size_increment=ONE,
            ts_event=0,
            ts_init=0,
            margin_init=Decimal("0.03"),
            margin_maint=Decimal("0.03"),
        )
    )
    return engine


def run_engine(case: str, folder: Path, count: int) -> None:
    engine = new_engine()
    engine.add_data(quote_ticks(folder, count))
    strategy = {"quotes": None, "quotes_handler": Quiet, "market_base": Counting, "market": Market}[case]
    running = strategy() if strategy else None
    if running is not None:
        engine.add_strategy(running)
    gc.collect()
    seconds = timed(engine.run)
    last = engine.cache.quote_tick(INSTRUMENT)
    result: list[object] = [last.bid_price.raw // TICK_RAW, last.ask_price.raw // TICK_RAW]
    orders = 0
    if isinstance(running, Counting):
        orders = running.orders
        fills = [(side, px.raw // TICK_RAW, qty.raw // LOT_RAW) for side, px, qty in running.fills]
        result += [running.count, orders, len(fills), fold([value for fill in fills for value in fill])]
    answer(PEER, case, count, seconds, result, orders=orders)


def run_memory(case: str, folder: Path, count: int) -> None:
    before = resident_mb()
    quotes: list[QuoteTick] = []

    def work() -> None:
        quotes.extend(quote_ticks(folder, count))

    seconds = timed(work)
    gc.collect()
    answer(PEER, case, count, seconds, [len(quotes)], held_mb=round(resident_mb() - before, 1))


def main() -> None:
    case, folder, count = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    if case.startswith("book_"):
        run_book(case, folder, count)
    elif case == "memory":
        run_memory(case, folder, count)
    elif case.startswith("feed_"):
        run_feed(case, folder, count)
    elif case.startswith("ema_"):
        run_ema(case, folder, count)
    else:
        run_engine(case, folder, count)


if __name__ == "__main__":
    main()
