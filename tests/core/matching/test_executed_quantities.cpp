// What has been executed of orders: kept by slot for those few of which something was.
#include <map>

#include "../book/random_source.hpp"
#include "doctest/doctest.h"
#include "matching/executed_quantities.hpp"

using namespace pytrader;

TEST_CASE("executed quantities agree with a map over random sets and erasures") {
  testing::RandomSource random(6);
  ExecutedQuantities executed;
  std::map<u32, i64> expected;
  for (int i = 0; i < 20'000; ++i) {
    const u32 slot = 1 + static_cast<u32>(random.below(60));
    if (random.below(3) == 0) {
      executed.erase(slot);
      expected.erase(slot);
    } else {
      executed.reserve(executed.size() + 1);
      const i64 quantity = random.between(1, 1'000'000);
      executed.set(slot, quantity);
      expected[slot] = quantity;
    }
    REQUIRE(executed.size() == expected.size());
    const u32 asked = 1 + static_cast<u32>(random.below(60));
    REQUIRE(executed.of(asked) == (expected.count(asked) != 0 ? expected[asked] : 0));
  }
}
