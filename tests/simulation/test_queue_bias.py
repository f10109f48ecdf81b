"""Known answers of queue models: each is right where its guess is, and as wrong elsewhere as the table says."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import numpy as np
import pytest

from pytrader.errors import InvalidArgument
from pytrader.model.records import L3_EVENT, BookAction
from pytrader.simulation import QueueBias, bias_table, generate, measure_queue_models, queue_bias
from pytrader.simulation.queue_world import REGIMES, Regime, queue_world

MODELS = ("risk_averse", "power:1", "power:3", "power_of_ahead:3", "power_of_total:3", "logarithm", "front")
Table = dict[Regime, dict[str, QueueBias]]


@pytest.fixture(scope="module")
def table() -> Table:
    found = queue_bias(MODELS, steps=40_000, seeds=(1, 2))
    return {regime: {str(bias.model): bias for bias in biases} for regime, biases in found.items()}


def test_risk_averse_is_exact_where_cancels_hit_the_tail(table: Table) -> None:
    bias = table["tail"]["risk_averse"]
    assert bias.orders > 200
    assert bias.absolute_queue_error == 0
    assert bias.false_fill_rate == bias.missed_fill_rate == 0
    assert 0.02 < bias.true_fill_rate < 0.95


def test_front_is_exact_where_cancels_hit_the_front(table: Table) -> None:
    bias = table["front"]["front"]
    assert bias.absolute_queue_error == 0
    assert bias.false_fill_rate == bias.missed_fill_rate == 0


def test_linear_power_is_the_closest_where_cancels_hit_every_lot_alike(table: Table) -> None:
    errors = {name: abs(bias.queue_error) for name, bias in table["size"].items()}
    # Some hundred lots stand at the price.
    assert errors["power:1"] < 2
    assert 4 * errors["power:1"] < min(errors[name] for name in ("risk_averse", "front", "power_of_total:3"))
    assert abs(table["size"]["power:1"].fill_rate_bias) < 0.03


@pytest.mark.parametrize("regime", ["size", "front"])
def test_risk_averse_never_errs_ahead_of_the_truth(table: Table, regime: Regime) -> None:
    bias = table[regime]["risk_averse"]
    assert bias.queue_error == bias.absolute_queue_error > 0.5
    assert bias.false_fill_rate == 0
    assert bias.fill_rate_bias < 0


@pytest.mark.parametrize("regime", ["size", "tail"])
def test_front_never_errs_behind_the_truth(table: Table, regime: Regime) -> None:
    bias = table[regime]["front"]
    assert -bias.queue_error == bias.absolute_queue_error > 0.5
    assert bias.missed_fill_rate == 0
    assert bias.fill_rate_bias > 0


@pytest.mark.parametrize("regime", REGIMES)
def test_the_powers_lie_in_order_between_the_extremes(table: Table, regime: Regime) -> None:
    order = ["power_of_total:3", "power:1", "power_of_ahead:3", "risk_averse"]
    errors = [table[regime][name].queue_error for name in order]
    assert errors == sorted(errors)
    fills = [table[regime][name].fill_rate for name in ("front", "power:1", "risk_averse")]
    assert fills[0] > fills[1] > fills[2]


@pytest.mark.parametrize("regime", REGIMES)
def test_a_world_is_a_sound_book_whose_cancels_hit_where_they_should(regime: Regime) -> None:
    queues: dict[int, list[list[int]]] = {1: [], 2: []}
    places = []
    for row in queue_world(regime, 5_000, 3).tolist():
        _, _, action, side, _, quantity, order, _ = row
        queue = queues[side]
        if action == BookAction.ADD:
            queue.append([order, quantity])
            continue
        place = [known for known, _ in queue].index(order)
        if action == BookAction.EXECUTE:
            assert place == 0
            queue[0][1] -= quantity
            assert queue[0][1] >= 0
        else:
            places.append((place, len(queue)))
            queue[place][1] = 0
        if queue[place][1] == 0:
            del queue[place]
    assert len(places) > 1_000
    if regime == "size":
        assert 0.35 < np.mean([(place + 0.5) / length for place, length in places]) < 0.65
    else:
        assert all(place == (0 if regime == "front" else length - 1) for place, length in places)


def test_the_same_arguments_give_the_same_table_in_another_process() -> None:
    code = (
        "from pytrader.simulation import bias_table, queue_bias;"
        "print(bias_table(queue_bias(('power:2', 'logarithm'), ('size',), steps=5000, seeds=(9,))))"
    )
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    here = bias_table(queue_bias(("power:2", "logarithm"), ("size",), steps=5_000, seeds=(9,)))
    assert printed.strip() == here
    assert here.splitlines()[0] == "| cancels hit | true fill rate | power:2 | logarithm |"


def test_models_are_measured_on_a_generated_market_too() -> None:
    biases = measure_queue_models(generate(20_000, seed=4), ("risk_averse", "front"), life_rows=100)
    assert biases[0].data == "generated, seed 4, 20000 events"
    assert biases[0].orders == biases[1].orders > 100
    assert biases[0].fill_rate <= biases[1].fill_rate


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"models": ()}, "no queue models"),
        ({"models": ("tail",)}, "is none of"),
        ({"models": "power:3"}, "models is 'power:3'; give a list"),
        ({"models": None}, "models is None; give a list"),
        ({"models": (3,)}, "3 is no queue model"),
        ({"life_rows": 0}, "give 1 to 2\\^32 rows"),
        ({"life_rows": -1}, "life_rows is -1; give 1 to 2\\^32 rows"),
        ({"quantity_lots": 0}, "1 to 2\\^24 lots"),
    ],
)
def test_what_can_not_be_measured_is_refused(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidArgument, match=message):
        measure_queue_models(np.zeros(1, L3_EVENT), **{"models": ("front",), **arguments})


def test_rows_behind_a_mask_and_rows_out_of_order_are_refused() -> None:
    rows = queue_world("size", 1_000, 1)
    with pytest.raises(InvalidArgument, match="the order-by-order data is a masked array"):
        measure_queue_models(np.ma.array(rows), ("front",))
    with pytest.raises(InvalidArgument, match="rows go back in time"):
        measure_queue_models(rows[::-1], ("front",))


def test_a_table_without_seeds_is_refused() -> None:
    with pytest.raises(InvalidArgument, match="seeds is empty"):
        queue_bias(("front",), ("size",), steps=1_000, seeds=())


@pytest.mark.parametrize(
    ("regime", "steps", "message"),
    [("both", 10, "regime is 'both'"), ("size", 0, "steps is 0"), ("size", 1.0, "steps")],
)
def test_a_world_that_can_not_be_made_is_refused(regime: Any, steps: Any, message: str) -> None:
    with pytest.raises(InvalidArgument, match=message):
        queue_world(regime, steps, 1)
