"""`load` tells formats apart by name and content, and says what it knows where it can not."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytrader.data import load, write_columns
from pytrader.errors import DataError, InvalidArgument

MESSAGE = "34200.1,1,11,18,5853300,1\n"
CAPTURE = '5 {"stream":"btcusdt@bookTicker","data":{"u":1,"s":"BTCUSDT","b":"1","B":"1","a":"2","A":"2"}}\n'
BARS = "time,open,high,low,close,volume\n0,1,1,1,1,1\n60,1,1,1,1,1\n"


def lobster(folder: Path) -> Path:
    path = folder / "ABC_2012-06-21_34200000_57600000_message_10.csv"
    path.write_text(MESSAGE)
    return path


def test_each_format_is_known_by_name_or_content(tmp_path: Path) -> None:
    (tmp_path / "capture").write_text(CAPTURE)
    (tmp_path / "btcusdt-1m.csv").write_text(BARS)
    data = load(lobster(tmp_path))
    write_columns(tmp_path / "columns", data)
    kinds = {
        name: load(tmp_path / name).streams[0].kind
        for name in ("columns", "columns/manifest.json", "capture", "btcusdt-1m.csv")
    }
    assert data.streams[0].kind == "l3"
    assert kinds == {"columns": "l3", "columns/manifest.json": "l3", "capture": "quote", "btcusdt-1m.csv": "bar"}


def test_several_paths_are_for_captures(tmp_path: Path) -> None:
    for name, ts in (("one", 5), ("two", 6)):
        (tmp_path / name).write_text(CAPTURE.replace("5", str(ts), 1))
    assert load([tmp_path / "one", tmp_path / "two"]).event_count == 2
    with pytest.raises(InvalidArgument, match="one path at a time, not 2"):
        load([lobster(tmp_path), lobster(tmp_path)])
    with pytest.raises(InvalidArgument, match="no file was named"):
        load([])


def test_a_format_may_be_said(tmp_path: Path) -> None:
    (tmp_path / "btcusdt.txt").write_text(BARS)
    assert load(tmp_path / "btcusdt.txt", fmt="bars").event_count == 2
    with pytest.raises(InvalidArgument, match="format 'csv' is not one of columns, lobster, binance, itch, dbn, bars"):
        load(tmp_path / "btcusdt.txt", fmt="csv")


def test_an_unknown_file_lists_the_formats(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("Dear Sir")
    (tmp_path / "folder").mkdir()
    for name in ("letter.txt", "folder"):
        with pytest.raises(
            DataError, match=r"is of no known format; give fmt=, one of: columns \(.*lobster \(.*bars \("
        ):
            load(tmp_path / name)
    with pytest.raises(DataError, match="does not exist"):
        load(tmp_path / "nothing")


def test_an_unknown_option_lists_the_readers_options(tmp_path: Path) -> None:
    with pytest.raises(InvalidArgument, match=r"format 'lobster' has no option 'colour'; it has: book, instrument"):
        load(lobster(tmp_path), colour="red")
    write_columns(tmp_path / "columns", load(lobster(tmp_path)))
    with pytest.raises(InvalidArgument, match="format 'columns' has no option 'on_gap'"):
        load(tmp_path / "columns", on_gap="clear")
