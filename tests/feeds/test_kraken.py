"""Kraken's books: recorded frames prove every checksum, and a wrong one never passes."""

from __future__ import annotations

import gc
import json
import weakref
from pathlib import Path

import pytest

from pytrader.book import L2Book
from pytrader.data import FeedIncident, KrakenDepthFeed, frames_of, kraken_instruments
from pytrader.errors import DataError, FeedError, InvalidArgument
from tests.feeds.naive_depth import Change, kraken_frame
from tests.feeds.recordings import answer_of, recorded

GRID = {"A/B": ("0.1", "0.001")}
START: list[Change] = [("buy", "10.0", "2.500"), ("sell", "10.2", "1.000")]
WRONG: list[Change] = [("buy", "10.1", "1.000")]


def begun(policy: str = "strict", **settings: object) -> KrakenDepthFeed:
    feed = KrakenDepthFeed(GRID, depth=10, policy=policy, **settings)  # type: ignore[arg-type]
    assert feed.apply(kraken_frame(START, 10, snapshot=True)) == "A/B"
    return feed


def recorded_feed(folder: Path) -> tuple[KrakenDepthFeed, bytes]:
    payload = answer_of(folder / "KRAKEN.0.gz", "https://api.kraken.com/0/public/AssetPairs")
    frames = recorded(folder / "KRAKEN.ws.50.0.gz")
    subscribed = next(json.loads(frame)["pair"] for frame in frames_of(frames) if b'"subscribe"' in frame)
    return KrakenDepthFeed(kraken_instruments(payload, subscribed), depth=1000), frames


def test_every_recorded_checksum_matches(shared_data: Path) -> None:
    feed, frames = recorded_feed(shared_data / "cryptofeed_raw")
    assert feed.apply_lines(frames) == 4_279
    assert (feed.checksums_matched, feed.checksums_failed, feed.snapshots) == (4_269, 0, 10)
    assert feed.stale == ()
    assert (feed.gaps, feed.crossed) == (0, 0)


def test_frames_one_by_one_give_what_lines_give(shared_data: Path) -> None:
    feed, frames = recorded_feed(shared_data / "cryptofeed_raw")
    at_once, _ = recorded_feed(shared_data / "cryptofeed_raw")
    at_once.apply_lines(frames)
    for frame in frames_of(frames):
        feed.apply(frame)
    for symbol in feed.symbols:
        assert feed.book(symbol).depth(1_000) == at_once.book(symbol).depth(1_000)
        feed.book(symbol).self_check()


def test_a_lost_frame_is_found_by_the_next_checksums(shared_data: Path) -> None:
    feed, frames = recorded_feed(shared_data / "cryptofeed_raw")
    lines = frames.splitlines(keepends=True)
    at_touch = next(place for place, line in enumerate(lines) if b'"354.13000000","0.00000000"' in line)
    with pytest.raises(FeedError, match="the venue's is") as caught:
        feed.apply_lines(b"".join(lines[:at_touch] + lines[at_touch + 1 :]))
    assert caught.value.kind == "checksum"
    assert caught.value.symbol == "XMR/USD"


def test_a_wrong_checksum_raises_and_leaves_a_stale_and_empty_book() -> None:
    feed = begun()
    with pytest.raises(
        FeedError, match=r"Kraken frame 2: the book of A/B has checksum \d+, the venue's is 5"
    ) as caught:
        feed.apply(kraken_frame(WRONG, 10, snapshot=False, checksum=5))
    assert (caught.value.kind, caught.value.symbol, caught.value.frame) == ("checksum", "A/B", 2)
    book = feed.book("A/B")
    assert book.stale
    assert (book.best_bid, book.best_ask, len(book)) == (None, None, 0)
    assert feed.apply(kraken_frame(WRONG, 10, snapshot=False)) is None, "nothing to apply an update to"
    assert feed.apply(kraken_frame(START, 10, snapshot=True)) == "A/B"
    assert not book.stale


