"""Makes streams of messages that bring every feature of the matching engine together, from a seed alone."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

from tests.matching.naive.rows import (
    BUY,
    FLAGS,
    INT64_MAX,
    KINDS,
    NO_PRICE,
    ORDER_TYPES,
    PHASES,
    SELF_TRADE,
    SELL,
    TIMES_IN_FORCE,
    Message,
    Terms,
)

OWNERS = (0, 0, 1, 2, 3, 4)
TRIGGERS = tuple(
    ORDER_TYPES[name]
    for name in (
        "stop",
        "stop_limit",
        "market_if_touched",
        "limit_if_touched",
        "trailing_stop",
        "trailing_stop_limit",
    )
)
TRAILING = TRIGGERS[4:]
WITHOUT_LIMIT = (TRIGGERS[0], TRIGGERS[2], TRIGGERS[4], TRIGGERS[5])
RESTING_FORCES = tuple(TIMES_IN_FORCE[name] for name in ("gtc", "gtc", "gtc", "gtc", "day", "gtd"))
FORCES = (*RESTING_FORCES, *(TIMES_IN_FORCE[name] for name in ("ioc", "fok")))
AUCTION_FORCES = tuple(TIMES_IN_FORCE[name] for name in ("at_the_open", "at_the_close", "good_for_auction"))
GTD = TIMES_IN_FORCE["gtd"]


# Days as venues run them, each beginning in continuous trading and ending there.
DAYS = (
    ("closing_auction", "post_close", "closed", "pre_open", "opening_auction", "continuous"),
    ("volatility_auction", "continuous"),
    ("intraday_auction", "continuous"),
    ("halt", "intraday_auction", "continuous"),
    ("intraday_auction", "volatility_auction", "continuous"),
    (
        "closing_auction",
        "volatility_auction",
        "closing_auction",
        "post_close",
        "closed",
        "opening_auction",
        "continuous",
    ),
    ("halt", "continuous"),
    ("closed", "pre_open", "continuous"),
)


@dataclass(frozen=True)
class Mix:
    """How often a stream does what, as weights, and how its numbers lie."""

    plain: int = 30
    market: int = 4
    trigger: int = 10
    iceberg: int = 8
    hidden: int = 4
    all_or_none: int = 6
    minimum: int = 4
    pegged: int = 5
    post_only: int = 3
    reduce_only: int = 5
    protected: int = 3
    auction: int = 0
    cancel: int = 14
    replace: int = 14
    clock: int = 2
    control: int = 2
    phase: int = 0
    malformed: int = 1
    ids: int = 200
    spread: int = 6
    center: int = 1000
    quantity: int = 12


MIXES = {
    "everything": Mix(),
    "stops": Mix(trigger=40, market=10, iceberg=2, spread=10, ids=300),
    "icebergs": Mix(iceberg=35, hidden=10, spread=3),
    "all or none": Mix(all_or_none=25, minimum=12, pegged=2, spread=3, trigger=3),
    "pegs": Mix(pegged=25, hidden=8, cancel=20),
    "self-trade": Mix(reduce_only=20, spread=3, control=6),
    "replaces": Mix(replace=40, trigger=15, spread=3, ids=50),
    "few prices below zero": Mix(center=-2, spread=2, quantity=40),
    "extremes": Mix(center=INT64_MAX - 3, spread=3, quantity=2**60, iceberg=0),
    "sessions": Mix(phase=5, auction=12, clock=4),
}


class StreamMaker:
    """An endless stream: `batch` gives the next messages and their table of terms."""

    def __init__(self, seed: int, mix: Mix) -> None:
        self.random = random.Random(seed)
        self.mix = mix
        self.clock = 0
        self.day: list[str] = []
        self.used = 0
        self.center = mix.center
        makers: dict[str, Callable[[], tuple[Message, Terms | None]]] = {
            "plain": self.plain,
            "market": self.market,
            "trigger": self.trigger,
            "iceberg": self.iceberg,
            "hidden": self.hidden,
            "all_or_none": self.all_or_none,
            "minimum": self.minimum,
            "pegged": self.pegged,
            "post_only": self.post_only,
            "reduce_only": self.reduce_only,
            "protected": self.protected,
            "auction": self.for_auction,
            "cancel": self.cancel,
            "replace": self.replace,
            "clock": self.clock_message,
            "control": self.control,
            "phase": self.phase,
            "malformed": self.malformed,
        }
        self.makers = list(makers.values())
        self.weights = [getattr(mix, name) for name in makers]

    def batch(self, size: int) -> tuple[list[Message], list[Terms]]:
        messages, table = [], []
        for make in self.random.choices(self.makers, self.weights, k=size):
            message, terms = make()
            if terms is not None:
                table.append(terms)
                message = message._replace(terms=len(table))
            messages.append(message)
        if self.random.random() < 0.02:
            self.center = max(NO_PRICE + 100, min(INT64_MAX - 3, self.center + self.random.randint(-4, 4)))
        return messages, table

    def price(self) -> int:
        mix = self.mix
        return min(INT64_MAX, self.center + self.random.randint(-mix.spread, mix.spread))

    def quantity(self) -> int:
        return self.random.randint(1, self.mix.quantity)

    def order_id(self) -> int:
        """Mostly an id that was used lately, some of them at the end of 64 bits."""
        if self.random.random() < 0.8:
            return self.spelled((self.used - self.random.randrange(40)) % self.mix.ids)
        return self.spelled(self.random.randrange(self.mix.ids))

    def new_id(self) -> int:
        """Mostly the id that was used longest ago, so that most new orders are no duplicates."""
        self.used += 1
        return self.spelled(self.used % self.mix.ids) if self.random.random() < 0.9 else self.order_id()

    @staticmethod
    def spelled(number: int) -> int:
        return number if number % 3 else 2**64 - 1 - number

    def order(self, order_type: str = "limit", forces: tuple[int, ...] = FORCES) -> tuple[Message, dict[str, int]]:
        """A new order with its own id, side, quantity, owner; and its terms as far as its time in force needs them."""
        choose = self.random.choice
        force = choose(forces)
        owner = choose(OWNERS)
        flags = FLAGS["lead_market_maker"] if self.random.random() < 0.1 else 0
        if owner and self.random.random() < 0.05:
            flags |= FLAGS["reduce_only"]
        message = Message(
            KINDS["new"],
            choose((BUY, SELL)),
            ORDER_TYPES[order_type],
            force,
            flags,
            self_trade=choose((0, 0, *SELF_TRADE.values())),
            price=self.price(),
            quantity=self.quantity(),
            order_id=self.new_id(),
            owner=owner,
        )
        return message, {"expire_time": self.clock + self.random.randint(0, 30)} if force == GTD else {}

    def plain(self) -> tuple[Message, Terms | None]:
        message, terms = self.order()
        return message, Terms(**terms) if terms else None

    def market(self) -> tuple[Message, Terms | None]:
        message, _ = self.order("market", (*FORCES[:1], *FORCES[-2:]))
        return message._replace(price=self.random.choice((0, NO_PRICE))), None

    def protected(self) -> tuple[Message, Terms | None]:
        message, terms = self.order(self.random.choice(("market_to_limit", "market_with_protection")))
        return message._replace(price=NO_PRICE), Terms(**terms) if terms else None

    def trigger(self) -> tuple[Message, Terms | None]:
        message, terms = self.order("stop")
        choose, below = self.random.choice, self.random.randint
        order_type = choose(TRIGGERS)
        message = message._replace(order_type=order_type)
        if order_type in WITHOUT_LIMIT:
            message = message._replace(price=NO_PRICE)
        if order_type in TRAILING:
            terms["trailing_unit"] = choose((0, 0, 1))
            terms["trailing_offset"] = below(1, 400) if terms["trailing_unit"] else below(1, 6)
            terms["trailing_step"] = choose((0, 0, 1, 2, 30))
            if self.random.random() < 0.4:
                terms["activation_price"] = self.price()
            if order_type == TRAILING[1]:
                terms["limit_offset"] = below(0, 3)
        else:
            terms["stop_price"] = self.price()
        if order_type not in WITHOUT_LIMIT and self.random.random() < 0.15:
            terms["display_qty"] = below(1, message.quantity)
        if order_type not in WITHOUT_LIMIT and self.random.random() < 0.15:
            message = message._replace(flags=message.flags | FLAGS["hidden"])
        return message, Terms(**terms)

    def iceberg(self) -> tuple[Message, Terms | None]:
        message, terms = self.order(forces=RESTING_FORCES)
        message = message._replace(quantity=message.quantity * 3)
        terms["display_qty"] = self.random.randint(1, 6)
        if self.random.random() < 0.3:
            terms["display_range"] = self.random.randint(0, terms["display_qty"])
        return message, Terms(**terms)

    def flagged(self, flag: str, forces: tuple[int, ...] = FORCES) -> tuple[Message, Terms | None]:
        message, terms = self.order(forces=forces)
        return message._replace(flags=message.flags | FLAGS[flag]), Terms(**terms) if terms else None

    def hidden(self) -> tuple[Message, Terms | None]:
        return self.flagged("hidden", RESTING_FORCES)

    def all_or_none(self) -> tuple[Message, Terms | None]:
        return self.flagged("all_or_none")

    def post_only(self) -> tuple[Message, Terms | None]:
        return self.flagged("post_only", RESTING_FORCES)

    def reduce_only(self) -> tuple[Message, Terms | None]:
        message, terms = self.flagged("reduce_only")
        return message._replace(owner=self.random.randint(1, 4)), terms

    def minimum(self) -> tuple[Message, Terms | None]:
        message, terms = self.order()
        terms["min_qty"] = self.random.randint(1, message.quantity)
        return message, Terms(**terms)

    def pegged(self) -> tuple[Message, Terms | None]:
        message, terms = self.order("pegged", RESTING_FORCES)
        if self.random.random() < 0.5:
            message = message._replace(price=NO_PRICE)
        terms["peg_type"] = self.random.randint(1, 2)
        terms["peg_offset"] = self.random.choice((0, 0, 0, 1, 2))
        return message, Terms(**terms)

    def for_auction(self) -> tuple[Message, Terms | None]:
        order_type = self.random.choice(("limit", "limit", "market"))
        message, _ = self.order(order_type, AUCTION_FORCES)
        return message if order_type == "limit" else message._replace(price=NO_PRICE), None

    def cancel(self) -> tuple[Message, Terms | None]:
        return Message(KINDS["cancel"], order_id=self.order_id()), None

    def replace(self) -> tuple[Message, Terms | None]:
        message = Message(
            KINDS["replace"],
            price=NO_PRICE if self.random.random() < 0.2 else self.price(),
            quantity=self.quantity(),
            order_id=self.order_id(),
        )
        draw = self.random.random()
        if draw < 0.15:
            return message, Terms(stop_price=self.price())
        if draw < 0.25:
            return message, Terms(display_qty=self.random.randint(1, 5))
        return message, None

    def clock_message(self) -> tuple[Message, Terms | None]:
        self.clock += self.random.choice((0, 1, 5, 10, 20))
        return Message(KINDS["clock"], quantity=self.clock), None

    def control(self) -> tuple[Message, Terms | None]:
        kind = self.random.choice(("mass_cancel", "position", "group", "reference_price"))
        owner = self.random.randint(0, 5) if kind != "mass_cancel" else self.random.randint(1, 9)
        quantity = self.random.randint(-15, 15) if kind == "position" else self.random.randint(0, 2)
        return Message(KINDS[kind], price=self.price(), quantity=quantity, owner=owner), None

    def phase(self) -> tuple[Message, Terms | None]:
        """Mostly the next phase of some day, now and then any."""
        if self.random.random() < 0.15:
            return Message(KINDS["phase"], quantity=self.random.randint(-1, 9)), None
        if not self.day:
            self.day = list(self.random.choice(DAYS))
        return Message(KINDS["phase"], quantity=PHASES[self.day.pop(0)]), None

    def malformed(self) -> tuple[Message, Terms | None]:
        """A message of which one or two fields hold what they should not."""
        message, terms = self.random.choice((self.plain, self.trigger, self.iceberg, self.pegged))()
        choose = self.random.choice
        changes: dict[str, tuple[int, ...]] = {
            "kind": (0, 10, 255),
            "side": (0, 3, 255),
            "order_type": (0, 5, 255),
            "time_in_force": (2, 5, 7, 66, 200),
            "flags": (32, 64, 65535, 12, 9),
            "self_trade": (6, 255),
            "price": (NO_PRICE, 0, INT64_MAX),
            "quantity": (0, -1, NO_PRICE, INT64_MAX),
            "terms": (10**6, 2**32 - 1),
        }
        name = choose(list(changes))
        if name != "terms" and terms is not None and self.random.random() < 0.5:
            field = choose(Terms._fields)
            return message, terms._replace(**{field: choose((-1, 0, 1, 3, NO_PRICE, INT64_MAX))})
        return message._replace(**{name: choose(changes[name])}), terms if name != "terms" else None
