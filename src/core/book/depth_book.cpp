// A price-level book kept from a venue's depth frames: with the decimals as sent, and no deeper than subscribed.
#include "book/depth_book.hpp"

namespace pytrader {

void DepthBook::set(const DepthLevel& level) {
  Ladder& ladder = mutable_side(level.side);
  if (level.quantity == 0) {
    const u32 at = ladder.find(level.price);
    if (at != kNone) ladder.vacated(at);
    return;
  }
  const u32 at = ladder.level_at(level.price);
  if (!ladder.is_occupied(at)) ladder.occupied(at);
  Level& totals = ladder[at];
  totals.quantity = level.quantity;
  totals.order_count = level.order_count;
  totals.price_decimals = level.price_decimals;
  totals.quantity_decimals = level.quantity_decimals;
}

void DepthBook::truncate(std::size_t depth) noexcept {
  if (depth == 0) return;
  for (Ladder* ladder : {&sides_[0], &sides_[1]}) {
    while (ladder->level_count() > depth) ladder->vacated(ladder->worst());
  }
}

}  // namespace pytrader
