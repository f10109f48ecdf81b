// The kernel against a venue port that takes nothing more: a command that can not leave changes nothing.
#include "doctest/doctest.h"
#include "kernel/kernel.hpp"
#include "scripted_run.hpp"

using namespace pytrader;

namespace {

class ClosingPort : public VenuePort {
 public:
  int room = 0;
  int left = 0;
  void require_room(std::size_t commands) const override {
    if (left + static_cast<int>(commands) > room) throw Error(ErrorCode::capacity, "no room");
  }
  bool supports(InstrumentIndex, OrderType, TriggerType, TimeInForce) const noexcept override { return true; }
  TriggerType default_trigger(InstrumentIndex) const noexcept override { return TriggerType::last; }
  void submit(const Order&, i64) override { ++left; }
  void cancel(const Order&, i64) override { ++left; }
  void replace(const Order&, i64) override { ++left; }
};

}  // namespace

TEST_CASE("a command that the venue port has no room for changes nothing") {
  ClosingPort port;
  port.room = 1;
  Kernel kernel(port);
  kernel.add_instrument(unit_instrument());
  kernel.add_cash("USD", kFixedOne * 1000);
  ScriptedStrategy strategy;
  kernel.add_strategy({&strategy, &ScriptedStrategy::deliver, kEveryKind}, RiskLimits{});
  kernel.start(1);
  const NewOrder order{0, 10, 1, 0, 0, 0, Side::buy, OrderType::limit, TimeInForce::gtc, 0};
  const ClientOrderId id = kernel.submit(order);
  ExecutionReport accepted{};
  accepted.client_order_id = id;
  accepted.exec_type = ExecType::new_;
  accepted.price = 10;
  accepted.quantity = 1;
  kernel.apply_report(accepted, 2);
  const std::size_t events = strategy.events.size();

  CHECK_THROWS_WITH(kernel.submit(order), "no room");
  CHECK_THROWS_WITH(kernel.cancel({id, 0}), "no room");
  CHECK_THROWS_WITH(kernel.replace({id, 11, 1, 0}), "no room");
  CHECK(port.left == 1);
  CHECK(kernel.orders().size() == 1);
  CHECK(kernel.order(id)->ord_status == OrderStatus::new_);
  CHECK(strategy.events.size() == events);
  CHECK(kernel.check());
  // A denied order needs no room.
  NewOrder bad = order;
  bad.quantity = 0;
  CHECK(kernel.order(kernel.submit(bad))->ord_status == OrderStatus::denied);
}

TEST_CASE("an order that says it is one of a list is denied where it comes alone") {
  ClosingPort port;
  port.room = 100;
  Kernel kernel(port);
  kernel.add_instrument(unit_instrument());
  kernel.add_cash("USD", kFixedOne * 1000);
  ScriptedStrategy strategy;
  kernel.add_strategy({&strategy, &ScriptedStrategy::deliver, kEveryKind}, RiskLimits{});
  kernel.start(1);
  const NewOrder order{0, 10, 1, 0, 0, 0, Side::buy, OrderType::limit, TimeInForce::gtc, 0};
  const ClientOrderId parent = kernel.submit(order);
  NewOrder child = order;
  child.parent = parent;
  NewOrder listed = order;
  listed.list = 1;
  NewOrder contingent = order;
  contingent.contingency = Contingency::one_cancels_other;
  for (const NewOrder& alone : {child, listed, contingent}) {
    CHECK(kernel.order(kernel.submit(alone))->ord_status == OrderStatus::denied);
    CHECK(strategy.events.back().reason == RejectReason::list_not_valid);
  }
  CHECK(port.left == 1);
  CHECK(kernel.check());
}
