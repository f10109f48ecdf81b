"""Margin accounts from Python: leverage, liquidation, the insurance fund, and what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pytrader import Backtest, Money, Strategy
from pytrader.backtest import BacktestResult
from pytrader.errors import ConfigError, InvalidInstrument
from pytrader.model import CashEventKind, Instrument, OrderStatus, RejectReason
from pytrader.model.records import MARK
from pytrader.strategy import CashEvent, OrderEvent, Quote
from tests.backtest.markets import SECOND, START, instrument, quotes

PERPETUAL = instrument(kind="perpetual", initial_margin_rate="0.1", maintenance_margin_rate="0.05")


class BuyOnce(Strategy):
    """Buys two at the first quote, and has an order to buy one more far below."""

    def on_start(self) -> None:
        self.sent: list[Any] = []
        self.told: list[CashEvent] = []
        self.events: list[OrderEvent] = []

    def on_quote(self, quote: Quote) -> None:
        if not self.sent:
            self.sent = [self.buy(2), self.buy(1, limit="50.00")]

    def on_cash_event(self, event: CashEvent) -> None:
        self.told.append(event)

    def on_order_event(self, event: OrderEvent) -> None:
        self.events.append(event)


def run(strategy: Strategy, marks: list[int], cash: str = "1000 USDT", **more: Any) -> BacktestResult:
    rows = np.zeros(len(marks), MARK)
    rows["ts_event"] = rows["ts_init"] = START + SECOND * np.arange(len(marks)) + SECOND // 2
    rows["mark_price"] = marks
    data = [(PERPETUAL, quotes([(99_90, 100_00)] * 5, quantity=5000)), (PERPETUAL, rows)]
    return Backtest(strategy, data, cash=cash, check_every_event=True, **more).run()


def test_leverage_buys_what_a_funded_account_can_not() -> None:
    funded, margined = BuyOnce(), BuyOnce()
    run(funded, [], cash="30 USDT")
    run(margined, [], cash="30 USDT", account="isolated")
    assert funded.sent[0].status == OrderStatus.DENIED
    assert margined.sent[0].status == OrderStatus.FILLED


def test_a_liquidation_takes_the_margin_and_the_orders() -> None:
    strategy = BuyOnce()
    result = run(strategy, [95_00, 94_00], account="isolated", insurance="5 USDT")
    # The margin is 20. At 95: 20 - 10 = 10 is above 9.5; at 94: 8 is below 9.4.
    (told,) = strategy.told
    assert (told.kind, told.amount, told.realized_pnl) == (
        CashEventKind.LIQUIDATION,
        Money("180", "USDT"),
        Money("-20", "USDT"),
    )
    assert strategy.events[-1].reason.code == RejectReason.LIQUIDATED
    assert result.accounts[0].cash == Money("980", "USDT")
    (fund,) = result.insurance
    assert (fund.currency, fund.balance, fund.uncovered) == ("USDT", Money("13", "USDT"), Money("0", "USDT"))


def test_a_cross_account_is_used_up() -> None:
    strategy = BuyOnce()
    result = run(strategy, [95_00, 80_00], cash="40 USDT", account="cross")
    # Cash is -160. At 80 equity is 0, and the maintenance 8.
    assert strategy.told[0].amount == Money("160", "USDT")
    assert result.accounts[0].cash == Money("0", "USDT")
    assert result.insurance[0].balance == Money("0", "USDT")


def test_a_position_whose_price_nobody_has_heard_yet_counts_at_its_cost() -> None:
    other = instrument("OTHER", kind="perpetual", initial_margin_rate="0.1", maintenance_margin_rate="0.05")

    class BuysBlind(Strategy):
        def on_start(self) -> None:
            self.clock.set_alert("now", at=START + SECOND)

        def on_timer(self, timer: Any) -> None:
            self.sent = self.buy(1, limit="100.00", instrument=PERPETUAL)

    marks = np.zeros(1, MARK)
    marks["ts_event"] = marks["ts_init"] = START + 2 * SECOND
    marks["mark_price"] = 100_00
    data = [(PERPETUAL, quotes([(99_90, 100_00)] * 6)), (other, quotes([(99_90, 100_00)] * 6)), (other, marks)]
    strategy = BuysBlind()
    # The account hears of its fill at once, and of the first quote after the other instrument was marked.
    run = Backtest(strategy, data, cash="50 USDT", account="cross", feed_latency="3s", order_latency="1ms")
    result = run.run()
    assert strategy.sent.status == OrderStatus.FILLED
    assert len(result.cash_events) == 0
    assert result.positions[0].quantity == 1


class OnItsWay(Strategy):
    """Buys, and sells so late that the account hears of it only after the mark; then reduces what is left."""

    def __init__(self, bought: int, sold: int) -> None:
        super().__init__()
        self.bought, self.sold = bought, sold

    def on_start(self) -> None:
        self.rest: Any = None
        for name, at in (("buy", SECOND // 10), ("sell", 16 * SECOND // 10), ("reduce", 4 * SECOND)):
            self.clock.set_alert(name, at=START + at)

    def on_timer(self, timer: Any) -> None:
        if timer.name == "buy":
            self.buy(self.bought)
        elif timer.name == "sell":
            self.sell(self.sold)
        elif not self.position.is_flat:
            left = self.position.quantity_lots
            self.rest = self.submit("sell" if left > 0 else "buy", quantity_lots=abs(left), reduce_only=True)


@pytest.mark.parametrize(
    ("account", "bought", "sold", "mark"),
    [("isolated", 2, 4, 94_00), ("cross", 50, 49, 79_00), ("cross", 50, 60, 79_00)],
)
def test_a_call_falls_away_where_a_fill_before_it_took_the_position_out_of_danger(
    account: str, bought: int, sold: int, mark: int
) -> None:
    marks = np.zeros(1, MARK)
    marks["ts_event"] = marks["ts_init"] = START + 2 * SECOND
    marks["mark_price"] = mark
    # The sale is at the venue at 1.9 s, and the account hears of it at 2.2 s; of the call at 2.3 s.
    data = [(PERPETUAL, quotes([(99_90, 100_00)] * 6, quantity=100_000)), (PERPETUAL, marks)]
    strategy = OnItsWay(bought, sold)
    run = Backtest(
        strategy,
        data,
        cash="1000 USDT",
        account=account,
        order_latency="300ms",
        check_every_event=True,  # type: ignore[arg-type]
    )
    result = run.run()
    assert len(result.cash_events) == 0
    # What is left can be reduced: its venue has not forgotten it.
    assert strategy.rest.status == OrderStatus.FILLED
    assert result.positions[0].quantity == 0
    # Every unit that was bought and sold has lost the spread of 0.10.
    assert result.accounts[0].cash == Money(1000, "USDT") - Money(f"{max(bought, sold)}e-1", "USDT")


def test_digests_know_accounts_and_insurance() -> None:
    digests = {
        run(Strategy(), [], account=account, insurance=insurance).digest
        for account, insurance in (("funded", ()), ("isolated", ()), ("cross", ()), ("cross", "1 USDT"))
    }
    assert len(digests) == 4


def test_what_contradicts_is_refused() -> None:
    with pytest.raises(ConfigError, match="'funded', 'isolated' or 'cross'"):
        run(Strategy(), [], account="margin")
    with pytest.raises(ConfigError, match="insurance is for margin accounts"):
        run(Strategy(), [], insurance="1 USDT")
    with pytest.raises(ConfigError, match="insurance names EUR, and the instruments trade in USDT"):
        run(Strategy(), [], account="cross", insurance=["1 USDT", "1 EUR"])
    with pytest.raises(InvalidInstrument, match="below initial_margin_rate"):
        instrument(maintenance_margin_rate="1")
    assert Instrument.from_dict(PERPETUAL.to_dict()) == PERPETUAL
    assert str(PERPETUAL.initial_margin_rate) == "0.1"
