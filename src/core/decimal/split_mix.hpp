// SplitMix64: a seeded stream of 64-bit words that are the same on every machine.
#pragma once

#include "decimal/integers.hpp"

namespace pytrader {

// Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014.
class SplitMix64 {
 public:
  explicit constexpr SplitMix64(u64 seed) noexcept : state_(seed) {}

  constexpr u64 next() noexcept {
    u64 z = (state_ += 0x9E3779B97F4A7C15ULL);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31);
  }

 private:
  u64 state_;
};

}  // namespace pytrader
