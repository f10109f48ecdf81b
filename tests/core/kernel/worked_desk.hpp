// A kernel over a port that a test speaks for, and the orders of an algorithm: parents and children.
#pragma once

#include <vector>

#include "doctest/doctest.h"
#include "kernel/kernel.hpp"
#include "scripted_run.hpp"

namespace pytrader {

using Ids = std::vector<ClientOrderId>;

struct WorkedPort : VenuePort {
  std::size_t room = 1'000;
  Ids submitted;
  Ids canceled;
  Ids replaced;
  void require_room(std::size_t commands) const override {
    if (submitted.size() + canceled.size() + commands > room) throw Error(ErrorCode::capacity, "no room");
  }
  // Stop orders are held in the core.
  bool supports(InstrumentIndex, OrderType type, TriggerType, TimeInForce) const noexcept override {
    return type != OrderType::stop;
  }
  TriggerType default_trigger(InstrumentIndex) const noexcept override { return TriggerType::bid_ask; }
  void submit(const Order& order, i64) override { submitted.push_back(order.client_order_id); }
  void cancel(const Order& order, i64) override { canceled.push_back(order.client_order_id); }
  void replace(const Order& order, i64) override { replaced.push_back(order.client_order_id); }
};

struct WorkedDesk {
  WorkedPort port;
  Kernel kernel{port};
  ScriptedStrategy strategy;
  ScriptedStrategy other;
  i64 now = 1;

  explicit WorkedDesk(i64 cash = 1'000'000, RiskLimits limits = {}, const ErrorPolicy& policy = {}) {
    kernel.add_instrument(unit_instrument());
    kernel.add_instrument(unit_instrument("OTHER"));
    kernel.add_cash("USD", kFixedOne * cash);
    kernel.add_strategy({&strategy, &ScriptedStrategy::deliver, kEveryKind}, limits, policy);
    kernel.add_strategy({&other, &ScriptedStrategy::deliver, kEveryKind}, {});
    kernel.start(1);
    quote(99, 101);
  }
  void quote(i64 bid, i64 ask) {
    ++now;
    kernel.apply_quote(0, {now, now, bid, ask, 50, 50}, now);
    CHECK(kernel.check());
  }
  const Order& operator[](ClientOrderId id) const { return *kernel.order(id); }
  void say(ClientOrderId id, ExecType exec_type, i64 quantity = 0, i64 price = kNoPrice) {
    ExecutionReport report{};
    report.client_order_id = id;
    report.exec_type = exec_type;
    report.ts_event = ++now;
    report.price = price == kNoPrice ? (*this)[id].price : price;
    report.quantity = quantity;
    take(report);
  }
  void trade(ClientOrderId id, ExecType exec_type, ExecId exec_id, i64 quantity, i64 price) {
    ExecutionReport report{};
    report.client_order_id = id;
    report.exec_type = exec_type;
    report.ts_event = ++now;
    report.venue_order_id = 70 + id;
    report.exec_id = exec_id;
    report.last_px = price;
    report.last_qty = quantity;
    take(report);
  }
  void take(const ExecutionReport& report) {
    kernel.apply_report(report, now);
    CHECK(kernel.check());
  }
  void expire() {
    CashEventRecord expiry{};
    expiry.ts_event = expiry.ts_init = ++now;
    expiry.kind = static_cast<i64>(CashEventKind::expiry);
    expiry.price = 100;
    expiry.per = 1;
    kernel.apply_cash_event(0, expiry, now);
    CHECK(kernel.check());
  }
  // A child that the venue has.
  ClientOrderId working(const NewOrder& order) {
    const ClientOrderId id = kernel.submit(order);
    REQUIRE(is_open((*this)[id].ord_status));
    say(id, ExecType::new_, order.quantity);
    return id;
  }
  RejectReason denied(const NewOrder& order) {
    const ClientOrderId id = kernel.submit(order);
    CHECK(kernel.check());
    CHECK((*this)[id].ord_status == OrderStatus::denied);
    ScriptedStrategy& told = order.strategy == 0 ? strategy : other;
    return told.events.empty() ? RejectReason::none : told.events.back().reason;
  }
  RejectReason refused(const ReplaceRequest& request) {
    CHECK_FALSE(kernel.replace(request));
    CHECK(kernel.check());
    return kernel.last_refusal();
  }
  const ExposureCell& cell() const { return kernel.gate().exposure().cell(0, 0); }
  i64 position() const { return kernel.position(0, 0).quantity; }
};

inline NewOrder order_of(Side side, i64 quantity, i64 price, u16 flags = 0) {
  const OrderType type = price == kNoPrice ? OrderType::market : OrderType::limit;
  return {0, price, quantity, 0, 0, 0, side, type, TimeInForce::gtc, flags};
}
inline NewOrder parent_of(i64 quantity, i64 price, Side side = Side::buy) {
  return order_of(side, quantity, price, kAlgorithm);
}
inline NewOrder child_of(ClientOrderId parent, i64 quantity, i64 price, Side side = Side::buy) {
  NewOrder order = order_of(side, quantity, price);
  if (price == kNoPrice) order.time_in_force = TimeInForce::ioc;
  order.parent = parent;
  return order;
}
inline NewOrder stop_child(ClientOrderId parent, i64 quantity, i64 stop_price) {
  NewOrder order = child_of(parent, quantity, kNoPrice);
  order.order_type = OrderType::stop;
  order.time_in_force = TimeInForce::gtc;
  order.terms.stop_price = stop_price;
  return order;
}

}  // namespace pytrader
