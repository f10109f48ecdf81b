"""The DBN feed from Python: books, rows and streams, faults with their places, and what recorded markets must give."""

from __future__ import annotations

import itertools
import struct
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from pytrader import Instrument, Price, Quantity
from pytrader.book import L2Book, L3Book
from pytrader.data import load, read_dbn
from pytrader.data.dbn import DbnFeed
from pytrader.data.feed_files import apply_file, chunks
from pytrader.errors import DataError, InvalidArgument, InvalidState
from pytrader.model.records import BookAction
from tests.feeds.dbn_records import header, market, order, record

OPEN_NS = 1_703_545_200_000_000_000  # 2023-12-25 23:00:00 UTC


def unpacked(path: Path) -> bytes:
    pytest.importorskip("zstandard")
    return b"".join(bytes(chunk) for chunk in chunks(path))


def test_books_are_read_like_any_other() -> None:
    feed = DbnFeed("0.25")
    assert feed.apply(header() + order("A", "B", 1, 100, 5) + order("A", "A", 2, 101, 6)) == 2
    feed.finish()
    book = feed.book("ESH4")
    assert (book.best_bid.price, book.best_ask.quantity) == (Price("25"), Quantity("6"))
    assert str(book.tick) == "0.25"
    assert 2 in book
    assert feed.book(17).orders().tolist() == book.orders().tolist()
    assert feed.metadata["dataset"] == "TEST.SET"
    assert feed.counts == {0xA0: 2}
    assert feed.instruments[0]["symbol"] == "ESH4"


@pytest.mark.parametrize("version", [1, 2, 3])
def test_a_stream_cut_anywhere_gives_the_same(version: int) -> None:
    data = header(version) + order("A", "B", 1, 100, 5) + order("A", "A", 2, 101, 6) + order("C", "B", 1, 100, 2)
    for size in (1, 7, 100):
        feed = DbnFeed({"ESH4": "0.25"})
        for at in range(0, len(data), size):
            feed.apply(data[at : at + size])
        feed.finish()
        assert (feed.records, feed.bytes_read, feed.metadata["version"]) == (3, len(data), version)
        assert feed.book("ESH4").best_bid.quantity == Quantity("3")


def test_levels_and_quotes_come_from_price_level_records() -> None:
    feed = DbnFeed("0.25", record=True)
    ten = [(100 - i, 101 + i, 5, 6) for i in range(10)]
    feed.apply(header() + market("A", "B", 100, 5, *ten))
    assert len(feed.levels("ESH4").depth(20)[0]) == 10
    rows = feed.take_rows("ESH4", "l2")
    book = L2Book("0.25")
    book.apply(rows)
    assert book.depth(10) == feed.levels("ESH4").depth(10)
    with pytest.raises(InvalidArgument, match="kind is 'l4'"):
        feed.take_rows("ESH4", "l4")


def test_a_fault_names_record_and_byte() -> None:
    feed = DbnFeed("0.25")
    good = header() + order("A", "B", 1, 100, 5)
    feed.apply(good)
    with pytest.raises(DataError, match=rf"DBN record 1 \(rtype 160\) at byte {len(good)}: unknown_order: ") as caught:
        feed.apply(order("C", "B", 9, 100, 5))
    assert caught.value.row == 1
    with pytest.raises(DataError, match=r"DBN record 0 \(header\) at byte 0: bad_framing"):
        DbnFeed().apply(b"no header")
    with pytest.raises(DataError, match=r"unknown_tick: .* give ticks=, instrument= or definitions="):
        DbnFeed({"NQU4": "0.25"}).apply(good)
    with pytest.raises(DataError, match="off_tick"):
        DbnFeed("0.5").apply(header() + order("A", "B", 1, 101, 5))


@pytest.mark.parametrize("name", [b"ESH4", b"TEST.SET"])
def test_a_damaged_name_is_a_fault_of_the_header(name: bytes, tmp_path: Path) -> None:
    data = bytearray(header() + order("A", "B", 1, 100, 5))
    at = data.find(name)
    data[at] = 0x9D
    feed = DbnFeed("0.25")
    with pytest.raises(DataError, match=rf"DBN record 0 \(header\) at byte {at}: bad_name: "):
        feed.apply(bytes(data))
    assert feed.instruments == []
    assert feed.metadata["dataset"] == ""
    path = tmp_path / "day.dbn"
    path.write_bytes(data)
    with pytest.raises(DataError, match="bad_name"):
        load(path)


