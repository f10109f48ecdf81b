"""The books in plain Python: dicts, sorted lists and Decimal, slow and easy to believe."""

from __future__ import annotations

import copy
from abc import ABC, abstractmethod
from bisect import insort
from collections.abc import Iterable, Mapping
from decimal import Decimal, localcontext
from typing import Any

from pytrader.errors import BookError

Row = Mapping[str, int]
Entry = tuple[Decimal, Decimal, int]

NO_PRICE = -(2**63)
QUANTITY_MAX = 2**63 - 1
FLAG_LAST = 128
ADD, REPLACE, ERASE, REDUCE, EXECUTE, TRADE, CLEAR = range(1, 8)
SIDES = {1: "buy", 2: "sell"}
CODES = {"buy": 1, "sell": 2}
FAULTS = (
    "bad_action",
    "bad_side",
    "price_out_of_range",
    "quantity_not_positive",
    "quantity_too_large",
    "order_count_invalid",
    "duplicate_order",
    "unknown_order",
    "unknown_level",
    "crossed",
    "duplicate_level",
    "bad_position",
    "sequence_gap",
    "sequence_older",
)


class NaiveBook(ABC):
    """What both books share: judging rows, counting faults, reading levels."""

    def __init__(self, tick: str = "1", lot: str = "1", *, policy: str = "strict") -> None:
        self.tick = Decimal(tick)
        self.lot = Decimal(lot)
        self.policy = policy
        self.faults = dict.fromkeys(FAULTS, 0)
        self.clear()

    def clear(self) -> None:
        """Empty both sides."""
        self.prices: dict[str, list[Decimal]] = {"buy": [], "sell": []}
        self.forget()

    @abstractmethod
    def forget(self) -> None:
        """Drop all that the kind of book keeps besides prices."""

    @abstractmethod
    def fault_of(self, row: Row) -> str:
        """What is wrong with a row, crossing aside; empty if nothing."""

    @abstractmethod
    def change(self, row: Row) -> None:
        """Apply a row that has no fault."""

    @abstractmethod
    def total(self, side: str, price: Decimal) -> tuple[Decimal, int]:
        """Quantity and order count at a price."""

    def apply_row(self, row: Row) -> str:
        """Apply one row, return its fault; a refused row leaves the book as it was."""
        fault = self.fault_of(row)
        if not fault:
            before = copy.deepcopy(self.__dict__)
            self.change(row)
            if row["action"] != CLEAR and row["flags"] & FLAG_LAST and self.crossed:
                fault = "crossed"
                if self.policy == "strict":
                    self.__dict__ = before
        if fault:
            self.faults[fault] += 1
        return fault

    def apply(self, events: Any) -> int:
        """Apply the rows of a structured array."""
        applied = 0
        for index, event in enumerate(events):
            fault = self.apply_row({name: int(event[name]) for name in events.dtype.names})
            if fault and self.policy == "strict":
                raise book_error(fault, index)
            applied += fault in ("", "crossed")
        return applied

    def count(self, fault: str, row: int | None) -> None:
        """Count a fault of a snapshot, and refuse it if strict."""
        if fault:
            self.faults[fault] += 1
            if self.policy == "strict":
                raise book_error(fault, row)

    def single(self, **row: int) -> bool:
        fault = self.apply_row({"side": 0, "price": 0, "quantity": 0, "flags": FLAG_LAST, **row})
        if fault and self.policy == "strict":
            raise book_error(fault, None)
        return fault in ("", "crossed")

    def ticks(self, price: Any) -> int:
        return int(Decimal(str(price)) / self.tick)

    def lots(self, quantity: Any) -> int:
        return int(Decimal(str(quantity)) / self.lot)

    def enter_price(self, side: str, price: Decimal) -> None:
        if price not in self.prices[side]:
            insort(self.prices[side], price)

    def best_first(self, side: str) -> list[Decimal]:
        return self.prices[side][::-1] if side == "buy" else self.prices[side]

    def entries(self, side: str) -> list[Entry]:
        return [(price, *self.total(side, price)) for price in self.best_first(side)]

    @property
    def crossed(self) -> bool:
        bids, asks = self.prices["buy"], self.prices["sell"]
        return bool(bids and asks and bids[-1] >= asks[0])

    @property
    def best_bid(self) -> Entry | None:
        return next(iter(self.entries("buy")), None)

    @property
    def best_ask(self) -> Entry | None:
        return next(iter(self.entries("sell")), None)

    def depth(self, levels: int = 10) -> tuple[list[Entry], list[Entry]]:
        return self.entries("buy")[:levels], self.entries("sell")[:levels]

    def level(self, side: str, price: Any) -> Entry | None:
        return next((entry for entry in self.entries(side) if entry[0] == Decimal(str(price))), None)

    def sweep(self, side: str, quantity: Any) -> tuple[Decimal, Decimal, Decimal | None]:
        """Take from the opposite side: quantity got, exact value, last price."""
        wanted, got, value, worst = Decimal(str(quantity)), Decimal(0), Decimal(0), None
        with localcontext(prec=100):
            for price, resting, _ in self.entries("sell" if side == "buy" else "buy"):
                taken = min(resting, wanted - got)
                if taken == 0:
                    break
                got, value, worst = got + taken, value + taken * price, price
        return got, value, worst

    def average_price(self, side: str, quantity: Any) -> Decimal | None:
        """Average over all of the quantity, rounded half-even at 18 decimals."""
        got, value, _ = self.sweep(side, quantity)
        if got < Decimal(str(quantity)):
            return None
        with localcontext(prec=100):
            return (value / got).quantize(Decimal(1).scaleb(-18))

    def worst_price(self, side: str, quantity: Any) -> Decimal | None:
        got, _, worst = self.sweep(side, quantity)
        return worst if got == Decimal(str(quantity)) else None

    def quantity_to(self, side: str, price: Any) -> Decimal:
        limit = Decimal(str(price))
        if side == "buy":
            return sum((quantity for at, quantity, _ in self.entries("sell") if at <= limit), Decimal(0))
        return sum((quantity for at, quantity, _ in self.entries("buy") if at >= limit), Decimal(0))

    @property
    def locked(self) -> bool:
        return self.best_bid is not None and self.best_ask is not None and self.best_bid[0] == self.best_ask[0]

    @property
    def spread(self) -> Decimal | None:
        if self.best_bid is None or self.best_ask is None:
            return None
        return self.best_ask[0] - self.best_bid[0]

    @property
    def mid(self) -> Decimal | None:
        if self.best_bid is None or self.best_ask is None:
            return None
        with localcontext(prec=100):
            return (self.best_ask[0] + self.best_bid[0]) / 2

    def micro_price(self, *, digits: int = 18) -> Decimal | None:
        if self.best_bid is None or self.best_ask is None:
            return None
        (bid, bid_quantity, _), (ask, ask_quantity, _) = self.best_bid, self.best_ask
        with localcontext(prec=100):
            price = (bid * ask_quantity + ask * bid_quantity) / (bid_quantity + ask_quantity)
            return price.quantize(Decimal(1).scaleb(-digits))

    def imbalance(self, levels: int = 1, *, digits: int = 18) -> Decimal | None:
        bids, asks = (sum((entry[1] for entry in side), Decimal(0)) for side in self.depth(levels))
        if bids + asks == 0:
            return None
        with localcontext(prec=100):
            return ((bids - asks) / (bids + asks)).quantize(Decimal(1).scaleb(-digits))

    def depth_arrays(self, levels: int = 10) -> tuple[list[tuple[int, int, int]], ...]:
        """Levels in ticks and lots."""
        return tuple(
            [(self.ticks(price), self.lots(quantity), count) for price, quantity, count in side]
            for side in self.depth(levels)
        )

    def self_check(self) -> None:
        """Check that the prices are in order; of everything else there is one copy."""
        for prices in self.prices.values():
            assert prices == sorted(set(prices))


