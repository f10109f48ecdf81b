"""Price bars from CSV, Parquet and structured NumPy files, exactly."""

from __future__ import annotations

import re
from collections.abc import Mapping
from os import PathLike
from pathlib import Path

import numpy as np

from pytrader.data.bar_tables import read_bar_table
from pytrader.data.bar_times import bar_times
from pytrader.data.checks import check_rows
from pytrader.data.decimal_text import Int64s, step_of, unit_text
from pytrader.data.market_data import MarketData, Stream
from pytrader.data.numbers import NumberColumn
from pytrader.data.symbols import plain_symbol, split_symbol
from pytrader.errors import DataError, InvalidArgument
from pytrader.model import Instrument

PRICES = ("open", "high", "low", "close")
_MAX_DECIMALS = 18
# No venue quotes in finer units; text that needs more was printed from doubles.
_MAX_DERIVED = 9


def read_bars(
    path: str | PathLike[str],
    *,
    instrument: Instrument | None = None,
    symbol: str | None = None,
    quote_currency: str | None = None,
    price_decimals: int | None = None,
    quantity_decimals: int | None = None,
    duration_ns: int | None = None,
    timestamp: str | None = None,
    volume_rounding: str = "refuse",
) -> MarketData:
    """Read a table of bars: a time, open, high, low, close, volume; other columns are not read.

    Parameters
    ----------
    path : path
        ``.csv`` (also gzipped; with a heading; commas, semicolons or tabs), ``.parquet`` (needs
        ``pytrader[parquet]``) or a structured ``.npy``. Numbers may be text, integers, decimals or floats.
    instrument : Instrument, optional
        What the bars are about. Default: made from the next four.
    symbol, quote_currency : str, optional
        Default: the first word of the file's name (``btcusdt-1m.csv``: ``BTCUSDT``) and the currency it ends with.
        The venue is ``BARS``.
    price_decimals, quantity_decimals : int, optional
        The tick and the lot are 10**-decimals. Default: what the text needs. Floats do not say, so they need these or
        an instrument; a float that is not the double nearest to such a decimal is refused, never rounded.
    duration_ns : int, optional
        Length of a bar. Default: the commonest distance between two rows.
    timestamp : {"open", "close"}, optional
        What the time column means. Default: by its name (``close_time``, ``ts_event``: close), else open.
    volume_rounding : {"refuse", "down"}
        What to do with a volume between two lots. Prices are never rounded.

    Returns
    -------
    MarketData
        One stream of kind ``bar``: ``ts_open`` the start, ``ts_event`` the end of each bar. Times without a zone are
        UTC; integers are seconds, milliseconds, microseconds or nanoseconds by their size.

    Raises
    ------
    DataError
        A file that is absent or cut short, a missing column, a cell that is no number or off the grid, bars out of
        order or overlapping, a high below a low.
    """
    path = Path(path)
    for name, decimals in (("price_decimals", price_decimals), ("quantity_decimals", quantity_decimals)):
        if decimals is not None and not 0 <= decimals <= _MAX_DECIMALS:
            raise InvalidArgument(f"{name} is {decimals}; give 0 to {_MAX_DECIMALS}")
    if volume_rounding not in ("refuse", "down"):
        raise InvalidArgument(f"volume_rounding is {volume_rounding!r}; give 'refuse' or 'down'")
    table = read_bar_table(path)
    if instrument is None:
        tick = _decimals(path, [table.numbers[name] for name in PRICES], price_decimals, "price_decimals")
        lot = _decimals(path, [table.numbers["volume"]], quantity_decimals, "quantity_decimals")
        instrument = _instrument(path, symbol, quote_currency, tick, lot)
    elif any(option is not None for option in (symbol, quote_currency, price_decimals, quantity_decimals)):
        raise InvalidArgument(
            "instrument= already says the symbol, the currencies and the decimals; leave the others out"
        )
    opened, duration = bar_times(path, table, duration_ns, timestamp)
    columns = {"ts_event": opened + duration, "ts_open": opened, **_numbers(table.numbers, instrument, volume_rounding)}
    stream = Stream(instrument, "bar", columns, duration)
    check_rows(stream, str(path))
    return MarketData((stream,), str(path))


def _decimals(path: Path, columns: list[NumberColumn], given: int | None, option: str) -> int:
    if given is not None:
        return given
    needed = [column.decimal_places() for column in columns]
    if None in needed:
        raise DataError(
            f"holds floats, which do not say how many decimals they mean; give {option}= or instrument=", path=path
        )
    places = max(places for places in needed if places is not None)
    if places > _MAX_DERIVED:
        raise DataError(
            f"needs {places} decimals, which looks like the noise of binary fractions; give {option}=, and for volumes "
            "volume_rounding='down'",
            path=path,
        )
    return places


def _instrument(path: Path, symbol: str | None, quote_currency: str | None, tick: int, lot: int) -> Instrument:
    if symbol is None:
        symbol = re.split(r"[-_. ]", path.name, maxsplit=1)[0].upper()
    base, quote = split_symbol(plain_symbol(path, symbol))
    quote = quote_currency or quote
    if quote is None:
        raise DataError(
            f"the name does not tell the currency of the prices of {symbol}; give quote_currency= or instrument=",
            path=path,
        )
    return Instrument(
        symbol,
        "BARS",
        base_currency=base if base != symbol else "",
        quote_currency=quote,
        tick_size=unit_text(tick),
        lot_size=unit_text(lot),
    )


def _numbers(numbers: Mapping[str, NumberColumn], instrument: Instrument, rounding: str) -> dict[str, Int64s]:
    tick, lot = step_of(str(instrument.tick_size)), step_of(str(instrument.lot_size))
    columns = {
        name: numbers[name].on_grid(*tick, f"the tick {instrument.tick_size} of {instrument.id}") for name in PRICES
    }
    volume = numbers["volume"].on_grid(
        *lot, f"the lot {instrument.lot_size} of {instrument.id}", cut=rounding == "down"
    )
    if (volume < 0).any():
        raise numbers["volume"].fail(int(np.argmax(volume < 0)), "is negative")
    columns["volume"] = volume
    return columns
