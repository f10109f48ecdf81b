// The one place where a rounding mode becomes a decision.
#pragma once

#include "decimal/fixed.hpp"
#include "decimal/integers.hpp"

namespace pytrader {

// Whether a truncated quotient of magnitudes grows by one, given what was cut off: rest / divisor > 0, and, if
// `sticky`, still smaller digits below it (which needs an even divisor). `exact` never gets here.
inline bool grows(Rounding mode, bool negative, u128 quotient, u128 rest, u128 divisor, bool sticky) noexcept {
  const u128 complement = divisor - rest;
  const bool above_half = rest > complement || (rest == complement && sticky);
  const bool half = rest == complement && !sticky;
  switch (mode) {
    case Rounding::ceiling:
      return !negative;
    case Rounding::floor:
      return negative;
    case Rounding::up:
      return true;
    case Rounding::down:
      return false;
    case Rounding::half_up:
      return above_half || half;
    case Rounding::half_down:
      return above_half;
    case Rounding::half_even:
      return above_half || (half && (quotient & 1) != 0);
    case Rounding::zero_five_up:
      return quotient % 5 == 0;
    case Rounding::exact:
      return false;
  }
  return false;
}

}  // namespace pytrader
