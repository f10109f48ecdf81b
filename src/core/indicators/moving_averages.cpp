// Updates of the moving averages.
#include "indicators/moving_averages.hpp"

namespace pytrader {

Sma::Sma(i64 length) : closes_(static_cast<std::size_t>(length)) {}

// At most a million closes of 64 bits: the sum can not leave 128 bits.
void Sma::update(const BarRecord& bar) {
  if (ready()) {
    sum_ -= closes_[next_];
  } else {
    ++count_;
  }
  sum_ += bar.close;
  closes_[next_] = bar.close;
  next_ = next_ + 1 == closes_.size() ? 0 : next_ + 1;
}

double Sma::value() const noexcept {
  return count_ == 0 ? 0.0 : static_cast<double>(sum_) / static_cast<double>(count_);
}

bool Sma::exact(Fraction& value) const noexcept {
  value = count_ == 0 ? Fraction{} : Fraction{sum_, count_};
  return true;
}

Ema::Ema(i64 length) : length_(length), weight_(2.0 / (static_cast<double>(length) + 1.0)) {}

void Ema::update(const BarRecord& bar) {
  const auto close = static_cast<double>(bar.close);
  value_ = count_ == 0 ? close : value_ + (close - value_) * weight_;
  if (count_ < length_) ++count_;
}

}  // namespace pytrader
