// What goes into a matching engine and what comes out: messages, the outcome of each, fills and updates.
#pragma once

#include <algorithm>
#include <cstddef>
#include <type_traits>
#include <vector>

#include "decimal/integers.hpp"
#include "model/enums.hpp"
#include "model/messages.hpp"
#include "model/order_terms.hpp"

namespace pytrader {

enum class MessageKind : u8 {
  new_ = 1,
  cancel = 2,           // reads order_id only
  replace = 3,          // reads order_id, price, quantity and terms: side, type and flags stay those of the order
  clock = 4,            // quantity: nanoseconds UTC, never backwards
  phase = 5,            // quantity: the trading phase that begins
  reference_price = 6,  // price: what static bands and auctions refer to
  mass_cancel = 7,      // owner: all of whose orders leave; 0 means everybody's
  position = 8,         // owner, quantity: the owner's net position in lots, short below zero
  group = 9,            // owner, quantity: the group that the owner belongs to; 0 is none
};

// Bit of OrderMessage::flags, beside those of orders everywhere.
constexpr u16 kLeadMarketMaker = 16;
constexpr u16 kMessageFlags = kPostOnly | kReduceOnly | kHidden | kAllOrNone | kLeadMarketMaker;

// One row, the same in memory and in NumPy arrays. Prices are ticks, quantities lots.
struct OrderMessage {
  u8 kind;           // MessageKind
  u8 side;           // Side
  u8 order_type;     // OrderType
  u8 time_in_force;  // TimeInForce; a market order never rests, gtc and ioc say the same of it
  u16 flags;         // kMessageFlags
  u8 self_trade;     // SelfTrade
  u8 reserved;       // 0
  i64 price;         // a market order has 0 or kNoPrice here
  i64 quantity;
  u64 order_id;  // any 64-bit number that no live order has
  u32 owner;     // account number, 0 for none
  u32 terms;     // 0 for none, else 1 + the row of the OrderTerms that the batch came with
};
static_assert(sizeof(OrderMessage) == 40 && std::is_trivially_copyable_v<OrderMessage>);

// A message of this kind about an order; what else it says is 0.
constexpr OrderMessage message_about(MessageKind kind, u64 order_id) noexcept {
  OrderMessage message{};
  message.kind = static_cast<u8>(kind);
  message.order_id = order_id;
  return message;
}
// A new limit order, good till canceled.
constexpr OrderMessage new_limit(u64 order_id, Side side, i64 price, i64 quantity) noexcept {
  OrderMessage message = message_about(MessageKind::new_, order_id);
  message.side = static_cast<u8>(side);
  message.order_type = static_cast<u8>(OrderType::limit);
  message.time_in_force = static_cast<u8>(TimeInForce::gtc);
  message.price = price;
  message.quantity = quantity;
  return message;
}
// A new market order; what does not trade at once is canceled.
constexpr OrderMessage new_market(u64 order_id, Side side, i64 quantity) noexcept {
  OrderMessage message = new_limit(order_id, side, 0, quantity);
  message.order_type = static_cast<u8>(OrderType::market);
  message.time_in_force = static_cast<u8>(TimeInForce::ioc);
  return message;
}
constexpr OrderMessage cancel_of(u64 order_id) noexcept {
  return message_about(MessageKind::cancel, order_id);
}
constexpr OrderMessage replace_of(u64 order_id, i64 price, i64 quantity) noexcept {
  OrderMessage message = message_about(MessageKind::replace, order_id);
  message.price = price;
  message.quantity = quantity;
  return message;
}

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
  parked = 10,             // new: accepted; waits outside the book for its trigger, auction or reference
  accepted = 11,           // clock, phase, reference price, mass cancel, position, group: done
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

// One trade, at the price of the order that rested; or, with taker_side 0, one of an auction, where the buyer stands as
// the taker and the seller as the maker.
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

// What happens to an order or to the session beyond fills and the status of the order's own message.
enum class UpdateKind : u8 {
  triggered = 1,       // price: the limit that the order enters with, kNoPrice if it enters as a market order
  refilled = 2,        // quantity: the new tip
  repriced = 3,        // price: the new one
  canceled = 4,        // quantity: what was open; reason
  expired = 5,         // quantity: what was open
  decremented = 6,     // quantity: what self-trade prevention took off
  activated = 7,       // an order that waited for an auction enters
  stop_moved = 8,      // price: the new stop
  phase_changed = 9,   // detail: the phase
  indicative = 10,     // price, quantity; kNoPrice and 0 if nothing would trade; side, leaves_qty: the surplus
  auction_price = 11,  // price; quantity: the volume
  band_changed = 12,   // price: the lowest, quantity: the highest price allowed
  limit_state = 13,    // detail: 1 entered, 0 left
};

constexpr const char* to_text(UpdateKind kind) noexcept {
  constexpr const char* kTexts[] = {"none",       "triggered",     "refilled",     "repriced",   "canceled",
                                    "expired",    "decremented",   "activated",    "stop_moved", "phase_changed",
                                    "indicative", "auction_price", "band_changed", "limit_state"};
  return kTexts[static_cast<u8>(kind)];
}

struct OrderUpdate {
  u8 kind;    // UpdateKind
  u8 side;    // Side, 0 for none
  u8 reason;  // RejectReason
  u8 detail;
  u32 owner;
  u64 order_id;
  i64 price;
  i64 quantity;
  i64 leaves_qty;     // open quantity after this
  i64 fill_index;     // fills of the batch that happened before this
  i64 message_index;  // row of the message that caused it, counted from the start of its batch
  i64 ts;             // the engine's clock
};
static_assert(sizeof(OrderUpdate) == 64 && std::is_trivially_copyable_v<OrderUpdate>);

// What a batch writes. Its owner clears it between batches.
struct EngineOutput {
  std::vector<Fill> fills;
  std::vector<OrderUpdate> updates;

  // So that the next so many rows can not fail. Grows geometrically; throws std::bad_alloc.
  void make_room(std::size_t more_fills, std::size_t more_updates) {
    grow(fills, more_fills);
    grow(updates, more_updates);
  }

 private:
  template <class Row>
  static void grow(std::vector<Row>& rows, std::size_t more) {
    if (rows.capacity() - rows.size() < more) rows.reserve(std::max(rows.size() + more, 2 * rows.capacity()));
  }
};

}  // namespace pytrader
