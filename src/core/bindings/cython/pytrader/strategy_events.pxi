# What a handler is handed: copies of the core's records that turn ticks and lots into values when asked.


@cython.final
@cython.freelist(64)
cdef class Quote:
    """The best bid and offer of one instrument."""

    def __reduce__(self):
        raise bound_to_run(self)

    @property
    def instrument_id(self):
        """The instrument's id, such as ``BTCUSDT.BINANCE``."""
        return self.grid.id

    @property
    def ts_event(self):
        """When it happened, in nanoseconds since 1970 UTC, by the venue's clock."""
        return self.record.ts_event

    @property
    def ts_init(self):
        """When it was received, in nanoseconds since 1970 UTC."""
        return self.record.ts_init

    @property
    def bid_price(self):
        """Best bid, or None when nobody bids."""
        return self.grid.price(self.record.bid_price) if self.record.bid_quantity else None

    @property
    def ask_price(self):
        """Best offer, or None when nobody offers."""
        return self.grid.price(self.record.ask_price) if self.record.ask_quantity else None

    @property
    def bid_quantity(self):
        """Quantity at the best bid; 0 when nobody bids."""
        return self.grid.quantity(self.record.bid_quantity)

    @property
    def ask_quantity(self):
        """Quantity at the best offer; 0 when nobody offers."""
        return self.grid.quantity(self.record.ask_quantity)

    @property
    def mid(self):
        """Half of bid plus offer, exact, or None when a side is empty."""
        if not self.record.bid_quantity or not self.record.ask_quantity:
            return None
        return self.grid.half(self.record.bid_price + self.record.ask_price)

    @property
    def spread(self):
        """Offer less bid, or None when a side is empty."""
        if not self.record.bid_quantity or not self.record.ask_quantity:
            return None
        return self.grid.price(self.record.ask_price - self.record.bid_price)

    @property
    def bid_ticks(self):
        """Best bid in ticks; means nothing when `bid_lots` is 0."""
        return self.record.bid_price

    @property
    def ask_ticks(self):
        """Best offer in ticks; means nothing when `ask_lots` is 0."""
        return self.record.ask_price

    @property
    def bid_lots(self):
        """Quantity at the best bid in lots."""
        return self.record.bid_quantity

    @property
    def ask_lots(self):
        """Quantity at the best offer in lots."""
        return self.record.ask_quantity

    def __repr__(self):
        return (
            f"<Quote {self.grid.id} {self.bid_quantity} @ {self.bid_price} / {self.ask_quantity} @ {self.ask_price}"
            f" ts_event={self.record.ts_event}>"
        )


@cython.final
@cython.freelist(64)
cdef class Trade:
    """A trade that somebody did."""

    def __reduce__(self):
        raise bound_to_run(self)

    @property
    def instrument_id(self):
        """The instrument's id."""
        return self.grid.id

    @property
    def ts_event(self):
        """When it happened, in nanoseconds since 1970 UTC."""
        return self.record.ts_event

    @property
    def ts_init(self):
        """When it was received, in nanoseconds since 1970 UTC."""
        return self.record.ts_init

    @property
    def price(self):
        """Price."""
        return self.grid.price(self.record.price)

    @property
    def quantity(self):
        """Quantity."""
        return self.grid.quantity(self.record.quantity)

    @property
    def price_ticks(self):
        """Price in ticks."""
        return self.record.price

    @property
    def quantity_lots(self):
        """Quantity in lots."""
        return self.record.quantity

    @property
    def aggressor_side(self):
        """The side that took liquidity, or None where the venue does not say."""
        return SIDES[self.record.aggressor_side] if self.record.aggressor_side else None

    @property
    def trade_id(self):
        """The venue's number for it."""
        return self.record.trade_id

    def __repr__(self):
        return f"<Trade {self.grid.id} {self.quantity} @ {self.price} ts_event={self.record.ts_event}>"


@cython.final
@cython.freelist(16)
cdef class Bar:
    """What traded during one interval: open, high, low, close and volume."""

    def __reduce__(self):
        raise bound_to_run(self)

    @property
    def instrument_id(self):
        """The instrument's id."""
        return self.grid.id

    @property
    def ts_open(self):
        """Start of the interval, in nanoseconds since 1970 UTC."""
        return self.record.ts_open

    @property
    def ts_event(self):
        """End of the interval, in nanoseconds since 1970 UTC."""
        return self.record.ts_event

    @property
    def ts_init(self):
        """When it was received, in nanoseconds since 1970 UTC."""
        return self.record.ts_init

    @property
    def duration_ns(self):
        """Length of the interval in nanoseconds."""
        return self.record.ts_event - self.record.ts_open

    @property
    def open(self):
        """First price."""
        return self.grid.price(self.record.open)

    @property
    def high(self):
        """Highest price."""
        return self.grid.price(self.record.high)

    @property
    def low(self):
        """Lowest price."""
        return self.grid.price(self.record.low)

    @property
    def close(self):
        """Last price."""
        return self.grid.price(self.record.close)

    @property
    def volume(self):
        """Quantity traded."""
        return self.grid.quantity(self.record.volume)

    @property
    def open_ticks(self):
        """First price in ticks."""
        return self.record.open

    @property
    def high_ticks(self):
        """Highest price in ticks."""
        return self.record.high

    @property
    def low_ticks(self):
        """Lowest price in ticks."""
        return self.record.low

    @property
    def close_ticks(self):
        """Last price in ticks."""
        return self.record.close

    @property
    def volume_lots(self):
        """Quantity traded in lots."""
        return self.record.volume

    def __repr__(self):
        return (
            f"<Bar {self.grid.id} {self.open} {self.high} {self.low} {self.close} volume={self.volume}"
            f" ts_event={self.record.ts_event}>"
        )


