// A seeded source of test input that gives the same numbers on every machine.
#pragma once

#include "decimal/integers.hpp"

namespace pytrader::testing {

// SplitMix64.
class RandomSource {
 public:
  explicit RandomSource(u64 seed) : state_(seed) {}

  u64 next() {
    u64 z = (state_ += 0x9E3779B97F4A7C15ULL);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31);
  }
  u64 below(u64 bound) { return next() % bound; }
  i64 between(i64 low, i64 high) { return low + static_cast<i64>(below(static_cast<u64>(high - low) + 1)); }

 private:
  u64 state_;
};

}  // namespace pytrader::testing
