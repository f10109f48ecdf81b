"""Runs the Python examples of the README and the documentation, and follows their links."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.structure.sources import ROOT

PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").glob("**/*.md")])
BLOCK = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\[[^\]]+\]\(([^)#\s]+)(?:#[^)]*)?\)")
MARKET_EVENTS = 20_000


@pytest.fixture(scope="session")
def example_folder(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> Path:
    """A folder as a reader of the documentation has it: the examples, and a small generated market."""
    folder = tmp_path_factory.mktemp("reader")
    (folder / "examples").symlink_to(repository / "examples")
    subprocess.run(
        [sys.executable, "-m", "pytrader", "generate", "demo-market", "--events", str(MARKET_EVENTS)],
        cwd=folder,
        check=True,
        capture_output=True,
    )
    return folder


@pytest.mark.parametrize(
    "page", [page for page in PAGES if BLOCK.search(page.read_text("utf-8"))], ids=lambda page: page.name
)
def test_examples_of_page_run(page: Path, example_folder: Path) -> None:
    """The blocks of a page run in order, as one program."""
    program = "\n".join(BLOCK.findall(page.read_text(encoding="utf-8")))
    answer = subprocess.run(
        [sys.executable, "-W", "error", "-c", program], cwd=example_folder, capture_output=True, text=True, check=False
    )
    assert answer.returncode == 0, answer.stderr


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_of_page_lead_somewhere(page: Path) -> None:
    targets = [link for link in LINK.findall(page.read_text(encoding="utf-8")) if "://" not in link]
    assert [link for link in targets if not (page.parent / link).exists()] == []


def test_every_page_is_in_the_index() -> None:
    index = (ROOT / "docs/index.md").read_text(encoding="utf-8")
    assert [page.name for page in PAGES if page.parent == ROOT / "docs" and f"({page.name})" not in index] == [
        "index.md"
    ]
