"""Runs the General Decimal Arithmetic tests that CPython carries in its own test package."""

from __future__ import annotations

import importlib.util
from fractions import Fraction
from pathlib import Path

import pytest

from pytrader import errors
from pytrader.model.values import Fixed
from tests.decimal.dectest import Case, cases_of

OPERATIONS = (
    "abs",
    "add",
    "compare",
    "divide",
    "divideint",
    "fma",
    "max",
    "min",
    "minus",
    "multiply",
    "parse",
    "plus",
    "quantize",
    "reduce",
    "remainder",
    "subtract",
)


def folder_of_the_interpreter() -> Path | None:
    """Return where this interpreter keeps the tests; some distributions leave the test package out."""
    found = importlib.util.find_spec("test")
    for place in (found.submodule_search_locations or []) if found else []:
        folder = Path(place) / "decimaltestdata"
        if folder.is_dir():
            return folder
    return None


@pytest.fixture(scope="module")
def cases() -> list[Case]:
    folder = folder_of_the_interpreter()
    if folder is None:
        pytest.skip("this interpreter comes without the General Decimal Arithmetic tests (test/decimaltestdata)")
    return cases_of(folder)


def outcome(case: Case) -> Fixed | int:
    """Do what the case says, as a user would write it."""
    if case.operation == "parse":
        return Fixed(case.operands[0])
    a, *others = (Fixed(operand) for operand in case.operands)
    if case.operation in ("add", "subtract"):
        total = a + others[0] if case.operation == "add" else a - others[0]
        return total if case.places is None else total.quantize(case.places, case.mode)
    if case.operation in ("multiply", "divide", "fma"):
        return getattr(a, case.operation)(*others, case.places, case.mode)
    if case.operation == "quantize":
        return a.quantize(case.places, case.mode)
    if case.operation == "compare":
        return (a > others[0]) - (a < others[0])
    return {
        "remainder": lambda: a.remainder(others[0]),
        "divideint": lambda: a.divide_int(others[0]),
        "max": lambda: max(a, others[0]),
        "min": lambda: min(a, others[0]),
        "abs": lambda: abs(a),
        "minus": lambda: -a,
        "plus": lambda: +a,
        "reduce": lambda: a,
    }[case.operation]()


def complaint(case: Case) -> str | None:
    if isinstance(case.expected, str):
        try:
            found = outcome(case)
        except getattr(errors, case.expected):
            return None
        return f"{case}: gave {found}"
    found = outcome(case)
    if Fraction(str(found)) != case.expected:
        return f"{case}: gave {found}"
    if case.text is not None and str(found) != case.text:
        return f"{case}: shown as {found}"
    return None


@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_applicable_case_gives_the_specified_result(operation: str, cases: list[Case]) -> None:
    mine = [case for case in cases if case.operation == operation]
    assert mine
    assert [text for text in map(complaint, mine) if text is not None] == []


def test_some_ten_thousand_cases_are_run(cases: list[Case]) -> None:
    assert {case.operation for case in cases} == set(OPERATIONS)
    assert len(cases) >= 10_000
