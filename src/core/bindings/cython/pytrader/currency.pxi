"""Currency: a code with its minor units, from the built-in table or registered by the user."""

cdef dict _REGISTRY = {}


@cython.final
@cython.no_gc
cdef class Currency:
    """A currency by its code; equal to any other with the same code.

    Parameters
    ----------
    code : str
        An ISO 4217 code, that of a usual crypto currency, or one given to `Currency.register`.

    Raises
    ------
    InvalidArgument
        If the code is not known.
    """

    def __cinit__(self, code, /, *, _definition=None):
        if _definition is not None:
            self.code, self.places, self.name = code, _definition[0], _definition[1]
            return
        cdef Currency known = currency_of(code)
        self.code, self.places, self.name = known.code, known.places, known.name

    @property
    def decimals(self):
        """The minor units: amounts are shown and posted with so many decimals."""
        return self.places

    @staticmethod
    def register(code, decimals, name=""):
        """Make a currency known to this process; the same definition twice is fine, another one is refused.

        Parameters
        ----------
        code : str
            1 to 16 upper-case letters, digits, dots, hyphens or underscores, beginning with a letter or digit.
        decimals : int
            Minor units, 0 to 18.
        name : str, optional
            For people; the code if left out.
        """
        cdef int places = digits_of(decimals, "decimals")
        if not isinstance(code, str) or not isinstance(name, str):
            raise TypeError(f"a currency's code and name are text, not {code!r} and {name!r}")
        bare = code.replace(".", "").replace("-", "").replace("_", "")
        if not (0 < len(code) <= 16 and bare.isascii() and bare.isalnum() and code == code.upper() and code[0].isalnum()):
            raise InvalidArgument(
                f"currency code {code!r} is not 1 to 16 upper-case letters, digits, dots, hyphens or underscores"
            )
        cdef Currency known = _REGISTRY.get(code)
        if known is None:
            known = Currency.__new__(Currency, code, _definition=(places, name or code))
            _REGISTRY[code] = known
        elif known.places != places or (name and known.name != name):
            raise InvalidArgument(
                f"currency {code} is known already as {known.name!r} with {known.places} decimals; choose another code"
            )
        return known

    @staticmethod
    def known():
        """The codes that are known now, sorted."""
        return tuple(sorted(_REGISTRY))

    def __hash__(self):
        return hash(self.code)

    def __eq__(self, other):
        if type(other) is Currency:
            return self.code == (<Currency>other).code
        return NotImplemented

    def __str__(self):
        return self.code

    def __repr__(self):
        return f"Currency('{self.code}')"

    def __reduce__(self):
        return _restore_currency, (self.code, self.places, self.name)

    def __copy__(self):
        return self

    def __deepcopy__(self, memo):
        return self


# The code asked for last, almost always asked for again.
cdef object _last_code_text = None
cdef Currency _last_currency = None


cdef inline Currency currency_of(object code):
    if type(code) is Currency:
        return <Currency>code
    if code is _last_code_text and code is not None:
        return _last_currency
    return look_up_currency(code)


cdef Currency look_up_currency(object code):
    global _last_code_text, _last_currency
    if not isinstance(code, str):
        raise TypeError(f"a currency is wanted as its code or a Currency, not {type(code).__name__} {code!r}")
    known = _REGISTRY.get(code)
    if known is None:
        raise InvalidArgument(
            f"currency {code[:32]!r} is not known; make it so with Currency.register({code[:32]!r}, decimals=...)"
        )
    _last_code_text, _last_currency = code, known
    return _last_currency


def _restore_currency(code, decimals, name):
    return Currency.register(code, decimals, name)


def _fill_registry():
    for table in (_ISO_4217, _ISO_4217_WITHDRAWN, _ISO_4217_WITHOUT_MINOR_UNIT, _CRYPTO):
        for line in table.strip().split("\n"):
            code, places, name = line.split(" ", 2)
            _REGISTRY[code] = Currency.__new__(Currency, code, _definition=(int(places), name))


_fill_registry()
