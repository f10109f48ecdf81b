"""Whatever strategies do on an exchange: nothing is lost or made, runs repeat, and the bare engine agrees."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from pytrader import Backtest, Fixed, Money
from pytrader.backtest import BacktestResult, Exchange
from pytrader.matching import AllocationRules, MatchingEngine, VenueRules
from pytrader.model import ExecType, OrderStatus
from pytrader.simulation import MarketMaker, NoiseTrader
from pytrader.strategy import Order
from tests.exchange.scripted import SECOND, Act, Script, stock

STRATEGIES = 3
Plan = list[tuple[int, str, dict[str, Any]]]

prices = st.integers(95, 105)
lots = st.integers(1, 12)
sides = st.sampled_from(["buy", "sell"])
terms = st.one_of(
    st.just({}),
    st.just({"time_in_force": "IOC"}),
    st.just({"time_in_force": "FOK"}),
    st.just({"time_in_force": "DAY"}),
    st.just({"time_in_force": "GOOD_FOR_AUCTION"}),
    st.just({"hidden": True}),
    st.just({"all_or_none": True}),
    st.just({"display_qty": 1}),
    st.just({"post_only": True}),
    st.just({"reduce_only": True}),
    st.builds(lambda ticks: {"stop_ticks": ticks}, prices),
    st.builds(lambda at: {"expire_time": at * SECOND}, st.integers(50, 120)),
)
new_orders = st.builds(
    lambda side, quantity, price, extra: ("submit", {"side": side, "lots": quantity, "price": price, **extra}),
    sides,
    lots,
    prices,
    terms,
)
changes = st.builds(
    lambda at, price, quantity: ("replace", {"at": at, "price": price, "lots": quantity}), lots, prices, lots
)
cancels = st.builds(lambda at: ("cancel", {"at": at}), lots)
plans = st.lists(
    st.tuples(st.integers(0, STRATEGIES - 1), st.one_of(new_orders, new_orders, new_orders, changes, cancels)),
    min_size=1,
    max_size=60,
).map(lambda steps: [(strategy, *step) for strategy, step in steps])


@dataclass
class Sent:
    """The commands that left for the exchange, in their order, as a bare engine is told them."""

    orders: dict[int, Order] = field(default_factory=dict)
    messages: list[tuple[int, str, dict[str, Any]]] = field(default_factory=list)

    def number(self, order: Order) -> int:
        return next(number for number, each in self.orders.items() if each is order)


def act_of(what: str, how: dict[str, Any], owner: int, sent: Sent) -> Act:
    """The plan's step as a strategy does it; one that names no open order does nothing."""

    def act(script: Script) -> None:
        now = script.clock.now
        resting = [order for order in script.open_orders if not order.is_pending]
        if what == "submit":
            extra = {name: value for name, value in how.items() if name not in ("side", "lots", "price")}
            order = script.submit(how["side"], quantity_lots=how["lots"], limit_ticks=how["price"], **extra)
            number = len(sent.orders) + 1
            sent.orders[number] = order
            if order.status is not OrderStatus.DENIED:
                sent.messages.append((now, "submit", {"order_id": number, "owner": owner, **how}))
        elif resting:
            order = resting[how["at"] % len(resting)]
            number = sent.number(order)
            if what == "cancel":
                script.cancel(order)
                sent.messages.append((now, "cancel", {"order_id": number}))
            else:
                total = order.cum_lots + how["lots"]
                stop = {} if order.stop_price_ticks is None else {"stop_price": order.stop_price_ticks}
                if script.replace(order, limit_ticks=how["price"], quantity_lots=total):
                    terms = {"order_id": number, "price": how["price"], "quantity": total, **stop}
                    sent.messages.append((now, "replace", terms))

    return act


def play_plan(plan: Plan, rules: VenueRules, sessions: Any = (), **options: Any) -> tuple[BacktestResult, Sent]:
    """A step a second, each by its strategy."""
    sent = Sent()
    scripts = [
        Script(
            [
                (1 + at, act_of(what, how, strategy + 1, sent))
                for at, (whose, what, how) in enumerate(plan)
                if whose == strategy
            ]
        )
        for strategy in range(STRATEGIES)
    ]
    instrument = stock(maker_fee="-0.0001", taker_fee="0.0003")
    venue = Exchange(instrument, "2m", rules=rules, sessions=sessions, reference_price=100)
    return Backtest(scripts, venue, cash="1000000 USD", check_every_event=True, **options).run(), sent


