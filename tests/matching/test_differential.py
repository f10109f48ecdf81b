"""Streams of every feature together: the compiled engine answers, trades and holds what its naive twin does."""

from __future__ import annotations

from itertools import product

import pytest

from tests.matching.differential import check_stream
from tests.matching.rule_sets import RULE_SETS
from tests.matching.streams import MIXES

PAIRS = list(product(RULE_SETS, MIXES))
# A million messages over all pairs.
MESSAGES = -(-1_000_000 // len(PAIRS))


@pytest.mark.parametrize("rules", RULE_SETS)
def test_a_short_stream_of_everything_comes_out_the_same(rules: str) -> None:
    check_stream(2, "everything", RULE_SETS[rules], 600)


@pytest.mark.slow
@pytest.mark.parametrize(("rules", "mix"), PAIRS)
def test_statuses_fills_updates_and_books_are_equal(rules: str, mix: str) -> None:
    check_stream(1, mix, RULE_SETS[rules], MESSAGES)
