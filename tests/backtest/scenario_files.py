"""Reads the hand-worked rows of tests/backtest/scenarios, plays each in a back-test, and writes what came of it."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from pytrader import Backtest, Instrument, Strategy
from pytrader.backtest import LastLook, MakerProtection, MarketImpact, RecordedVenue
from pytrader.data import Stream
from pytrader.matching import SessionRules, TradingPhase, VenueRules
from pytrader.model.records import BAR, L2_EVENT, L3_EVENT, QUOTE, STATUS, TRADE
from pytrader.strategy import Buy, Sell

FOLDER = Path(__file__).parent / "scenarios"
START = 1_704_067_200_000_000_000
SECOND = 1_000_000_000
BAR_NS = 900_000_000
DTYPES = {"l3": L3_EVENT, "l2": L2_EVENT, "quote": QUOTE, "trade": TRADE, "bar": BAR, "status": STATUS}
SIDES = {"bid": 1, "ask": 2}
ADD, ERASE, EXECUTE, HIDDEN = 1, 3, 5, 6
LAST = 128
MARKET_WORDS = ("bid", "ask", "bought", "sold", "hidden", "bar", "phase", "wait")
WITHIN = ("upon", "meanwhile")  # commands at a trade at the bar's open, and in its middle
MODELS: dict[str, Any] = {
    "market_impact": MarketImpact,
    "last_look": LastLook,
    "maker_protection": MakerProtection,
}
FLAGS = ("post_only", "reduce_only", "hidden", "all_or_none", "emulate")
FORCES = ("gtc", "day", "ioc", "fok", "at_the_open", "at_the_close", "good_for_auction")
CONTINGENCIES = {"": None, "none": None, "oco": "OCO", "ouo": "OUO", "oup": "one_updates_other_proportional"}
QUIET = ("initialized", "pending_new", "pending_cancel", "pending_replace")


@dataclass
class Step:
    """What happens in one second, and the lines that must come of it."""

    words: list[str]
    expected: list[str] = field(default_factory=list)


@dataclass
class Scenario:
    """One row over one kind of data."""

    name: str
    source: str
    file: str
    data: str
    venue: dict[str, Any]
    steps: list[Step]


def scenarios(folder: Path = FOLDER) -> Iterator[Scenario]:
    """All rows of all files, each for every kind of data that it names."""
    for path in sorted(folder.glob("*.toml")):
        for entry in tomllib.loads(path.read_text(encoding="utf-8"))["row"]:
            unknown = set(entry) - {"name", "source", "data", "venue", "story"}
            if unknown:
                raise ValueError(f"{path.name}: {entry['name']}: unknown keys {sorted(unknown)}")
            for data in entry["data"].split():
                venue = entry.get("venue", {})
                yield Scenario(entry["name"], entry["source"], path.name, data, venue, steps_of(entry["story"]))


def steps_of(story: str) -> list[Step]:
    steps: list[Step] = []
    for part in story.replace("\n", "|").split("|"):
        text, _, expected = part.partition(">")
        words = text.split()
        if not words:
            continue
        lines = [" ".join(line.split()) for line in expected.split(";") if line.strip()]
        # That an order was accepted goes without saying.
        answered = lines and lines[0].split()[0] in ("rejected", "denied", "new", "emulated")
        if words[0] == "new" and not answered:
            lines.insert(0, f"new {words[1]}")
        steps.append(Step(words, lines))
    return steps


class Rows:
    """The market rows of a story as streams of one kind of data."""

    def __init__(self, data: str) -> None:
        self.data = data
        self.rows: dict[str, list[dict[str, int]]] = {}
        self.levels: dict[tuple[str, int], int] = {}

    def put(self, kind: str, **values: int) -> None:
        self.rows.setdefault(kind, []).append(values)

    def play(self, ts: int, words: list[str]) -> None:
        kind, *rest = words
        if kind == "phase":
            self.put("status", ts_event=ts, phase=TradingPhase[rest[0].upper()].value)
        elif kind == "bar":
            numbers = [int(word) for word in clauses(rest)[0]]
            volume = numbers[4] if len(numbers) > 4 else 1000
            names = ("open", "high", "low", "close")
            self.put("bar", ts_open=ts, ts_event=ts + BAR_NS, volume=volume, **dict(zip(names, numbers, strict=False)))
        elif kind in SIDES:
            self.set_level(ts, kind, int(rest[2]), int(rest[0]))
        elif kind != "wait":
            self.trade(ts, kind, int(rest[2]), int(rest[0]))

    def set_level(self, ts: int, side: str, price: int, quantity: int) -> None:
        self.levels[side, price] = quantity
        order_id = 1000 * SIDES[side] + price
        if self.data == "l3":
            old = self.levels.get((f"order {side}", price), 0)
            if old:
                self.put("l3", ts_event=ts, action=ERASE, side=SIDES[side], price=price, order_id=order_id)
            if quantity:
                self.put(
                    "l3", ts_event=ts, action=ADD, side=SIDES[side], price=price, quantity=quantity, order_id=order_id
                )
            self.levels[f"order {side}", price] = quantity
        elif self.data == "l2":
            self.put("l2", ts_event=ts, action=ADD, side=SIDES[side], price=price, quantity=quantity)
        elif self.data == "quotes":
            self.put_quote(ts)

    def put_quote(self, ts: int) -> None:
        bids = [price for (side, price), quantity in self.levels.items() if side == "bid" and quantity]
        asks = [price for (side, price), quantity in self.levels.items() if side == "ask" and quantity]
        bid, ask = max(bids, default=0), min(asks, default=0)
        self.put(
            "quote",
            ts_event=ts,
            bid_price=bid,
            ask_price=ask,
            bid_quantity=self.levels.get(("bid", bid), 0),
            ask_quantity=self.levels.get(("ask", ask), 0),
        )

    def trade(self, ts: int, kind: str, price: int, quantity: int) -> None:
        """A buyer or a seller traded, or something hidden did: the level that was hit shows it at once."""
        side = "ask" if kind == "bought" else "bid"
        shown = self.levels.get((side, price), 0)
        if self.data == "l3":
            executed = min(shown, quantity)
            if executed:
                order_id = 1000 * SIDES[side] + price
                self.put(
                    "l3",
                    ts_event=ts,
                    action=EXECUTE,
                    side=SIDES[side],
                    price=price,
                    quantity=executed,
                    order_id=order_id,
                )
                self.levels[f"order {side}", price] = self.levels[side, price] = shown - executed
            if quantity > executed:
                self.put("l3", ts_event=ts, action=HIDDEN, side=SIDES[side], price=price, quantity=quantity - executed)
            return
        self.put("trade", ts_event=ts, price=price, quantity=quantity, aggressor_side=3 - SIDES[side])
        if shown and self.data != "trades":
            self.set_level(ts, side, price, max(0, shown - quantity))

    def streams(self, instrument: Instrument) -> list[Stream]:
        made = []
        for kind, rows in self.rows.items():
            array = np.zeros(len(rows), DTYPES[kind])
            for name in array.dtype.names or ():
                array[name] = [row.get(name, 0) for row in rows]
            array["ts_init"] = array["ts_event"]
            if "flags" in (array.dtype.names or ()):
                array["flags"] = LAST
            made.append(Stream(instrument, kind, columns_of(array), BAR_NS if kind == "bar" else 0))  # type: ignore[arg-type]
        return made


def clauses(words: list[str]) -> list[list[str]]:
    """A bar's words: the row, and then each command that comes within it with the word that says when."""
    parts: list[list[str]] = [[]]
    for word in words:
        if word in WITHIN:
            parts.append([])
        parts[-1].append(word)
    return parts


