"""Margin calls that are still on their way: what venues count, who is deleveraged, what orders become of them."""

from __future__ import annotations

from typing import Any

import pytest

from pytrader import Backtest, Instrument, Strategy
from pytrader.backtest import BacktestResult
from pytrader.data import Expiry, Split, money_event_stream
from pytrader.model import OrderStatus, RejectReason
from pytrader.strategy import ErrorPolicy, StrategyState
from tests.backtest.margin_markets import MILLISECOND, contract, marked, quoted

Order = tuple[int, Instrument, int, dict[str, Any]]
REDUCE: dict[str, Any] = {"reduce_only": True}

A, C = contract("A"), contract("C")


class Plan(Strategy):
    """Sends orders by the clock: (milliseconds, instrument, lots with their sign, terms)."""

    def __init__(self, *plan: Order) -> None:
        super().__init__()
        self.plan = plan
        self.sent: list[Any] = []
        self.told: list[tuple[str, str]] = []

    def on_start(self) -> None:
        for number, order in enumerate(self.plan):
            self.clock.set_alert(str(number), at=order[0] * MILLISECOND + 1)

    def on_timer(self, timer: Any) -> None:
        _, instrument, lots, terms = self.plan[int(timer.name)]
        send = self.buy if lots > 0 else self.sell
        self.sent.append(send(abs(lots), instrument=instrument.id, **terms))

    def on_cash_event(self, event: Any) -> None:
        self.told.append((event.kind.name, event.instrument_id))


def run(plans: dict[str, Plan], data: list[Any], **settings: Any) -> BacktestResult:
    settings = {"cash": "5000 USDT", "check_every_event": True} | settings
    return Backtest(plans, data, **settings).run()


def held(result: BacktestResult) -> dict[tuple[str, str], str]:
    return {(each.strategy, each.instrument_id): str(each.quantity) for each in result.positions}


def test_a_call_that_falls_away_behind_a_split_leaves_the_venue_the_position_in_new_units() -> None:
    share = contract("S", kind="equity")
    plan = Plan((100, share, 2, {}), (1600, share, -4, {}), (4000, share, 4, REDUCE))
    data = [
        money_event_stream(share, [Split(2100 * MILLISECOND, 2, 1, price="50")]),
        (share, quoted((0, 10000), (2150, 5000))),
        (share, marked((2000, 9400))),
    ]
    result = run({"p": plan}, data, account="isolated", order_latency="300ms")
    assert plan.sent[-1].status is OrderStatus.FILLED
    assert held(result) == {("p", "S.V"): "0"}


def test_a_split_that_cuts_lots_behind_a_call_leaves_no_lot_at_the_venue() -> None:
    share = contract("S", kind="equity")
    plan = Plan((100, share, 4, {}), (4000, share, -1, {}), (6000, share, 1, REDUCE))
    plans = {"l": plan, "s": Plan((100, share, -1, {})), "t": Plan((100, share, -3, {}))}
    data = [
        money_event_stream(share, [Split(2100 * MILLISECOND, 1, 2, price="160")]),
        (share, quoted((0, 10000), (2150, 16000))),
        (share, marked((2000, 8000))),
    ]
    result = run(plans, data, account="isolated", order_latency="500ms")
    assert plan.sent[-1].status is OrderStatus.FILLED
    assert held(result)["l", "S.V"] == "0"


def test_a_position_that_was_deleveraged_while_its_call_was_on_its_way_counts_once() -> None:
    short = Plan((100, A, -10, {}), (4000, A, -5, {}), (6000, A, 5, REDUCE))
    plans = {"l": Plan((100, A, 10, {})), "s": short}
    data = [(A, quoted((0, 10000))), (A, marked((2000, 8000), (2200, 12000)))]
    result = run(plans, data, account="isolated", order_latency="500ms")
    assert ("DELEVERAGE", "A.V") in short.told
    assert short.sent[-1].status is OrderStatus.FILLED
    assert set(held(result).values()) == {"0"}


def test_a_resting_reduce_only_order_does_not_turn_a_position_after_a_call() -> None:
    rests = {"limit": "110.00", "reduce_only": True}
    short = Plan((100, A, -10, {}), (4000, A, 5, {}), (5000, A, -5, rests), (6000, A, -3, {}))
    plans = {"l": Plan((100, A, 10, {})), "s": short}
    data = [(A, quoted((0, 10000), (8000, 11500))), (A, marked((2000, 8000), (2200, 12000)))]
    result = run(plans, data, account="isolated", order_latency="500ms")
    assert held(result)["s", "A.V"] == "0"


def test_a_delivery_while_the_call_of_its_underlying_is_on_its_way_counts_once() -> None:
    option = contract("O", kind="option", underlying="A.V", settlement="physical", right="call", strike="50")
    plan = Plan((0, A, 100, {}), (0, option, 10, {}), (4000, A, -10, {}), (6000, A, 10, REDUCE))
    data = [
        (A, quoted((0, 10000))),
        (option, quoted((0, 5000))[:1]),
        money_event_stream(option, [Expiry(1900 * MILLISECOND + 1, price="100")]),
        (A, marked((2000, 5000), (4100, 10000))),
    ]
    result = run({"p": plan}, data, account="isolated", insurance="50000 USDT", order_latency="500ms")
    assert plan.sent[-1].status is OrderStatus.FILLED
    assert held(result)["p", "A.V"] == "0"


