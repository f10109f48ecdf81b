"""The naive and the compiled engine behind one set of calls, so that one suite runs on both."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from decimal import Decimal
from typing import NamedTuple, Protocol

from pytrader.matching import MatchingEngine, Report
from tests.matching.case_files import OUTCOME_NAMES, REASON_NAMES, SIDE_NAMES
from tests.matching.naive import NaiveEngine, Rules
from tests.matching.naive.rows import (
    FLAGS,
    KINDS,
    NO_PRICE,
    ORDER_TYPES,
    REJECTED,
    SIDES,
    TIMES_IN_FORCE,
    Fill,
    Message,
)
from tests.matching.row_engines import venue_rules

TICK = Decimal("0.01")
LOT = Decimal(1)
ZERO = Decimal(0)
ANY_VENUE = Rules()


class Reported(NamedTuple):
    """One report in plain Python values; both engines' reports are compared in this form."""

    exec_type: str
    order_id: int
    side: str | None = None
    price: Decimal | None = None
    quantity: Decimal = ZERO
    leaves_qty: Decimal = ZERO
    maker_order_id: int | None = None
    maker_leaves_qty: Decimal | None = None
    reason: str = "none"


class Engine(Protocol):
    """What both engines do, in plain Python values."""

    def submit(
        self,
        order_id: int,
        side: str,
        order_type: str,
        quantity: Decimal,
        price: Decimal | None = None,
        time_in_force: str = "gtc",
        post_only: bool = False,
    ) -> list[Reported]: ...

    def cancel(self, order_id: int) -> list[Reported]: ...

    def replace(self, order_id: int, price: Decimal, quantity: Decimal) -> list[Reported]: ...

    def depth(self, side: str) -> list[tuple[Decimal, Decimal, int]]: ...

    def queue(self, side: str, price: Decimal) -> list[tuple[int, Decimal]]: ...


class CompiledEngine:
    """The compiled engine; its invariants are checked after every message."""

    def __init__(self, rules: Rules = ANY_VENUE, tick: Decimal = TICK, lot: Decimal = LOT) -> None:
        changed = {
            f.name: getattr(rules, f.name)
            for f in fields(rules)
            if getattr(rules, f.name) != getattr(ANY_VENUE, f.name)
        }
        self.engine = MatchingEngine(tick=tick, lot=lot, rules=venue_rules(changed))

    def submit(
        self,
        order_id: int,
        side: str,
        order_type: str,
        quantity: Decimal,
        price: Decimal | None = None,
        time_in_force: str = "gtc",
        post_only: bool = False,
    ) -> list[Reported]:
        reports = self.engine.submit(
            order_id=order_id,
            side=side,
            order_type=order_type,
            price=price,
            quantity=quantity,
            time_in_force=time_in_force,
            post_only=post_only,
        )
        return self._plain(reports)

    def cancel(self, order_id: int) -> list[Reported]:
        return self._plain(self.engine.cancel(order_id))

    def replace(self, order_id: int, price: Decimal, quantity: Decimal) -> list[Reported]:
        return self._plain(self.engine.replace(order_id, price=price, quantity=quantity))

    def depth(self, side: str) -> list[tuple[Decimal, Decimal, int]]:
        bids, asks = self.engine.depth(1_000_000)
        levels = bids if side == "buy" else asks
        return [(level.price.as_decimal(), level.quantity.as_decimal(), level.count) for level in levels]

    def queue(self, side: str, price: Decimal) -> list[tuple[int, Decimal]]:
        return [(order.order_id, order.leaves_qty.as_decimal()) for order in self.engine.queue(side, price)]

    def _plain(self, reports: list[Report]) -> list[Reported]:
        self.engine.self_check()
        return [plain(report) for report in reports]


def plain(report: Report) -> Reported:
    """The same report in plain Python values."""
    return Reported(
        report.exec_type.name.lower(),
        report.order_id,
        report.side.name.lower() if report.side is not None else None,
        report.price.as_decimal() if report.price is not None else None,
        report.quantity.as_decimal(),
        report.leaves_qty.as_decimal(),
        report.maker_order_id,
        report.maker_leaves_qty.as_decimal() if report.maker_leaves_qty is not None else None,
        report.reason.name.lower(),
    )


