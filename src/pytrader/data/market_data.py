"""Market data in memory: named integer columns per instrument, as the kernel reads them."""

from __future__ import annotations

import operator
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal, SupportsIndex, TypeAlias

import numpy as np
import numpy.typing as npt

from pytrader.errors import InvalidArgument
from pytrader.model import Instrument
from pytrader.model.records import (
    BAR,
    CASH_EVENT,
    FLAG_LAST,
    L2_EVENT,
    L3_EVENT,
    MARK,
    QUOTE,
    STATUS,
    TRADE,
    refuse_masked,
)

Kind: TypeAlias = Literal["l3", "l2", "quote", "trade", "bar", "status", "mark", "cash_event"]
Column: TypeAlias = npt.NDArray[np.int64] | npt.NDArray[np.uint64]

DTYPES: Mapping[str, np.dtype[Any]] = MappingProxyType(
    {
        "l3": L3_EVENT,
        "l2": L2_EVENT,
        "quote": QUOTE,
        "trade": TRADE,
        "bar": BAR,
        "status": STATUS,
        "mark": MARK,
        "cash_event": CASH_EVENT,
    }
)
# Columns that may be left out, and what their absence means: received when it happened; a venue event of its own; not
# said.
OPTIONAL_COLUMNS = frozenset({"ts_init", "flags", "order_count", "index_price"})


@dataclass(frozen=True, eq=False, repr=False)
class Stream:
    """Rows of one kind for one instrument, in the order in which they were received.

    Parameters
    ----------
    instrument : Instrument
        What the rows are about; prices are whole ticks of it, quantities whole lots.
    kind : {"l3", "l2", "quote", "trade", "bar", "status", "mark", "cash_event"}
        Which record the rows are (`pytrader.model.records`).
    columns : mapping of str to numpy.ndarray
        One 1-D array per field of the record, int64 (order_id and trade_id: uint64), all of one length; any stride,
        memory maps included. Kept as read-only views, not copied. ``ts_init`` may be absent (then it equals
        ``ts_event``), ``flags`` too (every row ends a venue event), ``order_count`` too (0, not said).
    duration_ns : int
        Length of a bar in nanoseconds; 0 for the other kinds.

    Raises
    ------
    InvalidArgument
        An unknown kind or column, a missing column, a wrong dtype, or lengths that differ.
    """

    instrument: Instrument
    kind: Kind
    columns: Mapping[str, Column]
    duration_ns: int = 0

    def __post_init__(self) -> None:
        if self.kind not in DTYPES:
            raise InvalidArgument(f"stream kind {self.kind!r} is not one of {', '.join(DTYPES)}")
        object.__setattr__(self, "duration_ns", _duration(self.kind, self.duration_ns))
        fields = DTYPES[self.kind]
        _check_names(self.kind, self.columns)
        views: dict[str, Column] = {}
        for name in fields.names or ():
            if name in self.columns:
                views[name] = _read_only(self.kind, name, self.columns[name], fields[name])
        lengths = {name: len(view) for name, view in views.items()}
        if len(set(lengths.values())) > 1:
            raise InvalidArgument(f"columns of a {self.kind} stream differ in length: {lengths}")
        object.__setattr__(self, "columns", MappingProxyType(views))

    def __len__(self) -> int:
        return len(self.columns["ts_event"])

    def __repr__(self) -> str:
        return f"Stream({self.instrument.id!r}, {self.kind!r}, {len(self)} rows)"

    @property
    def ts_init(self) -> Column:
        """When each row was received, in nanoseconds since 1970-01-01 UTC."""
        return self.columns.get("ts_init", self.columns["ts_event"])

    @property
    def start_ns(self) -> int:
        """When the first row is at its venue, a bar from its open on, in nanoseconds since 1970 UTC; 0 without rows."""
        first = self.columns["ts_open" if self.kind == "bar" else "ts_event"][:1]
        return int(first[0]) if len(first) else 0

    @property
    def end_ns(self) -> int:
        """When the last row is received, no feed latency included, in nanoseconds since 1970 UTC; 0 without rows."""
        if len(self) == 0:
            return 0
        # Rows are in order of ts_event; none is received before it happened, and any may be received late.
        return max(int(self.columns["ts_event"][-1]), int(self.ts_init.max()))

    def to_array(self) -> npt.NDArray[Any]:
        """Return the rows as one structured array of the record's dtype, absent columns filled in."""
        rows = np.zeros(len(self), DTYPES[self.kind])
        if "flags" in (rows.dtype.names or ()):
            rows["flags"] = FLAG_LAST
        if self.kind == "mark":
            rows["index_price"] = np.iinfo(np.int64).min
        rows["ts_init"] = self.ts_init
        for name, values in self.columns.items():
            rows[name] = values
        return rows


