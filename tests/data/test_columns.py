"""Column directories are written whole or not at all, come back bit for bit, and say which file is damaged."""

from __future__ import annotations

import json
import os
import shutil
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pytrader.data import MarketData, Stream, open_columns, write_columns
from pytrader.errors import DataError
from pytrader.model import Instrument
from pytrader.model.records import BAR, L3_EVENT, TRADE


def instrument(symbol: str) -> Instrument:
    return Instrument(symbol, "TEST", kind="equity", quote_currency="USD", tick_size="0.01", lot_size="1")


def market(count: int = 50) -> MarketData:
    names = L3_EVENT.names or ()
    book = {name: np.full(count, 1, L3_EVENT[name]) for name in names if name != "ts_init"}
    book["ts_event"] = np.arange(count, dtype=np.int64) - 5
    book["order_id"] = np.arange(count, dtype=np.uint64) + np.uint64(2**63)
    trades = {name: np.full(count, 2, TRADE[name]) for name in TRADE.names or ()}
    bars = {name: np.full(count, 3, BAR[name]) for name in BAR.names or ()}
    bars["ts_open"] = np.full(count, 1, np.int64)
    streams = (
        Stream(instrument("AAA"), "l3", book),
        Stream(instrument("BBB"), "trade", trades),
        Stream(instrument("AAA"), "bar", bars, 60),
    )
    return MarketData(streams, "a test", ("one note",))


def written(folder: Path) -> Path:
    return write_columns(folder / "market", market())


def changed_manifest(folder: Path, change: Callable[[dict[str, Any]], Any]) -> Path:
    path = written(folder)
    manifest = json.loads((path / "manifest.json").read_text())
    change(manifest)
    (path / "manifest.json").write_text(json.dumps(manifest))
    return path


def test_what_was_written_comes_back_bit_for_bit(tmp_path: Path) -> None:
    data = market()
    again = open_columns(write_columns(tmp_path / "market", data), verify=True)
    assert again.notes == data.notes
    assert [stream.instrument for stream in again.streams] == [stream.instrument for stream in data.streams]
    for before, after in zip(data.streams, again.streams, strict=True):
        assert (before.kind, before.duration_ns) == (after.kind, after.duration_ns)
        assert set(before.columns) == set(after.columns)
        assert (before.to_array() == after.to_array()).all()


def test_columns_are_memory_maps_that_can_not_be_written(tmp_path: Path) -> None:
    column = open_columns(written(tmp_path)).streams[0].columns["price"]
    assert isinstance(column, np.memmap)
    assert not column.flags.writeable


def test_a_column_file_is_little_endian_words_and_nothing_else(tmp_path: Path) -> None:
    path = written(tmp_path)
    name = json.loads((path / "manifest.json").read_text())["streams"][0]["columns"]["ts_event"]["file"]
    assert (path / name).read_bytes() == b"".join((i - 5).to_bytes(8, "little", signed=True) for i in range(50))


def test_streams_without_rows_are_kept(tmp_path: Path) -> None:
    again = open_columns(write_columns(tmp_path / "market", market(0)), verify=True)
    assert [len(stream) for stream in again.streams] == [0, 0, 0]


def test_the_manifest_itself_may_be_named(tmp_path: Path) -> None:
    assert open_columns(written(tmp_path) / "manifest.json").event_count == 150


def test_an_existing_place_is_replaced_only_on_demand(tmp_path: Path) -> None:
    path = written(tmp_path)
    with pytest.raises(DataError, match="exists; give another name, or overwrite=True"):
        write_columns(path, market(3))
    assert open_columns(path).event_count == 150
    write_columns(path, market(3), overwrite=True)
    assert open_columns(path).event_count == 9
    assert sorted(os.listdir(tmp_path)) == ["market"]


def test_something_else_is_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter").write_text("1")
    with pytest.raises(DataError, match="is not a directory of columns, so it is not overwritten"):
        write_columns(tmp_path / "thesis", market(), overwrite=True)
    (tmp_path / "letter").write_text("Dear")
    with pytest.raises(DataError, match="is not a directory of columns"):
        write_columns(tmp_path / "letter", market(), overwrite=True)


class FullDisk:
    """A flush to disk that fails at its n-th call."""

    def __init__(self, fails_at: int) -> None:
        self.calls = 0
        self.fails_at = fails_at
        self.real = os.fsync

    def __call__(self, handle: int) -> None:
        self.calls += 1
        if self.calls == self.fails_at:
            raise OSError(28, "No space left on device")
        self.real(handle)


@pytest.mark.parametrize("overwrite", [False, True])
def test_a_write_that_fails_anywhere_leaves_the_old_data_or_the_new(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, overwrite: bool
) -> None:
    def files() -> dict[str, bytes]:
        return {str(path.relative_to(tmp_path)): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}

    if overwrite:
        written(tmp_path)
    before = files()
    write_columns(tmp_path / "copy" / "market", market(3))
    after = {name.removeprefix("copy/"): content for name, content in files().items() if name.startswith("copy/")}
    shutil.rmtree(tmp_path / "copy")
    failures: list[str] = []
    while True:
        disk = FullDisk(len(failures) + 1)
        monkeypatch.setattr(os, "fsync", disk)
        try:
            write_columns(tmp_path / "market", market(3), overwrite=True)
        except DataError as error:
            failures.append(str(error))
        else:
            break
        assert files() in (before, after)
    assert len(failures) == disk.calls >= 20
    assert set(failures) == {f"{tmp_path / 'market'}: cannot be written: No space left on device"}
    assert files() == after