def book_error(fault: str, row: int | None) -> BookError:
    error = BookError(fault)
    error.fault, error.row = fault, row
    return error


class NaiveL3Book(NaiveBook):
    """Orders in a dict, queues as lists of ids."""

    def forget(self) -> None:
        self.orders_by_id: dict[int, dict[str, Any]] = {}
        self.queues: dict[tuple[str, Decimal], list[int]] = {}

    def fault_of(self, row: Row) -> str:
        action, side, quantity, order = (
            row["action"],
            row["side"],
            row["quantity"],
            self.orders_by_id.get(row["order_id"]),
        )
        if action not in range(ADD, CLEAR + 1):
            return "bad_action"
        if action == CLEAR:
            return ""
        if side not in SIDES and (action == ADD or side != 0):
            return "bad_side"
        if action in (ADD, REPLACE) and row["price"] == NO_PRICE:
            return "price_out_of_range"
        if action != ERASE and quantity <= 0:
            return "quantity_not_positive"
        if action == TRADE:
            return ""
        return self.fault_of_order(row, order)

    def fault_of_order(self, row: Row, order: dict[str, Any] | None) -> str:
        action, quantity = row["action"], row["quantity"] * self.lot
        if action == ADD:
            if order is not None:
                return "duplicate_order"
            total = self.total(SIDES[row["side"]], row["price"] * self.tick)[0] + quantity
            return "quantity_too_large" if total > QUANTITY_MAX * self.lot else ""
        if order is None:
            return "unknown_order"
        if row["side"] not in (0, CODES[order["side"]]):
            return "bad_side"
        if action in (REDUCE, EXECUTE) and quantity > order["quantity"]:
            return "quantity_too_large"
        if action == REPLACE:
            price = row["price"] * self.tick
            others = self.total(order["side"], price)[0] - (order["quantity"] if order["price"] == price else 0)
            return "quantity_too_large" if others + quantity > QUANTITY_MAX * self.lot else ""
        return ""

    def change(self, row: Row) -> None:
        action, order_id = row["action"], row["order_id"]
        price, quantity = row["price"] * self.tick, row["quantity"] * self.lot
        if action == CLEAR:
            self.clear()
        elif action == ADD:
            self.enter(order_id, SIDES[row["side"]], price, quantity)
        elif action == ERASE:
            self.leave(order_id)
        elif action in (REDUCE, EXECUTE):
            self.orders_by_id[order_id]["quantity"] -= quantity
            if self.orders_by_id[order_id]["quantity"] == 0:
                self.leave(order_id)
        elif action == REPLACE:
            order = self.orders_by_id[order_id]
            if price == order["price"] and quantity <= order["quantity"]:
                order["quantity"] = quantity
            else:
                self.leave(order_id)
                self.enter(order_id, order["side"], price, quantity)

    def enter(self, order_id: int, side: str, price: Decimal, quantity: Decimal) -> None:
        self.orders_by_id[order_id] = {"side": side, "price": price, "quantity": quantity}
        self.queues.setdefault((side, price), []).append(order_id)
        self.enter_price(side, price)

    def leave(self, order_id: int) -> None:
        order = self.orders_by_id.pop(order_id)
        place = order["side"], order["price"]
        self.queues[place].remove(order_id)
        if not self.queues[place]:
            del self.queues[place]
            self.prices[order["side"]].remove(order["price"])

    def total(self, side: str, price: Decimal) -> tuple[Decimal, int]:
        ids = self.queues.get((side, price), [])
        return sum((self.orders_by_id[order_id]["quantity"] for order_id in ids), Decimal(0)), len(ids)

    def add(self, order_id: int, side: str, price: Any, quantity: Any) -> bool:
        return self.single(
            action=ADD, order_id=order_id, side=CODES[side], price=self.ticks(price), quantity=self.lots(quantity)
        )

    def replace(self, order_id: int, price: Any, quantity: Any) -> bool:
        return self.single(action=REPLACE, order_id=order_id, price=self.ticks(price), quantity=self.lots(quantity))

    def reduce(self, order_id: int, quantity: Any) -> bool:
        return self.single(action=REDUCE, order_id=order_id, quantity=self.lots(quantity))

    def execute(self, order_id: int, quantity: Any) -> bool:
        return self.single(action=EXECUTE, order_id=order_id, quantity=self.lots(quantity))

    def delete(self, order_id: int) -> bool:
        return self.single(action=ERASE, order_id=order_id)

    def queue(self, side: str, price: Any) -> list[tuple[int, str, Decimal, Decimal]]:
        """Orders at a price, oldest first."""
        price = Decimal(str(price))
        ids = self.queues.get((side, price), [])
        return [(order_id, side, price, self.orders_by_id[order_id]["quantity"]) for order_id in ids]

    def orders(self) -> list[tuple[int, int, int, int, int]]:
        """Every order with its place in its queue: id, side, ticks, lots, position."""
        return [
            (order_id, CODES[side], self.ticks(price), self.lots(self.orders_by_id[order_id]["quantity"]), position)
            for side in ("buy", "sell")
            for price in self.best_first(side)
            for position, order_id in enumerate(self.queues[side, price])
        ]

    def snapshot(self, orders: Iterable[tuple[int, int, int, int, int]]) -> bool:
        """Replace the book by rows as `orders` makes them, unless a strict one finds a fault."""
        fresh = type(self)(str(self.tick), str(self.lot), policy="lenient")
        for index, (order_id, side, price, quantity, position) in enumerate(orders):
            row = {"action": ADD, "flags": 0, "order_id": order_id, "side": side, "price": price, "quantity": quantity}
            known = side in SIDES and fresh.total(SIDES[side], price * self.tick)[1]
            fault = "bad_position" if side in SIDES and known != position else fresh.apply_row(row)
            self.count(fault, index)
        self.count("crossed" if fresh.crossed else "", None)
        self.prices, self.orders_by_id, self.queues = fresh.prices, fresh.orders_by_id, fresh.queues
        return True

    def order(self, order_id: int) -> tuple[int, str, Decimal, Decimal] | None:
        found = self.orders_by_id.get(order_id)
        return None if found is None else (order_id, found["side"], found["price"], found["quantity"])

    def queue_ahead(self, order_id: int) -> Decimal:
        if order_id not in self.orders_by_id:
            raise book_error("unknown_order", None)
        order = self.orders_by_id[order_id]
        ids = self.queues[order["side"], order["price"]]
        return sum((self.orders_by_id[front]["quantity"] for front in ids[: ids.index(order_id)]), Decimal(0))

    def __len__(self) -> int:
        return len(self.orders_by_id)

    def __contains__(self, order_id: int) -> bool:
        return order_id in self.orders_by_id


