"""A generated market is what the matching engine did: rows replay to the engine's book, fills are the trades."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections import Counter
from typing import Any

import numpy as np
import pytest

from pytrader.book import L3Book
from pytrader.data import MarketData, open_columns, write_columns
from pytrader.errors import InvalidArgument
from pytrader.model import Instrument
from pytrader.simulation import generate
from pytrader.simulation.market import play
from pytrader.simulation.session import Session
from pytrader.simulation.split_mix import SplitMix64

ADD, ERASE, REDUCE, EXECUTE = 1, 3, 4, 5
EVENTS = 30_000
DIGEST_OF_SEED_7 = "62a4a683c048b19c934f6cc5b4602dbaf1cc6334cc5fcd9df62dc569ddf949cd"


@pytest.fixture(scope="module")
def market() -> MarketData:
    return generate(EVENTS, 7)


@pytest.fixture(scope="module")
def session() -> Session:
    return play(EVENTS, 7)


def rows(data: MarketData) -> np.ndarray:
    return data.streams[0].to_array()


def digest(data: MarketData) -> str:
    """SHA-256 over the little-endian columns, by name."""
    total = hashlib.sha256()
    for name, values in sorted(data.streams[0].columns.items()):
        total.update(name.encode())
        total.update(np.ascontiguousarray(values, values.dtype.newbyteorder("<")).tobytes())
    return total.hexdigest()


def levels(depth: Any) -> list[tuple[str, str, int]]:
    return [(str(level.price), str(level.quantity), level.count) for level in depth]


def test_there_are_exactly_as_many_rows_as_asked_for() -> None:
    for events in (1, 2, 17, 500, 2_345):
        assert generate(events, 3).event_count == events


def test_replaying_the_rows_gives_the_engines_final_book(market: MarketData, session: Session) -> None:
    book = L3Book(tick="1", lot="1", policy="strict")
    book.apply(rows(market))
    engine = session.engine
    for ours, theirs in zip(book.depth(1_000), engine.depth(1_000), strict=True):
        assert levels(ours) == levels(theirs)
    resting = np.flatnonzero(session.orders["rests"])
    assert len(book) == len(resting)
    for order_id in resting.tolist():
        order = session.orders[order_id]
        shown = book.order(order_id)
        assert shown is not None
        assert shown.quantity.scaled(0) == order["total"] - order["executed"]


def test_executions_are_the_engines_fills_in_order(market: MarketData, session: Session) -> None:
    executions = rows(market)[rows(market)["action"] == EXECUTE]
    fills = session.fills()
    assert len(executions) == len(fills) > 2_000
    assert executions["order_id"].tolist() == fills["maker_order_id"].tolist()
    assert executions["price"].tolist() == fills["price"].tolist()
    assert executions["quantity"].tolist() == fills["quantity"].tolist()
    assert (executions["side"] != fills["taker_side"]).all()


def test_every_lot_that_entered_left_or_rests(market: MarketData, session: Session) -> None:
    events = rows(market)
    added = Counter(
        dict(zip(*(events[events["action"] == ADD][name].tolist() for name in ("order_id", "quantity")), strict=True))
    )
    for row in events[events["action"] != ADD]:
        added[int(row["order_id"])] -= int(row["quantity"])
    resting = set(np.flatnonzero(session.orders["rests"]).tolist())
    assert all((left > 0) == (order_id in resting) for order_id, left in added.items())
    assert min(added.values()) >= 0


def test_rows_of_one_message_share_a_time_and_the_last_is_flagged(market: MarketData) -> None:
    events = rows(market)
    time = events["ts_event"]
    assert (np.diff(time) >= 0).all()
    assert ((events["flags"][:-1] == 128) == (np.diff(time) > 0)).all()
    assert events["flags"][-1] == 128


def test_the_market_is_one_to_trade_in(market: MarketData) -> None:
    book = L3Book(tick="1", lot="1", policy="strict")
    events = rows(market)
    spreads: Counter[int] = Counter()
    middles = []
    for start in range(0, EVENTS, 100):
        book.apply(events[start : start + 100])
        bid, ask = book.best_bid, book.best_ask
        if start >= 1_000 and bid is not None and ask is not None:
            spreads[ask.price.scaled(0) - bid.price.scaled(0)] += 1
            middles.append(ask.price.scaled(0) + bid.price.scaled(0))
    assert sum(spreads[spread] for spread in (1, 2, 3)) > 0.95 * sum(spreads.values())
    assert 20 < max(middles) - min(middles) < 400
    executed = np.count_nonzero(events["action"] == EXECUTE)
    assert 0.05 < executed / EVENTS < 0.25


def test_the_same_seed_gives_the_same_bytes_in_another_process() -> None:
    here = digest(generate(3_000, 11))
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); import test_market as t; print(t.digest(t.generate(3_000, 11)))"
    )
    for hash_seed in ("0", "1"):
        there = subprocess.run(
            [sys.executable, "-c", code, os.path.dirname(__file__)],
            env=os.environ | {"PYTHONHASHSEED": hash_seed},
            capture_output=True,
            text=True,
            check=True,
        )
        assert there.stdout.strip() == here


def test_the_bytes_of_a_seed_are_pinned(market: MarketData) -> None:
    assert digest(market) == DIGEST_OF_SEED_7


def test_another_seed_gives_another_market(market: MarketData) -> None:
    assert digest(generate(EVENTS, 8)) != digest(market)


def test_a_generated_market_survives_the_column_format(market: MarketData, tmp_path: Any) -> None:
    again = open_columns(write_columns(tmp_path / "market", market), verify=True)
    assert digest(again) == digest(market)
    assert again.instruments == market.instruments


def test_time_and_instrument_are_the_callers_to_choose() -> None:
    coin = Instrument("COIN", "SIM", quote_currency="USDT", tick_size="0.5", lot_size="0.001")
    data = generate(500, 1, instrument=coin, start_ns=1_000, mean_interval_ns=10)
    assert data.instruments == (coin,)
    assert 1_000 < data.start_ns < data.end_ns < 20_000


@pytest.mark.parametrize(
    "arguments",
    [
        {"events": 0},
        {"events": 2**40},
        {"events": 1.5},
        {"events": True},
        {"seed": -1},
        {"seed": 2**64},
        {"mean_interval_ns": 0},
    ],
)
def test_numbers_out_of_range_are_refused(arguments: dict[str, Any]) -> None:
    with pytest.raises(InvalidArgument, match="; give a whole number from") as caught:
        generate(**({"events": 10, "seed": 1} | arguments))
    assert str(caught.value).startswith(f"{next(iter(arguments))} is ")


def test_a_session_refuses_times_that_are_not_one_per_message(session: Session) -> None:
    with pytest.raises(RuntimeError, match="messages; give one each"):
        session.rows(np.zeros(3, np.int64))


def test_random_sources_of_agents_and_of_the_clock_differ() -> None:
    assert SplitMix64(7).words(1)[0] != SplitMix64(7 ^ 0x5DEECE66D).words(1)[0]
