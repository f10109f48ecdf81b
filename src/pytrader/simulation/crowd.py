"""Agents without a plan: limit orders, market orders, cancels and reductions at random around the best prices."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pytrader.matching import ORDER_MESSAGE
from pytrader.simulation.session import (
    BUY,
    CANCEL,
    GTC,
    LIMIT,
    MARKET,
    MAX_LOTS,
    NEW,
    REPLACE,
    SELL,
    Int64s,
    Rows,
    Session,
)
from pytrader.simulation.split_mix import SplitMix64, Words, below, geometric

# With so many orders of the crowd resting, about as many leave as come: the share of cancels grows with their number.
_USUAL_ORDERS = 400
_WORDS_PER_MESSAGE = 4
# Shares of messages, out of 1,024.
_MARKET_SHARE, _REDUCE_SHARE, _CANCEL_SHARE, _MOST_CANCELS = 90, 20, 420, 700
# Limit orders stand about this many ticks behind the other side's best half of the time, twice as many a quarter, and
# so on.
_SPREAD_TICKS = 5
_FAR_TICKS = 30


class Crowd:
    """Decides at random what comes next, knowing the best prices only.

    Parameters
    ----------
    words : SplitMix64
        Where its luck comes from.
    """

    def __init__(self, words: SplitMix64) -> None:
        self._words = words
        self._resting = np.zeros(0, np.int64)

    def messages(self, session: Session, fair: int, count: int) -> Rows:
        """Return about ``count`` messages; where a side is empty, orders are placed around ``fair`` (ticks)."""
        words = self._draw(count)
        self._resting = self._resting[session.orders["rests"][self._resting]]
        cancels = min(_CANCEL_SHARE * len(self._resting) // _USUAL_ORDERS, _MOST_CANCELS)
        choice = below(words[0], 1_024)
        leaves = choice < cancels + _REDUCE_SHARE
        leaving = self._leave(session, words[:, leaves], int(np.count_nonzero(choice < _REDUCE_SHARE)))
        takes = choice[~leaves] >= 1_024 - _MARKET_SHARE
        entering = self._enter(session, words[:, ~leaves], takes, fair)
        self._resting = np.concatenate((self._resting, entering["order_id"].astype(np.int64)))
        return np.concatenate((leaving, entering))

    def far_orders(self, session: Session, fair: int, count: int) -> Rows:
        """Return exactly ``count`` limit orders far from the other side: each rests, and makes one row of the feed."""
        words = self._draw(count)
        rows = self._enter(session, words, np.zeros(count, bool), fair)
        rows["price"] += np.where(rows["side"] == BUY, -_FAR_TICKS, _FAR_TICKS)
        return rows

    def _draw(self, count: int) -> Words:
        return self._words.words(count * _WORDS_PER_MESSAGE).reshape(_WORDS_PER_MESSAGE, count)

    def _leave(self, session: Session, words: Words, reductions: int) -> Rows:
        """Cancel orders picked at random, and reduce the first few of them instead if they can be."""
        if not len(self._resting):
            return np.zeros(0, ORDER_MESSAGE)
        ids = np.unique(self._resting[below(words[1], len(self._resting))])
        rows = np.zeros(len(ids), ORDER_MESSAGE)
        rows["kind"] = CANCEL
        rows["order_id"] = ids
        orders = session.orders[ids[:reductions]]
        open_quantity = orders["total"] - orders["executed"]
        shrinks = np.flatnonzero(open_quantity > 1)
        rows["kind"][shrinks] = REPLACE
        rows["price"][shrinks] = orders["price"][shrinks]
        rows["quantity"][shrinks] = (orders["total"] - open_quantity // 2)[shrinks]
        return rows

    def _enter(self, session: Session, words: Words, takes: npt.NDArray[np.bool_], fair: int) -> Rows:
        count = words.shape[1]
        rows = np.zeros(count, ORDER_MESSAGE)
        side = np.where(words[1] & np.uint64(1), BUY, SELL)
        if session.best_ask is not None and session.best_ask <= fair:
            side[takes] = BUY
        if session.best_bid is not None and session.best_bid >= fair:
            side[takes] = SELL
        rows["kind"] = NEW
        rows["side"] = side
        rows["order_type"] = np.where(takes, MARKET, LIMIT)
        rows["time_in_force"] = GTC
        rows["quantity"] = _sizes(words[3])
        rows["order_id"] = session.new_ids(count)
        bid = fair - 1 if session.best_bid is None else session.best_bid
        ask = fair + 1 if session.best_ask is None else session.best_ask
        behind = _SPREAD_TICKS * geometric(words[2]) + below(words[2] << np.uint64(32), 2 * _SPREAD_TICKS)
        rows["price"] = np.where(takes, 0, np.where(side == BUY, ask - 1 - behind, bid + 1 + behind))
        return rows


def _sizes(words: Words) -> Int64s:
    """1 to 10 lots, one in eight twice that."""
    sizes = 1 + below(words, MAX_LOTS // 2)
    return np.where(words & np.uint64(7), sizes, 2 * sizes)
