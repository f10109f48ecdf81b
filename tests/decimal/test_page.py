"""The examples on the page about exact decimals run as they stand."""

from __future__ import annotations

import re
from pathlib import Path

BLOCK = re.compile(r"```python\n(.*?)```", re.DOTALL)


def test_examples_of_the_page_run(repository: Path) -> None:
    blocks = BLOCK.findall((repository / "docs" / "decimals.md").read_text(encoding="utf-8"))
    assert len(blocks) > 5
    names: dict[str, object] = {}
    for block in blocks:
        exec(compile(block, "decimals.md", "exec"), names)
