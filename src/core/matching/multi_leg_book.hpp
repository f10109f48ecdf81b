// The real orders of one instrument of a multi-leg market, each with its number of arrival in the whole market.
#pragma once

#include <vector>

#include "matching/matching_core.hpp"

namespace pytrader {

// The resting order that trades first at the best price of a side.
struct FirstOrder {
  u64 order_id;
  i64 price;
  i64 leaves_qty;
  u64 arrival;
};

// A resting order as its market and its readers see it.
struct RealOrder {
  i64 price;
  i64 leaves_qty;
  i64 cum_qty;  // executed so far
  Side side;
  bool post_only;
};

// What the first orders at a side's best price offer to whom needs `ratio` lots at a time.
struct LotsAtBest {
  i64 price = 0;
  i64 level_quantity = 0;
  i64 first_quantity = 0;  // of the orders that the first `ratio` lots come from
  u64 arrival = 0;         // of the last of these orders
};

// A matching core whose market decides what trades: it never matches by itself.
class MultiLegBook : public MatchingCore {
 public:
  MultiLegBook(const VenueRules& rules, u32 max_orders) : MatchingCore(rules, max_orders) {}

  // Why a new order can not enter this book, whatever is implied; none if it can.
  RejectReason check_new(const OrderMessage& message, bool rests) const noexcept;
  bool would_take(Side side, i64 price) const noexcept { return reaches(side, price); }

  // False if nothing rests on this side.
  bool first(Side side, FirstOrder& order) const noexcept;
  // False if the best level holds fewer than `ratio` lots. Walks at most `ratio` orders.
  bool lots(Side side, i64 ratio, LotsAtBest& lots) const noexcept;

  // Takes from the first order of a side, at most what it has; returns what is left of it.
  i64 fill_first(Side side, i64 quantity);

  // Makes room for one more order at this price, so that place() can not fail.
  void prepare(Side side, i64 price);
  // A limit order that trades with nothing here takes its place behind the others of its price.
  void place(u64 order_id, Side side, i64 price, i64 leaves_qty, i64 executed, bool post_only, u64 arrival);
  // False if no order with this id rests.
  bool order(u64 order_id, RealOrder& order) const noexcept;
  bool has(u64 order_id) const noexcept { return slot_of(order_id) != kNone; }
  bool leave(u64 order_id) noexcept { return !is_rejected(cancel(order_id)); }
  // A smaller quantity at the same price: the order keeps its place.
  void reduce_to(u64 order_id, i64 leaves_qty);

  void count(MessageStatus status) noexcept;
  // Throws std::logic_error if a total, a link or an index contradicts another, or if the real orders are crossed.
  void self_check() const;

 private:
  void check_side(Side which, std::size_t& orders) const;

  std::vector<u64> arrivals_;  // by slot
};

}  // namespace pytrader