class NaiveL2Book(NaiveBook):
    """A dict of totals."""

    def forget(self) -> None:
        self.levels: dict[tuple[str, Decimal], tuple[Decimal, int]] = {}

    def fault_of(self, row: Row) -> str:
        action, side, count = row["action"], row["side"], row.get("order_count", 0)
        if action not in (ADD, REPLACE, ERASE, TRADE, CLEAR):
            return "bad_action"
        if action == CLEAR:
            return ""
        if side not in SIDES and (action != TRADE or side != 0):
            return "bad_side"
        if action == TRADE:
            return "quantity_not_positive" if row["quantity"] <= 0 else ""
        if row["price"] == NO_PRICE:
            return "price_out_of_range"
        if action == ERASE:
            known = (SIDES[side], row["price"] * self.tick) in self.levels
            return "" if known else "unknown_level"
        if row["quantity"] < 0:
            return "quantity_not_positive"
        return "" if 0 <= count < 2**32 else "order_count_invalid"

    def change(self, row: Row) -> None:
        if row["action"] == CLEAR:
            self.clear()
        if row["action"] in (CLEAR, TRADE):
            return
        side, price, quantity = SIDES[row["side"]], row["price"] * self.tick, row["quantity"] * self.lot
        if row["action"] == ERASE or quantity == 0:
            if self.levels.pop((side, price), None) is not None:
                self.prices[side].remove(price)
        else:
            self.levels[side, price] = quantity, row.get("order_count", 0)
            self.enter_price(side, price)

    def total(self, side: str, price: Decimal) -> tuple[Decimal, int]:
        return self.levels[side, price]

    def set(self, side: str, price: Any, quantity: Any, count: int = 0) -> bool:
        return self.single(
            action=REPLACE, side=CODES[side], price=self.ticks(price), quantity=self.lots(quantity), order_count=count
        )

    def delete(self, side: str, price: Any) -> bool:
        return self.single(action=ERASE, side=CODES[side], price=self.ticks(price))

    def snapshot(self, bids: Iterable[tuple[Any, ...]], asks: Iterable[tuple[Any, ...]]) -> bool:
        """Replace both sides, unless a strict book finds a fault."""
        fresh = type(self)(str(self.tick), str(self.lot), policy="lenient")
        for side, levels in (("buy", bids), ("sell", asks)):
            for index, (price, quantity, *count) in enumerate(levels):
                fault = "duplicate_level" if (side, Decimal(str(price))) in fresh.levels else ""
                fault = fault if quantity else "quantity_not_positive"
                self.count(fault, index)
                if not fault:
                    fresh.set(side, price, quantity, *count)
        self.count("crossed" if fresh.crossed else "", None)
        self.prices, self.levels = fresh.prices, fresh.levels
        return True

    def __len__(self) -> int:
        return len(self.levels)


