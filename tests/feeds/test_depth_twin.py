"""Every depth feed agrees with a plain book of dicts on random streams, level by level and checksum by checksum."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from pytrader.data import BinanceDepthFeed, BitgetDepthFeed, KrakenDepthFeed, OkxDepthFeed
from tests.feeds.naive_depth import (
    Change,
    NaiveDepth,
    binance_frame,
    binance_snapshot,
    bitget_frame,
    kraken_frame,
    kraken_frame_2,
    okx_frame,
)

MIDDLE = 1_000
DEPTH = 10


def written(steps: int, decimals: int) -> str:
    text = str(steps).rjust(decimals + 1, "0")
    return text if decimals == 0 else f"{text[:-decimals]}.{text[-decimals:]}"


def shortest(text: str) -> str:
    return text.rstrip("0").rstrip(".") if "." in text else text


@st.composite
def changes(draw: st.DrawFn, *, snapshot: bool = False) -> list[Change]:
    """Levels on both sides of a middle that nobody crosses; sizes of zero but in snapshots."""
    side = st.sampled_from(["buy", "sell"])
    rows = draw(st.lists(st.tuples(side, st.integers(1, 40), st.integers(int(snapshot), 300)), max_size=30))
    if snapshot:
        rows = list({(which, distance): (which, distance, size) for which, distance, size in rows}.values())
    return [
        (which, written(MIDDLE - distance if which == "buy" else MIDDLE + distance, 2), written(size, 3))
        for which, distance, size in rows
    ]


def streams() -> st.SearchStrategy[tuple[list[Change], list[list[Change]]]]:
    return st.tuples(changes(snapshot=True), st.lists(changes(), max_size=12))


def agree(feed: Any, symbol: str, naive: NaiveDepth) -> None:
    book = feed.book(symbol)
    book.self_check()
    for side, levels in zip(("buy", "sell"), book.depth(1_000), strict=True):
        expected = [(shortest(price), shortest(size)) for price, size in naive.best(side, 1_000)]
        assert [(shortest(str(level.price)), shortest(str(level.quantity))) for level in levels] == expected
    assert not book.stale
    assert not feed.stale


GRID = ("0.01", "0.001")


@given(streams())
def test_kraken_agrees_with_the_plain_book(stream: tuple[list[Change], list[list[Change]]]) -> None:
    start, updates = stream
    for version in (1, 2):
        feed, naive = KrakenDepthFeed({"A/B": GRID}, depth=DEPTH), NaiveDepth()
        for place, rows in enumerate([start, *updates]):
            naive.change(rows)
            naive.cut(DEPTH)
            checksum = naive.kraken_checksum()
            if version == 1:
                feed.apply(kraken_frame(rows, DEPTH, snapshot=place == 0, checksum=checksum))
            else:
                feed.apply(kraken_frame_2(rows, snapshot=place == 0, checksum=checksum))
            agree(feed, "A/B", naive)
        assert feed.checksums_matched == len(updates) + (version == 2)


@given(streams())
def test_okx_and_bitget_agree_with_the_plain_book(stream: tuple[list[Change], list[list[Change]]]) -> None:
    start, updates = stream
    okx, bitget, naive = OkxDepthFeed({"A-B": GRID}), BitgetDepthFeed({"AB": GRID}), NaiveDepth()
    for place, rows in enumerate([start, *updates]):
        rows = [(side, shortest(price), shortest(size)) for side, price, size in rows]
        naive.change(rows)
        checksum = naive.okx_checksum()
        okx.apply(okx_frame(rows, 7 * place - 7, 7 * place, snapshot=place == 0, checksum=checksum))
        bitget.apply(bitget_frame(rows, 7 * place, snapshot=place == 0, checksum=checksum))
        agree(okx, "A-B", naive)
        agree(bitget, "AB", naive)
    assert okx.checksums_matched == bitget.checksums_matched == sum(1 for _ in [start, *updates]) - okx_zero(stream)


def okx_zero(stream: tuple[list[Change], list[list[Change]]]) -> int:
    """How many states have the checksum 0, which says that there is none: those of an empty book."""
    naive, zeros = NaiveDepth(), 0
    for rows in [stream[0], *stream[1]]:
        naive.change([(side, shortest(price), shortest(size)) for side, price, size in rows])
        zeros += naive.okx_checksum() == 0
    return zeros


@given(streams(), st.integers(0, 12))
def test_binance_agrees_with_the_plain_book_wherever_the_snapshot_comes(
    stream: tuple[list[Change], list[list[Change]]], late: int
) -> None:
    start, updates = stream
    spot, futures = BinanceDepthFeed({"AB": GRID}), BinanceDepthFeed({"AB": GRID}, market="usdm")
    naive = NaiveDepth()
    naive.change(start)
    waiting = [(100 + 10 * place, rows) for place, rows in enumerate(updates)]
    for place, (first, rows) in enumerate(waiting):
        if place == late:
            spot.apply(binance_snapshot(start, 99))
            futures.apply(binance_snapshot(start, 100))
        spot.apply(binance_frame(rows, first, first + 9))
        futures.apply(binance_frame(rows, first, first + 9, first - 1))
        naive.change(rows)
    if late >= len(waiting):
        spot.apply(binance_snapshot(start, 99))
        futures.apply(binance_snapshot(start, 100))
    agree(spot, "AB", naive)
    agree(futures, "AB", naive)
    assert spot.gaps == futures.gaps == 0
