"""Agents who quote both sides around a fair price that they see with an error, and lean against their inventory."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pytrader.matching import ORDER_MESSAGE, POST_ONLY
from pytrader.simulation.session import BUY, CANCEL, GTC, LIMIT, NEW, SELL, Rows, Session
from pytrader.simulation.split_mix import SplitMix64

_MAKERS = 4
# Cancel and new order on each side.
_MESSAGES_PER_MAKER = 4
# Prices of the mind are in sixteenths of a tick.
_SUB_TICKS = 16
_ERROR, _NEAREST, _WIDEST = 24, 10, 34
_LOTS_AT_LEAST, _MORE_LOTS = 5, 16
_INVENTORY_LIMIT, _LOTS_PER_SUB_TICK = 150, 6


@dataclass
class _Quote:
    order_id: int
    price: int


class MarketMakers:
    """Some makers, each with one bid and one ask, looked after about every fourth round.

    Parameters
    ----------
    words : SplitMix64
        Where their errors of judgement come from.
    """

    messages_at_most = _MAKERS * _MESSAGES_PER_MAKER

    def __init__(self, words: SplitMix64) -> None:
        self._words = words
        self._inventory = [0] * _MAKERS
        self._quotes: dict[tuple[int, int], _Quote] = {}
        self._owners: dict[int, tuple[int, int]] = {}

    def take_note(self, fills: Rows) -> None:
        """Learn which of their orders traded."""
        for order_id, quantity in zip(fills["maker_order_id"].tolist(), fills["quantity"].tolist(), strict=True):
            owner = self._owners.get(order_id)
            if owner is not None:
                maker, side = owner
                self._inventory[maker] += quantity if side == BUY else -quantity

    def messages(self, session: Session, fair: int) -> Rows:
        """Return the cancels and new orders of this round; ``fair`` is the fair price in sixteenths of a tick."""
        rows: list[tuple[int, ...]] = []
        for maker, word in enumerate(self._words.words(_MAKERS).tolist()):
            if word & 3 and self._complete(session, maker):
                continue
            self._requote(session, maker, word >> 2, fair, rows)
        return np.array(rows, ORDER_MESSAGE)

    def _complete(self, session: Session, maker: int) -> bool:
        quotes = [self._quotes.get((maker, side)) for side in (BUY, SELL)]
        return all(quote is not None and session.orders["rests"][quote.order_id] for quote in quotes)

    def _requote(self, session: Session, maker: int, luck: int, fair: int, rows: list[tuple[int, ...]]) -> None:
        inventory = self._inventory[maker]
        centre = fair + luck % (2 * _ERROR + 1) - _ERROR - inventory // _LOTS_PER_SUB_TICK
        half = _NEAREST + (luck >> 8) % (_WIDEST - _NEAREST)
        bid = (centre - half) // _SUB_TICKS
        ask = max(-((-centre - half) // _SUB_TICKS), bid + 1)
        size = _LOTS_AT_LEAST + (luck >> 16) % _MORE_LOTS
        for side, price, full in ((BUY, bid, inventory), (SELL, ask, -inventory)):
            quote = self._quotes.get((maker, side))
            rests = quote is not None and bool(session.orders["rests"][quote.order_id])
            if quote is not None and rests and quote.price == price:
                continue
            if quote is not None:
                del self._owners[quote.order_id], self._quotes[maker, side]
                if rests:
                    rows.append((CANCEL, 0, 0, 0, 0, 0, 0, 0, 0, quote.order_id, 0, 0))
            if full < _INVENTORY_LIMIT:
                order_id = int(session.new_ids(1)[0])
                rows.append((NEW, side, LIMIT, GTC, POST_ONLY, 0, 0, price, size, order_id, 0, 0))
                self._quotes[maker, side] = _Quote(order_id, price)
                self._owners[order_id] = (maker, side)
