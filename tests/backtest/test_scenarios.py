"""The rows worked out by hand, each played over every kind of data that it names."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.backtest.scenario_files import Scenario, play, scenarios

ROWS = list(scenarios())


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.file}: {row.name} ({row.data})")
def test_the_row_comes_out_as_its_source_says(row: Scenario) -> None:
    wanted = [(" ".join(step.words), step.expected) for step in row.steps]
    assert play(row) == wanted


def test_there_are_rows_enough_and_each_has_its_own_name_and_a_source() -> None:
    names = Counter((row.name, row.data) for row in ROWS)
    assert [name for name, count in names.items() if count > 1] == []
    assert [row.name for row in ROWS if not row.source.strip() or not row.steps] == []
    assert len({row.name for row in ROWS}) >= 120
    assert len(ROWS) >= 250
