// An order as the fold of its events, and the state table that decides which events are legal.
#pragma once

#include "decimal/integers.hpp"
#include "model/messages.hpp"

namespace pytrader {

struct Order {
  i128 cum_value = 0;  // sum of last_px * last_qty, in ticks times lots
  ClientOrderId client_order_id = 0;
  VenueOrderId venue_order_id = 0;
  i64 price = kNoPrice;
  i64 order_qty = 0;
  i64 cum_qty = 0;
  i64 pending_price = kNoPrice;  // asked for by the replace request under way
  i64 pending_qty = 0;           // 0: no replace request is under way
  i64 value_price = 0;           // ticks at which risk values it while it works: its limit, or the best opposite price
                                 // when a market order was submitted
  i64 stop_price = kNoPrice;     // while it waits for one
  i64 pending_stop = kNoPrice;   // asked for by the replace request under way
  i64 ts_init = 0;
  i64 ts_last = 0;
  ClientOrderId parent = 0;
  StrategyIndex strategy = 0;
  InstrumentIndex instrument = 0;
  TagIndex tag = 0;
  OrderListId list = 0;
  u32 terms = 0;      // row of the store's terms, 0 for none
  u32 next_open = 0;  // links of the open orders of one strategy and instrument; handles, 0 is none
  u32 prev_open = 0;
  Side side = Side::buy;
  OrderType order_type = OrderType::market;
  TimeInForce time_in_force = TimeInForce::gtc;
  OrderStatus ord_status = OrderStatus::initialized;
  SelfTrade self_trade = SelfTrade::venue_default;
  TriggerType trigger_type = TriggerType::venue_default;
  Contingency contingency = Contingency::none;
  u16 flags = 0;

  i64 leaves_qty() const noexcept;  // order_qty - cum_qty while open, 0 once closed
};

bool is_open(OrderStatus status) noexcept;    // may still trade (emulated .. pending_replace)
bool is_closed(OrderStatus status) noexcept;  // denied, filled, canceled, rejected, expired

// The next status when `exec_type` happens to an order in `status`; read from the table in order_state.cpp.
// `fills_completely` says whether a trade (or a replace) brings leaves_qty to 0; `has_fills` whether cum_qty > 0 before
// the event (a refused cancel returns to partially_filled or new_ by it).
struct Transition {
  bool legal;
  OrderStatus next;
};
Transition transition(OrderStatus status, ExecType exec_type, bool has_fills, bool fills_completely) noexcept;

}  // namespace pytrader
