"""Price: what one unit costs, signed; adds only to prices, multiplies only by whole numbers."""


@cython.final
@cython.freelist(256)
cdef class Price:
    """The price of one unit, of either sign: 128-bit mantissa, up to 18 decimals, magnitude up to about 1.7e20.

    Parameters
    ----------
    value : str, int, decimal.Decimal, fractions.Fraction, Fixed or Price
        Taken exactly or refused. A float or bool is a ``TypeError``; see `from_float`.

    Raises
    ------
    InvalidDecimal
        If the text is no decimal or the value needs more than 18 decimals.
    DecimalOverflow
        If the value is out of range.
    """

    __array_ufunc__ = None

    def __cinit__(self, value=_BLANK, /):
        if value is _BLANK:
            return
        if type(value) is Quantity:
            raise TypeError(f"a Price can not be made from {value!r}; make it from Fixed({str(value)!r}) if it is meant")
        to_fixed(value, b"", &self.v)

    @staticmethod
    def from_float(value, /, *, decimals, rounding):
        """The float's shortest text, rounded to `decimals` places by the named mode."""
        cdef CFixed v
        float_to_fixed(value, decimals, rounding, &v)
        return new_price(v)

    @staticmethod
    def from_scaled(mantissa, /, decimals):
        """``mantissa * 10**-decimals``."""
        cdef CFixed v
        scaled_to_fixed(mantissa, decimals, &v)
        return new_price(v)

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
        """The price at `digits` decimals; `Inexact` if that needs a rounding and none is named."""
        return new_price(c_quantize(self.v, digits_of(digits, "digits"), <Rounding>rounding_of(rounding)))

    def to_tick(self, tick, mode=None, side=None):
        """The price on a grid of `tick`; without a mode it must be there already, or `OffTick`.

        Parameters
        ----------
        tick : str, int, Decimal, Fixed or Price
            The step of the grid, above zero.
        mode : {'up', 'down', 'nearest', 'passive', 'aggressive'}, optional
            Up and down are toward plus and minus infinity; nearest takes the even tick on a tie; passive rounds a
            buy down and a sell up, aggressive the other way.
        side : {'buy', 'sell'} or Side, optional
            Needed by passive and aggressive.
        """
        cdef CFixed step
        to_fixed(tick, b"tick", &step)
        cdef int rounding = _EXACT if mode is None else tick_rounding(mode, side)
        return new_price(c_round_to_multiple(self.v, step, <Rounding>rounding))

    def ratio(self, other, digits=None, rounding=None):
        """``self / other`` of two prices as a `Fixed`; without `digits` and `rounding` exact or `Inexact`."""
        if type(other) is not Price:
            raise TypeError(f"ratio wants a Price, not {type(other).__name__} {other!r}")
        if digits is None and rounding is None:
            return new_fixed(c_divide_exact(self.v, (<Price>other).v))
        return new_fixed(
            c_divide(self.v, (<Price>other).v, wanted_digits(digits), <Rounding>rounding_of(rounding))
        )

    def __add__(self, other):
        if type(other) is Price:
            return new_price(c_add(self.v, (<Price>other).v))
        return NotImplemented

    def __sub__(self, other):
        if type(other) is Price:
            return new_price(c_subtract(self.v, (<Price>other).v))
        return NotImplemented

    def __mul__(self, other):
        if not is_whole(other):
            return NotImplemented
        return new_price(c_multiply_integer(self.v, integer_of(other, "factor")))

    def __rmul__(self, other):
        return self.__mul__(other)

    def __neg__(self):
        return new_price(c_negate(self.v))

    def __pos__(self):
        return self

    def __abs__(self):
        return new_price(c_absolute(self.v))

    def __bool__(self):
        return sign_of(self.v) != 0

    def __hash__(self):
        return numeric_hash(self.v)

    def __richcmp__(self, other, int op):
        if type(other) is Price:
            return holds(op, self.v, (<Price>other).v)
        if type(other) is Fixed:
            return holds(op, self.v, (<Fixed>other).v)
        if type(other) is Quantity or type(other) is Money:
            raise kinds_differ(self, other)
        return compare_other(self, self.v, other, op)

    def __str__(self):
        return text_object(self.v)

    def __repr__(self):
        return f"Price('{plain_text(self.v)}')"

    def __format__(self, spec):
        return format(Decimal(text_object(self.v)), spec) if spec else text_object(self.v)

    def __reduce__(self):
        return Price, (text_object(self.v),)

    def __copy__(self):
        return self

    def __deepcopy__(self, memo):
        return self
