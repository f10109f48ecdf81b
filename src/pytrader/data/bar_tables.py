"""The tables that hold bars: heading and columns of CSV, Parquet and structured NumPy files."""

from __future__ import annotations

import io
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tokenize import TokenError
from typing import Any

import numpy as np

from pytrader.data.decimal_text import Int64s, TextColumn, split_table
from pytrader.data.files import read_bytes
from pytrader.data.numbers import FloatColumn, IntegerColumn, NumberColumn
from pytrader.errors import DataError

TIME_COLUMNS = (
    "ts_open", "open_time", "ts_event", "close_time", "timestamp", "timestamp_utc", "datetime", "date", "time", "ts",
)  # fmt: skip
# What NumPy's reader raises: it parses the heading of a file as Python source, and believes the sizes it finds there.
_DAMAGED_ARRAY = (
    ValueError, EOFError, SyntaxError, TokenError, TypeError, KeyError, OverflowError, MemoryError, UserWarning,
)  # fmt: skip
NUMBER_COLUMNS = ("open", "high", "low", "close", "volume")


@dataclass(frozen=True, eq=False)
class BarTable:
    """A time column as text or as epoch integers of any unit, and the number columns by name."""

    time_name: str
    time: TextColumn | Int64s
    numbers: Mapping[str, NumberColumn]


def read_bar_table(path: Path) -> BarTable:
    """Read the columns that bars need, by the file's ending.

    Raises
    ------
    DataError
        The file can not be read, a column is missing or of a type that holds no numbers.
    """
    ending = path.name.lower().removesuffix(".gz").rpartition(".")[2]
    try:
        if ending == "parquet":
            return _from_parquet(path)
        if ending == "npy":
            return _from_numpy(path)
        return _from_csv(path)
    except UnicodeDecodeError as error:
        raise DataError(f"holds text that is not {error.encoding} ({error.reason})", path=path) from error


def _pick(path: Path, names: list[str]) -> dict[str, str]:
    """Our name of each column to the file's: names are compared without regard to case."""
    plain = [name.strip().lower() for name in names]
    for name in (*TIME_COLUMNS, *NUMBER_COLUMNS):
        if plain.count(name) > 1:
            raise DataError(f"has {plain.count(name)} columns {name!r}; leave one", path=path)
    known = dict(zip(plain, names, strict=True))
    time = next((name for name in TIME_COLUMNS if name in known), None)
    if time is None:
        raise DataError(f"no time column: name one of {', '.join(TIME_COLUMNS)}; it has {', '.join(names)}", path=path)
    for name in NUMBER_COLUMNS:
        if name not in known:
            raise DataError(f"no column {name!r}; it has {', '.join(names)}", path=path)
    return {name: known[name] for name in (time, *NUMBER_COLUMNS)}


def _from_csv(path: Path) -> BarTable:
    head, _, body = read_bytes(path).partition(b"\n")
    heading = head.decode(errors="replace").strip().lstrip("\ufeff")
    delimiter = max(",;\t", key=heading.count)
    names = heading.split(delimiter)
    picked = _pick(path, names)
    if not body.strip():
        raise DataError("a heading and no rows", path=path)
    columns = split_table(str(path), body, names, delimiter, first_line=2)
    time, *numbers = picked
    return BarTable(time, columns[picked[time]], {name: columns[picked[name]] for name in numbers})


def _from_numpy(path: Path) -> BarTable:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            array = np.load(io.BytesIO(read_bytes(path)), allow_pickle=False)
    except _DAMAGED_ARRAY as error:
        raise DataError(
            f"is not a NumPy file of plain values, or is cut short ({type(error).__name__})", path=path
        ) from error
    if not isinstance(array, np.ndarray) or array.dtype.names is None or array.ndim != 1:
        raise DataError("is not a 1-D structured array with one field per column", path=path)
    picked = _pick(path, list(array.dtype.names))
    time, *numbers = picked
    stamps = _numpy_times(path, time, array[picked[time]])
    return BarTable(time, stamps, {name: _numpy_numbers(path, name, array[picked[name]]) for name in numbers})


