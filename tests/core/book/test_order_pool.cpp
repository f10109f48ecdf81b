// The order pool: slots, re-use, bounds.
#include <set>
#include <vector>

#include "book/order_pool.hpp"
#include "doctest/doctest.h"
#include "random_source.hpp"

namespace pytrader {
namespace {

TEST_CASE("an empty pool owns no memory") {
  const OrderPool pool;
  CHECK(pool.size() == 0);
  CHECK(pool.memory_bytes() == 0);
}

TEST_CASE("slots start at one and the last released is the first given out again") {
  OrderPool pool;
  CHECK(pool.acquire() == 1);
  CHECK(pool.acquire() == 2);
  CHECK(pool.acquire() == 3);
  pool.release(1);
  pool.release(3);
  CHECK(pool.acquire() == 3);
  CHECK(pool.acquire() == 1);
  CHECK(pool.acquire() == 4);
  CHECK(pool.size() == 4);
}

TEST_CASE("live slots are distinct and keep their contents while the pool grows") {
  testing::RandomSource random(3);
  OrderPool pool;
  std::vector<u32> live;
  for (int step = 0; step < 50'000; ++step) {
    if (live.empty() || random.below(5) < 3) {
      const u32 slot = pool.acquire();
      REQUIRE(slot != kNone);
      pool[slot].id = slot * u64{7919};
      live.push_back(slot);
    } else {
      const std::size_t at = random.below(live.size());
      REQUIRE(pool[live[at]].id == live[at] * u64{7919});
      pool.release(live[at]);
      live[at] = live.back();
      live.pop_back();
    }
  }
  CHECK(std::set<u32>(live.begin(), live.end()).size() == live.size());
  CHECK(pool.size() == live.size());
}

TEST_CASE("nodes made in advance do not grow what was reserved") {
  OrderPool pool;
  pool.reserve(40);
  const std::size_t reserved = pool.memory_bytes();
  while (pool.size() < 40) {
    if (!pool.has_free()) pool.add_free(16);
    pool.acquire_free();
  }
  CHECK(pool.memory_bytes() == reserved);
}

TEST_CASE("the limit is refused with a capacity error and nothing changes") {
  OrderPool pool(2);
  pool.acquire();
  CHECK_FALSE(pool.full());
  pool.acquire();
  CHECK(pool.full());
  CHECK_THROWS_AS(pool.acquire(), Error);
  CHECK_THROWS_AS(pool.reserve(3), Error);
  CHECK(pool.size() == 2);
  pool.release(2);
  CHECK(pool.acquire() == 2);
}

TEST_CASE("a pool that was warm does not allocate again") {
  OrderPool pool;
  pool.reserve(5000);
  const std::size_t before = pool.memory_bytes();
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 5000; ++i) pool.acquire();
    pool.clear();
  }
  CHECK(pool.memory_bytes() == before);
  CHECK(pool.size() == 0);
}

}  // namespace
}  // namespace pytrader
