// Limit-up and limit-down states: how long the touch stands at a band before trading pauses.
#pragma once

#include "decimal/integers.hpp"
#include "matching/price_bands.hpp"
#include "model/messages.hpp"

namespace pytrader {

enum class LimitState : u8 {
  none = 0,
  limit_up = 1,       // the best bid is at the upper bound, and no offer meets it
  limit_down = 2,     // the best offer is at the lower bound, and no bid meets it
  straddle_up = 3,    // the best offer is above the upper bound, and no limit state holds
  straddle_down = 4,  // the best bid is below the lower bound, and no limit state holds
};
const char* to_text(LimitState state) noexcept;
constexpr bool is_limit(LimitState state) noexcept {
  return state == LimitState::limit_up || state == LimitState::limit_down;
}

// The state of a touch; kNoPrice for a side that is empty. Source: Plan to Address Extraordinary Market Volatility
// (File 4-631), sections I and VI. An empty side is no straddle.
LimitState limit_state_of(i64 best_bid, i64 best_ask, const PriceRange& bands) noexcept;

// Remembers since when a limit state holds. Going from limit up to limit down starts anew.
class LimitStateTimer {
 public:
  LimitState state() const noexcept { return state_; }
  i64 since() const noexcept { return since_; }

  // True if the state is another one than before.
  bool observe(LimitState state, i64 ts) noexcept {
    if (state == state_) return false;
    state_ = state;
    since_ = ts;
    return true;
  }
  // True if a limit state has lasted this long: the plan pauses trading after 15 seconds.
  bool has_lasted(i64 duration_ns, i64 ts) const noexcept {
    return is_limit(state_) && static_cast<i128>(ts) - since_ >= duration_ns;
  }

 private:
  LimitState state_ = LimitState::none;
  i64 since_ = 0;
};

}  // namespace pytrader
