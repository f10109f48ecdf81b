"""Nasdaq TotalView-ITCH 5.0: a session as books in one pass, or one stock of it as an order-by-order stream."""

from __future__ import annotations

import datetime
import re
from os import PathLike
from pathlib import Path

import numpy as np

from pytrader._core import ItchBook, ItchFeed
from pytrader.data.decimal_text import step_of
from pytrader.data.feed_files import apply_file
from pytrader.data.market_data import MarketData, Stream
from pytrader.data.new_york import midnight_ns
from pytrader.data.symbols import plain_symbol
from pytrader.errors import DataError, InvalidArgument
from pytrader.model import Instrument
from pytrader.model.records import FLAG_LAST, BookAction

__all__ = ["FILE_NAME", "ItchBook", "ItchFeed", "read_itch"]

# Nasdaq's own names: 12302019.NASDAQ_ITCH50.gz, S081321-v50.txt.gz, 20181228.BX_ITCH_50.gz.
FILE_NAME = re.compile(r"(?:.*?(?P<eight>\d{8})\..*ITCH_?50|S(?P<six>\d{6})-v50)", re.IGNORECASE)
# Prices are dollars times 10,000.
_PRICE_DECIMALS = 4
_DAY_NS = 86_400_000_000_000


def read_itch(
    path: str | PathLike[str],
    *,
    symbol: str,
    date: str | None = None,
    instrument: Instrument | None = None,
    framing: str = "length_prefixed",
    policy: str = "strict",
    off_tick_prints: str = "drop",
) -> MarketData:
    """Read one stock of a Nasdaq ITCH 5.0 file as an order-by-order stream.

    Parameters
    ----------
    path : path
        The file, plain or gzipped.
    symbol : str
        The stock, as the file names it.
    date : str, optional
        The day of the session, ``YYYY-MM-DD``; without it the file's name tells (``12302019.NASDAQ_ITCH50.gz``,
        ``S081321-v50.txt.gz``).
    instrument : Instrument, optional
        Default: an equity in USD at ``NASDAQ`` with tick 0.01 and lot 1.
    framing : {"length_prefixed", "zero_prefixed"}
        What stands before each message: its length, or two bytes of zero.
    policy : {"strict", "lenient"}
        Whether a faulty message is an error, or left out and counted in ``notes``.
    off_tick_prints : {"drop", "refuse"}
        Prints between two ticks, which hidden orders make, are left out and counted, or refused. Nothing is rounded.

    Returns
    -------
    MarketData
        Each message about an order is one venue event. A replace is an erase and an add; an execution at another price
        than the order's is a reduce and, if it is printable, a trade row; trades against hidden orders and crosses are
        trade rows.

    Raises
    ------
    DataError
        A file that is absent, cut short or faulty, a stock that it does not name, or a displayed order between two
        ticks.
    """
    path = Path(path)
    if off_tick_prints not in ("drop", "refuse"):
        raise InvalidArgument(f"off_tick_prints is {off_tick_prints!r}; give 'drop' or 'refuse'")
    midnight = midnight_ns(str(path), _day_in_name(path) if date is None else date)
    if instrument is None:
        instrument = Instrument(
            plain_symbol(path, symbol), "NASDAQ", kind="equity", quote_currency="USD", tick_size="0.01", lot_size="1"
        )
    feed = ItchFeed([symbol], record=[symbol], framing=framing, policy=policy)
    apply_file(feed, path)
    if symbol not in feed.symbols:
        raise DataError(f"names no stock {symbol!r}; it has {len(feed.symbols)} others", path=str(path))
    notes = [f"{count} messages were left out: {fault}" for fault, count in feed.faults.items()]
    rows = _on_ticks(feed.take_rows(symbol), instrument, str(path), off_tick_prints, notes)
    if len(rows) and (rows["ts_event"].max() >= _DAY_NS or (np.diff(rows["ts_event"]) < 0).any()):
        raise DataError(f"the times of {symbol} go back or beyond a day", path=str(path))
    columns = {name: np.ascontiguousarray(rows[name]) for name in rows.dtype.names or () if name != "ts_init"}
    columns["ts_event"] = columns["ts_event"] + midnight
    return MarketData((Stream(instrument, "l3", columns),), str(path), tuple(notes))


def _on_ticks(
    rows: np.ndarray, instrument: Instrument, path: str, off_tick_prints: str, notes: list[str]
) -> np.ndarray:
    """The rows with prices in ticks; prints between two ticks dropped and noted."""
    decimals, step = step_of(str(instrument.tick_size))
    if decimals > _PRICE_DECIMALS:
        raise InvalidArgument(
            f"{instrument.id} has tick {instrument.tick_size}, finer than the file's 0.0001; "
            "give a tick of 0.0001 or more"
        )
    tick = int(step * 10 ** (_PRICE_DECIMALS - decimals))
    ticks, rest = np.divmod(rows["price"], tick)
    off = rest != 0
    prints = rows["action"] == BookAction.TRADE
    refused = off & ~(prints & (off_tick_prints == "drop"))
    if refused.any():
        price = int(rows["price"][refused.argmax()])
        raise DataError(
            f"{instrument.id}: the price {price // 10_000}.{price % 10_000:04} is between two ticks of "
            f"{instrument.tick_size}; give an instrument with a finer tick",
            path=path,
        )
    rows["price"] = ticks
    if not off.any():
        return rows
    notes.append(
        f"{int(off.sum())} prints of {int(rows['quantity'][off].sum())} shares between two ticks were left out; an "
        "instrument with a finer tick keeps them"
    )
    # The row before an execution's print belongs to its event, which ends there now.
    before = np.flatnonzero(off) - 1
    before = before[before >= 0]
    rows["flags"][before] |= FLAG_LAST
    kept: np.ndarray = rows[~off]
    return kept


def _day_in_name(path: Path) -> str:
    """The day that the file's name gives, which is month first in Nasdaq's own names."""
    match = FILE_NAME.match(path.name)
    if match is not None:
        digits = match["eight"] or "20" + match["six"][4:] + match["six"][:4]
        for year, rest in ((digits[:4], digits[4:]), (digits[4:], digits[:4])):
            try:
                return datetime.date(int(year), int(rest[:2]), int(rest[2:])).isoformat()
            except ValueError:
                continue
    raise DataError("the day stands neither in the file's name nor in date=; give date='YYYY-MM-DD'", path=str(path))
