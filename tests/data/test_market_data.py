"""Streams hold named columns of one length and refuse anything else before they exist."""

from __future__ import annotations

import numpy as np
import pytest

from pytrader.data import MarketData, Stream
from pytrader.errors import InvalidArgument
from pytrader.model import Instrument
from pytrader.model.records import TRADE


def instrument(symbol: str = "AAA") -> Instrument:
    return Instrument(symbol, "TEST", kind="equity", quote_currency="USD", tick_size="0.01", lot_size="1")


def trades(times: list[int], **changes: np.ndarray) -> dict[str, np.ndarray]:
    count = len(times)
    columns = {name: np.ones(count, TRADE[name]) for name in TRADE.names or () if name != "ts_init"}
    return columns | {"ts_event": np.array(times, np.int64)} | changes


def test_absent_optional_columns_are_filled_in() -> None:
    stream = Stream(instrument(), "trade", trades([5, 6]))
    assert len(stream) == 2
    assert stream.ts_init.tolist() == [5, 6]
    rows = stream.to_array()
    assert rows.dtype == TRADE
    assert rows["ts_init"].tolist() == [5, 6]


def test_book_rows_without_flags_each_end_an_event() -> None:
    names = ("ts_event", "action", "side", "price", "quantity")
    columns = {name: np.ones(3, np.int64) for name in names} | {"order_id": np.arange(3, dtype=np.uint64)}
    assert Stream(instrument(), "l3", columns).to_array()["flags"].tolist() == [128, 128, 128]


def test_columns_are_read_only_views_of_the_arrays_given() -> None:
    columns = trades([1, 2])
    stream = Stream(instrument(), "trade", columns)
    columns["price"][0] = 7
    assert stream.columns["price"][0] == 7
    with pytest.raises(ValueError, match="read-only"):
        stream.columns["price"][0] = 8


def test_strided_columns_of_a_structured_array_are_taken_as_they_are() -> None:
    rows = np.zeros(4, TRADE)
    rows["ts_event"] = [1, 2, 3, 4]
    stream = Stream(instrument(), "trade", {name: rows[name] for name in TRADE.names or ()})
    assert stream.columns["ts_event"].strides == (TRADE.itemsize,)
    assert (stream.to_array() == rows).all()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"colour": np.ones(2, np.int64)}, "unknown column 'colour'"),
        ({"price": np.ones(3, np.int64)}, "differ in length"),
        ({"price": np.ones(2, np.float64)}, "float64"),
        ({"price": np.ones((2, 1), np.int64)}, "2 dimensions"),
        ({"price": np.ones(2, np.int32)}, "int32"),
        ({"trade_id": np.ones(2, np.int64)}, "uint64"),
        (
            {"price": np.ma.array(np.ones(2, np.int64), mask=[True, False])},
            "'price' of a trade stream is a masked array",
        ),
    ],
)
def test_wrong_columns_are_refused(changes: dict[str, np.ndarray], message: str) -> None:
    with pytest.raises(InvalidArgument, match=message):
        Stream(instrument(), "trade", trades([1, 2], **changes))


def test_a_missing_column_is_refused() -> None:
    columns = trades([1])
    del columns["price"]
    with pytest.raises(InvalidArgument, match="column 'price' is missing"):
        Stream(instrument(), "trade", columns)


def test_an_unknown_kind_and_a_bar_without_length_are_refused() -> None:
    with pytest.raises(InvalidArgument, match="'l4' is not one of"):
        Stream(instrument(), "l4", trades([1]))  # type: ignore[arg-type]
    with pytest.raises(InvalidArgument, match="duration_ns above 0"):
        Stream(instrument(), "bar", {})


def test_market_data_knows_its_span_and_its_instruments_once_each() -> None:
    first, second = instrument(), instrument("BBB")
    streams = (
        Stream(first, "trade", trades([30, 40])),
        Stream(second, "trade", trades([10, 50])),
        Stream(first, "trade", trades([])),
    )
    data = MarketData(streams, "test")
    assert [one.id for one in data.instruments] == ["AAA.TEST", "BBB.TEST"]
    assert (data.start_ns, data.end_ns, data.event_count) == (10, 50, 4)


def test_the_span_is_from_the_first_row_at_its_venue_to_the_last_one_received() -> None:
    late = Stream(instrument(), "trade", trades([30, 40, 50], ts_init=np.array([35, 90, 60], np.int64)))
    unstamped = Stream(instrument("BBB"), "trade", trades([40, 70], ts_init=np.zeros(2, np.int64)))
    names = ("open", "high", "low", "close", "volume")
    bar = {"ts_event": np.array([80], np.int64), "ts_open": np.array([20], np.int64)}
    bars = Stream(instrument(), "bar", {name: np.ones(1, np.int64) for name in names} | bar, 60)
    empty = Stream(instrument(), "trade", trades([]))
    spans = [(each.start_ns, each.end_ns) for each in (late, unstamped, bars, empty)]
    assert spans == [(30, 90), (40, 70), (20, 80), (0, 0)]
    data = MarketData((late, unstamped, bars, empty), "test")
    assert (data.start_ns, data.end_ns) == (20, 90)
    assert (MarketData((empty,), "test").start_ns, MarketData((empty,), "test").end_ns) == (0, 0)


@pytest.mark.parametrize("wrong", ["1m", True, 60.0, None])
def test_the_length_of_bars_is_a_whole_number(wrong: object) -> None:
    with pytest.raises(
        InvalidArgument, match=f"duration_ns of a bar stream must be whole nanoseconds .* got {wrong!r}"
    ):
        Stream(instrument(), "bar", {}, wrong)  # type: ignore[arg-type]


def test_the_length_of_bars_is_in_range_and_may_be_a_number_of_numpy() -> None:
    for wrong in (0, -1, 2**63):
        with pytest.raises(InvalidArgument, match="duration_ns above 0"):
            Stream(instrument(), "bar", {}, wrong)
    names = ("ts_event", "ts_open", "open", "high", "low", "close", "volume")
    given = Stream(instrument(), "bar", {name: np.ones(1, np.int64) for name in names}, np.int64(60))  # type: ignore[arg-type]
    assert type(given.duration_ns) is int


def test_market_data_without_streams_is_refused() -> None:
    with pytest.raises(InvalidArgument, match="at least one stream"):
        MarketData((), "test")


def test_one_identifier_with_two_definitions_is_refused() -> None:
    other = Instrument.from_dict(instrument().to_dict() | {"taker_fee": "0.001"})
    assert (other.id, other == instrument()) == (instrument().id, False)
    with pytest.raises(InvalidArgument, match=r"two streams of AAA\.TEST have different instruments"):
        MarketData((Stream(instrument(), "trade", trades([1])), Stream(other, "trade", trades([1]))), "test")
