// A warm run allocates nothing per row; orders and fills, which are its result, allocate in blocks.
#include "../counted_allocation.hpp"
#include "doctest/doctest.h"
#include "scripted_run.hpp"

namespace {

using namespace pytrader;

// A strategy without containers of its own, so that what is counted is the kernel's.
struct Requoter {
  Kernel* kernel = nullptr;
  ClientOrderId resting = 0;
  u64 orders = 0;
  i64 every = 1;
  i64 seen = 0;
  bool active = true;

  static bool deliver(void* context, const Callback& callback) {
    auto& self = *static_cast<Requoter*>(context);
    if (callback.kind != CallbackKind::quote || !self.active || ++self.seen % self.every != 0) return true;
    if (self.resting != 0) self.kernel->cancel({self.resting, 0});
    const i64 price = callback.quote->bid_price - 1;
    self.resting =
        self.kernel->submit({0, price, 1, 0, 0, 0, Side::buy, OrderType::limit, TimeInForce::gtc, kPostOnly});
    self.kernel->cancel_timer(0, self.kernel->set_timer(0, callback.ts + 50, 0, 0));
    self.kernel->set_timer(0, callback.ts + 5, 0, 0);
    ++self.orders;
    return true;
  }
};

void run_rows(BacktestLoop& loop, u64 rows) {
  const u64 target = loop.events() + rows;
  while (loop.events() < target) loop.run(1);
}

std::vector<QuoteRecord> wandering_quotes(i64 count) {
  std::vector<QuoteRecord> rows;
  for (i64 i = 0; i < count; ++i) rows.push_back(quote_row(i * 10, 1000 + i % 50, 1002 + i % 50));
  return rows;
}

}  // namespace

TEST_CASE("a warm run allocates nothing for rows, callbacks and timers, and orders allocate in blocks") {
  LoopConfig config;
  config.order_latency_ns = 3;
  ScriptedRun run(config, false);
  Requoter strategy;
  strategy.kernel = &run.kernel();
  run.kernel().add_strategy({&strategy, &Requoter::deliver, kEveryKind}, RiskLimits{});
  run.add_stream(StreamKind::quote, wandering_quotes(40'000));
  run_rows(run.loop, 10'000);

  std::size_t before = testing::allocations();
  const u64 orders_before = strategy.orders;
  run_rows(run.loop, 10'000);
  CHECK(strategy.orders - orders_before == 10'000);
  // A block of the order store for every 1,024 orders, and vectors that double.
  CHECK(testing::allocations() - before <= 24);

  strategy.active = false;
  run_rows(run.loop, 5'000);
  before = testing::allocations();
  run_rows(run.loop, 10'000);
  CHECK(testing::allocations() == before);
}
