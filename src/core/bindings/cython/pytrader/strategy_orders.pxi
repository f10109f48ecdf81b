# The handle of an order: reads the kernel's order while the run is on, and its own last copy of it afterwards.


@cython.final
@cython.freelist(64)
cdef class Order:
    """One order of a strategy.

    The handle shows the order as it is now, also when a trade is told, corrected or busted after the order's end. It
    stays readable after the run.
    """

    def __reduce__(self):
        raise bound_to_run(self)

    cdef const COrder* now(self):
        # The kernel's order stands still in memory for as long as the context is connected to the kernel.
        if self.context is not None:
            return self.context.kernel.order(self.number)
        return &self.last

    cdef OrderTerms terms(self):
        if self.context is not None:
            return self.context.kernel.terms(self.now()[0])
        return self.last_terms

    cdef object price_of(self, i64 ticks):
        return None if ticks == kNoPrice else self.grid.price(ticks)

    cdef object quantity_of(self, i64 lots):
        return None if lots == 0 else self.grid.quantity(lots)

    cdef void close(self) noexcept:
        if self.context is not None:
            self.last = self.context.kernel.order(self.number)[0]
            self.last_terms = self.context.kernel.terms(self.last)
            # The copy must not point into the kernel.
            self.last_facts = self.last.rare_facts()
            self.last.own_rare_facts = &self.last_facts
            self.link.leave()
            self.context = None

    @property
    def client_order_id(self):
        """Our id, ``<strategy>-<number>``; numbers count the orders of the whole run."""
        return f"{self.owner}-{self.number}"

    @property
    def venue_order_id(self):
        """The venue's number; 0 before it has one."""
        return self.now().venue_order_id

    @property
    def instrument_id(self):
        """The instrument's id."""
        return self.grid.id

    @property
    def side(self):
        """Buy or sell."""
        return SIDES[<int>self.now().side]

    @property
    def order_type(self):
        """What kind of order it is."""
        return ORDER_TYPES[<int>self.now().order_type]

    @property
    def time_in_force(self):
        """How long it works."""
        return TIMES_IN_FORCE[<int>self.now().time_in_force]

    @property
    def post_only(self):
        """Whether it is refused rather than take liquidity."""
        return self.now().flags & kPostOnly != 0

    @property
    def reduce_only(self):
        """Whether it is refused rather than open or grow a position."""
        return self.now().flags & kReduceOnly != 0

    @property
    def status(self):
        """Where it is in its life."""
        return STATUSES[<int>self.now().ord_status]

    @property
    def is_open(self):
        """Whether it may still trade."""
        return is_open(self.now().ord_status)

    @property
    def is_closed(self):
        """Whether it can not trade any more."""
        return is_closed(self.now().ord_status)

    @property
    def is_pending(self):
        """Whether the venue has yet to answer: to the order itself, or to a request to cancel or replace it."""
        return is_pending(self.now().ord_status)

    @property
    def price(self):
        """Limit, or None for a market order."""
        return self.price_of(self.now().price)

    @property
    def price_ticks(self):
        """Limit in ticks, or None for a market order."""
        cdef i64 ticks = self.now().price
        return None if ticks == kNoPrice else ticks

    @property
    def stop_price(self):
        """The price that it waits for, or None where it waits for none, or no longer."""
        cdef i64 ticks = self.now().stop_price()
        return None if ticks == kNoPrice else self.stop_grid.price(ticks)

    @property
    def stop_price_ticks(self):
        """The price that it waits for in ticks, or None."""
        cdef i64 ticks = self.now().stop_price()
        return None if ticks == kNoPrice else ticks

    @property
    def trigger_type(self):
        """What the price that it waits for is compared with."""
        return TRIGGER_TYPES[<int>self.now().trigger_type]

    @property
    def trigger_symbol(self):
        """The name of the synthetic price that it waits for, or None for a price of its instrument, or for none."""
        return None if self.now().trigger_symbol() == 0 else self.stop_grid.id

    @property
    def activation_price(self):
        """Where a trailing order begins to trail, or None for at once."""
        cdef i64 ticks = self.terms().activation_price
        return None if ticks == kNoPrice else self.stop_grid.price(ticks)

    @property
    def trailing_offset(self):
        """How far a trailing order's stop stays behind: a Price, ``"25bp"`` for basis points, or None."""
        cdef OrderTerms terms = self.terms()
        if terms.trailing_offset == 0:
            return None
        return f"{terms.trailing_offset}bp" if terms.trailing_unit else self.stop_grid.price(terms.trailing_offset)

    @property
    def display_qty(self):
        """What an iceberg shows at a time, or None where all is shown."""
        return self.quantity_of(self.terms().display_qty)

    @property
    def min_qty(self):
        """The least that must trade at once when it enters, or None."""
        return self.quantity_of(self.terms().min_qty)

    @property
    def expire_time(self):
        """When a GTD order ends, in nanoseconds since 1970 UTC, or None."""
        cdef i64 ts = self.terms().expire_time
        return None if ts == 0 else ts

    @property
    def hidden(self):
        """Whether the book does not show it."""
        return self.now().flags & kHidden != 0

    @property
    def all_or_none(self):
        """Whether it trades whole or not at all."""
        return self.now().flags & kAllOrNone != 0

    @property
    def contingency(self):
        """What it means to the other orders of its list."""
        return CONTINGENCIES[<int>self.now().contingency()]

    @property
    def parent_id(self):
        """Id of the order of its list that it waits or waited for, or None."""
        cdef u64 parent = self.now().parent()
        return None if parent == 0 else f"{self.owner}-{parent}"

    @property
    def list_id(self):
        """The number of the list that it was sent with, the same for all orders of it, or None."""
        cdef u32 number = self.now().list()
        return None if number == 0 else number

    @property
    def renews_id(self):
        """Id of the order of its list whose place it took, because that was over and had more to do, or None."""
        cdef u64 number = self.now().renews()
        return None if number == 0 else f"{self.owner}-{number}"

    @property
    def exits(self):
        """A bracket's exits, of its entry: the take-profit order, then the stop-loss order, those that were asked for."""
        return () if self.bracket is None else self.bracket

    @property
    def order_qty(self):
        """Total quantity."""
        return self.grid.quantity(self.now().order_qty)

    @property
    def cum_qty(self):
        """What has traded."""
        return self.grid.quantity(self.now().cum_qty)

    @property
    def leaves_qty(self):
        """What may still trade; 0 once it is closed."""
        return self.grid.quantity(self.now().leaves_qty())

    @property
    def order_lots(self):
        """Total quantity in lots."""
        return self.now().order_qty

    @property
    def cum_lots(self):
        """What has traded, in lots."""
        return self.now().cum_qty

    @property
    def leaves_lots(self):
        """What may still trade, in lots."""
        return self.now().leaves_qty()

    @property
    def avg_px(self):
        """Average price of what has traded, rounded half-even at 18 decimals, or None before the first trade."""
        cdef const COrder* order = self.now()
        if order.cum_qty == 0:
            return None
        return new_fixed(average_price(order.cum_value(), order.cum_qty, self.grid.scale))

    @property
    def tag(self):
        """The strategy's own label."""
        return self.label

    @property
    def tag_parts(self):
        """The label's parts between colons: ``("grid", "long", "3")`` of ``"grid:long:3"``; ``()`` without one."""
        return self.parts

    @property
    def is_overfilled(self):
        """Whether the venue traded more than the order's quantity, as far as it is known yet."""
        return self.now().is_overfilled()

    @property
    def ts_init(self):
        """When it was made, in nanoseconds since 1970 UTC."""
        return self.now().ts_init

    @property
    def events(self):
        """Everything that has happened to it, oldest first."""
        cdef size_t i
        found = []
        for i in range(self.history.size()):
            found.append(make_order_event(self, self.history[i]))
        return found

    @property
    def reason(self):
        """Why it, or the last request about it, was refused: ``reason.code`` and ``reason.text``."""
        return REASONS[<int>self.now().reason]

    def __repr__(self):
        price = "market" if self.price is None else f"@ {self.price}"
        return (
            f"<Order {self.client_order_id} {self.side.name.lower()} {self.order_qty} {self.grid.id} {price}"
            f" {self.status.name} cum_qty={self.cum_qty}>"
        )


cdef OrderEvent make_order_event(Order handle, const COrderEvent& record):
    cdef OrderEvent event = OrderEvent.__new__(OrderEvent)
    event.handle = handle
    event.record = record
    return event
