"""Bars of CSV, Parquet and NumPy files are read exactly, or refused with the place and the option that mends it."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pytrader.data import MarketData, read_bars
from pytrader.errors import DataError, InvalidArgument
from pytrader.model import Instrument

MINUTE = 60 * 10**9
START = int(datetime(2024, 1, 31, 23, 58, tzinfo=UTC).timestamp()) * 10**9
HEADING = "timestamp,open,high,low,close,volume"
ROWS = (
    "2024-01-31 23:58:00,1.10,1.25,1.05,1.20,10.5",
    "2024-01-31 23:59:00,1.20,1.30,1.20,1.25,7",
    "2024-02-01 00:00:00,1.25,1.25,1.00,1.00,0.25",
)
EXPECTED = [
    (START + MINUTE, START + MINUTE, START, 110, 125, 105, 120, 1_050),
    (START + 2 * MINUTE, START + 2 * MINUTE, START + MINUTE, 120, 130, 120, 125, 700),
    (START + 3 * MINUTE, START + 3 * MINUTE, START + 2 * MINUTE, 125, 125, 100, 100, 25),
]


def write(folder: Path, *rows: str, heading: str = HEADING, name: str = "btcusdt-1m.csv") -> Path:
    path = folder / name
    path.write_text("\n".join((heading, *rows)) + "\n")
    return path


def tuples(data: MarketData) -> list[tuple[int, ...]]:
    return data.streams[0].to_array().tolist()  # type: ignore[no-any-return]


def structured(kind: str) -> np.ndarray:
    """The bars of ROWS with prices as text, bytes or floats."""
    cells = [row.split(",") for row in ROWS]
    times = np.array([cell[0] for cell in cells], "datetime64[s]")
    table = np.zeros(len(cells), [("time", times.dtype)] + [(name, kind) for name in HEADING.split(",")[1:]])
    table["time"] = times
    for index, name in enumerate(HEADING.split(",")[1:], 1):
        table[name] = [cell[index] for cell in cells]
    return table


def test_text_is_read_exactly_and_bars_have_start_and_end(tmp_path: Path) -> None:
    data = read_bars(write(tmp_path, *ROWS))
    assert tuples(data) == EXPECTED
    assert data.streams[0].duration_ns == MINUTE
    (instrument,) = data.instruments
    assert (instrument.id, instrument.quote_currency.code) == ("BTCUSDT.BARS", "USDT")
    assert (str(instrument.tick_size), str(instrument.lot_size)) == ("0.01", "0.01")


def test_gzip_semicolons_other_columns_and_any_case_are_read(tmp_path: Path) -> None:
    heading = "Date;Open;High;Low;Close;Volume;Trades"
    path = tmp_path / "btcusdt.csv.gz"
    text = "\n".join((heading, *(row.replace(",", ";") + ";3" for row in ROWS)))
    path.write_bytes(gzip.compress(text.encode()))
    assert tuples(read_bars(path)) == EXPECTED


@pytest.mark.parametrize("unit_ns", [1, 10**3, 10**6, 10**9])
def test_whole_number_times_are_told_apart_by_size(tmp_path: Path, unit_ns: int) -> None:
    rows = [f"{(START + i * MINUTE) // unit_ns}{row[19:]}" for i, row in enumerate(ROWS)]
    assert tuples(read_bars(write(tmp_path, *rows))) == EXPECTED


@pytest.mark.parametrize("ending", ["Z", "+00:00", " UTC", ".000000"])
def test_times_with_a_zero_offset_are_utc(tmp_path: Path, ending: str) -> None:
    assert tuples(read_bars(write(tmp_path, *(row[:19] + ending + row[19:] for row in ROWS)))) == EXPECTED


def test_a_closing_time_is_known_by_its_name_or_said(tmp_path: Path) -> None:
    by_name = read_bars(write(tmp_path, *ROWS, heading=HEADING.replace("timestamp", "close_time")))
    said = read_bars(write(tmp_path, *ROWS), timestamp="close")
    assert by_name.streams[0].columns["ts_event"].tolist() == [START, START + MINUTE, START + 2 * MINUTE]
    assert tuples(by_name) == tuples(said)


def test_the_commonest_distance_is_the_length_and_gaps_are_allowed(tmp_path: Path) -> None:
    later = ROWS[2].replace("02-01", "02-05")
    data = read_bars(write(tmp_path, *ROWS, later))
    assert data.streams[0].duration_ns == MINUTE
    assert read_bars(write(tmp_path, ROWS[0]), duration_ns=5 * MINUTE).streams[0].duration_ns == 5 * MINUTE


@pytest.mark.parametrize("kind", ["S8", "U8"])
def test_structured_text_arrays_are_read_exactly(tmp_path: Path, kind: str) -> None:
    np.save(tmp_path / "btcusdt.npy", structured(kind))
    assert tuples(read_bars(tmp_path / "btcusdt.npy")) == EXPECTED


def test_floats_need_their_decimals_said(tmp_path: Path) -> None:
    path = tmp_path / "btcusdt.npy"
    np.save(path, structured("f8"))
    with pytest.raises(DataError, match="floats, which do not say how many decimals they mean; give price_decimals="):
        read_bars(path)
    assert tuples(read_bars(path, price_decimals=2, quantity_decimals=2)) == EXPECTED
    fine = Instrument("BTCUSDT", "X", quote_currency="USDT", tick_size="0.01", lot_size="0.01")
    assert tuples(read_bars(path, instrument=fine)) == EXPECTED


def test_a_float_that_is_no_such_decimal_is_refused(tmp_path: Path) -> None:
    table = structured("f8")
    table["close"][1] += 1e-12
    np.save(tmp_path / "btcusdt.npy", table)
    with pytest.raises(DataError, match=r"row 1: close 1\.25\d+ is not a number of 2 decimals"):
        read_bars(tmp_path / "btcusdt.npy", price_decimals=2, quantity_decimals=2)
    table["close"][1] = np.nan
    np.save(tmp_path / "btcusdt.npy", table)
    with pytest.raises(DataError, match="row 1: close nan is not a number"):
        read_bars(tmp_path / "btcusdt.npy", price_decimals=2, quantity_decimals=2)


def test_whole_number_arrays_are_prices_not_ticks(tmp_path: Path) -> None:
    table = np.zeros(2, [("ts", "i8")] + [(name, "i8") for name in ("open", "high", "low", "close", "volume")])
    table["ts"] = [START, START + MINUTE]
    for name in ("open", "high", "low", "close"):
        table[name] = 5
    np.save(tmp_path / "btcusdt.npy", table)
    assert read_bars(tmp_path / "btcusdt.npy", price_decimals=1).streams[0].columns["open"].tolist() == [50, 50]


@pytest.mark.parametrize("kind", ["string", "decimal", "float"])
def test_parquet_is_read_exactly(tmp_path: Path, kind: str) -> None:
    pa = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    cells = list(zip(*(row.split(",") for row in ROWS), strict=True))
    convert: dict[str, Any] = {"string": str, "decimal": Decimal, "float": float}
    columns = {"open_time": pa.array([datetime.fromisoformat(cell) for cell in cells[0]], pa.timestamp("ms", "UTC"))}
    for name, column in zip(HEADING.split(",")[1:], cells[1:], strict=True):
        columns[name] = pa.array([convert[kind](cell) for cell in column])
    path = tmp_path / "btcusdt.parquet"
    parquet.write_table(pa.table(columns), path)
    options = {"price_decimals": 2, "quantity_decimals": 2} if kind == "float" else {}
    assert tuples(read_bars(path, **options)) == EXPECTED


def test_a_parquet_file_cut_short_is_refused(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    path = tmp_path / "btcusdt.parquet"
    path.write_bytes(b"PAR1 and no more")
    with pytest.raises(DataError, match="is not a Parquet file, or is cut short"):
        read_bars(path)


def test_volumes_printed_from_doubles_are_refused_or_cut(tmp_path: Path) -> None:
    path = write(tmp_path, ROWS[0].replace("10.5", "10.50000000004"), *ROWS[1:])
    with pytest.raises(DataError, match=r"11 decimals, .*; give quantity_decimals=, .*volume_rounding='down'"):
        read_bars(path)
    with pytest.raises(DataError, match=r"line 2: volume '10\.50000000004' has more than 2 decimals"):
        read_bars(path, quantity_decimals=2)
    assert tuples(read_bars(path, quantity_decimals=2, volume_rounding="down")) == EXPECTED


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("2024-02-01 00:01:00,1.25,1.25,1.00,x,1", r"line 5: close 'x' is not a plain decimal number"),
        ("2024-02-01 00:01:00,1.25,1.25,1.00,1,-1", r"line 5: volume '-1' is negative"),
        ("2024-02-01 00:01:00,1.25,1.25", r"line 5: 3 columns where 6 are expected"),
        ("2024-02-01 00:00:00,1,1,1,1,1", r"row 3: timestamp is 0 ns after the row above"),
        ("2024-02-01 00:00:30,1,1,1,1,1", r"row 3: timestamp is 30000000000 ns after the row above"),
        ("yesterday,1,1,1,1,1", r"line 5: timestamp 'yesterday' is not a time"),
        ("2024-02-01 00:01:00+05:00,1,1,1,1,1", r"line 5: timestamp '.*\+05:00' is not a time"),
        ("3024-02-01 00:01:00,1,1,1,1,1", r"line 5: timestamp '3024-.*' is not a time"),
        ("NaT,1,1,1,1,1", r"line 5: timestamp 'NaT' is not a time"),
        ("2024-02-01 00:01:00,2,1,1,1,1", r"row 3: high 1 is below another price of its bar"),
        ("2024-02-01 00:01:00,1,3,2,2,1", r"row 3: low 2 is above another price of its bar"),
    ],
)
def test_a_damaged_row_is_named(tmp_path: Path, row: str, message: str) -> None:
    path = write(tmp_path, *ROWS, row)
    whole = Instrument("BTCUSDT", "X", quote_currency="USDT", tick_size="1", lot_size="1")
    options: dict[str, Any] = {}
    if "bar" in message:
        options["instrument"] = whole
        earlier = (f"2024-01-31 23:5{minute}:00,1,1,1,1,1" for minute in (7, 8, 9))
        path = write(tmp_path, *earlier, row)
    with pytest.raises(DataError, match=message):
        read_bars(path, **options)


@pytest.mark.parametrize(
    ("heading", "message"),
    [
        ("timestamp,open,high,low,close,size", "no column 'volume'"),
        ("when,open,high,low,close,volume", "no time column"),
    ],
)
def test_a_missing_column_is_named(tmp_path: Path, heading: str, message: str) -> None:
    with pytest.raises(DataError, match=message):
        read_bars(write(tmp_path, *ROWS, heading=heading))


def test_what_can_not_be_known_is_asked_for(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="give quote_currency= or instrument="):
        read_bars(write(tmp_path, *ROWS, name="gold.csv"))
    assert read_bars(write(tmp_path, *ROWS, name="gold.csv"), quote_currency="USD").instruments[0].id == "GOLD.BARS"
    with pytest.raises(DataError, match="give duration_ns="):
        read_bars(write(tmp_path, ROWS[0]))
    with pytest.raises(DataError, match="a heading and no rows"):
        read_bars(write(tmp_path))


@pytest.mark.parametrize(
    "options", [{"price_decimals": 19}, {"timestamp": "middle"}, {"volume_rounding": "up"}, {"duration_ns": 0}]
)
def test_an_option_out_of_range_is_refused(tmp_path: Path, options: dict[str, Any]) -> None:
    with pytest.raises(InvalidArgument, match=next(iter(options))):
        read_bars(write(tmp_path, *ROWS), **options)


@pytest.mark.real_data
def test_recorded_bars_are_read(shared_data: Path) -> None:
    futures = read_bars(shared_data / "futures_bars/6EH4.XCME_1min_bars_20240101_20240131.csv.gz", quote_currency="USD")
    assert len(futures.streams[0]) == 29_996
    assert futures.instruments[0].price_decimals == 5
    crypto = read_bars(
        shared_data / "crypto_bars/btc-perp-20211231-20220201_1m.csv.gz",
        quote_currency="USD",
        quantity_decimals=4,
        volume_rounding="down",
    )
    assert (len(crypto.streams[0]), crypto.streams[0].duration_ns) == (45_031, MINUTE)


@pytest.mark.parametrize("word", ["today", "now", "NaT"])
def test_words_are_no_times(tmp_path: Path, word: str) -> None:
    path = write(tmp_path, f"{word},1,1,1,1,1", ROWS[0])
    with pytest.raises(DataError, match=f"line 2: timestamp '{word}' is not a time"):
        read_bars(path, duration_ns=MINUTE)


def test_a_column_that_comes_twice_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path, *(f"{row},1" for row in ROWS), heading=f"{HEADING},Open")
    with pytest.raises(DataError, match="has 2 columns 'open'; leave one"):
        read_bars(path)


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    array = structured("S8")
    array["open"][1] = b"\xff"
    np.save(tmp_path / "btcusdt.npy", array)
    with pytest.raises(DataError, match="holds text that is not ascii"):
        read_bars(tmp_path / "btcusdt.npy")
