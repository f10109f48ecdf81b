"""What rows of a stream must satisfy before a kernel may read them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pytrader._core import TradingPhase
from pytrader.data.market_data import Stream
from pytrader.errors import DataError
from pytrader.model.records import BookAction

_BLOCK = 1 << 20
_NO_PRICE = np.iinfo(np.int64).min
# Book actions by what their rows must carry; 7 (clear) carries nothing.
_ACTIONS = {"l3": (1, 7), "l2": (1, 7)}
_ERASE, _CLEAR = int(BookAction.ERASE), int(BookAction.CLEAR)
_NEVER_NEGATIVE = ("quantity", "order_count", "bid_quantity", "ask_quantity", "volume")
_PRICES = ("price", "bid_price", "ask_price", "open", "high", "low", "close")


def check_rows(stream: Stream, path: str) -> None:
    """Refuse rows that are out of time order or that no venue can have sent.

    Parameters
    ----------
    stream : Stream
        The rows.
    path : str
        The file to name.

    Raises
    ------
    DataError
        It names the file, the column and the row (counted from 0): receive times that go back, a negative size, an
        order of no size, a price that is no price, an action or side that does not exist, a bar whose high is below
        its low.
    """
    # In blocks, so that memory maps larger than memory pass. The last row of the block before says what time it is.
    for first in range(0, len(stream), _BLOCK):
        block = slice(max(0, first - 1), first + _BLOCK)
        columns = {name: values[block] for name, values in stream.columns.items()}
        _check_block(Stream(stream.instrument, stream.kind, columns, stream.duration_ns), path, block.start)


def _check_block(stream: Stream, path: str, first: int) -> None:
    columns = stream.columns
    time_name = "ts_init" if "ts_init" in columns else "ts_event"
    time = columns[time_name]
    _refuse(
        stream, path, first, time_name, _shifted(time[1:] < time[:-1]), "is before the row above; sort the rows by time"
    )
    for name in _NEVER_NEGATIVE:
        if name in columns:
            _refuse(stream, path, first, name, columns[name] < 0, "is negative")
    for name in _PRICES:
        if name in columns:
            _refuse(stream, path, first, name, columns[name] == _NO_PRICE, "is not a price")
    if "action" in columns:
        _check_book_rows(stream, path, first)
    if stream.kind == "trade":
        _refuse(stream, path, first, "quantity", columns["quantity"] == 0, "is zero; a trade has a size")
        side = columns["aggressor_side"]
        _refuse(
            stream, path, first, "aggressor_side", (side < 0) | (side > 2), "is not 0 (unknown), 1 (buy) or 2 (sell)"
        )
    if stream.kind == "status":
        phase = columns["phase"]
        _refuse(stream, path, first, "phase", (phase < 0) | (phase > max(TradingPhase)), "is not a phase from 0 to 8")
    if stream.kind == "bar":
        _check_bars(stream, path, first)


def _check_book_rows(stream: Stream, path: str, first: int) -> None:
    action, side, quantity = stream.columns["action"], stream.columns["side"], stream.columns["quantity"]
    _refuse(stream, path, first, "action", (action < 1) | (action > _CLEAR), f"is not an action from 1 to {_CLEAR}")
    _refuse(stream, path, first, "side", ((side < 1) | (side > 2)) & (action != _CLEAR), "is not 1 (buy) or 2 (sell)")
    if stream.kind == "l3":
        sized = (action != _CLEAR) & (action != _ERASE)
        _refuse(
            stream, path, first, "quantity", sized & (quantity == 0), "is zero; only erase and clear rows have no size"
        )


def _check_bars(stream: Stream, path: str, first: int) -> None:
    columns = stream.columns
    opened, high, low, close = (columns[name] for name in ("open", "high", "low", "close"))
    _refuse(stream, path, first, "high", (high < opened) | (high < close), "is below another price of its bar")
    _refuse(stream, path, first, "low", (low > opened) | (low > close), "is above another price of its bar")
    _refuse(stream, path, first, "ts_open", columns["ts_open"] >= columns["ts_event"], "is not before the bar's close")


def _shifted(later_row_is_bad: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    return np.concatenate((np.zeros(1, bool), later_row_is_bad))


def _refuse(stream: Stream, path: str, first: int, name: str, bad: npt.NDArray[np.bool_], problem: str) -> None:
    if not bad.any():
        return
    row = int(bad.argmax())
    raise DataError(f"{name} {int(stream.columns[name][row])} {problem}", path=path, row=first + row)
