"""Latencies of a back-test: distributions and their moments, measured rows, request kinds, lost requests, clocks."""

from __future__ import annotations

import math
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

from pytrader import Backtest, Money, Strategy
from pytrader.backtest import BacktestResult, Latency
from pytrader.data import Funding, money_event_stream
from pytrader.errors import InvalidArgument
from pytrader.model import OrderStatus
from pytrader.strategy import Order, Quote
from tests.backtest.markets import SECOND, START, instrument, quotes

MS = 1_000_000
DRAWS = 200_000


def near(value: float, wanted: float, share: float) -> bool:
    return abs(value - wanted) <= share * wanted


def test_uniform_draws_have_the_moments_of_their_range() -> None:
    draws = Latency.uniform("1ms", "3ms", seed=7).draws(DRAWS)
    assert draws.min() >= MS
    assert draws.max() <= 3 * MS
    assert near(float(draws.mean()), 2 * MS, 0.003)
    assert near(float(draws.std()), 2 * MS / math.sqrt(12), 0.005)


def test_exponential_draws_have_their_mean_and_the_deviation_of_their_excess() -> None:
    draws = Latency.exponential("3ms", minimum="1ms", maximum="1s", seed=7).draws(DRAWS)
    assert draws.min() >= MS
    assert near(float(draws.mean()), 3 * MS, 0.005)
    assert near(float(draws.std()), 2 * MS, 0.01)


def test_normal_draws_have_their_moments_and_no_skew() -> None:
    draws = Latency.normal("5ms", "1ms", maximum="1s", seed=7).draws(DRAWS).astype(float)
    assert near(draws.mean(), 5 * MS, 0.002)
    assert near(draws.std(), MS, 0.005)
    assert abs(((draws - draws.mean()) ** 3).mean() / draws.std() ** 3) < 0.02
    assert abs(((draws - draws.mean()) ** 4).mean() / draws.std() ** 4 - 3) < 0.05


def test_lognormal_draws_have_their_median_and_sigma() -> None:
    draws = Latency.lognormal("2ms", "0.5", maximum="10s", seed=7).draws(DRAWS)
    assert near(float(np.median(draws)), 2 * MS, 0.005)
    assert near(float(np.log(draws).std()), 0.5, 0.01)
    assert near(float(draws.mean()), 2 * MS * math.exp(0.125), 0.005)


def test_what_is_beyond_an_end_is_that_end() -> None:
    draws = Latency.normal("5ms", "1ms", minimum="4ms", maximum="5ms", seed=1).draws(1_000)
    assert (draws.min(), draws.max()) == (4 * MS, 5 * MS)


def test_one_seed_draws_the_same_and_another_does_not() -> None:
    first, again, other = (Latency.uniform(0, "1ms", seed=seed).draws(50) for seed in (1, 1, 2))
    assert (first == again).all()
    assert (first != other).any()


class Buys(Strategy):
    """Bids far below the market on each quote, and cancels what the quote before bid."""

    def on_start(self) -> None:
        self.orders: list[Order] = []
        self.seen: list[int] = []

    def on_quote(self, quote: Quote) -> None:
        self.seen.append(self.clock.now)
        if self.orders and self.orders[-1].is_open:
            self.cancel(self.orders[-1])
        self.orders.append(self.buy(quantity_lots=10, limit_ticks=90))


def run(rows: Any = None, **arguments: Any) -> BacktestResult:
    data = quotes([(100, 101)] * 20) if rows is None else rows
    return Backtest(Buys(), (instrument(), data), cash="1000 USDT", check_every_event=True, **arguments).run()


def test_a_constant_is_what_its_text_is() -> None:
    digest = run(order_latency="3ms", feed_latency="1ms").digest
    assert run(order_latency=Latency.constant("3ms"), feed_latency=Latency.constant(MS)).digest == digest
    assert run(order_latency={"new": 3 * MS}, feed_latency="1ms").digest == digest
    assert run(order_latency="3ms", feed_latency="1ms", response_latency="3ms").digest == digest
    assert run(order_latency="3ms", feed_latency="1ms", response_latency="2ms").digest != digest


DRAWN = {
    "order_latency": Latency.lognormal("300ms", "0.7", maximum="5s", seed=3, may_overtake=True),
    "feed_latency": Latency.exponential("20ms", maximum="900ms", seed=4),
    "response_latency": Latency.uniform("1ms", "3s", seed=5),
}


def test_drawn_latencies_give_one_digest_in_threads_and_processes() -> None:
    here = run(**DRAWN).digest
    with ThreadPoolExecutor(3) as pool:
        assert {result.digest for result in pool.map(lambda _: run(**DRAWN), range(3))} == {here}
    code = "from tests.backtest.test_latency import DRAWN, run; print(run(**DRAWN).digest)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == here


@pytest.mark.parametrize("name", ["order_latency", "feed_latency", "response_latency"])
def test_the_seed_of_every_hop_goes_into_the_digest(name: str) -> None:
    one, other = (run(**{name: Latency.uniform("1ms", "3ms", seed=seed)}).digest for seed in (1, 2))
    assert one != other


def test_measured_rows_are_interpolated_by_request_time() -> None:
    rows = np.array([[0, 100, 300], [1000, 1300, 1400]], np.int64)
    latency = Latency.from_rows(rows)
    times = np.array([0, 500, 1000, 2000], np.int64)
    assert latency.model.draws(times).tolist() == [100, 200, 300, 300]
    assert latency.response is not None
    # Reports: 200 at exchange time 100, 100 at 1300.
    assert latency.response.draws(np.array([100, 700, 1300], np.int64)).tolist() == [200, 150, 100]


