"""Turns Python's numbers, text and rounding names into the core's, or refuses them with the line to write instead."""

cdef dict _ROUNDINGS = {
    name: code
    for code, names in enumerate((
        ("ceiling", "ROUND_CEILING"), ("floor", "ROUND_FLOOR"), ("up", "ROUND_UP"), ("down", "ROUND_DOWN"),
        ("half_up", "ROUND_HALF_UP"), ("half_down", "ROUND_HALF_DOWN"), ("half_even", "ROUND_HALF_EVEN"),
        ("05up", "ROUND_05UP"),
    ))
    for name in names
}
# Not offered as a name: leaving the rounding out means it.
cdef int _EXACT = 8
# The argument of the constructors when there is none: the value is zero, or about to be filled in.
cdef object _BLANK = object()


# The name asked for last, almost always asked for again: a comparison of pointers instead of a look-up.
cdef object _last_rounding = None
cdef int _last_code = _EXACT


cdef inline int rounding_of(object rounding) except -1:
    if rounding is _last_rounding:
        return _last_code
    return look_up_rounding(rounding)


cdef int look_up_rounding(object rounding) except -1:
    global _last_rounding, _last_code
    if rounding is None:
        return _EXACT
    found = _ROUNDINGS.get(rounding) if isinstance(rounding, str) else None
    if found is None:
        raise InvalidArgument(
            f"rounding must be one of ceiling, floor, up, down, half_up, half_down, half_even, 05up, not {rounding!r}"
        )
    _last_rounding = rounding
    _last_code = found
    return found


cdef long long integer_of(object value, str what) except? -1:
    """A whole number of 64 bits; floats, decimals and bools are refused, whatever they could be cut to."""
    cdef int over = 0
    cdef long long number
    if type(value) is not int:
        if isinstance(value, bool):
            raise TypeError(f"{what} must be a whole number, not the bool {value!r}")
        try:
            value = operator.index(value)
        except TypeError:
            raise TypeError(f"{what} must be a whole number (int), not {type(value).__name__} {value!r}") from None
    number = PyLong_AsLongLongAndOverflow(value, &over)
    if over != 0:
        raise DecimalOverflow(f"{what} {value} does not fit in 64 bits")
    return number


cdef int digits_of(object digits, str what) except -1:
    cdef int over = 0
    cdef long long value = PyLong_AsLongLongAndOverflow(digits, &over) if type(digits) is int else integer_of(digits, what)
    if over != 0 or value < 0 or value > 18:
        raise InvalidArgument(f"{what} must be 0 to 18, not {digits}; a decimal keeps 18 places")
    return <int>value


cdef str prefix(const char* what):
    return f"{what.decode()}: " if what[0] != 0 else ""


cdef int text_to_fixed(object text, const char* what, CFixed* out) except -1:
    cdef ParseStatus status = ParseStatus.malformed
    if parse_unicode(text, out[0], status) and status == ParseStatus.ok:
        return 0
    if not text.isascii():
        raise InvalidDecimal(
            f"{prefix(what)}{text[:80]!r} is not a decimal; write digits with at most one dot, as '101.25'"
        )
    try:
        out[0] = c_parse(text.encode("ascii"))
    except ValueError as error:
        if what[0] == 0:
            raise
        raise type(error)(f"{prefix(what)}{error}") from None
    return 0


cdef int integer_to_fixed(object value, const char* what, CFixed* out) except -1:
    cdef int over = 0
    cdef long long number = PyLong_AsLongLongAndOverflow(value, &over)
    if over == 0:
        out[0] = whole_number(number)
        return 0
    if value.bit_length() > 68:
        raise DecimalOverflow(
            f"{prefix(what)}an integer of {value.bit_length()} bits is beyond the range of a decimal, about 1.7e20; "
            f"use a larger unit"
        )
    return text_to_fixed(str(value), what, out)


