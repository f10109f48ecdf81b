"""Our own format: a directory with one little-endian 64-bit file per column, opened as memory maps, and a manifest."""

from __future__ import annotations

import hashlib
import json
import os
import sys
import tempfile
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np

from pytrader.data.checks import check_rows
from pytrader.data.market_data import DTYPES, Column, MarketData, Stream
from pytrader.errors import DataError, PytraderError
from pytrader.model import Instrument

MANIFEST = "manifest.json"
FORMAT = "pytrader-columns"
VERSION = 1
BYTE_ORDER = "little"
_CHUNK = 1 << 20


def write_columns(path: str | PathLike[str], data: MarketData, *, overwrite: bool = False) -> Path:
    """Write market data to a directory, all or nothing.

    The files are written into a new directory beside ``path``, flushed to disk, and renamed; whatever goes wrong before
    leaves ``path`` as it was.

    Parameters
    ----------
    path : path
        The directory to make.
    data : MarketData
        What to write.
    overwrite : bool
        Whether ``path`` may exist and hold such data, which is then replaced.

    Returns
    -------
    pathlib.Path
        The directory.

    Raises
    ------
    DataError
        ``path`` exists (and ``overwrite`` is false, or it is not such a directory), or the disk refuses.
    """
    path = Path(path)
    _check_target(path, overwrite)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{path.name}.", dir=path.parent) as scratch:
            new = Path(scratch) / "new"
            new.mkdir()
            _write_into(new, data)
            if path.exists():
                path.rename(Path(scratch) / "old")
            new.rename(path)
            _sync(path.parent)
    except OSError as error:
        raise DataError(f"cannot be written: {error.strerror or error}", path=str(path)) from error
    return path


def open_columns(path: str | PathLike[str], *, verify: bool = False) -> MarketData:
    """Open a directory that `write_columns` made; the columns are read-only memory maps.

    Parameters
    ----------
    path : path
        The directory, or its ``manifest.json``.
    verify : bool
        Whether to read every byte and compare each column's SHA-256 with the manifest.

    Returns
    -------
    MarketData
        The streams as they were written.

    Raises
    ------
    DataError
        No such directory, a manifest or format this version does not know, a column file that is absent, cut short or
        changed, an unknown or missing column, or rows that `checks.check_rows` refuses. It names the file, and the row.
    """
    path = Path(path)
    if path.name == MANIFEST:
        path = path.parent
    manifest = _read_manifest(path)
    where = str(path / MANIFEST)
    try:
        _check_shape(manifest)
        instruments = [Instrument.from_dict(entry) for entry in manifest["instruments"]]
        streams = tuple(_open_stream(path, entry, instruments, verify) for entry in manifest["streams"])
        return MarketData(streams, str(path), tuple(manifest["notes"]))
    except DataError:
        raise
    except (PytraderError, KeyError, TypeError, IndexError, ValueError) as error:
        raise DataError(f"{_reason(error)}", path=where) from error


def _reason(error: Exception) -> str:
    return f"the entry {error} is missing" if isinstance(error, KeyError) else str(error)


def _check_shape(manifest: dict[str, Any]) -> None:
    """Refuse a manifest whose parts are of other kinds than ours."""
    for name in ("instruments", "streams", "notes"):
        if not isinstance(manifest[name], list):
            raise ValueError(f"{name} is not a list")
    if not all(isinstance(each, dict) for name in ("instruments", "streams") for each in manifest[name]):
        raise ValueError("an instrument or a stream is not an object")
    for stream in manifest["streams"]:
        columns = stream["columns"]
        if not isinstance(columns, dict) or not all(isinstance(each, dict) for each in columns.values()):
            raise ValueError("columns are not objects by name")
    if not all(isinstance(note, str) for note in manifest["notes"]):
        raise ValueError("a note is not text")


def _check_target(path: Path, overwrite: bool) -> None:
    if not path.exists():
        return
    if not overwrite:
        raise DataError("exists; give another name, or overwrite=True", path=str(path))
    if not (path / MANIFEST).is_file() and any(path.iterdir() if path.is_dir() else [path]):
        raise DataError("is not a directory of columns, so it is not overwritten", path=str(path))


