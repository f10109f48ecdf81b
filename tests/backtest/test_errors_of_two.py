"""Calls of which two parts fail: each part is called, both errors are told, and what ends a run ends it."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import pytest

from pytrader import Backtest, Strategy
from pytrader.model import OrderStatus
from pytrader.model.records import TRADE
from pytrader.strategy import ErrorPolicy, ExecutionAlgorithm, IcebergSlices, PercentOfVolume, StrategyState, Twap
from tests.backtest.markets import SECOND, START, instrument
from tests.backtest.worked_orders import BTC, flat, run, scripted

LENIENT = ErrorPolicy("pause", errors=1_000)


class Fails(ExecutionAlgorithm):
    def on_start(self) -> None:
        self.send(1)

    def on_order_event(self, event: Any) -> None:
        raise RuntimeError("the algorithm's")


class BothFail(Strategy):
    def on_start(self) -> None:
        self.count = 0

    def on_quote(self, quote: Any) -> None:
        self.count += 1
        if self.count == 1:
            self.buy(quantity_lots=1, algorithm=Fails())

    def on_order_event(self, event: Any) -> None:
        raise ValueError("the strategy's")


def test_the_error_of_a_strategy_is_told_with_that_of_its_algorithm() -> None:
    result = run(BothFail(), flat(5), error_policy=LENIENT)
    assert {(error.error_type, error.message) for error in result.errors} == {("ValueError", "the strategy's")}
    assert all("RuntimeError: the algorithm's" in error.traceback for error in result.errors)


@pytest.mark.parametrize("wanted", [SystemExit, KeyboardInterrupt])
def test_the_wish_to_end_ends_a_run_whatever_an_algorithm_raises(wanted: type[BaseException]) -> None:
    class Ends(BothFail):
        def on_order_event(self, event: Any) -> None:
            raise wanted("the strategy's")

    strategy = Ends()
    with pytest.raises(wanted):
        run(strategy, flat(5), error_policy=LENIENT)
    assert strategy.count == 1


class Counts(ExecutionAlgorithm):
    resumed = 0

    def on_start(self) -> None:
        self.send(1, limit_ticks=9990)

    def on_resume(self) -> None:
        self.resumed += 1
        raise RuntimeError("the algorithm's")


@pytest.mark.parametrize("fails", [False, True])
def test_every_algorithm_hears_that_its_strategy_goes_on(fails: bool) -> None:
    class Resumes(Strategy):
        def on_start(self) -> None:
            self.count = -1

        def on_quote(self, quote: Any) -> None:
            self.count += 1
            if self.count == 0:
                self.counting = [Counts(), Counts()]
                for each in self.counting:
                    self.buy(quantity_lots=5, algorithm=each)
                self.parent = self.buy(quantity_lots=100, algorithm=PercentOfVolume("0.1", interval="1s"))
            if self.count in (2, 3):
                raise RuntimeError("two errors pause it")

        def on_resume(self) -> None:
            if fails:
                raise RuntimeError("the strategy's")

    volume = np.zeros(1, TRADE)
    volume["ts_event"] = volume["ts_init"] = START + 6 * SECOND + SECOND // 2
    volume["price"], volume["quantity"], volume["aggressor_side"], volume["trade_id"] = 10001, 300, 1, 1
    strategy = Resumes()
    policy = ErrorPolicy("pause", errors=2, cooldown="7s")
    result = run(strategy, flat(20), volume, error_policy=policy)
    assert [each.resumed for each in strategy.counting] == [1, 1]
    assert strategy.parent.cum_lots == 0, "what traded during the pause does not count"
    assert [error.action for error in result.errors] == ["continue", "pause", "continue"]
    last = result.errors[-1].traceback
    assert last.count("RuntimeError: the algorithm's") == 2
    assert ("the strategy's" in last) == fails


def test_a_state_is_taken_up_also_where_on_start_failed_and_the_policy_let_it_pass() -> None:
    class Keeps(Strategy):
        saved: ClassVar[dict[str, Any]] = {"n": int}
        fails: bool = False

        def on_start(self) -> None:
            self.n = 0
            self.first: bool | None = None
            if self.fails:
                raise RuntimeError("passing trouble")

        def on_quote(self, quote: Any) -> None:
            self.n += 1
            if self.first is None:
                self.first = self.once("exit of fill 7")

    def after(fails: bool) -> tuple[int, bool | None, StrategyState]:
        one = Keeps(fails=fails)
        run(one, flat(5), error_policy=LENIENT)
        two = Keeps(fails=fails)
        run(two, flat(5), error_policy=LENIENT, state=one.save_state())
        return two.n, two.first, two.state

    assert after(False) == after(True) == (10, False, StrategyState.STOPPED)


def test_a_parent_with_a_policy_against_own_trades_is_denied() -> None:
    def act(strategy: Any) -> None:
        strategy.parent = strategy.buy(
            quantity_lots=2, limit_ticks=10_000, self_trade="cancel_oldest", algorithm=IcebergSlices(2)
        )

    strategy = scripted(at_0=act)
    run(strategy, flat(3))
    assert strategy.parent.status is OrderStatus.DENIED


@pytest.mark.parametrize("term", ["limit", "quantity", "reduce_only", "tag", "instrument"])
def test_a_child_has_no_terms_that_are_its_parents(term: str) -> None:
    class Sends(ExecutionAlgorithm):
        def on_start(self) -> None:
            self.send(1, **{term: "1"})

    def act(strategy: Any) -> None:
        with pytest.raises(TypeError, match=f"send has no argument '{term}': a child is counted in ticks and lots"):
            strategy.buy(quantity_lots=2, algorithm=Sends())

    run(scripted(at_0=act), flat(3))


def test_an_order_that_its_algorithm_refuses_leaves_nothing_behind() -> None:
    def refused(strategy: Any) -> None:
        with pytest.raises(ValueError, match="slices"):
            strategy.buy(quantity_lots=2, algorithm=Twap("2s", slices=50), tag="never")
        with pytest.raises(ValueError, match="tag must be a text"):
            strategy.buy(quantity_lots=2, algorithm=Twap("2s", slices=2), tag=5)

    def later(strategy: Any) -> None:
        strategy.buy(quantity_lots=1, tag="later")

    one, two = (run(scripted(at_1=first, at_2=later), flat(6)) for first in (lambda strategy: None, refused))
    assert one.tags == two.tags == ("", "later")
    assert one.digest == two.digest


@pytest.mark.parametrize("place", range(3))
def test_a_bracket_whose_entry_may_only_reduce_is_denied_as_a_whole(place: int) -> None:
    markets = [instrument(f"COIN{number}") for number in range(3)]

    def act(strategy: Any) -> None:
        strategy.bracket = strategy.buy(
            quantity_lots=2,
            instrument=markets[place].id,
            limit_ticks=9_900,
            reduce_only=True,
            take_profit_ticks=10_200,
            stop_loss_ticks=9_800,
        )

    strategy = scripted(at_0=act)
    data = [(each, flat(3)) for each in markets]
    result = Backtest(strategy, data, cash="10000 USDT", check_every_event=True).run()
    assert len(result.orders) == 3
    assert set(result.orders["ord_status"].tolist()) == {int(OrderStatus.DENIED)}
    assert BTC not in markets
