"""Databento's binary encoding (DBN): files as books in one pass, or as streams of orders, levels, trades and bars."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from pytrader._core import DbnFeed, DbnLevelBook, DbnOrderBook
from pytrader.data.feed_files import apply_file
from pytrader.data.market_data import Kind, MarketData, Stream
from pytrader.data.symbols import plain_symbol
from pytrader.errors import DataError, InvalidArgument
from pytrader.model import Instrument

__all__ = ["DbnFeed", "DbnLevelBook", "DbnOrderBook", "read_dbn"]

_KINDS: tuple[Kind, ...] = ("l3", "l2", "quote", "trade", "bar")


def read_dbn(
    path: str | PathLike[str],
    *,
    instrument: Instrument | None = None,
    symbol: str | None = None,
    definitions: str | PathLike[str] | None = None,
    kind: str = "future",
    quote_currency: str = "USD",
    policy: str = "strict",
) -> MarketData:
    """Read a DBN file (versions 1 to 3, plain or ``.zst``) as one stream per instrument and kind of record.

    Parameters
    ----------
    path : path
        The file: orders (mbo), levels (mbp-1, mbp-10), trades or bars (ohlcv).
    instrument : Instrument, optional
        What the records are about, when they are about one instrument or `symbol` chooses one. Its lot must be 1.
    symbol : str, optional
        Read this one alone; the file's other instruments need no tick.
    definitions : path, optional
        A file of definitions that gives the ticks, where ``instrument`` does not.
    kind, quote_currency : str
        Of the instruments that are made here, at the venue that the data set's name begins with (``GLBX``).
    policy : {"strict", "lenient"}
        Whether a faulty record is an error, or left out and counted in ``notes``. Orders from before an opening cross
        lawfully, and need "lenient", which also adds an order that a record modifies and none had added.

    Returns
    -------
    MarketData
        A fill of a resting order is an execute row at its order's place; quotes are the best level where it changed.
        ``ts_init`` is the time of receipt.

    Raises
    ------
    DataError
        A file that is absent, cut short or faulty, a price between two ticks, or a tick that is not known.
    """
    path = Path(path)
    if instrument is not None and str(instrument.lot_size) != "1":
        raise InvalidArgument(f"{instrument.id} has lot {instrument.lot_size}; DBN sizes count whole contracts: give 1")
    ticks: Any = None if instrument is None else instrument.tick_size
    feed = DbnFeed(ticks, policy=policy, record=True, symbols=None if symbol is None else [symbol])
    if definitions is not None:
        apply_file(feed, Path(definitions))
    apply_file(feed, path)
    found = feed.instruments
    streams = [stream for each in found for stream in _streams(feed, each, instrument, path, kind, quote_currency)]
    if not streams:
        what = "records of orders, levels, trades or bars" if symbol is None else f"records of {symbol!r}"
        raise DataError(f"has no {what}", path=str(path))
    ids = {stream.instrument.id for stream in streams}
    if instrument is not None and len({(each["publisher_id"], each["instrument_id"]) for each in found}) > 1:
        raise InvalidArgument(f"{path} has {len(found)} instruments, but one was given; choose one with symbol=")
    faults = feed.faults
    crossed, added = faults.pop("crossed", 0), faults.pop("unknown_modify", 0)
    notes = [f"{count} records were left out: {fault}" for fault, count in faults.items()]
    if added:
        notes.append(f"{added} orders were added by records that modify them, as no record had added them")
    if crossed:
        notes.append(f"the book of {' or '.join(sorted(ids))} was crossed after {crossed} records, which were kept")
    return MarketData(tuple(streams), str(path), tuple(notes))


def _streams(
    feed: DbnFeed,
    found: Mapping[str, Any],
    instrument: Instrument | None,
    path: Path,
    kind: str,
    quote_currency: str,
) -> Iterator[Stream]:
    rows = {each: feed.take_rows(found["instrument_id"], each, found["publisher_id"]) for each in _KINDS}
    if not any(len(each) for each in rows.values()):
        return
    if instrument is None:
        name = found["symbol"] or str(found["instrument_id"])
        instrument = Instrument(
            plain_symbol(path, name),
            str(feed.metadata["dataset"]).split(".")[0] or "DBN",
            kind=kind,
            quote_currency=quote_currency,
            tick_size=found["tick"],
            lot_size="1",
        )
    for each, table in rows.items():
        if len(table):
            yield Stream(instrument, each, _columns(table), found["bar_duration_ns"] if each == "bar" else 0)


def _columns(rows: npt.NDArray[Any]) -> dict[str, npt.NDArray[Any]]:
    return {name: np.ascontiguousarray(rows[name]) for name in rows.dtype.names or ()}
