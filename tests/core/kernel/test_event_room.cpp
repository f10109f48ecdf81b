// A command for whose events there is no room is refused before it has changed anything.
#include <string>

#include "doctest/doctest.h"
#include "kernel/kernel.hpp"
#include "scripted_run.hpp"

using namespace pytrader;

namespace {

NewOrder reached_stop() {
  NewOrder order{0, kNoPrice, 1, 0, 0, 0, Side::buy, OrderType::stop, TimeInForce::gtc, kEmulate};
  order.terms.stop_price = 100;
  return order;
}

std::string refusal_of(const std::function<void()>& command) {
  try {
    command();
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("a command without room for its events leaves orders, emulator and queue as they were") {
  ScriptedRun run;
  ScriptedStrategy& strategy = run.add_strategy();
  run.add_stream(StreamKind::quote, std::vector{quote_row(10, 99, 101, 100, 100), quote_row(20, 99, 101, 100, 100)});
  u64 submitted = 0;
  strategy.on_callback = [&](const Callback& callback) {
    if (callback.kind != CallbackKind::quote || callback.ts != 10) return true;
    Kernel& kernel = run.kernel();
    NewOrder resting{0, 90, 1, 0, 0, 0, Side::buy, OrderType::limit, TimeInForce::gtc, 0};
    const ClientOrderId first = kernel.submit(resting);
    // Each waits in the core, is triggered, released and sent at once: four events.
    std::string refused;
    while (refused.empty()) {
      refused = refusal_of([&] { kernel.submit(reached_stop()); });
      submitted += refused.empty() ? 1 : 0;
    }
    const std::string expected =
        "order events: more than 65536 wait for one callback to return; let time pass between commands";
    CHECK(refused == expected);
    CHECK(kernel.orders().size() == 1 + submitted);
    CHECK(refusal_of([&] { kernel.submit(resting); }) == expected);
    CHECK(refusal_of([&] { kernel.cancel({first, 0}); }) == expected);
    CHECK(refusal_of([&] { kernel.replace({first, 91, 1, 0, kNoPrice}); }) == expected);
    CHECK(kernel.orders().size() == 1 + submitted);
    CHECK(kernel.order(first)->ord_status == OrderStatus::pending_new);
    CHECK(kernel.emulator().empty());
    return true;
  };
  CHECK(run.run() == RunStatus::finished);
  CHECK(submitted > 16'000);
  for (ClientOrderId id = 2; id <= 1 + submitted; ++id) REQUIRE(run.kernel().order(id)->venue_order_id != 0);
  CHECK(run.kernel().check());
}
