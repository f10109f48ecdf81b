// What goes into a matching engine and what comes out: messages, the outcome of each, and fills.
#pragma once

#include <type_traits>

#include "decimal/integers.hpp"
#include "model/enums.hpp"
#include "model/messages.hpp"

namespace pytrader {

enum class MessageKind : i64 {
  new_ = 1,
  cancel = 2,   // reads order_id only
  replace = 3,  // reads order_id, price and quantity: side, type and flags stay those of the order
};

// One row of 64-bit integers, the same in memory and in NumPy arrays. Prices are ticks, quantities lots.
struct OrderMessage {
  i64 kind;           // MessageKind
  i64 side;           // Side
  i64 order_type;     // OrderType
  i64 time_in_force;  // TimeInForce: gtc, ioc or fok; a market order never rests, gtc and ioc say the same of it
  i64 flags;          // kPostOnly or 0
  i64 price;          // a market order has 0 or kNoPrice here
  i64 quantity;
  u64 order_id;  // any 64-bit number that no resting order has
};
static_assert(sizeof(OrderMessage) == 64 && std::is_trivially_copyable_v<OrderMessage>);

// What became of a message.
enum class Outcome : u8 {
  rested = 1,              // new: accepted; what did not trade rests
  filled = 2,              // new: accepted and traded completely
  remainder_canceled = 3,  // new market or IOC: accepted; what did not trade (perhaps all) is canceled
  canceled = 4,            // cancel: the order left
  replaced = 5,            // replace: the order kept its place in the queue
  requeued = 6,            // replace: the order re-entered as new; what did not trade rests behind its new price
  replaced_filled = 7,     // replace: the order re-entered as new and traded completely
  replaced_closed = 8,     // replace: the new total was executed already, so the order left
  rejected = 9,            // nothing changed; the reason says why
};

// An outcome and, when rejected, its reason in one byte: outcomes below 128, 128 + RejectReason for a rejection.
using MessageStatus = u8;
constexpr MessageStatus kRejected = 128;
constexpr MessageStatus status_of(Outcome outcome) noexcept {
  return static_cast<MessageStatus>(outcome);
}
constexpr MessageStatus status_of(RejectReason reason) noexcept {
  return static_cast<MessageStatus>(kRejected + static_cast<u8>(reason));
}
constexpr bool is_rejected(MessageStatus status) noexcept {
  return status >= kRejected;
}
constexpr Outcome outcome_of(MessageStatus status) noexcept {
  return is_rejected(status) ? Outcome::rejected : static_cast<Outcome>(status);
}
constexpr RejectReason reason_of(MessageStatus status) noexcept {
  return is_rejected(status) ? static_cast<RejectReason>(status - kRejected) : RejectReason::none;
}

// One trade, at the price of the order that rested.
struct Fill {
  u64 taker_order_id;
  u64 maker_order_id;
  i64 price;
  i64 quantity;
  i64 taker_leaves_qty;  // open quantity after this trade
  i64 maker_leaves_qty;
  i64 taker_side;     // Side
  i64 message_index;  // row of the message that took, counted from the start of its batch
};
static_assert(sizeof(Fill) == 64 && std::is_trivially_copyable_v<Fill>);

}  // namespace pytrader
