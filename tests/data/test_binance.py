"""Binance captures become book, quote and trade streams by the venue's sequence rules."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pytrader.data import MarketData, read_binance
from pytrader.errors import DataError, InvalidArgument
from pytrader.model import Instrument

Frame = tuple[int, dict[str, Any]]
Levels = list[tuple[str, str]]


def spot(ts: int, first: int, last: int, bids: Levels, asks: Levels) -> Frame:
    data = {"e": "depthUpdate", "E": 1_000 + ts, "s": "BTCUSDT", "U": first, "u": last, "b": bids, "a": asks}
    return ts, {"stream": "btcusdt@depth@100ms", "data": data}


def future(ts: int, first: int, last: int, previous: int, bids: Levels, asks: Levels) -> Frame:
    data = {"e": "depthUpdate", "E": 1_000, "T": 999, "s": "BTCUSDT", "U": first, "u": last, "pu": previous}
    return ts, {"stream": "btcusdt@depth@0ms", "data": data | {"b": bids, "a": asks}}


def snapshot(ts: int, last: int, bids: Levels, asks: Levels) -> Frame:
    return ts, {"lastUpdateId": last, "bids": bids, "asks": asks}


def quote(ts: int, bid: str, ask: str) -> Frame:
    return ts, {
        "stream": "btcusdt@bookTicker",
        "data": {"u": 1, "s": "BTCUSDT", "b": bid, "B": "1", "a": ask, "A": "2"},
    }


def trade(ts: int, price: str, quantity: str, buyer_is_maker: bool, **more: Any) -> Frame:
    data = {"e": "trade", "E": 9, "T": 8, "s": "BTCUSDT", "t": 77, "p": price, "q": quantity, "m": buyer_is_maker}
    return ts, {"stream": "btcusdt@trade", "data": data | more}


def write(folder: Path, *frames: Frame, name: str = "capture") -> Path:
    path = folder / name
    path.write_text("".join(f"{ts} {json.dumps(frame)}\n" for ts, frame in frames))
    return path


def book(data: MarketData) -> list[tuple[int, ...]]:
    names = ["ts_init", "action", "side", "price", "quantity", "flags"]
    (stream,) = (stream for stream in data.streams if stream.kind == "l2")
    return [tuple(int(row[name]) for name in names) for row in stream.to_array()]


START = snapshot(20, 100, [("10.0", "5"), ("9.9", "1")], [("10.1", "4")])


def test_a_snapshot_is_a_clear_row_and_its_levels_in_one_event(tmp_path: Path) -> None:
    assert book(read_binance(write(tmp_path, START, quote(21, "10.0", "10.1")))) == [
        (20, 7, 0, 0, 0, 32),
        (20, 2, 1, 100, 5, 32),
        (20, 2, 1, 99, 1, 32),
        (20, 2, 2, 101, 4, 32 | 128),
    ]


def test_differences_set_levels_and_a_size_of_zero_removes_them(tmp_path: Path) -> None:
    path = write(tmp_path, START, spot(30, 101, 105, [("9.9", "0.000")], [("10.1", "3.5")]))
    data = read_binance(path)
    assert book(data)[4:] == [(30, 2, 1, 99, 0, 0), (30, 2, 2, 101, 35, 128)]
    assert data.streams[0].columns["ts_event"][-1] == 1_030 * 10**6


def test_spot_differences_before_the_snapshot_are_dropped_and_the_one_that_spans_it_applies(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        spot(10, 90, 100, [("1.0", "1")], []),
        spot(11, 99, 103, [("2.0", "1")], []),
        START,
        spot(30, 104, 104, [("3.0", "1")], []),
    )
    data = read_binance(path)
    assert [row[3] for row in book(data)[4:]] == [20, 30]
    assert [row[0] for row in book(data)[4:]] == [20, 30], "what waited for the snapshot is known with it"
    assert "1 depth differences older than the snapshot were left out" in data.notes


def test_futures_chain_by_the_last_id_of_the_difference_before(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        future(10, 80, 99, 79, [("1.0", "1")], []),
        START,
        future(30, 95, 108, 94, [("2.0", "1")], []),
        future(31, 120, 130, 108, [("3.0", "1")], []),
    )
    assert [row[3] for row in book(read_binance(path))[4:]] == [20, 30]


@pytest.mark.parametrize(
    "late",
    [
        (spot(30, 101, 105, [("2.0", "1")], []), spot(31, 107, 108, [("3.0", "1")], [])),
        (future(30, 95, 108, 94, [("2.0", "1")], []), future(31, 110, 130, 109, [("3.0", "1")], [])),
    ],
)
def test_a_gap_is_refused_or_empties_the_book_until_a_snapshot(tmp_path: Path, late: tuple[Frame, Frame]) -> None:
    again = snapshot(40, 200, [("5.0", "1")], [("6.0", "1")])
    path = write(tmp_path, START, *late, again)
    with pytest.raises(DataError, match="line 3: a depth difference is missing") as caught:
        read_binance(path)
    assert caught.value.line == 3
    data = read_binance(path, on_gap="clear")
    assert book(data)[5:7] == [(31, 7, 0, 0, 0, 128), (40, 7, 0, 0, 0, 32)]
    assert any(note.startswith("1 gaps in the depth differences") for note in data.notes)


def test_a_difference_that_begins_after_the_snapshot_is_a_gap(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="update 100 is followed by 102"):
        read_binance(write(tmp_path, START, spot(30, 102, 103, [("2.0", "1")], [])))


def test_the_book_carries_over_from_file_to_file(tmp_path: Path) -> None:
    first = write(tmp_path, START, name="one")
    second = write(tmp_path, spot(30, 101, 101, [("2.0", "1")], []), name="two")
    assert [row[3] for row in book(read_binance([first, second]))[4:]] == [20]
    with pytest.raises(DataError, match="no snapshot to begin from; name the file before it too"):
        read_binance(second)
    with pytest.raises(DataError, match="goes back; name the files in order"):
        read_binance([second, first])


def test_quotes_and_trades_are_streams_of_their_own(tmp_path: Path) -> None:
    data = read_binance(
        write(tmp_path, quote(5, "61837.63000000", "61837.64000000"), trade(6, "61837.63000000", "0.02000000", True))
    )
    quotes, trades = data.streams
    assert (quotes.kind, trades.kind) == ("quote", "trade")
    assert quotes.to_array().tolist() == [(8_000_000 - 6 + 5, 5, 6_183_763, 6_183_764, 100, 200)]
    assert trades.to_array().tolist() == [(8_000_000, 6, 6_183_763, 2, 2, 77)]


def test_prints_that_are_no_market_trades_are_left_out_and_counted(tmp_path: Path) -> None:
    data = read_binance(write(tmp_path, trade(6, "1", "1", False), trade(7, "0", "0", True, X="NA")))
    assert [len(stream) for stream in data.streams] == [1]
    assert "1 trade (NA) frames were left out" in data.notes


def test_the_instrument_is_worked_out_from_symbol_and_decimals(tmp_path: Path) -> None:
    (instrument,) = read_binance(
        write(tmp_path, START, quote(30, "10.00", "10.10"), trade(31, "10.050", "0.020", True))
    ).instruments
    assert instrument.id == "BTCUSDT.BINANCE"
    assert (str(instrument.tick_size), str(instrument.lot_size)) == ("0.01", "0.01")
    assert instrument.quote_currency.code == "USDT"


def test_a_price_off_the_given_tick_names_its_line(tmp_path: Path) -> None:
    coarse = Instrument("BTCUSDT", "BINANCE", quote_currency="USDT", tick_size="0.5", lot_size="1")
    with pytest.raises(DataError, match=r"line 1: price '9\.9' is not a multiple of the tick 0\.5"):
        read_binance(write(tmp_path, START, quote(30, "10.0", "10.5")), instrument=coarse)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('31 {"stream":"btcusdt@depth","da', "line 2: not a line of a Binance capture"),
        ("x {}", "line 2: not a line of a Binance capture"),
        ('31 {"stream":"btcusdt@trade","data":{"e":"trade","s":"BTCUSDT"}}', "line 2: not a line of a Binance capture"),
        ('31 {"data":{"e":"trade","s":"ETHUSDT"},"stream":"x"}', "line 2: symbol ETHUSDT in a capture of BTCUSDT"),
        ('2 {"stream":"btcusdt@trade","data":{}}', "line 2: receive time 2 goes back"),
        ("31 [1, 2]", "line 2: not a line of a Binance capture"),
        ("31 7", "line 2: not a line of a Binance capture"),
        (f"{2**80} {{}}", "line 2: not a line of a Binance capture"),
        ('31 {"lastUpdateId":"5","bids":[],"asks":[]}', "line 2: not a line of a Binance capture"),
        ('31 {"lastUpdateId":5,"bids":[["1"]],"asks":[]}', "line 2: not a line of a Binance capture"),
        ('31 {"lastUpdateId":5,"bids":[[1,"2"]],"asks":[]}', "line 2: price 1 is not a plain decimal number in quotes"),
        (r'31 {"lastUpdateId":5,"bids":[["1\n2","2"]],"asks":[]}', "line 2: price .* is not a plain decimal number"),
        (
            '31 {"stream":"x@trade","data":{"e":"trade","s":"BTCUSDT","t":1,"T":"9","p":"1","q":"1","m":true}}',
            "line 2: not a line of a Binance capture",
        ),
    ],
)
def test_a_damaged_line_is_named(tmp_path: Path, line: str, message: str) -> None:
    path = write(tmp_path, quote(30, "1", "2"))
    path.write_text(path.read_text() + line + "\n")
    with pytest.raises(DataError, match=message):
        read_binance(path)


def test_a_negative_size_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"line 1: trade size '-2' is negative"):
        read_binance(write(tmp_path, trade(6, "1", "-2", True)))


def test_an_unknown_gap_policy_and_an_empty_file_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidArgument, match="'maybe'"):
        read_binance(write(tmp_path, START), on_gap="maybe")
    with pytest.raises(DataError, match="the file is empty"):
        read_binance(write(tmp_path))


def test_rows_of_one_event_are_flagged_once(tmp_path: Path) -> None:
    path = write(tmp_path, START, spot(30, 101, 105, [("9.8", "1"), ("9.7", "1")], []), quote(31, "10.0", "10.1"))
    flags = np.array([row[5] for row in book(read_binance(path))])
    assert np.count_nonzero(flags & 128) == 2


def test_spot_quotes_stand_no_earlier_than_the_book_received_before_them(tmp_path: Path) -> None:
    path = write(tmp_path, START, quote(25, "10.0", "10.1"), spot(30, 101, 105, [("9.9", "2")], []))
    data = read_binance(write(tmp_path, START, spot(30, 101, 105, [("9.9", "2")], []), quote(31, "10.0", "10.1")))
    lead = 1_030 * 10**6 - 30
    (quotes,) = (stream for stream in data.streams if stream.kind == "quote")
    assert quotes.columns["ts_event"].tolist() == [31 + lead]
    assert quotes.ts_init.tolist() == [31]
    (quotes,) = (stream for stream in read_binance(path).streams if stream.kind == "quote")
    assert quotes.columns["ts_event"].tolist() == [31 + lead], "the clock was as far ahead before we could know"


def test_spot_quotes_keep_their_receive_time_where_the_venue_clock_is_behind(tmp_path: Path) -> None:
    path = write(tmp_path, (10**18, trade(0, "10.0", "1", True)[1]), (10**18 + 1, quote(0, "10.0", "10.1")[1]))
    (quotes, _) = read_binance(path).streams
    assert quotes.columns["ts_event"].tolist() == [10**18 + 1]


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        (quote(30, "-1", "10.1"), "bid price '-1' is negative"),
        (trade(30, "-10.0", "1", True), "trade price '-10.0' is negative"),
        (trade(30, "10.0", "0.000", True), "trade size '0.000' is zero"),
        (trade(30, "10.0", "1", True, m="true"), "neither true nor false"),
        (snapshot(30, 5, [("-9.0", "1")], []), "price '-9.0' is negative"),
        ((30, {"lastUpdateId": 5, "bids": ["12"], "asks": []}), "not a list of lists"),
        ((30, {"lastUpdateId": 5, "bids": {"12": "1"}, "asks": []}), "not a list of lists"),
    ],
)
def test_numbers_and_shapes_that_no_venue_sends_are_refused(tmp_path: Path, frame: Frame, message: str) -> None:
    with pytest.raises(DataError, match=message) as caught:
        read_binance(write(tmp_path, quote(21, "10.0", "10.1"), frame))
    assert caught.value.line == 2


@pytest.mark.parametrize(
    "frames",
    [
        [(1, {"stream": "x@aggTrade", "data": {"e": "aggTrade"}})],
        [snapshot(1, 5, [], [])],
        [START],
    ],
    ids=["nothing of ours", "empty snapshot", "snapshot"],
)
def test_a_capture_without_a_symbol_is_refused(tmp_path: Path, frames: list[Frame]) -> None:
    with pytest.raises(DataError, match="names no symbol"):
        read_binance(write(tmp_path, *frames))


@pytest.mark.parametrize("symbol", ["\ud800USDT", "\u5e01USDT"])
def test_a_symbol_that_no_instrument_can_have_is_refused(tmp_path: Path, symbol: str) -> None:
    _, frame = quote(1, "10.0", "10.1")
    frame["data"]["s"] = symbol
    with pytest.raises(DataError, match="not plain ASCII"):
        read_binance(write(tmp_path, (1, frame)))


def test_numbers_finer_than_a_decimal_holds_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="more than 18 decimals"):
        read_binance(write(tmp_path, quote(1, "0.1234567890123456789", "1")))


def test_spot_and_futures_are_not_mixed(tmp_path: Path) -> None:
    futures = future(30, 95, 108, 94, [("2.0", "1")], [])
    with pytest.raises(DataError, match="read one market at a time") as caught:
        read_binance(write(tmp_path, START, futures, spot(31, 109, 110, [("2.0", "1")], [])))
    assert caught.value.line == 3
