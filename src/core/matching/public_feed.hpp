// What everybody may see of a matching engine: its displayed orders and its trades as rows of an order-by-order feed.
#pragma once

#include <vector>

#include "book/id_index.hpp"
#include "decimal/integers.hpp"
#include "matching/matching_engine.hpp"
#include "model/messages.hpp"
#include "model/records.hpp"

namespace pytrader {

// A book that applies the rows holds after each message what the engine displays, queue by queue. A trade with an order
// at the price at which it is displayed is an `execute`; one with what nobody sees, or away from that price (in an
// auction, after the close), a `trade`. What became of the orders stands behind a message's trades.
class PublicFeed {
 public:
  explicit PublicFeed(const MatchingEngine& engine) noexcept : engine_(engine) {}

  // Appends the rows of one message, the last of them with kFlagLast. `named` is the order that the message is about,
  // 0 for none; `enters`, whether it has joined a queue.
  void publish(u64 named, bool enters, const EngineOutput& output, i64 ts, std::vector<L3Record>& rows);

  std::size_t displayed_orders() const noexcept { return index_.size(); }

 private:
  // An order that is displayed, or that the message at work has touched.
  struct Shown {
    u64 order_id = 0;
    i64 price = 0;
    i64 quantity = 0;  // 0: not displayed
    Side side = Side::buy;
    bool enters = false;  // it has joined a queue
    u32 last_touch = 0;   // the place in touched_ that counts, 1 + index; 0: none
  };

  void touch(u64 order_id, bool enters);
  void print(const Fill& fill, i64 ts, std::vector<L3Record>& rows);
  void settle(u32 slot, i64 ts, std::vector<L3Record>& rows);
  u32 slot_of(u64 order_id) const noexcept {
    return index_.find(order_id, [this](u32 slot) { return shown_[slot].order_id; });
  }
  u32 acquire(u64 order_id);
  void release(u32 slot) noexcept;

  const MatchingEngine& engine_;
  std::vector<Shown> shown_{1};  // by slot, 0 is none; bound: displayed orders, and those that one message touches
  std::vector<u32> free_;
  std::vector<u32> touched_;  // slots, in the order of what happened; an order that joins a queue anew comes again
  IdIndex index_;
};

}  // namespace pytrader
