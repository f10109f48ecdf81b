# Indicators on bars: computed by the core, read and compared here.


@cython.final
cdef class Indicator:
    """A value that the core keeps up to date with every bar.

    Compare it with another indicator of the same instrument, or with a price: averages that are exact compare exactly.
    """

    def __reduce__(self):
        raise bound_to_run(self)

    cdef int current(self) except -1:
        self.context.readable(self.name)
        return 0

    @property
    def ready(self):
        """Whether it has seen as many bars as it needs."""
        self.current()
        return self.source.ready()

    @property
    def value(self):
        """The value as a float in units of price; over the bars seen so far before it is ready, None before the first."""
        self.current()
        if not self.source.ready() and last_bar(self.context.kernel[0], self.series) == NULL:
            return None
        return self.source.value() * self.grid.tick

    def __richcmp__(self, other, int op):
        cdef int order = self.order_to(other)
        if order == UNCOMPARABLE:
            return NotImplemented
        if op == Py_LT:
            return order < 0
        if op == Py_LE:
            return order <= 0
        if op == Py_EQ:
            return order == 0
        if op == Py_NE:
            return order != 0
        if op == Py_GT:
            return order > 0
        return order >= 0

    # Equal values of two indicators are a matter of the moment, so an indicator is no key.
    __hash__ = None

    cdef int order_to(self, other) except -2:
        self.current()
        if type(other) is Indicator:
            if (<Indicator>other).grid is not self.grid:
                raise InvalidArgument(
                    f"{self.name} of {self.grid.id} and {(<Indicator>other).name} of {(<Indicator>other).grid.id} count "
                    "different ticks: compare their values"
                )
            (<Indicator>other).current()
            return compare_indicators(self.source[0], (<Indicator>other).source[0])
        if type(other) is Quantity or isinstance(other, bool) or not isinstance(other, (Price, Fixed, int, Decimal)):
            return UNCOMPARABLE
        return compare_to_price(self.source[0], number_of(other, "price"), self.grid.scale)

    cdef Condition related(self, int relation, other):
        self.context.commanding(f"a condition on {self.name}")
        cdef Condition made = Condition.__new__(Condition)
        made.context = self.context
        if type(other) is Indicator:
            self.order_to(other)  # refuses what has other ticks
            made.number = add_relation(
                self.context.kernel[0], relation, self.source, self.series, (<Indicator>other).source,
                (<Indicator>other).series
            )
            return made
        if type(other) is Quantity or isinstance(other, bool) or not isinstance(other, (str, Price, Fixed, int, Decimal)):
            raise InvalidArgument(f"{self.name} can be compared with an indicator or a price, got {other!r}")
        made.number = add_price_relation(
            self.context.kernel[0], relation, self.source, self.series, number_of(other, "price"), self.grid.scale
        )
        return made

    def above(self, other):
        """The condition that it is above another indicator of the same instrument, or above a price; for `when`."""
        return self.related(0, other)

    def below(self, other):
        """The condition that it is below another indicator of the same instrument, or below a price; for `when`."""
        return self.related(1, other)

    def crosses_above(self, other):
        """The condition that it comes above the other: it is, and was not at the value before."""
        return self.related(2, other)

    def crosses_below(self, other):
        """The condition that it comes below the other: it is, and was not at the value before."""
        return self.related(3, other)

    def __repr__(self):
        return f"<Indicator {self.name} {self.grid.id}>"
