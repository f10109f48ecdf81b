"""What rested before a message file begins, from a book row and from the messages that name unknown orders."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pytrader.data.decimal_text import Int64s
from pytrader.model import Side

_BUY, _SELL = int(Side.BUY), int(Side.SELL)
# Message types of the vendor.
_ADD, _HIDDEN = 1, 5
_SYNTHETIC_ID = np.uint64(1 << 63)


@dataclass(frozen=True, eq=False)
class Touches:
    """Messages that touch the displayed book (types 1 to 4), columns of one length; price in ticks, side 1 or 2."""

    kind: Int64s
    order_id: Int64s
    size: Int64s
    price: Int64s
    side: Int64s


@dataclass(frozen=True, eq=False)
class Orders:
    """Resting orders, oldest first within a price."""

    side: Int64s
    price: Int64s
    quantity: Int64s
    order_id: npt.NDArray[np.uint64]

    def __len__(self) -> int:
        return len(self.side)

    def take(self, rows: np.ndarray) -> Orders:
        return Orders(self.side[rows], self.price[rows], self.quantity[rows], self.order_id[rows])


@dataclass(frozen=True, eq=False)
class Seed:
    """Orders to add at the start, and orders to add just before the touch with the index in ``late_rows``."""

    start: Orders
    late: Orders
    late_rows: Int64s


@dataclass(frozen=True, eq=False)
class BookRow:
    """Displayed size by price in ticks, of the best ``levels`` levels of each side."""

    bids: dict[int, int]
    asks: dict[int, int]
    levels: int

    def undo(self, kind: int, side: int, price: int, size: int) -> bool:
        """Take back the message that led to this row; False where the row cannot have come from it."""
        levels = self.bids if side == _BUY else self.asks
        if kind >= _HIDDEN or self._deeper(side, price):
            return True
        size = levels.get(price, 0) + (-size if kind == _ADD else size)
        if size < 0:
            return False
        levels[price] = size
        if size == 0:
            del levels[price]
        return True

    def shown(self, side: int, price: int) -> int | None:
        """The displayed size at a price (0: nothing), None where the row does not reach that deep."""
        levels = self.bids if side == _BUY else self.asks
        return None if self._deeper(side, price) else levels.get(price, 0)

    def _deeper(self, side: int, price: int) -> bool:
        levels = self.bids if side == _BUY else self.asks
        # The undone message may have taken or made one level, so a row with one less may still be full.
        if len(levels) < self.levels - 1 or not levels:
            return False
        return price < min(levels) if side == _BUY else price > max(levels)


def seed_orders(touches: Touches, book_row: BookRow | None) -> Seed:
    """Find the orders that were never seen to arrive, and say when each should enter the book.

    An order whose first message is not its submission was there before. Its least size is the sum of all that was ever
    cancelled or traded of it. It enters at the start, unless the book row shows that it was not there then, or an order
    of the other side that was seen before its first message would have met it: then it was submitted out of the file's
    sight, and enters just before its first message. What a displayed level holds beyond such orders becomes one
    synthetic order, in front.
    """
    unseen, first = _unseen(touches)
    at_start = _never_crossed(touches, unseen, first)
    if book_row is not None:
        at_start &= _fits(unseen, at_start, book_row)
    started = unseen.take(np.flatnonzero(at_start))
    residual = started.take(np.zeros(0, np.int64)) if book_row is None else _residual(started, book_row)
    late = np.flatnonzero(~at_start)
    late = late[np.argsort(first[late], kind="stable")]
    start = Orders(
        *(np.concatenate((getattr(residual, name), getattr(started, name))) for name in Orders.__dataclass_fields__)
    )
    return Seed(start, unseen.take(late), first[late])


def _unseen(touches: Touches) -> tuple[Orders, Int64s]:
    """The orders without a submission, by ascending id (ids grow with time), and the index of their first touch."""
    ids, first, group = np.unique(touches.order_id, return_index=True, return_inverse=True)
    leaving = np.zeros(len(ids), np.int64)
    np.add.at(leaving, group, np.where(touches.kind == _ADD, 0, touches.size))
    rows = np.flatnonzero(touches.kind[first] != _ADD)
    first = first[rows].astype(np.int64)
    return Orders(touches.side[first], touches.price[first], leaving[rows], ids[rows].astype(np.uint64)), first


def _fits(unseen: Orders, eligible: npt.NDArray[np.bool_], book_row: BookRow) -> npt.NDArray[np.bool_]:
    """Which orders the row has room for, the oldest first."""
    room: dict[tuple[int, int], int | None] = {}
    fits = np.zeros(len(unseen), bool)
    rows = zip(
        np.flatnonzero(eligible).tolist(),
        unseen.side[eligible].tolist(),
        unseen.price[eligible].tolist(),
        unseen.quantity[eligible].tolist(),
        strict=True,
    )
    for row, side, price, quantity in rows:
        left = room.setdefault((side, price), book_row.shown(side, price))
        if left is None:
            fits[row] = True
        elif quantity <= left:
            fits[row] = True
            room[side, price] = left - quantity
    return fits


def _residual(started: Orders, book_row: BookRow) -> Orders:
    left = {(_BUY, price): size for price, size in book_row.bids.items()}
    left |= {(_SELL, price): size for price, size in book_row.asks.items()}
    rows = zip(started.side.tolist(), started.price.tolist(), started.quantity.tolist(), strict=True)
    for side, price, quantity in rows:
        if (side, price) in left:
            left[side, price] -= quantity
    rest = [(side, price, size) for (side, price), size in left.items() if size > 0]
    columns = np.array(rest, np.int64).reshape(-1, 3).T
    return Orders(columns[0], columns[1], columns[2], _SYNTHETIC_ID + np.arange(len(rest), dtype=np.uint64))


def _never_crossed(touches: Touches, unseen: Orders, first: Int64s) -> npt.NDArray[np.bool_]:
    """Whether each order could rest until its first touch without meeting an order of the other side."""
    bid = touches.side == _BUY
    none = np.iinfo(np.int64)
    lowest_ask = np.minimum.accumulate(np.where(bid, none.max, touches.price))[first]
    highest_bid = np.maximum.accumulate(np.where(bid, touches.price, none.min))[first]
    return np.where(unseen.side == _BUY, unseen.price < lowest_ask, unseen.price > highest_bid)
