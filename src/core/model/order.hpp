// An order as the fold of its events, and the state table that decides which events are legal.
#pragma once

#include "decimal/integers.hpp"
#include "model/messages.hpp"
#include "model/order_fees.hpp"
#include "model/report_rank.hpp"

namespace pytrader {

// A list of open orders; numbers of their places (Order::open), 0 is none.
struct OrderChain {
  u32 head = 0;
  u32 tail = 0;
  u32 count = 0;
};

// What only some orders have: those with terms, of a list, with a parent or with children, that were replaced, restated
// or triggered, that pay fees by the order, that trade for more than 64 bits, or whose end has overtaken trades.
struct RareFacts {
  OrderFees fees;
  i64 stop_price = kNoPrice;     // while it waits for one
  i64 pending_price = kNoPrice;  // asked for by the replace request under way
  i64 pending_qty = 0;           // 0: no replace request is under way
  i64 pending_stop = kNoPrice;   // asked for by the replace request under way
  i64 untold_qty = 0;  // of an order that has ended: lots that its venue says it traded, in trades that were not told
                       // yet
  u64 asked_replace = 0;  // newest word of the venue when we asked last for a replace
  u64 value_carry = 0;    // Order::cum_value_low and this many times 2^64, modulo 2^128, are what it traded for
  ReportRank restated;    // of the report that stated order_qty
  ReportRank priced;      // of the report that stated price
  OrderChain children;    // its open children
  u32 parent = 0;         // client order id
  OrderListId list = 0;
  u32 renews = 0;          // the order of its list whose place it took, 0 for none
  u32 terms = 0;           // row of the store's terms, 0 for none
  u32 trigger_symbol = 0;  // the synthetic price that it waits for, in whose ticks stop_price is; 0: its instrument's
  Contingency contingency = Contingency::none;
  u8 place = 0;  // in its list
};
inline constexpr RareFacts kNoRareFacts{};

// A run keeps every order, so bytes count here: it has two cache lines.
struct Order {
  u32 client_order_id = 0;  // a run's orders are numbered in 32 bits
  u32 open = 0;             // its place in the order index while it is open, else 0
  StrategyIndex strategy = 0;
  InstrumentIndex instrument = 0;
  TagIndex tag = 0;
  u16 flags = 0;
  Side side = Side::buy;
  OrderType order_type = OrderType::market;
  TimeInForce time_in_force = TimeInForce::gtc;
  OrderStatus ord_status = OrderStatus::initialized;
  SelfTrade self_trade = SelfTrade::venue_default;
  TriggerType trigger_type = TriggerType::venue_default;
  // What the venue and we have said, in whatever order it came. Of an order that left, the status follows from these.
  OrderStatus ended = OrderStatus::initialized;    // canceled, expired or rejected; initialized: not ended
  OrderStatus request = OrderStatus::initialized;  // pending_cancel or pending_replace; initialized: none
  u8 facts = 0;                                    // bits kSent ..
  RejectReason reason = RejectReason::none;        // why it, or the last request about it, was refused or came unasked
  i64 price = kNoPrice;
  i64 order_qty = 0;
  i64 cum_qty = 0;
  u64 last_sequence = 0;  // newest word of the venue so far
  i64 ts_last = 0;
  VenueOrderId venue_order_id = 0;
  RareFacts* own_rare_facts = nullptr;  // the store's; null for none
  i64 value_price = 0;    // ticks at which risk values it while it works: its limit, or the best opposite price when a
                          // market order was submitted
  i64 cum_value_low = 0;  // cum_value(), but for what is beyond 64 bits
  ReportRank end_told;    // of the report that stated `ended`; see asked_cancel() for what it is before that
  i64 ts_init = 0;