def test_a_modify_of_an_unknown_order_adds_it_to_a_lenient_feed(tmp_path: Path) -> None:
    data = header() + order("M", "B", 1, 99, 5)
    feed = DbnFeed("0.25", policy="lenient")
    assert feed.apply(data) == 1
    assert feed.faults == {"unknown_modify": 1}
    assert feed.book("ESH4").best_bid.quantity == Quantity("5")
    strict = DbnFeed("0.25")
    with pytest.raises(DataError, match=r"unknown_modify: .* policy lenient adds it"):
        strict.apply(data)
    assert (strict.counts, strict.records) == ({}, 0)
    path = tmp_path / "day.mbo.dbn"
    path.write_bytes(data + order("C", "B", 7, 99, 5))
    instrument = Instrument("ESH4", "TEST", kind="future", quote_currency="USD", tick_size="0.25", lot_size="1")
    loaded = load(path, instrument=instrument, policy="lenient")
    assert loaded.notes == (
        "1 records were left out: unknown_order",
        "1 orders were added by records that modify them, as no record had added them",
    )
    assert loaded.streams[0].columns["action"].tolist() == [BookAction.ADD]


def test_arguments_are_refused_by_name() -> None:
    for ticks in ("0", "-1", "0.0000000001"):
        with pytest.raises(InvalidArgument, match="tick"):
            DbnFeed(ticks)
    with pytest.raises(TypeError):
        DbnFeed(0.25)  # type: ignore[arg-type]
    feed = DbnFeed()
    feed.apply(header() + record(0x99, bytes(8)))
    assert feed.counts == {0x99: 1}
    with pytest.raises(InvalidArgument, match="no record of 'ESH4'"):
        feed.book("ESH4")


def test_one_number_at_two_publishers_is_two_books() -> None:
    feed = DbnFeed("0.25")
    feed.apply(header() + order("A", "B", 1, 100, 5) + order("A", "B", 1, 101, 6, publisher=2))
    with pytest.raises(InvalidArgument, match="give publisher="):
        feed.book("ESH4")
    assert feed.book("ESH4", 2).best_bid.price == Price("25.25")


def test_a_tick_that_nobody_said_is_asked_for() -> None:
    feed = DbnFeed(policy="lenient")
    feed.apply(header() + order("A", "B", 1, 100, 5))
    assert feed.faults == {"unknown_tick": 1}
    with pytest.raises(InvalidState, match="give ticks="):
        feed.book("ESH4")


def test_named_instruments_are_read_alone(tmp_path: Path) -> None:
    names = {"ESH4": 17, "NQH4": 18}
    other = record(0xA0, struct.pack("<QqIBB2sQiI", 9, 123_456_789, 5, 128, 0, b"AB", 1_100, 0, 5), instrument=18)
    data = header(names=names) + other + order("A", "B", 1, 100, 5) + other
    with pytest.raises(DataError, match="off_tick"):
        DbnFeed("0.25").apply(data)
    feed = DbnFeed("0.25", symbols=["ESH4"])
    assert feed.apply(data) == 3
    assert [each["symbol"] for each in feed.instruments] == ["ESH4"]
    assert (len(feed.book("ESH4")), feed.counts, feed.faults) == (1, {0xA0: 3}, {})
    with pytest.raises(InvalidArgument, match="no record of 'NQH4' came"):
        feed.book("NQH4")

    path = tmp_path / "two.dbn"
    path.write_bytes(data)
    instrument = Instrument("ESH4", "TEST", kind="future", quote_currency="USD", tick_size="0.25", lot_size="1")
    (stream,) = load(path, instrument=instrument, symbol="ESH4").streams
    assert (stream.instrument.id, len(stream)) == ("ESH4.TEST", 1)
    with pytest.raises(DataError, match="has no records of 'CLH4'"):
        read_dbn(path, instrument=instrument, symbol="CLH4")


