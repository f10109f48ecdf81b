"""The files of a run's journals, and all that stands in one, as arrays by kind."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from pytrader._core import BacktestEngine, journal_rows
from pytrader.errors import InvalidArgument
from pytrader.model.records import BAR, CASH_EVENT, L2_EVENT, L3_EVENT, MARK, QUOTE, STATUS, TRADE

Fields = list[tuple[str, Any]]
# An instrument's number; and its stream's, counted from 1, or 0.
_PLACE: Final[Fields] = [("instrument", "u4"), ("stream", "u4")]
_CODES: Final = np.dtype(
    {
        "names": ["reason", "liquidity", "exec_type"],
        "formats": ["u1", "u1", "u1"],
        "offsets": [0, 1, 2],
        "itemsize": 8,
    }
)


def _numbers(*names: str) -> Fields:
    return [(name, "i8") for name in names]


def _record(record: np.dtype[np.void], *more: str) -> Fields:
    assert record.names is not None, "records have fields"
    return [*_PLACE, *((name, record[name]) for name in record.names), *_numbers(*more)]


# What stands behind the number and the time of each entry.
_FIELDS: Final[dict[str, Fields]] = {
    "l3": _record(L3_EVENT),
    "l2": _record(L2_EVENT),
    "quote": _record(QUOTE),
    "trade": _record(TRADE),
    "bar": _record(BAR, "duration_ns"),
    "status": _record(STATUS),
    "mark": _record(MARK),
    "cash_event": _record(CASH_EVENT, "mid2_mark"),
    "margin_calls": [*_PLACE, *_numbers("mark_price", "ts_event", "more_follow")],
    "liquidation": [*_PLACE, *_numbers("strategy", "mark_lo", "mark_hi", "ts_event")],
    "report": [
        *_PLACE,
        *_numbers("ts_event", "client_order_id", "venue_order_id", "exec_id"),
        *_numbers("price", "quantity", "last_px", "last_qty"),
        ("codes", _CODES),
        *_numbers("stop_price", "sequence"),
    ],
    "venue_closed": _PLACE,
    "early_rows": [*_PLACE, *_numbers("count")],
    "digest": [("digest", "u8")],
    "end": _numbers("status", "events"),
}


@dataclass(frozen=True)
class JournalFiles:
    """The journal that a run writes, and the one from which it takes its inputs instead of streams and venues."""

    written: bytes | None = None
    replayed: bytes | None = None

    def open_on(self, engine: BacktestEngine) -> None:
        """Open both, before the run has begun."""
        if self.replayed is not None:
            engine.replay_journal(self.replayed)
        if self.written is not None:
            engine.write_journal(self.written)


@dataclass(frozen=True, eq=False)
class Journal:
    """What stands in a journal.

    Attributes
    ----------
    rows : mapping of str to ndarray
        The entries of each kind that there is, by its name in ``docs/journal.md``: ``entry``, its number in the file,
        ``ts``, the kernel's time, and the fields of the kind.
    inputs : int
        How many of them were inputs of the kernel.
    whole : bool
        Whether it ends as a journal ends. If not, the run broke off.
    torn : bool
        Whether a part of an entry, or zeros, stand behind the last whole entry.
    size : int
        Bytes up to there.
    """

    rows: Mapping[str, npt.NDArray[np.void]]
    inputs: int
    whole: bool
    torn: bool
    size: int

    def __repr__(self) -> str:
        kinds = ", ".join(f"{len(rows)} {kind}" for kind, rows in self.rows.items()) or "empty"
        state = "" if self.whole else ", torn" if self.torn else ", breaks off"
        return f"<Journal of {self.inputs} inputs{state}: {kinds}>"


def read_journal(path: str | os.PathLike[str]) -> Journal:
    """Read all of a journal into memory, of which it takes about as much as the file, and twice that while it reads.

    Parameters
    ----------
    path : path
        What a run was given as its ``journal``.

    Raises
    ------
    JournalError
        If the file is no journal or is damaged.

    Examples
    --------
    >>> read_journal("run.journal").rows["report"]["last_px"]  # doctest: +SKIP
    """
    if not isinstance(path, str | os.PathLike):
        raise InvalidArgument(f"a journal is read from the path of a file, got {path!r}")
    arrays, inputs, whole, torn, size = journal_rows(os.fsencode(path))
    rows = {kind: _named(kind, numbers) for kind, numbers in arrays.items()}
    return Journal(rows, inputs, whole, torn, size)


def _named(kind: str, numbers: npt.NDArray[np.int64]) -> npt.NDArray[np.void]:
    named: npt.NDArray[np.void] = numbers.view(np.dtype([*_numbers("entry", "ts"), *_FIELDS.get(kind, [])]))
    return named.reshape(-1)
