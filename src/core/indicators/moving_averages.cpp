// Updates of the moving averages.
#include "indicators/moving_averages.hpp"

#include <algorithm>

namespace pytrader {

Sma::Sma(i64 length) : Indicator(true), closes_(static_cast<std::size_t>(length) + kMostForeseen), length_(length) {}

// At most a million closes of 64 bits: the sum, which is the numerator, can not leave 128 bits.
void Sma::update(const BarRecord& bar) {
  if (ready_) {
    exact_.numerator += i128{bar.close} - closes_[oldest_];
    oldest_ = behind(oldest_, 1);
  } else {
    exact_.numerator += bar.close;
    exact_.denominator = ++count_;
    ready_ = count_ == length_;
  }
  closes_[next_] = bar.close;
  next_ = behind(next_, 1);
}

// Closes to come stand behind those of the window already, where they are in nobody's way. Sums beyond 64 bits are left
// to update().
std::size_t Sma::look_ahead(const BarRecord* bars, std::size_t count) noexcept {
  i64 sum = static_cast<i64>(exact_.numerator);
  if (!ready_ || sum != exact_.numerator) return 0;
  const std::size_t size = closes_.size();
  i64* const closes = closes_.data();
  i64* const ahead = numerators_ahead_.data();
  std::size_t next = next_;
  std::size_t oldest = oldest_;
  for (std::size_t i = 0; i < count;) {
    const std::size_t run = std::min({count - i, size - next, size - oldest});
    for (std::size_t k = 0; k < run; ++k) {
      const i64 close = bars[i + k].close;
      i64 change = 0;
      closes[next + k] = close;
      if (__builtin_sub_overflow(close, closes[oldest + k], &change) || __builtin_add_overflow(sum, change, &sum)) {
        return i + k;
      }
      ahead[i + k] = sum;
    }
    i += run;
    next = behind(next, run);
    oldest = behind(oldest, run);
  }
  return count;
}

void Sma::take_ahead(std::size_t count) noexcept {
  exact_.numerator = numerators_ahead_[count - 1];
  next_ = behind(next_, count);
  oldest_ = behind(oldest_, count);
}

double Sma::value() const noexcept {
  return count_ == 0 ? 0.0 : static_cast<double>(exact_.numerator) / static_cast<double>(count_);
}

Ema::Ema(i64 length) : Indicator(false), length_(length), weight_(2.0 / (static_cast<double>(length) + 1.0)) {}

void Ema::update(const BarRecord& bar) {
  value_ = count_ == 0 ? static_cast<double>(bar.close) : after(value_, bar.close);
  if (count_ < length_) ++count_;
  ready_ = count_ >= length_;
}

std::size_t Ema::look_ahead(const BarRecord* bars, std::size_t count) noexcept {
  if (!ready_) return 0;
  double value = value_;
  for (std::size_t i = 0; i < count; ++i) values_ahead_[i] = value = after(value, bars[i].close);
  return count;
}

}  // namespace pytrader
