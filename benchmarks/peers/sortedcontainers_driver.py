"""Runs one case on a plain engine over sortedcontainers: python sortedcontainers_driver.py CASE FOLDER COUNT."""

from __future__ import annotations

import gc
import sys
from importlib.metadata import version
from pathlib import Path

from cases import CANCEL, CHECK_EVERY, MARKET, NEW, REPLACE, OrderRow, answer, fold, order_rows, timed
from sortedcontainers import SortedDict

PEER = f"sortedcontainers {version('sortedcontainers')}"


class Engine:
    """Price, then time: a sorted dictionary of prices a side, each price its orders by entry."""

    def __init__(self) -> None:
        self.sides = {1: SortedDict(lambda price: -price), 2: SortedDict()}  # best price first
        self.orders: dict[int, tuple[int, int]] = {}  # order id: side and price
        self.trades: list[tuple[int, int, int, int]] = []  # maker, taker, price, quantity

    def submit(self, order_id: int, side: int, price: int | None, quantity: int, rests: bool) -> None:
        quantity = self.match(order_id, side, price, quantity)
        if quantity and rests:
            self.sides[side].setdefault(price, {})[order_id] = quantity
            self.orders[order_id] = side, price

    def match(self, order_id: int, side: int, price: int | None, quantity: int) -> int:
        makers = self.sides[3 - side]
        while quantity and makers:
            best, level = makers.peekitem(0)
            if price is not None and (best > price if side == 1 else best < price):
                break
            while quantity and level:
                maker, open_quantity = next(iter(level.items()))
                traded = min(quantity, open_quantity)
                self.trades.append((maker, order_id, best, traded))
                quantity -= traded
                if traded == open_quantity:
                    del level[maker], self.orders[maker]
                else:
                    level[maker] = open_quantity - traded
            if not level:
                del makers[best]
        return quantity

    def cancel(self, order_id: int) -> bool:
        if order_id not in self.orders:
            return False
        side, price = self.orders.pop(order_id)
        level = self.sides[side][price]
        del level[order_id]
        if not level:
            del self.sides[side][price]
        return True

    def replace(self, order_id: int, price: int, quantity: int) -> bool:
        if order_id not in self.orders:
            return False
        side, _ = self.orders[order_id]
        self.cancel(order_id)
        self.submit(order_id, side, price, quantity, rests=True)
        return True

    def state(self) -> list[int]:
        """Price and quantity of the best levels, and how many orders rest."""
        best = [self.sides[side].peekitem(0) for side in (1, 2)]
        return [number for price, level in best for number in (price, sum(level.values()))] + [len(self.orders)]


def send(engine: Engine, rows: list[OrderRow]) -> None:
    submit, cancel, replace = engine.submit, engine.cancel, engine.replace
    for kind, side, price, quantity, order_id in rows:
        if kind == NEW:
            submit(order_id, side, price, quantity, True)
        elif kind == CANCEL:
            cancel(order_id)
        elif kind == REPLACE:
            replace(order_id, price, quantity)
        else:
            submit(order_id, side, None if kind == MARKET else price, quantity, False)


def main() -> None:
    case, folder, count = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    rows = order_rows(folder, case, count)
    checked = Engine()
    seen: list[int] = []
    for start in range(0, count, CHECK_EVERY):
        send(checked, rows[start : start + CHECK_EVERY])
        seen += checked.state()
    engine = Engine()
    gc.disable()
    answer(PEER, case, count, timed(lambda: send(engine, rows)), fold(seen))


if __name__ == "__main__":
    main()
