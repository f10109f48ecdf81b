"""Execution algorithms: parts worked out by hand, and parameters that are refused."""

from __future__ import annotations

import copy
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytrader import Backtest, Fixed, InvalidArgument, InvalidState, OffLot, Quantity, Strategy
from pytrader.backtest import Latency
from pytrader.model import ExecType, OrderStatus, RejectReason
from pytrader.strategy import IcebergSlices, PercentOfVolume, Twap, Vwap
from tests.backtest.markets import MINUTE, SECOND, START, bars, instrument, quotes, trades
from tests.backtest.worked_orders import BTC, flat, run, scripted, sent, worked


def test_twap_sends_equal_parts_the_first_at_once() -> None:
    # 10 lots in 4 parts: 10 * 1/4 = 2.5, 5, 7.5, 10, rounded down and taken one from the next.
    strategy = worked(Twap("8s", slices=4), flat(20))
    assert sent(strategy) == [(0, 2), (2, 3), (4, 2), (6, 3)]
    assert strategy.parent.status is OrderStatus.FILLED
    assert strategy.result.positions[0].quantity == Decimal("0.010")


def test_a_part_of_twap_makes_up_for_the_one_before() -> None:
    # One lot is for sale at each quote: part k has traded k lots when part k + 1 comes, and asks for the rest.
    rows = flat(20)
    rows["ask_quantity"] = 1
    strategy = worked(Twap("8s", slices=4), rows)
    assert sent(strategy) == [(0, 2), (2, 4), (4, 5), (6, 7)]
    assert (strategy.parent.status, strategy.parent.cum_lots) == (OrderStatus.CANCELED, 4)
    assert strategy.parent.events[-1].ts_init == START + 8 * SECOND


def test_twap_may_take_the_rest_at_the_end() -> None:
    rows = flat(20)
    rows["ask_quantity"][:7] = 1
    strategy = worked(Twap("8s", slices=4, at_end="take"), rows)
    assert sent(strategy) == [(0, 2), (2, 4), (4, 5), (6, 7), (8, 6)]
    assert strategy.parent.status is OrderStatus.FILLED


def test_vwap_follows_its_profile() -> None:
    # Weights 1, 0, 2.5 and 0.5 of 4: 10 lots become 2.5, 2.5, 8.75 and 10, rounded down.
    strategy = worked(Vwap("8s", [1, 0, Decimal("2.5"), Fraction(1, 2)]), flat(20))
    assert sent(strategy) == [(0, 2), (4, 6), (6, 2)]
    assert strategy.parent.status is OrderStatus.FILLED


def test_percent_of_volume_takes_its_share_and_never_more() -> None:
    # 30 lots trade a second: bars of 2 s have 60 of them, of which 7.5 % is 4.5, 9, 13.5, 18.
    strategy = worked(PercentOfVolume("0.075", interval="2s"), flat(20), trades([10000] * 20, quantity=30), lots=17)
    assert sent(strategy) == [(2, 4), (4, 5), (6, 4), (8, 4)]
    assert strategy.parent.status is OrderStatus.FILLED


def test_percent_of_volume_counts_from_its_start() -> None:
    # It begins at 1 s, inside the first bar of 2 s, which does not count.
    def begin(strategy: Any) -> None:
        strategy.parent = strategy.buy(quantity_lots=100, algorithm=PercentOfVolume("0.1", interval="2s"))

    strategy = scripted(at_1=begin)
    run(strategy, flat(9), trades([10000] * 9, quantity=30))
    assert sent(strategy) == [(5, 6), (7, 6)]


def test_percent_of_volume_sends_nothing_without_trades_and_ends_on_time() -> None:
    late = trades([10000], start=START + 19 * SECOND)
    strategy = worked(PercentOfVolume("0.5", interval="2s", duration="5s", at_end="take"), flat(20), late)
    assert sent(strategy) == [(6, 10)]
    strategy = worked(PercentOfVolume("0.5", interval="2s"), flat(20), late)
    assert sent(strategy) == []
    assert strategy.parent.status is OrderStatus.NEW


