"""Money events in back-tests: a naive twin in fractions on random worlds, and what strategies and results hear."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytrader import Backtest, Fixed, Instrument, Money, Strategy
from pytrader.backtest import BacktestResult
from pytrader.data import (
    Borrow,
    Dividend,
    Expiry,
    Funding,
    MarketData,
    Rollover,
    Split,
    Stream,
    money_event_stream,
    open_columns,
    write_columns,
)
from pytrader.data.money_events import MoneyEvent
from pytrader.errors import DataError, InvalidArgument
from pytrader.model import CashEventKind
from pytrader.model.records import MARK
from pytrader.strategy import CashEvent, OrderEvent, Quote
from tests.backtest.markets import SECOND, START, instrument, quotes

BTC = instrument(kind="perpetual", taker_fee="0.0005")


def half_even(value: Fraction, decimals: int) -> Fraction:
    return Fraction(round(value * 10**decimals), 10**decimals)


class Trader(Strategy):
    """Buys or sells so many lots at each quote, and keeps what it is told."""

    def __init__(self, plan: dict[int, int]) -> None:
        super().__init__()
        self.plan = plan
        self.told: list[CashEvent] = []
        self.fills: list[OrderEvent] = []
        self.step = 0

    def on_quote(self, quote: Quote) -> None:
        lots = self.plan.get(self.step, 0)
        self.step += 1
        if lots > 0:
            self.buy(quantity_lots=lots)
        elif lots < 0:
            self.sell(quantity_lots=-lots)

    def on_fill(self, fill: OrderEvent) -> None:
        self.fills.append(fill)

    def on_cash_event(self, event: CashEvent) -> None:
        self.told.append(event)


def run(strategy: Strategy, traded: Instrument, rows: Any, events: list[MoneyEvent], *more: Any) -> BacktestResult:
    data = [(traded, rows), money_event_stream(traded, events), *more]
    return Backtest(strategy, data, cash="1000000000 USDT", check_every_event=True).run()


class Naive:
    """One position and its cash in fractions, rounded where the documentation says so and nowhere else."""

    def __init__(self, traded: Instrument) -> None:
        self.cash = Fraction(0)
        self.cost = Fraction(0)
        self.lots = 0
        self.realized = Fraction(0)
        self.fees = Fraction(0)
        self.income = Fraction(0)
        self.lot = Fraction(str(traded.lot_size)) * Fraction(str(traded.multiplier))
        self.minor = traded.quote_currency.decimals
        self.rate = Fraction(str(traded.taker_fee))

    def trade(self, lots: int, price: Fraction) -> None:
        value = lots * self.lot * price
        fee = half_even(abs(value) * self.rate, self.minor)
        self.cash -= value + fee
        self.fees += fee
        if self.lots * lots < 0:
            closed = min(abs(lots), abs(self.lots)) * (1 if lots > 0 else -1)
            cost = self.cost if closed == -self.lots else half_even(self.cost * -closed / self.lots, 18)
            self.realized += -closed * self.lot * price - cost
            self.cost += (lots - closed) * self.lot * price - cost
        else:
            self.cost += value
        self.lots += lots

    def apply(self, event: MoneyEvent, mark: Fraction) -> None:
        given = getattr(event, "price", None)
        price = mark if given is None else Fraction(str(given))
        if isinstance(event, Split):
            if given is None:
                price = half_even(mark * event.old / event.new, 18)
            parts = self.lots * event.new
            rest = abs(parts) % event.old * (1 if parts > 0 else -1)
            paid = half_even(half_even(rest * self.lot * price, 18) / event.old, self.minor)
            cost = half_even(self.cost * rest / parts, 18) if rest else Fraction(0)
            self.lots = (parts - rest) // event.old
            self.cash += paid
            self.cost -= cost
            self.realized += paid - cost
        elif isinstance(event, Expiry):
            value = half_even(self.lots * self.lot * price, 18)
            self.cash += value
            self.realized += value - self.cost
            self.cost, self.lots = Fraction(0), 0
        else:
            self.receive(event, price)

    def receive(self, event: MoneyEvent, price: Fraction) -> None:
        value = half_even(self.lots * self.lot * price, 18)
        amount = Fraction(0)
        if isinstance(event, Funding):
            amount = -value * Fraction(str(event.rate))
        elif isinstance(event, Borrow) and self.lots < 0:
            amount = value * Fraction(str(event.rate)) / event.per
        elif isinstance(event, Dividend | Rollover):
            amount = self.lots * self.lot * Fraction(str(event.amount))
        amount = half_even(amount, self.minor)
        self.cash += amount
        self.income += amount


def decimals(low: int, high: int, places: int) -> st.SearchStrategy[str]:
    return st.integers(low, high).map(lambda number: f"{number}e-{places}")


prices = st.one_of(st.none(), decimals(1, 10**9, 5))
events = st.one_of(
    st.builds(Funding, st.just(0), decimals(-900_000, 900_000, 9), prices),
    st.builds(Dividend, st.just(0), decimals(0, 10**7, 6)),
    st.builds(Split, st.just(0), st.integers(1, 9), st.integers(1, 9), prices),
    st.builds(Borrow, st.just(0), decimals(0, 900_000, 6), st.sampled_from([1, 360, 365]), prices),
    st.builds(Rollover, st.just(0), decimals(-(10**6), 10**6, 7)),
)
steps = st.lists(
    st.one_of(st.tuples(st.just("trade"), st.integers(-300, 300)), st.tuples(st.just("event"), events)),
    min_size=1,
    max_size=25,
)


@settings(deadline=None, derandomize=True, max_examples=100)
@given(steps, st.booleans(), st.sampled_from(["1", "7", "0.1"]))
def test_accounts_equal_exact_fractions_whatever_happens(
    steps: list[tuple[str, Any]], expires: bool, multiplier: str
) -> None:
    traded = instrument(kind="future", taker_fee="0.00037", multiplier=multiplier)
    asked = [(99_90 + 7 * place % 40, 100_11 + 7 * place % 40) for place in range(len(steps))]
    plan = {place: what for place, (kind, what) in enumerate(steps) if kind == "trade"}
    dated: list[MoneyEvent] = []
    for place, (kind, what) in enumerate(steps):
        if kind == "event":
            values = {**what.__dict__, "ts_event": START + SECOND * place + SECOND // 2}
            dated.append(type(what)(**values))
    if expires:
        dated.append(Expiry(START + SECOND * len(steps), "98.7654321"))
    strategy = Trader(plan)
    result = run(strategy, traded, quotes(asked, quantity=10**6), dated)

    naive = Naive(traded)
    mark = Fraction(0)
    following = iter(dated)
    for place, (kind, what) in enumerate(steps):
        bid, ask = asked[place]
        mark = Fraction(bid + ask, 200)
        if kind == "trade" and what:
            naive.trade(what, Fraction(ask if what > 0 else bid, 100))
        elif kind == "event":
            naive.apply(next(following), mark)
    if expires:
        naive.apply(next(following), mark)
    position = result.positions[0]
    found = [
        Fraction(str(amount))
        for amount in (
            result.accounts[0].cash.amount,
            position.realized_pnl.amount,
            position.fees.amount,
            position.income.amount,
        )
    ]
    assert found == [10**9 + naive.cash, naive.realized, naive.fees, naive.income]
    assert Fraction(str(position.quantity)) == naive.lots * Fraction(str(traded.lot_size))
    assert naive.cash == naive.realized - naive.fees + naive.income - naive.cost


def test_a_strategy_is_told_what_a_perpetual_costs_and_results_keep_it() -> None:
    strategy = Trader({0: 2000})
    event = Funding(START + SECOND // 2, rate="0.0001", price="101.125")
    result = run(strategy, BTC, quotes([(99_90, 100_00)] * 3, quantity=5000), [event])
    (told,) = strategy.told
    assert (told.kind, told.amount) == (CashEventKind.FUNDING, Money("-0.020225", "USDT"))
    assert (told.quantity_before, told.quantity_after) == (Fixed("2"), Fixed("2"))
    assert (told.price, told.realized_pnl) == (Fixed("101.125"), Money("0", "USDT"))
    assert (told.instrument_id, told.ts_event, told.ts_init) == (BTC.id, event.ts_event, event.ts_event)
    assert "FUNDING" in repr(told)
    assert result.cash_events["amount_lo"].tolist() == [-20_225 * 10**12]
    assert result.summary()["positions"][0]["income"] == "-0.02022500"
    assert result.accounts[0].cash == Money("999999799.879775", "USDT")  # 200 and a fee of 0.10 went before


def test_positions_are_valued_at_the_mark_where_there_is_one() -> None:
    class Look(Trader):
        def on_quote(self, quote: Quote) -> None:
            super().on_quote(quote)
            self.seen = [*getattr(self, "seen", []), self.mark_price()]

    marks = np.zeros(1, MARK)
    marks["ts_event"] = marks["ts_init"] = START + SECOND // 2
    marks["mark_price"] = 105_00
    strategy = Look({0: 1000})
    result = run(strategy, BTC, quotes([(99_90, 100_00)] * 2), [], (BTC, marks))
    assert strategy.seen == [None, BTC.price(105_00)]
    assert result.positions[0].unrealized_pnl == Money("5", "USDT")
    assert str(result.positions[0].last_price) == "105.00"


def test_a_call_that_is_delivered_becomes_its_underlying() -> None:
    stock = instrument("ABC", kind="equity", lot_size=1)
    call = Instrument(
        "ABC-C100",
        "BINANCE",
        kind="option",
        quote_currency="USDT",
        tick_size="0.01",
        lot_size=1,
        multiplier=100,
        underlying=stock.id,
        settlement="physical",
        right="call",
        strike="100",
        expire_time=START + SECOND,
    )
    assert Instrument.from_dict(call.to_dict()) == call
    assert (call.right, call.strike, call.settlement, call.underlying) == (
        "call",
        stock.price(100_00),
        "physical",
        stock.id,
    )

    class BuyCall(Trader):
        def on_quote(self, quote: Quote) -> None:
            if self.position(call.id).is_flat and quote.ts_event == START:
                self.buy(3, call.id)

    strategy = BuyCall({})
    result = Backtest(
        strategy,
        [
            (call, quotes([(4_90, 5_00)])),
            (stock, quotes([(103_00, 103_02)] * 3)),
            money_event_stream(call, [Expiry(START + SECOND, "103.01")]),
        ],
        cash="100000 USDT",
        check_every_event=True,
    ).run()
    assert [event.kind for event in strategy.told] == [CashEventKind.EXPIRY, CashEventKind.DELIVERY]
    assert [str(position.quantity) for position in result.positions] == ["0", "300"]
    assert [position.realized_pnl for position in result.positions] == [Money("-1500", "USDT"), Money("0", "USDT")]
    assert result.positions[1].average_price == Fixed("100")
    assert result.accounts[0].cash == Money("68500", "USDT")
    assert result.accounts[0].equity == Money("99403", "USDT")


def test_events_survive_our_column_files(tmp_path: Any) -> None:
    stream = money_event_stream(BTC, [Funding(5, "-0.000125"), Split(6, 3, 2, "7.5"), Expiry(7, 100)])
    marks = Stream(BTC, "mark", {"ts_event": np.array([1, 2]), "mark_price": np.array([3, 4])})
    write_columns(tmp_path / "columns", MarketData((stream, marks), "made"))
    read = open_columns(tmp_path / "columns").streams
    assert read[0].to_array().tolist() == stream.to_array().tolist()
    assert read[1].to_array()["index_price"].tolist() == [np.iinfo(np.int64).min] * 2
    bad = {name: values.copy() for name, values in stream.columns.items()}
    bad["per"][1] = 0
    write_columns(tmp_path / "bad", MarketData((Stream(BTC, "cash_event", bad),), "made"))
    with pytest.raises(DataError, match="per 0 is not from 1"):
        open_columns(tmp_path / "bad")


@pytest.mark.parametrize(
    ("event", "problem"),
    [
        (Funding(0, "0.0000000000001"), "at most 12 decimals"),
        (Dividend(0, "92233720368547758.08"), "64 bits"),
        (Split(0, 0, 1), "new of .* from 1 to 1000000"),
        (Borrow(0, "0.1", per=0), "per of .* from 1"),
        ("funding", "must be Funding, Dividend"),
    ],
)
def test_numbers_that_fit_no_row_are_refused(event: Any, problem: str) -> None:
    with pytest.raises(InvalidArgument, match=problem):
        money_event_stream(BTC, [event])


def test_floats_are_refused() -> None:
    with pytest.raises(TypeError):
        money_event_stream(BTC, [Funding(0, 0.0001)])  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        money_event_stream(BTC, [Split(0, 2.0, 1)])  # type: ignore[arg-type]


def test_an_event_about_whose_price_nothing_is_known_stops_the_run_by_name() -> None:
    other = instrument("ETHUSDT")
    data = [
        (BTC, quotes([(99_90, 100_00)])),
        (other, quotes([(1, 2)])),
        money_event_stream(BTC, [Expiry(START + 1, 1)]),
    ]
    bad = Stream(other, "cash_event", {**money_event_stream(other, [Funding(START, 1)]).columns, "kind": np.array([9])})
    with pytest.raises(InvalidArgument, match="kind is 9; it must be from 1 to 6"):
        Backtest(Strategy(), [*data, bad], cash="10 USDT").run()


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"kind": "option"}, "right='call' or 'put'"),
        ({"kind": "option", "right": "call"}, "strike is 0"),
        ({"right": "call"}, "is no option"),
        ({"strike": "5"}, "has a strike"),
        ({"settlement": "physical"}, "has no underlying"),
        ({"underlying": "BTCUSDT.BINANCE"}, "its own underlying"),
        ({"expire_time": -1}, "must not be before 1970"),
        ({"settlement": "barter"}, "'cash' or 'physical'"),
    ],
)
def test_contract_terms_that_contradict_are_refused(changes: dict[str, Any], problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        instrument(**changes)
