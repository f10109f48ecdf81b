// One instrument's matching engine: every message is answered, by a status, fills and updates.
#pragma once

#include <cstddef>
#include <span>

#include "matching/matching_core.hpp"
#include "matching/order_message.hpp"
#include "matching/venue_rules.hpp"

namespace pytrader {

// Bounds: `max_orders` resting orders (a limit order beyond it is rejected, order_limit); the open quantity of one side
// stays below 2^63 lots (an order that could exceed it is rejected, quantity_above_maximum). Prices are any ticks but
// kNoPrice. No message allocates once pool, index and ladder have reached their largest size; none costs more because
// other orders rest. A rejected message changes nothing.
class MatchingEngine : public MatchingCore {
 public:
  explicit MatchingEngine(const VenueRules& rules = {}, u32 max_orders = OrderPool::kMaxOrders);

  // Applies one message and appends its fills and updates, each with this message index; `terms` are the rows that
  // the message's `terms` counts in. Throws std::bad_alloc or Error(capacity) only, and then nothing has changed.
  MessageStatus apply(const OrderMessage& message, std::span<const OrderTerms> terms, i64 message_index,
                      EngineOutput& output);
  MessageStatus apply(const OrderMessage& message, i64 message_index, EngineOutput& output) {
    return apply(message, {}, message_index, output);
  }
  // Applies messages in order; `statuses` has room for as many.
  void apply(std::span<const OrderMessage> messages, std::span<const OrderTerms> terms, MessageStatus* statuses,
             EngineOutput& output);

  // Throws std::logic_error if a total, a link or an index contradicts another, or if the book is crossed.
  void self_check() const;

 private:
  // Nothing at work that a plain message could meet: no order with more than a price and a quantity, no phase but
  // continuous trading, no allocation but price-time.
  bool quiet() const noexcept { return at_work_ == 0; }
  // The message says nothing that the core does not know.
  static bool is_plain(const OrderMessage& message) noexcept;
  MessageStatus apply_general(const OrderMessage& message, std::span<const OrderTerms> terms, i64 message_index,
                              EngineOutput& output);

  // Inlined by force: GCC 12 takes a function of nothing but prefetches for one without effect, and drops its calls.
  [[gnu::always_inline]] void look_ahead(const OrderMessage* message) const noexcept;

  u64 at_work_ = 0;  // how many things are at work that need the general path
};

}  // namespace pytrader