def columns_of(array: npt.NDArray[np.void]) -> dict[str, Any]:
    return {name: array[name] for name in array.dtype.names or ()}


class Script(Strategy):
    """Sends the orders of a story at their seconds, and writes down what comes of them."""

    def __init__(self, steps: list[Step]) -> None:
        super().__init__()
        self._steps = steps
        self._orders: dict[str, Any] = {}
        self._names: dict[str, str] = {}
        self._upon: dict[int, list[list[str]]] = {}
        self.lines: dict[int, list[str]] = {}

    def on_start(self) -> None:
        for second, step in enumerate(self._steps):
            at = START + second * SECOND
            if step.words[0] not in MARKET_WORDS:
                self.clock.set_alert(str(second), at=at)
            for place, (when, *_) in enumerate(clauses(step.words)[1:], 1):
                if when == "meanwhile":
                    self.clock.set_alert(f"{second} {place}", at=at + BAR_NS // 2)
                else:
                    self._upon.setdefault(at, []).append(clauses(step.words)[place][1:])

    def on_timer(self, timer: Any) -> None:
        second, *place = map(int, timer.name.split())
        words = self._steps[second].words
        self._command(clauses(words)[place[0]][1:] if place else words)

    def _command(self, words: list[str]) -> None:
        kind, name, *rest = words
        if kind == "new":
            self._send(name, rest)
        elif kind == "list":
            self._send_list(name, rest)
        elif kind == "cancel":
            if name in self._orders:
                self.cancel(self._orders[name])
        else:
            quantity, *more = rest
            keys = dict(word.split("=") for word in more if "=" in word)
            limit = more[1] if more[:1] == ["@"] else None
            self.replace(self._orders[name], quantity=quantity, limit=limit, **keys)

    def _send(self, name: str, words: list[str]) -> None:
        side, quantity, terms = self._read(name, words)
        self._orders[name] = getattr(self, side)(quantity, **terms)

    def _send_list(self, kind: str, words: list[str]) -> None:
        first, _, among = kind.partition("+") if kind.startswith("oto") else ("", "", kind)
        names, orders = [], []
        for text in " ".join(words).split(" & "):
            name, *rest = text.split()
            side, quantity, terms = self._read(name, rest)
            names.append(name)
            orders.append({"buy": Buy, "sell": Sell}[side](quantity, **terms))
        handles = self.submit_list(
            orders[1:] if first else orders,
            contingency=CONTINGENCIES[among],
            parent=orders[0] if first else None,
            trigger_mode="full" if first.endswith("_full") else "partial",
        )
        self._orders.update(zip(names, handles, strict=True))

    def _read(self, name: str, words: list[str]) -> tuple[str, str, dict[str, Any]]:
        side, order_type, quantity, *rest = words
        terms: dict[str, Any] = {"tag": name}
        if rest[:1] == ["@"]:
            terms["limit"], rest = rest[1], rest[2:]
        if order_type in ("market_to_limit", "market_with_protection"):
            terms["order_type"] = order_type
        for word in rest:
            key, equals, value = word.partition("=")
            if key in FLAGS:
                terms[key] = True
            elif key in FORCES:
                terms["time_in_force"] = key
            elif not equals:
                raise ValueError(f"unknown word {word!r}")
            else:
                terms[key] = START + int(value) * SECOND if key == "expire_time" else value
        return side, quantity, terms

    def on_order_event(self, event: Any) -> None:
        kind = event.exec_type.name.lower().rstrip("_")
        if kind in QUIET:
            return
        name = event.order.tag
        second = (event.ts_event - START) // SECOND
        line = f"{kind} {name}"
        if kind == "trade":
            line += f" {event.last_qty_lots} @ {event.last_px_ticks} {event.liquidity.name.lower()}"
        elif kind == "new":
            line += f" @ {event.price}" if self._has_new_price(second, name) else ""
        elif kind in ("replaced", "restated"):
            line += f" {event.order_qty}" + (f" @ {event.price}" if event.price is not None else "")
        if event.reason is not None and event.reason.code:
            line += f" {event.reason.code.name.lower()}"
        self.lines.setdefault(int(second), []).append(line)
        if kind == "trade":
            for words in self._upon.pop(event.ts_event, []):
                self._command(words)

    def _has_new_price(self, second: int, name: str) -> bool:
        return any(line.startswith(f"new {name} @") for line in self._steps[second].expected)


def play(scenario: Scenario) -> list[tuple[str, list[str]]]:
    """What comes of each step, beside what must come."""
    rows = Rows(scenario.data)
    for second, step in enumerate(scenario.steps):
        if step.words[0] in MARKET_WORDS:
            rows.play(START + second * SECOND, step.words)
    # A run ends with its last row: one after the story, of which nothing is read.
    last = {"trades": "sold 1 @ 1", "bars": "bar 1 1 1 1"}.get(scenario.data, "bid 1 @ 1")
    rows.play(START + len(scenario.steps) * SECOND, last.split())
    fields = dict(scenario.venue)
    own = {key: fields.pop(key) for key in ("refuses_self_trade", "bar_path", "bar_volume_share") if key in fields}
    own |= {key: model(**fields.pop(key)) for key, model in MODELS.items() if key in fields}
    if "session" in fields:
        fields["session"] = SessionRules(**fields["session"])
    rules = VenueRules(**fields) if fields else None
    instrument = Instrument("ABC", "XTST", quote_currency="USD", tick_size="1", lot_size="1")
    script = Script(scenario.steps)
    held = any("emulate" in step.words for step in scenario.steps)
    Backtest(
        script,
        rows.streams(instrument),
        cash="1000000000 USD",
        venue=RecordedVenue(rules, **own),
        emulate="where_needed" if held else "never",
        check_every_event=True,
    ).run()
    return [(" ".join(step.words), script.lines.get(second, [])) for second, step in enumerate(scenario.steps)]
