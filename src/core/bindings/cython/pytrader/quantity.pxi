"""Quantity: how much, never negative; a difference below zero is refused."""


cdef object negative_quantity(const CFixed& v):
    return InvalidArgument(f"a quantity can not be negative, and {plain_text(v)} is; a signed number is a Fixed")


cdef Quantity checked_quantity(const CFixed& v):
    if sign_of(v) < 0:
        raise negative_quantity(v)
    return new_quantity(v)


@cython.final
@cython.freelist(256)
cdef class Quantity:
    """How much of something, zero or more: 128-bit mantissa, up to 18 decimals, up to about 1.7e20.

    Parameters
    ----------
    value : str, int, decimal.Decimal, fractions.Fraction, Fixed or Quantity
        Taken exactly or refused. A float or bool is a ``TypeError``; see `from_float`.

    Raises
    ------
    InvalidArgument
        If the value is negative.
    InvalidDecimal
        If the text is no decimal or the value needs more than 18 decimals.
    DecimalOverflow
        If the value is out of range.
    """

    __array_ufunc__ = None

    def __cinit__(self, value=_BLANK, /):
        if value is _BLANK:
            return
        if type(value) is Price:
            raise TypeError(f"a Quantity can not be made from {value!r}; make it from Fixed({str(value)!r}) if it is meant")
        to_fixed(value, b"", &self.v)
        if sign_of(self.v) < 0:
            raise negative_quantity(self.v)

    @staticmethod
    def from_float(value, /, *, decimals, rounding):
        """The float's shortest text, rounded to `decimals` places by the named mode."""
        cdef CFixed v
        float_to_fixed(value, decimals, rounding, &v)
        return checked_quantity(v)

    @staticmethod
    def from_scaled(mantissa, /, decimals):
        """``mantissa * 10**-decimals``."""
        cdef CFixed v
        scaled_to_fixed(mantissa, decimals, &v)
        return checked_quantity(v)

    @property
    def decimals(self):
        """How many decimals `str` shows."""
        return shown_decimals(self.v)

    def scaled(self, decimals):
        """``value * 10**decimals`` as an int, or `Inexact`."""
        return scaled_of(self.v, decimals)

    def as_decimal(self):
        """The same number as ``decimal.Decimal``."""
        return Decimal(text_object(self.v))

    def as_fraction(self):
        """The same number as ``fractions.Fraction``."""
        return as_fraction(self.v)

    def as_float(self):
        """The nearest float."""
        return as_float(self.v)

    def as_fixed(self):
        """The same number without its meaning."""
        return new_fixed(self.v)

    def quantize(self, digits, rounding=None):
        """The quantity at `digits` decimals; `Inexact` if that needs a rounding and none is named."""
        return new_quantity(c_quantize(self.v, digits_of(digits, "digits"), <Rounding>rounding_of(rounding)))

    def to_lot(self, lot, mode=None):
        """The quantity on a grid of `lot`; without a mode ('up', 'down', 'nearest') it must be there, or `OffLot`."""
        cdef CFixed step
        to_fixed(lot, b"lot", &step)
        if mode == "passive" or mode == "aggressive":
            raise InvalidArgument(f"mode must be one of up, down, nearest, not {mode!r}; a quantity has no side")
        if mode is not None:
            return new_quantity(c_round_to_multiple(self.v, step, <Rounding>tick_rounding(mode, None)))
        try:
            return new_quantity(c_round_to_multiple(self.v, step, Rounding.exact))
        except OffTick:
            raise OffLot(
                f"{plain_text(self.v)} is no whole multiple of the lot {plain_text(step)}; round it up, down or nearest"
            ) from None

    def ratio(self, other, digits=None, rounding=None):
        """``self / other`` of two quantities as a `Fixed`; without `digits` and `rounding` exact or `Inexact`."""
        if type(other) is not Quantity:
            raise TypeError(f"ratio wants a Quantity, not {type(other).__name__} {other!r}")
        if digits is None and rounding is None:
            return new_fixed(c_divide_exact(self.v, (<Quantity>other).v))
        return new_fixed(
            c_divide(self.v, (<Quantity>other).v, wanted_digits(digits), <Rounding>rounding_of(rounding))
        )

    def __add__(self, other):
        if type(other) is Quantity:
            return new_quantity(c_add(self.v, (<Quantity>other).v))
        return NotImplemented

    def __sub__(self, other):
        if type(other) is Quantity:
            return checked_quantity(c_subtract(self.v, (<Quantity>other).v))
        return NotImplemented

    def __mul__(self, other):
        if not is_whole(other):
            return NotImplemented
        return checked_quantity(c_multiply_integer(self.v, integer_of(other, "factor")))

    def __rmul__(self, other):
        return self.__mul__(other)

    def __pos__(self):
        return self

    def __abs__(self):
        return self

    def __bool__(self):
        return sign_of(self.v) != 0

    def __hash__(self):
        return numeric_hash(self.v)

    def __richcmp__(self, other, int op):
        if type(other) is Quantity:
            return holds(op, self.v, (<Quantity>other).v)
        if type(other) is Fixed:
            return holds(op, self.v, (<Fixed>other).v)
        if type(other) is Price or type(other) is Money:
            raise kinds_differ(self, other)
        return compare_other(self, self.v, other, op)

    def __str__(self):
        return text_object(self.v)

    def __repr__(self):
        return f"Quantity('{plain_text(self.v)}')"

    def __format__(self, spec):
        return format(Decimal(text_object(self.v)), spec) if spec else text_object(self.v)

    def __reduce__(self):
        return Quantity, (text_object(self.v),)

    def __copy__(self):
        return self

    def __deepcopy__(self, memo):
        return self
