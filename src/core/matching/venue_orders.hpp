// Our own live orders at one simulated venue: those that rest, by price and then by time, and those that wait.
#pragma once

#include <vector>

#include "book/book_sides.hpp"
#include "book/id_index.hpp"
#include "book/ladder.hpp"
#include "book/order_pool.hpp"
#include "decimal/integers.hpp"
#include "matching/venue_terms.hpp"
#include "model/messages.hpp"

namespace pytrader {

// What a live order keeps beside its node, whose quantity is what it shows, whose id is the client_order_id.
struct RestingOrder {
  VenueOrderId venue_order_id = 0;
  i64 price = kNoPrice;  // kNoPrice for an order without a limit
  i64 order_qty = 0;
  i64 place = 0;           // arrival number (L3, bars) or whole lots ahead (L2, quotes)
  i64 traded = 0;          // at its price since the level's last row (L2, quotes)
  u32 place_fraction = 0;  // beside whole lots ahead, in 2^-32 lot
  StrategyIndex strategy = 0;
  Side side = Side::buy;
  TimeInForce time_in_force = TimeInForce::gtc;
  u16 flags = 0;
  VenuePlace stands = VenuePlace::nowhere;
  bool special = false;  // has VenueTerms

  bool has(u16 flag) const noexcept { return (flags & flag) != 0; }
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
  // Above every slot; is_live() says which of them are orders.
  u32 slots() const noexcept { return static_cast<u32>(pool_.slots()); }
  bool is_live(u32 slot) const noexcept { return resting_[slot].venue_order_id != 0; }

  const Ladder& ladder(Side side) const noexcept { return sides_[BookSides::index_of(side)]; }
  // True if orders of this side rest at this price or better: what every event of the recording asks.
  bool any_at_or_better(Side side, i64 price) const noexcept { return ladder(side).is_reached(price); }
  // The first in the queue of a price, kNone if none rests there.
  u32 first_at(Side side, i64 price) const noexcept {
    const Ladder& levels = ladder(side);
    u32 level = kNone;
    if (!levels.recent_level(price, level)) level = any_at_or_better(side, price) ? levels.find(price) : kNone;
    return level == kNone ? kNone : levels[level].head;
  }
  u32 hidden_count() const noexcept { return hidden_count_; }
  RestingOrder& operator[](u32 slot) noexcept { return resting_[slot]; }
  const RestingOrder& operator[](u32 slot) const noexcept { return resting_[slot]; }
  // Of a special order only.
  VenueTerms& terms(u32 slot) noexcept { return terms_[slot]; }
  const VenueTerms& terms(u32 slot) const noexcept { return terms_[slot]; }
  ClientOrderId id_of(u32 slot) const noexcept { return pool_[slot].id; }
  i64 shown_qty(u32 slot) const noexcept { return pool_[slot].quantity; }
  i64 leaves_qty(u32 slot) const noexcept {
    return pool_[slot].quantity + (resting_[slot].special ? terms_[slot].reserve : 0);
  }
  i64 cum_qty(u32 slot) const noexcept { return resting_[slot].order_qty - leaves_qty(slot); }
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
    rest(slot);
    return slot;
  }
  // An order that is in no queue yet.
  u32 add_special(ClientOrderId id, i64 leaves_qty, const RestingOrder& order, const VenueTerms& terms) {
    const u32 slot = acquire(id, leaves_qty, order);
    make_special(slot, terms);
    return slot;
  }
  // An order that came without terms gets them where it stands.
  void make_special(u32 slot, const VenueTerms& terms) {
    if (slot >= terms_.size()) terms_.resize(resting_.size());
    resting_[slot].special = true;
    terms_[slot] = terms;
  }
  // An order that waits for the next bar's open, behind the others that do.
  u32 add_waiting(ClientOrderId id, i64 leaves_qty, const RestingOrder& order) {
    const u32 slot = acquire(id, leaves_qty, order);
    wait(slot);
    return slot;
  }
  u32 first_waiting() const noexcept { return first_waiting_; }

  // An order that is nowhere comes to rest behind the others of its price, or waits for the next bar's open.
  void rest(u32 slot) {
    Ladder& levels = levels_of(resting_[slot].side);
    levels.push_back(levels.level_at(resting_[slot].price), slot, pool_);
    resting_[slot].stands = VenuePlace::resting;
    hidden_count_ += resting_[slot].has(kHidden) ? 1 : 0;
  }
  void wait(u32 slot) noexcept {
    OrderNode& node = pool_[slot];
    node.level = kNone;
    node.next = kNone;
    node.prev = last_waiting_;
    (last_waiting_ != kNone ? pool_[last_waiting_].next : first_waiting_) = slot;
    last_waiting_ = slot;
    resting_[slot].stands = VenuePlace::waiting;
  }
  // Out of its queue, if it is in one; it stays live.
  void detach(u32 slot) noexcept {
    OrderNode& node = pool_[slot];
    RestingOrder& order = resting_[slot];
    if (order.stands == VenuePlace::resting) {
      levels_of(order.side).unlink(slot, pool_);
      hidden_count_ -= order.has(kHidden) ? 1 : 0;
    } else if (order.stands == VenuePlace::waiting) {
      (node.prev != kNone ? pool_[node.prev].next : first_waiting_) = node.next;
      (node.next != kNone ? pool_[node.next].prev : last_waiting_) = node.prev;
    }
    node.level = kNone;
    order.stands = VenuePlace::nowhere;
  }
  void remove(u32 slot) noexcept {
    detach(slot);
    index_.erase(pool_[slot].id, slot);
    resting_[slot].venue_order_id = 0;
    pool_.release(slot);
  }

  // Takes a part, less than shown_qty, off an order that keeps its place.
  void reduce(u32 slot, i64 quantity) noexcept {
    if (resting_[slot].stands == VenuePlace::resting) {
      levels_of(resting_[slot].side).reduce(slot, quantity, pool_);
    } else {
      pool_[slot].quantity -= quantity;
    }
  }
  // What an order that is in no queue shows when it gets there.
  void show(u32 slot, i64 quantity) noexcept { pool_[slot].quantity = quantity; }

 private:
  Ladder& levels_of(Side side) noexcept { return sides_[BookSides::index_of(side)]; }

  u32 acquire(ClientOrderId id, i64 leaves_qty, const RestingOrder& order) {
    index_.reserve(index_.size() + 1);
    const u32 slot = pool_.acquire();
    if (slot >= resting_.size()) resting_.resize(slot < 16 ? 32 : 2 * static_cast<std::size_t>(slot));
    pool_[slot].id = id;
    pool_[slot].quantity = leaves_qty;
    pool_[slot].level = kNone;
    resting_[slot] = order;
    resting_[slot].stands = VenuePlace::nowhere;
    index_.insert(id, slot);
    return slot;
  }

  Ladder sides_[2] = {Ladder(Side::buy), Ladder(Side::sell)};
  OrderPool pool_;
  std::vector<RestingOrder> resting_;  // by slot
  std::vector<VenueTerms> terms_;      // by slot; empty until a first special order comes
  IdIndex index_;
  u32 first_waiting_ = kNone;
  u32 last_waiting_ = kNone;
  u32 hidden_count_ = 0;
};

}  // namespace pytrader
