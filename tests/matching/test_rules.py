"""The rules of price-time matching, one by one, on the naive and on the compiled engine."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest

from tests.matching.engines import ENGINES, Engine, Reported
from tests.matching.naive import Rules

Make = Callable[..., Engine]


@pytest.fixture(params=sorted(ENGINES))
def make(request: pytest.FixtureRequest) -> Make:
    """Makes an engine of the kind under test: make(amend="always_loses")."""
    return lambda **rules: ENGINES[request.param](Rules(**rules))


@pytest.fixture
def engine(make: Make) -> Engine:
    return make()


def limit(engine: Engine, order_id: int, side: str, price: str, quantity: int, force: str = "gtc", **more: bool):
    return engine.submit(order_id, side, "limit", Decimal(quantity), Decimal(price), force, **more)


def market(engine: Engine, order_id: int, side: str, quantity: int, force: str = "ioc"):
    return engine.submit(order_id, side, "market", Decimal(quantity), None, force)


def trades(reports: list[Reported]) -> list[tuple[int | None, Decimal | None, Decimal]]:
    """Maker, price and quantity of each trade."""
    return [(r.maker_order_id, r.price, r.quantity) for r in reports if r.exec_type == "trade"]


def refusal(reports: list[Reported]) -> tuple[str, str]:
    assert len(reports) == 1
    return reports[0].exec_type, reports[0].reason


def best(engine: Engine, side: str) -> tuple[Decimal, Decimal, int] | None:
    levels = engine.depth(side)
    return levels[0] if levels else None


def test_a_new_order_is_accepted_and_rests(engine):
    reports = limit(engine, 1, "buy", "100.00", 5)
    assert reports == [Reported("new", 1, "buy", Decimal("100.00"), Decimal(5), Decimal(5))]
    assert engine.depth("buy") == [(Decimal("100.00"), Decimal(5), 1)]
    assert engine.depth("sell") == []


def test_better_prices_trade_first_and_then_older_orders(engine):
    limit(engine, 1, "sell", "100.02", 5)
    limit(engine, 2, "sell", "100.01", 5)
    limit(engine, 3, "sell", "100.01", 5)
    reports = limit(engine, 4, "buy", "100.02", 12)
    assert trades(reports) == [(2, Decimal("100.01"), 5), (3, Decimal("100.01"), 5), (1, Decimal("100.02"), 2)]


@pytest.mark.parametrize(("maker", "taker", "better"), [("sell", "buy", "101.00"), ("buy", "sell", "99.00")])
def test_a_trade_prints_at_the_resting_orders_price(engine, maker, taker, better):
    limit(engine, 1, maker, "100.00", 5)
    assert trades(limit(engine, 2, taker, better, 5)) == [(1, Decimal("100.00"), 5)]


@pytest.mark.parametrize(
    ("maker", "taker", "away", "better"), [("sell", "buy", "98", "101"), ("buy", "sell", "102", "99")]
)
def test_a_crossing_replace_trades_at_the_resting_orders_price(engine, maker, taker, away, better):
    limit(engine, 1, maker, "100.00", 5)
    limit(engine, 2, taker, away, 7)
    reports = engine.replace(2, Decimal(better), Decimal(7))
    assert reports == [
        Reported("replaced", 2, taker, Decimal(better), Decimal(7), Decimal(7)),
        Reported("trade", 2, taker, Decimal("100.00"), Decimal(5), Decimal(2), 1, Decimal(0)),
    ]
    assert engine.depth(taker) == [(Decimal(better), Decimal(2), 1)]


def test_a_trade_reports_maker_taker_price_quantity_and_leaves(engine):
    limit(engine, 1, "sell", "100.00", 10)
    reports = limit(engine, 2, "buy", "100.00", 4)
    assert reports[1] == Reported("trade", 2, "buy", Decimal("100.00"), Decimal(4), Decimal(0), 1, Decimal(6))


def test_a_limit_remainder_rests_at_its_own_limit_and_becomes_the_touch(engine):
    limit(engine, 1, "sell", "100.00", 5)
    limit(engine, 2, "sell", "100.02", 5)
    reports = limit(engine, 3, "buy", "100.01", 8)
    assert trades(reports) == [(1, Decimal("100.00"), 5)]
    assert best(engine, "buy") == (Decimal("100.01"), Decimal(3), 1)
    assert best(engine, "sell") == (Decimal("100.02"), Decimal(5), 1)


def test_a_market_order_takes_all_prices_and_its_remainder_is_canceled(engine):
    limit(engine, 1, "sell", "100.00", 5)
    limit(engine, 2, "sell", "250.00", 5)
    reports = market(engine, 3, "buy", 12)
    assert trades(reports) == [(1, Decimal("100.00"), 5), (2, Decimal("250.00"), 5)]
    assert reports[-1] == Reported("canceled", 3, "buy", None, Decimal(2), Decimal(0), reason="no_liquidity")
    assert engine.depth("buy") == engine.depth("sell") == []


def test_a_price_of_zero_is_no_price_for_a_market_order(engine):
    limit(engine, 1, "sell", "100.00", 5)
    reports = engine.submit(2, "buy", "market", Decimal(8), Decimal(0), "ioc")
    assert [(report.exec_type, report.price) for report in reports] == [
        ("new", None),
        ("trade", Decimal("100.00")),
        ("canceled", None),
    ]
    refused = engine.submit(3, "buy", "market", Decimal(0), Decimal(0), "ioc")
    assert [(report.exec_type, report.price) for report in refused] == [("rejected", None)]


def test_a_market_order_meets_an_empty_book(engine):
    reports = market(engine, 1, "sell", 3)
    assert [r.exec_type for r in reports] == ["new", "canceled"]


def test_a_market_order_never_rests_even_good_till_cancel(engine):
    market(engine, 1, "sell", 3, force="gtc")
    assert engine.depth("sell") == []


def test_an_ioc_remainder_is_canceled_and_reported(engine):
    limit(engine, 1, "buy", "100.00", 5)
    limit(engine, 2, "buy", "99.99", 5)
    reports = limit(engine, 3, "sell", "100.00", 8, "ioc")
    assert trades(reports) == [(1, Decimal("100.00"), 5)]
    assert reports[-1] == Reported(
        "canceled", 3, "sell", Decimal("100.00"), Decimal(3), Decimal(0), reason="no_liquidity"
    )
    assert best(engine, "buy") == (Decimal("99.99"), Decimal(5), 1)


def test_fok_counts_the_reachable_quantity_over_several_makers(engine):
    limit(engine, 1, "sell", "100.00", 5)
    limit(engine, 2, "sell", "100.00", 5)
    limit(engine, 3, "sell", "100.01", 5)
    assert trades(limit(engine, 4, "buy", "100.01", 15, "fok")) == [
        (1, Decimal("100.00"), 5),
        (2, Decimal("100.00"), 5),
        (3, Decimal("100.01"), 5),
    ]


def test_fok_that_can_not_fill_within_its_limit_changes_nothing(engine):
    limit(engine, 1, "sell", "100.00", 5)
    limit(engine, 2, "sell", "100.01", 5)
    reports = limit(engine, 3, "buy", "100.00", 6, "fok")
    assert refusal(reports) == ("rejected", "fok_not_fillable")
    assert refusal(market(engine, 4, "buy", 11, "fok")) == ("rejected", "fok_not_fillable")
    assert engine.depth("sell") == [(Decimal("100.00"), Decimal(5), 1), (Decimal("100.01"), Decimal(5), 1)]


def test_post_only_rests_and_is_rejected_where_it_would_take(engine):
    limit(engine, 1, "sell", "100.00", 5)
    assert refusal(limit(engine, 2, "buy", "100.00", 5, post_only=True)) == ("rejected", "post_only_would_take")
    assert limit(engine, 2, "buy", "99.99", 5, post_only=True)[0].exec_type == "new"


@pytest.mark.parametrize("force", ["ioc", "fok"])
def test_post_only_contradicts_immediate_orders(engine, force):
    reports = limit(engine, 2, "buy", "100.00", 5, force, post_only=True)
    assert refusal(reports) == ("rejected", "post_only_not_allowed")


def test_post_only_is_rejected_where_the_venue_does_not_offer_it(make):
    engine = make(post_only="not_offered")
    assert refusal(limit(engine, 1, "buy", "100.00", 5, post_only=True)) == ("rejected", "post_only_not_allowed")


def test_a_post_only_order_stays_post_only_when_it_is_replaced(engine):
    limit(engine, 1, "sell", "100.00", 5)
    limit(engine, 2, "buy", "99.00", 5, post_only=True)
    assert refusal(engine.replace(2, Decimal("100.00"), Decimal(5))) == ("replace_rejected", "post_only_would_take")
    assert engine.queue("buy", Decimal("99.00")) == [(2, Decimal(5))]
    assert [r.exec_type for r in engine.replace(2, Decimal("99.99"), Decimal(5))] == ["replaced"]


def test_a_day_order_rests_like_any_other_while_the_day_lasts(engine):
    limit(engine, 1, "buy", "100.00", 5, "day")
    assert engine.queue("buy", Decimal("100.00")) == [(1, Decimal(5))]


def test_cancel_reports_what_was_open(engine):
    limit(engine, 1, "buy", "100.00", 5)
    market(engine, 2, "sell", 2)
    assert engine.cancel(1) == [Reported("canceled", 1, "buy", Decimal("100.00"), Decimal(3), Decimal(0))]
    assert engine.depth("buy") == []


def test_cancel_of_one_sibling_keeps_the_others_in_order(engine):
    for order_id in (1, 2, 3, 4):
        limit(engine, order_id, "buy", "100.00", order_id)
    engine.cancel(2)
    engine.cancel(4)
    assert engine.queue("buy", Decimal("100.00")) == [(1, Decimal(1)), (3, Decimal(3))]
    engine.cancel(1)
    assert engine.queue("buy", Decimal("100.00")) == [(3, Decimal(3))]


def test_the_best_price_is_right_when_a_cancel_empties_the_best_level(engine):
    limit(engine, 1, "buy", "100.00", 5)
    limit(engine, 2, "buy", "90.00", 6)
    limit(engine, 3, "buy", "10.00", 7)
    engine.cancel(1)
    assert best(engine, "buy") == (Decimal("90.00"), Decimal(6), 1)
    engine.cancel(2)
    assert best(engine, "buy") == (Decimal("10.00"), Decimal(7), 1)


def test_unknown_filled_and_canceled_ids_are_refused(engine):
    limit(engine, 1, "buy", "100.00", 5)
    limit(engine, 2, "buy", "99.00", 5)
    market(engine, 3, "sell", 5)
    engine.cancel(2)
    for order_id in (1, 2, 3, 77):
        assert refusal(engine.cancel(order_id)) == ("cancel_rejected", "unknown_order")
        assert refusal(engine.replace(order_id, Decimal(98), Decimal(1))) == ("replace_rejected", "unknown_order")
    assert engine.depth("buy") == []


def test_an_id_is_free_again_after_fill_and_after_cancel(engine):
    limit(engine, 1, "buy", "100.00", 5)
    market(engine, 2, "sell", 5)
    assert limit(engine, 1, "sell", "101.00", 4)[0].exec_type == "new"
    engine.cancel(1)
    assert limit(engine, 1, "buy", "99.00", 3)[0].exec_type == "new"
    assert engine.cancel(1) == [Reported("canceled", 1, "buy", Decimal("99.00"), Decimal(3), Decimal(0))]


def test_a_reused_id_starts_without_executed_quantity(engine):
    limit(engine, 1, "buy", "100.00", 5)
    market(engine, 2, "sell", 3)
    engine.cancel(1)
    limit(engine, 1, "buy", "100.00", 5)
    assert engine.replace(1, Decimal("100.00"), Decimal(2))[0].leaves_qty == 2


def test_a_duplicate_live_id_is_refused_for_every_kind_of_order(engine):
    limit(engine, 1, "buy", "100.00", 5)
    limit(engine, 2, "sell", "101.00", 5)
    assert refusal(limit(engine, 1, "buy", "100.00", 5)) == ("rejected", "duplicate_order")
    assert refusal(limit(engine, 1, "sell", "100.00", 5)) == ("rejected", "duplicate_order")
    assert refusal(market(engine, 2, "buy", 5)) == ("rejected", "duplicate_order")
    assert engine.queue("buy", Decimal("100.00")) == [(1, Decimal(5))]


@pytest.mark.parametrize("quantity", [0])
def test_a_quantity_that_is_not_positive_is_refused(engine, quantity):
    assert refusal(limit(engine, 1, "buy", "100.00", quantity)) == ("rejected", "quantity_not_positive")
    assert refusal(market(engine, 1, "buy", quantity)) == ("rejected", "quantity_not_positive")
    limit(engine, 1, "buy", "100.00", 5)
    assert refusal(engine.replace(1, Decimal("100.00"), Decimal(quantity))) == (
        "replace_rejected",
        "quantity_not_positive",
    )
    assert engine.queue("buy", Decimal("100.00")) == [(1, Decimal(5))]


def test_prices_are_missing_where_needed_or_given_where_not(engine):
    assert refusal(engine.submit(1, "buy", "limit", Decimal(5))) == ("rejected", "limit_order_without_price")
    assert refusal(engine.submit(1, "buy", "market", Decimal(5), Decimal(100), "ioc")) == (
        "rejected",
        "market_order_with_price",
    )


def test_amend_down_keeps_priority(engine):
    limit(engine, 1, "buy", "100.00", 5)
    limit(engine, 2, "buy", "100.00", 5)
    assert engine.replace(1, Decimal("100.00"), Decimal(3)) == [
        Reported("replaced", 1, "buy", Decimal("100.00"), Decimal(3), Decimal(3))
    ]
    assert engine.queue("buy", Decimal("100.00")) == [(1, Decimal(3)), (2, Decimal(5))]


def test_an_amend_that_changes_nothing_keeps_priority(engine):
    limit(engine, 1, "buy", "100.00", 5)
    limit(engine, 2, "buy", "100.00", 5)
    engine.replace(1, Decimal("100.00"), Decimal(5))
    assert engine.queue("buy", Decimal("100.00")) == [(1, Decimal(5)), (2, Decimal(5))]


def test_amend_up_loses_priority(engine):
    limit(engine, 1, "buy", "100.00", 5)
    limit(engine, 2, "buy", "100.00", 5)
    engine.replace(1, Decimal("100.00"), Decimal(6))
    assert engine.queue("buy", Decimal("100.00")) == [(2, Decimal(5)), (1, Decimal(6))]


def test_a_new_price_loses_priority_even_on_the_way_back(engine):
    limit(engine, 1, "buy", "100.00", 5)
    limit(engine, 2, "buy", "100.00", 5)
    engine.replace(1, Decimal("99.99"), Decimal(5))
    assert engine.queue("buy", Decimal("99.99")) == [(1, Decimal(5))]
    engine.replace(1, Decimal("100.00"), Decimal(5))
    assert engine.queue("buy", Decimal("100.00")) == [(2, Decimal(5)), (1, Decimal(5))]


@pytest.mark.parametrize("quantity", [4, 5, 6])
def test_every_amend_loses_priority_where_the_venue_says_so(make, quantity):
    engine = make(amend="always_loses")
    limit(engine, 1, "buy", "100.00", 5)
    limit(engine, 2, "buy", "100.00", 5)
    engine.replace(1, Decimal("100.00"), Decimal(quantity))
    assert engine.queue("buy", Decimal("100.00")) == [(2, Decimal(5)), (1, Decimal(quantity))]


def test_the_executed_quantity_counts_in_the_new_total(engine):
    limit(engine, 1, "buy", "100.00", 10)
    market(engine, 2, "sell", 4)
    assert engine.replace(1, Decimal("100.00"), Decimal(9)) == [
        Reported("replaced", 1, "buy", Decimal("100.00"), Decimal(9), Decimal(5))
    ]
    assert engine.queue("buy", Decimal("100.00")) == [(1, Decimal(5))]


def test_the_quantity_executed_as_taker_counts_too(engine):
    limit(engine, 1, "sell", "100.00", 4)
    limit(engine, 2, "buy", "100.00", 10)
    assert engine.replace(2, Decimal("99.00"), Decimal(10))[0].leaves_qty == 6


def test_executed_quantity_adds_up_over_maker_taker_and_replace(engine):
    limit(engine, 1, "buy", "99.00", 20)
    market(engine, 2, "sell", 3)
    limit(engine, 3, "sell", "100.00", 5)
    engine.replace(1, Decimal("100.00"), Decimal(20))
    market(engine, 4, "sell", 2)
    assert engine.queue("buy", Decimal("100.00")) == [(1, Decimal(10))]
    assert engine.replace(1, Decimal("100.00"), Decimal(11))[0].leaves_qty == 1


@pytest.mark.parametrize("total", [3, 4])
def test_a_new_total_that_is_executed_already_closes_the_order(engine, total):
    limit(engine, 1, "buy", "100.00", 10)
    market(engine, 2, "sell", 4)
    assert engine.replace(1, Decimal("100.00"), Decimal(total)) == [
        Reported("canceled", 1, "buy", Decimal("100.00"), Decimal(6), Decimal(0))
    ]
    assert engine.depth("buy") == []
    assert limit(engine, 1, "buy", "100.00", 1)[0].exec_type == "new"


def test_the_new_quantity_is_the_open_one_where_the_venue_says_so(make):
    engine = make(replace_quantity="open")
    limit(engine, 1, "buy", "100.00", 10)
    market(engine, 2, "sell", 4)
    assert engine.replace(1, Decimal("100.00"), Decimal(6)) == [
        Reported("replaced", 1, "buy", Decimal("100.00"), Decimal(6), Decimal(6))
    ]
    assert engine.queue("buy", Decimal("100.00")) == [(1, Decimal(6))]


def test_a_replaced_order_that_trades_completely_leaves(engine):
    limit(engine, 1, "sell", "100.00", 10)
    limit(engine, 2, "buy", "99.00", 4)
    reports = engine.replace(2, Decimal("100.00"), Decimal(4))
    assert [r.exec_type for r in reports] == ["replaced", "trade"]
    assert reports[-1].leaves_qty == 0
    assert refusal(engine.cancel(2)) == ("cancel_rejected", "unknown_order")
    assert engine.queue("sell", Decimal("100.00")) == [(1, Decimal(6))]


def test_a_refused_replace_leaves_the_order_and_its_place(engine):
    limit(engine, 1, "buy", "100.00", 5, post_only=True)
    limit(engine, 2, "buy", "100.00", 5)
    limit(engine, 3, "sell", "101.00", 5)
    engine.replace(1, Decimal("101.00"), Decimal(5))
    engine.replace(1, Decimal("100.00"), Decimal(0))
    assert engine.queue("buy", Decimal("100.00")) == [(1, Decimal(5)), (2, Decimal(5))]


def test_ids_reach_the_end_of_64_bits(engine):
    last = 2**64 - 1
    limit(engine, last, "buy", "100.00", 5)
    limit(engine, 0, "buy", "100.00", 5)
    assert trades(market(engine, 2**63, "sell", 7)) == [(last, Decimal("100.00"), 5), (0, Decimal("100.00"), 2)]
    assert engine.queue("buy", Decimal("100.00")) == [(0, Decimal(3))]


def test_negative_prices_trade(engine):
    limit(engine, 1, "sell", "-0.05", 5)
    assert trades(limit(engine, 2, "buy", "0.01", 5)) == [(1, Decimal("-0.05"), 5)]
    limit(engine, 3, "buy", "-37.63", 5)
    limit(engine, 4, "buy", "-37.62", 5)
    assert trades(market(engine, 5, "sell", 6)) == [(4, Decimal("-37.62"), 5), (3, Decimal("-37.63"), 1)]


def test_the_open_quantity_of_a_side_is_bounded(engine):
    limit(engine, 1, "buy", "100.00", 2**63 - 1)
    assert refusal(limit(engine, 2, "buy", "99.00", 1)) == ("rejected", "quantity_above_maximum")
    assert trades(market(engine, 3, "sell", 2**63 - 1)) == [(1, Decimal("100.00"), 2**63 - 1)]
