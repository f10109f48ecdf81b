"""Streams of random messages: the compiled engine reports and holds what its naive twin does, after every message."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.matching.engines import CompiledEngine, NaiveReports
from tests.matching.naive import Rules

# Few ids and prices, so that orders cross, share levels and reuse ids all the time.
IDS = st.sampled_from([0, 1, 2, 3, 4, 5, 6, 7, 8, 2**32, 2**63, 2**64 - 1])
PRICES = st.integers(-3, 4).map(lambda ticks: ticks * Decimal("0.01"))
QUANTITIES = st.integers(0, 12).map(Decimal)
SIDES = st.sampled_from(["buy", "sell"])

LIMIT = st.fixed_dictionaries(
    {
        "order_id": IDS,
        "side": SIDES,
        "order_type": st.just("limit"),
        "quantity": QUANTITIES,
        "price": PRICES,
        "time_in_force": st.sampled_from(["gtc", "gtc", "gtc", "gtc", "ioc", "fok"]),
        "post_only": st.sampled_from([False, False, False, True]),
    }
)
MARKET = st.fixed_dictionaries(
    {
        "order_id": IDS,
        "side": SIDES,
        "order_type": st.just("market"),
        "quantity": QUANTITIES,
        "time_in_force": st.sampled_from(["gtc", "ioc", "fok"]),
    }
)
MESSAGES = st.one_of(
    st.tuples(st.just("submit"), LIMIT),
    st.tuples(st.just("submit"), LIMIT),
    st.tuples(st.just("submit"), MARKET),
    st.tuples(st.just("cancel"), st.fixed_dictionaries({"order_id": IDS})),
    st.tuples(st.just("replace"), st.fixed_dictionaries({"order_id": IDS, "price": PRICES, "quantity": QUANTITIES})),
)
RULES = st.builds(
    Rules,
    amend=st.sampled_from(["keeps_on_decrease", "always_loses"]),
    post_only=st.sampled_from(["reject", "reject", "not_offered"]),
    replace_quantity=st.sampled_from(["total", "open"]),
)


def book(engine: NaiveReports | CompiledEngine) -> dict[str, list[Any]]:
    return {side: [(level, engine.queue(side, level[0])) for level in engine.depth(side)] for side in ("buy", "sell")}


@settings(max_examples=300, deadline=None, derandomize=True)
@given(rules=RULES, messages=st.lists(MESSAGES, min_size=5, max_size=80))
def test_reports_and_books_are_equal_after_every_message(rules: Rules, messages: list[tuple[str, dict[str, Any]]]):
    naive, compiled = NaiveReports(rules), CompiledEngine(rules)
    for call, arguments in messages:
        assert getattr(compiled, call)(**arguments) == getattr(naive, call)(**arguments)
        assert book(compiled) == book(naive)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(
    lot=st.sampled_from([Decimal("0.001"), Decimal("0.00000001"), Decimal(10)]),
    quantities=st.lists(st.integers(2**61, 2**63 - 1), min_size=2, max_size=12),
    limits=st.lists(st.integers(-(2**62), 2**62), min_size=12, max_size=12),
)
def test_quantities_and_prices_near_the_bounds_are_exact_or_refused(
    lot: Decimal, quantities: list[int], limits: list[int]
):
    naive, compiled = NaiveReports(lot=lot), CompiledEngine(lot=lot)
    for order_id, (lots, ticks) in enumerate(zip(quantities, limits, strict=False)):
        side = "buy" if order_id % 3 else "sell"
        arguments = (order_id, side, "limit", lots * lot, ticks * Decimal("0.01"))
        assert compiled.submit(*arguments) == naive.submit(*arguments)
        assert book(compiled) == book(naive)
