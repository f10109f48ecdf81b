"""Money: an exact amount of one currency, and the notional value of a trade."""


# Set while new_money makes an object to fill in; without it Money() is refused.
cdef bint _filling = False


cdef Money new_money(const CFixed& v, Currency currency):
    global _filling
    _filling = True
    cdef Money value = Money.__new__(Money)
    _filling = False
    value.currency = currency
    value.v = v
    if value.v.decimals < currency.places:
        value.v.decimals = currency.places
    return value


cdef object other_currency(Money a, Money b):
    return CurrencyMismatch(
        f"{a.currency.code} and {b.currency.code} do not mix ({a} and {b}); convert one of them at a rate first"
    )


@cython.final
@cython.freelist(64)
@cython.no_gc
cdef class Money:
    """An exact amount of one currency; may hold more decimals than the currency's minor units, never rounds unasked.

    Parameters
    ----------
    amount : str, int, decimal.Decimal, fractions.Fraction or Fixed
        Taken exactly or refused. A float or bool is a ``TypeError``; see `from_float`.
    currency : str or Currency
        A known code, see `Currency`.

    Raises
    ------
    InvalidDecimal
        If the text is no decimal or the value needs more than 18 decimals.
    DecimalOverflow
        If the value is out of range.
    InvalidArgument
        If the currency is not known.
    """

    __array_ufunc__ = None

    def __cinit__(self, amount=_BLANK, currency=_BLANK, /):
        if _filling:
            return
        if currency is _BLANK:
            raise TypeError("Money wants an amount and a currency: Money('12.30', 'USD')")
        to_fixed(amount, b"", &self.v)
        self.currency = currency_of(currency)
        if self.v.decimals < self.currency.places:
            self.v.decimals = self.currency.places

    @staticmethod
    def from_float(value, currency, /, *, rounding):
        """The float's shortest text, rounded to the currency's minor units by the named mode."""
        cdef Currency known = currency_of(currency)
        cdef CFixed v
        float_to_fixed(value, known.places, rounding, &v)
        return new_money(v, known)

    @staticmethod
    def from_text(text, /):
        """An amount and a code with one space between: ``Money.from_text("100000 USD")``."""
        if not isinstance(text, str):
            raise TypeError(f"from_text wants text like '100000 USD', not {type(text).__name__} {text!r}")
        amount, space, code = text.partition(" ")
        if not space:
            raise InvalidDecimal(f"{text[:80]!r} is no amount of money; write the amount, a space and the currency: '100000 USD'")
        return Money(amount, code)

    @property
    def amount(self):
        """The number as a `Fixed`."""
        return new_fixed(self.v)

    @property
    def decimals(self):
        """How many decimals `str` shows."""
        return shown_decimals(self.v)

    def as_decimal(self):
        """The amount as ``decimal.Decimal``."""
        return Decimal(text_object(self.v))

    def as_float(self):
        """The float nearest to the amount."""
        return as_float(self.v)

    def quantize(self, digits=None, rounding=None):
        """The amount at `digits` decimals, the currency's minor units if left out; `Inexact` without a rounding."""
        cdef int places = self.currency.places if digits is None else digits_of(digits, "digits")
        return new_money(c_quantize(self.v, places, <Rounding>rounding_of(rounding)), self.currency)

    def ratio(self, other, digits=None, rounding=None):
        """``self / other`` of two amounts of one currency as a `Fixed`; without `digits` and `rounding` exact."""
        if type(other) is not Money:
            raise TypeError(f"ratio wants Money, not {type(other).__name__} {other!r}")
        if self.currency.code != (<Money>other).currency.code:
            raise other_currency(self, other)
        if digits is None and rounding is None:
            return new_fixed(c_divide_exact(self.v, (<Money>other).v))
        return new_fixed(
            c_divide(self.v, (<Money>other).v, wanted_digits(digits), <Rounding>rounding_of(rounding))
        )

    def __add__(self, other):
        if type(other) is not Money:
            return NotImplemented
        if self.currency is not (<Money>other).currency and self.currency.code != (<Money>other).currency.code:
            raise other_currency(self, other)
        return new_money(c_add(self.v, (<Money>other).v), self.currency)

    def __sub__(self, other):
        if type(other) is not Money:
            return NotImplemented
        if self.currency is not (<Money>other).currency and self.currency.code != (<Money>other).currency.code:
            raise other_currency(self, other)
        return new_money(c_subtract(self.v, (<Money>other).v), self.currency)

    def __mul__(self, other):
        if not is_whole(other):
            return NotImplemented
        return new_money(c_multiply_integer(self.v, integer_of(other, "factor")), self.currency)

    def __rmul__(self, other):
        return self.__mul__(other)

    def __neg__(self):
        return new_money(c_negate(self.v), self.currency)

    def __pos__(self):
        return self

    def __abs__(self):
        return new_money(c_absolute(self.v), self.currency)

    def __bool__(self):
        return sign_of(self.v) != 0

    def __hash__(self):
        return hash((numeric_hash(self.v), self.currency.code))

    def __richcmp__(self, other, int op):
        if type(other) is Money:
            if self.currency is not (<Money>other).currency and self.currency.code != (<Money>other).currency.code:
                if op == Py_EQ or op == Py_NE:
                    return op == Py_NE
                raise other_currency(self, other)
            return holds(op, self.v, (<Money>other).v)
        if type(other) is Price or type(other) is Quantity or type(other) is Fixed:
            raise kinds_differ(self, other)
        if is_plain_number(other) or is_float(other) or isinstance(other, bool):
            raise TypeError(f"{self!r} can not be compared with the {type(other).__name__} {other!r}; compare its .amount")
        return NotImplemented

    def __str__(self):
        return f"{plain_text(self.v)} {self.currency.code}"

    def __repr__(self):
        return f"Money('{plain_text(self.v)}', '{self.currency.code}')"

    def __format__(self, spec):
        return format(Decimal(text_object(self.v)), spec) if spec else str(self)

    def __reduce__(self):
        return Money, (text_object(self.v), self.currency)

    def __copy__(self):
        return self

    def __deepcopy__(self, memo):
        return self


# The interpreter keeps one object for a small int, so the usual multiplier needs no conversion.
cdef object _ONE = 1


def notional(price, quantity, multiplier=1, *, currency, rounding=None):
    """What a quantity is worth at a price: ``price * quantity * multiplier``, through 256-bit intermediates.

    Parameters
    ----------
    price : Price
    quantity : Quantity
    multiplier : str, int, Decimal or Fixed, optional
        Units of the underlying in one contract.
    currency : str or Currency
        What the price counts.
    rounding : str, optional
        Round once to the currency's minor units by this mode. Without it every digit is kept.

    Raises
    ------
    Inexact
        If no rounding is named and the product needs more than 18 decimals.
    DecimalOverflow
        If the product is out of range.
    """
    if type(price) is not Price:
        raise TypeError(f"price must be a Price, not {type(price).__name__} {price!r}")
    if type(quantity) is not Quantity:
        raise TypeError(f"quantity must be a Quantity, not {type(quantity).__name__} {quantity!r}")
    cdef Currency known = currency_of(currency)
    cdef CFixed factor
    cdef CFixed product
    if multiplier is _ONE:
        factor = whole_number(1)
    else:
        to_fixed(multiplier, b"multiplier", &factor)
    cdef int places = 18 if rounding is None else known.places
    product = c_multiply3(
        (<Price>price).v, (<Quantity>quantity).v, factor, places, <Rounding>rounding_of(rounding)
    )
    product.decimals = known.places
    return new_money(product, known)
