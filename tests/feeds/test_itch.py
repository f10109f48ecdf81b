"""The ITCH feed from Python: books to read, states, faults with their places, buffers, files and streams."""

from __future__ import annotations

import contextlib
import gzip
import json
import mmap
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytrader import Fixed, Instrument, Price, Quantity
from pytrader.book import L3Book
from pytrader.data import load, read_itch
from pytrader.data.itch import ItchFeed
from pytrader.errors import BookError, CapacityError, DataError, InvalidArgument, InvalidState
from pytrader.model.records import L3_EVENT
from tests.feeds.itch_messages import ItchSession


def small_session() -> ItchSession:
    session = ItchSession().directory(1, "ABC").directory(2, "DEF")
    session.add(1, "ABC", 1, "B", 100, 100_000).add(1, "ABC", 2, "B", 50, 100_000, "MKTM")
    session.add(1, "ABC", 3, "S", 70, 100_100).add(2, "DEF", 4, "S", 10, 9_999)
    return session.execute(1, 1, 30)


def test_books_are_read_like_any_other() -> None:
    feed = ItchFeed()
    assert feed.apply(bytes(small_session().data)) == 7
    feed.finish()
    book = feed.book("ABC")
    assert (book.best_bid.price, book.best_bid.quantity, book.best_bid.count) == (Price("10.00"), Quantity("120"), 2)
    assert (book.spread, book.mid) == (Fixed("0.01"), Fixed("10.005"))
    assert book.queue_ahead(2) == Quantity("70")
    assert [order.order_id for order in book.queue("buy", "10.00")] == [1, 2]
    assert book.orders("sell")["quantity"].tolist() == [70]
    assert (len(book), len(feed), 4 in book, 3 in book) == (3, 4, False, True)
    assert feed.attribution(2) == "MKTM"
    assert feed.attribution(1) is None
    assert sorted(feed.books) == ["ABC", "DEF"]
    assert feed.counts == {"R": 2, "A": 3, "F": 1, "E": 1}
    assert feed.bytes_read == len(small_session().data)
    feed.self_check()


def test_a_book_shows_what_comes_later_and_outlives_its_name() -> None:
    feed = ItchFeed()
    feed.apply(bytes(small_session().data))
    book = feed.book("DEF")
    assert str(book.tick) == "0.0001"
    other = feed.book("ABC")
    assert str(other.tick) == "0.0100"
    feed.apply(bytes(ItchSession().delete(2, 4).add(1, "ABC", 9, "B", 5, 100_050).data))
    assert book.best_ask is None
    assert str(other.tick) == "0.0050"
    assert other.best_bid.price == Price("10.005")
    del feed
    assert other.best_bid.quantity == Quantity("5")


def test_states_prints_and_imbalances_are_told() -> None:
    session = small_session()
    session.put("H", 1, b"ABC     P LUDP").trade(1, "ABC", 25, 100_050)
    session.put("S", 0, b"Q")
    feed = ItchFeed()
    feed.apply(bytes(session.data))
    stock = feed.stock("ABC")
    assert (stock["trading_state"], stock["trading_reason"]) == ("P", "LUDP")
    assert (stock["volume"], stock["last_print"]["price"]) == (55, Price("10.005"))
    assert stock["imbalance"] is None
    assert feed.session["system_event"] == "Q"


@pytest.mark.parametrize(
    ("bad", "fault"),
    [
        (ItchSession().delete(1, 77), "unknown_order"),
        (ItchSession().add(1, "ABC", 1, "B", 1, 1), "duplicate_order"),
        (ItchSession().cancel(1, 1, 71), "quantity_too_large"),
        (ItchSession().put("z", 1, b""), "unknown_type"),
        (ItchSession().add(1, "XYZ", 9, "B", 1, 1), "wrong_instrument"),
        (ItchSession().directory(3, "ABC"), "wrong_instrument"),
        (ItchSession().execute_at(1, 1, 1, 0), "price_out_of_range"),
    ],
)
def test_a_fault_names_message_type_and_byte(bad: ItchSession, fault: str) -> None:
    feed = ItchFeed()
    good = bytes(small_session().data)
    feed.apply(good)
    letter = chr(bad.data[2])
    with pytest.raises(
        DataError, match=rf"ITCH message 7 \(type '{letter}'\) at byte {len(good)}: {fault}: "
    ) as caught:
        feed.apply(bytes(bad.data))
    assert caught.value.row == 7
    assert feed.faults == {fault: 1}
    assert sum(feed.counts.values()) == feed.messages == 7
    with pytest.raises(DataError, match=fault):
        feed.apply(b"")
    lenient = ItchFeed(policy="lenient")
    assert lenient.apply(good + bytes(bad.data) + bytes(ItchSession().delete(1, 1).data)) == 9
    assert lenient.faults == {fault: 1}
    assert 1 not in lenient.book("ABC")


