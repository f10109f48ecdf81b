"""Writes a result into a folder as CSV or Parquet with a JSON summary: the folder appears complete or not at all."""

from __future__ import annotations

import csv
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from itertools import repeat
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from pytrader.backtest.exact import decimal_text, trimmed
from pytrader.backtest.tables import Column, output_tables
from pytrader.errors import ConfigError

if TYPE_CHECKING:
    from pytrader.backtest.result import BacktestResult

DECIMAL_PRECISION = 38
SUMMARY = "summary.json"
NO_PYARROW = "Parquet needs the package pyarrow; run: pip install 'pytrader[parquet]', or choose the format csv"


def cells(column: Column) -> Iterator[str]:
    """Write a column's cells as text; a cell without a value is empty."""
    numbers = column.numbers.tolist() if isinstance(column.numbers, np.ndarray) else column.numbers
    known = repeat(True) if column.known is None else column.known.tolist()
    for number, is_known in zip(numbers, known, strict=False):
        if not is_known:
            yield ""
        elif column.kind == "text":
            yield column.labels[number]
        elif column.kind == "decimal":
            yield trimmed(decimal_text(number, column.decimals), column.decimals_min)
        else:
            yield str(number)


def write_csv(columns: list[Column], path: Path) -> None:
    """Write one table as CSV with a heading line."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([column.name for column in columns])
        writer.writerows(zip(*(cells(column) for column in columns), strict=True))


def arrow_array(arrow: Any, column: Column) -> Any:
    """Turn a column into an Arrow array, keeping every digit.

    Raises
    ------
    ConfigError
        A decimal has more than 38 digits.
    """
    missing = None if column.known is None else ~column.known
    if column.kind == "time":
        return arrow.array(column.numbers, type=arrow.timestamp("ns", tz="UTC"), mask=missing)
    if column.kind == "integer":
        return arrow.array(column.numbers, type=arrow.int64(), mask=missing)
    if column.kind == "text":
        numbers = np.asarray(column.numbers)
        known = np.ones(len(numbers), bool) if column.known is None else column.known
        # The labels that occur, once each: those of an enumeration have gaps.
        used, places = np.unique(numbers[known], return_inverse=True)
        codes = np.zeros(len(numbers), np.int32)
        codes[known] = places
        labels = arrow.array([column.labels[number] for number in used.tolist()], type=arrow.string())
        return arrow.DictionaryArray.from_arrays(arrow.array(codes, mask=missing), labels)
    mantissas = [int(number) for number in column.numbers]
    if max(map(abs, mantissas), default=0) >= 10**DECIMAL_PRECISION:
        raise ConfigError(
            f"column {column.name!r} has a number of more than {DECIMAL_PRECISION} digits, which Parquet's and Arrow's "
            "decimals can not hold: write the result as csv"
        )
    raw = b"".join(number.to_bytes(16, "little", signed=True) for number in mantissas)
    kind = arrow.decimal128(DECIMAL_PRECISION, column.decimals)
    validity = None
    if column.known is not None:
        validity = arrow.py_buffer(np.packbits(column.known, bitorder="little").tobytes())
    return arrow.Array.from_buffers(kind, len(mantissas), [validity, arrow.py_buffer(raw)])


def write_parquet(columns: list[Column], path: Path) -> None:
    """Write one table as Parquet: 128-bit decimals, UTC timestamps in nanoseconds, names as dictionaries."""
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError as missing:
        raise ConfigError(NO_PYARROW) from missing
    table = pyarrow.table({column.name: arrow_array(pyarrow, column) for column in columns})
    parquet.write_table(table, path)


WRITERS: dict[str, Callable[[list[Column], Path], None]] = {"csv": write_csv, "parquet": write_parquet}


def check_target(target: Path, force: bool, ours: str = SUMMARY) -> None:
    """Refuse a place that something else occupies, or where nothing can be made.

    Parameters
    ----------
    target
        The folder to be.
    force
        Whether it may be replaced.
    ours
        The file by which a folder of ours is known: no other folder is ever replaced.

    Raises
    ------
    ConfigError
        It is a file, or a folder that is not empty and may not be replaced, or it can not be made there.
    """
    try:
        place = target.resolve()
        if place.exists() and not place.is_dir():
            raise ConfigError(f"{target} is a file; give the name of a folder")
        if Path.cwd().is_relative_to(place):
            raise ConfigError(f"{target} is the folder we stand in; give the name of another")
        if place.is_dir() and any(place.iterdir()):
            if not force:
                raise ConfigError(f"the folder {target} is not empty; choose another or allow replacing it (--force)")
            if not (place / ours).is_file():
                raise ConfigError(f"the folder {target} has no {ours}, so it is not replaced; choose another")
        _try_to_write(place)
    except OSError as error:
        raise ConfigError(f"{target} can not be made: {error.strerror or error}; choose another folder") from None


def _try_to_write(place: Path) -> None:
    """Do beside the place what writing will do, so that a long run does not end in an error."""
    parent = place.parent
    while not parent.exists():
        parent = parent.parent
    with tempfile.TemporaryDirectory(prefix=f".{place.name}-", dir=parent):
        pass


def check_format(format: str) -> None:
    """Refuse a format that nobody writes.

    Raises
    ------
    ConfigError
        It is not one of the known ones, or needs a package that is not there.
    """
    if format not in WRITERS:
        raise ConfigError(f"unknown format {format!r}; choose one of: {', '.join(sorted(WRITERS))}")
    if format == "parquet" and find_spec("pyarrow") is None:
        raise ConfigError(NO_PYARROW)


def write_result(
    result: BacktestResult, directory: str | os.PathLike[str], format: str, *, force: bool = False
) -> None:
    """Write a result's files; see `BacktestResult.write`."""
    check_format(format)
    check_target(Path(directory), force)
    try:
        _write_whole(result, Path(directory).resolve(), format)
    except OSError as error:
        raise ConfigError(
            f"{directory} can not be written: {error.strerror or error}; nothing was left there"
        ) from error


def _write_whole(result: BacktestResult, target: Path, format: str) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    staging = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    try:
        complete = staging / "complete"
        complete.mkdir()
        for name, columns in output_tables(result).items():
            WRITERS[format](columns, complete / f"{name}.{format}")
        text = json.dumps(result.summary(), indent=2, allow_nan=False)
        (complete / SUMMARY).write_text(text + "\n", encoding="utf-8")
        if target.is_dir():
            target.rename(staging / "replaced")
        complete.rename(target)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
