"""A recorded pre-open through the engine: the opening of E-mini S&P futures on the evening of 25 December 2023."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from pytrader.data.dbn import DbnFeed
from pytrader.data.feed_files import chunks
from pytrader.matching import ORDER_MESSAGE, MatchingEngine, MessageKind, TradingPhase, UpdateKind, auction_price
from pytrader.model import OrderType, TimeInForce

OPEN_NS = 1_703_545_200_000_000_000  # 2023-12-25 23:00:00 UTC
RECORD_SIZE = 56
# The first print was 44 lots at 4800.25; the visible orders trade 31 there and at 4800.00.
TIED = (19_200, 19_201)


@pytest.fixture
def book_before_the_open(shared_data: Path) -> DbnFeed:
    pytest.importorskip("zstandard")
    data = b"".join(bytes(chunk) for chunk in chunks(shared_data / "databento/esh4-glbx-mdp3-20231225.mbo.dbn.zst"))
    start = 8 + int.from_bytes(data[4:8], "little")
    ts_event = np.frombuffer(data[start:], "<u8").reshape(-1, RECORD_SIZE // 8)[:, 1]
    feed = DbnFeed({"ESH4": "0.25"}, policy="lenient")
    feed.apply(data[: start + RECORD_SIZE * int((ts_event >= OPEN_NS).argmax())])
    return feed


@pytest.mark.real_data
def test_the_auction_price_of_the_visible_book_is_one_of_two(book_before_the_open: DbnFeed) -> None:
    bids, asks = book_before_the_open.book("ESH4").depth_arrays(10_000)
    found = auction_price(
        *([(int(row["price"]), int(row["quantity"])) for row in side] for side in (bids, asks)), reference=19_201
    )
    assert found is not None
    assert found.price in TIED
    assert found.volume == 31


@pytest.mark.real_data
def test_the_engine_opens_the_recorded_book_at_that_price(book_before_the_open: DbnFeed) -> None:
    orders = book_before_the_open.book("ESH4").orders()
    messages = np.zeros(len(orders) + 3, dtype=ORDER_MESSAGE)
    messages["kind"][[0, 1, -1]] = MessageKind.PHASE
    messages["quantity"][[0, 1, -1]] = [TradingPhase.CLOSED, TradingPhase.PRE_OPEN, TradingPhase.CONTINUOUS]
    rows = messages[2:-1]
    rows["kind"], rows["order_type"], rows["time_in_force"] = MessageKind.NEW, OrderType.LIMIT, TimeInForce.GTC
    for name in ("side", "price", "quantity", "order_id"):
        rows[name] = orders[name]
    engine = MatchingEngine(tick="0.25", lot="1")
    status, fills = engine.apply(messages)
    assert (status < 128).all()
    (auction,) = [row for row in engine.updates if row["kind"] == UpdateKind.AUCTION_PRICE]
    assert auction["price"] in TIED
    assert auction["quantity"] == 31
    assert fills["quantity"].sum() == 31
    assert set(fills["price"]) == {auction["price"]}
    assert (fills["taker_side"] == 0).all()
    best_bid, best_ask = engine.best_bid, engine.best_ask
    assert best_bid is not None
    assert best_ask is not None
    assert best_bid.price < best_ask.price
    engine.self_check()
