"""LOBSTER messages become order-by-order rows with exact times and ticks; what is wrong is named by file and line."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from pytrader.data import MarketData, read_lobster
from pytrader.errors import DataError, InvalidArgument
from pytrader.model import Instrument

NAME = "ABC_2012-06-21_34200000_57600000_message_10.csv"
MIDNIGHT_NS = int(datetime(2012, 6, 21, 4, tzinfo=UTC).timestamp()) * 10**9
FIRST = "34200.004241176,1,11,18,5853300,1"


def write(folder: Path, *lines: str, name: str = NAME) -> Path:
    path = folder / name
    path.write_text("\n".join(lines) + "\n")
    return path


def rows(data: MarketData) -> np.ndarray:
    return data.streams[0].to_array()


def played(data: MarketData) -> list[tuple[int, ...]]:
    """Action, side, price, quantity and id of the rows after the start of the book."""
    names = ["action", "side", "price", "quantity", "order_id"]
    return [tuple(int(row[name]) for name in names) for row in rows(data) if not row["flags"] & 32]


def fine_instrument(tick: str) -> Instrument:
    return Instrument("ABC", "NASDAQ", kind="equity", quote_currency="USD", tick_size=tick, lot_size="1")


def test_each_message_type_becomes_its_row(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        FIRST,
        "34200.1,1,12,30,5853400,-1",
        "34200.2,2,11,8,5853300,1",
        "34200.3,4,12,10,5853400,-1",
        "34200.4,5,0,100,5853300,1",
        "34200.5,6,-1,500,5853300,-1",
        "34200.6,3,11,10,5853300,1",
    )
    assert played(read_lobster(path)) == [
        (1, 1, 58_533, 18, 11),
        (1, 2, 58_534, 30, 12),
        (4, 1, 58_533, 8, 11),
        (5, 2, 58_534, 10, 12),
        (6, 1, 58_533, 100, 0),
        (6, 2, 58_533, 500, 0),
        (3, 1, 58_533, 10, 11),
    ]


def test_times_are_exact_nanoseconds_from_new_york_midnight(tmp_path: Path) -> None:
    path = write(tmp_path, FIRST, "57599.95935965,1,12,1,5853200,1")
    times = rows(read_lobster(path))["ts_event"]
    assert times[-2:].tolist() == [MIDNIGHT_NS + 34_200_004_241_176, MIDNIGHT_NS + 57_599_959_359_650]


def test_winter_time_is_an_hour_later_in_utc(tmp_path: Path) -> None:
    path = write(tmp_path, "34200,1,1,1,100,1", name=NAME.replace("06-21", "01-21"))
    assert (
        rows(read_lobster(path))["ts_event"][-1] == int(datetime(2012, 1, 21, 14, 30, tzinfo=UTC).timestamp()) * 10**9
    )


def test_digits_below_a_nanosecond_are_cut_and_counted(tmp_path: Path) -> None:
    data = read_lobster(write(tmp_path, "35821.088778456004,1,11,18,5853300,1"))
    assert rows(data)["ts_event"][-1] == MIDNIGHT_NS + 35_821_088_778_456
    assert "1 times have digits below a nanosecond, which were cut off" in data.notes


def test_the_default_instrument_comes_from_the_name(tmp_path: Path) -> None:
    (instrument,) = read_lobster(write(tmp_path, FIRST)).instruments
    assert instrument.id == "ABC.NASDAQ"
    assert (str(instrument.tick_size), str(instrument.lot_size)) == ("0.01", "1")


def test_prints_between_two_ticks_are_counted_and_left_out_but_never_rounded(tmp_path: Path) -> None:
    path = write(tmp_path, FIRST, "34200.1,5,0,70,5853350,1", "34200.2,5,0,30,5853300,1")
    data = read_lobster(path)
    assert played(data)[1:] == [(6, 1, 58_533, 30, 0)]
    assert any(note.startswith("1 hidden prints of 70 shares between two ticks") for note in data.notes)
    with pytest.raises(DataError, match=r"line 2: price '5853350' is between two ticks"):
        read_lobster(path, off_tick_prints="refuse")


def test_a_finer_tick_keeps_prints_at_half_cents(tmp_path: Path) -> None:
    path = write(tmp_path, FIRST, "34200.1,5,0,70,5853350,1")
    data = read_lobster(path, instrument=fine_instrument("0.005"))
    assert played(data) == [(1, 1, 117_066, 18, 11), (6, 1, 117_067, 70, 0)]


def test_a_displayed_order_between_two_ticks_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"line 1: price '5853350' is between two ticks"):
        read_lobster(write(tmp_path, "34200.1,1,11,18,5853350,1"))


def test_a_tick_finer_than_the_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidArgument, match=r"0\.00001, finer than the file's 0\.0001"):
        read_lobster(write(tmp_path, FIRST), instrument=fine_instrument("0.00001"))


def test_trading_halts_are_left_out_and_counted(tmp_path: Path) -> None:
    data = read_lobster(write(tmp_path, FIRST, "36023,7,0,0,-1,-1", "36723,7,0,0,1,-1"))
    assert len(played(data)) == 1
    assert "2 trading-halt messages were left out" in data.notes


def test_gzip_semicolons_and_a_seventh_column_are_read(tmp_path: Path) -> None:
    path = tmp_path / (NAME + ".gz")
    path.write_bytes(gzip.compress(b"34200.5;1;11;18;5853300;1;null\n"))
    assert played(read_lobster(path)) == [(1, 1, 58_533, 18, 11)]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("34201.0,1,12,-5,5853300,1", r"line 2: size '-5' is not positive"),
        ("34201.0,1,12,0,5853300,1", r"line 2: size '0' is not positive"),
        ("34199.0,1,12,5,5853300,1", r"line 2: time '34199.0' goes back"),
        ("86400.0,1,12,5,5853300,1", r"line 2: time '86400.0' is not seconds after midnight"),
        ("34201.0,8,12,5,5853300,1", r"line 2: type '8' is not a message type"),
        ("34201.0,1,12,5,5853300,2", r"line 2: direction '2' is neither 1 nor -1"),
        ("34201.0,1,12,5,-5853300,1", r"line 2: price '-5853300' is not positive"),
        ("34201.0,1,12,5,0,1", r"line 2: price '0' is not positive"),
        ("34201.0,1,-12,5,5853300,1", r"line 2: order id '-12' is not positive"),
        ("34201.0,1,12,5", r"line 2: 4 columns where 6 are expected"),
        ("34201.0,1,12,x,5853300,1", r"line 2: size 'x' is not a plain decimal number"),
    ],
)
def test_a_damaged_line_is_named(tmp_path: Path, line: str, message: str) -> None:
    with pytest.raises(DataError, match=message) as caught:
        read_lobster(write(tmp_path, FIRST, line))
    assert caught.value.line == 2


def test_a_name_without_a_day_and_an_empty_or_absent_file_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="the day stands only in the name"):
        read_lobster(write(tmp_path, FIRST, name="abc.csv"))
    (tmp_path / NAME).write_text("")
    with pytest.raises(DataError, match="the file is empty"):
        read_lobster(tmp_path / NAME)
    with pytest.raises(DataError, match="cannot be read"):
        read_lobster(tmp_path / NAME.replace("ABC", "XYZ"))
    with pytest.raises(DataError, match="is not a day"):
        read_lobster(write(tmp_path, FIRST, name=NAME.replace("06-21", "02-31")))
    with pytest.raises(DataError, match="9999-06-21 in the file's name is not from 1970 to 2200"):
        read_lobster(write(tmp_path, FIRST, name=NAME.replace("2012", "9999")))


def test_a_gzip_file_cut_short_is_refused(tmp_path: Path) -> None:
    path = tmp_path / (NAME + ".gz")
    path.write_bytes(gzip.compress(b"34200.5,1,11,18,5853300,1\n" * 100)[:-12])
    with pytest.raises(DataError, match="cut short or damaged"):
        read_lobster(path)


def test_a_symbol_that_no_instrument_can_have_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="not plain ASCII"):
        read_lobster(write(tmp_path, FIRST, name=NAME.replace("ABC", "\u00c4")))
