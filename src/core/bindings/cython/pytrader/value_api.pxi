"""What C++ calls: making values and reading arguments, exported through the module's C API."""


cdef api object pt_new_fixed(const CFixed* v):
    return new_fixed(v[0])


cdef api object pt_new_price(const CFixed* v):
    return new_price(v[0])


cdef api object pt_new_quantity(const CFixed* v):
    return checked_quantity(v[0])


cdef api object pt_new_money(const CFixed* v, object currency):
    return new_money(v[0], currency_of(currency))


cdef api object pt_currency(object code):
    return currency_of(code)


cdef api int pt_currency_decimals(object currency) except -1:
    return currency_of(currency).places


cdef api int pt_to_fixed(object value, const char* what, CFixed* out) except -1:
    return to_fixed(value, what, out)


cdef api int pt_to_price(object value, const char* what, CFixed* out) except -1:
    if type(value) is Quantity:
        raise TypeError(f"{prefix(what)}a price is wanted, not {value!r}")
    return to_fixed(value, what, out)


cdef api int pt_to_quantity(object value, const char* what, CFixed* out) except -1:
    if type(value) is Price:
        raise TypeError(f"{prefix(what)}a quantity is wanted, not {value!r}")
    to_fixed(value, what, out)
    if sign_of(out[0]) < 0:
        raise InvalidArgument(f"{prefix(what)}a quantity can not be negative, and {plain_text(out[0])} is")
    return 0


cdef api long long pt_to_integer(object value, const char* what) except? -1:
    return integer_of(value, what.decode())
