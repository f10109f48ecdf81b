"""What is read from an engine, and what its calls take and refuse."""

from __future__ import annotations

import pickle
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from pytrader.errors import BookError, InvalidArgument, InvalidDecimal, OffLot, OffTick, PytraderError
from pytrader.matching import MatchingEngine, VenueRules
from pytrader.model import ExecType, OrderType, Price, Quantity, Side, TimeInForce


@pytest.fixture
def engine() -> MatchingEngine:
    """Two bids and two asks around 100."""
    engine = MatchingEngine(tick="0.01", lot="0.1", rules=VenueRules.cme_globex())
    for order_id, side, price, quantity in [
        (1, "buy", "99.99", "1.5"),
        (2, "buy", "99.99", "0.5"),
        (3, "buy", "99.98", 4),
        (4, "sell", "100.01", 2),
    ]:
        engine.submit(order_id=order_id, side=side, price=price, quantity=quantity)
    return engine


def test_best_levels(engine: MatchingEngine):
    bid = engine.best_bid
    assert bid is not None
    assert (bid.price, bid.quantity, bid.count) == (Price("99.99"), Quantity("2.0"), 2)
    engine.cancel(4)
    assert engine.best_ask is None


def test_depth_and_level(engine: MatchingEngine):
    bids, asks = engine.depth(1)
    assert [level.price for level in bids] == [Price("99.99")]
    assert [level.count for level in asks] == [1]
    assert len(engine.depth(10)[0]) == 2
    assert engine.depth(0) == ([], [])
    level = engine.level("buy", "99.98")
    assert level is not None
    assert level.quantity == 4
    assert engine.level(Side.SELL, "99.98") is None


def test_orders_and_their_place(engine: MatchingEngine):
    order = engine.order(2)
    assert order is not None
    assert (order.order_id, order.side, order.price) == (2, Side.BUY, Price("99.99"))
    assert (order.leaves_qty, order.cum_qty, order.post_only) == (Quantity("0.5"), 0, False)
    assert engine.queue_ahead(2) == Quantity("1.5")
    assert engine.queue_ahead(1) == 0
    assert engine.order(77) is None
    with pytest.raises(BookError, match="77"):
        engine.queue_ahead(77)
    engine.submit(order_id=9, side="sell", price="99.99", quantity="1.0", time_in_force="ioc")
    assert [(order.order_id, order.cum_qty) for order in engine.queue("buy", "99.99")] == [(1, 1), (2, 0)]
    assert len(engine) == 4


def test_values_show_the_decimals_of_tick_and_lot(engine: MatchingEngine):
    report = engine.submit(order_id=7, side="buy", price="99", quantity=1)[0]
    assert str(report.price) == "99.00"
    assert str(report.quantity) == "1.0"


def test_reports_can_be_read_and_compared(engine: MatchingEngine):
    new, trade, canceled = engine.submit(
        order_id=2**64 - 1, side="buy", price="100.01", quantity=3, time_in_force="IOC"
    )
    assert (new.exec_type, trade.exec_type, canceled.exec_type) == (ExecType.NEW, ExecType.TRADE, ExecType.CANCELED)
    assert (trade.taker_order_id, trade.maker_order_id) == (2**64 - 1, 4)
    assert (trade.leaves_qty, trade.maker_leaves_qty) == (1, 0)
    assert new.taker_order_id is None
    assert repr(trade) == (
        "Report(exec_type=TRADE, order_id=18446744073709551615, side=BUY, price=100.01, quantity=2.0, "
        "leaves_qty=1.0, maker_order_id=4, maker_leaves_qty=0.0)"
    )
    assert new == new
    assert new != trade


def test_codes_may_be_enumerations_or_text_in_any_case(engine: MatchingEngine):
    reports = engine.submit(
        order_id=7,
        side=Side.BUY,
        order_type=OrderType.LIMIT,
        price=Price("99.00"),
        quantity=Quantity("1"),
        time_in_force=TimeInForce.GTC,
    )
    assert reports[0].exec_type is ExecType.NEW
    assert engine.submit(order_id=8, side="BUY", order_type="Market", quantity=1, time_in_force="ioc")


@pytest.mark.parametrize("price", ["99.5", 99, Decimal("99.5"), Price("99.50")])
def test_prices_may_be_text_int_decimal_or_price(engine: MatchingEngine, price: str | int | Decimal | Price):
    assert engine.submit(order_id=7, side="buy", price=price, quantity=1)[0].price == Price(str(price))


