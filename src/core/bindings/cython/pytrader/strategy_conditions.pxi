# Conditions over indicators: evaluated by the core, which wakes Python only when one becomes true.


@cython.final
cdef class Condition:
    """A question about indicators that the core answers at every new value; see `Strategy.when`.

    Combine conditions with ``&``, ``|`` and ``~``. Nothing is known of one before its indicators are ready.
    """

    def __reduce__(self):
        raise bound_to_run(self)

    @property
    def holds(self):
        """Whether it is true of its indicators' values now; None before all of them are ready."""
        self.context.readable("condition.holds")
        cdef int truth = truth_of(self.context.kernel[0], self.number)
        return None if truth < 0 else truth == 1

    def __bool__(self):
        raise TypeError(
            "a condition has no value of its own to branch on: combine conditions with &, | and ~, pass them to "
            "self.when, or read condition.holds"
        )

    cdef Condition joined(self, other, bint both):
        self.context.commanding("a condition")
        if type(other) is not Condition or (<Condition>other).context is not self.context:
            raise InvalidArgument(f"a condition can be combined with another of the same strategy, got {other!r}")
        cdef Condition made = Condition.__new__(Condition)
        made.context = self.context
        if both:
            made.number = add_both(self.context.kernel[0], self.number, (<Condition>other).number)
        else:
            made.number = add_either(self.context.kernel[0], self.number, (<Condition>other).number)
        return made

    def __and__(self, other):
        return self.joined(other, True)

    def __or__(self, other):
        return self.joined(other, False)

    def __invert__(self):
        self.context.commanding("a condition")
        cdef Condition made = Condition.__new__(Condition)
        made.context = self.context
        made.number = add_inverse(self.context.kernel[0], self.number)
        return made

    def __repr__(self):
        return f"<Condition {self.number}>"


@cython.final
cdef class Mids:
    """The mid price of every quote of one instrument, and the indicators on it."""

    def __reduce__(self):
        raise bound_to_run(self)

    @property
    def instrument_id(self):
        """The instrument's id."""
        return self.grid.id

    def sma(self, length):
        """Simple moving average of the last `length` mid prices: exact."""
        self.context.commanding("mids.sma")
        return indicator_on(
            self, add_sma(self.context.kernel[0], self.series, as_i64(length, "length")), f"sma({length})"
        )

    def ema(self, length):
        """Exponential moving average of mid prices, weight 2 / (length + 1): a float, ready after `length` quotes."""
        self.context.commanding("mids.ema")
        return indicator_on(
            self, add_ema(self.context.kernel[0], self.series, as_i64(length, "length")), f"ema({length})"
        )

    def __repr__(self):
        return f"<Mids {self.grid.id}>"


cdef Indicator indicator_on(Mids mids, const CIndicator* source, str name):
    cdef Indicator made = Indicator.__new__(Indicator)
    made.context = mids.context
    made.grid = mids.grid
    made.source = source
    made.series = mids.series
    made.name = name
    return made


cdef Mids mids_of(Context context, instrument):
    cdef Mids mids = Mids.__new__(Mids)
    mids.context = context
    mids.grid = context.grid_of(instrument)
    mids.series = add_mids(context.kernel[0], mids.grid.index)
    return mids


cdef int wait_for(Context context, condition, handler) except -1:
    if isinstance(condition, bool):
        raise TypeError(
            f"self.when needs a condition, got {condition!r}: comparing two indicators with > or < answers now; "
            "write quick.above(calm), quick.below(calm), quick.crosses_above(calm) or quick.crosses_below(calm)"
        )
    if type(condition) is not Condition or (<Condition>condition).context is not context:
        raise InvalidArgument(f"self.when needs a condition of this strategy, got {condition!r}")
    if not callable(handler):
        raise InvalidArgument(f"self.when needs a function to call, got {handler!r}")
    if returns_at_once(handler):
        raise InvalidArgument(
            f"self.when got {handler!r}, which is async or has a yield, so that a call would not run it: write it as a "
            "plain method"
        )
    context.watches[add_watch(context.kernel[0], context.index, (<Condition>condition).number)] = handler
    return 0
