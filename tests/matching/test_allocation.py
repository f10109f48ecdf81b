"""Holds the compiled allocation routine to its naive twin, and to what must be true of any share."""

from __future__ import annotations

import pickle
from dataclasses import asdict
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytrader.errors import InvalidArgument
from pytrader.matching import AllocationRules, allocate
from tests.matching.naive_allocation import STEPS, AllocationTerms, QueuedOrder
from tests.matching.naive_allocation import allocate as naive_allocate

LARGEST = 2**63 - 1


def compiled_shares(terms: AllocationTerms, incoming: int, queue: list[QueuedOrder]) -> list[int]:
    """What the compiled routine answers to the twin's arguments."""
    tops = [position for position, order in enumerate(queue) if order.top]
    return allocate(
        AllocationRules(**asdict(terms)),
        incoming,
        [order.quantity for order in queue],
        top=tops[0] if tops else None,
        owners=[order.owner for order in queue],
        flagged=[order.flagged for order in queue],
    )


@st.composite
def settings_of_rules(draw: st.DrawFn) -> AllocationTerms:
    """Any algorithm with any settings that it reads."""
    algorithm = draw(st.sampled_from(sorted(STEPS)))
    steps = STEPS[algorithm]
    chosen: dict[str, Any] = {"algorithm": algorithm}
    if "split" in steps:
        chosen |= {"fifo_percent": draw(st.integers(0, 100)), "leveling": draw(st.booleans())}
    if algorithm.startswith("threshold"):
        chosen["top_percent"] = draw(st.integers(1, 100))
        chosen["top_minimum"] = draw(st.integers(1, 50))
        chosen["top_maximum"] = draw(st.none() | st.integers(chosen["top_minimum"], 200))
    if "pro_rata" in steps:
        chosen["pro_rata_minimum"] = draw(st.integers(1, 10))
    if "round_lot" in steps:
        chosen["board_lot"] = draw(st.integers(1, 100) | st.just(10**9))
    if "lead_market_makers" in steps:
        chosen["lead_market_makers"] = draw(st.dictionaries(st.integers(1, 9), st.integers(1, 5), max_size=8))
        chosen["flagged_percent"] = draw(st.integers(0, 10))
    return AllocationTerms(**chosen)


