// Market events allocate nothing, whether they fire, move or pass by; holding again where room is allocates nothing.
#include "../counted_allocation.hpp"
#include "doctest/doctest.h"
#include "emulator_scene.hpp"

using namespace pytrader;

TEST_CASE("market events, expiries and orders in used room allocate nothing") {
  EmulatorScene scene;
  Emulator& emulator = scene.emulator;
  const auto hold_all = [&] {
    for (ClientOrderId id = 1; id <= 1000; ++id) {
      const auto spread = static_cast<i64>(id % 50);
      NewOrder order = id % 3 == 0 ? trailing(id % 2 == 0 ? Side::buy : Side::sell, 1 + spread)
                                   : waiting(id % 2 == 0 ? Side::buy : Side::sell, OrderType::stop,
                                             id % 2 == 0 ? 1100 + spread : 900 - spread);
      if (id % 10 == 0) order.terms.expire_time = static_cast<i64>(id);
      scene.hold(id, order, {.last = 1000});
    }
  };
  const auto market = [&] {
    Emulator::Output output;
    u64 outputs = 0;
    for (const i64 price : {1010, 1005, 1040, 990, 1000, 840, 1200}) {
      if (!emulator.on_last(0, price)) continue;
      while (emulator.next(output)) ++outputs;
    }
    return outputs;
  };
  hold_all();
  while (emulator.next_expired(500) != 0) continue;
  const u64 first = market();
  CHECK(first > 1000);
  CHECK(emulator.empty());
  const std::size_t before = testing::allocations();
  hold_all();
  while (emulator.next_expired(500) != 0) continue;
  CHECK(market() == first);
  CHECK(testing::allocations() == before);
}
