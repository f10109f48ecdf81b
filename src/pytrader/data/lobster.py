"""LOBSTER files (Nasdaq order messages and book snapshots) as order-by-order streams."""

from __future__ import annotations

import re
from dataclasses import dataclass
from os import PathLike
from pathlib import Path

import numpy as np

from pytrader.data.decimal_text import Int64s, TextColumn, split_table, step_of
from pytrader.data.files import read_bytes
from pytrader.data.lobster_seed import BookRow, Touches, seed_orders
from pytrader.data.market_data import MarketData, Stream
from pytrader.data.new_york import midnight_ns
from pytrader.data.symbols import plain_symbol
from pytrader.errors import DataError, InvalidArgument
from pytrader.model import Instrument, Side
from pytrader.model.records import FLAG_LAST, FLAG_SNAPSHOT, BookAction

FILE_NAME = re.compile(
    r"(?P<symbol>[^_]+)_(?P<date>\d{4}-\d{2}-\d{2})_(?P<start>\d+)_(?P<end>\d+)_message_(?P<levels>\d+)"
)
_COLUMNS = ("time", "type", "order id", "size", "price", "direction")
# Message types of the vendor's description; 6 (auction print) is not in it but occurs.
_ADD, _REDUCE, _ERASE, _EXECUTE, _HIDDEN, _CROSS, _HALT = range(1, 8)
_BUY, _SELL = int(Side.BUY), int(Side.SELL)
# The row that each message type makes; 0 is no type, and a halt has no row.
_ACTIONS = np.array(
    [
        0,
        BookAction.ADD,
        BookAction.REDUCE,
        BookAction.ERASE,
        BookAction.EXECUTE,
        BookAction.TRADE,
        BookAction.TRADE,
        0,
    ],
    np.int64,
)
_DAY_NS = 86_400_000_000_000
# Prices are dollars times 10,000.
_PRICE_DECIMALS = 4


@dataclass(frozen=True, eq=False)
class Messages:
    """The columns of a message file; row in the file, ts in nanoseconds since 1970-01-01 UTC, price in ticks."""

    row: Int64s
    ts: Int64s
    kind: Int64s
    order_id: Int64s
    size: Int64s
    price: Int64s
    side: Int64s

    def __len__(self) -> int:
        return len(self.ts)

    def keep(self, rows: np.ndarray) -> Messages:
        return Messages(*(getattr(self, name)[rows] for name in self.__dataclass_fields__))


def read_lobster(
    path: str | PathLike[str],
    *,
    book: str | PathLike[str] | None = None,
    instrument: Instrument | None = None,
    off_tick_prints: str = "drop",
) -> MarketData:
    """Read a LOBSTER message file as one order-by-order stream.

    Parameters
    ----------
    path : path
        The message file, plain or gzipped, named ``SYMBOL_YYYY-MM-DD_START_END_message_LEVELS.csv`` (the day and,
        without ``instrument``, the symbol are read from the name).
    book : path, optional
        The orderbook file of the same day and start: its first row says what rested when the messages begin. Without
        it the neighbour with ``orderbook`` for ``message`` in its name is taken if it is there.
    instrument : Instrument, optional
        Default: an equity in USD at ``NASDAQ`` with tick 0.01 and lot 1.
    off_tick_prints : {"drop", "refuse"}
        Hidden orders trade at half cents too. Prints between two ticks are left out and counted in ``notes``, or
        refused. With an instrument of tick 0.005 (or 0.0001) they are on the grid and stay. Nothing is rounded.

    Returns
    -------
    MarketData
        Rows flagged 32 are the state before the first message: the orders that later messages touch though no message
        added them, and per displayed level one synthetic order (id from 2**63) for what is left of its size.
        Type 5 and 6 messages are ``trade`` rows, halts (type 7) are left out and counted in ``notes``. Digits of a time
        below a nanosecond are cut off and counted.

    Raises
    ------
    DataError
        A file that is absent, cut short or not of this format, a displayed order between two ticks, a size that is not
        positive, or times that go back; it names file and line.
    """
    path = Path(path)
    if off_tick_prints not in ("drop", "refuse"):
        raise InvalidArgument(f"off_tick_prints is {off_tick_prints!r}; give 'drop' or 'refuse'")
    name = FILE_NAME.match(path.name)
    if name is None:
        raise DataError(
            "not named SYMBOL_YYYY-MM-DD_START_END_message_LEVELS.csv: the day stands only in the name",
            path=str(path),
        )
    if instrument is None:
        instrument = Instrument(
            plain_symbol(path, name["symbol"]),
            "NASDAQ",
            kind="equity",
            quote_currency="USD",
            tick_size="0.01",
            lot_size="1",
        )
    tick = _tick(instrument)
    notes: list[str] = []
    messages = _messages(path, name["date"], tick, off_tick_prints, notes)
    book = _find_book(path) if book is None else Path(book)
    book_row = None if book is None else _first_book_row(book, messages, tick)
    stream = Stream(instrument, "l3", _rows(messages, book_row, notes))
    return MarketData((stream,), str(path), tuple(notes))


