// Updates of the moving averages.
#include "indicators/moving_averages.hpp"

namespace pytrader {

Sma::Sma(i64 length) : Indicator(true), closes_(static_cast<std::size_t>(length)) {}

// At most a million closes of 64 bits: the sum, which is the numerator, can not leave 128 bits.
void Sma::update(const BarRecord& bar) {
  i64& oldest = closes_[next_];
  if (ready_) {
    exact_.numerator += i128{bar.close} - oldest;
  } else {
    exact_.numerator += bar.close;
    exact_.denominator = ++count_;
    ready_ = count_ == static_cast<i64>(closes_.size());
  }
  oldest = bar.close;
  next_ = next_ + 1 == closes_.size() ? 0 : next_ + 1;
}

double Sma::value() const noexcept {
  return count_ == 0 ? 0.0 : static_cast<double>(exact_.numerator) / static_cast<double>(count_);
}

Ema::Ema(i64 length) : Indicator(false), length_(length), weight_(2.0 / (static_cast<double>(length) + 1.0)) {}

void Ema::update(const BarRecord& bar) {
  const auto close = static_cast<double>(bar.close);
  value_ = count_ == 0 ? close : value_ + (close - value_) * weight_;
  if (count_ < length_) ++count_;
  ready_ = count_ >= length_;
}

}  // namespace pytrader
