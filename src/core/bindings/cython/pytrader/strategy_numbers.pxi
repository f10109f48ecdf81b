# The way between what users write and read (texts, prices, money) and the core's ticks and lots.

cdef tuple NO_ARGUMENTS = ()


cdef object bound_to_run(thing):
    return TypeError(f"{type(thing).__name__} belongs to its run and can not be copied or pickled: keep the values you need")


cdef inline Price new_price(const CFixed& number):
    cdef Price made = <Price>pytrader_blank(Price, NO_ARGUMENTS)
    made.v = number
    return made


cdef inline Quantity new_quantity(const CFixed& number):
    cdef Quantity made = <Quantity>pytrader_blank(Quantity, NO_ARGUMENTS)
    made.v = number
    return made


cdef inline Fixed new_fixed(const CFixed& number):
    cdef Fixed made = <Fixed>pytrader_blank(Fixed, NO_ARGUMENTS)
    made.v = number
    return made


@cython.final
cdef class Grid:
    """An instrument's price and quantity grid, which turns ticks and lots into values; lives on after the run."""

    def __reduce__(self):
        raise bound_to_run(self)

    def __init__(self, instrument, index):
        self.instrument = instrument
        self.id = instrument.id
        self.index = <u32>as_i64(index, "index")
        self.currency = instrument.quote_currency
        self.scale = make_scale(
            number_of(instrument.tick_size, "tick_size"),
            number_of(instrument.lot_size, "lot_size"),
            number_of(instrument.multiplier, "multiplier"),
        )
        self.tick = tick_as_double(self.scale)

    cdef Price price(self, i64 ticks):
        return new_price(price_value(self.scale, ticks))

    cdef Quantity quantity(self, i64 lots):
        return new_quantity(quantity_value(self.scale, lots))

    cdef Fixed signed_quantity(self, i64 lots):
        return new_fixed(quantity_value(self.scale, lots))

    cdef Fixed half(self, i64 ticks):
        return new_fixed(half_price_value(self.scale, ticks))

    cdef object money(self, const CFixed& amount):
        return Money(new_fixed(amount), self.currency)

    cdef i64 ticks(self, object price, str what) except? -1:
        if type(price) is Quantity:
            raise TypeError(f"{what} is a price, got {price!r}")
        cdef CFixed value = number_of(price, what)
        cdef i64 found = 0
        if not on_grid(value, self.scale.tick, found):
            if is_multiple(value, self.scale.tick):
                raise DecimalOverflow(f"{what} {price} of {self.id} is too large: its ticks do not fit 64 bits")
            fix = f", as in self.instrument.round_price({str(price)!r}, 'nearest')" if self.currency is not None else ""
            raise OffTick(
                f"{what} {price} of {self.id} is no whole number of ticks of {self.instrument.tick_size}: round it{fix}"
            )
        return found

    cdef i64 lots(self, object quantity, str what) except? -1:
        if type(quantity) is Price:
            raise TypeError(f"{what} is a quantity, got {quantity!r}")
        cdef CFixed value = number_of(quantity, what)
        cdef i64 found = 0
        if not on_grid(value, self.scale.lot, found):
            if is_multiple(value, self.scale.lot):
                raise DecimalOverflow(f"{what} {quantity} of {self.id} is too large: its lots do not fit 64 bits")
            raise OffLot(
                f"{what} {quantity} of {self.id} is no whole number of lots of {self.instrument.lot_size}:"
                f" round it, as in self.instrument.round_quantity({str(quantity)!r}, 'down')"
            )
        return found


cdef CFixed number_of(value, str what) except *:
    """Any exact number or its text; a float is refused with the line to write instead."""
    kind = type(value)
    if kind is Price:
        return (<Price>value).v
    if kind is Quantity:
        return (<Quantity>value).v
    if kind is Fixed:
        return (<Fixed>value).v
    try:
        return (<Fixed>Fixed(value)).v
    except (TypeError, ValueError) as error:
        raise type(error)(f"{what}: {error}") from None


cdef i64 as_i64(value, str what) except? -1:
    """A whole number; floats, decimals and bools are refused, not cut."""
    if type(value) is not int and (isinstance(value, bool) or not hasattr(type(value), "__index__")):
        raise TypeError(f"{what} must be an int, got {value!r}")
    try:
        return <i64>index(value)
    except OverflowError:
        raise DecimalOverflow(f"{what} is too large: {value} does not fit 64 bits") from None


cdef i64 duration(value, str what) except? -1:
    """Nanoseconds from an int or from text such as "100ms"."""
    if not isinstance(value, str):
        return as_i64(value, what)
    match = DURATION.fullmatch(value)
    if match is None:
        raise InvalidArgument(f"{what} must be like '250us', '100ms', '1s', '5m', '1h', '1d' or whole nanoseconds, got {value!r}")
    nanoseconds = Fraction(match[1]) * NANOSECONDS[match[2]]
    if nanoseconds.denominator != 1 or not 0 <= nanoseconds < 2**63:
        raise InvalidArgument(f"{what} must be a whole number of nanoseconds below 2**63, got {value!r}")
    return <i64>int(nanoseconds)


def duration_ns(value, what="duration"):
    """Nanoseconds that a duration stands for.

    Parameters
    ----------
    value : str | int
        Text such as ``"250us"``, ``"100ms"``, ``"1.5s"``, ``"5m"``, ``"1h"``, ``"1d"``, or whole nanoseconds.
    what : str
        What the value is, for messages.

    Returns
    -------
    int
        Nanoseconds, at least 0 for a text.

    Raises
    ------
    InvalidArgument
        If the text is no duration, or no whole number of nanoseconds.
    """
    return duration(value, what)


def time_text(time_ns):
    """A time in nanoseconds since 1970 UTC as text, such as ``2024-01-31T14:30:00.000000001Z``."""
    seconds, nanoseconds = divmod(time_ns, 1_000_000_000)
    moment = datetime(1970, 1, 1) + timedelta(seconds=seconds)
    return f"{moment.isoformat()}.{nanoseconds:09d}Z"
