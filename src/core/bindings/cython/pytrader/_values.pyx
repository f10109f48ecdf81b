"""The exact values of the Python face: Fixed, Price, Quantity, Money and Currency, as compiled extension types."""
# cython: language_level=3, binding=False, embedsignature=True, embedsignature.format=clinic, autotestdict=False

cimport cython
from cpython.object cimport Py_EQ, Py_GE, Py_GT, Py_LE, Py_LT, Py_NE, PyObject_RichCompare
from cpython.long cimport PyLong_AsLongLongAndOverflow
from libc.stdint cimport int64_t, uint8_t
from libcpp cimport bool as cbool
from libcpp.string cimport string

import operator
import sys
from decimal import Decimal
from math import isfinite

from pytrader.errors import (
    CurrencyMismatch,
    DecimalOverflow,
    Inexact,
    InvalidArgument,
    InvalidDecimal,
    OffLot,
    OffTick,
)

cdef extern from "error_table.hpp" namespace "pytrader::bindings":
    cdef void translate_current_exception()

cdef extern from "decimal/fixed.hpp" namespace "pytrader" nogil:
    cdef enum class Rounding "pytrader::Rounding"(uint8_t):
        ceiling "pytrader::Rounding::ceiling"
        floor "pytrader::Rounding::floor"
        half_even "pytrader::Rounding::half_even"
        exact "pytrader::Rounding::exact"
    cdef enum class ParseStatus "pytrader::ParseStatus"(uint8_t):
        ok "pytrader::ParseStatus::ok"
        malformed "pytrader::ParseStatus::malformed"
        too_many_decimals "pytrader::ParseStatus::too_many_decimals"
        overflow "pytrader::ParseStatus::overflow"

    CFixed c_parse "pytrader::parse"(const string&) except +translate_current_exception
    CFixed c_add "pytrader::add"(const CFixed&, const CFixed&) except +translate_current_exception
    CFixed c_subtract "pytrader::subtract"(const CFixed&, const CFixed&) except +translate_current_exception
    CFixed c_negate "pytrader::negate"(const CFixed&) noexcept
    CFixed c_absolute "pytrader::absolute"(const CFixed&) noexcept
    CFixed c_multiply_integer "pytrader::multiply_integer"(const CFixed&, i128) except +translate_current_exception
    CFixed c_multiply_exact "pytrader::multiply_exact"(const CFixed&, const CFixed&) except +translate_current_exception
    CFixed c_divide_exact "pytrader::divide_exact"(const CFixed&, const CFixed&) except +translate_current_exception
    CFixed c_remainder "pytrader::remainder"(const CFixed&, const CFixed&) except +translate_current_exception
    CFixed c_divide_int "pytrader::divide_int"(const CFixed&, const CFixed&) except +translate_current_exception
    CFixed c_multiply "pytrader::multiply"(
        const CFixed&, const CFixed&, int, Rounding) except +translate_current_exception
    CFixed c_divide "pytrader::divide"(
        const CFixed&, const CFixed&, int, Rounding) except +translate_current_exception
    CFixed c_fma "pytrader::fma"(
        const CFixed&, const CFixed&, const CFixed&, int, Rounding) except +translate_current_exception
    CFixed c_multiply3 "pytrader::multiply3"(
        const CFixed&, const CFixed&, const CFixed&, int, Rounding) except +translate_current_exception
    CFixed c_quantize "pytrader::quantize"(const CFixed&, int, Rounding) except +translate_current_exception
    CFixed c_round_to_multiple "pytrader::round_to_multiple"(
        const CFixed&, const CFixed&, Rounding) except +translate_current_exception
    CFixed c_from_scaled "pytrader::from_scaled"(i128, int) except +translate_current_exception
    int c_decimals_needed "pytrader::decimals_needed"(i128) noexcept

cdef extern from "value_ops.hpp" namespace "pytrader::bindings":
    Py_hash_t numeric_hash(const CFixed&) noexcept nogil
    CFixed whole_number(long long) noexcept nogil
    cbool holds(int, const CFixed&, const CFixed&) noexcept nogil
    int sign_of(const CFixed&) noexcept nogil
    object text_object(const CFixed&)
    cbool parse_unicode(object, CFixed&, ParseStatus&) noexcept
    ParseStatus from_double(double, int, Rounding, CFixed&) noexcept nogil

include "convert.pxi"
include "fixed.pxi"
include "price.pxi"
include "quantity.pxi"
include "currency_table.pxi"
include "currency.pxi"
include "money.pxi"
include "value_api.pxi"