def _numpy_times(path: Path, name: str, values: np.ndarray) -> TextColumn | Int64s:
    if values.dtype.kind == "M":
        return _text(path, name, np.datetime_as_string(values))
    if values.dtype.kind in "iu":
        return _whole(path, name, values)
    return _text(path, name, values)


def _numpy_numbers(path: Path, name: str, values: np.ndarray) -> NumberColumn:
    if values.dtype.kind in "iu":
        return IntegerColumn(name, str(path), _whole(path, name, values))
    if values.dtype.kind == "f":
        return FloatColumn(name, str(path), values.astype(np.float64))
    return _text(path, name, values)


def _whole(path: Path, name: str, values: np.ndarray) -> Int64s:
    if values.dtype.kind == "u" and len(values) and int(values.max()) > np.iinfo(np.int64).max:
        raise DataError(f"column {name!r} has values beyond 64 bits", path=path)
    return values.astype(np.int64)


def _text(path: Path, name: str, values: np.ndarray) -> TextColumn:
    if values.dtype.kind not in "SU":
        raise DataError(f"column {name!r} is {values.dtype}; store text, integers or floats", path=path)
    texts = np.char.decode(values, "ascii").tolist() if values.dtype.kind == "S" else values.tolist()
    return _rows_of_text(path, name, texts)


def _rows_of_text(path: Path, name: str, texts: list[str]) -> TextColumn:
    return TextColumn.from_strings(name, str(path), texts, np.arange(1, len(texts) + 1))


def _from_parquet(path: Path) -> BarTable:
    try:
        from pyarrow import ArrowException, parquet
    except ImportError as error:
        raise DataError("reading Parquet needs pyarrow: pip install 'pytrader[parquet]'", path=path) from error
    try:
        names = parquet.read_schema(path).names
        picked = _pick(path, names)
        table = parquet.read_table(path, columns=list(picked.values()))
    except (OSError, ArrowException) as error:
        raise DataError(f"is not a Parquet file, or is cut short ({error})", path=path) from error
    time, *numbers = picked
    stamps = _arrow_times(path, time, table.column(picked[time]))
    columns = {name: _arrow_numbers(path, name, table.column(picked[name])) for name in numbers}
    return BarTable(time, stamps, columns)


def _arrow_times(path: Path, name: str, values: Any) -> TextColumn | Int64s:
    import pyarrow as pa

    _no_nulls(path, name, values)
    if pa.types.is_timestamp(values.type) or pa.types.is_date(values.type):
        return _text(path, name, np.datetime_as_string(values.to_numpy()))
    if pa.types.is_integer(values.type):
        return _whole(path, name, values.to_numpy())
    return _rows_of_text(path, name, _arrow_text(path, name, values))


def _arrow_numbers(path: Path, name: str, values: Any) -> NumberColumn:
    import pyarrow as pa

    _no_nulls(path, name, values)
    if pa.types.is_integer(values.type) or pa.types.is_floating(values.type):
        return _numpy_numbers(path, name, values.to_numpy())
    return _rows_of_text(path, name, _arrow_text(path, name, values))


def _arrow_text(path: Path, name: str, values: Any) -> list[str]:
    import pyarrow as pa

    if pa.types.is_decimal(values.type):
        return [format(value, "f") for value in values.to_pylist()]
    if pa.types.is_string(values.type) or pa.types.is_large_string(values.type):
        texts: list[str] = values.to_pylist()
        return texts
    raise DataError(f"column {name!r} is {values.type}; store text, integers, decimals or floats", path=path)


def _no_nulls(path: Path, name: str, values: Any) -> None:
    if values.null_count:
        raise DataError(f"column {name!r} has {values.null_count} empty cells; leave such bars out", path=path)
