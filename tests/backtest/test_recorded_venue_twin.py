"""The venue of recorded data and its naive twin say the same of every order, in random worlds of each kind of data."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable

import pytest

from tests.backtest.naive_bar_venue import NaiveBarVenue
from tests.backtest.naive_recorded_venue import BUY, RESTS, SELL, NaiveRecordedVenue, Own
from tests.backtest.scenario_files import Scenario, Step, play

STEPS = 60
SIDES = {"buy": BUY, "sell": SELL}
KINDS: tuple[str, ...] = (
    "market",
    "limit",
    "limit",
    "limit",
    "stop",
    "stop_limit",
    "market_if_touched",
    "limit_if_touched",
    "trailing_stop",
    "market_to_limit",
    "pegged",
)


class World:
    """A random story: what happens second by second, for the engine in words and for the twin in calls."""

    kinds = KINDS

    def __init__(self, data: str, seed: int) -> None:
        self.random = random.Random(f"{data} {seed}")
        self.twin = NaiveRecordedVenue(data)
        self.expiries: list[tuple[int, str]] = []
        self.names = 0
        self.steps: list[Step] = []
        for words in ("bid 9 @ 90", "ask 9 @ 110", "bid 5 @ 98", "ask 5 @ 102", "bought 1 @ 102"):
            self.market(words.split())
        while len(self.steps) < STEPS:
            self.step()
        self.market(["bid", "9", "@", "90"])

    def put(self, words: list[str]) -> None:
        self.steps.append(Step([str(word) for word in words], self.twin.lines))
        self.twin.lines = []

    def begin(self) -> None:
        now = len(self.steps)
        for _, name in [due for due in self.expiries if due[0] == now]:
            self.twin.expire(name)

    def market(self, words: list[str]) -> None:
        self.begin()
        kind, quantity, _, price = words
        if kind in ("bid", "ask"):
            self.twin.set_level(BUY if kind == "bid" else SELL, int(price), int(quantity))
        else:
            self.twin.trade(SELL if kind == "bought" else BUY, int(price), int(quantity))
        self.put(words)

    def step(self) -> None:
        what = self.random.randrange(10)
        if what < 4:
            side = self.random.choice(("bid", "ask"))
            price = self.random.randint(95, 99) if side == "bid" else self.random.randint(101, 105)
            self.market([side, str(self.random.choice((0, 2, 5, 9))), "@", str(price)])
        elif what < 6:
            kind = self.random.choice(("bought", "sold"))
            price = self.random.randint(100, 104) if kind == "bought" else self.random.randint(96, 100)
            self.market([kind, str(self.random.randint(1, 7)), "@", str(price)])
        elif what < 7 and self.names:
            self.begin()
            name = f"A{self.random.randint(1, self.names)}"
            self.twin.cancel(name)
            self.put(["cancel", name])
        else:
            self.order()

    def order(self) -> None:
        self.begin()
        own, words = self.new_order()
        self.twin.submit(own)
        self.put(words)

    def new_order(self) -> tuple[Own, list[str]]:
        self.names += 1
        draw = self.random
        kind = draw.choice(self.kinds)
        side = draw.choice(("buy", "sell"))
        own = Own(f"A{self.names}", SIDES[side], kind, draw.randint(1, 9), None)
        words: list[str] = ["new", own.name, side, kind, str(own.leaves)]
        if kind in ("limit", "stop_limit", "limit_if_touched"):
            own.limit = draw.randint(95, 105)
            words += ["@", str(own.limit)]
        if kind in ("stop", "stop_limit"):
            own.stop = 100 + own.side * draw.randint(1, 4)
            words.append(f"stop={own.stop}")
        if kind.endswith("if_touched"):
            own.stop = 100 - own.side * draw.randint(1, 4)
            words.append(f"touch={own.stop}")
        if kind == "trailing_stop":
            own.trail = draw.randint(1, 4)
            words.append(f"trail={own.trail}")
        if kind == "pegged":
            own.peg, own.offset = draw.choice(("primary", "midpoint")), draw.randint(0, 2)
            words += [f"peg={own.peg}", f"peg_offset={own.offset}"]
        self.instructions(own, words)
        return own, words

    def time_in_force(self, own: Own, words: list[str]) -> None:
        draw = self.random
        own.force = "ioc" if own.kind == "market" else "gtc"
        if own.kind in ("limit", "stop_limit"):
            own.force = draw.choice(("gtc", "gtc", "gtc", "gtd", "ioc", "fok"))
        if own.force == "gtd":
            due = len(self.steps) + draw.randint(1, 10)
            self.expiries.append((due, own.name))
            words.append(f"expire_time={due}")
        else:
            words.append(own.force)

    def instructions(self, own: Own, words: list[str]) -> None:
        draw = self.random
        self.time_in_force(own, words)
        extra = draw.randrange(6)
        if own.kind != "limit" or own.force not in RESTS:
            return
        if extra == 0 and own.leaves > 1:
            own.display = draw.randint(1, own.leaves - 1)
            words.append(f"display_qty={own.display}")
        elif extra == 1:
            own.hidden = True
            words.append("hidden")
        elif extra == 2:
            own.all_or_none = True
            words.append("all_or_none")
        elif extra == 3:
            own.least = draw.randint(1, own.leaves)
            words.append(f"min_qty={own.least}")


@pytest.mark.parametrize("data", ["l3", "l2", "quotes"])
def test_the_venue_and_its_naive_twin_say_the_same(data: str) -> None:
    said: Counter[str] = Counter()
    for seed in range(60):
        world = World(data, seed)
        played = play(Scenario(f"seed {seed}", "", "", data, {}, world.steps))
        for number, (step, (words, lines)) in enumerate(zip(world.steps, played, strict=True)):
            assert lines == step.expected, f"seed {seed}, step {number}: {words}"
            said.update(line.split()[-1] if line.startswith("trade") else line.split()[0] for line in lines)
    assert min(said[what] for what in ("maker", "taker", "triggered", "expired", "rejected", "canceled")) > 20


class BarWorld(World):
    """A random story over bars."""

    kinds = KINDS[:-1]  # there is nothing to peg to

    def __init__(self, path: str, share: int, seed: int) -> None:
        self.random = random.Random(f"{path} {share} {seed}")
        self.twin = NaiveBarVenue(path, share)  # type: ignore[assignment]
        self.expiries = []
        self.names = 0
        self.steps = []
        self.price = 100
        while len(self.steps) < STEPS:
            self.step()
        self.bar()

    def step(self) -> None:
        what = self.random.randrange(10)
        if what < 4 or len(self.steps) == 0:
            self.bar()
        elif what < 5 and self.names:
            self.begin()
            name = f"A{self.random.randint(1, self.names)}"
            self.twin.cancel(name)
            self.put(["cancel", name])
        else:
            self.order()

    def bar(self) -> None:
        self.begin()
        draw = self.random
        opens = self.price + draw.choice((0, 0, 0, -3, 3))
        closes = opens + draw.randint(-4, 4)
        high = max(opens, closes) + draw.randint(0, 4)
        low = min(opens, closes) - draw.randint(0, 4)
        # Back towards 100, so that orders stay near.
        self.price = closes if 92 < closes < 108 else 100
        volume = draw.choice((10, 40, 1000))
        words = ["bar", *map(str, (opens, high, low, closes, volume))]
        before = self.names
        most = 2 if self.steps else 0  # before a first close there is no price to judge an order by
        upon = [self.within("upon", 0, words) for _ in range(draw.randint(0, most))]
        meanwhile = [self.within("meanwhile", before, words) for _ in range(draw.randint(0, most))]
        self.twin.bar((opens, high, low, closes), volume, upon, meanwhile)  # type: ignore[attr-defined]
        self.put(words)

    def within(self, when: str, known: int, words: list[str]) -> Callable[[], None]:
        """A command that comes within the bar, in words and for the twin; cancels of the orders known before."""
        if known and self.random.randrange(4) == 0:
            name = f"A{self.random.randint(1, known)}"
            words += [when, "cancel", name]
            return lambda: self.twin.cancel(name)
        own, order = self.new_order()
        words += [when, *order]
        return lambda: self.twin.submit(own)

    def instructions(self, own: Own, words: list[str]) -> None:
        self.time_in_force(own, words)


@pytest.mark.parametrize("share", [0, 1000])
@pytest.mark.parametrize("path", ["worst_case", "high_first", "low_first", "adaptive"])
def test_the_venue_of_bars_and_its_naive_twin_say_the_same(path: str, share: int) -> None:
    said: Counter[str] = Counter()
    for seed in range(40):
        world = BarWorld(path, share, seed)
        venue = {"bar_path": path, "bar_volume_share": share}
        played = play(Scenario(f"seed {seed}", "", "", "bars", venue, world.steps))
        for number, (step, (words, lines)) in enumerate(zip(world.steps, played, strict=True)):
            assert lines == step.expected, f"seed {seed}, step {number}: {words}"
            said.update(line.split()[-1] if line.startswith("trade") else line.split()[0] for line in lines)
    assert min(said[what] for what in ("maker", "taker", "triggered", "expired", "canceled")) > 10
