"""Calibration of queue models: on order-by-order data, on one's own fills, and what it refuses."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from pytrader import Instrument
from pytrader.data import MarketData, Stream
from pytrader.errors import InvalidArgument
from pytrader.model.records import L2_EVENT, L3_EVENT, BookAction
from pytrader.simulation import LOGGED_ORDER, calibrate_queue_model
from pytrader.simulation.queue_world import BID_TICKS, Regime, queue_world

FEW = ("risk_averse", "power:1", "front")
WORLD = Instrument("DEMO", "SIM", kind="equity", quote_currency="USD", tick_size="0.01", lot_size="1")
Rows = npt.NDArray[np.void]


@pytest.mark.parametrize(("regime", "best"), [("tail", "risk_averse"), ("size", "power:1"), ("front", "front")])
def test_the_model_that_fits_the_cancels_is_picked(regime: Regime, best: str) -> None:
    calibration = calibrate_queue_model(queue_world(regime, 80_000, 5), FEW, criterion="queue_error", name=regime)
    assert str(calibration.model) == best
    assert calibration.bias.data == regime
    assert [str(bias.model) for bias in calibration.candidates] == list(FEW)
    assert abs(calibration.bias.queue_error) < 3


def test_the_stated_bias_is_that_of_orders_of_the_second_half() -> None:
    rows = queue_world("size", 40_000, 6)
    calibration = calibrate_queue_model(rows, ["front"])
    first, second = calibration.candidates[0], calibration.bias
    assert first.orders > 50
    assert second.orders > 50
    assert first.queue_error != second.queue_error


def levels_of(rows: Rows) -> Rows:
    """The feed of price levels that tells of the same market: an execution as a trade, then the level."""
    totals: dict[tuple[int, int], int] = {}
    made = []
    for ts, _, action, side, price, quantity, _, _ in rows.tolist():
        if action == BookAction.EXECUTE:
            made.append((ts, ts, int(BookAction.TRADE), side, price, quantity, 0, 0))
        change = quantity if action == BookAction.ADD else -quantity
        totals[side, price] = totals.get((side, price), 0) + change
        made.append((ts, ts, int(BookAction.ADD), side, price, totals[side, price], 0, 128))
    return np.array(made, L2_EVENT)


def log_of(rows: Rows, count: int, life: int) -> Rows:
    """Orders of one lot at the bid, filled as the queue of the rows fills them; they come and go between steps."""
    steps = np.flatnonzero(np.diff(rows["ts_event"])) + 1
    orders = np.zeros(count, LOGGED_ORDER)
    for number, at in enumerate(np.linspace(1_000, len(steps) - life - 1, count).astype(int).tolist()):
        start, end = steps[at], steps[at + life]
        ahead: dict[int, int] = {}
        for row in rows[:start][rows["side"][:start] == 1].tolist():
            change = row[5] if row[2] == BookAction.ADD else -row[5]
            ahead[row[6]] = ahead.get(row[6], 0) + change
        filled = 0
        for row in rows[start:end][rows["side"][start:end] == 1].tolist():
            if row[2] == BookAction.EXECUTE and ahead.get(row[6], 0) == 0:
                filled = 1
            elif row[6] in ahead:
                ahead[row[6]] -= row[5]
        orders[number] = (rows["ts_event"][start - 1], rows["ts_event"][end - 1], 1, BID_TICKS, 1, filled)
    return orders


@pytest.mark.parametrize(("regime", "best", "life"), [("tail", "risk_averse", 200), ("front", "front", 100)])
def test_a_log_of_own_fills_picks_the_model_that_fills_alike(regime: Regime, best: str, life: int) -> None:
    rows = queue_world(regime, 12_000, 8)
    log = log_of(rows, count=60, life=life)
    assert 5 < log["filled"].sum() < 55
    levels = levels_of(rows)
    data = MarketData((Stream(WORLD, "l2", {name: levels[name] for name in L2_EVENT.names or ()}),), "levels")
    calibration = calibrate_queue_model(data, FEW, orders=log, criterion="misjudged_fills")
    assert str(calibration.model) == best
    assert calibration.bias.false_fill_rate == calibration.bias.missed_fill_rate == 0
    assert calibration.bias.orders == 30


def test_data_too_short_to_judge_by_is_refused() -> None:
    with pytest.raises(InvalidArgument, match="too short"):
        calibrate_queue_model(queue_world("size", 300, 1), life_rows=10_000)


def test_data_without_orders_is_refused() -> None:
    levels = levels_of(queue_world("size", 100, 1))
    data = MarketData((Stream(WORLD, "l2", {name: levels[name] for name in L2_EVENT.names or ()}),), "levels")
    with pytest.raises(InvalidArgument, match="needs order-by-order data"):
        calibrate_queue_model(data)


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [("side", 3, "side must be"), ("quantity", 0, "quantity must be"), ("filled", 2, "filled must be")],
)
def test_an_order_of_the_log_that_makes_no_sense_is_named(field: str, value: int, message: str) -> None:
    levels = levels_of(queue_world("size", 100, 1))
    data = MarketData((Stream(WORLD, "l2", {name: levels[name] for name in L2_EVENT.names or ()}),), "levels")
    log = np.zeros(2, LOGGED_ORDER)
    log["side"] = log["quantity"] = 1
    log[field] = value
    with pytest.raises(InvalidArgument, match=f"order 0: .*{message}"):
        calibrate_queue_model(data, FEW, orders=log)


def test_a_criterion_that_a_log_does_not_tell_is_refused() -> None:
    with pytest.raises(InvalidArgument, match="give one of fill_rate, misjudged_fills"):
        calibrate_queue_model(np.zeros(0, L3_EVENT), FEW, orders=np.zeros(0, LOGGED_ORDER), criterion="queue_error")


@pytest.mark.parametrize("wrong", ["luck", None])
def test_an_unknown_criterion_is_refused(wrong: Any) -> None:
    with pytest.raises(InvalidArgument, match="criterion is"):
        calibrate_queue_model(np.zeros(0, L3_EVENT), FEW, criterion=wrong)


@pytest.mark.parametrize(("field", "moved"), [("ts_joined", -(10**12)), ("ts_left", 10**12)])
def test_logged_orders_that_the_data_does_not_cover_are_refused(field: str, moved: int) -> None:
    rows = queue_world("size", 3_000, 8)
    log = log_of(rows, count=20, life=50)
    log[field][7] += moved
    levels = levels_of(rows)
    data = MarketData((Stream(WORLD, "l2", {name: levels[name] for name in L2_EVENT.names or ()}),), "levels")
    with pytest.raises(InvalidArgument, match="1 of 20 logged orders rested at times that the data does not cover"):
        calibrate_queue_model(data, FEW, orders=log)


def test_masked_orders_are_refused() -> None:
    rows = queue_world("size", 3_000, 8)
    levels = levels_of(rows)
    data = MarketData((Stream(WORLD, "l2", {name: levels[name] for name in L2_EVENT.names or ()}),), "levels")
    with pytest.raises(InvalidArgument, match="orders is a masked array"):
        calibrate_queue_model(data, FEW, orders=np.ma.array(log_of(rows, count=20, life=50)))
