"""Fixed: the plain exact decimal, with sums by operator and everything that may round by named method."""


@cython.final
@cython.freelist(256)
cdef class Fixed:
    """An exact decimal number: 128-bit mantissa, up to 18 decimals, magnitude up to about 1.7e20.

    Parameters
    ----------
    value : str, int, decimal.Decimal, fractions.Fraction, Price, Quantity or Fixed
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
        if value is not _BLANK:
            to_fixed(value, b"", &self.v)

    @staticmethod
    def from_float(value, /, *, decimals, rounding):
        """The float's shortest text, rounded to `decimals` places by the named mode."""
        cdef CFixed v
        float_to_fixed(value, decimals, rounding, &v)
        return new_fixed(v)

    @staticmethod
    def from_scaled(mantissa, /, decimals):
        """``mantissa * 10**-decimals``."""
        cdef CFixed v
        scaled_to_fixed(mantissa, decimals, &v)
        return new_fixed(v)

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

    def multiply(self, other, digits=None, rounding=None):
        """The product at `digits` decimals; without `digits` all of it, without `rounding` exact or `Inexact`."""
        cdef CFixed b
        to_fixed(other, b"factor", &b)
        if digits is None and rounding is None:
            return new_fixed(c_multiply_exact(self.v, b))
        return new_fixed(c_multiply(self.v, b, wanted_digits(digits), <Rounding>rounding_of(rounding)))

    def divide(self, other, digits=None, rounding=None):
        """The quotient at `digits` decimals; without them exact or `Inexact`."""
        cdef CFixed b
        to_fixed(other, b"divisor", &b)
        if digits is None and rounding is None:
            return new_fixed(c_divide_exact(self.v, b))
        return new_fixed(c_divide(self.v, b, wanted_digits(digits), <Rounding>rounding_of(rounding)))

    def fma(self, factor, addend, digits=None, rounding=None):
        """``self * factor + addend``, rounded once."""
        cdef CFixed b
        cdef CFixed c
        cdef CFixed result
        to_fixed(factor, b"factor", &b)
        to_fixed(addend, b"addend", &c)
        if digits is None and rounding is None:
            result = c_fma(self.v, b, c, 18, Rounding.exact)
            result.decimals = <uint8_t>min(18, max(self.v.decimals + b.decimals, c.decimals))
            return new_fixed(result)
        return new_fixed(c_fma(self.v, b, c, wanted_digits(digits), <Rounding>rounding_of(rounding)))

    def quantize(self, digits, rounding=None):
        """The number at `digits` decimals; `Inexact` if that needs a rounding and none is named."""
        return new_fixed(c_quantize(self.v, digits_of(digits, "digits"), <Rounding>rounding_of(rounding)))

    def remainder(self, other, digits=None, rounding=None):
        """``self - other * trunc(self / other)``: it has the sign of self."""
        cdef CFixed b
        cdef CFixed result
        to_fixed(other, b"divisor", &b)
        result = c_remainder(self.v, b)
        if digits is not None or rounding is not None:
            result = c_quantize(result, wanted_digits(digits), <Rounding>rounding_of(rounding))
        return new_fixed(result)

    def divide_int(self, other, digits=0, rounding="down"):
        """The quotient as a whole number, cut off unless another rounding is named."""
        cdef CFixed b
        to_fixed(other, b"divisor", &b)
        return new_fixed(c_divide(self.v, b, digits_of(digits, "digits"), <Rounding>rounding_of(rounding)))

    def __add__(self, other):
        cdef CFixed b
        if type(other) is Fixed:
            return new_fixed(c_add(self.v, (<Fixed>other).v))
        if not is_plain_number(other):
            return NotImplemented
        to_fixed(other, b"", &b)
        return new_fixed(c_add(self.v, b))

    def __radd__(self, other):
        return self.__add__(other)

    def __sub__(self, other):
        cdef CFixed b
        if type(other) is Fixed:
            return new_fixed(c_subtract(self.v, (<Fixed>other).v))
        if not is_plain_number(other):
            return NotImplemented
        to_fixed(other, b"", &b)
        return new_fixed(c_subtract(self.v, b))

    def __rsub__(self, other):
        cdef CFixed b
        if not is_plain_number(other):
            return NotImplemented
        to_fixed(other, b"", &b)
        return new_fixed(c_subtract(b, self.v))

    def __mul__(self, other):
        if not is_whole(other):
            return NotImplemented
        return new_fixed(c_multiply_integer(self.v, integer_of(other, "factor")))

    def __rmul__(self, other):
        return self.__mul__(other)

    def __neg__(self):
        return new_fixed(c_negate(self.v))

    def __pos__(self):
        return self

    def __abs__(self):
        return new_fixed(c_absolute(self.v))

    def __bool__(self):
        return sign_of(self.v) != 0

    def __hash__(self):
        return numeric_hash(self.v)

    def __richcmp__(self, other, int op):
        if type(other) is Fixed:
            return holds(op, self.v, (<Fixed>other).v)
        if type(other) is Price:
            return holds(op, self.v, (<Price>other).v)
        if type(other) is Quantity:
            return holds(op, self.v, (<Quantity>other).v)
        if type(other) is Money:
            raise kinds_differ(self, other)
        return compare_other(self, self.v, other, op)

    def __str__(self):
        return text_object(self.v)

    def __repr__(self):
        return f"Fixed('{plain_text(self.v)}')"

    def __format__(self, spec):
        return format(Decimal(text_object(self.v)), spec) if spec else text_object(self.v)

    def __reduce__(self):
        return Fixed, (text_object(self.v),)

    def __copy__(self):
        return self

    def __deepcopy__(self, memo):
        return self


cdef bint is_whole(object value):
    return not isinstance(value, bool) and (
        type(value) is int or (hasattr(type(value), "__index__") and not is_float(value))
    )


cdef bint is_plain_number(object value):
    return is_whole(value) or isinstance(value, Decimal) or is_fraction(value)


cdef int wanted_digits(object digits) except -1:
    if digits is None:
        raise InvalidArgument("a rounding mode needs digits: say how many decimals to round to, for instance digits=8")
    return digits_of(digits, "digits")
