# The compiled half of Strategy: what a strategy trades with and reads.


cdef class StrategyBase:
    """The commands and the views of a strategy; derive from `pytrader.Strategy`, which adds parameters and handlers."""

    def __cinit__(self):
        self.once_set = _core.OnceSet()

    def __reduce__(self):
        raise bound_to_run(self)

    cdef Context running(self, str what):
        if self.context is None:
            raise InvalidState(f"{what} {NOT_RUNNING}")
        self.context.readable(what)
        return self.context

    cdef Context commanding(self, str what):
        if self.context is None:
            raise InvalidState(f"{what} {NOT_RUNNING}")
        self.context.commanding(what)
        return self.context

    @property
    def name(self):
        """What its orders are called by; the class's name, numbered when a run has several of a class."""
        return type(self).__name__ if self.context is None else self.context.name

    @property
    def state(self):
        """Where its life stands: INITIALISED, RUNNING, DEGRADED, STOPPED or FAULTED."""
        return STATES[0 if self.context is None else <int>self.context.state()]

    @property
    def position(self):
        """The position in the run's only instrument; ``self.position("BTCUSDT.BINANCE")`` where there are several."""
        return self.running("self.position").position

    @property
    def book(self):
        """The book of the run's only instrument; ``self.book("BTCUSDT.BINANCE")`` where there are several."""
        return self.running("self.book").book

    @property
    def quote(self):
        """The best bid and offer now, of the run's only instrument."""
        return self.latest_quote(None)

    def mark_price(self, instrument=None):
        """The venue's mark price now, or None where the data has none (yet).

        Parameters
        ----------
        instrument : str, optional
            The instrument's id; needed when the run has several.
        """
        cdef Context context = self.running("self.mark_price")
        cdef Grid grid = context.grid_of(instrument)
        cdef i64 ticks = mark_price(context.kernel[0], grid.index)
        return None if ticks == kNoPrice else grid.price(ticks)

    def quote_of(self, instrument):
        """The best bid and offer now, of the named instrument."""
        return self.latest_quote(instrument)

    cdef Quote latest_quote(self, instrument):
        cdef Context context = self.running("self.quote")
        return quote_now(context, context.grid_of(instrument))

    @property
    def phase(self):
        """The trading phase of the run's only instrument; continuous where the data say nothing of phases."""
        return self.phase_of(None)

    def phase_of(self, instrument):
        """The trading phase of the named instrument."""
        cdef Context context = self.running("self.phase")
        return PHASES[context.kernel.phase(context.grid_of(instrument).index)]

    @property
    def clock(self):
        """Time, timers and alerts."""
        return self.running("self.clock").clock

    @property
    def random_state(self):
        """Where the strategy's random numbers stand, a whole number; None before its run."""
        return None if self.context is None else self.context.random.state

    @random_state.setter
    def random_state(self, value):
        if self.context is None or not self.context.inside:
            raise InvalidState("random_state can be set only inside a handler, while the run is on")
        self.context.random.state = value

    def publish_bytes(self, bytes data not None):
        """What `publish` writes: other threads see it from the next snapshot on."""
        if self.context is None or not self.context.inside:
            raise InvalidState("self.publish can be used only inside a handler, while the run is on")
        self.context.kernel.publish(self.context.index, data)

    def history(self, what, instrument=None, *, count=None, start=None, end=None):
        """Past market data as columns: what this strategy's side has received until now, and nothing later.

        Parameters
        ----------
        what : str | int
            ``"quotes"``, ``"trades"``, or the length of bars such as ``"1m"``: those of the data, or built from its trades.
        instrument : str, optional
            The instrument's id; needed when the run has several.
        count : int, optional
            The last so many rows only.
        start, end : int, optional
            Rows with start <= ts_event < end only, in nanoseconds since 1970 UTC.

        Returns
        -------
        dict[str, numpy.ndarray]
            Read-only copies of 64-bit integers by name, as in `pytrader.model.records`: prices in ticks, quantities in
            lots; of bars only those that have closed.

        Raises
        ------
        InvalidArgument
            If the data has no such rows, or the range is none.
        InvalidState
            Outside a handler.
        """
        if self.context is None or not self.context.inside:
            raise InvalidState("self.history can be used only inside a handler, while the run is on")
        return past_of(self.context, what, self.context.grid_of(instrument), count, start, end)

    def once(self, key):
        """Whether this is the first call with this key: looking and noting are one step, in any thread.

        Parameters
        ----------
        key : int | str
            Such as ``fill.exec_id``: of all that try, one is told True, so a fill gets one exit.

        Returns
        -------
        bool
            True for the first call with the key, False for every other one.

        Raises
        ------
        CapacityError
            Beyond 1,048,576 keys.
        """
        return self.once_set.add_if_absent(key)

    @property
    def random(self):
        """Random numbers from the run's seed and this strategy's name; in handlers only, so that runs repeat."""
        if self.context is None or not self.context.inside:
            raise InvalidState("self.random can be used only inside a handler, while the run is on")
        return self.context.random

    @property
    def instrument(self):
        """The run's only instrument."""
        return self.running("self.instrument").grid_of(None).instrument

    @property
    def instruments(self):
        """All instruments of the run by id."""
        return {grid.id: grid.instrument for grid in self.running("self.instruments").grids}

    @property
    def open_orders(self):
        """Orders of this strategy that may still trade, oldest first."""
        return [order for order in self.running("self.open_orders").open_orders.values() if order.is_open]

    def orders(self, side=None, tag=None, instrument=None, status="open"):
        """This strategy's orders that fit, oldest first.

        Parameters
        ----------
        side : str | Side, optional
            Only this side's.
        tag : str, optional
            Only those whose tag matches; ``*``, ``?`` and ``[...]`` are wildcards, as in ``"grid:*"``.
        instrument : str, optional
            Only this instrument's.
        status : str
            ``"open"``; of these ``"emulated"`` (waiting for their trigger in the core) or ``"in_flight"`` (the venue has
            yet to answer); or ``"closed"``.

        Returns
        -------
        list of Order
            Costs as much as there are orders that fit; ``"closed"`` as much as have closed.
        """
        return orders_matching(self.running("self.orders"), side, tag, instrument, status)

    def order(self, order_id, instrument=None):
        """One of this strategy's orders by its id, at one cost whatever was traded before.

        Parameters
        ----------
        order_id : str | int
            A client order id such as ``"Grid-12"``, or the venue's number.
        instrument : str, optional
            The instrument whose venue gave the number; needed when the run has several.

        Returns
        -------
        Order | None
            None where there is none, or it is another strategy's. The handle of a closed order has no `events` if
            nobody kept it.
        """
        return order_by_id(self.running("self.order"), order_id, instrument)

    def bars(self, duration, instrument=None):
        """Bars of one length: those of the data, or built from its trades.

        Parameters
        ----------
        duration : str | int
            Length of a bar: text such as ``"30s"``, ``"1m"``, ``"1h"``, or nanoseconds.
        instrument : str, optional
            The instrument's id; needed when the run has several.

        Returns
        -------
        Bars
            The same series for the same arguments.
        """
        return bars_of(self.commanding("self.bars"), duration, instrument)

    def mids(self, instrument=None):
        """The mid price of every quote, for indicators on it.

        Parameters
        ----------
        instrument : str, optional
            The instrument's id; needed when the run has several.
        """
        return mids_of(self.commanding("self.mids"), instrument)

    def synthetic(self, name, components=None, *, ratio=None, tick_size):
        """A price that the core computes from those of several instruments, for orders to wait for.

        Parameters
        ----------
        name : str
            What it is called by: 1 to 64 bytes of UTF-8 without blanks and control characters, and no instrument's id.
        components : Mapping of weights by instrument, optional
            A weighted sum of 1 to 64 instruments: ``{"ESZ6.XCME": 1, "ESH7.XCME": -1}``. Weights are exact and not 0.
        ratio : tuple of two instruments, optional
            The price of the first over that of the second; either this or `components`.
        tick_size : str | int | Decimal | Fixed
            Stops of orders are whole numbers of it. The price itself is exact, between ticks too.

        Returns
        -------
        Synthetic
            The same for the same formula, whichever strategy asks.

        Raises
        ------
        InvalidArgument
            For what is no formula, one with more digits than can be computed exactly, another formula under a name
            that is taken.
        CapacityError
            Beyond 1,024 in one run.
        """
        return synthetic_of(self.commanding("self.synthetic"), name, components, ratio, tick_size)

    def when(self, condition, handler):
        """Call a function whenever a condition becomes true: it is, and was not when its indicators last changed.

        One that is true at its first evaluation after this call becomes true there, whatever it was before.

        The core evaluates the condition; until it becomes true, nothing of Python runs. The call comes after the bar
        or quote was delivered. Functions of one moment are called in the order in which they were given.

        Parameters
        ----------
        condition : Condition
            Made of indicators, as in ``bars.sma(10).crosses_above(bars.sma(30))``; combined with ``&``, ``|``, ``~``.
        handler : callable
            Called without arguments; a plain function or method.
        """
        wait_for(self.commanding("self.when"), condition, handler)

    def buy(self, quantity=None, instrument=None, *, limit=None, time_in_force=None, post_only=False,
            reduce_only=False, tag="", quantity_lots=None, limit_ticks=None, **terms):
        """Send an order to buy: a market order, a limit order where `limit` is given, and others by their terms.

        Parameters
        ----------
        quantity : str | int | Decimal | Quantity | Fixed
            How much; a whole number of lots.
        instrument : str, optional
            The instrument's id; needed when the run has several.
        limit : str | int | Decimal | Price | Fixed, optional
            The highest price; a whole number of ticks.
        time_in_force : str | TimeInForce, optional
            If not given ``"IOC"`` for market orders, ``"GTD"`` with `expire_time`, else ``"GTC"``.
        post_only : bool
            Be refused rather than take liquidity.
        reduce_only : bool
            Be refused rather than open or grow a position.
        tag : str
            Your label; `cancel_all` finds orders by it.
        quantity_lots, limit_ticks : int, optional
            The same in whole lots and ticks, without conversion.
        stop, touch, stop_ticks, touch_ticks
            Enter once the price is at or above `stop`, at or below `touch` (for a sell the other way round).
        trail, trail_ticks, trail_step, trail_limit, activation
            A trailing stop: its distance from the best price so far, or ``"25bp"``; the least move of its stop; the
            distance from stop to limit, for a trailing stop-limit; the price at which it begins to trail.
        trigger, trigger_symbol, emulate
            What it waits for: ``"last"``, ``"bid_ask"``, ``"mid"`` or ``"mark"``, the venue's way if not given; a price of
            ``self.synthetic`` instead of its instrument's, in which stop, touch and trail then are; True to hold it in
            the core even if the venue could.
        display_qty, display_range, min_qty, hidden, all_or_none
            An iceberg's tip, by how much tips vary; the least to trade on entry; not shown in the book; whole or not at all.
        peg, peg_offset
            ``"primary"`` or ``"midpoint"``, and the distance from there; `limit` is the cap.
        expire_time, self_trade
            When a GTD order ends: nanoseconds since 1970 UTC or an aware datetime; what comes instead of a self-trade.
        take_profit, stop_loss, take_profit_ticks, stop_loss_ticks
            A bracket: what trades is followed by reduce-only exits at these prices, a limit and a stop: `Order.exits`.
        algorithm : ExecutionAlgorithm, optional
            Works the order with child orders, such as ``Twap("30m", slices=10)``: the order itself stays in the core.
        order_type : str | OrderType, optional
            Needed for ``"market_to_limit"`` and ``"market_with_protection"`` only; else it follows from the terms.

        Returns
        -------
        Order
            Its handle. What the risk gate refuses has the status DENIED, and its event follows.

        Raises
        ------
        OffTick, OffLot
            If a number is not on the instrument's grid.
        InvalidArgument, InvalidDecimal
            If an argument is missing or no number.
        InvalidState
            Outside a handler.
        """
        return place(self.commanding("self.buy"), Side.buy, quantity, instrument, limit, time_in_force, post_only,
                     reduce_only, tag, quantity_lots, limit_ticks, terms)

    def sell(self, quantity=None, instrument=None, *, limit=None, time_in_force=None, post_only=False,
             reduce_only=False, tag="", quantity_lots=None, limit_ticks=None, **terms):
        """Send an order to sell; see `buy`. `limit` is the lowest price."""
        return place(self.commanding("self.sell"), Side.sell, quantity, instrument, limit, time_in_force, post_only,
                     reduce_only, tag, quantity_lots, limit_ticks, terms)

    def submit(self, side, quantity=None, instrument=None, *, limit=None, time_in_force=None, post_only=False,
               reduce_only=False, tag="", quantity_lots=None, limit_ticks=None, **terms):
        """Send an order to buy or to sell; `side` is ``"buy"``, ``"sell"`` or a Side; for the rest see `buy`."""
        return place(self.commanding("self.submit"), read_side(side), quantity, instrument, limit, time_in_force,
                     post_only, reduce_only, tag, quantity_lots, limit_ticks, terms)

    def submit_list(self, orders, *, contingency=None, parent=None, trigger_mode="partial"):
        """Send orders that depend on one another; all of them are taken, or none.

        Parameters
        ----------
        orders : iterable of Buy and Sell
            At most 64 with `parent`.
        contingency : str | Contingency, optional
            What they mean to one another. ``"OCO"``: once one has traded or ended, the others are canceled. ``"OUO"``:
            what one has traded leaves the others; ``"ONE_UPDATES_OTHER_PROPORTIONAL"``: the others shrink by the same
            share. Nothing if not given.
        parent : Buy | Sell, optional
            Triggers the others (one triggers other): they wait in the core until it trades, and end if it ends without.
        trigger_mode : str
            ``"partial"``: the others leave with the parent's first trade, sized to the part that has traded, and grow
            with it. ``"full"``: they leave when it is complete, or has ended with a part.

        Returns
        -------
        list of Order
            Their handles, the parent's first. If one is denied, the others are denied too, for LIST_DENIED.

        Raises
        ------
        InvalidArgument
            For what is no Buy or Sell, too many of them, and all that `buy` refuses.
        """
        return submit_orders(self.commanding("self.submit_list"), orders, contingency, parent, trigger_mode)

    def close(self, instrument=None, *, tag=""):
        """Send the market order that brings the position to zero.

        Returns
        -------
        Order | None
            None when there is no position.
        """
        return close_position(self.commanding("self.close"), instrument, tag)

    def cancel(self, order):
        """Ask the venue to cancel an order.

        Returns
        -------
        bool
            Whether the request was sent: a closed order, or one with the same request under way, has nothing to cancel.
            `last_refusal` says why not.
        """
        return cancel_order(self.commanding("self.cancel"), order)

    def replace(self, order, *, limit=None, quantity=None, stop=None, limit_ticks=None, quantity_lots=None,
                stop_ticks=None):
        """Ask the venue to change an order's limit, the price that it waits for, or its total quantity.

        Parameters
        ----------
        order : Order
            One of this strategy's.
        limit, stop, quantity
            New limit, new stop or if-touched price, and new total quantity (what has traded counts in it); what is not
            given stays.
        limit_ticks, stop_ticks, quantity_lots : int, optional
            The same in whole ticks and lots.

        Returns
        -------
        bool
            Whether the request was sent: the risk gate refuses it as it refuses orders, and while the venue has yet to
            answer another request. `last_refusal` says why not.
        """
        return replace_order(self.commanding("self.replace"), order, limit, quantity, stop, limit_ticks,
                             quantity_lots, stop_ticks)

    @property
    def last_refusal(self):
        """Why the last `cancel` or `replace` was not sent: ``last_refusal.code`` and ``last_refusal.text``.

        The code is NONE when it was sent, and before the first of the run. Those of `cancel_all` count too.
        """
        return REASONS[<int>self.running("self.last_refusal").refusal]

    def cancel_all(self, side=None, tag=None, instrument=None):
        """Ask to cancel every open order that fits.

        Parameters
        ----------
        side : str | Side, optional
            Only this side's.
        tag : str, optional
            Only those whose tag matches; ``*``, ``?`` and ``[...]`` are wildcards, as in ``"grid:*"``.
        instrument : str, optional
            Only this instrument's.

        Returns
        -------
        int
            For how many orders. Of very many the first are asked for at once, the rest as events are told, at the same
            time.
        """
        return cancel_matching(self.commanding("self.cancel_all"), side, tag, instrument)