@pytest.mark.parametrize("begins", [5, 15, 45])
def test_percent_of_volume_counts_bars_that_are_received_together(begins: int) -> None:
    """Beside the same order without latency, which is one step ahead at the most."""

    class Counting(Strategy):
        def on_start(self) -> None:
            self.due = 0
            self.clock.set_alert("go", at=START + MINUTE + begins * SECOND)

        def on_timer(self, timer: Any) -> None:
            self.from_ns = self.clock.now
            self.parent = self.buy(quantity_lots=100_000, algorithm=PercentOfVolume("0.1", interval="1m"))

        def on_bar(self, bar: Any) -> None:
            if self.due >= 0 and bar.ts_open >= getattr(self, "from_ns", bar.ts_event):
                self.due += bar.volume_lots

    candles = bars([(10000,) * 4] * 60)
    candles["volume"] = 600 + np.arange(60)
    data = [(BTC, quotes([(9999, 10001)] * 3600, quantity=10**7)), (BTC, candles)]
    traded = []
    for latency in ("0s", Latency.uniform("1s", "50s", seed=1)):
        strategy = Counting()
        Backtest(strategy, data, cash="100000000 USDT", feed_latency=latency).run()
        traded.append(strategy.parent.cum_lots)
        assert strategy.due // 10 - 2 * 70 <= traded[-1] <= strategy.due // 10
    assert traded[0] - traded[1] <= 70


def test_percent_of_volume_over_data_that_tells_of_none_is_refused() -> None:
    def begin(strategy: Any) -> None:
        with pytest.raises(InvalidArgument, match="the data has neither such bars nor trades"):
            strategy.buy(quantity_lots=10, algorithm=PercentOfVolume("0.5", interval="2s"))
        strategy.left = [order.status for order in strategy.orders()]

    strategy = scripted(at_0=begin)
    run(strategy, flat(3))
    assert strategy.left == []
    assert strategy.seen[-1].exec_type is ExecType.CANCELED


def test_iceberg_slices_rest_one_after_the_other() -> None:
    # The market comes down to the limit at 5 s: 4, 4 and 2 lots trade there.
    rows = quotes([(9999, 10001)] * 5 + [(9980, 9985)] * 5)
    strategy = worked(IcebergSlices("0.004"), rows, lots=10, limit=9990)
    assert sent(strategy) == [(0, 4), (5, 4), (5, 2)]
    assert strategy.parent.status is OrderStatus.FILLED
    assert strategy.parent.avg_px <= Decimal("99.90")


def test_iceberg_slices_leave_no_rest_below_the_least_quantity() -> None:
    market = instrument(min_quantity="0.003")
    rows = quotes([(9980, 9985)] * 5)
    strategy = worked(IcebergSlices("0.004"), rows, lots=10, limit=9990, market=market)
    assert [lots for _, lots in sent(strategy)] == [4, 6]


def test_a_posted_part_rests_at_the_own_best_price_and_follows_it() -> None:
    rows = quotes([(9999 + second, 10001 + second) for second in range(9)])
    strategy = worked(Twap("8s", slices=4, style="post"), rows, limit=10002)
    moves = [
        (BTC.price_ticks(event.price), BTC.quantity_lots(event.order_qty))
        for event in strategy.seen
        if event.order.parent_id and event.exec_type in (ExecType.NEW, ExecType.REPLACED)
    ]
    # The limit holds from 10003 on.
    assert moves == [(9999, 2), (10001, 5), (10002, 7), (10002, 10)]
    assert strategy.parent.status is OrderStatus.CANCELED
    assert strategy.parent.cum_lots == 0


@settings(deadline=None, max_examples=60)
@given(lots=st.integers(1, 60), data=st.data())
def test_parts_add_up_and_differ_by_one_lot(lots: int, data: Any) -> None:
    slices = data.draw(st.integers(1, lots))
    strategy = worked(Twap(f"{slices}s", slices=slices), flat(slices + 1), lots=lots)
    parts = [size for _, size in sent(strategy)]
    assert (len(parts), sum(parts)) == (slices, lots)
    assert max(parts) - min(parts) <= 1


@settings(deadline=None, max_examples=60)
@given(lots=st.integers(1, 60), weights=st.lists(st.integers(0, 9), min_size=1, max_size=12).filter(any))
def test_parts_of_a_profile_are_never_a_lot_away_from_it(lots: int, weights: list[int]) -> None:
    strategy = worked(Vwap(f"{len(weights)}s", weights), flat(len(weights) + 1), lots=lots)
    by_second = dict(sent(strategy))
    total = Fraction(0)
    for second, weight in enumerate(weights):
        total += Fraction(weight * lots, sum(weights))
        traded = sum(size for at, size in by_second.items() if at <= second)
        assert 0 <= total - traded < 1
    assert strategy.parent.status is OrderStatus.FILLED