def test_under_resync_a_wrong_checksum_is_told_and_the_next_snapshot_mends_it() -> None:
    told: list[FeedIncident] = []
    feed = begun("resync", on_checksum=told.append)
    assert feed.apply(kraken_frame(WRONG, 10, snapshot=False, checksum=5)) == "A/B"
    (incident,) = told
    assert incident[:5] == ("checksum", "Kraken", "A/B", 2, 5)
    assert incident.found != 5
    assert feed.stale == ("A/B",)
    feed.apply(kraken_frame(START, 10, snapshot=True))
    assert feed.stale == ()


def test_what_a_handler_raises_stops_the_feed_with_the_book_stale() -> None:
    def stop(incident: FeedIncident) -> None:
        raise KeyError(incident.kind)

    feed = begun("resync", on_checksum=stop)
    lines = "\n".join(kraken_frame(WRONG, 10, snapshot=False, checksum=5) for _ in range(3))
    with pytest.raises(KeyError, match="checksum"):
        feed.apply_lines(lines)
    assert feed.frames == 2
    assert feed.stale == ("A/B",)


def test_a_handler_may_bring_the_snapshot_itself() -> None:
    feed = begun("resync", on_checksum=lambda incident: feed.apply(kraken_frame(START, 10, snapshot=True)))
    feed.apply(kraken_frame(WRONG, 10, snapshot=False, checksum=5))
    assert feed.stale == ()
    assert len(feed.book("A/B")) == 2


def test_a_feed_that_its_handler_holds_is_collected() -> None:
    class Desk:
        def __init__(self) -> None:
            self.feed = KrakenDepthFeed(GRID, depth=10, policy="resync", on_gap=self.lost)

        def lost(self, incident: FeedIncident) -> None:
            self.feed.reset(incident.symbol)

    desk = Desk()
    seen = weakref.ref(desk)
    book = desk.feed.book("A/B")
    del desk
    gc.collect()
    assert seen() is None
    assert book.stale, "a book outlives the feed that kept it"


def test_a_crossed_book_is_told_refused_or_kept() -> None:
    crossing: list[Change] = [("buy", "10.2", "1.000")]
    with pytest.raises(FeedError, match=r"best bid 10\.2 of A/B reaches the best ask 10\.2") as caught:
        begun().apply(kraken_frame(crossing, 10, snapshot=False))
    assert caught.value.kind == "crossed"
    told: list[FeedIncident] = []
    feed = begun(keep_crossed=True, on_crossed=told.append)
    feed.apply(kraken_frame(crossing, 10, snapshot=False))
    assert [str(told[0].expected), str(told[0].found)] == ["10.2", "10.2"]
    assert feed.book("A/B").crossed
    assert (feed.crossed, feed.stale) == (1, ())


def test_levels_beyond_the_depth_leave() -> None:
    feed = KrakenDepthFeed(GRID, depth=10)
    deep: list[Change] = [("sell", f"{20 + place}.0", "1.000") for place in range(10)]
    feed.apply(kraken_frame(deep, 10, snapshot=True))
    feed.apply(kraken_frame([("sell", "19.5", "2.000")], 10, snapshot=False))
    asks = feed.book("A/B").depth(20)[1]
    assert [str(level.price) for level in asks] == ["19.5", *(f"{20 + place}.0" for place in range(9))]
    with pytest.raises(FeedError, match="another depth than the feed"):
        feed.apply(kraken_frame(START, 25, snapshot=True))


def test_a_book_reads_as_a_price_level_book_does() -> None:
    book = begun().book("A/B")
    plain = L2Book("0.1", "0.001")
    plain.snapshot([("10.0", "2.5")], [("10.2", "1")])
    assert (book.best_bid, book.best_ask) == (plain.best_bid, plain.best_ask)
    assert book.depth() == plain.depth()
    assert book.level("buy", "10.0") == plain.level("buy", "10.0")
    assert book.sweep("buy", "1") == plain.sweep("buy", "1")
    assert book.average_price("sell", "2") == plain.average_price("sell", "2")
    assert repr(book) == "DepthBook(A/B, levels=2)"
    assert (str(book.tick), str(book.lot), book.sequence, book.ts_event) == ("0.1", "0.001", None, None)


