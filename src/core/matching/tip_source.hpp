// The seeded stream that draws the displayed tips of icebergs.
#pragma once

#include "decimal/integers.hpp"

namespace pytrader {

// SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014).
class TipSource {
 public:
  explicit TipSource(u64 seed) noexcept : state_(seed) {}

  // Uniform in [display_qty - range, display_qty + range]; draws only if there is a range.
  i64 draw(i64 display_qty, i64 range) noexcept {
    if (range == 0) return display_qty;
    const u64 offset = next() % (2 * static_cast<u64>(range) + 1);
    // Above INT64_MAX there is nothing more to display.
    const i128 tip = i128{display_qty} - range + offset;
    return tip > INT64_MAX ? INT64_MAX : static_cast<i64>(tip);
  }

 private:
  u64 next() noexcept {
    u64 z = (state_ += 0x9E3779B97F4A7C15ULL);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31);
  }

  u64 state_;
};

}  // namespace pytrader