class NaiveBestQuoteBook(NaiveBook):
    """The two best levels as they were stated last."""

    def forget(self) -> None:
        self.best: dict[str, Decimal] = {}

    def fault_of(self, row: Row) -> str:
        sides = [(row["bid_price"], row["bid_quantity"]), (row["ask_price"], row["ask_quantity"])]
        if any(price == NO_PRICE and quantity for price, quantity in sides):
            return "price_out_of_range"
        return "quantity_not_positive" if any(quantity < 0 for _, quantity in sides) else ""

    def change(self, row: Row) -> None:
        self.clear()
        for side, name in (("buy", "bid"), ("sell", "ask")):
            if row[f"{name}_quantity"]:
                self.best[side] = row[f"{name}_quantity"] * self.lot
                self.enter_price(side, row[f"{name}_price"] * self.tick)

    def apply_row(self, row: Row) -> str:
        return super().apply_row({"action": REPLACE, "flags": FLAG_LAST, **row})

    def total(self, side: str, price: Decimal) -> tuple[Decimal, int]:
        return self.best[side], 0

    def set(self, bid: tuple[Any, Any] | None, ask: tuple[Any, Any] | None) -> bool:
        (bid_price, bid_quantity), (ask_price, ask_quantity) = bid or (0, 0), ask or (0, 0)
        return self.single(
            bid_price=self.ticks(bid_price),
            bid_quantity=self.lots(bid_quantity),
            ask_price=self.ticks(ask_price),
            ask_quantity=self.lots(ask_quantity),
        )

    def __len__(self) -> int:
        return len(self.best)
