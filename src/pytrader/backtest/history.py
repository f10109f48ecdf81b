"""Past market data for strategies: what they have received until now, as columns, and nothing of what is to come."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from pytrader._core import TradingPhase
from pytrader._strategy import duration_ns
from pytrader.errors import InvalidArgument

if TYPE_CHECKING:
    from pytrader._core import BacktestEngine
    from pytrader.data import Stream

Column = npt.NDArray[np.int64] | npt.NDArray[np.uint64]
# What a timetable has, by what it is called here.
_SESSIONS: Final = {
    "open": int(TradingPhase.CONTINUOUS),
    "close": int(TradingPhase.CLOSED),
    "pre_open": int(TradingPhase.PRE_OPEN),
    "opening_auction": int(TradingPhase.OPENING_AUCTION),
    "intraday_auction": int(TradingPhase.INTRADAY_AUCTION),
    "closing_auction": int(TradingPhase.CLOSING_AUCTION),
    "post_close": int(TradingPhase.POST_CLOSE),
}
_INTERRUPTIONS: Final = (int(TradingPhase.HALT), int(TradingPhase.VOLATILITY_AUCTION))
KINDS: Final = {"quotes": "quote", "trades": "trade"}


class History:
    """Reads the streams of one run, as far as the strategies have received them.

    Parameters
    ----------
    engine : BacktestEngine
        Knows how far that is.
    streams : sequence of (Stream, int)
        In the order in which the engine has them, with the instruments' numbers.
    """

    def __init__(self, engine: BacktestEngine, streams: Sequence[tuple[Stream, int]]) -> None:
        self._engine = engine
        self._streams = streams

    def __call__(self, what: object, instrument: int, count: object, start: object, end: object) -> dict[str, Column]:
        """Columns of what an instrument's market has shown until now; see `Strategy.history`."""
        first, last, wanted = _whole(start, "start"), _whole(end, "end"), _whole(count, "count")
        if wanted is not None and wanted < 1:
            raise InvalidArgument(f"count must be at least 1, got {count!r}")
        if first is not None and last is not None and last < first:
            raise InvalidArgument(f"history from {first} to {last} goes backwards: give start <= end")
        kind = KINDS.get(what) if isinstance(what, str) else None
        columns = self._received(kind, instrument) if kind is not None else self._bars(what, instrument)
        rows = _between(columns["ts_event"], first, last)
        if wanted is not None:
            rows = rows[-wanted:]
        return {name: _frozen(column[rows]) for name, column in columns.items()}

    def next_session(self, phase: object, instrument: int, offset: int, now: int) -> int | None:
        """The first time after `now` that is so far behind the begin of a phase; see `Clock.at_session`."""
        if not isinstance(phase, str) or phase not in _SESSIONS:
            raise InvalidArgument(f"at_session knows {', '.join(_SESSIONS)}, got {phase!r}")
        rows = [stream for stream, owner in self._streams if owner == instrument and stream.kind == "status"]
        if not rows:
            raise InvalidArgument("this instrument has no status rows, so nothing is known of its trading day")
        times = np.concatenate([stream.columns["ts_event"] for stream in rows])
        order = np.argsort(times, kind="stable")
        phases = np.concatenate([stream.columns["phase"] for stream in rows])[order]
        alerts = times[order] + offset
        begins = phase_begins(phases, phase) & (alerts > now)
        return int(alerts[int(np.argmax(begins))]) if begins.any() else None

    def _received(self, kind: str, instrument: int) -> dict[str, Column]:
        parts = [
            {name: column[: self._engine.rows_received(index)] for name, column in stream.columns.items()}
            for index, (stream, owner) in enumerate(self._streams)
            if owner == instrument and stream.kind == kind
        ]
        if not parts:
            known = sorted({stream.kind for stream, owner in self._streams if owner == instrument})
            raise InvalidArgument(
                f"the data of this instrument has no {kind} rows, only {', '.join(known)}: "
                "ask for those, or for bars such as '1m'"
            )
        if len(parts) == 1:
            return parts[0]
        names = [name for name in parts[0] if all(name in part for part in parts)]
        joined = {name: np.concatenate([part[name] for part in parts]) for name in names}
        order = np.argsort(joined["ts_event"], kind="stable")
        return {name: column[order] for name, column in joined.items()}

    def _bars(self, what: object, instrument: int) -> dict[str, Column]:
        if not isinstance(what, str | int) or isinstance(what, bool):
            raise InvalidArgument(f"history is of 'quotes', 'trades' or bars such as '1m', got {what!r}")
        try:
            length = duration_ns(what, "a bar's length")
        except InvalidArgument:
            raise InvalidArgument(f"history is of 'quotes', 'trades' or bars such as '1m', got {what!r}") from None
        if length <= 0:
            raise InvalidArgument(f"a bar's length must be positive, got {what!r}")
        # Refused where the data has neither such bars nor trades, as such a series is.
        return dict(self._engine.past_bars(instrument, length))


def phase_begins(phases: Column, phase: str) -> npt.NDArray[np.bool_]:
    """Where a phase begins: not where a row repeats it, nor where continuous trading goes on after an interruption."""
    wanted = _SESSIONS[phase]
    before = np.concatenate(([-1], phases))[:-1]
    if phase == "open":
        # For each row the last one before it that was no interruption; -1 for none.
        places = np.where(np.isin(before, _INTERRUPTIONS), 0, np.arange(len(before)))
        before = before[np.maximum.accumulate(places)]
    begins: npt.NDArray[np.bool_] = (phases == wanted) & (before != wanted)
    return begins


def _whole(value: Any, name: str) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not hasattr(value, "__index__"):
        raise TypeError(f"{name} must be a whole number, got {value!r}")
    return int(value)


def _between(times: Column, first: int | None, last: int | None) -> npt.NDArray[np.int64]:
    wanted = np.ones(len(times), bool)
    if first is not None:
        wanted &= times >= first
    if last is not None:
        wanted &= times < last
    return np.flatnonzero(wanted)


def _frozen(column: Column) -> Column:
    column.flags.writeable = False
    return column
