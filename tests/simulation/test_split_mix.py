"""The random words are the published generator's, and the draws made of them have the stated distributions."""

from __future__ import annotations

import numpy as np

from pytrader.simulation.split_mix import SplitMix64, below, geometric, intervals

MASK = 2**64 - 1


def reference(seed: int, count: int) -> list[int]:
    """The generator's definition, one word at a time in Python's whole numbers."""
    words = []
    for _ in range(count):
        seed = (seed + 0x9E3779B97F4A7C15) & MASK
        z = seed
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        words.append(z ^ (z >> 31))
    return words


def drawn(seed: int, count: int) -> np.ndarray:
    source = SplitMix64(seed)
    return np.concatenate([source.words(min(1_000, count - at)) for at in range(0, count, 1_000)])


def test_words_are_the_published_generators() -> None:
    assert drawn(1_234_567, 3).tolist() == [6457827717110365317, 3203168211198807973, 9817491932198370423]


def test_words_do_not_depend_on_how_many_are_drawn_at_a_time() -> None:
    for seed in (0, 7, MASK):
        assert drawn(seed, 70_000).tolist() == reference(seed, 70_000)
        one_by_one = SplitMix64(seed)
        assert [int(one_by_one.words(1)[0]) for _ in range(50)] == reference(seed, 50)


def test_below_covers_its_range_evenly() -> None:
    counts = np.bincount(below(drawn(1, 100_000), 10))
    assert len(counts) == 10
    assert counts.min() > 9_500
    assert counts.max() < 10_500


def test_geometric_halves_from_each_number_to_the_next() -> None:
    counts = np.bincount(geometric(drawn(2, 100_000)))
    assert abs(counts[0] - 50_000) < 1_000
    assert abs(counts[3] - 6_250) < 500
    assert geometric(np.array([0, 1, 2**63, MASK], np.uint64)).tolist() == [63, 63, 0, 0]


def test_intervals_are_positive_and_about_exponential() -> None:
    waits = intervals(drawn(3, 200_000), 1_000_000)
    assert waits.min() >= 1
    assert 1_000_000 < waits.mean() < 1_080_000
    assert abs(np.median(waits) / waits.mean() - np.log(2)) < 0.05
    assert abs(waits.std() / waits.mean() - 1) < 0.06


def test_intervals_of_extreme_words_stay_in_range() -> None:
    waits = intervals(np.array([0, 1, 2**63, MASK], np.uint64), 10**10)
    assert waits.min() >= 1
    assert waits.max() < 50 * 10**10
