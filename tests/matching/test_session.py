"""Auction prices, trading phases, price bands and the circuit breaker beside their plain twin."""

from __future__ import annotations

import pickle
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytrader.errors import CapacityError, InvalidArgument, InvalidState
from pytrader.matching import (
    BandRules,
    CircuitBreaker,
    PriceBand,
    SessionRules,
    TradingPhase,
    auction_price,
    luld_band,
    phase_accepts,
)
from pytrader.model import OrderType, TimeInForce
from tests.matching import naive_auction as naive

MINUTE = 60 * 10**9


def side_of(levels: dict[int, int], best_first: int) -> list[tuple[int, int]]:
    return sorted(levels.items(), reverse=best_first < 0)


prices = st.integers(90, 110)
levels = st.dictionaries(prices, st.integers(1, 6), max_size=7)
lots = st.integers(0, 12)


rules = st.sampled_from(["nearest_limit", "at_reference"])


@given(levels, levels, lots, lots, st.none() | st.integers(85, 115), rules, st.booleans())
def test_the_auction_price_is_what_its_rules_say_of_every_limit(
    bids: dict[int, int],
    asks: dict[int, int],
    market_buy: int,
    market_sell: int,
    reference: int | None,
    rule: str,
    market_pressure: bool,
) -> None:
    buyers, sellers = side_of(bids, -1), side_of(asks, 1)
    found = auction_price(
        buyers,
        sellers,
        market_buy=market_buy,
        market_sell=market_sell,
        reference=reference,
        rule=rule,
        market_pressure=market_pressure,
    )
    expected = naive.auction_price(buyers, sellers, market_buy, market_sell, reference, rule, market_pressure)
    assert (None if found is None else (found.price, found.volume, found.surplus)) == expected


@given(levels, levels)
def test_turning_the_market_over_turns_the_price_over(bids: dict[int, int], asks: dict[int, int]) -> None:
    found = auction_price(side_of(bids, -1), side_of(asks, 1), reference=0)
    mirrored = auction_price(
        side_of({-price: quantity for price, quantity in asks.items()}, -1),
        side_of({-price: quantity for price, quantity in bids.items()}, 1),
        reference=0,
    )
    assert (found is None) == (mirrored is None)
    if found is not None and mirrored is not None:
        assert mirrored.volume == found.volume
        assert abs(mirrored.surplus) == abs(found.surplus)


def test_auction_price_says_what_it_finds() -> None:
    assert repr(auction_price([(101, 5)], [(100, 3)])) == "AuctionPrice(price=101, volume=3, surplus=2)"
    assert auction_price([(99, 5)], [(100, 3)]) is None


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ({"bids": [(1, 0)], "asks": []}, "give 1 or more"),
        ({"bids": [(1, 1), (2, 1)], "asks": []}, "best first"),
        ({"bids": [], "asks": [(2, 1), (1, 1)]}, "best first"),
        ({"bids": [], "asks": [], "market_buy": -1}, "give 0 or more"),
        ({"bids": [(1,)], "asks": []}, r"give \(price, quantity\)"),
        ({"bids": [], "asks": [], "rule": "middle"}, "nearest_limit, at_reference"),
    ],
)
def test_levels_that_are_no_side_of_a_book_are_refused(arguments: dict[str, Any], complaint: str) -> None:
    with pytest.raises(InvalidArgument, match=complaint):
        auction_price(**arguments)


def test_a_side_beyond_64_bits_is_refused() -> None:
    with pytest.raises(CapacityError, match=r"2\^63"):
        auction_price([(1, 2**63 - 1)], [], market_buy=1)


@pytest.mark.parametrize("price", [1.0, Decimal(1), True])
def test_a_price_in_ticks_is_a_whole_number(price: object) -> None:
    with pytest.raises(TypeError):
        auction_price([(price, 1)], [])  # type: ignore[list-item]


PHASES = [phase.name.lower() for phase in TradingPhase]


def test_the_phases_are_those_of_the_twin() -> None:
    assert set(PHASES) == set(naive.FOLLOWERS)
    assert [phase.value for phase in TradingPhase] == list(range(9))


@pytest.mark.parametrize("phase", PHASES)
def test_a_phase_accepts_what_the_table_says(phase: str) -> None:
    for order_type in OrderType:
        for force in TimeInForce:
            expected = naive.phase_accepts(phase, str(order_type), str(force).lower())
            assert phase_accepts(phase, order_type, force) is expected, (order_type, force)


def test_a_phase_is_a_member_or_its_text() -> None:
    assert phase_accepts(TradingPhase.CONTINUOUS, "limit", "ioc")
    assert phase_accepts("Continuous", OrderType.LIMIT, TimeInForce.IOC)
    with pytest.raises(InvalidArgument, match="pre_open"):
        phase_accepts("lunch", "limit", "gtc")
    with pytest.raises(TypeError):
        phase_accepts(3, "limit", "gtc")  # type: ignore[arg-type]


