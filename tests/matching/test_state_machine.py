"""A Hypothesis state machine over both engines, so that a difference shrinks to its shortest story."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from tests.matching.differential import check_books, check_equal
from tests.matching.naive.rows import (
    FLAGS,
    KINDS,
    NO_PRICE,
    ORDER_TYPES,
    PHASES,
    SELF_TRADE,
    TIMES_IN_FORCE,
    Message,
    Terms,
)
from tests.matching.row_engines import CompiledRows, NaiveRows
from tests.matching.rule_sets import RULE_SETS

IDS = st.integers(0, 12)
SIDES = st.sampled_from([1, 2])
PRICES = st.integers(98, 103)
QUANTITIES = st.integers(1, 12)
OWNERS = st.integers(0, 2)
PREVENTION = st.sampled_from(sorted(SELF_TRADE.values()))
RESTS = st.sampled_from([TIMES_IN_FORCE["gtc"], TIMES_IN_FORCE["day"]])
FORCES = st.sampled_from([TIMES_IN_FORCE[name] for name in ("gtc", "gtc", "gtc", "day", "ioc", "fok")])
LIMIT_FLAGS = st.sampled_from(
    [0, 0, 0, *(FLAGS[name] for name in ("post_only", "hidden", "all_or_none", "reduce_only"))]
)
STOPS = st.sampled_from([ORDER_TYPES[name] for name in ("stop", "market_if_touched")])
STOP_LIMITS = st.sampled_from([ORDER_TYPES[name] for name in ("stop_limit", "limit_if_touched")])
TRAILING = st.sampled_from([ORDER_TYPES[name] for name in ("trailing_stop", "trailing_stop_limit")])
PHASE_CODES = st.sampled_from([*PHASES.values(), *[PHASES["continuous"]] * 6])


class BothEngines(RuleBasedStateMachine):
    """Every rule sends one message to both engines and compares what came of it."""

    @initialize(rules=st.sampled_from(sorted(RULE_SETS)))
    def begin(self, rules: str) -> None:
        self.naive, self.compiled = NaiveRows(RULE_SETS[rules]), CompiledRows(RULE_SETS[rules])
        self.clock = 0

    def send(self, message: Message, terms: Terms | None = None) -> None:
        table = [] if terms is None else [terms]
        check_equal(self.naive, self.compiled, [message._replace(terms=len(table))], table)

    def order(self, order_type: int, force: int, price: int = NO_PRICE, flags: int = 0, **fields: int) -> Message:
        return Message(KINDS["new"], order_type=order_type, time_in_force=force, flags=flags, price=price, **fields)

    @rule(
        order_id=IDS,
        side=SIDES,
        force=FORCES,
        price=PRICES,
        quantity=QUANTITIES,
        flags=LIMIT_FLAGS,
        owner=OWNERS,
        self_trade=PREVENTION,
    )
    def limit(self, force: int, price: int, flags: int, **fields: int) -> None:
        self.send(self.order(ORDER_TYPES["limit"], force, price, flags, **fields))

    @rule(order_id=IDS, side=SIDES, quantity=QUANTITIES, owner=OWNERS, self_trade=PREVENTION)
    def market(self, **fields: int) -> None:
        self.send(self.order(ORDER_TYPES["market"], TIMES_IN_FORCE["ioc"], **fields))

    @rule(order_id=IDS, side=SIDES, price=PRICES, quantity=QUANTITIES, owner=OWNERS, least=QUANTITIES)
    def minimum(self, price: int, least: int, **fields: int) -> None:
        self.send(self.order(ORDER_TYPES["limit"], TIMES_IN_FORCE["gtc"], price, **fields), Terms(min_qty=least))

    @rule(
        order_id=IDS,
        side=SIDES,
        price=PRICES,
        quantity=QUANTITIES,
        owner=OWNERS,
        display=st.integers(1, 4),
        spread=st.integers(0, 1),
    )
    def iceberg(self, price: int, display: int, spread: int, **fields: int) -> None:
        terms = Terms(display_qty=display, display_range=spread)
        self.send(self.order(ORDER_TYPES["limit"], TIMES_IN_FORCE["gtc"], price, **fields), terms)

    @rule(order_id=IDS, side=SIDES, order_type=STOPS, quantity=QUANTITIES, owner=OWNERS, stop=PRICES, force=FORCES)
    def stop(self, order_type: int, force: int, stop: int, **fields: int) -> None:
        self.send(self.order(order_type, force, **fields), Terms(stop_price=stop))

    @rule(
        order_id=IDS, side=SIDES, order_type=STOP_LIMITS, price=PRICES, quantity=QUANTITIES, stop=PRICES, force=FORCES
    )
    def stop_limit(self, order_type: int, force: int, price: int, stop: int, **fields: int) -> None:
        self.send(self.order(order_type, force, price, **fields), Terms(stop_price=stop))

    @rule(
        order_id=IDS,
        side=SIDES,
        order_type=TRAILING,
        quantity=QUANTITIES,
        offset=st.integers(1, 3),
        unit=st.integers(0, 1),
        activation=st.one_of(st.just(NO_PRICE), PRICES),
    )
    def trailing(self, order_type: int, offset: int, unit: int, activation: int, **fields: int) -> None:
        terms = Terms(activation_price=activation, trailing_offset=offset * (90 if unit else 1), trailing_unit=unit)
        self.send(self.order(order_type, TIMES_IN_FORCE["gtc"], **fields), terms)

    @rule(
        order_id=IDS,
        side=SIDES,
        price=st.one_of(st.just(NO_PRICE), PRICES),
        quantity=QUANTITIES,
        owner=OWNERS,
        peg=st.integers(1, 2),
        offset=st.integers(0, 1),
        force=RESTS,
    )
    def pegged(self, price: int, peg: int, offset: int, force: int, **fields: int) -> None:
        self.send(self.order(ORDER_TYPES["pegged"], force, price, **fields), Terms(peg_type=peg, peg_offset=offset))

    @rule(order_id=IDS)
    def cancel(self, order_id: int) -> None:
        self.send(Message(KINDS["cancel"], order_id=order_id))

    @rule(order_id=IDS, price=st.one_of(st.just(NO_PRICE), PRICES), quantity=QUANTITIES)
    def replace(self, **fields: int) -> None:
        self.send(Message(KINDS["replace"], **fields))

    @rule(order_id=IDS, quantity=QUANTITIES, stop=PRICES)
    def replace_stop(self, order_id: int, quantity: int, stop: int) -> None:
        message = Message(KINDS["replace"], order_id=order_id, quantity=quantity, price=NO_PRICE)
        self.send(message, Terms(stop_price=stop))

    @rule(phase=PHASE_CODES)
    def phase(self, phase: int) -> None:
        self.send(Message(KINDS["phase"], quantity=phase))

    @rule(step=st.integers(0, 30))
    def advance(self, step: int) -> None:
        self.clock += step
        self.send(Message(KINDS["clock"], quantity=self.clock))

    @rule(price=PRICES)
    def reference_price(self, price: int) -> None:
        self.send(Message(KINDS["reference_price"], price=price))

    @rule(owner=OWNERS, quantity=st.integers(-9, 9))
    def position(self, **fields: int) -> None:
        self.send(Message(KINDS["position"], **fields))

    @rule(owner=OWNERS)
    def mass_cancel(self, owner: int) -> None:
        self.send(Message(KINDS["mass_cancel"], owner=owner))

    @invariant()
    def books_are_equal(self) -> None:
        if hasattr(self, "naive"):
            check_books(self.naive, self.compiled)


def test_no_story_tells_the_engines_apart() -> None:
    run_state_machine_as_test(
        BothEngines, settings=settings(max_examples=150, stateful_step_count=40, deadline=None, derandomize=True)
    )
