"""The examples in the pages about strategies and back-tests run as they stand."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

BLOCK = re.compile(r"```python\n(.*?)```", re.DOTALL)


@pytest.mark.parametrize("page", ["strategies", "backtest", "compiled_strategies"])
def test_every_example_of_the_page_runs(page: str, repository: Path) -> None:
    blocks = BLOCK.findall((repository / "docs" / f"{page}.md").read_text(encoding="utf-8"))
    assert blocks
    for number, block in enumerate(blocks):
        code = compile(block, f"docs/{page}.md, example {number + 1}", "exec", dont_inherit=True)
        exec(code, {"__name__": f"page_{page}_{number}"})