widths = st.integers(0, 40_000)
whole_prices = st.integers(-(10**6), 10**6) | st.sampled_from([-(2**63) + 1, 2**63 - 1])


@given(whole_prices, widths, widths, widths, widths, st.booleans(), st.sampled_from(["inward", "nearest"]))
def test_a_band_reaches_as_far_as_its_fractions_say(
    reference: int, up: int, up_bps: int, down: int, down_bps: int, greater: bool, rounding: str
) -> None:
    settings: dict[str, Any] = {
        "up_ticks": up,
        "up_basis_points": up_bps,
        "down_ticks": down,
        "down_basis_points": down_bps,
        "greater": greater,
    }
    expected = naive.range_around(reference, naive.Band(**settings), rounding)
    assert PriceBand(**settings).range_around(reference, rounding=rounding) == expected


def test_a_width_to_both_sides_is_one_to_each() -> None:
    assert PriceBand(ticks=5) == PriceBand(up_ticks=5, down_ticks=5)
    assert PriceBand(basis_points=5) == PriceBand(up_basis_points=5, down_basis_points=5)
    with pytest.raises(InvalidArgument, match="for both directions and for one"):
        PriceBand(ticks=5, up_ticks=5)
    with pytest.raises(InvalidArgument, match="0 or more"):
        PriceBand(ticks=-1)


@given(st.sampled_from([1, 2]), st.integers(1, 2_000), st.booleans())
def test_a_luld_band_is_that_of_appendix_a(tier: int, cents: int, doubled: bool) -> None:
    dollars, share = naive.luld_widths(tier, Fraction(cents, 100), doubled)
    band = luld_band(tier=tier, previous_close=cents, doubled=doubled)
    assert band == PriceBand(ticks=0 if dollars is None else int(dollars * 100), basis_points=int(share * 10_000))


def test_luld_knows_two_tiers() -> None:
    with pytest.raises(InvalidArgument, match="tiers 1 and 2"):
        luld_band(tier=3, previous_close=100)


@pytest.mark.parametrize(
    "rules",
    [
        PriceBand(ticks=3, greater=True),
        BandRules(entry=PriceBand(ticks=3), breach="interrupt", limit_state_ns=15, pause_ns=300),
        SessionRules(halt_accepts_orders=True, extension_basis_points=200),
    ],
)
def test_rules_are_values(rules: object) -> None:
    copy = pickle.loads(pickle.dumps(rules))
    assert copy == rules
    assert hash(copy) == hash(rules)
    assert eval(repr(rules)) == rules
    assert rules != type(rules)()


@pytest.mark.parametrize(
    ("make", "complaint"),
    [
        (lambda: BandRules(rounding="up"), "inward, nearest"),
        (lambda: BandRules(breach="stop"), "cancel_remainder"),
        (lambda: BandRules(pause_ns=5), "limit_state_ns"),
        (lambda: BandRules(limit_state_ns=-1), "0 or more"),
        (lambda: SessionRules(volatility_auction_ns=-1), "0 or more"),
        (lambda: SessionRules(auction_reference="middle"), "nearest_limit"),
    ],
)
def test_rules_that_make_no_sense_are_refused(make: Any, complaint: str) -> None:
    with pytest.raises(InvalidArgument, match=complaint):
        make()


OPEN, CUTOFF = (9 * 60 + 30) * MINUTE, (15 * 60 + 25) * MINUTE


@given(st.lists(st.tuples(st.integers(7_500, 10_100), st.integers(0, 120)), max_size=12))
def test_the_circuit_breaker_halts_as_its_rule_says(observations: list[tuple[int, int]]) -> None:
    breaker = CircuitBreaker()
    breaker.start_day(reference_level=10_000, open=OPEN, cutoff=CUTOFF)
    twin = naive.Breaker(10_000, OPEN, CUTOFF)
    ts = OPEN - 60 * MINUTE
    for index, minutes in observations:
        ts += minutes * MINUTE
        decision = breaker.observe(index, ts)
        assert (decision.level, decision.halted, decision.until) == twin.observe(index, ts)
        assert breaker.at(ts).halted == decision.halted


def test_the_circuit_breaker_refuses_what_comes_out_of_order() -> None:
    breaker = CircuitBreaker()
    with pytest.raises(InvalidState, match="start a day"):
        breaker.observe(1, 1)
    breaker.start_day(reference_level=100, open=0, cutoff=10)
    breaker.observe(100, 5)
    with pytest.raises(InvalidArgument, match="in order"):
        breaker.observe(100, 4)
    with pytest.raises(InvalidArgument, match="1 to 4"):
        CircuitBreaker([])
    with pytest.raises(TypeError):
        CircuitBreaker([(700, 1, 1)])  # type: ignore[list-item]
    assert CircuitBreaker([(700, 900, True)]).levels == [(700, 900, True)]
    assert [level[0] for level in CircuitBreaker().levels] == [700, 1300, 2000]
