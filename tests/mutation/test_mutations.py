"""The planted defects still find their place in the sources; planting them is `make mutation`."""

from __future__ import annotations

import pytest

from tests.mutation.mutate import ROOT, Mutation, mutations

CLASSES = (
    "maker price one-sided",
    "stale best after cancel",
    "sibling lost on reprice",
    "FOK against one maker",
    "hash erase without shift",
    "zero-quantity fill",
    "single-pass stop cascade",
    "recursion on deep sweeps",
    "iceberg refill that keeps its place",
    "pro-rata remainder lost",
    "merge tie broken the wrong way",
    "latency of cancels applied to new orders",
    "quiet rows that pass a due timer",
    "row hashed without one field",
    "OCO sibling not canceled after a part",
    "fill booked twice",
    "stop that fires one tick late",
    "trailing extreme that looks the wrong way",
    "capital of a canceled order not freed",
    "fee side swapped",
)


@pytest.mark.parametrize("mutation", mutations(), ids=lambda mutation: mutation.name)
def test_the_defect_can_be_planted(mutation: Mutation) -> None:
    text = (ROOT / mutation.file).read_text(encoding="utf-8")
    assert mutation.planted(text) != text


@pytest.mark.parametrize("mutation", mutations(), ids=lambda mutation: mutation.name)
def test_the_tests_that_must_notice_it_exist(mutation: Mutation) -> None:
    assert mutation.tests
    for test in mutation.tests:
        program, _, file = test.partition(":")
        folder = ROOT / "tests" / "core" / program.removeprefix("test_")
        assert [each for each in folder.glob("test_*.cpp") if file in each.name], test


def test_every_class_of_defects_is_planted() -> None:
    names = [mutation.name for mutation in mutations()]
    assert [each for each in CLASSES if each not in names] == []
    assert len(set(names)) == len(names)


def test_a_defect_without_its_place_is_an_error() -> None:
    with pytest.raises(ValueError, match="up to date"):
        Mutation("gone", "file", "text that is gone", "", ()).planted("other text")
