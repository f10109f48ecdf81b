# What a strategy reads while it runs: its position, the book, the clock, bars and indicators.


cdef Quote quote_now(Context context, Grid grid):
    cdef Quote quote = Quote.__new__(Quote)
    quote.grid = grid
    quote.record = context.kernel.quote(grid.index)
    return quote


@cython.final
cdef class Position:
    """The strategy's position in one instrument, always as it is now; call it with an id for another instrument."""

    def __reduce__(self):
        raise bound_to_run(self)

    def __call__(self, instrument=None):
        """The position in the named instrument, or in the only one.

        Raises
        ------
        InvalidArgument
            For an instrument that the run does not have, or for None when it has several.
        """
        return self.context.position_of(instrument)

    cdef PositionState now(self) except *:
        self.context.readable("self.position")
        if self.grid is None:
            self.context.only_grid()
        return self.context.kernel.position(self.context.index, self.grid.index)

    @property
    def instrument_id(self):
        """The instrument's id."""
        return self.context.sure(self.grid).id

    @property
    def is_flat(self):
        """Whether there is none."""
        return self.now().quantity == 0

    @property
    def is_long(self):
        """Whether more was bought than sold."""
        return self.now().quantity > 0

    @property
    def is_short(self):
        """Whether more was sold than bought."""
        return self.now().quantity < 0

    @property
    def quantity(self):
        """Signed quantity: negative is short."""
        cdef PositionState state = self.now()
        return self.grid.signed_quantity(state.quantity)

    @property
    def quantity_lots(self):
        """Signed quantity in lots."""
        return self.now().quantity

    @property
    def avg_px(self):
        """Average price of the open quantity, rounded half-even at 18 decimals, or None when flat."""
        cdef PositionState state = self.now()
        if state.quantity == 0:
            return None
        return new_fixed(entry_price(state, self.grid.scale))

    @property
    def realized_pnl(self):
        """Profit of what was closed, before fees, in the quote currency."""
        cdef PositionState state = self.now()
        return self.grid.money(amount(state.realized_pnl))

    @property
    def fees(self):
        """Fees paid so far, in the quote currency; negative is a net rebate."""
        cdef PositionState state = self.now()
        return self.grid.money(amount(state.fees))

    @property
    def income(self):
        """Funding, dividends, borrow cost and rollover so far, received less paid, in the quote currency."""
        cdef PositionState state = self.now()
        return self.grid.money(amount(state.income))

    def __repr__(self):
        return f"<Position {self.instrument_id} {self.quantity}>"


@cython.final
cdef class Level:
    """One price of a book: price, quantity, and number of orders (0 where the feed does not say)."""

    def __reduce__(self):
        raise bound_to_run(self)

    @property
    def price(self):
        """Price."""
        return self.grid.price(self.record.price)

    @property
    def quantity(self):
        """Quantity of all orders at it."""
        return self.grid.quantity(self.record.quantity)

    @property
    def count(self):
        """Number of orders at it; 0 where the feed does not say."""
        return self.record.order_count

    @property
    def price_ticks(self):
        """Price in ticks."""
        return self.record.price

    @property
    def quantity_lots(self):
        """Quantity in lots."""
        return self.record.quantity

    def __repr__(self):
        return f"<Level {self.quantity} @ {self.price} count={self.record.order_count}>"


