// Taking recorded orders in their price-time order, and keeping their arrivals.
#include "matching/venue_l3_market.hpp"

#include <algorithm>

namespace pytrader {

i64 VenueL3Market::left_at(const Ladder& ladder, u32 level, i64 wanted) const noexcept {
  if (orders_taken_from_ == 0) return std::min(ladder[level].quantity, wanted);
  i64 left = 0;
  for (u32 slot = ladder[level].head; slot != kNone && left < wanted; slot = order_at(slot).next) {
    left += std::max<i64>(0, order_at(slot).quantity - taken_of(slot));
  }
  return std::min(left, wanted);
}

i64 VenueL3Market::reachable(Side taker, i64 limit, i64 wanted) const {
  const Ladder& ladder = book_.side(opposite(taker));
  i64 found = 0;
  for (u32 level = ladder.best(); level != kNone && found < wanted; level = ladder.next_worse(level)) {
    if (ladder.better(limit, ladder.price_of(level))) break;
    found += left_at(ladder, level, wanted - found);
  }
  return found;
}

i64 VenueL3Market::best_left(Side taker) const {
  const Ladder& ladder = book_.side(opposite(taker));
  for (u32 level = ladder.best(); level != kNone; level = ladder.next_worse(level)) {
    if (left_at(ladder, level, 1) > 0) return ladder.price_of(level);
  }
  return kNoPrice;
}

Take VenueL3Market::take(Side taker, i64 limit, i64 wanted) {
  const Ladder& ladder = book_.side(opposite(taker));
  for (u32 level = ladder.best(); level != kNone; level = ladder.next_worse(level)) {
    const i64 price = ladder.price_of(level);
    if (ladder.better(limit, price)) break;
    i64 got = 0;
    for (u32 slot = ladder[level].head; slot != kNone && got < wanted; slot = order_at(slot).next) {
      const i64 here = std::min(wanted - got, order_at(slot).quantity - taken_of(slot));
      if (here <= 0) continue;
      add_taken(slot, here);
      got += here;
    }
    if (got > 0) return {price, got};
  }
  return {0, 0};
}

i64 VenueL3Market::quantity_ahead(Side side, i64 price, i64 place) const noexcept {
  const Ladder& ladder = book_.side(side);
  const u32 level = ladder.find(price);
  if (level == kNone) return 0;
  i64 ahead = 0;
  for (u32 slot = ladder[level].head; slot != kNone; slot = order_at(slot).next) {
    if (arrival_of(slot) < place) ahead += order_at(slot).quantity;
  }
  return ahead;
}

void VenueL3Market::apply(const L3Record& record, bool own_orders_queue) {
  if (!own_orders_queue && orders_taken_from_ == 0) {
    book_.apply(record);
    return;
  }
  const u32 slot = book_.find(record.order_id);
  const OrderNode before = slot != kNone ? order_at(slot) : OrderNode{};
  if (!book_.applied(book_.apply(record))) return;
  if (static_cast<BookAction>(record.action) == BookAction::clear) {
    std::fill(taken_.begin(), taken_.end(), 0);
    orders_taken_from_ = 0;
    return;
  }
  const u32 now = book_.find(record.order_id);
  if (slot != kNone && now == kNone && taken_of(slot) > 0) {
    taken_[slot] = 0;
    --orders_taken_from_;
  }
  if (!own_orders_queue || now == kNone) return;
  const OrderNode& after = order_at(now);
  const bool kept_place = slot != kNone && after.level == before.level && after.quantity <= before.quantity;
  // Orders of a snapshot were there before it, so that they count as ahead of every own order.
  if (!kept_place) set_arrival(now, (record.flags & kFlagSnapshot) != 0 ? 0 : ++last_arrival_);
}

Execution VenueL3Market::execution_of(const L3Record& record) const noexcept {
  Execution execution{static_cast<Side>(record.side), record.price};
  if (static_cast<BookAction>(record.action) == BookAction::execute) {
    const u32 slot = book_.find(record.order_id);
    if (slot == kNone && record.price == 0) return {Side{}, 0, 0, false};
    if (slot == kNone) return execution;
    const OrderView order = book_.order(slot);
    return {order.side, order.price, arrival_of(slot), true};
  }
  if (!valid(execution.side)) return execution;
  const Ladder& ladder = book_.side(execution.side);
  const u32 level = ladder.find(record.price);
  execution.arrival = level != kNone ? arrival_of(ladder[level].head) : INT64_MAX;
  return execution;
}

void VenueL3Market::set_arrival(u32 slot, i64 arrival) {
  if (slot >= arrivals_.size()) arrivals_.resize(std::max<std::size_t>(64, 2 * static_cast<std::size_t>(slot)));
  arrivals_[slot] = arrival;
}

void VenueL3Market::add_taken(u32 slot, i64 quantity) {
  if (slot >= taken_.size()) taken_.resize(std::max<std::size_t>(64, 2 * static_cast<std::size_t>(slot)));
  if (taken_[slot] == 0) ++orders_taken_from_;
  taken_[slot] += quantity;
}

}  // namespace pytrader
