// An order store with two strategies and two instruments, and what a venue says of their orders.
#pragma once

#include "doctest/doctest.h"
#include "execution/order_store.hpp"

namespace pytrader {

inline NewOrder limit_order(i64 price, i64 quantity, StrategyIndex strategy = 0, InstrumentIndex instrument = 0) {
  return {0, price, quantity, strategy, instrument, 0, Side::buy, OrderType::limit, TimeInForce::gtc, 0};
}

inline ExecutionReport report(ClientOrderId id, ExecType exec_type) {
  ExecutionReport made{};
  made.ts_event = 5;
  made.client_order_id = id;
  made.exec_type = exec_type;
  return made;
}

inline ExecutionReport accepted(ClientOrderId id, i64 price, i64 quantity) {
  ExecutionReport made = report(id, ExecType::new_);
  made.venue_order_id = 1000 + id;
  made.price = price;
  made.quantity = quantity;
  return made;
}

inline ExecutionReport trade(ClientOrderId id, ExecId exec_id, i64 last_px, i64 last_qty) {
  ExecutionReport made = report(id, ExecType::trade);
  made.exec_id = exec_id;
  made.last_px = last_px;
  made.last_qty = last_qty;
  made.liquidity = Liquidity::maker;
  return made;
}

struct Desk {
  OrderStore store;
  OrderEvent event{};

  Desk() {
    store.add_strategy();
    store.add_strategy();
    store.add_instrument();
    store.add_instrument();
  }
  ClientOrderId working(i64 price, i64 quantity, StrategyIndex strategy = 0, InstrumentIndex instrument = 0) {
    const ClientOrderId id = store.create(limit_order(price, quantity, strategy, instrument), 1).client_order_id;
    REQUIRE(store.apply_own(id, ExecType::pending_new, RejectReason::none, 2, event) == Applied::taken);
    REQUIRE(store.apply(accepted(id, price, quantity), 3, event) == Applied::taken);
    return id;
  }
};

}  // namespace pytrader
