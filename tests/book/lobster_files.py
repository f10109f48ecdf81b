"""The LOBSTER files as plain tables, read without the readers of the package: a replay depends on the book alone."""

from __future__ import annotations

import csv
import gzip
from pathlib import Path

BookState = tuple[tuple[int, int], ...]

ADD, REDUCE, ERASE, EXECUTE, HIDDEN = range(1, 6)


def table(path: Path) -> list[list[int]]:
    """Read a file of integers; of a message file, leave out the time."""
    with gzip.open(path, "rt", encoding="ascii") as text:
        delimiter = ";" if ";" in text.readline() else ","
        text.seek(0)
        skipped = 1 if "message" in path.name else 0
        return [[int(field) for field in row[skipped:]] for row in csv.reader(text, delimiter=delimiter)]


def sides(row: list[int]) -> tuple[BookState, BookState]:
    """Split a book row into bids and asks, best first, without its empty levels."""
    levels = range(0, len(row), 4)
    asks = tuple((row[i], row[i + 1]) for i in levels if row[i + 1])
    bids = tuple((row[i + 2], row[i + 3]) for i in levels if row[i + 3])
    return bids, asks
