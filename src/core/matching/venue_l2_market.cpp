// Taking displayed levels, best first.
#include "matching/venue_l2_market.hpp"

#include <algorithm>
#include <utility>

namespace pytrader {

std::vector<PrintedLots::Level>::const_iterator PrintedLots::find(Side side, i64 price) const noexcept {
  return std::lower_bound(levels_.begin(), levels_.end(), std::pair{side, price},
                          [](const Level& level, const auto& key) { return std::pair{level.side, level.price} < key; });
}

i64 PrintedLots::at(Side side, i64 price) const noexcept {
  if (levels_.empty()) return 0;
  const auto found = find(side, price);
  return found != levels_.end() && found->side == side && found->price == price ? found->quantity : 0;
}

void PrintedLots::add(Side side, i64 price, i64 quantity) {
  const auto place = levels_.begin() + (find(side, price) - levels_.cbegin());
  if (place != levels_.end() && place->side == side && place->price == price) {
    place->quantity += quantity;
  } else {
    levels_.insert(place, {side, price, quantity});
  }
}

void PrintedLots::forget(Side side, i64 price) noexcept {
  const auto found = find(side, price);
  if (found != levels_.end() && found->side == side && found->price == price) levels_.erase(found);
}

i64 VenueL2Market::taken_at(Side side, i64 price) const noexcept {
  const Ladder& marks = taken(side);
  if (marks.empty()) return 0;
  const u32 level = marks.find(price);
  return level != kNone ? marks[level].quantity : 0;
}

// Where nothing is displayed nothing is missed. What own orders took does not make what the print took less.
void VenueL2Market::printed(Side side, i64 price, i64 quantity) {
  const i64 left = displayed(side, price) - printed_.at(side, price);
  if (left <= 0) return;
  printed_.add(side, price, std::min(left, quantity));
  has_marks_ = true;
}

void VenueL2Market::forget_prints(const L2Record& record) noexcept {
  const auto action = static_cast<BookAction>(record.action);
  if (action == BookAction::trade) return;
  if ((record.flags & kFlagLast) != 0 || action == BookAction::clear) {
    printed_.clear();
  } else if (valid(static_cast<Side>(record.side))) {
    printed_.forget(static_cast<Side>(record.side), record.price);
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
  for (u32 level = ladder.best(); level != kNone; level = ladder.next_worse(level)) {
    if (ladder[level].quantity > printed_.at(side, ladder.price_of(level))) return ladder.price_of(level);
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
    Ladder& marks = taken(side);
    const u32 mark = marks.level_at(price);
    if (!marks.is_occupied(mark)) marks.occupied(mark);
    marks[mark].quantity += here;
    has_marks_ = true;
    return {price, here};
  }
  return {0, 0};
}

// After the row: what it tells anew is no longer missed.
void VenueL2Market::update_marks(const L2Record& record) noexcept {
  if (!printed_.empty()) forget_prints(record);
  if (!taken_bids_.empty() || !taken_asks_.empty()) forget_taken(record);
  has_marks_ = !printed_.empty() || !taken_bids_.empty() || !taken_asks_.empty();
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