cdef int fraction_to_fixed(object value, const char* what, CFixed* out) except -1:
    scaled, rest = divmod(value.numerator * 10**18, value.denominator)
    if rest:
        raise InvalidDecimal(
            f"{prefix(what)}{value!r} has no decimal form within 18 places; "
            f"divide with named digits: Fixed({value.numerator}).divide({value.denominator}, digits=, rounding=)"
        )
    sign = "-" if scaled < 0 else ""
    text_to_fixed(f"{sign}{abs(scaled)}E-18", what, out)
    out[0].decimals = <uint8_t>c_decimals_needed(out[0].raw)
    return 0


cdef bint is_fraction(object value):
    """Whether it is a fractions.Fraction; nobody can own one before that module is imported."""
    module = sys.modules.get("fractions")
    return module is not None and isinstance(value, module.Fraction)


cdef bint is_float(object value):
    """Whether it is a float or complex number, NumPy's ones and arrays of them included."""
    return isinstance(value, float) or (hasattr(value, "dtype") and getattr(value.dtype, "kind", "") in "fc")


cdef bint is_array(object value):
    return hasattr(value, "dtype") and getattr(value, "ndim", 0) != 0


cdef object float_refused(object value, const char* what):
    return TypeError(
        f"{prefix(what)}the float {value!r} is not exact; write it as text, '{value!s}', "
        f"or name its rounding: from_float({value!s}, decimals=..., rounding=...)"
    )


cdef int to_fixed(object value, const char* what, CFixed* out) except -1:
    """Any exact number or its text; `what` names it in messages and may be empty."""
    kind = type(value)
    if kind is str:
        return text_to_fixed(value, what, out)
    if kind is int:
        return integer_to_fixed(value, what, out)
    if kind is Fixed:
        out[0] = (<Fixed>value).v
        return 0
    if kind is Price:
        out[0] = (<Price>value).v
        return 0
    if kind is Quantity:
        out[0] = (<Quantity>value).v
        return 0
    return other_to_fixed(value, what, out)


cdef int other_to_fixed(object value, const char* what, CFixed* out) except -1:
    if isinstance(value, Decimal):
        return text_to_fixed(str(value), what, out)
    if isinstance(value, bool):
        raise TypeError(f"{prefix(what)}the bool {value!r} is not a number here; write '{int(value)}' if it is meant")
    if is_float(value):
        raise float_refused(value, what)
    if isinstance(value, str):
        return text_to_fixed(str.__str__(value), what, out)
    if is_fraction(value):
        return fraction_to_fixed(value, what, out)
    if type(value) is Money:
        raise TypeError(f"{prefix(what)}{value!r} is an amount of money; take its .amount")
    try:
        number = operator.index(value)
    except TypeError:
        raise TypeError(
            f"{prefix(what)}a number is wanted as str, int or Decimal, not {type(value).__name__} {value!r}"
        ) from None
    return integer_to_fixed(number, what, out)


cdef int float_to_fixed(object value, object decimals, object rounding, CFixed* out) except -1:
    """A float by its shortest repr, rounded as told."""
    if not isinstance(value, float):
        raise TypeError(f"from_float wants a float, not {type(value).__name__} {value!r}; other numbers need no rounding")
    if not isfinite(value):
        raise InvalidDecimal(f"the float {value!r} is not a decimal; only finite floats are")
    if rounding is None:
        raise InvalidArgument("from_float needs the name of a rounding mode, for instance rounding='half_even'")
    cdef ParseStatus status = from_double(
        value, digits_of(decimals, "decimals"), <Rounding>rounding_of(rounding), out[0]
    )
    if status != ParseStatus.ok:
        raise DecimalOverflow(f"the float {value!r} is beyond the range of a decimal, about 1.7e20; use a larger unit")
    return 0


