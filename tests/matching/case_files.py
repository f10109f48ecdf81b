"""Reads the hand-worked cases of tests/matching/cases and writes what an engine did in the same words."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.matching.naive.rows import (
    FLAGS,
    KINDS,
    NO_PRICE,
    ORDER_TYPES,
    OUTCOMES,
    PEG_TYPES,
    PHASES,
    REASONS,
    REJECTED,
    SELF_TRADE,
    SELL,
    SIDES,
    TIMES_IN_FORCE,
    TRAILING_UNITS,
    UPDATES,
    Fill,
    Message,
    Terms,
    Update,
)

FOLDER = Path(__file__).parent / "cases"
LOOKS = ("book", "order", "owner_position")
WORDS_OF = {"trailing_unit": TRAILING_UNITS, "peg_type": PEG_TYPES, "self_trade": SELF_TRADE}


def inverse(table: dict[str, int]) -> dict[int, str]:
    return {code: name for name, code in table.items()}


OUTCOME_NAMES, REASON_NAMES, PHASE_NAMES = inverse(OUTCOMES), inverse(REASONS), inverse(PHASES)
UPDATE_NAMES, SIDE_NAMES = inverse(UPDATES), inverse(SIDES)


@dataclass
class Step:
    """A message or a look, and the lines that must come of it."""

    text: str
    status: str | None = None
    events: list[str] = field(default_factory=list)


@dataclass
class Case:
    """One case: its rules, its source and its story."""

    name: str
    source: str
    file: str
    rules: dict[str, Any]
    steps: list[Step]


def cases(folder: Path = FOLDER) -> Iterator[Case]:
    """All cases of all files, in the order of their files."""
    for path in sorted(folder.glob("*.toml")):
        for entry in tomllib.loads(path.read_text(encoding="utf-8"))["case"]:
            unknown = set(entry) - {"name", "source", "rules", "story"}
            if unknown:
                raise ValueError(f"{path.name}: {entry['name']}: unknown keys {sorted(unknown)}")
            yield Case(entry["name"], entry["source"], path.name, entry.get("rules", {}), steps_of(entry["story"]))


def steps_of(story: str) -> list[Step]:
    steps: list[Step] = []
    for line in story.splitlines():
        text = line.split("#")[0].rstrip()
        if not text:
            continue
        if text[0] == " ":
            steps[-1].events.append(" ".join(text.split()))
            continue
        words, arrow, status = text.partition("->")
        if bool(arrow) == (words.split()[0] in LOOKS):
            raise ValueError(f"a message has a status, a look has none: {line!r}")
        steps.append(Step(" ".join(words.split()), " ".join(status.split()) or None))
    return steps


def parse(text: str) -> tuple[Message, Terms | None]:
    """The message that a line stands for, and its terms if it has any."""
    words = text.split()
    kind = words.pop(0)
    if kind == "new":
        return parse_new(words)
    if kind in ("clock", "phase", "reference_price"):
        (word,) = words
        value = PHASES[word] if kind == "phase" else price_of(word)
        where = "price" if kind == "reference_price" else "quantity"
        return Message(KINDS[kind], **{where: value}), None
    if kind == "cancel":
        (order_id,) = words
        return Message(KINDS[kind], order_id=int(order_id)), None
    if kind == "replace":
        order_id, quantity, *rest = words
        price, rest = price_and_rest(rest)
        fields, terms = keys_of(rest)
        return Message(KINDS[kind], price=price, quantity=int(quantity), order_id=int(order_id), **fields), terms
    owner, *value = words
    return Message(KINDS[kind], owner=int(owner), quantity=int(value[0]) if value else 0), None


def parse_new(words: list[str]) -> tuple[Message, Terms | None]:
    order_id, side, order_type, quantity, *rest = words
    price, rest = price_and_rest(rest)
    forces = [word for word in rest if word in TIMES_IN_FORCE]
    flags = [word for word in rest if word in FLAGS]
    fields, terms = keys_of([word for word in rest if word not in (*forces, *flags)])
    force = forces[0] if forces else ("ioc" if order_type == "market" else "gtc")
    message = Message(
        KINDS["new"],
        SIDES[side],
        ORDER_TYPES[order_type],
        TIMES_IN_FORCE[force],
        sum(FLAGS[word] for word in flags),
        price=price,
        quantity=int(quantity),
        order_id=int(order_id),
    )
    return message._replace(**fields), terms


def price_of(word: str) -> int:
    return NO_PRICE if word == "none" else int(word)


def price_and_rest(words: list[str]) -> tuple[int, list[str]]:
    if words and words[0] == "@":
        return price_of(words[1]), words[2:]
    return NO_PRICE, words


def keys_of(words: list[str]) -> tuple[dict[str, int], Terms | None]:
    fields, terms = {}, {}
    for word in words:
        key, _, value = word.partition("=")
        number = WORDS_OF[key][value] if key in WORDS_OF else int(value)
        (terms if key in Terms._fields else fields)[key] = number
    unknown = set(fields) - {"owner", "self_trade"}
    if unknown:
        raise ValueError(f"unknown words {sorted(unknown)}")
    return fields, Terms(**terms) if terms else None


def status_text(status: int) -> str:
    if status >= REJECTED:
        return f"rejected {REASON_NAMES[status - REJECTED]}"
    return OUTCOME_NAMES[status]


def event_texts(fills: list[Fill], updates: list[Update]) -> list[str]:
    """Fills and updates of one message as lines, in the order in which they happened."""
    lines: list[str] = []
    waiting = list(updates)
    for number, fill in enumerate(fills):
        while waiting and waiting[0].fill_index <= number:
            lines.append(update_text(waiting.pop(0)))
        lines.append(fill_text(fill))
    return lines + [update_text(update) for update in waiting]


def fill_text(fill: Fill) -> str:
    kind = "trade" if fill.taker_side else "auction trade"
    return f"{kind} {fill.taker_order_id} with {fill.maker_order_id}: {fill.quantity} @ {fill.price}"


def price_text(price: int) -> str:
    return "none" if price == NO_PRICE else str(price)


def update_text(update: Update) -> str:
    name, order_id = UPDATE_NAMES[update.kind], update.order_id
    price, quantity = price_text(update.price), update.quantity
    if name in ("triggered", "repriced", "stop_moved"):
        return f"{name} {order_id} @ {price}"
    if name in ("refilled", "expired", "decremented", "activated"):
        return f"{name} {order_id}: {quantity}"
    if name == "canceled":
        return f"canceled {order_id}: {quantity} {REASON_NAMES[update.reason]}"
    if name == "phase_changed":
        return f"phase {PHASE_NAMES[update.detail]}"
    if name == "auction_price":
        return f"auction_price {quantity} @ {price}"
    if name == "band_changed":
        return f"band {price} to {price_text(quantity)}"
    if name == "limit_state":
        return f"limit_state {SIDE_NAMES[update.side]} @ {price}" if update.side else "limit_state none"
    if quantity == 0:
        return "indicative none"
    surplus = f"{SIDE_NAMES[update.side]} surplus {update.leaves_qty}" if update.leaves_qty else "no surplus"
    return f"indicative {quantity} @ {price}, {surplus}"


Book = dict[int, list[tuple[int, list[tuple[int, int]]]]]


def book_texts(book: Book) -> list[str]:
    """The displayed book of both sides as lines."""
    lines = []
    for side in (SELL, 3 - SELL):
        word = "ask" if side == SELL else "bid"
        for price, orders in book[side]:
            queue = ", ".join(f"{order_id} x {quantity}" for order_id, quantity in orders)
            lines.append(f"{word} {price}: {queue}")
    return lines


def canonical(text: str) -> str:
    """One spelling of a line: spaces do not matter."""
    return re.sub(r"\s+", " ", text).strip()
