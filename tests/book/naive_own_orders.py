"""Public books with our own orders in them, in plain Python: every queue is one list, ours stand in it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from decimal import Decimal
from typing import Any

from tests.book.naive_book import (
    CLEAR,
    NO_PRICE,
    REPLACE,
    SIDES,
    TRADE,
    Entry,
    NaiveBook,
    NaiveL2Book,
    NaiveL3Book,
    Row,
    book_error,
)

FLAG_SNAPSHOT = 32
Token = tuple[str, int]


class Others(NaiveBook):
    """What others show: the public levels less what of them is ours."""

    def __init__(self, owner: NaiveOwnOrders) -> None:
        self.owner = owner
        super().__init__(str(owner.public.tick), str(owner.public.lot), policy=owner.public.policy)

    def forget(self) -> None:
        """Keep nothing: the owner does."""

    def fault_of(self, row: Row) -> str:
        raise AssertionError("rows go to the owner")

    def change(self, row: Row) -> None:
        raise AssertionError("rows go to the owner")

    def total(self, side: str, price: Decimal) -> tuple[Decimal, int]:
        raise AssertionError("levels come from the owner")

    def entries(self, side: str) -> list[Entry]:
        found = []
        for price, shown, count in self.owner.public.entries(side):
            ours = [
                own
                for own in self.owner.own.values()
                if own["in_feed"] and (own["side"], own["price"]) == (side, price)
            ]
            quantity = shown - sum((own["quantity"] for own in ours), Decimal(0))
            if quantity > 0:
                found.append((price, quantity, max(0, count - len(ours))))
        return found

    @property
    def crossed(self) -> bool:
        return bool(self.best_bid and self.best_ask and self.best_bid[0] >= self.best_ask[0])


class NaiveOwnOrders(ABC):
    """What both kinds share: our orders by id, and what others show."""

    def __init__(self, public: Any) -> None:
        self.public = public
        self.own: dict[int, dict[str, Any]] = {}
        self.in_snapshot = False
        self.others = Others(self)

    @abstractmethod
    def follow(self, row: Row, before: dict[str, Any] | None) -> None:
        """Learn from a row that the public book took."""

    @abstractmethod
    def queue_ahead(self, order_id: int) -> Decimal:
        """Quantity of others before an order of ours."""

    @abstractmethod
    def end_snapshot(self) -> None:
        """Learn that all rows of a snapshot are here."""

    @abstractmethod
    def enter(self, order_id: int, own: dict[str, Any]) -> None:
        """Put a new order of ours at the back of its price."""

    def apply_row(self, row: Row) -> str:
        if self.in_snapshot and not row["flags"] & FLAG_SNAPSHOT and row["action"] != CLEAR:
            self.in_snapshot = False
            self.end_snapshot()
        orders = getattr(self.public, "orders_by_id", {})
        before = dict(orders[row["order_id"]]) if row.get("order_id") in orders else None
        fault: str = self.public.apply_row(row)
        if fault in ("", "crossed") and not (fault and self.public.policy == "strict"):
            self.in_snapshot = self.in_snapshot or row["action"] == CLEAR
            self.follow(row, before)
        return fault

    def insert_own(self, order_id: int, side: str, price: int, quantity: int, *, in_feed: bool = False) -> None:
        if price == NO_PRICE:
            raise book_error("price_out_of_range", None)
        if quantity <= 0:
            raise book_error("quantity_not_positive", None)
        if order_id in self.own:
            raise book_error("duplicate_order", None)
        own = {"side": side, "price": Decimal(price), "quantity": Decimal(quantity), "in_feed": in_feed}
        self.enter(order_id, own)

    def reduce_own(self, order_id: int, quantity: int) -> None:
        if order_id not in self.own:
            raise book_error("unknown_order", None)
        if quantity <= 0:
            raise book_error("quantity_not_positive", None)
        if quantity >= self.own[order_id]["quantity"]:
            raise book_error("quantity_too_large", None)
        self.own[order_id]["quantity"] -= quantity

    def remove_own(self, order_id: int) -> bool:
        return self.own.pop(order_id, None) is not None

    def shown_by_others(self, side: str, price: Decimal) -> Decimal:
        level = self.others.level(side, price)
        return level[1] if level else Decimal(0)

    def rows(self) -> set[tuple[Any, ...]]:
        return {
            (order_id, own["side"], own["price"], own["quantity"], own["in_feed"], self.queue_ahead(order_id))
            for order_id, own in self.own.items()
        }


class NaiveL3WithOwn(NaiveOwnOrders):
    """The orders of the feed and ours that it does not show stand in one list for each price."""

    def __init__(self, policy: str) -> None:
        self.lines: dict[tuple[str, Decimal], list[Token]] = {}
        super().__init__(NaiveL3Book("1", policy=policy))

    def line(self, side: str, price: Decimal) -> list[Token]:
        return self.lines.setdefault((side, price), [])

    def enter(self, order_id: int, own: dict[str, Any]) -> None:
        self.own[order_id] = own
        if not own["in_feed"]:
            self.line(own["side"], own["price"]).append(("own", order_id))

    def join(self, order_id: int) -> None:
        """Queue an order of the feed: last, or in a snapshot before all that are only ours."""
        order = self.public.orders_by_id[order_id]
        line = self.line(order["side"], order["price"])
        first = next((i for i, (kind, _) in enumerate(line) if kind == "own"), len(line))
        line.insert(first if self.in_snapshot else len(line), ("public", order_id))

    def follow(self, row: Row, before: dict[str, Any] | None) -> None:
        action, order_id = row["action"], row["order_id"]
        now = self.public.orders_by_id.get(order_id)
        if action == CLEAR:
            self.own = {order_id: own for order_id, own in self.own.items() if not own["in_feed"]}
            self.lines = {place: [token for token in line if token[0] == "own"] for place, line in self.lines.items()}
        elif action != TRADE and before is None:
            self.join(order_id)
        elif action != TRADE and before is not None:
            place = before["side"], before["price"]
            requeued = action == REPLACE and (now["price"] != before["price"] or now["quantity"] > before["quantity"])
            if now is None or requeued:
                self.lines[place].remove(("public", order_id))
            if requeued:
                self.join(order_id)
            if self.own.get(order_id, {}).get("in_feed"):
                if now is None:
                    del self.own[order_id]
                else:
                    self.own[order_id].update(now)

    def end_snapshot(self) -> None:
        """Nothing to do: in the lists ours stand behind the snapshot already."""

    def mark_own(self, order_id: int) -> None:
        if order_id in self.own:
            raise book_error("duplicate_order", None)
        if order_id not in self.public.orders_by_id:
            raise book_error("unknown_order", None)
        self.own[order_id] = {**self.public.orders_by_id[order_id], "in_feed": True}

    def reduce_own(self, order_id: int, quantity: int) -> None:
        if self.own.get(order_id, {}).get("in_feed"):
            raise book_error("bad_action", None)
        super().reduce_own(order_id, quantity)

    def remove_own(self, order_id: int) -> bool:
        own = self.own.get(order_id)
        if own is not None and not own["in_feed"]:
            self.lines[own["side"], own["price"]].remove(("own", order_id))
        return super().remove_own(order_id)

    def queue_ahead(self, order_id: int) -> Decimal:
        own = self.own[order_id]
        ahead = Decimal(0)
        for kind, other in self.lines[own["side"], own["price"]]:
            if (kind, other) == ("public" if own["in_feed"] else "own", order_id):
                return ahead
            if kind == "public" and not self.own.get(other, {}).get("in_feed"):
                ahead += self.public.orders_by_id[other]["quantity"]
        raise AssertionError("an own order stands nowhere")


class NaiveL2WithOwn(NaiveOwnOrders):
    """For each of ours the most that can be ahead."""

    def __init__(self, policy: str) -> None:
        super().__init__(NaiveL2Book("1", policy=policy))

    def enter(self, order_id: int, own: dict[str, Any]) -> None:
        shown = self.shown_by_others(own["side"], own["price"])
        self.own[order_id] = {**own, "ahead": shown}

    def mark_own(self, order_id: int, side: str, price: int, quantity: int) -> None:
        shown = self.shown_by_others(side, Decimal(price))
        known = price == NO_PRICE or quantity <= 0 or order_id in self.own
        if not known and shown < quantity:
            raise book_error("quantity_too_large", None)
        self.insert_own(order_id, side, price, quantity, in_feed=True)
        self.hold(side, Decimal(price))

    def hold(self, side: str | None = None, price: Decimal | None = None) -> None:
        """Never more is ahead than others show: at one price, or everywhere."""
        for own in self.own.values():
            if side is None or (own["side"], own["price"]) == (side, price):
                own["ahead"] = min(own["ahead"], self.shown_by_others(own["side"], own["price"]))

    def end_snapshot(self) -> None:
        self.hold()

    def follow(self, row: Row, before: dict[str, Any] | None) -> None:
        if row["action"] == CLEAR or row["side"] not in SIDES:
            return
        side, price = SIDES[row["side"]], Decimal(row["price"])
        if row["action"] != TRADE:
            self.hold(side, price)
            return
        for own in self.own.values():
            if own["side"] != side:
                continue
            better = own["price"] > price if side == "buy" else own["price"] < price
            if better:
                own["ahead"] = Decimal(0)
            elif own["price"] == price:
                own["ahead"] = max(Decimal(0), own["ahead"] - row["quantity"])

    def queue_ahead(self, order_id: int) -> Decimal:
        ahead: Decimal = self.own[order_id]["ahead"]
        return ahead
