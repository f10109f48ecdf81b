// What only some orders have beyond side, price, quantity and time: kept apart, so that plain orders stay small.
#pragma once

#include <cstddef>
#include <vector>

#include "book/id_index.hpp"
#include "decimal/integers.hpp"
#include "matching/order_message.hpp"
#include "model/enums.hpp"
#include "model/order_form.hpp"

namespace pytrader {

// Where a live order stands. The first four are queues of a price level, in their order of priority there: displayed
// before hidden before pegged (TSX order types), all-or-none last.
enum class OrderPlace : u8 {
  displayed = 0,
  hidden = 1,
  pegged = 2,
  all_or_none = 3,
  triggers = 4,  // waits for its stop price
  elected = 5,   // elected; enters when the taker that is trading is done
  unpriced = 6,  // pegged, and its reference is missing
  parked = 7,    // waits for its auction
  drained = 8,   // an iceberg whose tip a sweep has emptied, until the sweep is done with its level
  market = 9,    // a market order in a call phase
};
constexpr const char* to_text(OrderPlace place) noexcept {
  constexpr const char* kTexts[] = {"displayed", "hidden",   "pegged", "all_or_none", "triggers",
                                    "elected",   "unpriced", "parked", "drained",     "market"};
  return kTexts[static_cast<u8>(place)];
}
constexpr bool in_book(OrderPlace place) noexcept {
  return place <= OrderPlace::all_or_none;
}

struct SpecialOrder {
  i64 limit = kNoPrice;  // before election: the limit after it; pegged: the cap; else the price in the book
  i64 stop_price = kNoPrice;
  i64 reserve = 0;  // what is open beyond the order's node, which holds what is displayed
  i64 display_qty = 0;
  i64 display_range = 0;
  i64 min_qty = 0;  // at the first entry only
  i64 peg_offset = 0;
  i64 expire_time = 0;
  i64 limit_offset = 0;
  i64 prevented = 0;  // by self-trade prevention or cut by reduce-only; a replace counts it like what was executed
  u64 entered = 0;    // time of the first entry
  u32 owner = 0;
  u32 account = 0;    // row of the account book, 0 for none
  u32 tips_most = 0;  // an iceberg at rest: how many tips it can show at most
  u16 flags = 0;
  OrderType order_type = OrderType::limit;
  TimeInForce time_in_force = TimeInForce::gtc;
  SelfTrade self_trade = SelfTrade::venue_default;
  PegType peg_type = PegType::none;
  OrderPlace place = OrderPlace::displayed;

  bool has(u16 flag) const noexcept { return (flags & flag) != 0; }
  bool is_iceberg() const noexcept { return display_qty != 0; }
  // Where it stands at a price.
  OrderPlace place_in_book() const noexcept {
    if (order_type == OrderType::pegged) return OrderPlace::pegged;
    if (has(kAllOrNone)) return OrderPlace::all_or_none;
    return has(kHidden) ? OrderPlace::hidden : OrderPlace::displayed;
  }
  // Whether its price, its quantity and its node say all of it.
  bool is_plain() const noexcept {
    return place == OrderPlace::displayed && owner == 0 && (flags & ~kPostOnly) == 0 && display_qty == 0 &&
           time_in_force == TimeInForce::gtc && prevented == 0;
  }
};

// The lists that an order is in beside its queue.
struct SpecialLinks {
  u32 next_of_owner = kNone;
  u32 previous_of_owner = kNone;
  u32 next_peg = kNone;
  u32 previous_peg = kNone;
};

// Rows by slot of the pool; a row means something only while its order is live and marked as special.
class SpecialOrders {
 public:
  // Makes room for the slots below `slots`.
  void reserve(std::size_t slots) {
    if (links_.size() >= slots) return;
    rows_.resize(slots);
    links_.resize(slots);
  }
  SpecialLinks& links(u32 slot) noexcept { return links_[slot]; }
  const SpecialLinks& links(u32 slot) const noexcept { return links_[slot]; }
  SpecialOrder& operator[](u32 slot) noexcept { return rows_[slot]; }
  const SpecialOrder& operator[](u32 slot) const noexcept { return rows_[slot]; }
  std::size_t size() const noexcept { return rows_.size(); }

 private:
  std::vector<SpecialOrder> rows_;
  std::vector<SpecialLinks> links_;
};

}  // namespace pytrader
