# Execution algorithms: how one is bound to the order that it works, and what it may do there.


cdef class AlgorithmBase:
    """What an execution algorithm stands on; see `pytrader.strategy.ExecutionAlgorithm`."""

    def __reduce__(self):
        raise TypeError(f"a {type(self).__name__} belongs to one order and can not be copied: make another one")

    @property
    def parent(self):
        """The order that it works."""
        return self.bound("parent")

    @property
    def children(self):
        """Its open children, oldest first."""
        cdef Order parent = self.bound("children")
        cdef u64 number
        found = []
        if parent.context is not None:
            number = self.context.kernel.orders().first_child(parent.now()[0])
            while number != 0:
                found.append(self.context.order_of(number))
                number = self.context.kernel.orders().next_child(self.context.kernel.order(number)[0])
        return found

    @property
    def free_lots(self):
        """Lots of the parent that have neither traded nor are with open children; 0 once it is closed."""
        cdef Order parent = self.bound("free_lots")
        return 0 if parent.context is None else self.context.kernel.free_lots(parent.number)

    @property
    def instrument(self):
        """The parent's instrument."""
        return self.bound("instrument").grid.instrument

    @property
    def clock_ns(self):
        """The run's time in nanoseconds since 1970 UTC."""
        self.bound("clock_ns")
        self.context.readable("clock_ns")
        return self.context.kernel.now()

    @property
    def quote(self):
        """Best bid and offer of the parent's instrument now."""
        cdef Order parent = self.bound("quote")
        self.context.readable("quote")
        return quote_now(self.context, parent.grid)

    def bars(self, duration):
        """Bars of the parent's instrument that are built from its trades; they are not delivered to the strategy."""
        cdef Order parent = self.bound("bars")
        self.context.commanding("bars")
        return series_of(self.context, duration, parent.grid)

    def history(self, what, *, count=None, start=None, end=None):
        """Past market data of the parent's instrument as columns, as of `Strategy.history`."""
        cdef Order parent = self.bound("history")
        self.context.commanding("history")
        return past_of(self.context, what, parent.grid, count, start, end)

    def send(self, quantity_lots, *, limit_ticks=None, time_in_force=None, post_only=False, **terms):
        """Send a child order: on the parent's side, in its instrument, with its tag; returns the handle.

        Any other term of an order may be given, such as ``stop_ticks`` or ``display_qty``. The core denies what is for
        more than `free_lots`, or at a worse price than the parent's limit (EXCEEDS_PARENT).
        """
        cdef Order parent = self.bound("send")
        cdef Context context = self.context
        cdef const COrder* now = parent.now()
        cdef NewOrder order
        cdef Grid grid
        cdef u64 number
        context.commanding("send")
        for name in terms:
            if name in PLAIN_ARGUMENTS:
                raise TypeError(
                    f"send has no argument {name!r}: a child is counted in ticks and lots (quantity_lots, limit_ticks), "
                    "and has its parent's side, instrument, tag and reduce_only"
                )
        grid = read_order(context, now.side, None, parent.grid.id, None, time_in_force, post_only,
                          now.flags & kReduceOnly != 0, parent.label, quantity_lots, limit_ticks, terms, &order)
        order.parent = parent.number
        number = context.kernel.submit(order)
        return context.follow(number, grid, order.tag)

    def cancel(self, child):
        """Ask the venue to cancel a child; whether the request was sent."""
        self.bound("cancel")
        self.context.commanding("cancel")
        return cancel_order(self.context, child)

    def replace(self, child, *, limit_ticks=None, quantity_lots=None):
        """Ask the venue to change a child's limit or total quantity; whether the request was sent."""
        self.bound("replace")
        self.context.commanding("replace")
        return replace_order(self.context, child, None, None, None, limit_ticks, quantity_lots, None)

    def finish(self):
        """Cancel what is left of the parent, and its children."""
        cdef Order parent = self.bound("finish")
        self.context.commanding("finish")
        return is_cancelable(parent.now().ord_status) and cancel_order(self.context, parent)

    def every(self, interval):
        """Have ``on_timer`` called again and again, first one interval from now; the timer ends with the parent."""
        cdef Order parent = self.bound("every")
        cdef i64 span = duration(interval, "interval")
        self.context.commanding("every")
        if span <= 0:
            raise InvalidArgument(f"the interval must be positive, got {interval!r}")
        name = f"{parent.client_order_id} {len(self.timers)}"
        self.context.set_timer(name, as_i64(<object>self.context.kernel.now() + <object>span, "the timer's first time"), span)
        self.timers.append(name)
        self.context.algorithm_timers[name] = self

    cdef Order bound(self, str what):
        if self.order is None:
            raise InvalidState(f"{type(self).__name__}.{what} can be used only once it works an order")
        return self.order

    cdef int begin(self, Context context, Order order) except -1:
        self.context = context
        self.order = order
        self.timers = []
        context.algorithms[order.number] = self
        try:
            self.on_start()
        except BaseException:
            # What is half begun does not stay.
            if is_cancelable(order.now().ord_status):
                cancel_order(context, order)
            raise
        return 0

    # After the last event of the parent.
    cdef int end(self) except -1:
        for name in self.timers:
            del self.context.algorithm_timers[name]
            self.context.cancel_timer(name)
        self.timers = []
        del self.context.algorithms[self.order.number]
        return 0


cdef int check_algorithm(algorithm, exits) except -1:
    if not isinstance(algorithm, AlgorithmBase):
        raise InvalidArgument(f"algorithm must be an ExecutionAlgorithm such as Twap, got {algorithm!r}")
    if (<AlgorithmBase>algorithm).order is not None:
        raise InvalidArgument(f"this {type(algorithm).__name__} works an order already: make one for each order")
    if exits:
        raise InvalidArgument("an order that an algorithm works has no exits yet: send them when it has traded")
    return 0


cdef int work_order(Context context, Order order, AlgorithmBase algorithm) except -1:
    """The algorithm begins, unless the order was denied."""
    if is_open(order.now().ord_status):
        algorithm.begin(context, order)
    return 0


cdef int tell_algorithm(Context context, Order order, OrderEvent event) except -1:
    """An event of a parent or of one of its children, after the strategy heard of it."""
    found = context.algorithms.get(order.number)
    if found is None:
        found = context.algorithms.get(order.now().parent())
    if found is None:
        return 0
    cdef AlgorithmBase algorithm = <AlgorithmBase>found
    try:
        if may_command(context.kernel.state(context.index)):
            algorithm.on_order_event(event)
    finally:
        if order.number == algorithm.order.number and is_closed(event.record.ord_status):
            algorithm.end()
    return 0


cdef int tell_after(Context context, Order order, OrderEvent event, error) except -1:
    """The same where the strategy failed with this error."""
    if context.algorithms:
        try:
            tell_algorithm(context, order, event)
        except Exception as second:
            with_second(error, second)
    return 0


def resuming(Context context):
    """What is called when the strategy may act again: what happened meanwhile its algorithms were not told."""
    yield context.on_resume
    for algorithm in list(context.algorithms.values()):
        yield algorithm.on_resume


cdef int call_all(handlers) except -1:
    """One after another, whatever one of them raises; None is no handler."""
    failed = None
    for handler in handlers:
        if handler is not None:
            try:
                handler()
            except Exception as error:
                failed = with_second(failed, error)
    if failed is not None:
        raise failed
    return 0


cdef object with_second(first, second):
    """Both errors of one call as one: the first, whose traceback tells of the second."""
    if first is None:
        return second
    first.add_note("and then:\n" + "".join(format_exception(second, chain=False)))
    return first
