// The worst that an instrument's own rates can cost.
#include "model/fee_model.hpp"

#include <algorithm>

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
  // A resting order pays the maker's rate and an arriving one the taker's: nobody knows which it will be.
  const InstrumentDefinition& definition = instrument_->definition();
  const i128 rate = std::max(definition.maker_fee_rate.raw, definition.taker_fee_rate.raw);
  fee = 0;
  return rate <= 0 || rounded_up_product(value, rate, fee);
}

}  // namespace pytrader
