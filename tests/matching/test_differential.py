"""Streams of every feature together: the compiled engine answers, trades and holds what its naive twin does."""

from __future__ import annotations

import random
from itertools import product
from typing import Any

import pytest

from tests.matching.naive.rows import Message, Terms
from tests.matching.row_engines import CompiledRows, NaiveRows
from tests.matching.streams import MIXES, StreamMaker

RULES: dict[str, dict[str, Any]] = {
    "default": {"market_protection_ticks": 2},
}
MESSAGES = 5_000


def check_equal(naive: NaiveRows, compiled: CompiledRows, messages: list[Message], terms: list[Terms]) -> None:
    """Apply one batch to both and compare everything that came of it, row by row."""
    expected = naive.apply(messages, terms)
    found = compiled.apply(messages, terms)
    for what, wanted, got in zip(("statuses", "fills", "updates"), expected, found, strict=True):
        for number, (want, have) in enumerate(zip(wanted, got, strict=False)):
            assert have == want, f"{what} differ at row {number}"
        assert len(got) == len(wanted), f"{what} differ in number"


def check_books(naive: NaiveRows, compiled: CompiledRows) -> None:
    assert compiled.book() == naive.book()
    live = {order_id: order.leaves for order_id, order in naive.engine.orders.items()}
    assert {order_id: compiled.open_quantity(order_id) for order_id in live} == live
    assert len(compiled.engine) == len(live)


def run_stream(seed: int, mix: str, rules: dict[str, Any], count: int) -> None:
    stream, sizes = StreamMaker(seed, MIXES[mix]), random.Random(seed)
    naive, compiled = NaiveRows(rules), CompiledRows(rules)
    while count > 0:
        size = sizes.choice((1, 2, 5, 50, 200))
        check_equal(naive, compiled, *stream.batch(size))
        check_books(naive, compiled)
        count -= size


@pytest.mark.parametrize(("rules", "mix"), product(RULES, MIXES))
def test_statuses_fills_updates_and_books_are_equal(rules: str, mix: str) -> None:
    run_stream(1, mix, RULES[rules], MESSAGES)
