"""What every execution algorithm must keep to, in random markets: those of the package, and any that a user writes."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest

from pytrader import Backtest, Strategy
from pytrader.model import OrderStatus, RejectReason, Side
from pytrader.strategy import ErrorPolicy, ExecutionAlgorithm, IcebergSlices, PercentOfVolume, Twap, Vwap
from tests.backtest.markets import instrument, quotes, trades

BTC = instrument()
ROWS = 240
STYLES = ("take", "post")
ENDS = ("cancel", "take")


class Wild(ExecutionAlgorithm):
    """A user's: sends, moves and cancels whatever comes to its mind, most of which is more than its parent has."""

    def __init__(self, draw: Any) -> None:
        self.draw = draw

    def on_start(self) -> None:
        self.every("700ms")
        self.act()

    def on_timer(self) -> None:
        self.act()

    def on_order_event(self, event: Any) -> None:
        # Now and then, so that one that is refused at once is not sent for ever.
        if self.draw.chance(1, 5):
            self.act()

    def act(self) -> None:
        draw, children = self.draw, self.children
        near = self.quote.bid_ticks + draw.between(-4, 5)
        if children and draw.chance(1, 3):
            self.replace(draw.choice(children), limit_ticks=near, quantity_lots=draw.between(1, 12))
        elif children and draw.chance(1, 4):
            self.cancel(draw.choice(children))
        elif draw.chance(1, 30):
            self.finish()
        elif draw.chance(1, 4):
            self.send(draw.between(1, 9), stop_ticks=near, emulate=True, trigger="bid_ask")
        elif draw.chance(1, 2):
            self.send(draw.between(1, 9), limit_ticks=near, post_only=draw.chance(1, 3))
        else:
            self.send(draw.between(1, 9), limit_ticks=draw.choice([None, near]), time_in_force="IOC")


def twap(draw: Any, lots: int) -> ExecutionAlgorithm:
    return Twap(
        f"{draw.between(3, 30)}s", slices=draw.between(1, lots), style=draw.choice(STYLES), at_end=draw.choice(ENDS)
    )


def vwap(draw: Any, lots: int) -> ExecutionAlgorithm:
    profile = [draw.between(0, 9) for _ in range(draw.between(1, 9))]
    profile[0] += 1
    return Vwap(f"{draw.between(3, 30)}s", profile, style=draw.choice(STYLES), at_end=draw.choice(ENDS))


def percent_of_volume(draw: Any, lots: int) -> ExecutionAlgorithm:
    return PercentOfVolume(
        draw.choice(["0.1", "0.5", 1]),
        interval=f"{draw.between(1, 5)}s",
        duration=f"{draw.between(5, 60)}s",
        style=draw.choice(STYLES),
        at_end=draw.choice(ENDS),
    )


def iceberg_slices(draw: Any, lots: int) -> ExecutionAlgorithm:
    return IcebergSlices(BTC.quantity(draw.between(1, 9)))


def wild(draw: Any, lots: int) -> ExecutionAlgorithm:
    return Wild(draw)


ALGORITHMS: list[Callable[[Any, int], ExecutionAlgorithm]] = [twap, vwap, percent_of_volume, iceberg_slices, wild]


class Desk(Strategy):
    """Has algorithms work orders, changes and cancels some of them, and verifies all at every event."""

    fails: bool = False
    _makers: Any = ()

    def on_start(self) -> None:
        self.parents: list[Any] = []
        self.children: dict[str, dict[str, Any]] = {}
        self.others: dict[str, Any] = {}  # an error policy's
        self.checked = 0
        self.denied: list[RejectReason] = []

    def on_quote(self, quote: Any) -> None:
        self.verify()
        draw = self.random
        if draw.chance(1, 9) and sum(parent.is_open for parent in self.parents) < 4:
            self.begin(draw, quote.bid_ticks)
        if self.parents and draw.chance(1, 12):
            self.disturb(draw, draw.choice(self.parents))
        if self.fails and draw.chance(1, 40):
            raise RuntimeError("planted")

    def begin(self, draw: Any, mid: int) -> None:
        maker = draw.choice(self._makers)
        side, lots = draw.choice(["buy", "sell"]), draw.between(1, 20)
        limited = maker is iceberg_slices or draw.chance(1, 2)
        limit = mid + draw.between(-2, 3) if limited else None
        algorithm = maker(draw, lots)
        self.parents.append(self.submit(side, quantity_lots=lots, limit_ticks=limit, algorithm=algorithm, tag="worked"))

    def disturb(self, draw: Any, parent: Any) -> None:
        children = [child for child in self.children.get(parent.client_order_id, {}).values() if child.is_open]
        what = draw.below(4)
        if what == 0:
            self.cancel(parent)
        elif what == 1 and children:
            self.cancel(draw.choice(children))
        elif what == 2:
            self.replace(parent, quantity_lots=draw.between(1, 30))
        elif parent.price_ticks is not None:
            self.replace(parent, limit_ticks=parent.price_ticks + draw.between(-2, 2))

    def on_order_event(self, event: Any) -> None:
        order = event.order
        if order.parent_id is not None:
            self.children.setdefault(order.parent_id, {})[order.client_order_id] = order
        elif order not in self.parents:
            self.others[order.client_order_id] = order
        if event.ord_status is OrderStatus.DENIED:
            self.denied.append(event.reason.code)
        self.verify()

    def verify(self) -> None:
        for parent in self.parents:
            children = self.children.get(parent.client_order_id, {}).values()
            assert parent.cum_lots == sum(child.cum_lots for child in children)
            assert parent.cum_lots + sum(child.leaves_lots for child in children) <= parent.order_lots
            open_children = [child for child in children if child.is_open]
            assert parent.is_open or not open_children
            for child in open_children:
                assert child.side is parent.side
                if parent.price_ticks is not None:
                    worse = child.price_ticks - parent.price_ticks
                    assert worse <= 0 if parent.side is Side.BUY else worse >= 0
            self.checked += len(children)
        sign = {Side.BUY: 1, Side.SELL: -1}
        traded = [*self.parents, *self.others.values()]
        assert self.position.quantity_lots == sum(sign[each.side] * each.cum_lots for each in traded)


