// Reads a limit state from the touch and the bands.
#include "matching/limit_state.hpp"

namespace pytrader {

const char* to_text(LimitState state) noexcept {
  switch (state) {
    case LimitState::none:
      return "none";
    case LimitState::limit_up:
      return "limit_up";
    case LimitState::limit_down:
      return "limit_down";
    case LimitState::straddle_up:
      return "straddle_up";
    case LimitState::straddle_down:
      return "straddle_down";
  }
  return "";
}

LimitState limit_state_of(i64 best_bid, i64 best_ask, const PriceRange& bands) noexcept {
  const bool has_bid = best_bid != kNoPrice;
  const bool has_ask = best_ask != kNoPrice;
  const bool up = has_bid && best_bid == bands.high && !(has_ask && best_ask <= best_bid);
  const bool down = has_ask && best_ask == bands.low && !(has_bid && best_bid >= best_ask);
  if (up && bands.high != INT64_MAX) return LimitState::limit_up;
  if (down && bands.low != kNoPrice + 1) return LimitState::limit_down;
  if (has_ask && best_ask > bands.high) return LimitState::straddle_up;
  if (has_bid && best_bid < bands.low) return LimitState::straddle_down;
  return LimitState::none;
}

}  // namespace pytrader