def test_rows_with_field_names_and_lost_requests() -> None:
    rows = np.array([(0, 10, 20), (100, 0, 900), (200, 150, 0), (300, 320, 330)], dtype=[
        ("request_ts", "i8"), ("exchange_ts", "i8"), ("response_ts", "i8")])  # fmt: skip
    latency = Latency.from_rows(rows)
    # Unknown to the exchange and known to be lost at 900; lost with the negative latency 150 - 200.
    assert latency.model.draws(np.array([99, 100, 250, 300], np.int64)).tolist() == [10, -800, -50, 20]


def test_a_lost_order_is_rejected_with_its_reason() -> None:
    rows = np.array(
        [[START, START - SECOND, 0], [START + 5 * SECOND, START + 5 * SECOND, START + 5 * SECOND]], np.int64
    )
    result = run(order_latency=Latency.from_rows(rows))
    statuses = result.orders["ord_status"].tolist()
    assert statuses[:5] == [int(OrderStatus.REJECTED)] * 5
    assert int(OrderStatus.REJECTED) not in statuses[5:]


def test_rows_reach_strategies_at_the_later_clock_and_those_that_are_early_are_counted() -> None:
    rows = quotes([(100, 101)] * 4)
    rows["ts_init"] += np.array([5, -7, 0, 2]) * MS
    strategy = Buys()
    data = Backtest(strategy, (instrument(), rows), cash="1000 USDT", feed_latency="1ms")
    result = data.run()
    assert strategy.seen == [START + step * SECOND + late * MS for step, late in enumerate((6, 1, 1, 3))]
    assert [(each.instrument_id, each.count) for each in result.early_rows] == [("BTCUSDT.BINANCE", 1)]
    assert "1 in BTCUSDT.BINANCE: received before they happened" in str(result)
    assert run().early_rows == ()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"order_latency": -1}, "order_latency must not be negative"),
        ({"order_latency": {"cancel": 1}}, "must name 'new'"),
        ({"order_latency": {"new": 1, "amend": 1}}, "names 'amend'"),
        ({"feed_latency": Latency.uniform(0, 5, seed=1, may_overtake=True)}, "do not overtake"),
        ({"feed_latency": Latency.from_rows(np.array([[0, 1, 2]], np.int64))}, "rows of requests"),
    ],
)
def test_a_latency_that_makes_no_sense_is_refused(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidArgument, match=message):
        run(**arguments)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Latency.uniform("3ms", "1ms", seed=1), "the maximum in ns is 1000000"),
        (lambda: Latency.uniform(0, "20d", seed=1), "the maximum in ns"),
        (lambda: Latency.uniform(0, 1, seed=-1), "seed is -1"),
        (lambda: Latency.normal("5ms", "1ms", maximum="4ms", seed=1), "the mean or median"),
        (lambda: Latency.exponential("1ms", minimum="2ms", maximum="4ms", seed=1), "below minimum"),
        (lambda: Latency.exponential("1ms", maximum="1us", seed=1), "the mean in ns is 1000000; it must be 0 to 1000"),
        (lambda: Latency.lognormal("1ms", "11", maximum="4ms", seed=1), "sigma in millionths"),
        (lambda: Latency.from_rows(np.zeros((0, 3), np.int64)), "at least one row"),
        (lambda: Latency.from_rows(np.array([[5, 6, 7], [1, 2, 3]], np.int64)), "is before the row in front"),
        (lambda: Latency.from_rows(np.array([[5, 6, 5]], np.int64)), "row 0 of the latencies has a response before"),
        (lambda: Latency.from_rows(np.array([[5, 0, 9]], np.int64)), "every row"),
        (
            lambda: Latency.from_rows(np.array([[0, 5, 10], [100, 0, 100], [200, 205, 210]], np.int64)),
            "row 1 of the latencies has a request lost at response_ts 100, which must be after its request_ts 100",
        ),
        (lambda: Latency.from_rows(np.array([[0, 5, 10], [100, 0, 99]], np.int64)), "row 1 .* response_ts 99"),
        (lambda: Latency.from_rows(np.zeros((3, 2), np.int64)), "three columns"),
        (lambda: Latency.from_rows(np.zeros((3, 3))), "int64"),
        (lambda: Latency.constant(1).draws(-1), "count is -1"),
    ],
)
def test_a_model_that_makes_no_sense_is_refused(make: Any, message: str) -> None:
    with pytest.raises(InvalidArgument, match=message):
        make()


@pytest.mark.parametrize("wrong", [1.5, True, None])
def test_a_number_that_is_no_duration_is_refused(wrong: Any) -> None:
    with pytest.raises(TypeError):
        Latency.uniform(wrong, "1ms", seed=1)
    with pytest.raises(TypeError):
        Latency.uniform(0, "1ms", seed=wrong)


@pytest.mark.parametrize("seed", range(8))
def test_a_money_event_is_about_what_was_held_although_reports_overtake(seed: int) -> None:
    class BuysAroundFunding(Strategy):
        def on_start(self) -> None:
            for number, ms in enumerate((999, 1001)):
                self.clock.set_alert(str(number), at=START + ms * MS)

        def on_timer(self, timer: Any) -> None:
            self.buy(1)

    perpetual = instrument(kind="perpetual")
    funding = money_event_stream(perpetual, [Funding(START + SECOND, rate="0.01", price="100")])
    result = Backtest(
        BuysAroundFunding(),
        [(perpetual, quotes([(100_00, 100_00)] * 5, quantity=5000)), funding],
        cash="1000 USDT",
        order_latency="0s",
        response_latency=Latency.uniform("1us", "900ms", seed=seed, may_overtake=True),
    ).run()
    # One was held at that time, the other was bought a millisecond later.
    assert len(result.fills) == 2
    assert result.cash_events["quantity_before"].tolist() == [1000]
    assert result.positions[0].income == Money("-1", "USDT")
