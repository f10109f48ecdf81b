// Comparison of indicators and the register of their names.
#include "indicators/indicator.hpp"

#include <string>

#include "decimal/error.hpp"
#include "indicators/moving_averages.hpp"

namespace pytrader {

bool compare_wide(const Fraction& a, const Fraction& b, int& order) noexcept {
  i128 left = 0;
  i128 right = 0;
  if (__builtin_mul_overflow(a.numerator, static_cast<i128>(b.denominator), &left) ||
      __builtin_mul_overflow(b.numerator, static_cast<i128>(a.denominator), &right)) {
    return false;
  }
  order = left < right ? -1 : left > right ? 1 : 0;
  return true;
}

int compare(const Indicator& indicator, const Fraction& price) noexcept {
  Fraction value;
  int order = 0;
  if (indicator.exact(value) && compare(value, price, order)) return order;
  const double level = static_cast<double>(price.numerator) / static_cast<double>(price.denominator);
  return indicator.value() < level ? -1 : indicator.value() > level ? 1 : 0;
}

std::unique_ptr<Indicator> make_indicator(std::string_view name, i64 length) {
  if (length < 1 || length > kLongestIndicator) {
    throw Error(ErrorCode::invalid_argument, std::string(name) + " over " + std::to_string(length) +
                                                 " bars: give a length of 1 to " + std::to_string(kLongestIndicator));
  }
  if (name == "sma") return std::make_unique<Sma>(length);
  if (name == "ema") return std::make_unique<Ema>(length);
  std::string known;
  for (const std::string_view each : kIndicatorNames) known += (known.empty() ? "" : ", ") + std::string(each);
  throw Error(ErrorCode::invalid_argument, "no indicator is called '" + std::string(name) + "'; known are " + known);
}

}  // namespace pytrader
