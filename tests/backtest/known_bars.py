"""A million minute bars from whole-number draws, equal on every machine: a market with a known answer."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pytrader.model.records import BAR
from tests.backtest.markets import MINUTE

START = 1_577_836_800_000_000_000  # 2020-01-01T00:00Z
LOWEST, HIGHEST = 20_000, 500_000
DRAWS = 10  # in a bar: whether the trend changes, eight steps, the volume

Words = npt.NDArray[np.uint64]
Numbers = npt.NDArray[np.int64]


def draws(first: int, count: int, seed: int) -> Words:
    """Words number `first` and on of the SplitMix64 sequence."""
    with np.errstate(over="ignore"):
        state = np.uint64(seed) + np.arange(first + 1, first + count + 1, dtype=np.uint64) * np.uint64(
            0x9E3779B97F4A7C15
        )
        state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return state ^ (state >> np.uint64(31))


def below(words: Words, limit: int) -> Numbers:
    """Whole numbers from 0 to just below `limit`, from the high halves of the words."""
    return (((words >> np.uint64(32)) * np.uint64(limit)) >> np.uint64(32)).astype(np.int64)


class BarMaker:
    """Fills an array of bars, a stretch of one trend at a time."""

    def __init__(self, count: int) -> None:
        self.rows = np.zeros(count, BAR)
        self.done = 0
        self.price = 100_000
        self.trend = 0

    def add(self, steps: Numbers, volumes: Numbers) -> None:
        """Add one bar for each row of eight steps; a price at its bound turns the trend."""
        while len(steps):
            closes = self.price + np.cumsum(steps.sum(axis=1) + self.trend)
            outside = np.flatnonzero((closes < LOWEST) | (closes > HIGHEST))
            count = int(outside[0]) + 1 if len(outside) else len(steps)
            closes = np.clip(closes[:count], LOWEST, HIGHEST)
            opens = np.concatenate(([self.price], closes[:-1]))
            path = opens[:, None] + np.cumsum(steps[:count], axis=1)
            rows = self.rows[self.done : self.done + count]
            rows["open"], rows["close"], rows["volume"] = opens, closes, volumes[:count]
            rows["high"] = np.maximum(np.maximum(opens, closes), path.max(axis=1))
            rows["low"] = np.minimum(np.minimum(opens, closes), path.min(axis=1))
            self.done += count
            self.price = int(closes[-1])
            if len(outside):
                self.trend = 1 if self.price == LOWEST else -1
            steps, volumes = steps[count:], volumes[count:]


def known_bars(count: int = 1_000_000, seed: int = 7) -> npt.NDArray[np.void]:
    """Minute bars of BAR with prices in ticks of 0.01."""
    maker = BarMaker(count)
    used = 0
    while maker.done < count:
        chunk = min(count - maker.done, 2000)
        words = draws(used, chunk * DRAWS + 1, seed)
        table = words[:-1].reshape(chunk, DRAWS)
        changes = np.flatnonzero(below(table[:, 0], 600) == 0)
        plain = int(changes[0]) if len(changes) else chunk
        maker.add(below(table[:plain, 1:9], 13) - 6, 1 + below(table[:plain, 9], 1000))
        used += plain * DRAWS
        if plain < chunk:
            # A bar that changes the trend draws once more.
            words = draws(used, DRAWS + 1, seed)
            maker.trend = int(below(words[1:2], 7)[0]) - 3
            maker.add(below(words[None, 2:10], 13) - 6, 1 + below(words[10:11], 1000))
            used += DRAWS + 1
    rows = maker.rows
    rows["ts_open"] = START + MINUTE * np.arange(count)
    rows["ts_event"] = rows["ts_init"] = rows["ts_open"] + MINUTE
    return rows
