"""The cases worked out by hand, each on the naive and on the compiled engine, line by line."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.matching.case_files import Case, cases, parse
from tests.matching.row_engines import ROW_ENGINES, look, tell

CASES = list(cases())


@pytest.mark.parametrize("kind", sorted(ROW_ENGINES))
@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.file}: {case.name}")
def test_the_case_comes_out_as_its_source_says(case: Case, kind: str) -> None:
    engine = ROW_ENGINES[kind](case.rules)
    for number, step in enumerate(case.steps, start=1):
        where = f"step {number}: {step.text}"
        if step.status is None:
            assert look(engine, step.text) == step.events, where
        else:
            status, events = tell(engine, *parse(step.text))
            assert (status, events) == (step.status, step.events), where


def test_every_case_has_its_own_name_and_a_source() -> None:
    names = Counter(case.name for case in CASES)
    assert [name for name, count in names.items() if count > 1] == []
    assert [case.name for case in CASES if not case.source.strip() or not case.steps] == []
