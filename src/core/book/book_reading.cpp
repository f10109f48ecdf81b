// From quotients of ticks and lots to exact decimals.
#include "book/book_reading.hpp"

namespace pytrader {

Fixed scaled(const Fixed& unit, const Quotient& quotient, int digits, Rounding rounding) {
  const i128 step = static_cast<i128>(power_of_ten(kMaxDecimals - digits));
  i128 divisor;
  i128 raw;
  const bool too_large = __builtin_mul_overflow(quotient.denominator, step, &divisor);
  if (too_large || __builtin_mul_overflow(mul_div(unit.raw, quotient.numerator, divisor, rounding), step, &raw)) {
    throw Error(ErrorCode::decimal_overflow, to_text(quotient.numerator) + " / " + to_text(quotient.denominator) +
                                                 " of " + to_text(unit) + " leaves the range of 128 bits");
  }
  return {raw, static_cast<u8>(digits)};
}

}  // namespace pytrader
