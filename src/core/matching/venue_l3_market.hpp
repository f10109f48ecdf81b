// The recorded order-by-order book of a simulated venue, and what our own orders took of each recorded order.
#pragma once

#include <vector>

#include "book/l3_book.hpp"
#include "matching/venue_market.hpp"
#include "model/records.hpp"

namespace pytrader {

// What a recorded execution hits. Own orders at its price with a place below `arrival` stand before what was executed:
// for a displayed order its own arrival, for a hidden one that of the oldest order displayed at the price.
struct Execution {
  Side side{};  // of the resting interest; not valid if neither the row nor its order says where
  i64 price = 0;
  i64 arrival = 0;
  bool is_known = true;  // else nothing says at what price
};

// Places are arrival numbers. A recorded order gets one when it enters a queue that own orders may stand in; one that
// has none, or an old one, stands before every own order that came after it.
class VenueL3Market final : public VenueMarket {
 public:
  i64 reachable(Side taker, i64 limit, i64 wanted) const override;
  Take take(Side taker, i64 limit, i64 wanted) override;
  i64 place_in_queue(Side, i64, i64) override { return ++last_arrival_; }
  i64 touch(Side side) const override { return book_.side(side).empty() ? kNoPrice : book_.side(side).best_price(); }
  i64 best_left(Side taker) const override;

  // `own_orders_queue`: the row adds or replaces an order, and own orders of its side rest at its price or better.
  void apply(const L3Record& record, bool own_orders_queue);

  // Lots displayed at this price that stand before an own order with this place. Walks the level.
  i64 quantity_ahead(Side side, i64 price, i64 place) const noexcept;

  // What an execute or trade row, not applied yet, executes.
  Execution execution_of(const L3Record& record) const noexcept;

  const L3Book& book() const noexcept { return book_; }

 private:
  const OrderNode& order_at(u32 slot) const noexcept { return book_.orders()[slot]; }
  i64 arrival_of(u32 slot) const noexcept { return slot < arrivals_.size() ? arrivals_[slot] : 0; }
  i64 taken_of(u32 slot) const noexcept { return slot < taken_.size() ? taken_[slot] : 0; }
  void set_arrival(u32 slot, i64 arrival);
  void add_taken(u32 slot, i64 quantity);
  // What is left for takers of a level, counted up to `wanted`.
  i64 left_at(const Ladder& ladder, u32 level, i64 wanted) const noexcept;

  L3Book book_{BookPolicy::lenient};
  std::vector<i64> arrivals_;  // by slot of the book
  std::vector<i64> taken_;     // by slot of the book; empty until a first order takes
  u32 orders_taken_from_ = 0;  // recorded orders with taken_ > 0
  i64 last_arrival_ = 0;
};

}  // namespace pytrader
