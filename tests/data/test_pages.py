"""The examples on the pages about market data run as they stand."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

BLOCK = re.compile(r"```python\n(.*?)```", re.DOTALL)


@pytest.mark.parametrize("page", ["data.md", "generate.md"])
def test_examples_of_a_page_run(repository: Path, page: str) -> None:
    blocks = BLOCK.findall((repository / "docs" / page).read_text(encoding="utf-8"))
    assert blocks
    names: dict[str, object] = {}
    for block in blocks:
        exec(compile(block, page, "exec"), names)