class NaiveReports:
    """The naive engine, its rows told as the reports that a caller of the compiled one gets."""

    def __init__(self, rules: Rules = ANY_VENUE, tick: Decimal = TICK, lot: Decimal = LOT) -> None:
        self.engine, self.tick, self.lot = NaiveEngine(rules), tick, lot

    def submit(
        self,
        order_id: int,
        side: str,
        order_type: str,
        quantity: Decimal,
        price: Decimal | None = None,
        time_in_force: str = "gtc",
        post_only: bool = False,
    ) -> list[Reported]:
        if order_type == "market" and price == 0:
            price = None
        codes = (KINDS["new"], SIDES[side], ORDER_TYPES[order_type], TIMES_IN_FORCE[time_in_force])
        flags = FLAGS["post_only"] if post_only else 0
        message = Message(*codes, flags, 0, self._ticks(price), self._lots(quantity), order_id)
        status, trades = self._apply(message)
        if status >= REJECTED:
            return [Reported("rejected", order_id, side, price, quantity, reason=REASON_NAMES[status - REJECTED])]
        reports = [Reported("new", order_id, side, price, quantity, quantity), *trades]
        if OUTCOME_NAMES[status] == "remainder_canceled":
            rest = trades[-1].leaves_qty if trades else quantity
            reports.append(Reported("canceled", order_id, side, price, rest, ZERO, reason="no_liquidity"))
        return reports

    def cancel(self, order_id: int) -> list[Reported]:
        order = self.engine.orders.get(order_id)
        status, _ = self._apply(Message(KINDS["cancel"], order_id=order_id))
        if order is None:
            return [Reported("cancel_rejected", order_id, reason=REASON_NAMES[status - REJECTED])]
        return [
            Reported("canceled", order_id, SIDE_NAMES[order.side], self._price(order.price), order.leaves * self.lot)
        ]

    def replace(self, order_id: int, price: Decimal, quantity: Decimal) -> list[Reported]:
        order = self.engine.orders.get(order_id)
        side = None if order is None else SIDE_NAMES[order.side]
        before = None if order is None else (self._price(order.price), order.leaves * self.lot, order.cum)
        message = Message(KINDS["replace"], price=self._ticks(price), quantity=self._lots(quantity), order_id=order_id)
        status, trades = self._apply(message)
        if status >= REJECTED:
            return [
                Reported("replace_rejected", order_id, side, price, quantity, reason=REASON_NAMES[status - REJECTED])
            ]
        assert before is not None
        if OUTCOME_NAMES[status] == "replaced_closed":
            return [Reported("canceled", order_id, side, before[0], before[1])]
        wants_open = self.engine.rules.replace_quantity == "open"
        leaves = quantity if wants_open else quantity - before[2] * self.lot
        return [Reported("replaced", order_id, side, price, quantity, leaves), *trades]

    def depth(self, side: str) -> list[tuple[Decimal, Decimal, int]]:
        """All levels, best first: price, quantity, number of orders."""
        return [
            (price * self.tick, sum(quantity for _, quantity in orders) * self.lot, len(orders))
            for price, orders in self.engine.sides[SIDES[side]].displayed()
        ]

    def queue(self, side: str, price: Decimal) -> list[tuple[int, Decimal]]:
        """The orders at one price, first in the queue first: id and open quantity."""
        levels = dict(self.engine.sides[SIDES[side]].displayed())
        return [(order_id, quantity * self.lot) for order_id, quantity in levels.get(self._ticks(price), [])]

    def _apply(self, message: Message) -> tuple[int, list[Reported]]:
        statuses, fills, updates = self.engine.apply([message])
        assert updates == [], "plain orders have no updates"
        return statuses[0], [self._trade(fill) for fill in fills]

    def _trade(self, fill: Fill) -> Reported:
        quantities = (fill.quantity * self.lot, fill.taker_leaves_qty * self.lot)
        return Reported(
            "trade",
            fill.taker_order_id,
            SIDE_NAMES[fill.taker_side],
            fill.price * self.tick,
            *quantities,
            fill.maker_order_id,
            fill.maker_leaves_qty * self.lot,
        )

    def _ticks(self, price: Decimal | None) -> int:
        return NO_PRICE if price is None else int(price / self.tick)

    def _lots(self, quantity: Decimal) -> int:
        return int(quantity / self.lot)

    def _price(self, ticks: int) -> Decimal:
        return ticks * self.tick


ENGINES: dict[str, Callable[[Rules], Engine]] = {"naive": NaiveReports, "compiled": CompiledEngine}
