// A seeded source of test input whose state a test can change.
#pragma once

#include "decimal/integers.hpp"

namespace pytrader {

struct Draws {
  u64 state;
  i64 below(i64 limit) {
    state = state * 6364136223846793005ull + 1442695040888963407ull;
    return static_cast<i64>((state >> 33) % static_cast<u64>(limit));
  }
};

}  // namespace pytrader