def test_orders_that_cross_a_book_are_counted() -> None:
    feed = ItchFeed()
    feed.apply(bytes(small_session().data))
    assert feed.crossings == 0
    feed.apply(bytes(ItchSession().add(1, "ABC", 9, "S", 5, 100_000).add(2, "DEF", 10, "B", 5, 9_999).data))
    assert (feed.crossings, feed.stock("ABC")["crossings"], feed.stock("DEF")["crossings"]) == (2, 1, 1)
    assert [symbol for symbol, book in feed.books.items() if book.crossed] == ["ABC", "DEF"]


def test_a_session_cut_short_is_found_at_its_end() -> None:
    feed = ItchFeed()
    feed.apply(bytes(small_session().data)[:-1])
    with pytest.raises(DataError, match=r"message 6 .*: truncated: "):
        feed.finish()


def test_every_kind_of_buffer_is_read_as_it_lies(tmp_path: Path) -> None:
    data = bytes(small_session().data)
    path = tmp_path / "session"
    path.write_bytes(data)
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
        for buffer in (data, bytearray(data), memoryview(data), mapped, np.frombuffer(data, np.uint8)):
            feed = ItchFeed()
            assert feed.apply(buffer) == 7
    for wrong in (np.zeros(4, np.int64), "text", 5, np.frombuffer(data, np.uint8)[::2]):
        with pytest.raises(TypeError, match="bytes"):
            ItchFeed().apply(wrong)  # type: ignore[arg-type]


def test_arguments_are_refused_by_name() -> None:
    for arguments in ({"policy": "loose"}, {"framing": "soup"}, {"max_orders": 0}, {"symbols": [""]}):
        with pytest.raises(InvalidArgument):
            ItchFeed(**arguments)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="symbols must be a list"):
        ItchFeed("ABC")
    with pytest.raises(TypeError):
        ItchFeed(max_orders=2.0)  # type: ignore[arg-type]
    feed = ItchFeed(["ABC"])
    feed.apply(bytes(small_session().data))
    with pytest.raises(InvalidArgument, match="keeps no book of 'DEF'"):
        feed.book("DEF")
    with pytest.raises(InvalidArgument, match="no stock 'XYZ'"):
        feed.stock("XYZ")
    with pytest.raises(BookError):
        feed.attribution(4)


def test_the_bound_on_orders_stops_the_feed() -> None:
    feed = ItchFeed(max_orders=2)
    with pytest.raises(CapacityError):
        feed.apply(bytes(small_session().data))
    with pytest.raises(DataError, match="no_room"):
        feed.apply(b"")
    feed.self_check()


def test_a_second_thread_reads_the_books_whole_or_not_at_all() -> None:
    session = ItchSession()
    for order in range(1, 50_001):
        session.add(1, "ABC", order, "B", 1, 100 * (1 + order % 500))
    feed = ItchFeed()
    worker = threading.Thread(target=feed.apply, args=(bytes(session.data),))
    worker.start()
    seen = set()
    while worker.is_alive():
        with contextlib.suppress(InvalidState):
            seen.add(len(feed))
    worker.join()
    assert seen <= {0, 50_000}
    assert len(feed) == 50_000


@settings(deadline=None, max_examples=30)
@given(st.lists(st.integers(1, 60), min_size=1, max_size=60))
def test_any_cut_gives_the_same_books(sizes: list[int]) -> None:
    data = bytes(small_session().replace(1, 3, 5, 60, 100_200).data)
    whole, pieces = ItchFeed(), ItchFeed()
    whole.apply(data)
    at = 0
    while at < len(data):
        size = sizes[at % len(sizes)]
        pieces.apply(data[at : at + size])
        at += size
    pieces.finish()
    for symbol in whole.symbols:
        assert whole.book(symbol).orders().tolist() == pieces.book(symbol).orders().tolist()


def test_recorded_rows_rebuild_the_book() -> None:
    session = small_session().execute_at(1, 1, 20, 100_100).execute_at(1, 2, 10, 100_000, "N")
    session.replace(1, 3, 8, 40, 100_200).cancel(1, 8, 5).trade(1, "ABC", 7, 100_050)
    feed = ItchFeed(record=["ABC"])
    feed.apply(bytes(session.data))
    rows = feed.take_rows("ABC")
    assert rows.dtype == L3_EVENT
    assert len(feed.take_rows("ABC")) == 0
    rows["price"] //= 100
    book = L3Book("0.01")
    book.apply(rows)
    assert book.orders().tolist() == feed.book("ABC").orders().tolist()


