// Taking displayed levels, best first.
#include "matching/venue_l2_market.hpp"

#include <algorithm>

namespace pytrader {

i64 VenueL2Market::marked(const Ladder& marks, i64 price) noexcept {
  if (marks.empty()) return 0;
  const u32 level = marks.find(price);
  return level != kNone ? marks[level].quantity : 0;
}

void VenueL2Market::mark(Ladder& marks, i64 price, i64 quantity) {
  const u32 level = marks.level_at(price);
  if (!marks.is_occupied(level)) marks.occupied(level);
  marks[level].quantity += quantity;
  has_marks_ = true;
}

// Where nothing is displayed nothing is missed. What own orders took does not make what the print took less.
void VenueL2Market::printed(Side side, i64 price, i64 quantity) {
  Ladder& prints = side == Side::buy ? printed_bids_ : printed_asks_;
  const i64 left = displayed(side, price) - marked(prints, price);
  if (left > 0) mark(prints, price, std::min(left, quantity));
}

void VenueL2Market::forget_prints(const L2Record& record) noexcept {
  const auto action = static_cast<BookAction>(record.action);
  if (action == BookAction::trade) return;
  if ((record.flags & kFlagLast) != 0 || action == BookAction::clear) {
    printed_bids_.clear();
    printed_asks_.clear();
  } else if (valid(static_cast<Side>(record.side))) {
    Ladder& marks = static_cast<Side>(record.side) == Side::buy ? printed_bids_ : printed_asks_;
    const u32 level = marks.find(record.price);
    if (level != kNone) marks.vacated(level);
  }
}

i64 VenueL2Market::reachable(Side taker, i64 limit, i64 wanted) const {
  const Side side = opposite(taker);
  const Ladder& ladder = book_.side(side);
  i64 found = 0;
  for (u32 level = ladder.best(); level != kNone && found < wanted; level = ladder.next_worse(level)) {
    const i64 price = ladder.price_of(level);
    if (ladder.better(limit, price)) break;
    found += std::min(wanted - found, std::max<i64>(0, ladder[level].quantity - gone_at(side, price)));
  }
  return found;
}

i64 VenueL2Market::shown(Side side) const {
  const Ladder& ladder = book_.side(side);
  const Ladder& printed = side == Side::buy ? printed_bids_ : printed_asks_;
  for (u32 level = ladder.best(); level != kNone; level = ladder.next_worse(level)) {
    if (ladder[level].quantity > marked(printed, ladder.price_of(level))) return ladder.price_of(level);
  }
  return kNoPrice;
}

i64 VenueL2Market::best_left(Side taker) const {
  const Side side = opposite(taker);
  const Ladder& ladder = book_.side(side);
  for (u32 level = ladder.best(); level != kNone; level = ladder.next_worse(level)) {
    const i64 price = ladder.price_of(level);
    if (ladder[level].quantity > gone_at(side, price)) return price;
  }
  return kNoPrice;
}

Take VenueL2Market::take(Side taker, i64 limit, i64 wanted) {
  const Side side = opposite(taker);
  const Ladder& ladder = book_.side(side);
  for (u32 level = ladder.best(); level != kNone; level = ladder.next_worse(level)) {
    const i64 price = ladder.price_of(level);
    if (ladder.better(limit, price)) break;
    const i64 here = std::min(wanted, ladder[level].quantity - gone_at(side, price));
    if (here <= 0) continue;
    mark(taken(side), price, here);
    return {price, here};
  }
  return {0, 0};
}

// After the row: what it tells anew is no longer missed.
void VenueL2Market::update_marks(const L2Record& record) noexcept {
  if (!printed_bids_.empty() || !printed_asks_.empty()) forget_prints(record);
  if (!taken_bids_.empty() || !taken_asks_.empty()) forget_taken(record);
  has_marks_ = !printed_bids_.empty() || !printed_asks_.empty() || !taken_bids_.empty() || !taken_asks_.empty();
}

void VenueL2Market::forget_taken(const L2Record& record) noexcept {
  if (static_cast<BookAction>(record.action) == BookAction::clear) {
    taken_bids_.clear();
    taken_asks_.clear();
    return;
  }
  if (!valid(static_cast<Side>(record.side))) return;
  Ladder& marks = taken(static_cast<Side>(record.side));
  const u32 mark = marks.find(record.price);
  if (mark == kNone) return;
  marks[mark].quantity = std::min(marks[mark].quantity, displayed(static_cast<Side>(record.side), record.price));
  if (marks[mark].quantity == 0) marks.vacated(mark);
}

}  // namespace pytrader
