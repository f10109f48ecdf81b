"""Runs the case book_l2 on order-book, a book without matching: python order_book_driver.py CASE FOLDER COUNT."""

from __future__ import annotations

import gc
import sys
from importlib.metadata import version
from pathlib import Path

from cases import CHECK_EVERY, answer, book_rows, fold, timed
from order_book import OrderBook

PEER = f"order-book {version('order-book')}"
DELETE = 3


def apply(book: OrderBook, rows: list[list[int]]) -> None:
    sides = {1: book.bids, 2: book.asks}
    for _ts, action, side, price, quantity, _order_id in rows:
        if action == DELETE:
            del sides[side][price]
        else:
            sides[side][price] = quantity


def main() -> None:
    case, folder, count = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    rows = book_rows(folder, "l2", count).tolist()
    checked = OrderBook()
    seen: list[int] = []
    for start in range(0, count, CHECK_EVERY):
        apply(checked, rows[start : start + CHECK_EVERY])
        if start + CHECK_EVERY <= count:
            seen += [checked.bids.index(0)[0], checked.asks.index(0)[0]]
    book = OrderBook()
    gc.disable()
    seconds = timed(lambda: apply(book, rows))
    answer(PEER, case, count, seconds, [fold(seen), len(book.bids), len(book.asks)])


if __name__ == "__main__":
    main()