@pytest.mark.parametrize(
    ("arguments", "error", "match"),
    [
        ({"price": 99.5}, TypeError, "float"),
        ({"price": np.float64(99.5)}, TypeError, "float"),
        ({"price": True}, TypeError, "bool"),
        ({"quantity": 1.5}, TypeError, "float"),
        ({"quantity": True}, TypeError, "bool"),
        ({"price": "abc"}, InvalidDecimal, "abc"),
        ({"price": "99.995"}, OffTick, "0.01"),
        ({"quantity": "0.15"}, OffLot, "0.1"),
        ({"quantity": -1}, InvalidArgument, "-1"),
        ({"price": "99999999999999999999"}, PytraderError, "99999999999999999999"),
        ({"side": "hold"}, InvalidArgument, "hold"),
        ({"order_type": "stopped"}, InvalidArgument, "stopped"),
        ({"time_in_force": "forever"}, InvalidArgument, "forever"),
        ({"order_id": 1.0}, TypeError, "order_id"),
        ({"order_id": True}, TypeError, "order_id"),
        ({"order_id": Decimal(7)}, TypeError, "order_id"),
        ({"order_id": np.float32(7)}, TypeError, "order_id"),
        ({"order_id": "7"}, TypeError, "order_id"),
        ({"order_id": -1}, InvalidArgument, "order_id"),
        ({"order_id": 2**64}, InvalidArgument, "order_id"),
        ({"post_only": 1}, TypeError, "post_only"),
    ],
)
def test_bad_arguments_are_refused_before_anything_changes(
    engine: MatchingEngine, arguments: dict[str, object], error: type[Exception], match: str
):
    before = engine.message_count
    with pytest.raises(error, match=match):
        engine.submit(**({"order_id": 7, "side": "buy", "price": "99.00", "quantity": 1} | arguments))
    assert engine.message_count == before
    assert len(engine) == 4


@pytest.mark.parametrize("wrong", [1.9, Decimal("1.9"), Fraction(19, 10), np.float32(1.9), True, "1", None])
def test_ids_and_counts_take_whole_numbers_only(engine: MatchingEngine, wrong: object):
    for call in (engine.cancel, engine.order, engine.queue_ahead, engine.depth, engine.reserve):
        with pytest.raises(TypeError):
            call(wrong)
    with pytest.raises(TypeError):
        engine.replace(wrong, price="99.00", quantity=1)
    with pytest.raises(TypeError):
        MatchingEngine(max_orders=wrong)
    assert engine.cancel(np.uint64(1))[0].exec_type is ExecType.CANCELED


@pytest.mark.parametrize("step", ["0", "-0.01"])
def test_tick_and_lot_must_be_positive(step: str):
    with pytest.raises(InvalidArgument, match="tick"):
        MatchingEngine(tick=step)
    with pytest.raises(InvalidArgument, match="lot"):
        MatchingEngine(lot=step)
    for wrong in (0, 2**31 + 1, 2**32 + 5):
        with pytest.raises(InvalidArgument, match=rf"max_orders must lie in 1 \.\. 2\^31, not {wrong}"):
            MatchingEngine(max_orders=wrong)
    MatchingEngine(max_orders=2**31)


def test_rules_are_values_with_names():
    rules = VenueRules(amend="always_loses", post_only="not_offered", replace_quantity="open")
    assert (rules.amend, rules.post_only, rules.replace_quantity) == ("always_loses", "not_offered", "open")
    assert rules == VenueRules(amend="always_loses", post_only="not_offered", replace_quantity="open")
    assert rules != VenueRules()
    assert hash(rules) != hash(VenueRules())
    assert repr(VenueRules(amend="always_loses", seed=3)) == "VenueRules(amend='always_loses', seed=3)"
    assert pickle.loads(pickle.dumps(rules)) == rules
    with pytest.raises(InvalidArgument, match="keeps_on_decrease, always_loses"):
        VenueRules(amend="sometimes")


def test_the_presets_are_those_of_the_documentation(repository):
    text = (repository / "docs" / "matching.md").read_text(encoding="utf-8")
    rows = [[cell.strip(" `") for cell in line.strip("|").split("|")] for line in text.splitlines() if "|" in line]
    header = next(row for row in rows if row[0] == "setting")
    table = {row[0]: dict(zip(header[1:], row[1:], strict=True)) for row in rows if len(row) == len(header)}
    assert list(VenueRules.presets()) == header[1:]
    for name, rules in VenueRules.presets().items():
        assert getattr(VenueRules, name)() == rules
        for setting in ("amend", "post_only", "replace_quantity", "immediate_trigger", "iceberg_sweep"):
            assert table[setting][name] == getattr(rules, setting)
        for setting in ("self_trade", "self_trade_scope", "iceberg_parts_max"):
            assert table[setting][name] == str(getattr(rules, setting))
        for words, setting in (("times in force", "times_in_force"), ("instructions", "instructions")):
            stated = set() if table[words][name] == "none" else set(table[words][name].split(", "))
            assert stated == set(getattr(rules, setting))


def test_rules_change_in_single_settings():
    rules = VenueRules.cme_globex().changed(market_protection_ticks=24)
    assert rules.market_protection_ticks == 24
    assert rules.changed(market_protection_ticks=0) == VenueRules.cme_globex()
    with pytest.raises(InvalidArgument, match="iceberg_parts_max"):
        rules.changed(iceberg_parts_max=0)
    with pytest.raises(InvalidArgument, match="venue_default"):
        VenueRules(self_trade="venue_default")


def test_an_engine_says_what_it_was_made_of(engine: MatchingEngine):
    assert engine.rules == VenueRules.cme_globex()
    assert (engine.tick, engine.lot) == (Price("0.01"), Quantity("0.1"))
    assert repr(engine) == "MatchingEngine(tick=0.01, lot=0.1, orders=4)"
