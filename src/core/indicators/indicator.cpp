// Comparison of indicators and the register of their names.
#include "indicators/indicator.hpp"

#include <string>
#include <utility>

#include "decimal/error.hpp"
#include "indicators/moving_averages.hpp"

namespace pytrader {

// What an indicator or a price says after each of the next bars: one number where it does not move.
class Course {
 public:
  explicit Course(const Indicator& indicator) noexcept
      : steps_(indicator.foreseen_ > 0 ? 1 : 0), is_exact_(indicator.is_exact_) {
    numerators_ = indicator.numerators_ahead_.data();
    values_ = indicator.values_ahead_.data();
    denominator_ = indicator.exact_.denominator;
    if (steps_ == 0) stand(indicator.exact_, indicator.value());
  }
  explicit Course(const Fraction& price) noexcept : denominator_(price.denominator) {
    stand(price, static_cast<double>(price.numerator) / static_cast<double>(price.denominator));
  }

  friend std::size_t steady(const Course& a, const Course& b, int order, std::size_t count) noexcept;

 private:
  // Exact ones are compared by numbers of 64 bits.
  void stand(const Fraction& exact, double value) noexcept {
    numerator_ = static_cast<i64>(exact.numerator);
    fits_ = numerator_ == exact.numerator;
    value_ = value;
    numerators_ = &numerator_;
    values_ = &value_;
  }
  double value(std::size_t i) const noexcept {
    if (is_exact_ && steps_ > 0) return static_cast<double>(numerators_[i]) / static_cast<double>(denominator_);
    return values_[i * steps_];
  }

  const i64* numerators_ = nullptr;
  const double* values_ = nullptr;
  i64 denominator_;
  std::size_t steps_ = 0;
  i64 numerator_ = 0;
  double value_ = 0;
  bool is_exact_ = true;
  bool fits_ = true;
};

namespace {

// `pair(i)` gives both numbers after the bar `i`.
template <class Pair>
std::size_t steady_pairs(int order, std::size_t count, Pair&& pair) noexcept {
  const auto while_in = [&](auto stands) {
    std::size_t i = 0;
    for (; i < count; ++i) {
      const auto [left, right] = pair(i);
      if (!stands(left, right)) break;
    }
    return i;
  };
  if (order < 0) return while_in([](auto left, auto right) { return left < right; });
  if (order > 0) return while_in([](auto left, auto right) { return left > right; });
  return while_in([](auto left, auto right) { return left == right; });
}

}  // namespace

std::size_t steady(const Course& a, const Course& b, int order, std::size_t count) noexcept {
  if (!a.is_exact_ || !b.is_exact_) {
    return steady_pairs(order, count, [&](std::size_t i) { return std::pair{a.value(i), b.value(i)}; });
  }
  if (!a.fits_ || !b.fits_) return 0;
  return steady_pairs(order, count, [&](std::size_t i) {
    return std::pair{static_cast<i128>(a.numerators_[i * a.steps_]) * b.denominator_,
                     static_cast<i128>(b.numerators_[i * b.steps_]) * a.denominator_};
  });
}

std::size_t steady(const Indicator& a, const Indicator& b, int order, std::size_t count) noexcept {
  return steady(Course(a), Course(b), order, count);
}

std::size_t steady(const Indicator& indicator, const Fraction& price, int order, std::size_t count) noexcept {
  return steady(Course(indicator), Course(price), order, count);
}

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
