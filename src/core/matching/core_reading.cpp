// Reading a matching engine's book, and the check that all parts of it fit together.
#include <stdexcept>
#include <string>

#include "matching/matching_core.hpp"

namespace pytrader {

bool MatchingCore::order(u64 order_id, RestingOrder& found) const noexcept {
  const u32 slot = slot_of(order_id);
  if (slot == kNone) return false;
  found = view(slot);
  return true;
}

void MatchingCore::queue(Side which, i64 price, std::vector<RestingOrder>& orders) const {
  orders.clear();
  const Ladder& levels = side(which);
  const u32 level = levels.find(price);
  if (level == kNone) return;
  for (u32 slot = levels[level].head; slot != kNone; slot = pool_[slot].next) orders.push_back(view(slot));
}

bool MatchingCore::queue_ahead(u64 order_id, i64& quantity) const noexcept {
  const u32 slot = slot_of(order_id);
  if (slot == kNone) return false;
  quantity = 0;
  for (u32 at = pool_[slot].prev; at != kNone; at = pool_[at].prev) quantity += pool_[at].quantity;
  return true;
}

void MatchingCore::check_book() const {
  index_.check([this](u32 slot) { return pool_[slot].id; });
  std::size_t orders = 0;
  check_side(Side::buy, orders);
  check_side(Side::sell, orders);
  const auto require = [](bool holds, const char* what) {
    if (!holds) throw std::logic_error(std::string("matching engine: ") + what);
  };
  require(orders == pool_.size() && orders == index_.size(), "orders in queues, pool and index differ");
}

void MatchingCore::check_side(Side which, std::size_t& orders) const {
  const auto require = [](bool holds, const char* what) {
    if (!holds) throw std::logic_error(std::string("matching engine: ") + what);
  };
  const Ladder& levels = side(which);
  levels.check();
  i64 side_total = 0;
  for (u32 at = levels.best(); at != kNone; at = levels.next_worse(at)) {
    i64 total = 0;
    u32 count = 0;
    u32 previous = kNone;
    for (u32 slot = levels[at].head; slot != kNone; slot = pool_[slot].next) {
      const RestingOrder order = view(slot);
      require(pool_[slot].level == at && pool_[slot].prev == previous, "a queue's links are wrong");
      require(order.side == which && slot_of(order.order_id) == slot, "an order is in the wrong queue");
      require(order.leaves_qty > 0 && order.cum_qty >= 0, "an order's quantity is out of range");
      total += order.leaves_qty;
      ++count;
      previous = slot;
    }
    require(levels[at].tail == previous && count > 0, "a queue's end is wrong");
    require(levels[at].quantity == total && levels[at].order_count == count, "a level's totals are wrong");
    side_total += total;
    orders += count;
  }
  require(side_total == open_quantity(which), "a side's open quantity is wrong");
}

}  // namespace pytrader
