"""Compares the compiled engine with its naive twin on streams of messages, row by row, and then their books."""

from __future__ import annotations

import random
from typing import Any

from tests.matching.naive.rows import Message, Terms
from tests.matching.row_engines import CompiledRows, NaiveRows
from tests.matching.streams import MIXES, StreamMaker

BATCHES = (1, 3, 20, 60)
OWNERS = range(1, 5)


def check_equal(naive: NaiveRows, compiled: CompiledRows, messages: list[Message], terms: list[Terms]) -> None:
    """Apply one batch to both and compare everything that came of it."""
    expected = naive.apply(messages, terms)
    found = compiled.apply(messages, terms)
    for what, wanted, got in zip(("statuses", "fills", "updates"), expected, found, strict=True):
        if wanted == got:
            continue
        for number, (want, have) in enumerate(zip(wanted, got, strict=False)):
            index = number if what == "statuses" else want.message_index
            assert have == want, f"{what} differ at row {number}, of message {index}: {messages[index]}"
        raise AssertionError(f"{what} differ in number: {len(got)}, not {len(wanted)}; the last: {(wanted or got)[-1]}")


def check_books(naive: NaiveRows, compiled: CompiledRows) -> None:
    """Compare the displayed books, all live orders and the owners' positions."""
    assert compiled.book() == naive.book()
    assert compiled.live() == naive.live()
    assert [compiled.position(owner) for owner in OWNERS] == [naive.position(owner) for owner in OWNERS]


def check_stream(seed: int, mix: str, rules: dict[str, Any], count: int) -> None:
    """Run `count` messages of one stream through both engines in batches of changing size."""
    stream, sizes = StreamMaker(seed, MIXES[mix]), random.Random(seed)
    naive, compiled = NaiveRows(rules), CompiledRows(rules)
    while count > 0:
        size = min(count, sizes.choice(BATCHES))
        check_equal(naive, compiled, *stream.batch(size))
        check_books(naive, compiled)
        count -= size
