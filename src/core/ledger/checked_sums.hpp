// Sums that remember whether any of them overflowed, so that a posting is worked out whole and then taken or refused.
#pragma once

#include "decimal/fixed.hpp"
#include "model/instrument.hpp"

namespace pytrader {

class CheckedSums {
 public:
  i128 add(i128 a, i128 b) noexcept {
    i128 sum = 0;
    overflowed_ |= __builtin_add_overflow(a, b, &sum);
    return sum;
  }
  i128 subtract(i128 a, i128 b) noexcept {
    i128 difference = 0;
    overflowed_ |= __builtin_sub_overflow(a, b, &difference);
    return difference;
  }
  i128 multiply(i128 a, i128 b) noexcept {
    i128 product = 0;
    overflowed_ |= __builtin_mul_overflow(a, b, &product);
    return product;
  }
  i64 add_lots(i64 a, i64 b) noexcept {
    i64 sum = 0;
    overflowed_ |= __builtin_add_overflow(a, b, &sum) || sum == INT64_MIN;
    return sum;
  }
  // Of a price in ticks and a quantity in lots, either signed.
  i128 value(const Instrument& instrument, i128 price, i128 quantity) noexcept {
    i128 amount = 0;
    overflowed_ |= !instrument.value_of(multiply(price, quantity), amount);
    return amount;
  }
  bool overflowed() const noexcept { return overflowed_; }

 private:
  bool overflowed_ = false;
};

}  // namespace pytrader
