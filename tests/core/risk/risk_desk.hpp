// A risk gate with one instrument and one strategy, and orders in a few words.
#pragma once

#include "decimal/fixed.hpp"
#include "doctest/doctest.h"
#include "risk/risk_gate.hpp"

namespace pytrader {

inline InstrumentDefinition stock_definition() {
  InstrumentDefinition definition;
  definition.symbol = "ABC";
  definition.venue = "TEST";
  definition.quote_currency = "USD";
  definition.tick_size = parse("0.01");
  definition.lot_size = parse("1");
  definition.multiplier = parse("1");
  definition.max_price = 100'000;
  definition.min_quantity = 2;
  definition.max_quantity = 10'000;
  definition.min_notional = parse("5");
  definition.max_notional = parse("50000");
  return definition;
}

inline NewOrder limit_order(Side side, i64 price, i64 quantity, u8 flags = 0) {
  return {0, price, quantity, 0, 0, 0, side, OrderType::limit, TimeInForce::gtc, flags};
}

inline NewOrder market_order(Side side, i64 quantity) {
  return {0, kNoPrice, quantity, 0, 0, 0, side, OrderType::market, TimeInForce::ioc, 0};
}

inline i128 money(const char* text) {
  return parse(text).raw;
}

struct Desk {
  Instrument instrument;
  RiskGate gate;
  RiskView view{999, 1001, money("100000"), 50};
  RareFacts facts;  // of the last order that had terms

  explicit Desk(const RiskLimits& limits = {}, const InstrumentDefinition& definition = stock_definition())
      : instrument(definition, 0) {
    gate.add_strategy(limits);
    gate.add_instrument(instrument);
  }
  RejectReason check(const NewOrder& order) const { return gate.check_new(order, &instrument, view); }
  // Lets an order through as the kernel does: judged, then working.
  Order work(const NewOrder& wanted) {
    REQUIRE(check(wanted) == RejectReason::none);
    Order order;
    order.price = wanted.price;
    order.order_qty = wanted.quantity;
    order.side = wanted.side;
    order.order_type = wanted.order_type;
    order.flags = wanted.flags;
    order.value_price = RiskGate::value_price(wanted, view);
    if (!(wanted.terms == OrderTerms{})) {
      facts = {};
      facts.stop_price = wanted.terms.stop_price;
      facts.trigger_symbol = wanted.trigger_symbol;
      order.own_rare_facts = &facts;
    }
    order.ord_status = OrderStatus::new_;
    gate.exposure().order_changed(order, {});
    return order;
  }
  void close(Order& order, OrderStatus status = OrderStatus::canceled) {
    const Reservation before = reservation_of(order);
    order.ord_status = status;
    gate.exposure().order_changed(order, before);
  }
  i128 required() const { return gate.exposure().cell(0, 0).requirement; }
};

}  // namespace pytrader
