"""Runs one case on NautilusTrader 1.221.0: python nautilus_driver.py CASE FOLDER COUNT."""

from __future__ import annotations

import gc
import sys
from decimal import Decimal
from importlib.metadata import version
from pathlib import Path

from cases import CHECK_EVERY, ORDER_EVERY, TICK, answer, book_rows, fold, quote_rows, resident_mb, timed
from nautilus_trader.backtest.engine import BacktestEngine, BacktestEngineConfig
from nautilus_trader.config import LoggingConfig, RiskEngineConfig
from nautilus_trader.model.book import OrderBook
from nautilus_trader.model.data import BookOrder, OrderBookDelta, QuoteTick
from nautilus_trader.model.enums import AccountType, BookAction, BookType, OmsType, OrderSide
from nautilus_trader.model.identifiers import InstrumentId, Symbol, Venue
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


def new_engine() -> BacktestEngine:
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
        book_type=BookType.L1_MBP,
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
    else:
        run_engine(case, folder, count)


if __name__ == "__main__":
    main()
