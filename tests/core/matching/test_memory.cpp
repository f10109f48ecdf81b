// What matching engines take of memory: so little when empty that ten thousand fit, and how much for each live order.
#include <memory>
#include <vector>

#include "../counted_allocation.hpp"
#include "doctest/doctest.h"
#include "matching/matching_engine.hpp"

namespace pytrader {
namespace {

using testing::bytes_in_use;

TEST_CASE("an empty engine takes less than 8 KB, so that ten thousand instruments fit") {
  constexpr std::size_t kInstruments = 10'000;
  std::vector<std::unique_ptr<MatchingEngine>> engines;
  engines.reserve(kInstruments);
  const std::size_t before = bytes_in_use();
  for (std::size_t i = 0; i < kInstruments; ++i) engines.push_back(std::make_unique<MatchingEngine>());
  CHECK(bytes_in_use() - before <= kInstruments * 8192);
}

TEST_CASE("a live order takes at most 52 bytes in an engine with room reserved") {
  // The second has just outgrown a table: the most that an order can hold.
  for (const u32 orders : {300'000U, 7 * (1U << 13) + 1}) {
    EngineOutput output;
    const std::size_t before = bytes_in_use();
    MatchingEngine engine;
    engine.reserve(orders);
    for (u32 i = 0; i < orders; ++i) {
      const bool buys = i % 2 == 0;
      const i64 away = i / 2 % 300;
      const OrderMessage message = new_limit(i, buys ? Side::buy : Side::sell, buys ? 9'999 - away : 10'001 + away, 1);
      engine.apply(message, 0, output);
    }
    REQUIRE(engine.order_count() == orders);
    CHECK(bytes_in_use() - before <= std::size_t{orders} * 52);
  }
}

}  // namespace
}  // namespace pytrader
