"""When bars begin and how long they last, from a column of times of any form."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import numpy.typing as npt

from pytrader.data.bar_tables import BarTable
from pytrader.data.decimal_text import Int64s, TextColumn
from pytrader.errors import DataError, InvalidArgument

# Times from 1823 to 2116: room to add the length of a bar.
_MAX_NS = 2**62
_NO_TIME = "is not a time such as 2024-01-31 23:59:00 (UTC), from 1823 to 2116"
_CLOSE_NAMES = ("ts_event", "close_time")
_ZERO_OFFSETS = ("Z", "+00:00", " UTC")
# Nanoseconds in the units of epoch integers. The coarsest one is meant that keeps the largest time in range.
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
    times = _from_text(table.time) if isinstance(table.time, TextColumn) else _from_integers(table.time)
    wide = (times > _MAX_NS) | (times < -_MAX_NS)
    if wide.any():
        row = int(wide.argmax())
        raise DataError(f"{table.time_name} {int(times[row])} ns is not from 1823 to 2116", path=path, row=row)
    steps = np.diff(times)
    if duration_ns is None:
        duration_ns = _commonest(path, steps)
    elif not 0 < duration_ns <= _MAX_NS // 2:
        raise InvalidArgument(f"duration_ns is {duration_ns}; give a length above 0, at most {_MAX_NS // 2}")
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


def _from_integers(values: Int64s) -> Int64s:
    if not len(values):
        return values
    largest = max(int(values.max()), -int(values.min()))
    return values * next((unit for unit in _EPOCH_UNITS if largest <= _MAX_NS // unit), 1)


def _from_text(column: TextColumn) -> Int64s:
    texts = [column.text(row) for row in range(len(column))]
    if texts and texts[0].isdigit():
        return _from_integers(column.scaled(0))
    for ending in _ZERO_OFFSETS:
        if texts and texts[0].endswith(ending):
            texts = [text.removesuffix(ending) for text in texts]
    for row, text in enumerate(texts):
        # NumPy also reads words: "today", "now" and "NaT".
        if not text.lstrip("+- ")[:1].isdigit():
            raise column.fail(row, _NO_TIME)
    try:
        coarse, times = _parsed(texts, "datetime64[us]"), _parsed(texts, "datetime64[ns]")
    except (ValueError, UserWarning):
        raise column.fail(_first_bad(texts), _NO_TIME) from None
    # NumPy wraps times that nanoseconds can not hold around without a word; microseconds hold them.
    bad = np.isnat(coarse) | (np.abs(coarse.astype(np.int64)) > _MAX_NS // 1_000)
    if bad.any():
        raise column.fail(int(bad.argmax()), _NO_TIME)
    return times.astype(np.int64)


def _parsed(texts: list[str], unit: str) -> npt.NDArray[np.datetime64]:
    """NumPy's reading of times; a zone, which it would apply and warn of, is an error."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return np.array(texts, unit)


def _first_bad(texts: list[str]) -> int:
    for row, text in enumerate(texts):
        try:
            _parsed([text], "datetime64[ns]")
        except (ValueError, UserWarning):
            return row
    return 0