def test_symbols_are_a_list_of_text() -> None:
    with pytest.raises(TypeError, match="must be a list of symbols"):
        DbnFeed(symbols="ESH4")
    with pytest.raises(TypeError, match="must be text such as 'ESH4'"):
        DbnFeed(symbols=[17])  # type: ignore[list-item]
    with pytest.raises(InvalidArgument, match="names no instrument; None reads all"):
        DbnFeed(symbols=[])


def test_a_file_becomes_streams(tmp_path: Path) -> None:
    path = tmp_path / "day.mbo.dbn"
    path.write_bytes(header() + order("A", "B", 1, 100, 5) + order("A", "A", 2, 101, 6))
    instrument = Instrument("ESH4", "GLBX", kind="future", quote_currency="USD", tick_size="0.25", lot_size="1")
    data = load(path, instrument=instrument)
    assert [(stream.kind, len(stream)) for stream in data.streams] == [("l3", 2)]
    assert data.streams[0].ts_init.tolist() == [1_100, 1_100]
    with pytest.raises(DataError, match=r"day.mbo.dbn row 0: .* unknown_tick: .* instrument= or definitions="):
        load(path)
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(DataError, match="truncated"):
        load(path, instrument=instrument)


def executable_at(bids: dict[int, int], asks: dict[int, int], price: int) -> int:
    """Lots that could trade at one price."""
    buys = sum(quantity for limit, quantity in bids.items() if limit >= price)
    sells = sum(quantity for limit, quantity in asks.items() if limit <= price)
    return min(buys, sells)


def test_the_christmas_session_builds_and_opens_as_it_did(shared_data: Path) -> None:
    """Oracles O5 and O6: order by order through the pre-open, the opening cross and an evening."""
    data = unpacked(shared_data / "databento/esh4-glbx-mdp3-20231225.mbo.dbn.zst")
    start = 8 + int.from_bytes(data[4:8], "little")
    ts_event = np.frombuffer(data[start:], "<u8").reshape(-1, 7)[:, 1]
    first_print = start + 56 * int((ts_event >= OPEN_NS).argmax())
    feed = DbnFeed({"ESH4": "0.25"}, policy="lenient", record=True)
    feed.apply(data[:first_print])
    book = feed.book("ESH4")
    assert feed.faults == {"crossed": 891}
    assert (book.best_bid.price, book.best_ask.price) == (Price("4809"), Price("4785.5"))

    bids, asks = ({row["price"]: row["quantity"] for row in side} for side in book.depth_arrays(10_000))
    volumes = {price: executable_at(bids, asks, price) for price in range(min(asks), max(bids) + 1)}
    most = max(volumes.values())
    assert most == 31
    assert [price / 4 for price, volume in volumes.items() if volume == most] == [4800.0, 4800.25]
    opening = data[first_print : first_print + 56]
    assert (opening[38:40], int.from_bytes(opening[32:36], "little")) == (b"TN", 44)
    assert int.from_bytes(opening[24:32], "little") == 4_800_250_000_000

    feed.apply(data[first_print:])
    feed.finish()
    assert feed.faults == {"crossed": 891}
    assert feed.records == 68_792
    assert feed.instruments[0]["unsettled_fills"] == 0
    rows = feed.take_rows("ESH4", "l3")
    assert Counter(rows["flags"][rows["action"] == BookAction.ADD] & 32)[32] == 8_725
    executed = rows[(rows["action"] == BookAction.EXECUTE) | (rows["action"] == BookAction.TRADE)]
    assert executed["price"][0] == 4800.25 * 4

    rebuilt = L3Book("0.25", policy="lenient")
    rebuilt.apply(rows)
    assert rebuilt.orders().tolist() == book.orders().tolist()


def test_prints_of_the_christmas_session_are_all_there(shared_data: Path) -> None:
    """Oracle O5: 2,973 trades of 9,892 lots, and no crossed book at the end of the opening cross or after it."""
    data = unpacked(shared_data / "databento/esh4-glbx-mdp3-20231225.mbo.dbn.zst")
    start = 8 + int.from_bytes(data[4:8], "little")
    records = np.frombuffer(data[start:], np.uint8).reshape(-1, 56)
    trades = records[:, 38] == ord("T")
    assert int(trades.sum()) == 2_973
    assert int(records[trades][:, 32:36].copy().view("<u4").sum()) == 9_892
    after = np.frombuffer(data[start:], "<u8").reshape(-1, 7)[:, 1] >= OPEN_NS
    ends = (records[:, 36] & 128 != 0) & (np.frombuffer(data[start:], "<u8").reshape(-1, 7)[:, 1] > OPEN_NS)
    feed = DbnFeed("0.25", policy="lenient")
    cut = start + 56 * int(after.argmax())
    feed.apply(data[:cut])
    crossed = feed.faults["crossed"]
    feed.apply(data[cut:])
    assert int(ends.sum()) == 46_096
    assert feed.faults == {"crossed": crossed}


