"""Execution algorithms: one parent order is worked by child orders, which can never exceed it."""

from __future__ import annotations

from pytrader._core import Instrument, OrderStatus
from pytrader._strategy import AlgorithmBase, OrderEvent


class ExecutionAlgorithm(AlgorithmBase):
    """Works one order with others: ``self.buy(10, algorithm=Twap("30m", slices=10))``.

    The order that is given an algorithm, the parent, never leaves for the venue: the core is its venue, accepts it and
    trades it as its children trade. Whatever the algorithm does, the core denies a child that is for more than the
    parent has left, at a worse price than the parent's limit, or of another side or instrument, so that the parent
    trades no more than it may. A cancel of the parent cancels its children, and the parent ends when the last of them
    has.

    Subclass it and override the handlers. Orders are sent with ``self.send``; numbers are lots and ticks. An exception
    that leaves a handler is one of the strategy's. An instance works one order. While the strategy is paused no handler
    is called: `on_resume` comes when it goes on.
    """

    def prepare(self, instrument: Instrument, quantity_lots: int, limit_ticks: int | None) -> None:
        """Read parameters against the order that is about to be sent; what is raised here refuses the order.

        Called before anything has changed: there is no parent yet.
        """

    def on_start(self) -> None:
        """The parent was accepted; called inside the strategy's ``buy`` or ``sell``."""

    def on_timer(self) -> None:
        """An interval of ``self.every`` is over."""

    def on_order_event(self, event: OrderEvent) -> None:
        """Something happened to the parent or to a child, after the strategy heard of it."""

    def on_resume(self) -> None:
        """The strategy, paused after an error, goes on."""

    @property
    def is_working(self) -> bool:
        """Whether the parent may have children: it is open, and nobody has asked to cancel it."""
        return self.parent.is_open and self.parent.status is not OrderStatus.PENDING_CANCEL
