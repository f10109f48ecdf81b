// Our own orders beside a public book: by id, and at each price in the order of their time.
#pragma once

#include <cstddef>
#include <vector>

#include "book/id_index.hpp"
#include "book/ladder.hpp"
#include "book/order_pool.hpp"
#include "decimal/integers.hpp"
#include "model/enums.hpp"

namespace pytrader {

struct OwnOrder {
  u64 order_id = 0;
  Side side = Side::buy;
  i64 price = 0;
  i64 quantity = 0;
  // Whether the public data shows the order. What it shows of our own is no liquidity for us.
  bool in_feed = false;
  // What its book remembers of its place in the queue.
  i64 place = 0;
};

// Slots are handles; kNone is no order. Bound: kMaxOrders orders. The ladders keep order only: the quantities that
// their nodes and levels could hold are zero, so that no total of ours can overflow.
class OwnOrders {
 public:
  static constexpr u32 kMaxOrders = u32{1} << 20;

  OwnOrders() : pool_(kMaxOrders) {}

  u32 find(u64 order_id) const noexcept {
    return index_.find(order_id, [this](u32 slot) { return pool_[slot].id; });
  }
  std::size_t size() const noexcept { return pool_.size(); }
  const OwnOrder& order(u32 slot) const noexcept { return orders_[slot]; }
  i64 place(u32 slot) const noexcept { return orders_[slot].place; }
  void set_place(u32 slot, i64 place) noexcept { orders_[slot].place = place; }

  void set_quantity(u32 slot, i64 quantity) noexcept { orders_[slot].quantity = quantity; }
  // Behind our others at its price; its id must not be there. Throws Error(capacity) beyond the bound.
  u32 add(const OwnOrder& order);
  void remove(u32 slot) noexcept;
  // Makes room, so that move() there can not throw if it comes next.
  void prepare_move(Side side, i64 price) { side_of(side).level_at(price); }
  // Behind our others at a price.
  void move(u32 slot, i64 price) noexcept;
  // Removes those for which `stays` is false.
  template <class Stays>
  void keep(Stays&& stays) noexcept {
    for (Ladder* ladder : {&bids_, &asks_}) {
      for (u32 at = ladder->best(); at != kNone;) {
        const u32 worse = ladder->next_worse(at);
        for (u32 slot = (*ladder)[at].head; slot != kNone;) {
          const u32 behind = pool_[slot].next;
          if (!stays(order(slot))) remove(slot);
          slot = behind;
        }
        at = worse;
      }
    }
  }

  // Our orders at a price, oldest first: kNone if there are none, or no more.
  u32 first_at(Side side, i64 price) const noexcept {
    const Ladder& ladder = side_of(side);
    const u32 level = ladder.find(price);
    return level == kNone ? kNone : ladder[level].head;
  }
  u32 next(u32 slot) const noexcept { return pool_[slot].next; }
  // Those of a side at this price or better.
  template <class Visit>
  void walk_to(Side side, i64 price, Visit&& visit) const {
    const Ladder& ladder = side_of(side);
    for (u32 at = ladder.best(); at != kNone && !ladder.better(price, ladder.price_of(at));
         at = ladder.next_worse(at)) {
      for (u32 slot = ladder[at].head; slot != kNone; slot = pool_[slot].next) visit(slot);
    }
  }
  // All of a side, best price first.
  template <class Visit>
  void walk(Side side, Visit&& visit) const {
    const Ladder& ladder = side_of(side);
    for (u32 at = ladder.best(); at != kNone; at = ladder.next_worse(at)) {
      for (u32 slot = ladder[at].head; slot != kNone; slot = pool_[slot].next) visit(slot);
    }
  }

  std::size_t memory_bytes() const noexcept;
  // Throws std::logic_error if orders, index and ladders contradict one another.
  void check() const;

 private:
  const Ladder& side_of(Side side) const noexcept { return side == Side::buy ? bids_ : asks_; }
  Ladder& side_of(Side side) noexcept { return side == Side::buy ? bids_ : asks_; }

  OrderPool pool_;
  IdIndex index_;
  std::vector<OwnOrder> orders_;  // by slot; bound: kMaxOrders + 1
  Ladder bids_{Side::buy};
  Ladder asks_{Side::sell};
};

}  // namespace pytrader