@pytest.mark.parametrize(
    ("frame", "field", "message"),
    [
        ('[1,{"a":[["10.3","1.000","1"]],"c":"7"},"book-10","C/D"]', "symbol", r'is not in the feed, at "C/D"'),
        ('[1,{"a":[["10.35","1.000","1"]]},"book-10","A/B"]', "price", r'is no whole number of ticks, at "10\.35"'),
        ('[1,{"a":[["10.3","1.0001","1"]]},"book-10","A/B"]', "quantity", "is no whole number of lots"),
        ('[1,{"a":[["10.3","-1.0","1"]]},"book-10","A/B"]', "a", r"not negative, at -1\.0"),
        ('[1,{"a":[["1e1","1.0","1"]]},"book-10","A/B"]', "a", "needs a decimal number without an exponent"),
        ('[1,{"a":[[10.3,"1.0","1"]]},"book-10","A/B"]', "a", "in quotes, at 10.3"),
        ('[1,{"a":[["10.3","1.0","1"]]},"book-10","A/B"', "frame", "at the end"),
        ('[1,{"a":[["10.3","1.0","1"]]},"book-ten","A/B"]', "channel", "book-DEPTH"),
        ('{"channel":"book","type":"update","data":[{"bids":[]}]}', "symbol", "is missing"),
        ("", "frame", "an object"),
        ("\xff", "frame", "an object"),
    ],
)
def test_a_damaged_frame_is_one_error_and_changes_nothing(frame: str, field: str, message: str) -> None:
    feed = begun()
    before = feed.book("A/B").depth()
    with pytest.raises(FeedError, match=message) as caught:
        feed.apply(frame.encode())
    assert (caught.value.kind, caught.value.venue, caught.value.frame) == ("damaged", "Kraken", 2)
    assert caught.value.field == field
    assert caught.value.offset is not None
    assert str(caught.value).startswith(f"Kraken frame 2 byte {caught.value.offset}: {field} ")
    assert feed.book("A/B").depth() == before


def test_frames_may_be_any_bytes_or_text_but_nothing_else() -> None:
    frame = kraken_frame(START, 10, snapshot=True)
    for given in (frame, frame.encode(), bytearray(frame.encode()), memoryview(frame.encode())):
        assert begun().apply(given) == "A/B"
    with pytest.raises(TypeError):
        begun().apply(5)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="symbol must be str"):
        begun().apply(frame, 5)  # type: ignore[arg-type]
    with pytest.raises(InvalidArgument, match="'C/D' is not in the feed"):
        begun().book("C/D")


def test_settings_are_checked() -> None:
    with pytest.raises(InvalidArgument, match="at least one instrument"):
        KrakenDepthFeed({}, depth=10)
    with pytest.raises(InvalidArgument, match="'strict' or 'resync'"):
        KrakenDepthFeed(GRID, depth=10, policy="lenient")
    with pytest.raises(InvalidArgument, match="depth must not be negative"):
        KrakenDepthFeed(GRID, depth=-1)
    with pytest.raises(TypeError):
        KrakenDepthFeed(GRID, depth=10.0)  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        KrakenDepthFeed({"A/B": (0.1, "1")}, depth=10)  # type: ignore[dict-item]
    with pytest.raises(TypeError, match="on_gap must be callable"):
        KrakenDepthFeed(GRID, depth=10, on_gap=5)  # type: ignore[arg-type]


def test_instruments_come_from_the_venues_own_list() -> None:
    pairs = {
        "XXBTZUSD": {"wsname": "XBT/USD", "pair_decimals": 1, "lot_decimals": 8},
        "XBTUSD.d": {"pair_decimals": 1, "lot_decimals": 8},
    }
    payload = json.dumps({"error": [], "result": pairs})
    assert kraken_instruments(payload) == {"XBT/USD": ("0.1", "0.00000001")}
    with pytest.raises(DataError, match="ETH/USD is not among the 1 instruments"):
        kraken_instruments(payload, ["ETH/USD"])
    with pytest.raises(DataError, match="not an answer"):
        kraken_instruments("[]")
    with pytest.raises(DataError, match="is not JSON"):
        kraken_instruments(b"{")
