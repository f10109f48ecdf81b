// Commands and reports that cross on their way: the order's state stays one that FIX knows.
#include "doctest/doctest.h"
#include "scripted_run.hpp"

using namespace pytrader;

namespace {

LoopConfig order_latency(i64 ns) {
  LoopConfig config;
  config.order_latency_ns = ns;
  return config;
}

std::vector<ExecType> kinds_of(const ScriptedStrategy& strategy) {
  std::vector<ExecType> kinds;
  for (const OrderEvent& event : strategy.events) kinds.push_back(event.exec_type);
  return kinds;
}

using Kinds = std::vector<ExecType>;

}  // namespace

TEST_CASE("an order canceled before the venue has it is accepted and then canceled") {
  ScriptedRun run(order_latency(10));
  ScriptedStrategy& strategy = run.add_strategy();
  run.add_stream<QuoteRecord>(StreamKind::quote, {quote_row(0, 99, 101), quote_row(100, 99, 101)});
  ClientOrderId id = 0;
  strategy.on_callback = [&](const Callback& callback) {
    if (callback.kind == CallbackKind::quote && id == 0) {
      id = run.kernel().submit(run.limit(Side::buy, 90, 1));
      CHECK(run.kernel().cancel({id, 0}));
      CHECK_FALSE(run.kernel().cancel({id, 0}));
      CHECK(run.kernel().last_refusal() == RejectReason::request_pending);
    }
    return true;
  };
  run.run();
  CHECK(run.kernel().order(id)->ord_status == OrderStatus::canceled);
  CHECK(kinds_of(strategy) ==
        Kinds{ExecType::pending_new, ExecType::pending_cancel, ExecType::new_, ExecType::canceled});
}

TEST_CASE("a cancel that comes too late is refused, and the order stays filled") {
  ScriptedRun run(order_latency(10));
  ScriptedStrategy& strategy = run.add_strategy();
  run.add_stream<QuoteRecord>(StreamKind::quote, {quote_row(0, 99, 101), quote_row(50, 99, 101), quote_row(55, 94, 95),
                                                  quote_row(100, 94, 95)});
  ClientOrderId id = 0;
  strategy.on_callback = [&](const Callback& callback) {
    if (callback.kind != CallbackKind::quote) return true;
    if (callback.ts == 0) id = run.kernel().submit(run.limit(Side::buy, 98, 1));
    if (callback.ts == 50) CHECK(run.kernel().cancel({id, 0}));
    return true;
  };
  run.run();
  CHECK(run.kernel().order(id)->ord_status == OrderStatus::filled);
  CHECK(run.kernel().position(0, 0).quantity == 1);
  CHECK(kinds_of(strategy) == Kinds{ExecType::pending_new, ExecType::new_, ExecType::pending_cancel, ExecType::trade,
                                    ExecType::cancel_rejected});
  CHECK(strategy.events.back().reason == RejectReason::unknown_order);
  CHECK(strategy.events.back().ord_status == OrderStatus::filled);
}

TEST_CASE("a replace that meets a partial fill counts what has been executed") {
  ScriptedRun run(order_latency(10));
  ScriptedStrategy& strategy = run.add_strategy();
  run.add_stream<QuoteRecord>(StreamKind::quote,
                              {quote_row(0, 99, 101), quote_row(50, 99, 101), quote_row(55, 94, 98, 10, 3),
                               quote_row(56, 94, 101), quote_row(100, 94, 101)});
  ClientOrderId id = 0;
  strategy.on_callback = [&](const Callback& callback) {
    if (callback.kind != CallbackKind::quote) return true;
    if (callback.ts == 0) id = run.kernel().submit(run.limit(Side::buy, 98, 5));
    if (callback.ts == 50) CHECK(run.kernel().replace({id, 97, 4, 0}));
    return true;
  };
  run.run();
  const Order& order = *run.kernel().order(id);
  CHECK(order.ord_status == OrderStatus::partially_filled);
  CHECK(order.cum_qty == 3);
  CHECK(order.order_qty == 4);
  CHECK(order.leaves_qty() == 1);
  CHECK(order.price == 97);
}

TEST_CASE("a replace below what was meanwhile executed closes the order as filled") {
  ScriptedRun run(order_latency(10));
  ScriptedStrategy& strategy = run.add_strategy();
  run.add_stream<QuoteRecord>(StreamKind::quote,
                              {quote_row(0, 99, 101), quote_row(50, 99, 101), quote_row(55, 94, 98, 10, 3),
                               quote_row(56, 94, 101), quote_row(100, 94, 101)});
  ClientOrderId id = 0;
  strategy.on_callback = [&](const Callback& callback) {
    if (callback.kind != CallbackKind::quote) return true;
    if (callback.ts == 0) id = run.kernel().submit(run.limit(Side::buy, 98, 5));
    if (callback.ts == 50) CHECK(run.kernel().replace({id, 98, 2, 0}));
    return true;
  };
  run.run();
  const Order& order = *run.kernel().order(id);
  CHECK(order.ord_status == OrderStatus::filled);
  CHECK(order.cum_qty == 3);
  CHECK(order.order_qty == 3);
  CHECK(run.kernel().refused_reports() == 0);
}