  // What is left of order_qty while it is open, else 0; nothing where only a replace under way would leave something.
  i64 leaves_qty() const noexcept;
  bool is_overfilled() const noexcept { return cum_qty > order_qty; }  // the venue traded more than we know it may
  bool has(u8 fact) const noexcept { return (facts & fact) != 0; }
  const RareFacts& rare_facts() const noexcept { return own_rare_facts != nullptr ? *own_rare_facts : kNoRareFacts; }
  // Sum of last_px * last_qty, in ticks times lots.
  i128 cum_value() const noexcept {
    return static_cast<i128>(static_cast<u128>(static_cast<i128>(cum_value_low)) +
                             (static_cast<u128>(rare_facts().value_carry) << 64));
  }
  // Newest word of the venue when we asked last for a cancel; 0 of an order that has ended, after which every refusal
  // answers the last one.
  u64 asked_cancel() const noexcept { return ended == OrderStatus::initialized ? end_told.sequence : 0; }
  i64 stop_price() const noexcept { return rare_facts().stop_price; }  // while it waits for one
  // An order that waits has rare facts.
  void set_stop_price(i64 ticks) noexcept {
    if (ticks != stop_price()) own_rare_facts->stop_price = ticks;
  }
  Contingency contingency() const noexcept { return rare_facts().contingency; }
  u8 place() const noexcept { return rare_facts().place; }  // in its list
  i64 pending_price() const noexcept { return rare_facts().pending_price; }
  i64 pending_qty() const noexcept { return rare_facts().pending_qty; }
  i64 pending_stop() const noexcept { return rare_facts().pending_stop; }
  i64 untold_qty() const noexcept { return rare_facts().untold_qty; }
  u32 parent() const noexcept { return rare_facts().parent; }
  OrderListId list() const noexcept { return rare_facts().list; }
  u32 renews() const noexcept { return rare_facts().renews; }
  u32 trigger_symbol() const noexcept { return rare_facts().trigger_symbol; }
};
static_assert(sizeof(Order) == 128);

// Bits of Order::facts.
constexpr u8 kSent = 1;          // it left for the venue
constexpr u8 kAcknowledged = 2;  // the venue has it
constexpr u8 kNewTold = 4;       // the report `new` came
constexpr u8 kTriggered = 8;     // it waits for its stop price no more
constexpr u8 kClosedOnce = 16;   // it stands among the closed orders
constexpr u8 kToCancel = 32;     // a mass cancel is to ask for it

// May still trade: emulated .. pending_replace.
constexpr bool is_open(OrderStatus status) noexcept {
  switch (status) {
    case OrderStatus::emulated:
    case OrderStatus::released:
    case OrderStatus::pending_new:
    case OrderStatus::new_:
    case OrderStatus::partially_filled:
    case OrderStatus::pending_cancel:
    case OrderStatus::pending_replace:
      return true;
    default:
      return false;
  }
}
// Denied, filled, canceled, rejected, expired.
constexpr bool is_closed(OrderStatus status) noexcept {
  return !is_open(status) && status != OrderStatus::initialized;
}
inline i64 Order::leaves_qty() const noexcept {
  return is_closed(ord_status) || cum_qty > order_qty ? 0 : order_qty - cum_qty;
}
// Whether nothing is left of it: a replace under way that asks for more than it has traded may have left something, for
// its trades may overtake the answer.
inline bool is_complete(const Order& order) noexcept {
  return order.cum_qty >= order.order_qty && order.cum_qty >= order.pending_qty();
}
// The status of an order that left, from its facts and quantities alone.
OrderStatus status_of(const Order& order) noexcept;

// The next status when `exec_type` happens to an order in `status`; read from the table in order_state.cpp.
// `fills_completely` says whether the event leaves nothing of the order (is_complete()), `has_fills` whether
// cum_qty > 0 after it. A filled order whose trades shrink, or whose quantity grows, and that the venue had ended
// meanwhile, goes to that end instead.
struct Transition {
  bool legal;
  OrderStatus next;
};
Transition transition(OrderStatus status, ExecType exec_type, bool has_fills, bool fills_completely) noexcept;

}  // namespace pytrader
