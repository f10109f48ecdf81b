// The worst that an instrument's own rates can cost.
#include "model/fee_model.hpp"

namespace pytrader {

bool rounded_up_product(i128 amount, i128 rate, i128& product) noexcept {
  // Split so that no product of the parts overflows before the result does.
  const i128 whole = amount / kFixedOne;
  const i128 rest = amount % kFixedOne;
  const i128 rate_whole = rate / kFixedOne;
  const i128 rate_rest = rate % kFixedOne;
  i128 first = 0;
  if (__builtin_mul_overflow(whole, rate, &first)) return false;
  const i128 second = rest * rate_whole + (rest * rate_rest + kFixedOne - 1) / kFixedOne;
  return !__builtin_add_overflow(first, second, &product);
}

bool InstrumentRates::worst_fee(i128 value, i64, i64, i128& fee) const noexcept {
  fee = 0;
  return worst_rate_ <= 0 || rounded_up_product(value, worst_rate_, fee);
}

}  // namespace pytrader
