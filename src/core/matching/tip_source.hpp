// The seeded stream that draws the displayed tips of icebergs.
#pragma once

#include "decimal/integers.hpp"
#include "decimal/split_mix.hpp"

namespace pytrader {

class TipSource {
 public:
  explicit TipSource(u64 seed) noexcept : words_(seed) {}

  // Uniform in [display_qty - range, display_qty + range]; draws only if there is a range.
  i64 draw(i64 display_qty, i64 range) noexcept {
    if (range == 0) return display_qty;
    const u64 offset = words_.next() % (2 * static_cast<u64>(range) + 1);
    // Above INT64_MAX there is nothing more to display.
    const i128 tip = i128{display_qty} - range + offset;
    return tip > INT64_MAX ? INT64_MAX : static_cast<i64>(tip);
  }

 private:
  SplitMix64 words_;
};

}  // namespace pytrader