@cython.final
@cython.freelist(16)
cdef class Timer:
    """A timer or an alert that is due."""

    def __reduce__(self):
        raise bound_to_run(self)

    @property
    def name(self):
        """The name it was set under."""
        return self.text

    @property
    def ts_event(self):
        """When it was due, in nanoseconds since 1970 UTC."""
        return self.record.ts_event

    @property
    def ts_init(self):
        """When the clock reached it, in nanoseconds since 1970 UTC."""
        return self.record.ts_init

    def __repr__(self):
        return f"<Timer {self.text!r} ts_event={self.record.ts_event}>"


@cython.final
@cython.freelist(64)
cdef class OrderEvent:
    """One thing that happened to an order, with the order's state after it."""

    def __reduce__(self):
        raise bound_to_run(self)

    @property
    def order(self):
        """The order's handle."""
        return self.handle

    @property
    def instrument_id(self):
        """The instrument's id."""
        return self.handle.grid.id

    @property
    def client_order_id(self):
        """Our id of the order, ``<strategy>-<number>``."""
        return self.handle.client_order_id

    @property
    def venue_order_id(self):
        """The venue's number of the order; 0 before it has one."""
        return self.record.venue_order_id

    @property
    def exec_id(self):
        """The venue's number of a trade; 0 for what is no trade."""
        return self.record.exec_id

    @property
    def exec_type(self):
        """What happened."""
        return EXEC_TYPES[<int>self.record.exec_type]

    @property
    def ord_status(self):
        """The order's status after it."""
        return STATUSES[<int>self.record.ord_status]

    @property
    def side(self):
        """The order's side."""
        return SIDES[<int>self.record.side]

    @property
    def price(self):
        """The order's limit after it, or None for a market order."""
        return None if self.record.price == kNoPrice else self.handle.grid.price(self.record.price)

    @property
    def stop_price(self):
        """The price that the order waits for after it, or None."""
        return None if self.record.stop_price == kNoPrice else self.handle.stop_grid.price(self.record.stop_price)

    @property
    def order_qty(self):
        """The order's total quantity after it."""
        return self.handle.grid.quantity(self.record.order_qty)

    @property
    def cum_qty(self):
        """What had traded after it."""
        return self.handle.grid.quantity(self.record.cum_qty)

    @property
    def leaves_qty(self):
        """What could still trade after it."""
        return self.handle.grid.quantity(self.record.leaves_qty)

    @property
    def last_px(self):
        """Price of this trade, also of one that is corrected or busted; None when it is none."""
        return self.handle.grid.price(self.record.last_px) if self.record.last_qty != 0 else None

    @property
    def last_qty(self):
        """Quantity of this trade; 0 when it is no trade."""
        return self.handle.grid.quantity(self.record.last_qty)

    @property
    def last_px_ticks(self):
        """Price of this trade in ticks; 0 when it is no trade."""
        return self.record.last_px

    @property
    def last_qty_lots(self):
        """Quantity of this trade in lots; 0 when it is no trade."""
        return self.record.last_qty

    @property
    def liquidity(self):
        """Whether this trade made or took liquidity."""
        return LIQUIDITIES[<int>self.record.liquidity]

    @property
    def fee(self):
        """What this trade cost, in the quote currency; negative is a rebate, zero when it is no trade."""
        return self.handle.grid.money(amount(self.record.fee))

    @property
    def reason(self):
        """Why it was denied or rejected: ``reason.code`` and ``reason.text``."""
        return REASONS[<int>self.record.reason]

    @property
    def ts_event(self):
        """When it happened, in nanoseconds since 1970 UTC, by the clock of whoever said it."""
        return self.record.ts_event

    @property
    def ts_init(self):
        """When it reached us, in nanoseconds since 1970 UTC."""
        return self.record.ts_init

    def __repr__(self):
        said = f"<OrderEvent {self.client_order_id} {self.exec_type.name} {self.ord_status.name}"
        if self.record.exec_type == ExecType.trade:
            said += f" {self.last_qty} @ {self.last_px}"
        if self.record.reason != RejectReason.none:
            said += f" ({self.reason.text})"
        return f"{said} ts_event={self.record.ts_event}>"