def _tick(instrument: Instrument) -> int:
    """The tick in the file's unit, one ten-thousandth of a dollar."""
    decimals, step = step_of(str(instrument.tick_size))
    if decimals > _PRICE_DECIMALS:
        raise InvalidArgument(
            f"{instrument.id} has tick {instrument.tick_size}, finer than the file's 0.0001; "
            "give a tick of 0.0001 or more"
        )
    return int(step * 10 ** (_PRICE_DECIMALS - decimals))


def _messages(path: Path, date: str, tick: int, off_tick_prints: str, notes: list[str]) -> Messages:
    table = _table(path)
    time, below = table["time"].cut(9)
    if below.any():
        notes.append(f"{int(below.sum())} times have digits below a nanosecond, which were cut off")
    kind = table["type"].scaled(0)
    _require(table["type"], (kind >= _ADD) & (kind <= _HALT), "is not a message type from 1 to 7")
    _require(table["time"], (time >= 0) & (time < _DAY_NS), "is not seconds after midnight")
    _require(table["time"], np.diff(time, prepend=time[:1]) >= 0, "goes back in time; sort the file by time")
    messages = Messages(
        row=np.arange(len(time)),
        ts=time + midnight_ns(str(path), date, "the file's name"),
        kind=kind,
        order_id=table["order id"].scaled(0),
        size=table["size"].scaled(0),
        price=table["price"].scaled(0),
        side=table["direction"].scaled(0),
    )
    halt = kind == _HALT
    _require(table["direction"], halt | (np.abs(messages.side) == 1), "is neither 1 nor -1")
    _require(table["size"], halt | (messages.size > 0), "is not positive")
    _require(table["price"], halt | (messages.price > 0), "is not positive")
    _require(table["order id"], (kind > _EXECUTE) | (messages.order_id > 0), "is not positive")
    if halt.any():
        notes.append(f"{int(halt.sum())} trading-halt messages were left out")
    return _on_ticks(messages, table["price"], ~halt, tick, off_tick_prints, notes)


def _on_ticks(
    messages: Messages, prices: TextColumn, keep: np.ndarray, tick: int, off_tick_prints: str, notes: list[str]
) -> Messages:
    ticks, rest = np.divmod(messages.price, tick)
    off = (rest != 0) & keep
    hidden = (messages.kind == _HIDDEN) | (messages.kind == _CROSS)
    droppable = off & hidden & (off_tick_prints == "drop")
    _require(
        prices,
        ~off | droppable,
        f"is between two ticks of {tick} ten-thousandths; give an instrument with a finer tick",
    )
    if droppable.any():
        notes.append(
            f"{int(droppable.sum())} hidden prints of {int(messages.size[droppable].sum())} shares between two ticks "
            "were left out; an instrument with a finer tick keeps them"
        )
    side = np.where(messages.side == 1, _BUY, _SELL)
    whole = Messages(messages.row, messages.ts, messages.kind, messages.order_id, messages.size, ticks, side)
    return whole.keep(keep & ~droppable)


def _table(path: Path) -> dict[str, TextColumn]:
    data = read_bytes(path)
    head = data[: data.find(b"\n")] if b"\n" in data else data
    delimiter = ";" if head.count(b";") > head.count(b",") else ","
    columns: tuple[str, ...] = _COLUMNS
    if head.count(delimiter.encode()) == len(_COLUMNS):
        columns = (*_COLUMNS, "attribution")
    if not data.strip():
        raise DataError("the file is empty", path=str(path))
    return split_table(str(path), data, columns, delimiter)


