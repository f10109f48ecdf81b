// Our own orders that rest at one simulated venue, by price and then by time.
#pragma once

#include <vector>

#include "book/id_index.hpp"
#include "book/ladder.hpp"
#include "book/order_pool.hpp"
#include "decimal/integers.hpp"
#include "model/messages.hpp"

namespace pytrader {

// What a resting order keeps beside its node (whose quantity is leaves_qty, whose id is the client_order_id).
struct RestingOrder {
  VenueOrderId venue_order_id = 0;
  i64 price = kNoPrice;  // kNoPrice for a market order that waits for a bar
  i64 order_qty = 0;
  i64 place = 0;           // arrival number (L3, bars) or whole lots ahead (L2, quotes)
  i64 traded = 0;          // at its price since the level's last row (L2, quotes)
  u32 place_fraction = 0;  // beside whole lots ahead, in 2^-32 lot
  Side side = Side::buy;
  TimeInForce time_in_force = TimeInForce::gtc;
  u16 flags = 0;
};

// Slots are handles; kNone is no order. Bound: the live orders of the run.
class VenueOrders {
 public:
  static constexpr i64 kMaxLevelQuantity = INT64_MAX / 2;

  u32 find(ClientOrderId id) const noexcept {
    return index_.find(id, [this](u32 slot) { return pool_[slot].id; });
  }
  bool empty() const noexcept { return pool_.size() == 0; }
  u32 size() const noexcept { return pool_.size(); }

  const Ladder& ladder(Side side) const noexcept { return side == Side::buy ? bids_ : asks_; }
  // True if orders of this side rest at this price or better: what every event of the recording asks.
  bool any_at_or_better(Side side, i64 price) const noexcept {
    return side == Side::buy ? best_bid_ >= price : best_ask_ <= price;
  }
  RestingOrder& operator[](u32 slot) noexcept { return resting_[slot]; }
  const RestingOrder& operator[](u32 slot) const noexcept { return resting_[slot]; }
  ClientOrderId id_of(u32 slot) const noexcept { return pool_[slot].id; }
  i64 leaves_qty(u32 slot) const noexcept { return pool_[slot].quantity; }
  i64 cum_qty(u32 slot) const noexcept { return resting_[slot].order_qty - pool_[slot].quantity; }
  // The order behind this one in its queue, kNone for the last.
  u32 next(u32 slot) const noexcept { return pool_[slot].next; }

  // Prices lie strictly between INT64_MIN and INT64_MAX. The level's total with this order must not pass
  // kMaxLevelQuantity.
  bool fits(Side side, i64 price, i64 leaves_qty) const noexcept {
    const Ladder& levels = ladder(side);
    const u32 level = levels.find(price);
    return leaves_qty <= kMaxLevelQuantity &&
           (level == kNone || levels[level].quantity <= kMaxLevelQuantity - leaves_qty);
  }

  // Behind the others of its price. The id must not be there yet.
  u32 add(ClientOrderId id, i64 leaves_qty, const RestingOrder& order) {
    const u32 slot = acquire(id, leaves_qty, order);
    Ladder& levels = levels_of(order.side);
    levels.push_back(levels.level_at(order.price), slot, pool_);
    read_best();
    return slot;
  }

  // An order that waits for the next bar's open, behind the others that do.
  u32 add_waiting(ClientOrderId id, i64 leaves_qty, const RestingOrder& order) {
    const u32 slot = acquire(id, leaves_qty, order);
    OrderNode& node = pool_[slot];
    node.level = kNone;
    node.next = kNone;
    node.prev = last_waiting_;
    (last_waiting_ != kNone ? pool_[last_waiting_].next : first_waiting_) = slot;
    last_waiting_ = slot;
    return slot;
  }
  u32 first_waiting() const noexcept { return first_waiting_; }

  void remove(u32 slot) noexcept {
    OrderNode& node = pool_[slot];
    if (node.level != kNone) {
      levels_of(resting_[slot].side).unlink(slot, pool_);
      read_best();
    } else {
      (node.prev != kNone ? pool_[node.prev].next : first_waiting_) = node.next;
      (node.next != kNone ? pool_[node.next].prev : last_waiting_) = node.prev;
    }
    index_.erase(node.id, slot);
    pool_.release(slot);
  }

  // Takes a part, less than leaves_qty, off an order that keeps its place.
  void reduce(u32 slot, i64 quantity) noexcept {
    if (pool_[slot].level != kNone) {
      levels_of(resting_[slot].side).reduce(slot, quantity, pool_);
    } else {
      pool_[slot].quantity -= quantity;
    }
  }

 private:
  Ladder& levels_of(Side side) noexcept { return side == Side::buy ? bids_ : asks_; }

  void read_best() noexcept {
    best_bid_ = bids_.empty() ? INT64_MIN : bids_.best_price();
    best_ask_ = asks_.empty() ? INT64_MAX : asks_.best_price();
  }

  u32 acquire(ClientOrderId id, i64 leaves_qty, const RestingOrder& order) {
    index_.reserve(index_.size() + 1);
    const u32 slot = pool_.acquire();
    if (slot >= resting_.size()) resting_.resize(slot < 16 ? 32 : 2 * static_cast<std::size_t>(slot));
    pool_[slot].id = id;
    pool_[slot].quantity = leaves_qty;
    resting_[slot] = order;
    index_.insert(id, slot);
    return slot;
  }

  i64 best_bid_ = INT64_MIN;  // no price is at or below it
  i64 best_ask_ = INT64_MAX;
  OrderPool pool_;
  std::vector<RestingOrder> resting_;  // by slot
  IdIndex index_;
  Ladder bids_{Side::buy};
  Ladder asks_{Side::sell};
  u32 first_waiting_ = kNone;
  u32 last_waiting_ = kNone;
};

}  // namespace pytrader
