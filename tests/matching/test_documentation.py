"""The examples in the engine's documentation run as they stand."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

import pytest

import pytrader.matching

PAGE = Path(__file__).resolve().parents[2] / "docs" / "matching.md"
EXAMPLES = re.findall(r"^```python\n(.*?)^```", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_pages_examples_run(example: str):
    exec(compile(example, str(PAGE), "exec"), {})


def test_the_modules_examples_run():
    results = doctest.testmod(pytrader.matching)
    assert results.attempted > 3
    assert results.failed == 0
