"""The random numbers of strategies: the same for one seed on every machine, each strategy's its own."""

from __future__ import annotations

import copy
import pickle
from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytrader import Backtest, InvalidArgument, InvalidState, Strategy
from pytrader.simulation.split_mix import SplitMix64
from pytrader.strategy import Random
from tests.backtest.markets import instrument, quotes

SEEDS = st.integers(0, 2**64 - 1)


def naive_words(state: int, count: int) -> list[int]:
    """SplitMix64 by the book, in Python's integers."""
    mask = 2**64 - 1
    words = []
    for _ in range(count):
        state = (state + 0x9E3779B97F4A7C15) & mask
        z = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & mask
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & mask
        words.append(z ^ (z >> 31))
    return words


@given(SEEDS)
def test_words_are_those_of_split_mix(seed: int) -> None:
    source = Random(seed, "one")
    start = source.state
    words = [source.word() for _ in range(5)]
    assert words == naive_words(start, 5) == SplitMix64(start).words(5).tolist()


def test_the_numbers_of_a_seed_never_change() -> None:
    source = Random(7, "Follow")
    assert [source.below(1000) for _ in range(6)] == [428, 276, 849, 970, 715, 890]


@given(SEEDS, st.integers(1, 2**64 - 1))
def test_numbers_below_a_bound_are(seed: int, bound: int) -> None:
    source = Random(seed)
    assert all(0 <= source.below(bound) < bound for _ in range(20))


@given(SEEDS, st.integers(-(10**6), 10**6), st.integers(0, 10**6))
def test_numbers_between_two_are_both_included(seed: int, low: int, span: int) -> None:
    source = Random(seed)
    assert all(low <= source.between(low, low + span) <= low + span for _ in range(20))
    assert {Random(each).between(low, low + 1) for each in range(40)} == {low, low + 1}


def test_every_number_is_as_likely() -> None:
    source = Random(1)
    counts = Counter(source.below(6) for _ in range(60_000))
    assert all(abs(count - 10_000) < 500 for count in counts.values())
    assert abs(sum(source.chance(1, 4) for _ in range(40_000)) - 10_000) < 500
    assert abs(sum(source.fraction() for _ in range(40_000)) - 20_000) < 500


def test_a_shuffle_and_a_sample_lose_nothing() -> None:
    source = Random(3)
    items = list(range(50))
    source.shuffle(items)
    assert items != list(range(50))
    assert sorted(items) == list(range(50))
    drawn = source.sample(range(50), 20)
    assert len(set(drawn)) == 20
    assert source.choice("a") == "a"


def test_a_copy_and_a_state_go_on_alike() -> None:
    source = Random(5)
    source.word()
    twins = [copy.copy(source), pickle.loads(pickle.dumps(source)), Random(0)]
    twins[2].state = source.state
    wanted = [source.word() for _ in range(3)]
    assert [[twin.word() for _ in range(3)] for twin in twins] == [wanted] * 3


@pytest.mark.parametrize(
    "call",
    [
        lambda source: source.below(0),
        lambda source: source.below(-1),
        lambda source: source.between(2, 1),
        lambda source: source.chance(3, 2),
        lambda source: source.chance(0, 0),
        lambda source: source.choice([]),
        lambda source: source.sample([1], 2),
        lambda source: Random(-1),
        lambda source: Random(2**64),
    ],
)
def test_what_can_not_be_drawn_is_refused(call: Any) -> None:
    with pytest.raises(InvalidArgument):
        call(Random(1))


@pytest.mark.parametrize("seed", [1.0, True, "1", None])
def test_a_seed_is_a_whole_number(seed: Any) -> None:
    with pytest.raises(TypeError, match="seed must be a whole number"):
        Random(seed)


class Gambler(Strategy):
    """Trades by chance."""

    def on_start(self) -> None:
        self.drawn: list[int] = []

    def on_quote(self, quote: Any) -> None:
        self.drawn.append(self.random.below(1000))
        if self.random.chance(1, 2):
            self.buy("0.001")


def gamble(seed: int = 0) -> tuple[list[list[int]], Any]:
    strategies = [Gambler(), Gambler()]
    data = (instrument(), quotes([(100, 101)] * 30))
    result = Backtest(strategies, data, cash="1000 USDT", seed=seed).run()
    return [strategy.drawn for strategy in strategies], result


def test_runs_of_one_seed_are_equal_and_of_another_are_not() -> None:
    first, again, other = gamble(1), gamble(1), gamble(2)
    assert first[0] == again[0] != other[0]
    assert first[1].digest == again[1].digest != other[1].digest
    assert (first[1].seed, other[1].seed) == (1, 2)


def test_strategies_of_one_run_draw_different_numbers() -> None:
    drawn, _ = gamble()
    assert drawn[0] != drawn[1]


def test_the_seed_is_in_the_digest_even_where_nobody_draws() -> None:
    class Idle(Strategy):
        pass

    data = (instrument(), quotes([(100, 101)]))
    digests = {Backtest(Idle(), data, cash="1 USDT", seed=seed).run().digest for seed in (0, 1, 2**64 - 1)}
    assert len(digests) == 3


def test_random_numbers_are_drawn_in_handlers_only() -> None:
    with pytest.raises(InvalidState, match="inside a handler"):
        _ = Gambler().random


@pytest.mark.parametrize("seed", [-1, 2**64, 1.5, True, "7"])
def test_a_wrong_seed_of_a_run_is_refused(seed: Any) -> None:
    with pytest.raises(InvalidArgument, match="seed must be a whole number from 0"):
        gamble(seed)