def test_the_directory_is_as_open_as_any_other(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    expected = stat.S_IMODE((tmp_path / "other").stat().st_mode)
    assert stat.S_IMODE(written(tmp_path).stat().st_mode) == expected


def test_a_column_cut_short_is_named_with_its_last_row(tmp_path: Path) -> None:
    path = written(tmp_path)
    file = path / "0-l3-price.i64"
    file.write_bytes(file.read_bytes()[:-4])
    with pytest.raises(DataError, match=r"396 bytes where 50 rows take 400; the file is cut short") as caught:
        open_columns(path)
    assert (caught.value.path, caught.value.row) == (str(file), 49)


def test_an_absent_column_file_is_named(tmp_path: Path) -> None:
    path = written(tmp_path)
    (path / "1-trade-price.i64").unlink()
    with pytest.raises(DataError, match=r"1-trade-price\.i64: cannot be read"):
        open_columns(path)


def test_a_changed_byte_is_found_by_verify(tmp_path: Path) -> None:
    path = written(tmp_path)
    file = path / "1-trade-quantity.i64"
    raw = bytearray(file.read_bytes())
    raw[0] ^= 1
    file.write_bytes(raw)
    open_columns(path)
    with pytest.raises(DataError, match=r"quantity\.i64: its SHA-256 is not the manifest's"):
        open_columns(path, verify=True)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda m: m.update(format="other"), "is not a manifest of the format pytrader-columns"),
        (lambda m: m.update(version=2), "has version 2, this pytrader reads version 1"),
        (lambda m: m.pop("streams"), "the entry 'streams' is missing"),
        (lambda m: m["streams"][0].update(kind="l4"), "stream kind 'l4' is not one of"),
        (
            lambda m: m["streams"][0].update(instrument=5),
            r"has instrument 5, and the manifest has \d of them, counted from 0: it must be below \d",
        ),
        (lambda m: m["streams"][0].update(instrument=-1), "instrument -1 is not a whole number"),
        (lambda m: m["streams"][0].update(rows=50.0), "rows 50.0 is not a whole number"),
        (lambda m: m["streams"][2].update(duration_ns="60"), "duration_ns '60' is not a whole number"),
        (
            lambda m: m["streams"][0]["columns"].update(colour=m["streams"][0]["columns"]["price"]),
            "unknown column 'colour'",
        ),
        (lambda m: m["streams"][0]["columns"].pop("price"), "column 'price' is missing"),
        (lambda m: m["instruments"][0].update(tick_size="0"), "manifest.json"),
        (lambda m: m["instruments"][0].pop("symbol"), "manifest.json"),
        (lambda m: m.update(version=True), "has version True"),
        (lambda m: m.update(byte_order="big"), "has byte_order 'big'; columns are little-endian"),
        (lambda m: m.pop("byte_order"), "has byte_order None"),
        (lambda m: m.update(notes="one"), "notes is not a list"),
        (lambda m: m.update(notes=[1]), "a note is not text"),
        (lambda m: m.update(instruments=["x"]), "an instrument or a stream is not an object"),
        (lambda m: m["streams"][0].update(columns=None), "columns are not objects by name"),
        (lambda m: m["streams"][0]["columns"].update(price=5), "columns are not objects by name"),
    ],
)
def test_a_manifest_that_contradicts_itself_is_refused(
    tmp_path: Path, change: Callable[[dict[str, Any]], Any], message: str
) -> None:
    with pytest.raises(DataError, match=message):
        open_columns(changed_manifest(tmp_path, change))


def test_a_manifest_cut_short_or_absent_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path)
    (path / "manifest.json").write_text('{"format":')
    with pytest.raises(DataError, match="is not JSON"):
        open_columns(path)
    with pytest.raises(DataError, match="cannot be read"):
        open_columns(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("stream", "column", "value", "message"),
    [
        (0, "ts_event", -100, "ts_event -100 is before the row above"),
        (0, "quantity", -1, "quantity -1 is negative"),
        (0, "quantity", 0, "quantity 0 is zero"),
        (0, "action", 8, "action 8 is not an action"),
        (0, "side", 3, "side 3 is not 1"),
        (0, "price", -(2**63), "is not a price"),
        (1, "aggressor_side", 3, "aggressor_side 3 is not 0"),
        (1, "quantity", 0, "a trade has a size"),
        (2, "high", 2, "high 2 is below another price"),
        (2, "low", 4, "low 4 is above another price"),
        (2, "ts_open", 3, "is not before the bar's close"),
        (2, "volume", -3, "volume -3 is negative"),
    ],
)
def test_rows_that_no_venue_can_have_sent_are_named(
    tmp_path: Path, stream: int, column: str, value: int, message: str
) -> None:
    path = written(tmp_path)
    (file,) = path.glob(f"{stream}-*-{column}.i64")
    words = np.fromfile(file, "<i8")
    words[7] = value
    words.tofile(file)
    with pytest.raises(DataError, match=f"row 7: .*{message}|{message}") as caught:
        open_columns(path)
    assert caught.value.row == 7
