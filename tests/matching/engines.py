"""The naive and the compiled engine behind one set of calls, so that one suite runs on both."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Protocol

from pytrader.matching import MatchingEngine, Report, VenueRules
from tests.matching.naive_engine import ANY_VENUE, NaiveEngine, Reported, Rules

TICK = Decimal("0.01")
LOT = Decimal(1)


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
        self.engine = MatchingEngine(tick=tick, lot=lot, rules=VenueRules(**rules._asdict()))

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


ENGINES: dict[str, Callable[[Rules], Engine]] = {"naive": NaiveEngine, "compiled": CompiledEngine}
