"""Binance WebSocket captures (depth differences, best bid and offer, trades) as book, quote and trade streams."""

from __future__ import annotations

from collections.abc import Sequence
from os import PathLike
from pathlib import Path

import numpy as np

from pytrader.data.binance_frames import NO_TIME, Capture, read_capture
from pytrader.data.decimal_text import Int64s, TextColumn, step_of, unit_text
from pytrader.data.market_data import Kind, MarketData, Stream
from pytrader.data.symbols import plain_symbol, split_symbol
from pytrader.errors import DataError, InvalidArgument
from pytrader.model import Instrument, Side
from pytrader.model.records import FLAG_LAST, FLAG_SNAPSHOT, BookAction

_CLEAR, _REPLACE = int(BookAction.CLEAR), int(BookAction.REPLACE)
_BUY, _SELL = int(Side.BUY), int(Side.SELL)
_MAX_DECIMALS = 18


def read_binance(
    path: str | PathLike[str] | Sequence[str | PathLike[str]],
    *,
    instrument: Instrument | None = None,
    on_gap: str = "refuse",
) -> MarketData:
    """Read one or several capture files of one symbol, in the order given; the book carries over from file to file.

    A line is the local receive time in nanoseconds, a space, and a frame of the venue (combined-stream form) or the
    answer to a depth snapshot request. Spot, USD-M and COIN-M are told apart by their frames.

    Parameters
    ----------
    path : path or sequence of paths
        Plain or gzipped.
    instrument : Instrument, optional
        Default: worked out from the symbol and from the decimals that occur, trailing zeros left out: a tick and a
        lot of 10**-decimals. Its venue is ``BINANCE``, ``BINANCE-USDM`` or ``BINANCE-COINM``.
    on_gap : {"refuse", "clear"}
        What to do where the sequence numbers of the depth differences leave a gap: raise DataError, or empty the book
        and wait for the next snapshot, counted in ``notes``.

    Returns
    -------
    MarketData
        Up to three streams: ``l2`` (from the snapshot on; ``ts_event`` is the venue's ``T``, or ``E`` where that is
        all there is), ``quote`` and ``trade``. ``ts_init`` is the local receive time, which the venue's clock may run
        ahead of. Spot quotes carry no venue time: theirs is ``ts_init`` plus the largest lead of the venue's clock in
        the capture, so that no quote is seen before the book that was received before it.

    Raises
    ------
    DataError
        A file that is absent, cut short or no capture, a second symbol, no snapshot before the first difference is
        needed, a gap, receive times that go back, a price or size that is negative or not on the instrument's grid.
    """
    if on_gap not in ("refuse", "clear"):
        raise InvalidArgument(f"on_gap is {on_gap!r}; give 'refuse' or 'clear'")
    paths = [Path(path)] if isinstance(path, str | PathLike) else [Path(part) for part in path]
    if not paths:
        raise InvalidArgument("no capture file was named")
    notes: list[str] = []
    capture = read_capture(paths, on_gap)
    _check_book(paths, capture, notes)
    if instrument is None:
        instrument = _derive_instrument(paths[0], capture, notes)
    streams = [
        Stream(instrument, kind, columns)
        for kind, columns in _all_columns(capture, instrument)
        if len(columns["ts_event"])
    ]
    if not streams:
        raise DataError("no depth, bookTicker or trade frame in it", path=str(paths[0]))
    return MarketData(tuple(streams), ", ".join(map(str, paths)), tuple(notes))


def _check_book(paths: list[Path], capture: Capture, notes: list[str]) -> None:
    reader = capture.reader
    if reader.waiting and not reader.snapshots:
        raise DataError(
            "has depth differences but no snapshot to begin from; name the file before it too, in order",
            path=str(paths[0]),
        )
    if reader.gaps:
        notes.append(
            f"{reader.gaps} gaps in the depth differences, after each of which the book is empty until a snapshot"
        )
    if reader.older:
        notes.append(f"{reader.older} depth differences older than the snapshot were left out")
    for kind, count in sorted(reader.unread.items()):
        notes.append(f"{count} {kind} frames were left out")


