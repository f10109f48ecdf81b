// Indicators over closed bars: one small class each, exact where the formula is.
#pragma once

#include <algorithm>
#include <memory>
#include <string_view>
#include <vector>

#include "decimal/integers.hpp"
#include "model/records.hpp"

namespace pytrader {

// numerator / denominator in ticks, denominator > 0.
struct Fraction {
  i128 numerator = 0;
  i64 denominator = 1;
};
// For numerators of any size; see compare().
bool compare_wide(const Fraction& a, const Fraction& b, int& order) noexcept;
// -1, 0 or 1, exactly; false when a product leaves 128 bits.
inline bool compare(const Fraction& a, const Fraction& b, int& order) noexcept {
  // Most numerators are sums of some prices, and fit 64 bits: then the products fit 128.
  const auto small_a = static_cast<i64>(a.numerator);
  const auto small_b = static_cast<i64>(b.numerator);
  if (small_a != a.numerator || small_b != b.numerator) [[unlikely]]
    return compare_wide(a, b, order);
  const i128 left = static_cast<i128>(small_a) * b.denominator;
  const i128 right = static_cast<i128>(small_b) * a.denominator;
  order = left < right ? -1 : left > right ? 1 : 0;
  return true;
}

// Whether it is ready and its exact value are data that update() keeps, so that conditions read them without a call.
class Indicator {
 public:
  virtual ~Indicator() = default;
  // Takes the next closed bar. Error(decimal_overflow) changes nothing.
  virtual void update(const BarRecord& bar) = 0;
  // What it will say after each of the next bars, for steady() alone: nothing changes before take_foreseen(), which
  // comes next. Gives the number of bars that it can tell of: at most kMostForeseen, none before ready().
  std::size_t foresee(const BarRecord* bars, std::size_t count) noexcept {
    return foreseen_ = look_ahead(bars, std::min(count, kMostForeseen));
  }
  // The same as update() for each of the first `count` bars foreseen; the others are forgotten.
  void take_foreseen(std::size_t count) noexcept {
    if (count > 0) take_ahead(count);
    foreseen_ = 0;
  }
  static constexpr std::size_t kMostForeseen = 64;
  // Whether enough bars were seen for the value to mean what its name says.
  bool ready() const noexcept { return ready_; }
  // In ticks; before ready() over the bars seen so far, 0 before the first.
  virtual double value() const noexcept = 0;
  // The value without rounding; false for an indicator that has none (its formula is not rational, or its fractions
  // grow).
  bool exact(Fraction& value) const noexcept {
    if (is_exact_) value = exact_;
    return is_exact_;
  }
  bool is_exact() const noexcept { return is_exact_; }

 protected:
  explicit Indicator(bool is_exact) : is_exact_(is_exact) {
    if (is_exact) {
      numerators_ahead_.resize(kMostForeseen);
    } else {
      values_ahead_.resize(kMostForeseen);
    }
  }

  Fraction exact_;  // of one that is exact
  bool ready_ = false;
  // After each of the bars foreseen: of one that is exact its numerators over the denominator that it has, of another
  // one its values.
  std::vector<i64> numerators_ahead_;
  std::vector<double> values_ahead_;

 private:
  friend int compare(const Indicator& a, const Indicator& b) noexcept;
  friend class Course;

  virtual std::size_t look_ahead(const BarRecord*, std::size_t) noexcept { return 0; }
  virtual void take_ahead(std::size_t) noexcept {}

  std::size_t foreseen_ = 0;
  bool is_exact_;
};

// An indicator that is fed with twice its prices, so that half ticks are whole numbers.
class HalfTicks final : public Indicator {
 public:
  explicit HalfTicks(std::unique_ptr<Indicator> doubled)
      : Indicator(doubled->is_exact()), doubled_(std::move(doubled)) {
    read();
  }
  void update(const BarRecord& bar) override {
    doubled_->update(bar);
    read();
  }
  double value() const noexcept override { return doubled_->value() / 2; }

 private:
  void read() noexcept {
    ready_ = doubled_->ready();
    if (doubled_->exact(exact_)) exact_.denominator *= 2;  // a length of at most a million
  }

  std::unique_ptr<Indicator> doubled_;
};

// -1, 0 or 1; exact where both are, else by their float64 values.
inline int compare(const Indicator& a, const Indicator& b) noexcept {
  int order = 0;
  if (a.is_exact_ && b.is_exact_ && compare(a.exact_, b.exact_, order)) return order;
  return a.value() < b.value() ? -1 : a.value() > b.value() ? 1 : 0;
}
// Against a price in ticks.
int compare(const Indicator& indicator, const Fraction& price) noexcept;
// After how many of the next `count` bars, one after another, compare() would still give `order`: as far as they were
// foreseen. Who has foreseen nothing stays as it is. May say fewer than there are.
std::size_t steady(const Indicator& a, const Indicator& b, int order, std::size_t count) noexcept;
std::size_t steady(const Indicator& indicator, const Fraction& price, int order, std::size_t count) noexcept;

// Names that make_indicator knows, for messages and documentation.
constexpr std::string_view kIndicatorNames[] = {"sma", "ema"};
// By name and number of bars; Error(invalid_argument) for an unknown name or a length out of 1..1,000,000.
std::unique_ptr<Indicator> make_indicator(std::string_view name, i64 length);
constexpr i64 kLongestIndicator = 1'000'000;

}  // namespace pytrader
