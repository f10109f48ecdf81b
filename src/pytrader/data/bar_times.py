"""When bars begin and how long they last, from a column of times of any form."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from pytrader.data.bar_tables import BarTable
from pytrader.data.decimal_text import Int64s, TextColumn
from pytrader.errors import DataError, InvalidArgument

_MAX_NS = 2**63 - 1
_CLOSE_NAMES = ("ts_event", "close_time")
_ZERO_OFFSETS = ("Z", "+00:00", " UTC")
# Nanoseconds in the units of epoch integers. The coarsest one is meant that keeps the largest time before the year
# 2262.
_EPOCH_UNITS = (10**9, 10**6, 10**3, 1)


def bar_times(path: Path, table: BarTable, duration_ns: int | None, timestamp: str | None) -> tuple[Int64s, int]:
    """Return the start of each bar, in nanoseconds since 1970-01-01 UTC, and the length of the bars.

    Raises
    ------
    DataError
        A time that is none, times that do not rise by at least the length of a bar, or no way to tell that length.
    """
    if timestamp is None:
        timestamp = "close" if table.time_name in _CLOSE_NAMES else "open"
    if timestamp not in ("open", "close"):
        raise InvalidArgument(f"timestamp is {timestamp!r}; give 'open' or 'close'")
    if isinstance(table.time, TextColumn):
        times = _from_text(path, table.time)
    else:
        times = _from_integers(table.time, table.time_unit_ns)
    steps = np.diff(times)
    if duration_ns is None:
        duration_ns = _commonest(path, steps)
    elif duration_ns <= 0:
        raise InvalidArgument(f"duration_ns is {duration_ns}; give a length above 0")
    short = steps < duration_ns
    if short.any():
        row = int(short.argmax()) + 1
        raise DataError(
            f"{table.time_name} is {int(steps[row - 1])} ns after the row above, less than a bar of {duration_ns} ns; "
            "sort the rows, leave double ones out, or give duration_ns=",
            path=path,
            row=row,
        )
    return (times if timestamp == "open" else times - duration_ns), duration_ns


def _commonest(path: Path, steps: Int64s) -> int:
    rising = steps[steps > 0]
    if not len(rising):
        raise DataError("too few rows to tell the length of a bar; give duration_ns=", path=path)
    lengths, counts = np.unique(rising, return_counts=True)
    return int(lengths[counts.argmax()])


def _from_integers(values: Int64s, unit_ns: int) -> Int64s:
    if unit_ns or not len(values):
        return values * (unit_ns or 1)
    largest = int(np.abs(values).max())
    return values * next(unit for unit in _EPOCH_UNITS if largest <= _MAX_NS // unit)


def _from_text(path: Path, column: TextColumn) -> Int64s:
    texts = [column.text(row) for row in range(len(column))]
    if texts and texts[0].isdigit():
        return _from_integers(column.scaled(0), 0)
    for ending in _ZERO_OFFSETS:
        if texts and texts[0].endswith(ending):
            texts = [text.removesuffix(ending) for text in texts]
    try:
        times = np.array(texts, "datetime64[ns]")
    except (ValueError, UserWarning):
        raise column.fail(_first_bad(texts), "is not a time such as 2024-01-31 23:59:00 (UTC)") from None
    if np.isnat(times).any():
        raise column.fail(int(np.isnat(times).argmax()), "is not a time such as 2024-01-31 23:59:00 (UTC)")
    return times.astype(np.int64)


def _first_bad(texts: list[str]) -> int:
    for row, text in enumerate(texts):
        try:
            np.datetime64(text, "ns")
        except (ValueError, UserWarning):
            return row
    return 0
