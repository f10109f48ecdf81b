"""The naive and the compiled engine behind one set of calls in rows of integers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np

from pytrader import matching
from pytrader.matching import ORDER_MESSAGE, ORDER_TERMS, MatchingEngine, VenueRules
from tests.matching.case_files import Book, book_texts, event_texts, status_text
from tests.matching.naive import NaiveEngine, Rules
from tests.matching.naive.bands import BAND_DEFAULTS, SESSION_DEFAULTS
from tests.matching.naive.rows import BUY, SELL, Fill, Message, Terms, Update
from tests.matching.naive_allocation import AllocationTerms

PLAIN_SETTINGS = tuple(set(Rules.__dataclass_fields__) - {"allocation", "session", "bands"})

SIDE_WORDS = {BUY: "buy", SELL: "sell"}
BANDS = ("entry", "static_range", "dynamic_range")
BAND_WIDTHS = ("up_ticks", "up_basis_points", "down_ticks", "down_basis_points", "greater")


class RowEngine(Protocol):
    """What both engines do, in rows."""

    def apply(
        self, messages: Sequence[Message], terms: Sequence[Terms]
    ) -> tuple[list[int], list[Fill], list[Update]]: ...

    def book(self) -> Book: ...

    def live(self) -> dict[int, tuple[int, int]]: ...

    def open_quantity(self, order_id: int) -> int | None: ...

    def position(self, owner: int) -> int: ...


class NaiveRows:
    """The naive engine."""

    def __init__(self, rules: dict[str, Any]) -> None:
        rules = dict(rules)
        preset = rules.pop("preset", None)
        if preset is not None:
            rules = {**preset_rules(preset), **rules}
        self.engine = NaiveEngine(Rules(**rules))
        self.apply = self.engine.apply

    def book(self) -> Book:
        return {side: self.engine.sides[side].displayed() for side in (BUY, SELL)}

    def live(self) -> dict[int, tuple[int, int]]:
        """Open and executed quantity of every live order, wherever it waits."""
        return {order_id: (order.leaves, order.executed) for order_id, order in self.engine.orders.items()}

    def open_quantity(self, order_id: int) -> int | None:
        order = self.engine.orders.get(order_id)
        return None if order is None else order.leaves

    def position(self, owner: int) -> int:
        return self.engine.positions.get(owner, 0)


class CompiledRows:
    """The compiled engine; its invariants are checked after every batch."""

    def __init__(self, rules: dict[str, Any]) -> None:
        self.engine = MatchingEngine(tick=1, lot=1, rules=venue_rules(rules))

    def apply(self, messages: Sequence[Message], terms: Sequence[Terms]) -> tuple[list[int], list[Fill], list[Update]]:
        status, fills = self.engine.apply(message_rows(messages), np.array(list(terms), ORDER_TERMS))
        updates = self.engine.updates.tolist()
        self.engine.self_check()
        return status.tolist(), [Fill(*row) for row in fills.tolist()], [Update(*row) for row in updates]

    def book(self) -> Book:
        return {side: self._levels(side, word) for side, word in SIDE_WORDS.items()}

    def _levels(self, side: int, word: str) -> list[tuple[int, list[tuple[int, int]]]]:
        bids, asks = self.engine.depth(1_000_000)
        levels = []
        for level in bids if side == BUY else asks:
            orders = self.engine.queue(word, level.price)
            shown = [(order.order_id, int(order.display_qty.as_decimal())) for order in orders]
            queue = [(order_id, quantity) for order_id, quantity in shown if quantity]
            assert sum(quantity for _, quantity in queue) == level.quantity.as_decimal()
            assert len(queue) == level.count
            levels.append((int(level.price.as_decimal()), queue))
        return levels

    def live(self) -> dict[int, tuple[int, int]]:
        """Open and executed quantity of every live order, wherever it waits."""
        return {
            order.order_id: (int(order.leaves_qty.as_decimal()), int(order.cum_qty.as_decimal()))
            for order in self.engine.orders()
        }

    def open_quantity(self, order_id: int) -> int | None:
        order = self.engine.order(order_id)
        return None if order is None else int(order.leaves_qty.as_decimal())

    def position(self, owner: int) -> int:
        return int(self.engine.position(owner).as_decimal())


def venue_rules(rules: dict[str, Any]) -> VenueRules:
    """VenueRules from the words of a case or of the naive twin's rules."""
    settings = dict(rules)
    preset = settings.pop("preset", None)
    if "allocation" in settings:
        allocation = dict(settings["allocation"])
        makers = allocation.pop("lead_market_makers", {})
        allocation["lead_market_makers"] = {int(owner): percent for owner, percent in makers.items()}
        settings["allocation"] = matching.AllocationRules(**allocation)
    if "session" in settings:
        settings["session"] = matching.SessionRules(**settings["session"])
    if "bands" in settings:
        bands = settings["bands"]
        widths = {name: matching.PriceBand(**bands[name]) for name in BANDS if name in bands}
        settings["bands"] = matching.BandRules(**{**bands, **widths})
    if preset is None:
        return VenueRules(**settings)
    stated = getattr(VenueRules, preset)()
    return stated.changed(**settings) if settings else stated


def preset_rules(preset: str) -> dict[str, Any]:
    """A preset as the naive twin's rules state it."""
    stated = getattr(VenueRules, preset)()
    rules: dict[str, Any] = {name: getattr(stated, name) for name in PLAIN_SETTINGS}
    rules["allocation"] = {name: getattr(stated.allocation, name) for name in AllocationTerms.__dataclass_fields__}
    rules["session"] = {name: getattr(stated.session, name) for name in SESSION_DEFAULTS}
    rules["bands"] = {
        name: {width: getattr(getattr(stated.bands, name), width) for width in BAND_WIDTHS}
        if name in BANDS
        else getattr(stated.bands, name)
        for name in BAND_DEFAULTS
    }
    return rules


def message_rows(messages: Sequence[Message]) -> np.ndarray:
    """The messages as ORDER_MESSAGE rows; the reserved byte is 0."""
    return np.array([(*message[:6], 0, *message[6:]) for message in messages], ORDER_MESSAGE)


ROW_ENGINES = {"naive": NaiveRows, "compiled": CompiledRows}


def tell(engine: RowEngine, message: Message, terms: Terms | None = None) -> tuple[str, list[str]]:
    """Apply one message; its status and events as lines."""
    table = [] if terms is None else [terms]
    statuses, fills, updates = engine.apply([message._replace(terms=len(table))], table)
    return status_text(statuses[0]), event_texts(fills, updates)


def look(engine: RowEngine, text: str) -> list[str]:
    """What a look at the engine shows, as lines."""
    what, *words = text.split()
    if what == "book":
        return book_texts(engine.book())
    if what == "owner_position":
        return [str(engine.position(int(words[0])))]
    quantity = engine.open_quantity(int(words[0]))
    return ["none" if quantity is None else f"open {quantity}"]
