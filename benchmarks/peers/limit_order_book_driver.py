"""Runs one case on limit-order-book: python limit_order_book_driver.py CASE FOLDER COUNT.

Its Python face has neither IOC nor replace, and canceling what does not rest is undefined: two or three calls each.
"""

from __future__ import annotations

import gc
import sys
from importlib.metadata import version
from pathlib import Path

from cases import CANCEL, CHECK_EVERY, MARKET, NEW, REPLACE, OrderRow, answer, fold, order_rows, timed
from limit_order_book import LimitOrderBook

PEER = f"limit-order-book {version('limit-order-book')}"


def send(book: LimitOrderBook, rows: list[OrderRow]) -> None:
    limits = {1: book.limit_buy, 2: book.limit_sell}
    markets = {1: book.market_buy, 2: book.market_sell}
    has, cancel = book.has, book.cancel
    for kind, side, price, quantity, order_id in rows:
        if kind == NEW:
            limits[side](order_id, quantity, price)
        elif kind == CANCEL:
            if has(order_id):
                cancel(order_id)
        elif kind == REPLACE:
            cancel(order_id)
            limits[side](order_id, quantity, price)
        elif kind == MARKET:
            markets[side](order_id, quantity)
        else:
            limits[side](order_id, quantity, price)
            if has(order_id):
                cancel(order_id)


def state(book: LimitOrderBook) -> list[int]:
    """Price and quantity of the best levels, and how many orders rest."""
    bid, ask = book.best_buy(), book.best_sell()
    return [bid, book.volume_buy(bid), ask, book.volume_sell(ask), book.count()]


def main() -> None:
    case, folder, count = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    rows = order_rows(folder, case, count)
    checked = LimitOrderBook()
    seen: list[int] = []
    for start in range(0, count, CHECK_EVERY):
        send(checked, rows[start : start + CHECK_EVERY])
        seen += state(checked)
    book = LimitOrderBook()
    gc.disable()
    answer(PEER, case, count, timed(lambda: send(book, rows)), fold(seen))


if __name__ == "__main__":
    main()
