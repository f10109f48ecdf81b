// A strategy's lists at a venue of which the test tells the answers.
#pragma once

#include <array>
#include <vector>

#include "doctest/doctest.h"
#include "kernel/kernel.hpp"
#include "scripted_run.hpp"

namespace pytrader {

struct ListPort : VenuePort {
  std::size_t room = 1'000;
  std::vector<ClientOrderId> submitted;
  std::vector<ClientOrderId> canceled;
  std::vector<std::array<u64, 2>> replaced;  // id, new quantity
  void require_room(std::size_t commands) const override {
    if (submitted.size() + commands > room) throw Error(ErrorCode::capacity, "no room");
  }
  bool supports(InstrumentIndex, OrderType, TriggerType, TimeInForce) const noexcept override { return true; }
  TriggerType default_trigger(InstrumentIndex) const noexcept override { return TriggerType::last; }
  void submit(const Order& order, i64) override { submitted.push_back(order.client_order_id); }
  void cancel(const Order& order, i64) override { canceled.push_back(order.client_order_id); }
  void replace(const Order& order, i64) override {
    replaced.push_back({order.client_order_id, static_cast<u64>(order.pending_qty())});
  }
};

struct ListDesk {
  ListPort port;
  Kernel kernel{port};
  ScriptedStrategy strategy;
  ExecId exec_id = 0;
  i64 now = 1;

  explicit ListDesk(i64 cash, RiskLimits limits = {}, InstrumentDefinition definition = unit_instrument()) {
    kernel.add_instrument(std::move(definition));
    kernel.add_cash("USD", kFixedOne * cash);
    kernel.add_strategy({&strategy, &ScriptedStrategy::deliver, kEveryKind}, limits);
    kernel.start(1);
  }
  const Order& operator[](ClientOrderId id) const { return *kernel.order(id); }
  void say(ClientOrderId id, ExecType exec_type, i64 quantity = 0, i64 price = kNoPrice) {
    ExecutionReport report{};
    report.client_order_id = id;
    report.exec_type = exec_type;
    report.ts_event = ++now;
    report.price = exec_type == ExecType::trade ? kNoPrice : (*this)[id].price;
    report.quantity = exec_type == ExecType::trade ? 0 : quantity;
    if (exec_type == ExecType::trade) {
      report.exec_id = ++exec_id;
      report.last_px = price;
      report.last_qty = quantity;
    }
    kernel.apply_report(report, now);
    CHECK(kernel.check());
  }
  void quote(i64 bid, i64 ask) {
    ++now;
    kernel.apply_quote(0, quote_row(now, bid, ask), now);
  }
  void bust(ClientOrderId id, ExecId trade) {
    ExecutionReport report{};
    report.client_order_id = id;
    report.exec_type = ExecType::trade_cancel;
    report.exec_id = trade;
    report.ts_event = ++now;
    kernel.apply_report(report, now);
  }
  // A request for the order was lost, which is heard of now.
  void lose(ClientOrderId id, ExecType refusal) { refuse(id, refusal, RejectReason::request_lost); }
  void refuse(ClientOrderId id, ExecType refusal, RejectReason reason, i64 after = 1) {
    ExecutionReport report{};
    report.client_order_id = id;
    report.exec_type = refusal;
    report.ts_event = now += after;
    report.reason = reason;
    kernel.apply_report(report, now);
  }
  i64 sell_lots() const { return kernel.gate().exposure().cell(0, 0).sells.lots; }
  i64 buy_lots() const { return kernel.gate().exposure().cell(0, 0).buys.lots; }
};

inline NewOrder limit(Side side, i64 quantity, i64 price, Contingency contingency = Contingency::none) {
  NewOrder order{0, price, quantity, 0, 0, 0, side, OrderType::limit, TimeInForce::gtc, 0};
  order.contingency = contingency;
  return order;
}
inline NewOrder stop(Side side, i64 quantity, i64 price, Contingency contingency = Contingency::none) {
  NewOrder order{0, kNoPrice, quantity, 0, 0, 0, side, OrderType::stop, TimeInForce::gtc, 0};
  order.contingency = contingency;
  order.terms.stop_price = price;
  return order;
}

inline NewOrder closing(NewOrder order) {
  order.flags = kReduceOnly;
  return order;
}

constexpr Contingency kOco = Contingency::one_cancels_other;
constexpr Contingency kOto = Contingency::one_triggers_other;
constexpr Contingency kOuo = Contingency::one_updates_other_absolute;

// An entry of four lots at 100 with a profit order at 150 and a stop at 50, of which what is said has traded.
struct Bracket : ListDesk {
  ClientOrderId entry;
  explicit Bracket(i64 more = 0, Contingency among = kOuo) : ListDesk(10'000) {
    if (more != 0) kernel.submit(limit(Side::sell, more, 500));
    const std::vector<NewOrder> list{limit(Side::buy, 4, 100, kOto), closing(limit(Side::sell, 4, 150, among)),
                                     closing(stop(Side::sell, 4, 50, among))};
    entry = kernel.submit_list(list, OtoTriggerMode::partial);
    say(entry, ExecType::new_, 4);
  }
  // The venue takes what was sent, and does what was asked for.
  void answer() {
    for (bool again = true; again;) {
      again = false;
      for (ClientOrderId id = 1; id <= kernel.orders().size(); ++id) {
        const Order order = (*this)[id];
        if (order.ord_status == OrderStatus::pending_new) say(id, ExecType::new_, order.order_qty);
        if (order.ord_status == OrderStatus::pending_cancel) say(id, ExecType::canceled);
        if (order.ord_status == OrderStatus::pending_replace) say(id, ExecType::replaced, order.pending_qty());
        again |= !(order.ord_status == (*this)[id].ord_status);
      }
    }
  }
  i64 open_lots(OrderType type) const {
    i64 lots = 0;
    for (ClientOrderId id = entry + 1; id <= kernel.orders().size(); ++id) {
      const Order& order = (*this)[id];
      if (order.order_type == type) lots += order.leaves_qty();
    }
    return lots;
  }
};

}  // namespace pytrader
