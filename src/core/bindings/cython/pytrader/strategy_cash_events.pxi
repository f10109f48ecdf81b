# What a strategy is told of money that changes hands without a trade.


@cython.final
@cython.freelist(16)
cdef class CashEvent:
    """What funding, a dividend, a split, borrowing, rollover or expiry did to one position."""

    def __reduce__(self):
        raise bound_to_run(self)

    @property
    def instrument_id(self):
        """The instrument's id."""
        return self.grid.id

    @property
    def kind(self):
        """What happened: FUNDING, DIVIDEND, SPLIT, BORROW, ROLLOVER, EXPIRY, or DELIVERY of an expired contract's underlying."""
        return CASH_EVENT_KINDS[<int>self.record.kind]

    @property
    def amount(self):
        """By how much cash changed, in the quote currency; negative was paid."""
        return self.grid.money(amount(self.record.amount))

    @property
    def realized_pnl(self):
        """Profit of what it closed, in the quote currency."""
        return self.grid.money(amount(self.record.realized_pnl))

    @property
    def price(self):
        """The price that it was reckoned at; 0 where none was needed."""
        return new_fixed(amount(self.record.price))

    @property
    def quantity_before(self):
        """The signed position before it."""
        return self.grid.signed_quantity(self.record.quantity_before)

    @property
    def quantity_after(self):
        """The signed position after it."""
        return self.grid.signed_quantity(self.record.quantity_after)

    @property
    def ts_event(self):
        """When it was due at the venue, in nanoseconds since 1970 UTC."""
        return self.record.ts_event

    @property
    def ts_init(self):
        """When the account heard of it, in nanoseconds since 1970 UTC."""
        return self.record.ts_init

    def __repr__(self):
        return f"<CashEvent {self.grid.id} {self.kind.name} {self.amount} ts_event={self.record.ts_event}>"