@dataclass(frozen=True, eq=False)
class MarketData:
    """Streams that belong together, and where they came from.

    Parameters
    ----------
    streams : tuple of Stream
        At least one. Streams of one instrument have equal instruments.
    source : str
        The file, directory or generator they came from.
    notes : tuple of str
        What a reader left out or had to decide, one sentence each, with counts.
    """

    streams: tuple[Stream, ...]
    source: str
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.streams:
            raise InvalidArgument("market data needs at least one stream")
        known: dict[str, Instrument] = {}
        for stream in self.streams:
            instrument = stream.instrument
            if known.setdefault(instrument.id, instrument) != instrument:
                raise InvalidArgument(
                    f"two streams of {instrument.id} have different instruments, {known[instrument.id].to_dict()} and "
                    f"{instrument.to_dict()}; give both the same one"
                )

    @property
    def instruments(self) -> tuple[Instrument, ...]:
        """The instruments, each once, in the order of their first stream."""
        return tuple({stream.instrument.id: stream.instrument for stream in self.streams}.values())

    @property
    def start_ns(self) -> int:
        """When the first row is at its venue, a bar from its open on, in nanoseconds since 1970 UTC; 0 without rows."""
        return min((stream.start_ns for stream in self._filled()), default=0)

    @property
    def end_ns(self) -> int:
        """When the last row is received, no feed latency included, in nanoseconds since 1970 UTC; 0 without rows."""
        return max((stream.end_ns for stream in self._filled()), default=0)

    @property
    def event_count(self) -> int:
        """Rows of all streams."""
        return sum(len(stream) for stream in self.streams)

    def _filled(self) -> Iterable[Stream]:
        return (stream for stream in self.streams if len(stream))


def _duration(kind: str, value: object) -> int:
    if not isinstance(value, SupportsIndex) or isinstance(value, bool):
        raise InvalidArgument(
            f"duration_ns of a {kind} stream must be whole nanoseconds such as 60_000_000_000, got {value!r}"
        )
    nanoseconds = operator.index(value)
    if kind == "bar" and not 0 < nanoseconds < 2**63:
        raise InvalidArgument(f"a bar stream needs duration_ns above 0 and below 2**63, not {nanoseconds}")
    return nanoseconds


def _check_names(kind: str, columns: Mapping[str, Column]) -> None:
    names = DTYPES[kind].names or ()
    unknown = sorted(set(columns) - set(names))
    if unknown:
        raise InvalidArgument(f"unknown column {unknown[0]!r} in a {kind} stream; it has: {', '.join(names)}")
    missing = [name for name in names if name not in columns and name not in OPTIONAL_COLUMNS]
    if missing:
        raise InvalidArgument(f"column {missing[0]!r} is missing in a {kind} stream; it has: {', '.join(names)}")


def _read_only(kind: str, name: str, values: object, dtype: np.dtype[Any]) -> Column:
    if not isinstance(values, np.ndarray) or values.ndim != 1 or values.dtype != dtype:
        shape = (
            f"{values.dtype} of {values.ndim} dimensions" if isinstance(values, np.ndarray) else type(values).__name__
        )
        raise InvalidArgument(f"column {name!r} of a {kind} stream is {shape}; give a 1-D NumPy array of {dtype.name}")
    refuse_masked(values, f"column {name!r} of a {kind} stream")
    view: Column = values.view()
    view.flags.writeable = False
    return view
