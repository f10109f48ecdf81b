"""OKX's books: recorded checksums, sequence numbers, and snapshots asked for."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pytrader.data import BitgetDepthFeed, FeedIncident, OkxDepthFeed, okx_instruments
from pytrader.errors import CapacityError, DataError, FeedError
from tests.feeds.naive_depth import Change, okx_frame
from tests.feeds.recordings import recorded

GRIDS = {
    "BTC-USD-220527": ("0.1", "1"),
    "UNI-USD-SWAP": ("0.001", "1"),
    "BTC-USDT": ("0.1", "0.00000001"),
}
START: list[Change] = [("buy", "10.1", "2.5"), ("sell", "10.2", "1")]


def answer(last: int) -> str:
    return json.dumps({"code": "0", "msg": "", "data": [{"asks": [], "bids": [["9", "1", "0", "4"]], "seqId": last}]})


def test_every_recorded_checksum_matches(shared_data: Path) -> None:
    feed = OkxDepthFeed(GRIDS)
    assert feed.apply_lines(recorded(shared_data / "cryptofeed_raw" / "OKX.ws.1.0.gz")) == 290
    assert (feed.checksums_matched, feed.checksums_failed, feed.snapshots) == (290, 0, 3)
    assert feed.stale == ()
    assert feed.book("BTC-USDT").best_bid is not None


def test_one_digit_changed_in_a_recording_is_found(shared_data: Path) -> None:
    frames = recorded(shared_data / "cryptofeed_raw" / "OKX.ws.1.0.gz")
    assert frames.count(b'["30182.6","452","0","1"]') == 1
    feed = OkxDepthFeed(GRIDS, policy="resync")
    feed.apply_lines(frames.replace(b'["30243.5","1.2112","0","4"]', b'["30243.5","1.2113","0","4"]'))
    assert feed.checksums_failed == 1
    assert feed.stale == ("BTC-USDT",)


@pytest.mark.parametrize("venue", [OkxDepthFeed, BitgetDepthFeed])
def test_the_answer_to_a_keep_alive_is_no_fault(venue: type[OkxDepthFeed | BitgetDepthFeed]) -> None:
    feed = venue({"A-B": ("0.1", "0.1")})
    assert feed.apply("pong") is None
    assert feed.apply(b"pong") is None
    assert (feed.frames, feed.other) == (2, 2)
    with pytest.raises(FeedError, match="frame needs an object"):
        feed.apply("ping")


def test_order_counts_times_and_ids_are_read() -> None:
    feed = OkxDepthFeed({"A-B": ("0.1", "0.1")})
    feed.apply(okx_frame(START, -1, 10, snapshot=True, checksum=0))
    book = feed.book("A-B")
    assert book.best_bid is not None
    assert book.best_bid.count == 1
    assert (book.sequence, book.ts_event) == (10, 5_000_000)
    assert feed.checksums_matched == 0, "0 says that the venue works no checksum out"


def test_a_gap_is_told_and_the_answer_to_a_snapshot_request_mends_it() -> None:
    told: list[FeedIncident] = []
    feed = OkxDepthFeed({"A-B": ("0.1", "0.1")}, policy="resync", on_gap=told.append)
    feed.apply(okx_frame(START, -1, 10, snapshot=True, checksum=0))
    feed.apply(okx_frame([("buy", "10", "3")], 10, 12, snapshot=False, checksum=0))
    feed.apply(okx_frame([("buy", "8", "5")], 14, 16, snapshot=False, checksum=0))
    assert told == [("gap", "OKX", "A-B", 3, 12, 14)]
    assert (feed.stale, feed.waiting, feed.gaps) == (("A-B",), 1, 1)
    assert feed.apply(answer(15), "A-B") == "A-B"
    assert [str(level.price) for level in feed.book("A-B").depth()[0]] == ["9.0", "8.0"]
    assert feed.book("A-B").sequence == 16


def test_under_strict_a_gap_raises() -> None:
    feed = OkxDepthFeed({"A-B": ("0.1", "0.1")})
    feed.apply(okx_frame(START, -1, 10, snapshot=True, checksum=0))
    with pytest.raises(FeedError, match="stands at update 10, the frame goes on from update 14") as caught:
        feed.apply(okx_frame([], 14, 16, snapshot=False, checksum=0))
    assert caught.value.kind == "gap"


def test_updates_that_wait_are_bounded() -> None:
    feed = OkxDepthFeed({"A-B": ("0.1", "0.1")}, max_waiting=1)
    assert feed.apply(okx_frame([], 1, 2, snapshot=False, checksum=0)) is None
    with pytest.raises(CapacityError, match="1 updates of A-B wait for a snapshot, which is max_waiting"):
        feed.apply(okx_frame([], 2, 3, snapshot=False, checksum=0))
    assert feed.waiting == 1
    feed.reset("A-B")
    assert feed.waiting == 0


def test_instruments_come_from_the_venues_own_list() -> None:
    payload = json.dumps({"code": "0", "data": [{"instId": "BTC-USDT", "tickSz": "0.1", "lotSz": "0.00000001"}]})
    assert okx_instruments(payload) == {"BTC-USDT": ("0.1", "0.00000001")}
    with pytest.raises(DataError, match="not an answer of OKX"):
        okx_instruments('{"data":[{}]}')
