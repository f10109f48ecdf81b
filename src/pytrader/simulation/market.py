"""A market made by agents that trade with each other in our own matching engine, the same for the same seed."""

from __future__ import annotations

import numpy as np

from pytrader.data.market_data import MarketData, Stream
from pytrader.errors import InvalidArgument
from pytrader.model import Instrument
from pytrader.simulation.crowd import Crowd
from pytrader.simulation.market_makers import MarketMakers
from pytrader.simulation.session import MAX_LOTS, Session
from pytrader.simulation.split_mix import SplitMix64, below, intervals

# 2023-11-15 09:30 in New York.
_START_NS = 1_700_058_600_000_000_000
_START_PRICE = 10_000
# So many events at such intervals from any start end before nanoseconds leave 64 bits.
_MAX_EVENTS = 200_000_000
_MAX_INTERVAL_NS = 10**10
# Messages that the crowd sends between two looks at the book.
_CROWD_MESSAGES = 32
# One row for itself and one for each order it takes from, which has at least one lot.
_ROWS_PER_MESSAGE = 1 + MAX_LOTS
# The fair price moves in sixteenths of a tick, with each look at the book one of so many steps about zero.
_SUB_TICKS = 16
_STEPS = 41


def generate(
    events: int = 1_000_000,
    seed: int = 7,
    *,
    instrument: Instrument | None = None,
    start_ns: int = _START_NS,
    mean_interval_ns: int = 20_000_000,
) -> MarketData:
    """Make an order-by-order market of exactly so many rows.

    A crowd without any plan sends limit orders around the best prices, market orders and cancels; market makers who
    know a slowly wandering fair price quote both sides around it, lean against their inventory, and pull their quotes
    as it moves. All messages go through one `pytrader.matching.MatchingEngine`; the rows are what it did with them.

    Parameters
    ----------
    events : int
        Rows, 1 to 200 million.
    seed : int
        0 to 2**64 - 1. The same arguments give the same bytes on every machine.
    instrument : Instrument, optional
        Its tick and lot name the whole numbers; default ``DEMO.SIM`` in USD with tick 0.01 and lot 1. Prices begin at
        10,000 ticks.
    start_ns : int
        Time of the beginning, in nanoseconds since 1970-01-01 UTC.
    mean_interval_ns : int
        Mean time between two messages, about, at most 10 seconds; waiting times are about exponential. With
        the default a million rows are about a trading day.

    Returns
    -------
    MarketData
        One ``l3`` stream of add, reduce, erase and execute rows.

    Raises
    ------
    InvalidArgument
        A number out of its range.
    """
    _check("events", events, 1, _MAX_EVENTS)
    _check("seed", seed, 0, 2**64 - 1)
    _check("start_ns", start_ns, 0, 2**62)
    _check("mean_interval_ns", mean_interval_ns, 1, _MAX_INTERVAL_NS)
    if instrument is None:
        instrument = Instrument("DEMO", "SIM", kind="equity", quote_currency="USD", tick_size="0.01", lot_size="1")
    session = play(events, seed)
    messages = session.message_count
    clock = SplitMix64(seed ^ 0x5DEECE66D)
    waits = [intervals(clock.words(min(65_536, messages - at)), mean_interval_ns) for at in range(0, messages, 65_536)]
    columns = session.rows(start_ns + np.cumsum(np.concatenate(waits)))
    stream = Stream(instrument, "l3", columns)
    return MarketData((stream,), f"generated, seed {seed}, {events} events")


def play(events: int, seed: int) -> Session:
    """Let the agents trade until the session has exactly this many rows.

    Parameters
    ----------
    events, seed : int
        As `generate`.

    Returns
    -------
    Session
        Every message, what the engine answered, and the engine as it stands then.
    """
    session = Session()
    words = SplitMix64(seed)
    crowd, makers = Crowd(words), MarketMakers(words)
    fair = _START_PRICE * _SUB_TICKS
    while (left := events - session.row_count) > 0:
        fair += int(below(words.words(1), _STEPS)[0]) - _STEPS // 2
        price = fair // _SUB_TICKS
        if left > (_CROWD_MESSAGES + makers.messages_at_most) * _ROWS_PER_MESSAGE:
            quotes = makers.messages(session, fair)
            orders = crowd.messages(session, price, _CROWD_MESSAGES)
            makers.take_note(session.send(np.concatenate((quotes, orders))))
        elif left > _ROWS_PER_MESSAGE:
            session.send(crowd.messages(session, price, 1))
        else:
            session.send(crowd.far_orders(session, price, left))
    return session


def _check(name: str, value: object, lowest: int, highest: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not lowest <= value <= highest:
        raise InvalidArgument(f"{name} is {value!r}; give a whole number from {lowest} to {highest}")
