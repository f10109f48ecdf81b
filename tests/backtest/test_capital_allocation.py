"""Several strategies on one account: each may use its share of the capital, and what it has earned with it."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytrader import Backtest, ConfigError, InvalidArgument, Money, Strategy
from pytrader.backtest.allocation import allotments
from pytrader.data import Funding, money_event_stream
from tests.backtest.markets import SECOND, START, bars, instrument, quotes, trades

BTC = instrument()
ETH = instrument("ETHUSDT")


class Buyer(Strategy):
    """Buys so many lots at once, at 1.00."""

    lots: int = 1

    def on_start(self) -> None:
        self.reasons: list[str] = []

    def on_quote(self, quote: Any) -> None:
        if self.position.is_flat and not self.reasons:
            self.reasons.append("sent")
            self.buy(quantity_lots=self.lots)

    def on_reject(self, event: Any) -> None:
        self.reasons.append(event.reason.code.name)


def run(strategies: Any, **options: Any) -> Any:
    data = (BTC, quotes([(99, 100)] * 3, quantity=10**9))
    return Backtest(strategies, data, cash="1000 USDT", check_every_event=True, **options).run()


def held(result: Any) -> dict[str, Decimal]:
    return {position.strategy: position.quantity.as_decimal() for position in result.positions}


def test_each_strategy_is_bounded_by_its_share() -> None:
    result = run({"a": (Buyer(lots=600_000), "60%"), "b": (Buyer(lots=400_001), "40%")})
    assert held(result) == {"a": Decimal(600), "b": Decimal(0)}
    result = run({"a": (Buyer(lots=600_001), "60%"), "b": (Buyer(lots=400_000), "40%")})
    assert held(result) == {"a": Decimal(0), "b": Decimal(400)}


def test_what_is_beyond_the_share_is_denied_for_want_of_funds() -> None:
    strategy = Buyer(lots=600_001)
    run({"a": (strategy, "60%")})
    assert strategy.reasons == ["sent", "INSUFFICIENT_FUNDS"]


def test_a_strategy_without_a_share_may_use_the_whole_account() -> None:
    result = run({"a": Buyer(lots=900_000), "b": (Buyer(lots=1), "10%")})
    assert held(result) == {"a": Decimal(900), "b": Decimal("0.001")}


def test_shares_do_not_go_beyond_what_the_account_has() -> None:
    result = run({"a": Buyer(lots=900_000), "b": (Buyer(lots=200_000), "50%")})
    assert held(result) == {"a": Decimal(900), "b": Decimal(0)}


def test_shares_may_be_given_apart_as_amounts() -> None:
    strategies = [Buyer(lots=250_000), Buyer(lots=250_001)]
    result = run(strategies, allocation={"Buyer1": "250 USDT", "Buyer2": Money("250", "USDT")})
    assert held(result) == {"Buyer1": Decimal(250), "Buyer2": Decimal(0)}


def test_the_shares_are_in_the_digest() -> None:
    digests = {run({"a": (Buyer(), share)}).digest for share in ("50%", "60%", "500 USDT")}
    assert len(digests) == 2


@given(st.integers(0, 10_000), st.integers(0, 10**12))
def test_a_percentage_is_exact_and_rounded_down(basis_points: int, cents: int) -> None:
    share = f"{Decimal(basis_points) / 100}%"
    cash = [Money(Decimal(cents) / 100, "USD")]
    (amount,) = allotments({"a": share}, ["a"], cash)["a"]
    exact = Fraction(cents, 100) * Fraction(basis_points, 10_000)
    assert 0 <= exact - Fraction(str(amount.amount)) < Fraction(1, 10**18)


@pytest.mark.parametrize(
    ("strategies", "options", "said"),
    [
        ({"a": (Buyer, "60%"), "b": (Buyer, "41%")}, {}, "give at most 100%"),
        ({"a": (Buyer, "101%")}, {}, "from 0% to 100%"),
        ({"a": (Buyer, "-1%")}, {}, "from 0% to 100%"),
        ({"a": (Buyer, 0.5)}, {}, "allocation of a must be like '60%' or '5000 USD', got 0.5"),
        ({"a": (Buyer, "half")}, {}, "like '60%' or '5000 USD'"),
        ({"a": (Buyer, "x%")}, {}, "like '60%' or '5000 USD'"),
        ({"a": (Buyer, "5 EUR")}, {}, "cash has only USDT"),
        ({"a": (Buyer, "-5 USDT")}, {}, "must not be negative"),
        ({"a": (Buyer, ["5 USDT", "6 USDT"])}, {}, "add the amounts up"),
        ({"a": (Buyer, "5%")}, {"allocation": {"a": "5%"}}, "given twice"),
        ({"a": Buyer}, {"allocation": {"c": "5%"}}, "names 'c', and the strategies are a"),
        ({"a": (Buyer, "5%", 3)}, {}, "must be given as (strategy, share)"),
    ],
)
def test_wrong_shares_are_refused(strategies: Any, options: Any, said: str) -> None:
    with pytest.raises(ConfigError) as raised:
        run(strategies, **options)
    assert said in str(raised.value)


@pytest.mark.parametrize("name", ["", "a b", 7, "1a"])
def test_a_name_is_one_word(name: Any) -> None:
    with pytest.raises(InvalidArgument, match="a strategy's name must be"):
        run({name: Buyer})


def test_one_strategy_trades_several_instruments_and_time_frames() -> None:
    class Pair(Strategy):
        """Follows the trend of one instrument's bars of two lengths, in another instrument."""

        def on_start(self) -> None:
            self.fast = self.bars("1m", BTC.id).sma(2)
            self.slow = self.bars("5m", BTC.id).sma(2)
            self.seen: list[tuple[str, int]] = []

        def on_bar(self, bar: Any) -> None:
            self.seen.append((bar.instrument_id, bar.duration_ns // 60_000_000_000))
            if self.slow.ready and self.fast > self.slow and self.position(ETH.id).is_flat:
                self.buy("0.002", ETH.id)

    minute = [(100 + i, 101 + i, 99 + i, 100 + i) for i in range(20)]
    data = [(BTC, bars(minute)), (BTC, bars([minute[i] for i in range(0, 20, 5)], duration=300_000_000_000))]
    strategy = Pair()
    rows = [*data, (ETH, trades([50] * 3_000)), (ETH, quotes([(49, 50)] * 3_000))]
    result = Backtest({"pair": (strategy, "50%")}, rows, cash="1000 USDT").run()
    assert {position.instrument_id: str(position.quantity) for position in result.positions} == {
        BTC.id: "0.000",
        ETH.id: "0.002",
    }
    assert set(strategy.seen) == {(BTC.id, 1), (BTC.id, 5)}


class Timed(Strategy):
    """Buys or sells so many units at quotes of its choice: by their numbers, from 0 on."""

    def __init__(self, units: dict[int, int]) -> None:
        super().__init__()
        self.units = units
        self.seen = 0
        self.refused: list[str] = []

    def on_quote(self, quote: Any) -> None:
        units = self.units.get(self.seen, 0)
        self.seen += 1
        if units:
            (self.buy if units > 0 else self.sell)(abs(units))

    def on_reject(self, event: Any) -> None:
        self.refused.append(event.reason.code.name)


@pytest.mark.parametrize(("rate", "refused"), [("0", []), ("0.8", ["INSUFFICIENT_FUNDS"])])
def test_what_a_position_has_paid_in_funding_is_lost_to_its_strategy_and_to_no_other(rate: str, refused: Any) -> None:
    perpetual = instrument(kind="perpetual")
    market = (perpetual, quotes([(10_000, 10_000)] * 8, quantity=10**9))
    funding = money_event_stream(perpetual, [Funding(START + SECOND * 3 // 2, rate, price="100")])
    one, other = Timed({0: 50, 3: -50, 4: 50}), Timed({5: 50})
    Backtest({"one": (one, "50%"), "other": (other, "50%")}, [market, funding], cash="10000 USDT").run()
    # It pays 4000 of its 5000.
    assert (one.refused, other.refused) == (refused, [])