cdef object compare_other(object self, const CFixed& v, object other, int op):
    """self `op` other for an `other` of a foreign type: exact for int, Decimal and Fraction, refused for floats."""
    cdef int over = 0
    cdef long long number
    if is_float(other) or isinstance(other, bool) or is_array(other):
        raise TypeError(
            f"{type(self).__name__} can not be compared with the {type(other).__name__} {other!r}; "
            f"write it as text or Decimal"
        )
    if isinstance(other, Decimal):
        return PyObject_RichCompare(Decimal(text_object(v)), other, op)
    if is_fraction(other):
        return PyObject_RichCompare(sys.modules["fractions"].Fraction(text_object(v)), other, op)
    try:
        other = operator.index(other)
    except TypeError:
        return NotImplemented
    number = PyLong_AsLongLongAndOverflow(other, &over)
    if over != 0:
        return PyObject_RichCompare(Decimal(text_object(v)), other, op)
    return holds(op, v, whole_number(number))


cdef object kinds_differ(object a, object b):
    return TypeError(
        f"{type(a).__name__} and {type(b).__name__} can not be compared; compare Fixed({str(a)!r}) if you mean the number"
    )


cdef str plain_text(const CFixed& v):
    return text_object(v)


cdef int shown_decimals(const CFixed& v):
    cdef int needed = c_decimals_needed(v.raw)
    return needed if needed > v.decimals else v.decimals


cdef object scaled_of(const CFixed& v, object decimals):
    cdef int places = digits_of(decimals, "decimals")
    cdef int needed = c_decimals_needed(v.raw)
    if needed > places:
        raise Inexact(f"{plain_text(v)} has {needed} decimals, more than {places}; quantize it first")
    return int(plain_text(c_quantize(v, places, Rounding.exact)).replace(".", ""))


cdef int scaled_to_fixed(object mantissa, object decimals, CFixed* out) except -1:
    cdef int places = digits_of(decimals, "decimals")
    cdef int over = 0
    cdef long long number
    if type(mantissa) is not int:
        mantissa = integer_of(mantissa, "mantissa")
    number = PyLong_AsLongLongAndOverflow(mantissa, &over)
    if over == 0:
        out[0] = c_from_scaled(number, places)
        return 0
    if mantissa.bit_length() > 127:
        raise DecimalOverflow(f"a mantissa of {mantissa.bit_length()} bits is beyond the range of a decimal, 127 bits")
    text_to_fixed(f"{mantissa}E-{places}", b"", out)
    return 0


cdef object as_float(const CFixed& v):
    return float(text_object(v))


cdef object as_fraction(const CFixed& v):
    from fractions import Fraction

    return Fraction(text_object(v))


cdef int tick_rounding(object mode, object side) except -1:
    """up, down, nearest (ties to the even tick), or by side: passive away from the other side, aggressive toward it."""
    if mode == "up":
        return <int>Rounding.ceiling
    if mode == "down":
        return <int>Rounding.floor
    if mode == "nearest":
        return <int>Rounding.half_even
    if mode != "passive" and mode != "aggressive":
        raise InvalidArgument(f"mode must be one of up, down, nearest, passive, aggressive, not {mode!r}")
    name = getattr(side, "name", side)
    name = name.lower() if isinstance(name, str) else name
    if name != "buy" and name != "sell":
        raise InvalidArgument(f"the mode {mode!r} needs side='buy' or side='sell', not {side!r}")
    return <int>(Rounding.floor if (name == "buy") == (mode == "passive") else Rounding.ceiling)


cdef inline Fixed new_fixed(const CFixed& v):
    cdef Fixed value = Fixed.__new__(Fixed)
    value.v = v
    return value


cdef inline Price new_price(const CFixed& v):
    cdef Price value = Price.__new__(Price)
    value.v = v
    return value


# The caller has made sure that it is not negative.
cdef inline Quantity new_quantity(const CFixed& v):
    cdef Quantity value = Quantity.__new__(Quantity)
    value.v = v
    return value
