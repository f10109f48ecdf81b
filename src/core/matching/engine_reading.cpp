// Reading a matching engine: live orders, its updates' rows, and the check that all of its parts fit together.
#include <algorithm>
#include <stdexcept>
#include <string>

#include "matching/matching_engine.hpp"

namespace pytrader {

namespace {

void require(bool holds, const char* what) {
  if (!holds) throw std::logic_error(std::string("matching engine: ") + what);
}

constexpr OrderPlace kBookPlaces[] = {OrderPlace::displayed, OrderPlace::hidden, OrderPlace::pegged,
                                      OrderPlace::all_or_none};

}  // namespace

i64 MatchingEngine::best_of_all(Side which) const noexcept {
  i64 best = kNoPrice;
  for (const OrderPlace place : kBookPlaces) {
    const Ladder& levels = ladder(place, which);
    if (levels.empty()) continue;
    if (best == kNoPrice || levels.better(levels.best_price(), best)) best = levels.best_price();
  }
  return best;
}

i64 MatchingEngine::limit_of(u32 slot) const noexcept {
  if (is_special(slot)) return special_[slot].limit;
  return side(side_of(pool_[slot])).price_of(pool_[slot].level);
}

LiveOrder MatchingEngine::live_order(u32 slot) const noexcept {
  const OrderNode& node = pool_[slot];
  const Arrival order = arrival_of(slot);
  LiveOrder live;
  live.order_id = node.id;
  live.side = order.side;
  live.leaves_qty = order.leaves;
  live.cum_qty = order.executed;
  live.terms = order.terms;
  const OrderPlace place = place_of(slot);
  live.price = in_book(place) ? ladder(place, order.side).price_of(node.level) : order.terms.limit;
  live.displayed_qty = place == OrderPlace::displayed ? node.quantity : 0;
  live.stop_price = order.terms.stop_price;
  return live;
}

bool MatchingEngine::order(u64 order_id, LiveOrder& found) const noexcept {
  const u32 slot = slot_of(order_id);
  if (slot == kNone) return false;
  found = live_order(slot);
  return true;
}

void MatchingEngine::queue(Side which, i64 price, std::vector<LiveOrder>& orders) const {
  orders.clear();
  for (const OrderPlace place : kBookPlaces) {
    const Ladder& levels = ladder(place, which);
    const u32 level = levels.find(price);
    if (level == kNone) continue;
    for (u32 slot = levels[level].head; slot != kNone; slot = pool_[slot].next) orders.push_back(live_order(slot));
  }
}

void MatchingEngine::live_orders(std::vector<LiveOrder>& orders) const {
  orders.clear();
  orders.reserve(index_.size());
  index_.for_each([&](u32 slot) { orders.push_back(live_order(slot)); });
  std::sort(orders.begin(), orders.end(),
            [](const LiveOrder& a, const LiveOrder& b) { return a.order_id < b.order_id; });
}

bool MatchingEngine::queue_ahead(u64 order_id, i64& quantity) const noexcept {
  const u32 slot = slot_of(order_id);
  if (slot == kNone || place_of(slot) != OrderPlace::displayed) return false;
  quantity = 0;
  for (u32 at = pool_[slot].prev; at != kNone; at = pool_[at].prev) quantity += pool_[at].quantity;
  return true;
}

void MatchingEngine::tell(UpdateKind kind, u32 slot, i64 price, i64 quantity, i64 leaves, RejectReason reason) {
  const bool special = is_special(slot);
  output_->updates.push_back({static_cast<u8>(kind), static_cast<u8>(side_of(pool_[slot])), static_cast<u8>(reason), 0,
                              special ? special_[slot].owner : 0, pool_[slot].id, price, quantity, leaves,
                              static_cast<i64>(output_->fills.size()), message_index_, clock_});
}

void MatchingEngine::update(UpdateKind kind, const Arrival& order, i64 price, i64 quantity, RejectReason reason) {
  const i64 leaves = kind == UpdateKind::canceled ? 0 : order.leaves;
  output_->updates.push_back({static_cast<u8>(kind), static_cast<u8>(order.side), static_cast<u8>(reason), 0,
                              order.terms.owner, order.order_id, price, quantity, leaves,
                              static_cast<i64>(output_->fills.size()), message_index_, clock_});
}

void MatchingEngine::self_check() const {
  index_.check([this](u32 slot) { return pool_[slot].id; });
  accounts_.check();
  triggers_.check();
  expiries_.check();
  day_orders_.check();
  require(index_.size() == pool_.size(), "orders in pool and index differ");
  std::size_t in_the_book = 0;
  i64 open[2] = {0, 0};
  for (const Side which : kSides) {
    for (const OrderPlace place : kBookPlaces) check_ladder(place, which, in_the_book, open[index_of(which)]);
  }
  std::size_t outside = 0;
  index_.for_each([&](u32 slot) {
    if (in_book(place_of(slot))) return;
    ++outside;
    open[index_of(side_of(pool_[slot]))] += leaves_of(slot);
  });
  require(in_the_book + outside == pool_.size(), "an order is in no queue, or in two");
  require(open[0] == open_quantity(Side::buy) && open[1] == open_quantity(Side::sell),
          "a side's open quantity is wrong");
  require(phase_ != TradingPhase::continuous || !crossed(), "the book is crossed");
  check_specials();
  check_auction();
  check_tops();
}

void MatchingEngine::check_by_turns() {
  if (++unchecked_ < pool_.size()) return;
  unchecked_ = 0;
  self_check();
}

void MatchingEngine::check_ladder(OrderPlace place, Side which, std::size_t& orders, i64& open) const {
  const Ladder& levels = ladder(place, which);
  levels.check();
  for (u32 at = levels.best(); at != kNone; at = levels.next_worse(at)) {
    i64 total = 0;
    u32 count = 0;
    u32 previous = kNone;
    for (u32 slot = levels[at].head; slot != kNone; slot = pool_[slot].next) {
      require(pool_[slot].level == at && pool_[slot].prev == previous, "a queue's links are wrong");
      require(side_of(pool_[slot]) == which && place_of(slot) == place, "an order is in the wrong queue");
      require(slot_of(pool_[slot].id) == slot, "an order is not found by its id");
      require(pool_[slot].quantity > 0 && executed(slot) >= 0, "an order's quantity is out of range");
      require(!is_special(slot) || special_[slot].reserve >= 0, "a reserve is below zero");
      total += pool_[slot].quantity;
      open += leaves_of(slot);
      ++count;
      previous = slot;
    }
    require(levels[at].tail == previous && count > 0, "a queue's end is wrong");
    require(levels[at].quantity == total && levels[at].order_count == count, "a level's totals are wrong");
    orders += count;
  }
}

void MatchingEngine::check_specials() const {
  std::size_t specials = 0;
  std::size_t waiting = 0;
  std::size_t due = 0;
  std::size_t ends = 0;
  std::size_t queued = 0;
  std::size_t pegs = 0;
  u64 tips = 0;
  index_.for_each([&](u32 slot) {
    if (!is_special(slot)) return;
    const SpecialOrder& order = special_[slot];
    ++specials;
    require(!order.is_plain(), "a plain order counts as special");
    require(order.place != OrderPlace::drained, "an iceberg has been left without a tip");
    require((order.account != 0) == (order.owner != 0), "an owner has no account");
    waiting += order.place == OrderPlace::triggers ? 1 : 0;
    queued +=
        order.place == OrderPlace::elected || order.place == OrderPlace::parked || order.place == OrderPlace::market
            ? 1
            : 0;
    pegs += order.place == OrderPlace::pegged || order.place == OrderPlace::unpriced ? 1 : 0;
    due += order.time_in_force == TimeInForce::gtd ? 1 : 0;
    ends += ends_with_day(order.time_in_force) ? 1 : 0;
    require((order.time_in_force == TimeInForce::gtd) == expiries_.contains(slot), "an expiry is missing");
    require(ends_with_day(order.time_in_force) == day_orders_.contains(slot), "an end of day is missing");
    tips += order.tips_most;
  });
  require(specials == special_count_, "the count of special orders is wrong");
  require(waiting == triggers_.size(), "waiting orders and the trigger book differ");
  require(due == expiries_.size() && ends == day_orders_.size(), "an order is due that is gone");
  require(queued == elected_.size() + parked_.size() + market_[0].size() + market_[1].size(),
          "an order waits in no queue");
  require(tips == tips_bound_, "the bound of tips is wrong");
  for (u32 slot = first_peg_; slot != kNone; slot = special_.links(slot).next_peg) --pegs;
  require(pegs == 0, "the list of pegged orders is wrong");
}

}  // namespace pytrader