def _derive_instrument(path: Path, capture: Capture, notes: list[str]) -> Instrument:
    prices = [capture.quotes.bid_price, capture.quotes.ask_price, capture.trades.price, capture.levels.price]
    sizes = [capture.quotes.bid_quantity, capture.quotes.ask_quantity, capture.trades.quantity, capture.levels.quantity]
    if not capture.symbol:
        raise DataError(
            "no depth difference, bookTicker or trade in it, so it names no symbol; give instrument=", path=str(path)
        )
    tick = max(column.decimal_places() for texts in prices for column in texts.columns("price"))
    lot = max(column.decimal_places() for texts in sizes for column in texts.columns("size"))
    if max(tick, lot) > _MAX_DECIMALS:
        raise DataError(f"a number in it has more than {_MAX_DECIMALS} decimals; give instrument=", path=str(path))
    base, quote = split_symbol(plain_symbol(path, capture.symbol).partition("_")[0])
    if quote is None:
        raise DataError(f"can not tell the currencies of {capture.symbol}; give instrument=", path=str(path))
    if capture.reader.market == "COINM":
        notes.append(f"{capture.symbol} is an inverse contract; profit and loss are worked out as if it were linear")
    return Instrument(
        capture.symbol,
        "BINANCE" if capture.reader.market == "SPOT" else f"BINANCE-{capture.reader.market}",
        kind="spot" if capture.reader.market == "SPOT" else "perpetual",
        base_currency=base,
        quote_currency=quote,
        tick_size=unit_text(tick),
        lot_size=unit_text(lot),
    )


def _all_columns(capture: Capture, instrument: Instrument) -> list[tuple[Kind, dict[str, np.ndarray]]]:
    tick, lot = step_of(str(instrument.tick_size)), step_of(str(instrument.lot_size))

    def ticks(column: TextColumn) -> Int64s:
        return _not_negative(column, column.on_grid(*tick, f"the tick {instrument.tick_size} of {instrument.id}"))

    def lots(column: TextColumn) -> Int64s:
        return _not_negative(column, column.on_grid(*lot, f"the lot {instrument.lot_size} of {instrument.id}"))

    def traded(column: TextColumn) -> Int64s:
        values = lots(column)
        if (values == 0).any():
            raise column.fail(int((values == 0).argmax()), "is zero; a trade has a size")
        return values

    quotes, trades, levels = capture.quotes, capture.trades, capture.levels
    book = _book_columns(capture, levels.price.joined("price", ticks), levels.quantity.joined("size", lots))
    return [
        ("l2", book),
        (
            "quote",
            {
                "ts_event": _quote_times(capture),
                "ts_init": quotes.ts_init,
                "bid_price": quotes.bid_price.joined("bid price", ticks),
                "ask_price": quotes.ask_price.joined("ask price", ticks),
                "bid_quantity": quotes.bid_quantity.joined("bid size", lots),
                "ask_quantity": quotes.ask_quantity.joined("ask size", lots),
            },
        ),
        (
            "trade",
            {
                "ts_event": trades.ts_event,
                "ts_init": trades.ts_init,
                "price": trades.price.joined("trade price", ticks),
                "quantity": trades.quantity.joined("trade size", traded),
                "aggressor_side": np.where(trades.buyer_is_maker == 1, _SELL, _BUY),
                "trade_id": trades.trade_id.astype(np.uint64),
            },
        ),
    ]


def _not_negative(column: TextColumn, values: Int64s) -> Int64s:
    if (values < 0).any():
        raise column.fail(int((values < 0).argmax()), "is negative")
    return values


def _quote_times(capture: Capture) -> Int64s:
    """The venue's time of each quote; where it says none, no time at which the book could still be behind."""
    said, received = capture.quotes.ts_event, capture.quotes.ts_init
    return np.where(said == NO_TIME, received + capture.reader.lead_ns, said)


def _book_columns(capture: Capture, price: Int64s, quantity: Int64s) -> dict[str, np.ndarray]:
    """One row per level, a clear row before each snapshot and after each gap, the last row of each event flagged."""
    ts_event, ts_init, bids, asks, clears, snapshot = capture.events.T
    sizes = bids + asks + clears
    first = np.cumsum(sizes) - sizes
    rows = int(sizes.sum())
    offset = np.arange(rows) - np.repeat(first, sizes) - np.repeat(clears, sizes)
    is_clear = offset < 0
    side = np.where(offset < np.repeat(bids, sizes), _BUY, _SELL)
    side[is_clear] = 0
    flags = np.repeat(np.where(snapshot == 1, FLAG_SNAPSHOT, 0), sizes)
    flags[(first + sizes - 1)[sizes > 0]] |= FLAG_LAST
    columns = {
        "ts_event": np.repeat(ts_event, sizes),
        "ts_init": np.repeat(ts_init, sizes),
        "action": np.where(is_clear, _CLEAR, _REPLACE),
        "side": side,
        "price": np.zeros(rows, np.int64),
        "quantity": np.zeros(rows, np.int64),
        "flags": flags,
    }
    columns["price"][~is_clear] = price[capture.rows]
    columns["quantity"][~is_clear] = quantity[capture.rows]
    return columns
