// Whole columns of decimals at once: fixed-width text to 64-bit mantissas and back.
#pragma once

#include <cstddef>

#include "decimal/fixed.hpp"
#include "decimal/integers.hpp"

namespace pytrader {

// The first row that could not be taken; `row == count` if there is none.
struct ColumnResult {
  std::size_t row = 0;
  ParseStatus status = ParseStatus::ok;
};

// Reads `count` texts of `width` bytes each, one after the other, filled up with NULs at their end, as value *
// 10^decimals. too_many_decimals says that a value has other digits than zero past `decimals` places; overflow that its
// mantissa does not fit in 64 bits. Stops at the first bad row.
ColumnResult parse_rows(const char* rows, std::size_t count, std::size_t width, int decimals, i64* mantissas) noexcept;

// The same by the plain method alone, for processors without the vector instructions of the other and for its tests.
ColumnResult parse_rows_plainly(const char* rows, std::size_t count, std::size_t width, int decimals,
                                i64* mantissas) noexcept;

// Divides mantissas by the mantissa of a tick (> 0), in place; a remainder is too_many_decimals.
ColumnResult divide_rows(i64* mantissas, std::size_t count, i64 tick) noexcept;
// values[i] * factor, in place.
ColumnResult multiply_rows(i64* values, std::size_t count, i64 factor) noexcept;

// How many characters the longest of the texts has.
std::size_t text_width(const i64* mantissas, std::size_t count, int decimals) noexcept;
// Writes mantissas * 10^-decimals as texts of `width` bytes, filled up with NULs; width is at least text_width().
void format_rows(const i64* mantissas, std::size_t count, int decimals, std::size_t width, char* rows) noexcept;

}  // namespace pytrader