def _write_into(scratch: Path, data: MarketData) -> None:
    instruments = list(data.instruments)
    ids = [instrument.id for instrument in instruments]
    streams = []
    for number, stream in enumerate(data.streams):
        columns = {}
        for name, values in stream.columns.items():
            file_name = f"{number}-{stream.kind}-{name}.i64"
            columns[name] = {"file": file_name, "sha256": _write_column(scratch / file_name, values)}
        streams.append(
            {
                "kind": stream.kind,
                "instrument": ids.index(stream.instrument.id),
                "rows": len(stream),
                "duration_ns": stream.duration_ns,
                "columns": columns,
            }
        )
    manifest = {
        "format": FORMAT,
        "version": VERSION,
        "byte_order": BYTE_ORDER,
        "source": data.source,
        "notes": list(data.notes),
        "instruments": [instrument.to_dict() for instrument in instruments],
        "streams": streams,
    }
    with (scratch / MANIFEST).open("w", encoding="utf-8") as file:
        json.dump(manifest, file, indent=1)
        file.write("\n")
        file.flush()
        os.fsync(file.fileno())
    _sync(scratch)


def _write_column(path: Path, values: Column) -> str:
    digest = hashlib.sha256()
    with path.open("wb") as file:
        for start in range(0, len(values), _CHUNK):
            part = np.ascontiguousarray(values[start : start + _CHUNK])
            raw = (part if sys.byteorder == "little" else part.byteswap()).tobytes()
            digest.update(raw)
            file.write(raw)
        file.flush()
        os.fsync(file.fileno())
    return digest.hexdigest()


def _sync(directory: Path) -> None:
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _read_manifest(path: Path) -> dict[str, Any]:
    file = path / MANIFEST
    try:
        manifest = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise DataError(f"cannot be read: {error.strerror or error}", path=str(file)) from error
    except (ValueError, RecursionError) as error:
        raise DataError(f"is not JSON ({error}); was it edited or cut short?", path=str(file)) from error
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise DataError(f"is not a manifest of the format {FORMAT}", path=str(file))
    if type(manifest.get("version")) is not int or manifest["version"] != VERSION:
        raise DataError(
            f"has version {manifest.get('version')!r}, this pytrader reads version {VERSION}; update pytrader",
            path=str(file),
        )
    if manifest.get("byte_order") != BYTE_ORDER:
        raise DataError(
            f"has byte_order {manifest.get('byte_order')!r}; columns are {BYTE_ORDER}-endian, so write them anew",
            path=str(file),
        )
    return manifest


def _open_stream(path: Path, entry: dict[str, Any], instruments: list[Instrument], verify: bool) -> Stream:
    kind = entry["kind"]
    where = str(path / MANIFEST)
    if kind not in DTYPES:
        raise DataError(f"stream kind {kind!r} is not one of {', '.join(DTYPES)}", path=where)
    rows, duration_ns, index = (_count(entry, name) for name in ("rows", "duration_ns", "instrument"))
    if index >= len(instruments):
        raise DataError(
            f"a {kind} stream has instrument {index}, and the manifest has {len(instruments)} of them, counted from 0: "
            f"it must be below {len(instruments)}",
            path=where,
        )
    columns = {name: _open_column(path, kind, name, column, rows, verify) for name, column in entry["columns"].items()}
    stream = Stream(instruments[index], kind, columns, duration_ns)
    check_rows(stream, str(path))
    return stream


def _count(entry: dict[str, Any], name: str) -> int:
    value = entry[name]
    if type(value) is not int or not 0 <= value < 2**60:
        raise ValueError(f"{name} {value!r} is not a whole number that can be")
    return value


def _open_column(path: Path, kind: str, name: str, column: dict[str, str], rows: int, verify: bool) -> Column:
    where = str(path / MANIFEST)
    names = DTYPES[kind].names or ()
    if name not in names:
        raise DataError(f"unknown column {name!r} of a {kind} stream; it has: {', '.join(names)}", path=where)
    file = path / Path(column["file"]).name
    try:
        size = file.stat().st_size
        if size != 8 * rows:
            raise DataError(
                f"{size} bytes where {rows} rows take {8 * rows}; the file is cut short or does not belong here",
                path=str(file),
                row=min(size // 8, rows),
            )
        dtype = DTYPES[kind][name].newbyteorder("<")
        values: Column = np.memmap(file, dtype, mode="r") if rows else np.zeros(0, dtype)
    except OSError as error:
        raise DataError(f"cannot be read: {error.strerror or error}", path=str(file)) from error
    if verify and hashlib.sha256(values.data).hexdigest() != column["sha256"]:
        raise DataError("its SHA-256 is not the manifest's; the file was changed, restore it", path=str(file))
    return values if values.dtype.isnative else values.astype(DTYPES[kind][name])
