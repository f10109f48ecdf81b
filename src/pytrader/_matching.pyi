"""Types of the compiled module _matching: one message a call into a matching engine."""

from typing import SupportsIndex, final

import numpy as np
import numpy.typing as npt

from pytrader._core import MatchingEngine, OrderType, SelfTrade, Side, TimeInForce

__all__ = ["OrderEntry"]

@final
class OrderEntry:
    def __new__(cls, engine: MatchingEngine) -> OrderEntry: ...
    @property
    def engine(self) -> MatchingEngine: ...
    def submit(
        self,
        order_id: SupportsIndex,
        side: Side | SupportsIndex,
        price: SupportsIndex,
        quantity: SupportsIndex,
        order_type: OrderType | SupportsIndex = ...,
        time_in_force: TimeInForce | SupportsIndex = ...,
        flags: SupportsIndex = ...,
        owner: SupportsIndex = ...,
        self_trade: SelfTrade | SupportsIndex = ...,
    ) -> int: ...
    def cancel(self, order_id: SupportsIndex) -> int: ...
    def replace(self, order_id: SupportsIndex, price: SupportsIndex, quantity: SupportsIndex) -> int: ...
    def take(self) -> tuple[npt.NDArray[np.void], npt.NDArray[np.void]]: ...