@st.composite
def queues(draw: st.DrawFn) -> tuple[int, list[QueuedOrder]]:
    """A queue, small or huge, and a quantity that comes in against it."""
    largest = draw(st.sampled_from([3, 60, 10_000, LARGEST // 20]))
    orders = st.builds(QueuedOrder, st.integers(1, largest), st.integers(0, 9), st.just(False), st.booleans())
    queue = draw(st.lists(orders, min_size=1, max_size=20))
    if draw(st.booleans()):
        queue[0] = QueuedOrder(queue[0].quantity, queue[0].owner, True, queue[0].flagged)
    return draw(st.integers(1, sum(order.quantity for order in queue) + 2)), queue


@given(terms=settings_of_rules(), arguments=queues())
def test_shares_are_those_of_the_naive_twin(terms: AllocationTerms, arguments: tuple[int, list[QueuedOrder]]) -> None:
    incoming, queue = arguments
    assert compiled_shares(terms, incoming, queue) == naive_allocate(terms, incoming, queue)


@given(terms=settings_of_rules(), arguments=queues())
def test_shares_add_up_and_stay_within_their_orders(
    terms: AllocationTerms, arguments: tuple[int, list[QueuedOrder]]
) -> None:
    incoming, queue = arguments
    shares = compiled_shares(terms, incoming, queue)
    assert sum(shares) == min(incoming, sum(order.quantity for order in queue))
    assert all(0 <= share <= order.quantity for share, order in zip(shares, queue, strict=True))


@given(arguments=queues(), minimum=st.integers(1, 10))
def test_pro_rata_never_gives_less_than_the_proportion_rounded_down(
    arguments: tuple[int, list[QueuedOrder]], minimum: int
) -> None:
    incoming, queue = arguments
    whole = sum(order.quantity for order in queue)
    shares = compiled_shares(AllocationTerms("pro_rata", pro_rata_minimum=minimum), incoming, queue)
    for share, order in zip(shares, queue, strict=True):
        proportion = min(incoming, whole) * order.quantity // whole
        assert share >= (proportion if proportion >= minimum else 0)


@given(arguments=queues(), extra=st.integers(0, 50))
def test_rounding_up_favours_no_smaller_order(arguments: tuple[int, list[QueuedOrder]], extra: int) -> None:
    incoming, queue = arguments
    shares = compiled_shares(AllocationTerms("pro_rata_round_up"), incoming + extra, queue)
    newest_first = reversed(list(zip(queue, shares, strict=True)))
    by_size = sorted(newest_first, key=lambda pair: pair[0].quantity)
    assert all(smaller[1] <= larger[1] for smaller, larger in pairwise(by_size))


@pytest.mark.parametrize("algorithm", sorted(STEPS))
def test_a_million_orders_are_shared_out(algorithm: str) -> None:
    orders = [1 + position % 97 for position in range(1_000_000)]
    incoming = sum(orders) // 3
    shares = allocate(AllocationRules(algorithm=algorithm), incoming, orders, top=0)
    assert sum(shares) == incoming
    assert all(0 <= share <= order for share, order in zip(shares, orders, strict=True))


def test_rules_compare_and_travel_by_value() -> None:
    rules = AllocationRules(algorithm="configurable", fifo_percent=40, lead_market_makers={8: 20, 7: 10})
    same = AllocationRules(algorithm="configurable", fifo_percent=40, lead_market_makers={7: 10, 8: 20})
    assert rules == same
    assert hash(rules) == hash(same)
    assert pickle.loads(pickle.dumps(rules)) == rules
    assert rules != AllocationRules(algorithm="configurable", fifo_percent=41, lead_market_makers={8: 20, 7: 10})
    assert repr(rules) == (
        "AllocationRules(algorithm='configurable', fifo_percent=40, lead_market_makers={7: 10, 8: 20})"
    )
    assert eval(repr(rules), {"AllocationRules": AllocationRules}) == rules


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"algorithm": "fifo"}, "algorithm is 'fifo'"),
        ({"algorithm": "pro_rata", "fifo_percent": 40}, "pro_rata does not read fifo_percent"),
        ({"algorithm": "configurable", "fifo_percent": 101}, "fifo_percent is 101"),
        ({"algorithm": "pro_rata", "pro_rata_minimum": 0}, "pro_rata_minimum is 0"),
        ({"algorithm": "threshold_pro_rata", "top_minimum": 9, "top_maximum": 8}, "top_maximum is 8"),
        ({"algorithm": "allocation", "top_maximum": 8}, "allocation does not read top_maximum"),
        ({"algorithm": "fifo_lmm", "lead_market_makers": {1: 30, 2: 21}}, "add up to 51"),
        ({"algorithm": "fifo_lmm", "lead_market_makers": {1: 30}, "flagged_percent": 21}, "add up to 51"),
        ({"algorithm": "fifo_lmm", "lead_market_makers": {0: 30}}, "owner is 0"),
        ({"algorithm": "fifo_lmm", "lead_market_makers": dict.fromkeys(range(1, 10), 1)}, "at most 8"),
        ({"algorithm": "pro_rata", "lead_market_makers": {1: 30}}, "pro_rata does not read lead market makers"),
        ({"algorithm": "pro_rata_round_lot", "board_lot": 0}, "board_lot is 0"),
    ],
)
def test_settings_out_of_range_or_without_effect_are_refused(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidArgument, match=message):
        AllocationRules(**settings)


@pytest.mark.parametrize("wrong", [1.0, True, "1"])
def test_lots_are_whole_numbers(wrong: object) -> None:
    with pytest.raises(TypeError):
        allocate(AllocationRules(), wrong, [1])  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        allocate(AllocationRules(), 1, [wrong])  # type: ignore[list-item]
    with pytest.raises(TypeError):
        AllocationRules(algorithm="pro_rata", pro_rata_minimum=wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"quantity": 0}, "quantity is 0"),
        ({"orders": [0]}, "order's quantity is 0"),
        ({"orders": [LARGEST, 1]}, "add up to 2\\^63"),
        ({"top": 1}, "top is 1"),
        ({"top": -1}, "top is -1"),
        ({"owners": [1, 2]}, "2 owners for 1 orders"),
        ({"owners": [2**32]}, "owner is 4294967296"),
        ({"flagged": []}, "0 flags for 1 orders"),
    ],
)
def test_what_is_no_queue_is_refused(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidArgument, match=message):
        allocate(**({"rules": AllocationRules(), "quantity": 1, "orders": [1]} | arguments))
