// Indicators over closed bars: one small class each, exact where the formula is.
#pragma once

#include <memory>
#include <string_view>

#include "decimal/integers.hpp"
#include "model/records.hpp"

namespace pytrader {

// numerator / denominator in ticks, denominator > 0.
struct Fraction {
  i128 numerator = 0;
  i64 denominator = 1;
};
// -1, 0 or 1, exactly; false when a product leaves 128 bits.
bool compare(const Fraction& a, const Fraction& b, int& order) noexcept;

class Indicator {
 public:
  virtual ~Indicator() = default;
  // Takes the next closed bar. Error(decimal_overflow) changes nothing.
  virtual void update(const BarRecord& bar) = 0;
  // Whether enough bars were seen for the value to mean what its name says.
  virtual bool ready() const noexcept = 0;
  // In ticks; before ready() over the bars seen so far, 0 before the first.
  virtual double value() const noexcept = 0;
  // The value without rounding; false for an indicator that has none (its formula is not rational, or its fractions
  // grow).
  virtual bool exact(Fraction& value) const noexcept;
};

// An indicator that is fed with twice its prices, so that half ticks are whole numbers.
class HalfTicks final : public Indicator {
 public:
  explicit HalfTicks(std::unique_ptr<Indicator> doubled) noexcept : doubled_(std::move(doubled)) {}
  void update(const BarRecord& bar) override { doubled_->update(bar); }
  bool ready() const noexcept override { return doubled_->ready(); }
  double value() const noexcept override { return doubled_->value() / 2; }
  bool exact(Fraction& value) const noexcept override;

 private:
  std::unique_ptr<Indicator> doubled_;
};

// -1, 0 or 1; exact where both are, else by their float64 values.
int compare(const Indicator& a, const Indicator& b) noexcept;
// Against a price in ticks.
int compare(const Indicator& indicator, const Fraction& price) noexcept;

// Names that make_indicator knows, for messages and documentation.
constexpr std::string_view kIndicatorNames[] = {"sma", "ema"};
// By name and number of bars; Error(invalid_argument) for an unknown name or a length out of 1..1,000,000.
std::unique_ptr<Indicator> make_indicator(std::string_view name, i64 length);
constexpr i64 kLongestIndicator = 1'000'000;

}  // namespace pytrader
