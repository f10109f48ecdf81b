// Capital that a strategy was allotted bounds what it may bind, with what it has earned and no more.
#include "doctest/doctest.h"
#include "scripted_run.hpp"

using namespace pytrader;

namespace {

// Two strategies over one market of 99 at 101; each handler submits what it is given, once.
struct Shared {
  ScriptedRun run;

  Shared() {
    run.add_strategy();
    run.add_strategy();
    run.add_stream<QuoteRecord>(StreamKind::quote,
                                {quote_row(1, 99, 101, 1000, 1000), quote_row(2, 99, 101, 1000, 1000),
                                 quote_row(3, 109, 111, 1000, 1000), quote_row(4, 109, 111, 1000, 1000)});
  }

  NewOrder order(StrategyIndex strategy, Side side, i64 quantity) {
    NewOrder made = run.market(side, quantity);
    made.strategy = strategy;
    return made;
  }

  OrderStatus status(ClientOrderId id) { return run.kernel().order(id)->ord_status; }
};

}  // namespace

TEST_CASE("an order beyond the allotment is denied though the account has the money") {
  Shared shared;
  Kernel& kernel = shared.run.kernel();
  kernel.allot(0, "USD", 1'010 * kFixedOne);
  shared.run.strategies[0]->on_callback = [&](const Callback& callback) {
    if (callback.kind == CallbackKind::quote && callback.ts == 1) {
      kernel.submit(shared.order(0, Side::buy, 11));
      kernel.submit(shared.order(0, Side::buy, 10));  // 1010 exactly
      kernel.submit(shared.order(0, Side::buy, 1));
      kernel.submit(shared.order(1, Side::buy, 100));  // the other one may use all of the account
    }
    return true;
  };
  shared.run.run();
  CHECK(shared.status(1) == OrderStatus::denied);
  CHECK(shared.status(2) == OrderStatus::filled);
  CHECK(shared.status(3) == OrderStatus::denied);
  CHECK(shared.status(4) == OrderStatus::filled);
  CHECK(shared.run.strategies[0]->events[0].reason == RejectReason::insufficient_funds);
}

TEST_CASE("a strategy may use again what it has earned, and not what another one has") {
  for (const StrategyIndex earner : {0u, 1u}) {
    Shared shared;
    Kernel& kernel = shared.run.kernel();
    kernel.allot(0, "USD", 1'010 * kFixedOne);
    kernel.allot(1, "USD", 1'010 * kFixedOne);
    shared.run.strategies[0]->on_callback = [&](const Callback& callback) {
      if (callback.kind != CallbackKind::quote) return true;
      if (callback.ts == 1) kernel.submit(shared.order(earner, Side::buy, 10));
      if (callback.ts == 3) kernel.submit(shared.order(earner, Side::sell, 10));  // earns 80
      if (callback.ts == 4) kernel.submit(shared.order(0, Side::buy, 9));         // binds 999
      return true;
    };
    shared.run.run();
    CHECK(kernel.position(earner, 0).realized_pnl == 80 * kFixedOne);
    CHECK(shared.status(3) == OrderStatus::filled);
  }
  Shared shared;
  Kernel& kernel = shared.run.kernel();
  kernel.allot(0, "USD", 990 * kFixedOne);
  kernel.allot(1, "USD", 1'010 * kFixedOne);
  shared.run.strategies[0]->on_callback = [&](const Callback& callback) {
    if (callback.kind != CallbackKind::quote) return true;
    if (callback.ts == 1) kernel.submit(shared.order(1, Side::buy, 10));
    if (callback.ts == 3) kernel.submit(shared.order(1, Side::sell, 10));
    if (callback.ts == 4) kernel.submit(shared.order(0, Side::buy, 9));  // 999 is beyond 990, whoever earned 80
    return true;
  };
  shared.run.run();
  CHECK(shared.status(3) == OrderStatus::denied);
}

TEST_CASE("a position can be closed whatever the allotment") {
  Shared shared;
  Kernel& kernel = shared.run.kernel();
  kernel.allot(0, "USD", 1'010 * kFixedOne);
  shared.run.strategies[0]->on_callback = [&](const Callback& callback) {
    if (callback.kind != CallbackKind::quote) return true;
    if (callback.ts == 1) kernel.submit(shared.order(0, Side::sell, 10));
    if (callback.ts == 3) kernel.submit(shared.order(0, Side::buy, 10));  // at 111: a loss of 120
    if (callback.ts == 4) kernel.submit(shared.order(0, Side::sell, 9));  // 981 of the 890 that are left
    return true;
  };
  shared.run.run();
  CHECK(shared.status(2) == OrderStatus::filled);
  CHECK(shared.status(3) == OrderStatus::denied);
}

TEST_CASE("instruments of one currency share the allotment, and another currency has none") {
  ScriptedRun run;
  Kernel& kernel = run.kernel();
  InstrumentDefinition euro = unit_instrument("EURO");
  euro.quote_currency = "EUR";
  const InstrumentIndex second = kernel.add_instrument(unit_instrument("SECOND"));
  const InstrumentIndex third = kernel.add_instrument(euro);
  kernel.add_cash("EUR", 1'000'000 * kFixedOne);
  ScriptedStrategy& strategy = run.add_strategy();
  kernel.allot(0, "USD", 1'000 * kFixedOne);
  for (const InstrumentIndex index : {InstrumentIndex{0}, second, third}) {
    run.add_stream_of<QuoteRecord>(index, StreamKind::quote, {quote_row(1, 99, 101), quote_row(9, 99, 101)});
  }
  strategy.on_callback = [&, done = 0](const Callback& callback) mutable {
    if (callback.kind != CallbackKind::quote || ++done != 3) return true;
    for (const InstrumentIndex index : {InstrumentIndex{0}, second, second, third}) {
      NewOrder order = run.limit(Side::buy, 90, 5);
      order.instrument = index;
      kernel.submit(order);
    }
    return true;
  };
  run.run();
  CHECK(kernel.order(1)->ord_status != OrderStatus::denied);  // 450
  CHECK(kernel.order(2)->ord_status != OrderStatus::denied);  // 900
  CHECK(kernel.order(3)->ord_status == OrderStatus::denied);
  CHECK(kernel.order(4)->ord_status == OrderStatus::denied);
}

TEST_CASE("an allotment needs a strategy, an amount that is not negative, and a run that has not begun") {
  Shared shared;
  CHECK_THROWS_AS(shared.run.kernel().allot(7, "USD", 1), Error);
  CHECK_THROWS_AS(shared.run.kernel().allot(0, "USD", -1), Error);
  shared.run.run();
  CHECK_THROWS_AS(shared.run.kernel().allot(0, "USD", 1), Error);
}

TEST_CASE("an allotment is a part of the digest") {
  Shared with;
  Shared without;
  with.run.kernel().allot(0, "USD", kFixedOne);
  with.run.run();
  without.run.run();
  CHECK(with.run.kernel().digest() != without.run.kernel().digest());
}