def test_flatten_gets_flat_behind_a_cross_account_that_was_taken_over() -> None:
    class Fails(Plan):
        def on_timer(self, timer: Any) -> None:
            if timer.name == "2":
                raise RuntimeError("wrong")
            super().on_timer(timer)

    plan = Fails((0, A, 100, {}), (1200, C, 10, {}), (6000, C, 0, {}))
    data = [(A, quoted((0, 10000), (2500, 4000))), (C, quoted((0, 10000), until=60_000)), (A, marked((2000, 4000)))]
    result = run(
        {"p": plan},
        data,
        account="cross",
        insurance="10000 USDT",
        order_latency="500ms",
        error_policy=ErrorPolicy("flatten"),
    )
    assert set(held(result).values()) == {"0"}
    assert plan.state is StrategyState.FAULTED


FUTURE = contract("F", kind="future", min_price="-100")


@pytest.mark.parametrize(
    ("first", "mark", "side"),
    [(0, 8000, 1), (1, 8000, 1), (5000, 0, -1), (5000, 1, -1), (8000, 8200, -1)],
    ids=["bought at 0", "bought at 0.01", "marked at 0", "marked at 0.01", "has a loss"],
)
def test_every_holder_of_the_other_side_is_deleveraged_before_a_loss_is_uncovered(
    first: int, mark: int, side: int
) -> None:
    holder = Plan((500, FUTURE, 10 * side, {}))
    loser = Plan((1500, FUTURE, -10 * side, {}))
    data = [(FUTURE, quoted((0, first), (1000, 5000 if side == 1 else 10000))), (FUTURE, marked((2000, mark)))]
    result = run({"w": holder, "x": loser}, data, account="isolated")
    assert holder.told == [("DELEVERAGE", "F.V")]
    assert loser.told == [("LIQUIDATION", "F.V")]
    assert [(each.balance.amount, each.uncovered.amount) for each in result.insurance] == [(0, 0)]


@pytest.mark.parametrize("account", ["cross", "isolated"])
def test_of_two_marks_of_one_time_in_one_stream_the_last_counts(account: str) -> None:
    plan = Plan((1000, A, 450, {}))
    result = run({"p": plan}, [(A, quoted((0, 10000))), (A, marked((2000, 9000), (2000, 10000)))], account=account)
    assert plan.told == []
    assert held(result) == {("p", "A.V"): "450"}
    plan = Plan((1000, A, 450, {}))
    run({"p": plan}, [(A, quoted((0, 10000))), (A, marked((2000, 10000), (2000, 9000)))], account=account)
    assert plan.told == [("LIQUIDATION", "A.V")]


@pytest.mark.parametrize("account", ["cross", "isolated"])
def test_marks_of_one_time_in_two_streams_of_an_instrument_are_taken_together(account: str) -> None:
    plan = Plan((1000, A, 450, {}))
    data = [(A, quoted((0, 10000))), (A, marked((2000, 9000))), (A, marked((2000, 10000)))]
    run({"p": plan}, data, account=account)
    assert plan.told == []


@pytest.mark.parametrize("account", ["cross", "isolated"])
@pytest.mark.parametrize(
    ("sent_at", "refused"),
    [(1800, True), (2400, True), (2600, False)],
    ids=["arrives before the account hears", "arrives behind that", "sent behind that"],
)
def test_orders_on_their_way_do_not_outlive_a_takeover(account: str, sent_at: int, refused: bool) -> None:
    plan = Plan((0, A, 400, {}), (sent_at, A, 1, {"limit": "70.00"}))
    data = [(A, quoted((0, 10000), (5000, 6900))), (A, marked((2000, 8000)))]
    result = run({"p": plan}, data, account=account, cash="5000 USDT", insurance="50000 USDT", order_latency="500ms")
    last = plan.sent[-1]
    if refused:
        assert last.status is OrderStatus.REJECTED
        assert last.reason.code is RejectReason.LIQUIDATED
        assert held(result)["p", "A.V"] == "0"
        assert result.accounts[0].cash.amount >= 0
    else:
        assert last.status is (OrderStatus.DENIED if account == "cross" else OrderStatus.FILLED)


def test_orders_of_other_accounts_pass_while_a_call_is_on_its_way() -> None:
    other = contract("Z", quote_currency="EUR")
    plan = Plan((0, A, 400, {}), (1800, other, 1, {"limit": "100.00"}))
    data = [(A, quoted((0, 10000))), (other, quoted((0, 10000))), (A, marked((2000, 8000)))]
    run({"p": plan}, data, account="cross", cash=["5000 USDT", "5000 EUR"], order_latency="500ms")
    assert plan.told == [("LIQUIDATION", "A.V")]
    assert plan.sent[-1].status is OrderStatus.FILLED