WRONG: list[tuple[Callable[[], Any], str]] = [
    (lambda: Twap("30m", slices=0), "slices must be an int from 1"),
    (lambda: Twap("30m", slices=2.0), "slices must be an int from 1"),  # type: ignore[arg-type]
    (lambda: Twap("30m", slices=True), "slices must be an int from 1"),
    (lambda: Twap("0s", slices=1), "duration must be positive"),
    (lambda: Twap("soon", slices=1), "duration must be like"),
    (lambda: Twap(3, slices=4), "shorter than one nanosecond"),
    (lambda: Twap("1s", slices=1, style="lean"), "style must be 'take' or 'post'"),  # type: ignore[arg-type]
    (lambda: Twap("1s", slices=1, at_end="stay"), "at_end must be 'cancel' or 'take'"),  # type: ignore[arg-type]
    (lambda: Vwap("1s", []), "1 to 10000 weights, got 0"),
    (lambda: Vwap("1s", "123"), "must be a sequence of weights"),
    (lambda: Vwap("1s", [1, 0.5]), "weight 1 of the profile must be an int"),  # type: ignore[list-item]
    (lambda: Vwap("1s", [1, -1]), "weight 1 of the profile must not be negative"),
    (lambda: Vwap("1s", [0, 0]), "no weight above zero"),
    (lambda: Vwap("1s", [Decimal("NaN")]), "must be a number"),
    (lambda: Vwap(1, [1, 1]), "shorter than one nanosecond"),
    (lambda: PercentOfVolume(0.1), "rate must be an int"),  # type: ignore[arg-type]
    (lambda: PercentOfVolume("ten"), "rate must be a number"),
    (lambda: PercentOfVolume("1/0"), "rate must be a number"),
    (lambda: PercentOfVolume(0), "rate must be above 0 and at most 1"),
    (lambda: PercentOfVolume("1.1"), "rate must be above 0 and at most 1"),
    (lambda: PercentOfVolume("0.1", interval=-1), "interval must be positive"),
    (lambda: PercentOfVolume("0.1", duration="0s"), "duration must be positive"),
    (lambda: IcebergSlices(1, retry="0s"), "retry must be positive"),
]


@pytest.mark.parametrize(("make", "message"), WRONG, ids=[message for _, message in WRONG])
def test_wrong_parameters_are_refused_with_what_is_allowed(make: Callable[[], Any], message: str) -> None:
    with pytest.raises(InvalidArgument, match=message):
        make()


def refusal(**terms: Any) -> tuple[str, int]:
    """What buy says to an order of 10 lots, and how many orders there are afterwards."""
    said: list[str] = []

    def act(strategy: Any) -> None:
        with pytest.raises((InvalidArgument, OffLot, TypeError)) as info:
            strategy.buy(quantity_lots=10, **terms)
        said.append(str(info.value))

    result = run(scripted(at_0=act), flat(2))
    return said[0], len(result.orders)


@pytest.mark.parametrize(
    ("terms", "message"),
    [
        ({"algorithm": "twap"}, "must be an ExecutionAlgorithm such as Twap"),
        ({"algorithm": Twap}, "must be an ExecutionAlgorithm such as Twap"),
        ({"algorithm": Twap("1m", slices=11)}, "slices is 11, but the order has 10 lots"),
        ({"algorithm": IcebergSlices("0.004")}, "give the order a limit"),
        ({"algorithm": IcebergSlices("0.0005"), "limit": "99"}, "no multiple of the lot"),
        ({"algorithm": IcebergSlices(0.5), "limit": "99"}, "float"),  # type: ignore[arg-type]
        ({"algorithm": IcebergSlices(0), "limit": "99"}, "display must be at least 0.001"),
        ({"algorithm": Twap("1m", slices=2), "take_profit": "105"}, "has no exits yet"),
    ],
)
def test_what_does_not_fit_the_order_is_refused_before_anything_changes(terms: dict[str, Any], message: str) -> None:
    said, orders = refusal(**terms)
    assert message in said
    assert orders == 0