DAY = (("0s", "opening_auction"), ("10s", "continuous"), ("30s", "intraday_auction"), ("40s", "continuous"),
       ("50s", "halt"), ("52s", "continuous"), ("90s", "closing_auction"), ("100s", "closed"))  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(
    plans,
    st.sampled_from(["none", "cancel_newest", "cancel_oldest", "cancel_both", "decrement"]),
    st.sampled_from(["price_time", "pro_rata"]),
    st.sampled_from([(), DAY]),
    st.sampled_from([{}, {"order_latency": "1500ms"}, {"feed_latency": "10ms", "order_latency": "1ms"}]),
)
def test_positions_sum_to_nothing_and_cash_to_the_fees(
    plan: Plan, policy: str, algorithm: str, day: Any, latency: dict[str, str]
) -> None:
    rules = VenueRules(self_trade=policy, allocation=AllocationRules(algorithm=algorithm))
    result, _ = play_plan(plan, rules, day, **latency)
    assert result.finished
    signed = result.fills["quantity"] * (3 - 2 * result.fills["side"])
    assert int(signed.sum()) == 0
    assert sum((position.quantity for position in result.positions), Fixed(0)) == Fixed(0)
    assert len(set(result.fills["exec_id"].tolist())) == len(result.fills)
    fees = sum((position.fees for position in result.positions), Money(0, "USD"))
    (account,) = result.accounts
    assert account.cash == account.opening - fees
    assert len(result.fills) % 2 == 0


def test_runs_repeat_to_the_last_bit() -> None:
    def run(_: int = 0) -> tuple[str, bytes, bytes]:
        agents = [NoiseTrader(seed=1), NoiseTrader(seed=2, every="400ms"), MarketMaker()]
        result = Backtest(agents, Exchange(stock(), "2m"), cash="1000000 USD", order_latency="5ms").run()
        assert len(result.fills) > 100
        return result.digest, result.fills.tobytes(), result.orders.tobytes()

    first = run()
    assert run() == first
    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(run, range(2))) == [first, first]


def test_another_seed_is_another_run() -> None:
    digests = {
        Backtest([NoiseTrader(seed=seed), MarketMaker()], Exchange(stock(), "30s"), cash="1000000 USD").run().digest
        for seed in (1, 2, 3)
    }
    assert len(digests) == 3


@settings(max_examples=60, deadline=None)
@given(plans, st.sampled_from(["none", "cancel_oldest"]), st.sampled_from(["price_time", "pro_rata"]))
def test_fills_are_those_of_the_bare_engine(plan: Plan, policy: str, algorithm: str) -> None:
    waits = ("DAY", "GOOD_FOR_AUCTION")  # what an exchange without sessions refuses
    plan = [step for step in plan if step[2].get("time_in_force") not in waits]
    rules = VenueRules(self_trade=policy, allocation=AllocationRules(algorithm=algorithm))
    result, sent = play_plan(plan, rules)
    told = result.fills[["ts_event", "client_order_id", "price", "quantity"]].tolist()
    assert [tuple(told[at : at + 2]) for at in range(0, len(told), 2)] == engine_fills(sent, rules)


def engine_fills(sent: Sent, rules: VenueRules) -> list[Any]:
    """The same messages through an engine without a back-test: (time, order, price, quantity) of both sides."""
    engine = MatchingEngine(tick="1", rules=rules)
    trades: list[Any] = []
    for ts, what, how in sent.messages:
        reports = engine.advance_clock(ts)
        if what == "submit":
            reports += engine.submit(**message_of(how))
        elif what == "cancel":
            reports += engine.cancel(how["order_id"])
        else:
            reports += engine.replace(**how)
        for report in reports:
            if report.exec_type is ExecType.TRADE:
                numbers = (int(str(report.price)), int(str(report.quantity)))
                trades.append(((ts, report.taker_order_id, *numbers), (ts, report.maker_order_id, *numbers)))
    return trades


def message_of(how: dict[str, Any]) -> dict[str, Any]:
    """A plan's order in the words of `MatchingEngine.submit`."""
    renamed = {"lots": "quantity", "stop_ticks": "stop_price"}
    message = {renamed.get(name, name): value for name, value in how.items()}
    if "stop_price" in message:
        message["order_type"] = "stop_limit"
    if "expire_time" in message:
        message["time_in_force"] = "GTD"
    return message
