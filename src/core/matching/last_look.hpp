// A liquidity provider's last look: it holds an order that wants its price, sees what the market does, and may refuse.
#pragma once

#include "decimal/integers.hpp"
#include "model/enums.hpp"
#include "model/order_terms.hpp"

namespace pytrader {

struct LastLookChoice {
  static constexpr i64 kMostNs = i64{1} << 50;  // about 13 days
  static constexpr i64 kMostTicks = i64{1} << 61;

  i64 hold_ns = 0;          // from 1 to kMostNs; 0: nobody looks
  i64 tolerance_ticks = 0;  // a move of so many ticks is still accepted, from 0 to kMostTicks
  bool symmetric = false;   // a larger move in the provider's favour is refused too

  bool is_none() const noexcept { return hold_ns == 0; }
  friend bool operator==(const LastLookChoice&, const LastLookChoice&) = default;
};
// Throws Error(invalid_argument) for a number outside its range.
void check(const LastLookChoice& choice);

// Whether the provider refuses a taker whom it showed a best price, now that it would show another one; kNoPrice: none.
inline bool refuses(const LastLookChoice& choice, Side taker, i64 shown, i64 now) noexcept {
  if (now == kNoPrice) return true;
  const i64 against = sign(taker) * (now - shown);
  return against > choice.tolerance_ticks || (choice.symmetric && -against > choice.tolerance_ticks);
}

}  // namespace pytrader
