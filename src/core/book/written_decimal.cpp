// Decimals as a venue wrote them: back to text, and the grid of an instrument.
#include "book/written_decimal.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <string>

namespace pytrader {

char* write_digits(i64 mantissa, char* out) noexcept {
  return std::to_chars(out, out + kWrittenTextSize, mantissa).ptr;
}

char* write_text(const WrittenDecimal& value, char* out) noexcept {
  char digits[kWrittenTextSize];
  const auto count = static_cast<std::size_t>(write_digits(value.mantissa, digits) - digits);
  const std::size_t decimals = value.decimals;
  const std::size_t whole = count > decimals ? count - decimals : 0;
  if (whole == 0) *out++ = '0';
  out = std::copy_n(digits, whole, out);
  if (decimals == 0) return out;
  *out++ = '.';
  for (std::size_t zeros = decimals - (count - whole); zeros != 0; --zeros) *out++ = '0';
  return std::copy_n(digits + whole, count - whole, out);
}

StepGrid::StepGrid(const Fixed& step) {
  if (step.raw <= 0) throw Error(ErrorCode::invalid_argument, "a step must be above zero, not " + to_text(step));
  decimals_ = static_cast<u8>(decimals_needed(step.raw));
  const i128 unit = step.raw / static_cast<i128>(power_of_ten(kMaxDecimals - decimals_));
  if (unit > INT64_MAX) {
    throw Error(ErrorCode::invalid_argument, "a step has at most 18 digits; " + to_text(step) + " has more");
  }
  unit_ = static_cast<i64>(unit);
}

}  // namespace pytrader
