// Moving averages of the close: simple (exact) and exponential.
#pragma once

#include <vector>

#include "indicators/indicator.hpp"

namespace pytrader {

// Arithmetic mean of the last `length` closes: an exact integer sum over a ring buffer.
class Sma final : public Indicator {
 public:
  explicit Sma(i64 length);
  void update(const BarRecord& bar) override;
  double value() const noexcept override;

 private:
  std::size_t look_ahead(const BarRecord* bars, std::size_t count) noexcept override;
  void take_ahead(std::size_t count) noexcept override;
  std::size_t behind(std::size_t place, std::size_t count) const noexcept {
    return place + count < closes_.size() ? place + count : place + count - closes_.size();
  }

  std::vector<i64> closes_;  // a ring of `length` closes, and room for those foreseen
  i64 length_;
  i64 count_ = 0;
  std::size_t next_ = 0;
  std::size_t oldest_ = 0;
};

// value += (close - value) * 2 / (length + 1), started at the first close; ready after `length` bars. Float64: its
// exact fractions would grow without bound.
class Ema final : public Indicator {
 public:
  explicit Ema(i64 length);
  void update(const BarRecord& bar) override;
  double value() const noexcept override { return value_; }

 private:
  std::size_t look_ahead(const BarRecord* bars, std::size_t count) noexcept override;
  void take_ahead(std::size_t count) noexcept override { value_ = values_ahead_[count - 1]; }
  double after(double value, i64 close) const noexcept {
    return value + (static_cast<double>(close) - value) * weight_;
  }

  i64 length_;
  i64 count_ = 0;
  double weight_;
  double value_ = 0;
};

}  // namespace pytrader
