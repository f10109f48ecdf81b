"""The examples in the docstrings of the matching module run as they stand."""

from __future__ import annotations

import doctest

import pytrader.matching


def test_the_modules_examples_run() -> None:
    results = doctest.testmod(pytrader.matching)
    assert results.attempted > 3
    assert results.failed == 0