@cython.final
cdef class Book:
    """The book of one instrument, as the strategy has received it so far; call it with an id for another instrument."""

    def __reduce__(self):
        raise bound_to_run(self)

    def __call__(self, instrument=None):
        """The book of the named instrument, or of the only one.

        Raises
        ------
        InvalidArgument
            For an instrument that the run does not have, or for None when it has several.
        """
        return self.context.book_of(instrument)

    cdef QuoteRecord now(self) except *:
        self.context.readable("self.book")
        if self.grid is None:
            self.context.only_grid()
        return self.context.kernel.quote(self.grid.index)

    @property
    def instrument_id(self):
        """The instrument's id."""
        return self.context.sure(self.grid).id

    @property
    def best_bid(self):
        """Best level of the bids, or None when nobody bids."""
        cdef QuoteRecord quote = self.now()
        if quote.bid_quantity == 0:
            return None
        return self.best(True, quote.bid_price, quote.bid_quantity)

    @property
    def best_ask(self):
        """Best level of the offers, or None when nobody offers."""
        cdef QuoteRecord quote = self.now()
        if quote.ask_quantity == 0:
            return None
        return self.best(False, quote.ask_price, quote.ask_quantity)

    @property
    def bid_ticks(self):
        """Best bid in ticks, or None when nobody bids."""
        cdef QuoteRecord quote = self.now()
        return quote.bid_price if quote.bid_quantity else None

    @property
    def ask_ticks(self):
        """Best offer in ticks, or None when nobody offers."""
        cdef QuoteRecord quote = self.now()
        return quote.ask_price if quote.ask_quantity else None

    @property
    def mid(self):
        """Half of best bid plus best offer, exact, or None when a side is empty."""
        cdef QuoteRecord quote = self.now()
        if not quote.bid_quantity or not quote.ask_quantity:
            return None
        return self.grid.half(quote.bid_price + quote.ask_price)

    @property
    def spread(self):
        """Best offer less best bid, or None when a side is empty."""
        cdef QuoteRecord quote = self.now()
        if not quote.bid_quantity or not quote.ask_quantity:
            return None
        return self.grid.price(quote.ask_price - quote.bid_price)

    def depth(self, levels=10):
        """The best levels of each side, best first.

        Parameters
        ----------
        levels : int
            How many of each side, at least 1.

        Returns
        -------
        tuple[list[Level], list[Level]]
            Bids and offers; one level at most where the data holds only the best bid and offer.
        """
        cdef i64 count = as_i64(levels, "levels")
        if count < 1:
            raise InvalidArgument(f"levels must be at least 1, got {count}")
        self.now()
        return self.side(True, count), self.side(False, count)

    cdef Level best(self, bint bids, i64 price, i64 quantity):
        cdef Level level = Level.__new__(Level)
        level.grid = self.grid
        level.record.price = price
        level.record.quantity = quantity
        level.record.order_count = best_order_count(self.context.kernel[0], self.grid.index, bids)
        return level

    cdef list side(self, bint bids, i64 count):
        cdef vector[LevelTotals] found
        cdef Level level
        cdef size_t i
        read_depth(self.context.kernel[0], self.grid.index, bids, <size_t>count, found)
        levels = []
        for i in range(found.size()):
            level = Level.__new__(Level)
            level.grid = self.grid
            level.record = found[i]
            levels.append(level)
        return levels

    def __repr__(self):
        return f"<Book {self.instrument_id} {self.best_bid} {self.best_ask}>"


