// The order book of a matching engine with plain matching by price, then time: the way of most messages.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <vector>

#include "book/book_sides.hpp"
#include "book/bucket_index.hpp"
#include "book/order_pool.hpp"
#include "matching/executed_quantities.hpp"
#include "matching/execution_row.hpp"
#include "matching/order_message.hpp"
#include "matching/venue_rules.hpp"

namespace pytrader {

struct MatchingCounters {
  u64 messages = 0;
  u64 fills = 0;
  i128 volume = 0;                    // lots traded, each trade counted once
  std::array<u64, 128> rejections{};  // by RejectReason
};

// The book of a matching engine and its plain business: limit, market, IOC, FOK and post-only orders by price, then
// time. MatchingEngine sends it the messages that need nothing else, and builds the rest from its parts.
class MatchingCore : public BookSides {
 public:
  const VenueRules& rules() const noexcept { return rules_; }
  u32 max_orders() const noexcept { return pool_.limit(); }
  const MatchingCounters& counters() const noexcept { return counters_; }

  // The order that the last accepted cancel or replace named.
  const NamedOrder& named_order() const noexcept { return named_; }

  // Makes room for this many resting orders, so that they need no allocation while their ids spread over the index and
  // their prices have been seen.
  void reserve(u32 orders);

  std::size_t order_count() const noexcept { return pool_.size(); }
  i64 open_quantity(Side side) const noexcept { return INT64_MAX - headroom_[index_of(side)]; }

 protected:
  MatchingCore(const VenueRules& rules, u32 max_orders);

  struct Taker {
    u64 order_id;
    i64 price;  // limit; not read for a market order
    i64 leaves_qty;
    i64 message_index;
    Side side;
    bool is_market;
  };
  // Bits of OrderNode::attributes.
  static constexpr u32 kSell = 1;
  static constexpr u32 kIsPostOnly = 2;
  static constexpr u32 kHasExecuted = 4;
  static constexpr u32 kIsSpecial = 8;  // MatchingEngine keeps more of the order

  // What a taker could trade with.
  struct Reach {
    i64 quantity;
    i64 orders;
  };

  static Side side_of(const OrderNode& node) noexcept {
    return (node.attributes & kSell) != 0 ? Side::sell : Side::buy;
  }
  u32 slot_of(u64 order_id) const noexcept {
    return index_.find(order_id, [this](u32 slot) { return pool_[slot].id; });
  }

  // The commonest messages, in plain_path.hpp.
  template <class IndexOf>
  MessageStatus rest_or_submit(const OrderMessage& message, std::size_t own, IndexOf&& message_index,
                               std::vector<Fill>& fills);
  template <class IndexOf>
  MessageStatus rest_indexed(const OrderMessage& message, std::size_t own, IndexOf&& message_index,
                             std::vector<Fill>& fills);
  // The same where the order's place in the index is full: kept out of the loops, like submit() and cancel().
  [[gnu::noinline]] MessageStatus rest_crowded(const OrderMessage& message, std::size_t own, i64 message_index,
                                               std::vector<Fill>& fills);
  // `names`: for named_order().
  template <bool names>
  MessageStatus cancel_quickly(u64 order_id) noexcept;
  template <bool names, class Replace>
  MessageStatus requeue_or(const OrderMessage& message, Replace&& replace);
  // A new, cancel or replace message that needs nothing but price, time and the plain order types.
  MessageStatus apply_plain(const OrderMessage& message, i64 message_index, std::vector<Fill>& fills);
  [[gnu::noinline]] MessageStatus cancel(u64 order_id) noexcept;
  [[gnu::noinline]] MessageStatus submit(const OrderMessage& message, i64 message_index, std::vector<Fill>& fills);
  MessageStatus replace(const OrderMessage& message, i64 message_index, std::vector<Fill>& fills);
  MessageStatus requeue(u32 slot, const Taker& taker, std::vector<Fill>& fills);

  RejectReason check_form(const OrderMessage& message) const noexcept;
  RejectReason check_against_book(const OrderMessage& message, bool may_rest) const noexcept;

  static Taker as_taker(const OrderMessage& message, i64 message_index) noexcept;
  Reach reach(const Taker& taker) const noexcept;
  // Whether the best maker is within the taker's limit.
  bool meets(const Taker& taker) const noexcept {
    return taker.is_market ? !side(opposite(taker.side)).empty() : reaches(taker.side, taker.price);
  }
  void rest_new(const OrderMessage& message, i64 leaves, u32 level) noexcept;
  i64 match(Taker taker, std::vector<Fill>& fills);
  void fill_maker(u32 slot, i64 quantity);
  void rest(u32 slot, i64 quantity, i64 executed, u32 level, Side side) noexcept;
  void remove(u32 slot) noexcept;

  // Throws std::logic_error if a best level is not one, or if the book is crossed. In every build: after each message
  // that trades in continuous trading.
  void check_touch() const;

  // For one more resting order.
  void make_room();
  // So that no trade of this taker can fail half-way.
  void make_room(const Taker& taker, std::vector<Fill>& fills);
  i64 executed(u32 slot) const noexcept;
  void set_executed(u32 slot, i64 quantity) noexcept;

  VenueRules rules_;
  OrderPool pool_;
  BucketIndex index_;
  i64 headroom_[2] = {INT64_MAX, INT64_MAX};  // what may still come to a side's open quantity
  i64 last_trade_price_ = kNoPrice;
  ExecutedQuantities executed_;
  MatchingCounters counters_;
  NamedOrder named_{};
};

}  // namespace pytrader
