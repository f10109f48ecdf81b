"""Execution algorithms: one parent order is worked by child orders, which can never exceed it."""

from __future__ import annotations

from pytrader._strategy import AlgorithmBase, OrderEvent


class ExecutionAlgorithm(AlgorithmBase):
    """Works one order with others: ``self.buy(10, algorithm=Twap("30m", slices=10))``.

    The order that is given an algorithm, the parent, never leaves for the venue: the core is its venue, accepts it and
    trades it as its children trade. Whatever the algorithm does, the core denies a child that is for more than the
    parent has left, at a worse price than the parent's limit, or of another side or instrument, so that the parent
    trades no more than it may. A cancel of the parent cancels its children, and the parent ends when the last of them
    has.

    Subclass it and override the handlers. Orders are sent with ``self.send``; numbers are lots and ticks. An exception
    that leaves a handler is one of the strategy's. An instance works one order.
    """

    def on_start(self) -> None:
        """The parent was accepted; called inside the strategy's ``buy`` or ``sell``."""

    def on_timer(self) -> None:
        """An interval of ``self.every`` is over."""

    def on_order_event(self, event: OrderEvent) -> None:
        """Something happened to the parent or to a child, after the strategy heard of it."""
