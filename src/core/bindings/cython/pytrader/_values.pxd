"""Declares the value types, so that other Cython modules and C++ read them without a conversion."""

from libc.stdint cimport uint8_t
from libcpp cimport bool as cbool

cdef extern from "decimal/integers.hpp" namespace "pytrader" nogil:
    ctypedef long long i128
    ctypedef unsigned long long u128

cdef extern from "decimal/fixed.hpp" namespace "pytrader" nogil:
    # A plain C struct to Cython; `CFixed` is pytrader::Fixed.
    ctypedef struct CFixed "pytrader::Fixed":
        i128 raw
        uint8_t decimals

cdef api class Fixed [object PtFixedObject, type PtFixed_Type]:
    cdef CFixed v

cdef api class Price [object PtPriceObject, type PtPrice_Type]:
    cdef CFixed v

cdef api class Quantity [object PtQuantityObject, type PtQuantity_Type]:
    cdef CFixed v

cdef api class Currency [object PtCurrencyObject, type PtCurrency_Type]:
    cdef readonly str code
    cdef readonly str name
    cdef uint8_t places

cdef api class Money [object PtMoneyObject, type PtMoney_Type]:
    cdef CFixed v
    cdef readonly Currency currency