def test_one_stock_of_a_file_becomes_a_stream(tmp_path: Path) -> None:
    session = small_session().trade(1, "ABC", 7, 100_050).trade(1, "ABC", 8, 100_000)
    path = tmp_path / "12302019.NASDAQ_ITCH50.gz"
    path.write_bytes(gzip.compress(bytes(session.data), mtime=0))
    data = load(path, symbol="ABC")
    stream = data.streams[0]
    assert (stream.instrument.id, stream.kind, len(stream)) == ("ABC.NASDAQ", "l3", 5)
    assert stream.columns["price"].tolist() == [1000, 1000, 1001, 1000, 1000]
    assert int(stream.ts_init[0]) == 1_577_682_000_000_000_000 + 34_200_000_003_000
    assert data.notes == (
        "1 prints of 7 shares between two ticks were left out; an instrument with a finer tick keeps them",
    )
    with pytest.raises(DataError, match="names no stock 'XYZ'"):
        read_itch(path, symbol="XYZ")
    with pytest.raises(DataError, match=r"10\.0050 is between two ticks"):
        read_itch(path, symbol="ABC", off_tick_prints="refuse")


def test_a_faulty_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "S123019-v50.txt"
    path.write_bytes(bytes(small_session().data)[:-3])
    with pytest.raises(DataError, match=r"S123019-v50.txt row 6: ITCH message 6 .* truncated"):
        read_itch(path, symbol="ABC")
    path.write_bytes(gzip.compress(bytes(small_session().data))[:-9])
    with pytest.raises(DataError, match="gzip file is cut short"):
        read_itch(path, symbol="ABC")
    unnamed = tmp_path / "session.bin"
    unnamed.write_bytes(b"")
    with pytest.raises(DataError, match="give date="):
        read_itch(unnamed, symbol="ABC")


def test_the_recorded_sample_is_consumed_exactly(shared_data: Path) -> None:
    """Oracle O19: every message is preceded by two bytes of zero, and 117 name orders that were never added."""
    path = shared_data / "itch/ex20101224.TEST_ITCH_50.gz"
    with gzip.open(path) as file:
        data = file.read()
    assert len(data) == 465_048
    feed = ItchFeed(framing="zero_prefixed", policy="lenient")
    assert feed.apply(data) == 12_012
    feed.finish()
    assert feed.bytes_read == 465_048
    assert feed.faults == {"unknown_order": 117}
    assert sum(feed.counts.values()) == 12_012
    assert feed.symbols == ["ALC", "BOB", "CHAR"]
    feed.self_check()
    strict = ItchFeed(framing="zero_prefixed")
    with pytest.raises(DataError, match=r"at byte \d+: unknown_order"):
        strict.apply(data)
    fine = Instrument("BOB", "NASDAQ", kind="equity", quote_currency="USD", tick_size="0.0001", lot_size="1")
    stream = load(path, symbol="BOB", framing="zero_prefixed", policy="lenient", instrument=fine)
    book = L3Book("0.0001", policy="lenient")
    book.apply(stream.streams[0].to_array())
    assert book.orders().tolist() == feed.book("BOB").orders().tolist()


def test_the_tops_of_the_generated_session_are_those_of_its_side_car(shared_workloads: Path, tmp_path: Path) -> None:
    """A small stream of the kind that the speed is measured on, against the generator's own books."""
    command = [sys.executable, str(shared_workloads / "order_stream.py"), "itch", str(tmp_path / "s.npy")]
    options = ["--live", "2000", "--n", "30000", "--symbols", "50", "--itch-bin", str(tmp_path / "s.itch")]
    subprocess.run([*command, *options], check=True, capture_output=True)
    expected = json.loads((tmp_path / "s.json").read_text())
    feed = ItchFeed()
    feed.apply((tmp_path / "s.itch").read_bytes())
    checksum, mask = 0, (1 << 64) - 1
    for number in range(50):
        book = feed.book(f"S{number:05d}")
        for side, best in enumerate((book.best_bid, book.best_ask)):
            if best is None:
                continue
            price = best.price.scaled(4)
            term = number * 0x9E3779B97F4A7C15 + side * 0xC2B2AE3D27D4EB4F + price * 0x165667B19E3779F9
            checksum = (checksum * 0x100000001B3 ^ (term + best.quantity.scaled(0))) & mask
    assert f"{checksum:016x}" == expected["end_tob_checksum"]
    assert len(feed) == expected["end_live"]


def test_a_refused_duplicate_leaves_the_grid_and_the_bound_alone() -> None:
    first = bytes(ItchSession().add(1, "ABC", 1, "B", 100, 1_000_000).data)
    again = bytes(ItchSession().add(1, "ABC", 1, "B", 100, 1_000_001).data)
    feed = ItchFeed(policy="lenient", max_orders=1)
    feed.apply(first)
    tick = feed.book("ABC").tick
    feed.apply(again)
    assert feed.faults == {"duplicate_order": 1}
    assert feed.book("ABC").tick == tick
