"""One price on each side whose whole queue is known: additions, trades, and cancels that hit where they are told to."""

from __future__ import annotations

from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt

from pytrader.errors import InvalidArgument
from pytrader.model import Side
from pytrader.model.records import FLAG_LAST, L3_EVENT, BookAction
from pytrader.simulation.split_mix import SplitMix64, below

Regime = Literal["size", "tail", "front"]
REGIMES: Final[tuple[Regime, ...]] = ("size", "tail", "front")

BID_TICKS, ASK_TICKS = 9_999, 10_001
_START_NS = 1_700_058_600_000_000_000
_STEP_NS = 1_000_000
_MAX_LOTS = 10
# Shares of steps, out of 1,024. A queue of the usual length loses by cancels about what trades leave of the additions.
_TRADE_SHARE = 160
_CANCEL_SHARE, _USUAL_ORDERS, _MOST_CANCELS = 340, 20, 700
_WORDS_PER_STEP, _STEPS_AT_ONCE = 3, 16_384
_ADD, _ERASE, _EXECUTE = int(BookAction.ADD), int(BookAction.ERASE), int(BookAction.EXECUTE)
_MOST_STEPS = 10_000_000

Queue = list[list[int]]
Row = tuple[int, int, int, int, int, int]


def queue_world(regime: Regime, steps: int, seed: int) -> npt.NDArray[np.void]:
    """Make the order-by-order feed of two queues that never move.

    Parameters
    ----------
    regime : {"size", "tail", "front"}
        Which order a cancel takes away: that of a lot picked at random, the last, or the first of the queue.
    steps : int
        Additions, cancels and trades, 1 to 10 million; a trade makes a row for each order it reaches.
    seed : int
        0 to 2**64 - 1. The same arguments give the same rows on every machine.

    Returns
    -------
    numpy.ndarray
        Rows of ``pytrader.model.records.L3_EVENT``.

    Raises
    ------
    InvalidArgument
        A regime that is none of the three, or a number out of its range.
    """
    if regime not in REGIMES:
        raise InvalidArgument(f"regime is {regime!r}; give one of {', '.join(REGIMES)}")
    _check("steps", steps, 1, _MOST_STEPS)
    _check("seed", seed, 0, 2**64 - 1)
    world, words = _World(regime), SplitMix64(seed)
    for at in range(0, steps, _STEPS_AT_ONCE):
        count = min(_STEPS_AT_ONCE, steps - at)
        drawn = words.words(count * _WORDS_PER_STEP).reshape(_WORDS_PER_STEP, count)
        choices, sizes, lots = below(drawn[0], 2_048), 1 + below(drawn[1], _MAX_LOTS), drawn[2] >> np.uint64(32)
        for choice, size, lot in zip(choices.tolist(), sizes.tolist(), lots.tolist(), strict=True):
            world.step(choice, size, lot)
    rows = np.zeros(len(world.rows), L3_EVENT)
    for field, column in zip(
        ("ts_event", "action", "side", "price", "quantity", "order_id"), np.array(world.rows, np.int64).T, strict=True
    ):
        rows[field] = column
    rows["ts_init"] = rows["ts_event"]
    rows["flags"] = FLAG_LAST
    return rows


def _check(name: str, value: object, lowest: int, highest: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not lowest <= value <= highest:
        raise InvalidArgument(f"{name} is {value!r}; give a whole number from {lowest} to {highest}")


class _World:
    """The two queues, each order as its id and its lots, and the rows so far."""

    def __init__(self, regime: Regime) -> None:
        self.rows: list[Row] = []
        self._regime = regime
        self._sides: tuple[tuple[Any, ...], ...] = ((int(Side.BUY), BID_TICKS, []), (int(Side.SELL), ASK_TICKS, []))
        self._last_id = 0
        self._ts = _START_NS

    def step(self, choice: int, size: int, lot: int) -> None:
        """Add, cancel or trade: ``choice`` is below 2,048, ``lot`` below 2**32."""
        self._ts += _STEP_NS
        side, price, queue = self._sides[choice & 1]
        choice >>= 1
        cancels = min(_CANCEL_SHARE * len(queue) // _USUAL_ORDERS, _MOST_CANCELS)
        if queue and choice < cancels:
            order, lots = queue.pop(self._hit(queue, lot))
            self.rows.append((self._ts, _ERASE, side, price, lots, order))
        elif choice >= 1_024 - _TRADE_SHARE:
            self._trade(side, price, queue, size)
        else:
            self._last_id += 1
            queue.append([self._last_id, size])
            self.rows.append((self._ts, _ADD, side, price, size, self._last_id))

    def _hit(self, queue: Queue, lot: int) -> int:
        if self._regime != "size":
            return 0 if self._regime == "front" else len(queue) - 1
        left = lot * sum(lots for _, lots in queue) >> 32
        for place, (_, lots) in enumerate(queue):
            left -= lots
            if left < 0:
                return place
        raise AssertionError("a lot below the total lies in one of the orders")

    def _trade(self, side: int, price: int, queue: Queue, size: int) -> None:
        while size > 0 and queue:
            first = queue[0]
            lots = min(size, first[1])
            self.rows.append((self._ts, _EXECUTE, side, price, lots, first[0]))
            size -= lots
            first[1] -= lots
            if first[1] == 0:
                queue.pop(0)
