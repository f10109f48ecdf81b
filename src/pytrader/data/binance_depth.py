"""The venue's rules for depth differences: which apply to a snapshot, in which order, and where one is missing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from pytrader.data.decimal_text import Int64s, TextColumn
from pytrader.errors import DataError

Levels = Sequence[tuple[str, str]]
# One second of differences at the fastest stream is 100; a snapshot comes within seconds of being asked for.
_MAX_WAITING = 100_000


@dataclass
class Texts:
    """Decimal text with the line it came from, file by file."""

    parts: list[tuple[str, list[str], list[int]]] = field(default_factory=list)

    def begin(self, path: str) -> None:
        self.parts.append((path, [], []))

    def add(self, text: str, line: int) -> None:
        _, texts, lines = self.parts[-1]
        texts.append(text)
        lines.append(line)

    def columns(self, name: str) -> list[TextColumn]:
        return [
            TextColumn.from_strings(name, path, texts, np.array(lines, np.int64))
            for path, texts, lines in self.parts
            if texts
        ]

    def joined(self, name: str, convert: Callable[[TextColumn], Int64s]) -> Int64s:
        parts = [convert(column) for column in self.columns(name)]
        return np.concatenate(parts) if parts else np.zeros(0, np.int64)


@dataclass
class LevelTexts:
    """Price and size of every level of every applied event, in order."""

    price: Texts = field(default_factory=Texts)
    quantity: Texts = field(default_factory=Texts)


@dataclass(frozen=True)
class Difference:
    """One depth difference: update ids ``first`` to ``last``; ``previous`` is the last id before it, None on spot."""

    path: str
    line: int
    ts_event: int
    ts_init: int
    first: int
    last: int
    previous: int | None
    bids: Levels
    asks: Levels


class DepthChain:
    """Takes snapshots and differences as they come and keeps those that make up the book.

    Rules of the venue: after a snapshot with update id L, differences that end at or before L (futures: before L) are
    stale; the first that applies must span L + 1 (futures: L); each further one must begin where the one before ended
    (spot: U = u + 1; futures: pu = u).

    Attributes
    ----------
    events : list of (ts_event, ts_init, bids, asks, clears, snapshot)
        One entry per applied event: how many rows of each side, and whether a clear row stands before them.
    """

    def __init__(self, on_gap: str) -> None:
        self.events: list[tuple[int, int, int, int, int, int]] = []
        self.rows = LevelTexts()
        self.waiting: list[Difference] = []
        self.snapshots = 0
        self.gaps = 0
        self.stale = 0
        self._on_gap = on_gap
        self._last: int | None = None
        self._fresh = False

    def begin_file(self, path: str) -> None:
        """Say which file the following rows come from."""
        self.rows.price.begin(path)
        self.rows.quantity.begin(path)

    def snapshot(self, line: int, ts_event: int, ts_init: int, last: int, bids: Levels, asks: Levels) -> None:
        """Begin the book anew; differences that waited for it become known with it."""
        self.snapshots += 1
        self._last, self._fresh = last, True
        self._append(line, ts_event, ts_init, bids, asks, clears=1)
        waiting, self.waiting = self.waiting, []
        for difference in waiting:
            self._apply(difference, ts_init)

    def difference(self, difference: Difference) -> None:
        """Apply a difference, or keep it until the snapshot comes."""
        if self._last is not None:
            self._apply(difference, difference.ts_init)
            return
        if len(self.waiting) >= _MAX_WAITING:
            raise DataError(
                f"{_MAX_WAITING} depth differences without a snapshot; name the file with the snapshot first",
                path=difference.path,
                line=difference.line,
            )
        self.waiting.append(difference)

    def _apply(self, difference: Difference, ts_init: int) -> None:
        if self._last is None:
            self.waiting.append(difference)
            return
        futures = difference.previous is not None
        if difference.last < self._last or (not futures and difference.last == self._last):
            self.stale += 1
            return
        if not self._follows(difference):
            self._gap(difference, ts_init)
            return
        self._last, self._fresh = difference.last, False
        self._append(difference.line, difference.ts_event, ts_init, difference.bids, difference.asks, clears=0)

    def _follows(self, difference: Difference) -> bool:
        assert self._last is not None
        if difference.previous is None:
            begins_in_time = difference.first <= self._last + 1
            return begins_in_time if self._fresh else difference.first == self._last + 1
        return difference.first <= self._last if self._fresh else difference.previous == self._last

    def _gap(self, difference: Difference, ts_init: int) -> None:
        if self._on_gap == "refuse":
            raise DataError(
                f"a depth difference is missing: update {self._last} is followed by "
                f"{difference.first}; give on_gap='clear' to go on from the next snapshot",
                path=difference.path,
                line=difference.line,
            )
        self.gaps += 1
        self._last = None
        self.events.append((difference.ts_event, ts_init, 0, 0, 1, 0))
        self.waiting.append(difference)

    def _append(self, line: int, ts_event: int, ts_init: int, bids: Levels, asks: Levels, clears: int) -> None:
        for side in (bids, asks):
            for price, quantity in side:
                self.rows.price.add(price, line)
                self.rows.quantity.add(quantity, line)
        self.events.append((ts_event, ts_init, len(bids), len(asks), clears, clears))
