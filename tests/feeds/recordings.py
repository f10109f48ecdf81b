"""Recorded frames of the shared data, as the feeds take them."""

from __future__ import annotations

import gzip
from pathlib import Path


def recorded(path: Path) -> bytes:
    """Return a recording, gzip undone."""
    raw = path.read_bytes()
    return gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw


def answer_of(path: Path, url: str) -> bytes:
    """Return the answer to a request in a recording of requests: ``url -> time: answer``."""
    for line in recorded(path).splitlines():
        head, separator, rest = line.partition(b" -> ")
        if separator and head.decode().startswith(url):
            return rest.partition(b": ")[2]
    raise AssertionError(f"{path} has no answer of {url}")
