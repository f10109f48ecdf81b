"""What agents sent into a matching engine, what it answered, and the feed rows that follow from both."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from pytrader.errors import InvalidState
from pytrader.matching import FILL, ORDER_MESSAGE, MatchingEngine, MessageKind, Outcome
from pytrader.model import OrderType, Side, TimeInForce
from pytrader.model.records import FLAG_LAST, BookAction

Int64s = npt.NDArray[np.int64]
Rows = npt.NDArray[Any]

BUY: Final = int(Side.BUY)
SELL: Final = int(Side.SELL)
NEW: Final = int(MessageKind.NEW)
CANCEL: Final = int(MessageKind.CANCEL)
REPLACE: Final = int(MessageKind.REPLACE)
MARKET: Final = int(OrderType.MARKET)
LIMIT: Final = int(OrderType.LIMIT)
GTC: Final = int(TimeInForce.GTC)
# The largest order an agent sends: it bounds the rows that one message can make.
MAX_LOTS: Final = 20

_RESTED, _CANCELED = int(Outcome.RESTED), int(Outcome.CANCELED)
_REPLACED, _CLOSED = int(Outcome.REPLACED), int(Outcome.REPLACED_CLOSED)
_ADD, _ERASE = int(BookAction.ADD), int(BookAction.ERASE)
_REDUCE, _EXECUTE = int(BookAction.REDUCE), int(BookAction.EXECUTE)
_ORDER = np.dtype([("side", "i8"), ("price", "i8"), ("total", "i8"), ("executed", "i8"), ("rests", "?")])
_FIRST_ROOM = 4_096


@dataclass(frozen=True, eq=False)
class _Batch:
    """Messages, the fills they caused, and the row that each message itself made (action 0: none)."""

    messages: Rows
    fills: Rows
    action: Int64s
    quantity: Int64s


class Session:
    """One engine, every message sent into it, its answers, and the state of each order.

    Prices are ticks, quantities lots; order ids count up from 1 in the order of the new-order messages. A batch may
    name a resting order once only.

    Attributes
    ----------
    engine : MatchingEngine
        Made with tick 1 and lot 1, so that its values are the whole numbers.
    row_count, message_count : int
        Feed rows made and messages sent so far.
    best_bid, best_ask : int or None
        Best prices after the last batch.
    orders : numpy.ndarray
        By order id: side, price, total and executed quantity, and whether it rests.
    """

    def __init__(self) -> None:
        self.engine = MatchingEngine(tick="1", lot="1")
        self.row_count = 0
        self.message_count = 0
        self.best_bid: int | None = None
        self.best_ask: int | None = None
        self.orders: Rows = np.zeros(_FIRST_ROOM, _ORDER)
        self._last_id = 0
        self._batches: list[_Batch] = []

    def new_ids(self, count: int) -> Int64s:
        """Hand out the next order ids."""
        self._last_id += count
        if self._last_id >= len(self.orders):
            self.orders = np.concatenate((self.orders, np.zeros(len(self.orders) + count, _ORDER)))
        return np.arange(self._last_id - count + 1, self._last_id + 1)

    def send(self, messages: Rows) -> Rows:
        """Send a batch of ORDER_MESSAGE rows into the engine and return the fills."""
        statuses, fills = self.engine.apply(messages)
        orders, ids = self.orders, messages["order_id"].astype(np.int64)
        taken = np.zeros(len(messages), np.int64)
        np.add.at(taken, fills["message_index"], fills["quantity"])
        new, rested = messages["kind"] == NEW, statuses == _RESTED
        for name, field in (("side", "side"), ("price", "price"), ("total", "quantity")):
            orders[name][ids[new]] = messages[field][new]
        orders["executed"][ids[new]] = taken[new]
        makers = fills["maker_order_id"].astype(np.int64)
        np.add.at(orders["executed"], makers, fills["quantity"])

        shrunk, gone = statuses == _REPLACED, (statuses == _CANCELED) | (statuses == _CLOSED)
        quantity = messages["quantity"] - taken
        quantity[shrunk] = orders["total"][ids[shrunk]] - messages["quantity"][shrunk]
        orders["total"][ids[shrunk]] = messages["quantity"][shrunk]
        quantity[gone] = orders["total"][ids[gone]] - orders["executed"][ids[gone]]
        orders["rests"][ids[rested]] = True
        orders["rests"][ids[gone]] = False
        orders["rests"][makers[fills["maker_leaves_qty"] == 0]] = False

        action = np.where(rested, _ADD, np.where(shrunk, _REDUCE, np.where(gone, _ERASE, 0)))
        self._keep(_Batch(messages, fills, action, quantity))
        return fills

    def _keep(self, batch: _Batch) -> None:
        batch.fills["message_index"] += self.message_count
        self.message_count += len(batch.messages)
        self.row_count += int(np.count_nonzero(batch.action)) + len(batch.fills)
        self._batches.append(batch)
        bid, ask = self.engine.best_bid, self.engine.best_ask
        self.best_bid = None if bid is None else bid.price.scaled(0)
        self.best_ask = None if ask is None else ask.price.scaled(0)

    def fills(self) -> Rows:
        """Return all fills; ``message_index`` counts the messages of the whole session."""
        fills: Rows = np.concatenate([np.zeros(0, FILL), *(batch.fills for batch in self._batches)])
        return fills

    def rows(self, ts: Int64s) -> dict[str, npt.NDArray[np.int64] | npt.NDArray[np.uint64]]:
        """Return the feed as the columns of an L3 stream.

        Parameters
        ----------
        ts : numpy.ndarray of int64
            The time of each message.
        """
        if len(ts) != self.message_count:
            raise InvalidState(f"{len(ts)} times for {self.message_count} messages; give one each")
        messages = np.concatenate([np.zeros(0, ORDER_MESSAGE), *(batch.messages for batch in self._batches)])
        fills = self.fills()
        none = np.zeros(0, np.int64)
        action = np.concatenate([none, *(batch.action for batch in self._batches)])
        quantity = np.concatenate([none, *(batch.quantity for batch in self._batches)])
        own = np.flatnonzero(action)
        own_ids = messages["order_id"][own]
        order_of = self.orders[own_ids.astype(np.int64)]
        # The executions of a message come first, then what became of the message itself.
        message = np.concatenate((fills["message_index"], own))
        order = np.argsort(message, kind="stable")
        message = message[order]
        maker_side = np.where(fills["taker_side"] == BUY, SELL, BUY)
        return {
            "ts_event": ts[message],
            "action": np.concatenate((np.full(len(fills), _EXECUTE), action[own]))[order],
            "side": np.concatenate((maker_side, order_of["side"]))[order],
            "price": np.concatenate((fills["price"], order_of["price"]))[order],
            "quantity": np.concatenate((fills["quantity"], quantity[own]))[order],
            "order_id": np.concatenate((fills["maker_order_id"], own_ids))[order],
            "flags": np.where(np.diff(message, append=-1) != 0, FLAG_LAST, 0),
        }