def world(seed: int) -> list[Any]:
    draw = random.Random(seed)
    mids, mid = [], 10_000
    for _ in range(ROWS):
        mid += draw.choice([-2, -1, 0, 0, 1, 2])
        mids.append(mid)
    rows = quotes([(mid - 1, mid + 1) for mid in mids])
    rows["bid_quantity"] = [draw.randint(0, 6) for _ in mids]
    rows["ask_quantity"] = [draw.randint(0, 6) for _ in mids]
    rows["bid_price"][rows["bid_quantity"] == 0] = 0
    rows["ask_price"][rows["ask_quantity"] == 0] = 0
    prints = trades([mid + draw.choice([-1, 1]) for mid in mids])
    prints["ts_event"] += 500_000_000
    prints["ts_init"] = prints["ts_event"]
    prints["quantity"] = [draw.randint(1, 20) for _ in mids]
    prints["aggressor_side"] = [draw.choice([1, 2]) for _ in mids]
    return [(BTC, rows), (BTC, prints)]


def latency(seed: int) -> str:
    return ("0ms", "300ms", "2500ms")[seed % 3]


def run(strategies: Any, seed: int, **more: Any) -> Any:
    settings = {"cash": "10000000 USDT", "check_every_event": True, "seed": seed, "order_latency": latency(seed)}
    return Backtest(strategies, world(seed), **(settings | more)).run()


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("maker", ALGORITHMS, ids=lambda maker: maker.__name__)
def test_children_never_exceed_their_parent(maker: Any, seed: int) -> None:
    strategy = Desk()
    strategy._makers = [maker]
    run(strategy, seed)
    assert len(strategy.parents) > 5
    assert strategy.checked > 50
    assert sum(parent.cum_lots for parent in strategy.parents) > 0
    if maker is not wild:
        # The package's own never ask for what they may not have.
        assert RejectReason.EXCEEDS_PARENT not in strategy.denied


@pytest.mark.parametrize("seed", range(6))
def test_the_core_denies_what_a_wild_algorithm_should_not_have(seed: int) -> None:
    strategy = Desk()
    strategy._makers = [wild]
    run(strategy, seed)
    assert strategy.denied.count(RejectReason.EXCEEDS_PARENT) > 5


@pytest.mark.parametrize("seed", range(6))
def test_parents_that_have_a_time_end_with_it(seed: int) -> None:
    strategy = Desk()
    strategy._makers = [twap, vwap, percent_of_volume]
    run(strategy, seed)
    # The longest are over after 60 s, a last step of 5 s, and a few times the latency.
    late = strategy.parents[-1].ts_init - 80 * 10**9
    old = [parent for parent in strategy.parents if parent.ts_init < late]
    assert old
    assert all(parent.is_closed for parent in old)


@pytest.mark.parametrize("seed", range(6))
def test_two_strategies_work_orders_side_by_side_and_a_run_repeats(seed: int) -> None:
    digests = []
    for _ in range(2):
        desks = {"one": Desk(), "two": Desk()}
        for desk in desks.values():
            desk._makers = ALGORITHMS
        digests.append(run(desks, seed).digest)
        assert all(desk.checked > 20 for desk in desks.values())
    assert digests[0] == digests[1]


@pytest.mark.parametrize("action", ["pause", "cancel", "flatten"])
@pytest.mark.parametrize("seed", range(4))
def test_algorithms_live_with_what_an_error_policy_does(action: str, seed: int) -> None:
    strategy = Desk(fails=True)
    strategy._makers = ALGORITHMS
    cooldown = {} if action == "flatten" else {"cooldown": "5s"}
    result = run(strategy, seed, error_policy=ErrorPolicy(action, **cooldown))
    assert len(result.errors) > 0
    assert {error.error_type for error in result.errors} == {"RuntimeError"}
    if action == "flatten":
        assert set(result.summary()["order_status"]) <= {"filled", "canceled", "rejected", "denied"}
        assert result.positions[0].quantity == 0
