// A time and so long after it, which ends at the last time that there is.
#pragma once

#include "decimal/integers.hpp"

namespace pytrader {

constexpr i64 later(i64 time, i64 duration) noexcept {
  i64 sum = 0;
  return __builtin_add_overflow(time, duration, &sum) ? INT64_MAX : sum;
}

}  // namespace pytrader
