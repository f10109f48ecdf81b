"""The naive and the compiled engine behind one set of calls in rows of integers."""

from __future__ import annotations

from typing import Any, Protocol

from tests.matching.case_files import book_texts, event_texts, status_text
from tests.matching.naive import NaiveEngine, Rules
from tests.matching.naive.rows import BUY, SELL, Message, Terms

Book = dict[int, list[tuple[int, list[tuple[int, int]]]]]


class RowEngine(Protocol):
    """What both engines do, in rows."""

    def tell(self, message: Message, terms: Terms | None = None) -> tuple[str, list[str]]: ...

    def look(self, text: str) -> list[str]: ...


class NaiveRows:
    """The naive engine, for cases."""

    def __init__(self, rules: dict[str, Any]) -> None:
        self.engine = NaiveEngine(Rules(**rules))

    def tell(self, message: Message, terms: Terms | None = None) -> tuple[str, list[str]]:
        table = [] if terms is None else [terms]
        statuses, fills, updates = self.engine.apply([message._replace(terms=len(table))], table)
        return status_text(statuses[0]), event_texts(fills, updates)

    def look(self, text: str) -> list[str]:
        what, *words = text.split()
        if what == "book":
            return book_texts({side: self.engine.sides[side].displayed() for side in (BUY, SELL)})
        if what == "owner_position":
            return [str(self.engine.positions.get(int(words[0]), 0))]
        order = self.engine.orders.get(int(words[0]))
        return ["none" if order is None else f"open {order.leaves}"]


ROW_ENGINES = {"naive": NaiveRows}
