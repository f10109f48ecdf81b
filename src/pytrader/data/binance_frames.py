"""Binance captures as columns: what the compiled reader found, with the text of each number where it stands."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from pytrader._core import BinanceCapture
from pytrader.data.decimal_text import Int64s, TextColumn
from pytrader.data.files import read_bytes
from pytrader.errors import DataError

NO_TIME = -1
_NO_ROWS: Int64s = np.zeros(0, np.int64)


@dataclass
class Texts:
    """The cells of one number, file by file."""

    parts: list[tuple[str, npt.NDArray[np.uint8], Int64s, Int64s, Int64s]] = field(default_factory=list)

    def columns(self, name: str) -> list[TextColumn]:
        return [TextColumn(name, *part) for part in self.parts if len(part[2])]

    def joined(self, name: str, convert: Callable[[TextColumn], Int64s]) -> Int64s:
        parts = [convert(column) for column in self.columns(name)]
        return np.concatenate(parts) if parts else _NO_ROWS


@dataclass
class Levels:
    """Price and size of every level of the applied depth frames, in the order of the files."""

    price: Texts = field(default_factory=Texts)
    quantity: Texts = field(default_factory=Texts)


@dataclass
class Quotes:
    """bookTicker frames; ``ts_event`` is `NO_TIME` where the frame says none."""

    ts_event: Int64s = field(default_factory=lambda: _NO_ROWS)
    ts_init: Int64s = field(default_factory=lambda: _NO_ROWS)
    bid_price: Texts = field(default_factory=Texts)
    bid_quantity: Texts = field(default_factory=Texts)
    ask_price: Texts = field(default_factory=Texts)
    ask_quantity: Texts = field(default_factory=Texts)


@dataclass
class Trades:
    """trade frames."""

    ts_event: Int64s = field(default_factory=lambda: _NO_ROWS)
    ts_init: Int64s = field(default_factory=lambda: _NO_ROWS)
    price: Texts = field(default_factory=Texts)
    quantity: Texts = field(default_factory=Texts)
    buyer_is_maker: Int64s = field(default_factory=lambda: _NO_ROWS)
    trade_id: Int64s = field(default_factory=lambda: _NO_ROWS)


@dataclass
class Capture:
    """What was read, over all files.

    Attributes
    ----------
    events : numpy.ndarray of int64
        One row per applied event of the book: ts_event, ts_init, bids, asks, clears, snapshot; how many rows of each
        side, and whether a clear row stands before them.
    rows : numpy.ndarray of int64
        The levels of the events in order, bids first, as places in ``levels``.
    """

    reader: BinanceCapture
    symbol: str = ""
    events: Int64s = field(default_factory=lambda: np.zeros((0, 6), np.int64))
    rows: Int64s = field(default_factory=lambda: _NO_ROWS)
    levels: Levels = field(default_factory=Levels)
    quotes: Quotes = field(default_factory=Quotes)
    trades: Trades = field(default_factory=Trades)


def read_capture(paths: list[Path], on_gap: str) -> Capture:
    """Read the files of one capture, in order.

    Raises
    ------
    DataError
        A line that is no frame, receive times that go back, a second symbol, a gap that ``on_gap`` refuses; it names
        file and line.
    """
    reader = BinanceCapture(on_gap == "clear")
    capture = Capture(reader)
    levels: list[tuple[str, npt.NDArray[np.uint8], tuple[Int64s, ...]]] = []
    for path in paths:
        data = read_bytes(path)
        stop = reader.read(data)
        if stop is not None:
            raise _failed(paths, capture, *stop)
        if reader.lines == 0:
            raise DataError("the file is empty", path=str(path))
        buffer = np.frombuffer(data, np.uint8)
        levels.append((str(path), buffer, reader.levels))
        _add_quotes(capture.quotes, str(path), buffer, reader.quotes)
        _add_trades(capture.trades, str(path), buffer, reader.trades)
    capture.symbol = json.loads(f'"{reader.symbol}"')
    _add_levels(capture, levels)
    return capture


def _failed(
    paths: list[Path], capture: Capture, fault: str, file: int, line: int, text: str, first: int, last: int
) -> DataError:
    messages = {
        "not_a_line": f"not a line of a Binance capture (receive time in ns, a space, a JSON frame): {text}; "
        "is the file cut short?",
        "time_backwards": f"receive time {first} goes back; name the files in order",
        "other_symbol": f"symbol {text} in a capture of {capture.reader.symbol}; read one symbol at a time",
        "other_market": "a spot frame in a capture of futures; read one market at a time",
        "not_text": f"{text} is not a plain decimal number in quotes",
        "gap": f"a depth difference is missing: update {first} is followed by {last}; "
        "give on_gap='clear' to go on from the next snapshot",
        "too_many_waiting": "100000 depth differences without a snapshot; name the file with the snapshot first",
    }
    return DataError(messages[fault], path=str(paths[file]), line=line)


def _add_quotes(quotes: Quotes, path: str, buffer: npt.NDArray[np.uint8], columns: tuple[Int64s, ...]) -> None:
    ts_event, ts_init, line = columns[:3]
    quotes.ts_event = np.concatenate((quotes.ts_event, ts_event))
    quotes.ts_init = np.concatenate((quotes.ts_init, ts_init))
    cells = (quotes.bid_price, quotes.bid_quantity, quotes.ask_price, quotes.ask_quantity)
    for place, texts in enumerate(cells):
        texts.parts.append((path, buffer, columns[3 + 2 * place], columns[4 + 2 * place], line))


def _add_trades(trades: Trades, path: str, buffer: npt.NDArray[np.uint8], columns: tuple[Int64s, ...]) -> None:
    ts_event, ts_init, line, price_begin, price_end, size_begin, size_end, maker, trade_id = columns
    trades.ts_event = np.concatenate((trades.ts_event, ts_event))
    trades.ts_init = np.concatenate((trades.ts_init, ts_init))
    trades.buyer_is_maker = np.concatenate((trades.buyer_is_maker, maker))
    trades.trade_id = np.concatenate((trades.trade_id, trade_id))
    trades.price.parts.append((path, buffer, price_begin, price_end, line))
    trades.quantity.parts.append((path, buffer, size_begin, size_end, line))


def _add_levels(capture: Capture, files: list[tuple[str, npt.NDArray[np.uint8], tuple[Int64s, ...]]]) -> None:
    """Keep the levels of applied events only: what was left out is not judged."""
    ts_event, ts_init, first_bid, bids, first_ask, asks, clears, snapshot = capture.reader.events.T
    capture.events = np.stack((ts_event, ts_init, bids, asks, clears, snapshot), axis=1)
    starts = np.stack((first_bid, first_ask), axis=1).ravel()
    counts = np.stack((bids, asks), axis=1).ravel()
    order = np.arange(counts.sum()) + np.repeat(starts - (np.cumsum(counts) - counts), counts)
    total = sum(len(columns[0]) for _, _, columns in files)
    applied = np.zeros(total, bool)
    applied[order] = True
    capture.rows = (np.cumsum(applied) - 1)[order]
    first = 0
    for path, buffer, columns in files:
        used = applied[first : first + len(columns[0])]
        price_begin, price_end, size_begin, size_end, line = (column[used] for column in columns)
        capture.levels.price.parts.append((path, buffer, price_begin, price_end, line))
        capture.levels.quantity.parts.append((path, buffer, size_begin, size_end, line))
        first += len(columns[0])
