// The exact decimal under every price, quantity and amount: a 128-bit mantissa at 10^-18.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "decimal/error.hpp"
#include "decimal/integers.hpp"

namespace pytrader {

constexpr int kMaxDecimals = 18;
constexpr i128 kFixedOne = static_cast<i128>(1'000'000'000'000'000'000LL);
// Symmetric range, so that negation can not overflow: |raw| <= 2^127 - 1, about 1.7e20.
constexpr i128 kFixedMax = ~(static_cast<i128>(1) << 127);
constexpr i128 kFixedMin = -kFixedMax;

// The eight modes of the General Decimal Arithmetic specification, and `exact`, which refuses to round: Error(inexact).
enum class Rounding : u8 { ceiling, floor, up, down, half_up, half_down, half_even, zero_five_up, exact };

// "half_even", "05up", ... as in Python's decimal, in lower case and without its "ROUND_".
const char* to_text(Rounding rounding) noexcept;
bool parse_rounding(std::string_view text, Rounding& rounding) noexcept;

// A number: raw * 10^-18, shown with at least `decimals` places (0..18). `decimals` plays no part in comparison.
struct Fixed {
  i128 raw = 0;
  u8 decimals = 0;

  friend bool operator==(const Fixed& a, const Fixed& b) noexcept { return a.raw == b.raw; }
  friend auto operator<=>(const Fixed& a, const Fixed& b) noexcept { return a.raw <=> b.raw; }
};

// 10^exponent for exponent 0..38.
u128 power_of_ten(int exponent) noexcept;

// Text.

enum class ParseStatus : u8 { ok, malformed, too_many_decimals, overflow };

// Sign, digits with at most one dot, optional exponent; nothing else: no spaces, underscores, NaN or infinity.
// Zeros past the 18th place are dropped; other digits there are too_many_decimals. `value` is set only on ok.
ParseStatus try_parse(std::string_view text, Fixed& value) noexcept;
// Rounds what stands past the `digits`th place, however long; too_many_decimals only for Rounding::exact.
ParseStatus try_parse_rounded(std::string_view text, int digits, Rounding rounding, Fixed& value) noexcept;
// Throws Error(invalid_decimal) or Error(decimal_overflow), naming the text.
Fixed parse(std::string_view text);

constexpr std::size_t kFixedTextSize = 48;
// Plain notation, without exponent, every digit shown, `decimals` kept; writes at most kFixedTextSize characters and
// returns their end.
char* format(const Fixed& value, char* out) noexcept;
std::string to_text(const Fixed& value);

// Exact or refused.

[[noreturn]] void throw_sum_overflow(const Fixed& a, const char* sign, const Fixed& b);

inline Fixed add(const Fixed& a, const Fixed& b) {
  Fixed sum;
  if (__builtin_add_overflow(a.raw, b.raw, &sum.raw) || sum.raw < kFixedMin) throw_sum_overflow(a, " + ", b);
  sum.decimals = a.decimals > b.decimals ? a.decimals : b.decimals;
  return sum;
}
inline Fixed subtract(const Fixed& a, const Fixed& b) {
  Fixed difference;
  if (__builtin_sub_overflow(a.raw, b.raw, &difference.raw) || difference.raw < kFixedMin) {
    throw_sum_overflow(a, " - ", b);
  }
  difference.decimals = a.decimals > b.decimals ? a.decimals : b.decimals;
  return difference;
}
inline Fixed negate(const Fixed& a) noexcept {
  return {-a.raw, a.decimals};
}
inline Fixed absolute(const Fixed& a) noexcept {
  return {a.raw < 0 ? -a.raw : a.raw, a.decimals};
}
inline int compare(const Fixed& a, const Fixed& b) noexcept {
  return a.raw < b.raw ? -1 : a.raw > b.raw ? 1 : 0;
}
Fixed multiply_integer(const Fixed& a, i128 factor);
// Every digit of the product or quotient within 18 decimals, or Error(inexact).
Fixed multiply_exact(const Fixed& a, const Fixed& b);
Fixed divide_exact(const Fixed& a, const Fixed& b);
// a - b * truncated(a / b); has the sign of a. Error(division_by_zero).
Fixed remainder(const Fixed& a, const Fixed& b);
// a / b without its fraction.
Fixed divide_int(const Fixed& a, const Fixed& b);

// Rounded once, to `digits` decimals (0..18), through 256-bit intermediates.

Fixed multiply(const Fixed& a, const Fixed& b, int digits, Rounding rounding);
Fixed divide(const Fixed& a, const Fixed& b, int digits, Rounding rounding);
// a * b + c
Fixed fma(const Fixed& a, const Fixed& b, const Fixed& c, int digits, Rounding rounding);
// a * b * c: a notional value with its contract multiplier.
Fixed multiply3(const Fixed& a, const Fixed& b, const Fixed& c, int digits, Rounding rounding);
Fixed quantize(const Fixed& a, int digits, Rounding rounding);
// The multiple of `step` (> 0) that `rounding` chooses; shown with the decimals of the step.
Fixed round_to_multiple(const Fixed& a, const Fixed& step, Rounding rounding);

// Integers.

// mantissa * 10^-decimals, decimals 0..18.
Fixed from_scaled(i128 mantissa, int decimals);
// value * 10^decimals, or Error(inexact) if that is no whole number.
i128 to_scaled(const Fixed& value, int decimals);
// A mantissa at 10^-18 rounded to a multiple of 10^(decimals - 18).
i128 round_to_decimals(i128 raw, int decimals, Rounding rounding);
// The product of two mantissas at 10^-18, rounded to one at 10^-18.
i128 multiply_raw(i128 a, i128 b, Rounding rounding);
// a * b / divisor, rounded to a whole number; Error(decimal_overflow), Error(division_by_zero).
i128 mul_div(i128 a, i128 b, i128 divisor, Rounding rounding);
// How many decimals a mantissa at 10^-18 needs, 0..18.
int decimals_needed(i128 raw) noexcept;
// Any 128-bit integer as text.
std::string to_text(i128 value);

}  // namespace pytrader
