"""One call for every format: look at what a path holds and read it."""

from __future__ import annotations

import gzip
import inspect
import zlib
from collections.abc import Callable, Sequence
from os import PathLike
from pathlib import Path
from typing import Any

from pytrader.data.bars import read_bars
from pytrader.data.binance import read_binance
from pytrader.data.columns import MANIFEST, open_columns
from pytrader.data.dbn import read_dbn
from pytrader.data.itch import FILE_NAME as ITCH_NAME
from pytrader.data.itch import read_itch
from pytrader.data.lobster import FILE_NAME, read_lobster
from pytrader.data.market_data import MarketData
from pytrader.errors import DataError, InvalidArgument
from pytrader.model import Instrument

# Name of a format, its reader, and how a message describes it.
FORMATS: dict[str, tuple[Callable[..., MarketData], str]] = {
    "columns": (open_columns, "a directory with a manifest.json, as `pytrader generate` writes"),
    "lobster": (read_lobster, "SYMBOL_YYYY-MM-DD_START_END_message_LEVELS.csv"),
    "binance": (read_binance, "a WebSocket capture, lines of a receive time in ns, a space, a JSON frame"),
    "itch": (read_itch, "12302019.NASDAQ_ITCH50 or S081321-v50, Nasdaq's names of ITCH 5.0 files; give symbol="),
    "dbn": (read_dbn, "Databento's .dbn or .dbn.zst"),
    "bars": (read_bars, ".csv, .parquet or structured .npy with time, open, high, low, close, volume"),
}


def load(
    path: str | PathLike[str] | Sequence[str | PathLike[str]],
    *,
    instrument: Instrument | None = None,
    fmt: str | None = None,
    **options: Any,
) -> MarketData:
    """Read market data of any known format.

    Parameters
    ----------
    path : path or sequence of paths
        A file or directory; several only where the format allows it (``binance``).
    instrument : Instrument, optional
        What the data is about; without it the reader works it out from names and decimals. Not for ``columns``, which
        say it themselves.
    fmt : {"columns", "lobster", "binance", "itch", "dbn", "bars"}, optional
        The format; without it the path's name and first bytes tell.
    **options
        Passed to the reader: see `read_lobster`, `read_binance`, `read_itch`, `read_dbn`, `read_bars`,
        `open_columns`.

    Returns
    -------
    MarketData
        Its ``notes`` say what was left out.

    Raises
    ------
    DataError
        The path is absent, of no known format, or its content is damaged.
    InvalidArgument
        An option that the reader does not know.
    """
    paths = [Path(path)] if isinstance(path, str | PathLike) else [Path(part) for part in path]
    if not paths:
        raise InvalidArgument("no file was named")
    if fmt is None:
        fmt = detect_format(paths[0])
    if fmt not in FORMATS:
        raise InvalidArgument(f"format {fmt!r} is not one of {', '.join(FORMATS)}")
    reader = FORMATS[fmt][0]
    if instrument is not None:
        options["instrument"] = instrument
    known = [name for name in inspect.signature(reader).parameters if name != "path"]
    for name in options:
        if name not in known:
            raise InvalidArgument(f"format {fmt!r} has no option {name!r}; it has: {', '.join(known)}")
    if fmt == "binance":
        return reader(paths, **options)
    if len(paths) > 1:
        raise InvalidArgument(f"format {fmt!r} reads one path at a time, not {len(paths)}")
    return reader(paths[0], **options)


def detect_format(path: Path) -> str:
    """Return the name of the format of a file or directory.

    Raises
    ------
    DataError
        The path is absent, or of no known format; the message lists the formats.
    """
    if not path.exists():
        raise DataError("does not exist", path=str(path))
    if path.name == MANIFEST or (path / MANIFEST).is_file():
        return "columns"
    if path.is_file():
        if FILE_NAME.match(path.name):
            return "lobster"
        if ITCH_NAME.match(path.name):
            return "itch"
        if path.name.lower().endswith((".dbn", ".dbn.zst")):
            return "dbn"
        plain = path.name.lower().removesuffix(".gz")
        if plain.endswith((".csv", ".parquet", ".npy")):
            return "bars"
        if _is_capture(path):
            return "binance"
    formats = "; ".join(f"{name} ({what})" for name, (_, what) in FORMATS.items())
    raise DataError(f"is of no known format; give fmt=, one of: {formats}", path=str(path))


def _is_capture(path: Path) -> bool:
    """Whether the first bytes are a receive time, a space and the beginning of a JSON object."""
    try:
        with path.open("rb") as file:
            head = file.read(4096)
    except OSError as error:
        raise DataError(f"cannot be read: {error.strerror or error}", path=str(path)) from error
    if head[:2] == b"\x1f\x8b":
        try:
            head = zlib.decompressobj(wbits=31).decompress(head, 64)
        except (zlib.error, gzip.BadGzipFile):
            return False
    time, _, rest = head.partition(b" ")
    return time.isdigit() and rest.startswith(b"{")