@pytest.mark.parametrize("display", ["0.004", Decimal("0.004"), Quantity("0.004"), Fixed("0.004")])
def test_display_is_whatever_a_quantity_can_be(display: Any) -> None:
    strategy = worked(IcebergSlices(display), quotes([(9980, 9985)] * 3), limit=9990)
    assert [lots for _, lots in sent(strategy)] == [4, 4, 2]


@pytest.mark.parametrize(
    ("terms", "reason"),
    [
        ({"time_in_force": "DAY"}, RejectReason.TIME_IN_FORCE_NOT_SUPPORTED),
        ({"limit": "99", "post_only": True}, RejectReason.INSTRUCTION_NOT_SUPPORTED),
        ({"limit": "99", "display_qty": "0.001"}, RejectReason.INSTRUCTION_NOT_SUPPORTED),
        ({"stop": "105"}, RejectReason.INSTRUCTION_NOT_SUPPORTED),
    ],
)
def test_a_parent_is_a_market_or_a_limit_order(terms: dict[str, Any], reason: RejectReason) -> None:
    made: list[Any] = []
    algorithm = Twap("4s", slices=2)

    def act(strategy: Any) -> None:
        made.append(strategy.buy(quantity_lots=10, algorithm=algorithm, **terms))
        made.append(strategy.buy(quantity_lots=10, algorithm=algorithm))  # it may still be used: it works none

    run(scripted(at_0=act), flat(9))
    assert (made[0].status, made[0].reason.code) == (OrderStatus.DENIED, reason)
    assert made[1].status is OrderStatus.FILLED


def test_an_algorithm_works_one_order_and_only_inside_its_run() -> None:
    algorithm = Twap("4s", slices=2)
    with pytest.raises(InvalidState, match="only once it works an order"):
        _ = algorithm.parent
    with pytest.raises(TypeError, match="make another one"):
        copy.copy(algorithm)
    said: list[str] = []

    def again(strategy: Any) -> None:
        with pytest.raises(InvalidArgument) as info:
            strategy.buy(quantity_lots=1, algorithm=algorithm)
        said.append(str(info.value))

    def begin(strategy: Any) -> None:
        strategy.buy(quantity_lots=10, algorithm=algorithm)
        again(strategy)

    run(scripted(at_0=begin, at_8=again), flat(9))
    assert said == ["this Twap works an order already: make one for each order"] * 2
    assert (algorithm.parent.status, algorithm.children, algorithm.free_lots) == (OrderStatus.FILLED, [], 0)
    for use in (lambda: algorithm.quote, lambda: algorithm.clock_ns, lambda: algorithm.send(1), algorithm.finish):
        with pytest.raises(InvalidState):
            use()


@pytest.mark.parametrize(
    ("algorithm", "lots", "fields", "parts"),
    [
        (lambda: Twap("9s", slices=3), 7, {"min_quantity": "0.004"}, [7]),
        (lambda: Twap("9s", slices=3), 9, {"min_quantity": "0.004"}, [5, 4]),
        (lambda: Vwap("9s", [5, 3, 2]), 10, {"min_quantity": "0.004"}, [5, 5]),
        (lambda: Twap("9s", slices=3), 10, {"min_notional": "0.45"}, [5, 5]),
    ],
)
def test_no_part_leaves_a_rest_that_can_not_be_sent(
    algorithm: Any, lots: int, fields: dict[str, Any], parts: list[int]
) -> None:
    strategy = worked(algorithm(), flat(20), market=instrument(**fields), lots=lots)
    assert [part for _, part in sent(strategy)] == parts
    assert strategy.parent.status is OrderStatus.FILLED


def test_what_no_order_is_small_enough_for_ends_the_parent() -> None:
    market = instrument(min_notional="0.30")
    strategy = worked(IcebergSlices("0.005"), flat(20), market=market, lots=12, limit=10002)
    assert [part for _, part in sent(strategy)] == [5, 7]
    assert strategy.parent.status is OrderStatus.FILLED
    thin = flat(20, quantity=2)
    strategy = worked(Twap("10s", slices=2), thin, market=instrument(min_quantity="0.004"), lots=4)
    assert strategy.parent.cum_lots == 2
    assert strategy.parent.status is OrderStatus.CANCELED
