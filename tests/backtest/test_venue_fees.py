"""Fee schedules in a run: which instrument pays what, what strategies and results hear, and what risk holds back."""

from __future__ import annotations

from typing import Any

import pytest

from pytrader import Backtest, Money, Strategy
from pytrader.backtest import BacktestResult, Exchange, RecordedVenue, Venue
from pytrader.errors import ConfigError, InvalidArgument
from pytrader.matching import VenueRules
from pytrader.model import FeeRule, FeeSchedule, Instrument, OrderStatus
from pytrader.strategy import OrderEvent, Quote
from tests.backtest.markets import START, instrument, quotes

BTC = instrument(taker_fee="0.001")
ETH = instrument("ETHUSDT", taker_fee="0.002")
PER_ORDER = FeeSchedule([FeeRule("value", "0.001", "0.001", min_per_order="5")])


class BuyTwice(Strategy):
    """Buys one of everything at its first two quotes."""

    def on_start(self) -> None:
        self.fees: list[tuple[str, Money]] = []
        self.bought: dict[str, int] = {}

    def on_quote(self, quote: Quote) -> None:
        count = self.bought.get(quote.instrument_id, 0)
        if count < 2:
            self.bought[quote.instrument_id] = count + 1
            self.buy(1, quote.instrument_id)

    def on_fill(self, fill: OrderEvent) -> None:
        self.fees.append((fill.instrument_id, fill.fee))


def run(strategy: Strategy, instruments: list[Instrument], **more: Any) -> BacktestResult:
    data = [(each, quotes([(99_90, 100_00)] * 4)) for each in instruments]
    return Backtest(strategy, data, cash="100000 USDT", check_every_event=True, **more).run()


def test_an_instrument_pays_by_its_own_schedule_else_by_its_venues_else_by_its_rates() -> None:
    strategy = BuyTwice()
    run(strategy, [BTC, ETH], venues={"BINANCE": Venue(fees=PER_ORDER), "ETHUSDT.BINANCE": Venue()})
    assert (
        strategy.fees
        == [
            ("BTCUSDT.BINANCE", Money("5", "USDT")),
            ("ETHUSDT.BINANCE", Money("0.2", "USDT")),
        ]
        * 2
    )


def test_results_know_what_strategies_were_told() -> None:
    strategy = BuyTwice()
    result = run(strategy, [BTC], venues={"BINANCE": Venue(fees=PER_ORDER)})
    assert result.fills["fee"].tolist() == [5 * 10**8] * 2
    assert result.positions[0].fees == Money("10", "USDT")
    assert result.accounts[0].cash == Money("99790", "USDT")


def test_equal_digests_mean_equal_schedules() -> None:
    def digest(rate: str, **more: Any) -> str:
        schedule = FeeSchedule([FeeRule("value", rate, rate)], **more)
        return run(Strategy(), [BTC], venues={"BINANCE": Venue(fees=schedule)}).digest

    assert digest("0.001") == digest("0.001")
    others = {digest("0.001"), digest("0.0011"), digest("0.001", volume="unit"), run(Strategy(), [BTC]).digest}
    assert len(others) == 4


def test_risk_holds_back_the_minimum_of_every_order() -> None:
    class Rest(Strategy):
        def on_quote(self, quote: Quote) -> None:
            if not self.open_orders:
                self.sent = [self.buy(1, limit="90.00") for _ in range(3)]

    strategy = Rest()
    data = [(BTC, quotes([(99_90, 100_00)] * 4))]
    Backtest(strategy, data, cash="280 USDT", venues={"BINANCE": Venue(fees=PER_ORDER)}).run()
    # Each needs 90 and, of two or more, up to its minimum and its share of the value: two need 190.18, three 285.27.
    assert [order.status for order in strategy.sent[:2]] != [OrderStatus.DENIED] * 2
    assert strategy.sent[2].status == OrderStatus.DENIED


def test_a_venue_that_the_data_does_not_have_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"'COINBASE'.*BINANCE"):
        run(Strategy(), [BTC], venues={"COINBASE": Venue.coinbase()})
    with pytest.raises(TypeError, match="must be a Venue"):
        run(Strategy(), [BTC], venues={"BINANCE": PER_ORDER})
    with pytest.raises(TypeError, match="FeeSchedule"):
        Venue(fees="0.001")  # type: ignore[arg-type]


def test_models_that_nothing_would_use_are_refused() -> None:
    exchange = Exchange(ETH, "1s", start=START)
    for venue in (Venue(recorded=RecordedVenue()), Venue(queue_model="front")):
        with pytest.raises(ConfigError, match="is an exchange"):
            Backtest(Strategy(), exchange, cash="1 USDT", venues={ETH.id: venue})
    data = [(BTC, quotes([(99_90, 100_00)])), exchange]
    # BTC is of the same venue and has data.
    Backtest(Strategy(), data, cash="1 USDT", venues={"BINANCE": Venue(queue_model="front")}).run()
    with pytest.raises(InvalidArgument, match="about recorded data"):
        Backtest(Strategy(), Exchange(ETH, "1s"), cash="1 USDT", venue=VenueRules())
    with pytest.raises(InvalidArgument, match="about recorded data"):
        Backtest(Strategy(), Exchange(ETH, "1s"), cash="1 USDT", bar_path="adaptive")


def test_a_way_of_the_price_is_not_replaced_in_silence() -> None:
    venues = {"BINANCE": Venue(recorded=RecordedVenue(bar_volume_share=100))}
    with pytest.raises(InvalidArgument, match="bar_path is given twice"):
        run(Strategy(), [BTC], bar_path="adaptive", venues=venues)
    run(Strategy(), [BTC], bar_path="worst_case", venues=venues)