@cython.final
cdef class Clock:
    """The run's time, and what is to happen at some time."""

    def __reduce__(self):
        raise bound_to_run(self)

    @property
    def now(self):
        """Nanoseconds since 1970 UTC."""
        self.context.readable("self.clock")
        return self.context.kernel.now()

    def set_timer(self, name, *, interval, start=None):
        """Call ``on_timer`` again and again.

        Parameters
        ----------
        name : str
            What the event will be called by; only one timer or alert has it at a time.
        interval : str | int
            Time between two calls: text such as ``"100ms"``, ``"1s"``, ``"5m"``, or nanoseconds.
        start : int, optional
            Time of the first call in nanoseconds since 1970 UTC; one interval from now if not given.

        Raises
        ------
        InvalidArgument
            If the name is taken, the interval is not positive, or the start is in the past.
        """
        cdef i64 every = duration(interval, "interval")
        cdef i64 first
        self.context.commanding("self.clock.set_timer")
        if every <= 0:
            raise InvalidArgument(f"interval of timer {name!r} must be positive, got {interval!r}")
        if start is not None:
            first = as_i64(start, "start")
        else:
            first = as_i64(<object>self.context.kernel.now() + <object>every, "the timer's first time")
        self.context.set_timer(name, first, every)

    def set_alert(self, name, *, at=None, after=None):
        """Call ``on_timer`` once.

        Parameters
        ----------
        name : str
            What the event will be called by; only one timer or alert has it at a time.
        at : int, optional
            When, in nanoseconds since 1970 UTC.
        after : str | int, optional
            How long from now, instead of `at`: text such as ``"500ms"``, or nanoseconds.

        Raises
        ------
        InvalidArgument
            If the name is taken, the time is in the past, or not exactly one of `at` and `after` is given.
        """
        cdef i64 when
        self.context.commanding("self.clock.set_alert")
        if (at is None) == (after is None):
            raise InvalidArgument(f"alert {name!r} needs either at=nanoseconds or after='500ms'")
        if at is not None:
            when = as_i64(at, "at")
        else:
            when = as_i64(<object>self.context.kernel.now() + <object>duration(after, "after"), "the alert's time")
        self.context.set_timer(name, when, 0)

    def at_session(self, phase, *, offset=0, name=None, instrument=None):
        """Call ``on_timer`` once, at the next begin of a phase of the instrument's trading day, or so long before or after.

        The times are those of the instrument's status rows, which stand for the venue's timetable: it is known ahead.
        Halts and volatility auctions are not.

        Parameters
        ----------
        phase : str
            ``"open"`` (continuous trading, but for its return after an interruption), ``"close"`` (the market closes), or
            a phase that a timetable has: ``"pre_open"``, ``"opening_auction"``, ``"intraday_auction"``, ``"closing_auction"``,
            ``"post_close"``.
        offset : str | int
            How long after it, or before it: ``"5m"``, ``"-5m"``, or nanoseconds.
        name : str, optional
            What the event will be called by; phase and offset if not given, such as ``"close-5m"``.
        instrument : str, optional
            The instrument's id; needed when the run has several.

        Returns
        -------
        int | None
            When, in nanoseconds since 1970 UTC; None, and no alert, when the timetable has no such time any more.

        Raises
        ------
        InvalidArgument
            For a phase that is not of a timetable, an offset that is no time, or an instrument without status rows.
        """
        self.context.commanding("self.clock.at_session")
        behind = isinstance(offset, str) and offset.startswith("-")
        after = -duration(offset[1:], "offset") if behind else duration(offset, "offset")
        if self.context.past is None:
            raise InvalidState("self.clock.at_session: this run has no timetable")
        when = self.context.past.next_session(
            phase, self.context.grid_of(instrument).index, after, self.context.kernel.now()
        )
        if when is not None:
            if name is None:
                name = f"{phase}{'' if behind or after < 0 else '+'}{offset}" if after else phase
            self.context.set_timer(name, as_i64(when, "the alert's time"), 0)
        return when

    def cancel(self, name):
        """Forget a timer or an alert; returns whether there was one."""
        self.context.commanding("self.clock.cancel")
        return self.context.cancel_timer(name)


@cython.final
cdef class Bars:
    """Bars of one instrument and one length, and the indicators on them."""

    def __reduce__(self):
        raise bound_to_run(self)

    @property
    def instrument_id(self):
        """The instrument's id."""
        return self.grid.id

    @property
    def duration_ns(self):
        """Length of a bar in nanoseconds."""
        return self.length

    @property
    def last(self):
        """The last bar that closed, or None before the first."""
        cdef Bar bar
        cdef const BarRecord* record
        self.context.readable("bars.last")
        record = last_bar(self.context.kernel[0], self.series)
        if record == NULL:
            return None
        bar = Bar.__new__(Bar)
        bar.grid = self.grid
        bar.record = record[0]
        return bar

    @property
    def count(self):
        """How many bars have closed; of bars that are asked for late, those before count too."""
        self.context.readable("bars.count")
        return closed_bars(self.context.kernel[0], self.series)

    def sma(self, length):
        """Simple moving average of the last `length` closes: exact."""
        self.context.commanding("bars.sma")
        return self.follow(add_sma(self.context.kernel[0], self.series, as_i64(length, "length")), f"sma({length})")

    def ema(self, length):
        """Exponential moving average of closes with weight 2 / (length + 1): a float, ready after `length` bars."""
        self.context.commanding("bars.ema")
        return self.follow(add_ema(self.context.kernel[0], self.series, as_i64(length, "length")), f"ema({length})")

    cdef Indicator follow(self, const CIndicator* source, str name):
        cdef Indicator made = Indicator.__new__(Indicator)
        made.context = self.context
        made.grid = self.grid
        made.source = source
        made.series = self.series
        made.name = name
        self.context.unready.setdefault(self.series, []).append(made)
        return made
