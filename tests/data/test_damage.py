"""Whatever happens to the bytes of a file, reading it works or ends in one error of ours, never in another."""

from __future__ import annotations

import gzip
import json
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pytrader.data import load, write_columns
from pytrader.errors import DataError, PytraderError

LOBSTER = (
    "34200.004241176,1,11,18,5853300,1\n34200.1,4,12,5,5853400,-1\n34200.2,2,11,8,5853300,1\n"
    "34200.3,5,0,100,5853350,1\n36023,7,0,0,-1,-1\n36024,3,11,10,5853300,1\n"
)
BOOK = "5853400,50,5853300,58,5853500,7,5853200,9\n"
CAPTURE = "\n".join(
    f"{ts} {json.dumps(frame)}"
    for ts, frame in enumerate(
        [
            {"lastUpdateId": 10, "bids": [["10.0", "5"]], "asks": [["10.1", "4"]]},
            {
                "stream": "x@depth",
                "data": {"e": "depthUpdate", "E": 1, "s": "BTCUSDT", "U": 11, "u": 12, "b": [["9.9", "0.5"]], "a": []},
            },
            {"stream": "x@bookTicker", "data": {"u": 1, "s": "BTCUSDT", "b": "9.9", "B": "1", "a": "10.1", "A": "2"}},
            {
                "stream": "x@trade",
                "data": {"e": "trade", "E": 9, "T": 8, "s": "BTCUSDT", "t": 7, "p": "10.0", "q": "1.5", "m": True},
            },
        ],
        1_723_161_256_172_216_566,
    )
)
BARS = (
    "timestamp,open,high,low,close,volume\n"
    "2024-01-31 23:58:00,1.10,1.25,1.05,1.20,10.5\n2024-01-31 23:59:00,1,1,1,1,7\n"
)
TABLE = np.array(
    [(1_700_000_000, 1, 2, 1, 2, 5), (1_700_000_060, 2, 2, 1, 1, 6)],
    [(name, "i8") for name in ("time", "open", "high", "low", "close", "volume")],
)
DAY = "ABC_2012-06-21_34200000_57600000"

damages = st.lists(
    st.tuples(st.sampled_from(["set", "drop", "cut", "double"]), st.integers(0, 10**6), st.integers(0, 255)),
    min_size=1,
    max_size=4,
)
steady = settings(
    deadline=None, derandomize=True, max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def damaged(raw: bytes, steps: list[tuple[str, int, int]]) -> bytes:
    for step, where, value in steps:
        at = where % (len(raw) + 1)
        if step == "set":
            raw = raw[:at] + bytes([value]) + raw[at + 1 :]
        elif step == "drop":
            raw = raw[:at] + raw[at + 1 + value % 8 :]
        elif step == "cut":
            raw = raw[:at]
        else:
            raw = raw[:at] + raw[max(at - value, 0) :]
    return raw


def expect_rows_or_our_error(path: Path) -> None:
    with suppress(PytraderError):
        for stream in load(path).streams:
            rows = stream.to_array()
            assert len(rows) == len(stream)


@pytest.mark.parametrize(
    ("name", "raw"),
    [
        (f"{DAY}_message_10.csv", LOBSTER.encode()),
        (f"{DAY}_message_10.csv.gz", gzip.compress(LOBSTER.encode(), mtime=0)),
        ("capture", CAPTURE.encode()),
        ("btcusdt.csv", BARS.encode()),
    ],
)
@steady
@given(steps=damages)
def test_damaged_text_files(tmp_path: Path, name: str, raw: bytes, steps: list[tuple[str, int, int]]) -> None:
    (tmp_path / name).write_bytes(damaged(raw, steps))
    expect_rows_or_our_error(tmp_path / name)


@steady
@given(steps=damages)
def test_damaged_book_file(tmp_path: Path, steps: list[tuple[str, int, int]]) -> None:
    (tmp_path / f"{DAY}_message_10.csv").write_text(LOBSTER)
    (tmp_path / f"{DAY}_orderbook_10.csv").write_bytes(damaged(BOOK.encode(), steps))
    expect_rows_or_our_error(tmp_path / f"{DAY}_message_10.csv")


@steady
@given(steps=damages)
def test_damaged_array_file(tmp_path: Path, steps: list[tuple[str, int, int]]) -> None:
    np.save(tmp_path / "btcusdt.npy", TABLE)
    (tmp_path / "btcusdt.npy").write_bytes(damaged((tmp_path / "btcusdt.npy").read_bytes(), steps))
    expect_rows_or_our_error(tmp_path / "btcusdt.npy")


@steady
@given(steps=damages, pick=st.integers(0, 100))
def test_damaged_column_folder(tmp_path: Path, steps: list[tuple[str, int, int]], pick: int) -> None:
    (tmp_path / f"{DAY}_message_10.csv").write_text(LOBSTER)
    folder = write_columns(tmp_path / "columns", load(tmp_path / f"{DAY}_message_10.csv"), overwrite=True)
    files = sorted(folder.iterdir())
    file = files[pick % len(files)] if pick % 3 else folder / "manifest.json"
    file.write_bytes(damaged(file.read_bytes(), steps))
    expect_rows_or_our_error(folder)
    for leftover in folder.iterdir():
        leftover.unlink()
    folder.rmdir()


def test_undamaged_files_are_read(tmp_path: Path) -> None:
    for name, raw in ((f"{DAY}_message_10.csv", LOBSTER), ("capture", CAPTURE), ("btcusdt.csv", BARS)):
        (tmp_path / name).write_text(raw)
        assert load(tmp_path / name).event_count > 0
    (tmp_path / f"{DAY}_orderbook_10.csv").write_text(BOOK.replace(",58,", ",1,"))
    with pytest.raises(DataError):
        load(tmp_path / f"{DAY}_message_10.csv")