def test_trades_are_equal_in_both_schemas_and_rebuild_the_bars(shared_data: Path) -> None:
    """Oracle O7: 120 of 120 trades, 4 of 4 bars that the exchange made."""
    folder = shared_data / "databento/esu4_nqu4_20240701"
    feeds = {}
    for name in ("mbp-1", "trades", "ohlcv-1m"):
        feed = DbnFeed(record=True)
        apply_file(feed, folder / "futures_definition.dbn.zst")
        apply_file(feed, next(folder.glob(f"futures_{name}_*")))
        feeds[name] = feed
    fields = ["ts_event", "ts_init", "price", "quantity", "aggressor_side", "trade_id"]
    levels, trades = (feeds[name].take_rows("ESU4", "trade") for name in ("mbp-1", "trades"))
    assert len(trades) == 120
    assert levels[fields].tolist() == trades[fields].tolist()

    minute = 60_000_000_000
    bars = feeds["ohlcv-1m"].take_rows("ESU4", "bar")
    made = {}
    for opened, group in itertools.groupby(trades, lambda row: int(row["ts_event"]) // minute * minute):
        rows = list(group)
        prices = [int(row["price"]) for row in rows]
        made[opened] = (prices[0], max(prices), min(prices), prices[-1], sum(int(row["quantity"]) for row in rows))
    compared = [
        made[int(bar["ts_open"])] == tuple(int(bar[name]) for name in ("open", "high", "low", "close", "volume"))
        for bar in bars
        if int(bar["ts_open"]) in made
    ]
    assert compared == [True] * 4
    assert feeds["mbp-1"].levels("ESU4").best_bid.price < feeds["mbp-1"].levels("ESU4").best_ask.price


def test_recorded_files_load_as_streams(shared_data: Path) -> None:
    pytest.importorskip("zstandard")
    folder = shared_data / "databento/esu4_nqu4_20240701"
    definitions = folder / "futures_definition.dbn.zst"
    quotes = load(next(folder.glob("futures_mbp-1_*")), definitions=definitions)
    assert [stream.kind for stream in quotes.streams] == ["quote", "trade"]
    assert quotes.instruments[0].id == "ESU4.GLBX"
    bars = read_dbn(next(folder.glob("futures_ohlcv-1m_*")), definitions=definitions)
    assert {stream.duration_ns for stream in bars.streams} == {60_000_000_000}
    assert sorted(each.id for each in bars.instruments) == ["ESU4.GLBX", "NQU4.GLBX"]
    assert sum(len(stream) for stream in bars.streams) == 60
    orders = read_dbn(
        shared_data / "databento/esh4-glbx-mdp3-20231225.mbo.dbn.zst",
        instrument=Instrument("ESH4", "GLBX", kind="future", quote_currency="USD", tick_size="0.25", lot_size="1"),
        policy="lenient",
    )
    assert orders.notes == ("the book of ESH4.GLBX was crossed after 891 records, which were kept",)


def test_a_compressed_file_is_unpacked_frame_by_frame_and_missed_when_cut(tmp_path: Path) -> None:
    zstandard = pytest.importorskip("zstandard")
    pack = zstandard.ZstdCompressor().compress
    path = tmp_path / "day.dbn.zst"
    path.write_bytes(pack(header() + order("A", "B", 1, 100, 5)) + pack(order("A", "A", 2, 101, 6)))
    feed = DbnFeed("0.25")
    apply_file(feed, path)
    assert feed.records == 2
    path.write_bytes(path.read_bytes()[:-4])
    with pytest.raises(DataError, match="cut short"):
        apply_file(DbnFeed("0.25"), path)
