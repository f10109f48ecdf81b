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
)


@pytest.mark.parametrize("mutation", mutations(), ids=lambda mutation: mutation.name)
def test_the_defect_can_be_planted(mutation: Mutation) -> None:
    text = (ROOT / mutation.file).read_text(encoding="utf-8")
    assert mutation.planted(text) != text


def test_every_class_of_defects_is_planted() -> None:
    names = [mutation.name for mutation in mutations()]
    assert [each for each in CLASSES if each not in names] == []
    assert len(set(names)) == len(names)


def test_a_defect_without_its_place_is_an_error() -> None:
    with pytest.raises(ValueError, match="up to date"):
        Mutation("gone", "file", "text that is gone", "").planted("other text")
