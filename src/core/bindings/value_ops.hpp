// What Python asks of a decimal beyond arithmetic: its hash, its text object, comparison by operator, floats by name.
#pragma once

#include <Python.h>

#include <charconv>
#include <cstring>
#include <string_view>

#include "decimal/fixed.hpp"

namespace pytrader::bindings {

// Python hashes every number x by x modulo the prime 2^61 - 1, so that equal numbers of all types hash equal.
// This is raw * (10^18)^-1 in that field.
inline Py_hash_t numeric_hash(const Fixed& value) noexcept {
  constexpr u64 kPrime = (static_cast<u64>(1) << 61) - 1;
  constexpr u64 kInverse = 1'371'061'761'237'538'415ULL;
  const bool negative = value.raw < 0;
  const u128 magnitude = negative ? -static_cast<u128>(value.raw) : static_cast<u128>(value.raw);
  const u128 folded = (magnitude & kPrime) + ((magnitude >> 61) & kPrime) + (magnitude >> 122);
  const u128 product = (folded % kPrime) * kInverse;
  const auto hash = static_cast<Py_hash_t>(static_cast<u64>(product % kPrime));
  if (!negative) return hash;
  return hash == 1 ? -2 : -hash;
}

inline Fixed whole_number(long long value) noexcept {
  return {static_cast<i128>(value) * kFixedOne, 0};
}

inline int sign_of(const Fixed& value) noexcept {
  return value.raw < 0 ? -1 : value.raw > 0;
}

// One bit for each operator and order (-1, 0, 1), so that a comparison costs no unpredictable branch.
inline bool holds(int python_operator, const Fixed& a, const Fixed& b) noexcept {
  static_assert(Py_LT == 0 && Py_LE == 1 && Py_EQ == 2 && Py_NE == 3 && Py_GT == 4 && Py_GE == 5);
  constexpr u32 kTruth = 0b110'100'101'010'011'001;
  const int order = static_cast<int>(a.raw > b.raw) - static_cast<int>(a.raw < b.raw);
  return ((kTruth >> (3 * python_operator + order + 1)) & 1) != 0;
}

inline PyObject* text_object(const Fixed& value) {
  char text[kFixedTextSize];
  const Py_ssize_t size = format(value, text) - text;
  PyObject* object = PyUnicode_New(size, 127);
  if (object != nullptr) std::memcpy(PyUnicode_DATA(object), text, static_cast<std::size_t>(size));
  return object;
}

// False for text that is not plain ASCII; `value` is set when the status is ok.
inline bool parse_unicode(PyObject* text, Fixed& value, ParseStatus& status) noexcept {
  if (!PyUnicode_IS_COMPACT_ASCII(text)) return false;
  status = try_parse(
      {static_cast<const char*>(PyUnicode_DATA(text)), static_cast<std::size_t>(PyUnicode_GET_LENGTH(text))}, value);
  return true;
}

// A finite double by the fewest digits that read back the same, rounded at `digits`. Plain notation would fill up large
// numbers with the double's own digits.
inline ParseStatus from_double(double number, int digits, Rounding rounding, Fixed& value) noexcept {
  char text[32];
  const std::to_chars_result end = std::to_chars(text, text + sizeof text, number, std::chars_format::scientific);
  return try_parse_rounded({text, static_cast<std::size_t>(end.ptr - text)}, digits, rounding, value);
}

}  // namespace pytrader::bindings
