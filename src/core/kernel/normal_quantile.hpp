// Normal variables from random words, by a table of quantiles in whole numbers.
#pragma once

#include "decimal/integers.hpp"

namespace pytrader {

// A standard normal variable in 2^-32 from a uniform word. Between its points the table is a straight line: at most
// 2^-12 off, and never beyond 7.15 (tails rarer than 2^-41 are cut off).
i64 normal_quantile(u64 word) noexcept;

}  // namespace pytrader