def _require(column: TextColumn, good: np.ndarray, problem: str) -> None:
    if not good.all():
        raise column.fail(int((~good).argmax()), problem)


def _find_book(path: Path) -> Path | None:
    neighbour = path.with_name(path.name.replace("_message_", "_orderbook_", 1))
    return neighbour if neighbour.exists() else None


def _first_book_row(path: Path, messages: Messages, tick: int) -> BookRow:
    """The levels before the first message: the file's first row with that message undone."""
    line = read_bytes(path).split(b"\n", 1)[0].strip()
    delimiter = ";" if b";" in line else ","
    cells = line.count(delimiter.encode()) + 1
    if cells % 4:
        raise DataError(
            f"{cells} columns; an orderbook file has 4 per level (ask price, size, bid price, size)",
            path=str(path),
            line=1,
        )
    table = split_table(str(path), line, [f"cell {i + 1}" for i in range(cells)], delimiter)
    values = np.array([column.scaled(0)[0] for column in table.values()], np.int64).reshape(-1, 2, 2)
    sides = []
    for index in (1, 0):
        if (values[:, index, 1] < 0).any():
            raise DataError("a displayed size is negative", path=str(path), line=1)
        shown = values[values[:, index, 1] > 0, index]
        if (np.diff(shown[:, 0]) * (1 if index == 0 else -1) <= 0).any():
            raise DataError("its levels are not in order from the best one", path=str(path), line=1)
        if (shown[:, 0] % tick).any():
            raise DataError("a displayed price is between two ticks; give a finer tick", path=str(path), line=1)
        sides.append({int(price) // tick: int(size) for price, size in shown})
    row = BookRow(bids=sides[0], asks=sides[1], levels=len(values))
    # A first message that makes no row of ours (a halt, a print between two ticks) left the book as it was.
    changed = len(messages) > 0 and messages.row[0] == 0
    if changed and not row.undo(
        int(messages.kind[0]), int(messages.side[0]), int(messages.price[0]), int(messages.size[0])
    ):
        raise DataError(
            "does not show the first message of its message file; do they belong together?", path=str(path), line=1
        )
    return row


def _rows(messages: Messages, book_row: BookRow | None, notes: list[str]) -> dict[str, np.ndarray]:
    """The seed, then one row per message, with orders that came unseen put in just before their first message."""
    in_book = np.flatnonzero(messages.kind <= _EXECUTE)
    touches = Touches(
        kind=messages.kind[in_book],
        order_id=messages.order_id[in_book],
        size=messages.size[in_book],
        price=messages.price[in_book],
        side=messages.side[in_book],
    )
    seed = seed_orders(touches, book_row)
    start_ts = messages.ts[:1] if len(messages) else np.zeros(1, np.int64)
    head = len(seed.start) + 1
    where = in_book[seed.late_rows]
    columns = {
        "ts_event": np.concatenate((np.repeat(start_ts, head), np.insert(messages.ts, where, messages.ts[where]))),
        "action": np.concatenate(
            (
                [BookAction.CLEAR],
                np.full(head - 1, BookAction.ADD),
                np.insert(_ACTIONS[messages.kind], where, BookAction.ADD),
            )
        ),
    }
    for name, values in (("side", messages.side), ("price", messages.price), ("quantity", messages.size)):
        first, late = getattr(seed.start, name), getattr(seed.late, name)
        columns[name] = np.concatenate(([0], first, np.insert(values, where, late)))
    # Prints carry 0 or -1 for an id.
    ids = np.maximum(messages.order_id, 0).astype(np.uint64)
    zero = np.zeros(1, np.uint64)
    columns["order_id"] = np.concatenate((zero, seed.start.order_id, np.insert(ids, where, seed.late.order_id)))
    flags = np.insert(np.full(len(messages), FLAG_LAST), where, 0)
    columns["flags"] = np.concatenate((np.full(head, FLAG_SNAPSHOT), flags))
    columns["flags"][head - 1] |= FLAG_LAST
    if len(seed.start):
        notes.append(f"{len(seed.start)} orders rest before the first message")
    if len(seed.late):
        notes.append(f"{len(seed.late)} orders came unseen and are added just before the message that first names them")
    return columns
