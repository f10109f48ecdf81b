// The price ladder against std::map, over narrow, wandering and extreme prices.
#include <deque>
#include <map>
#include <vector>

#include "book/ladder.hpp"
#include "doctest/doctest.h"
#include "random_source.hpp"

namespace pytrader {
namespace {

std::vector<i64> prices_best_first(const Ladder& ladder) {
  std::vector<i64> prices;
  for (u32 level = ladder.best(); level != kNone; level = ladder.next_worse(level))
    prices.push_back(ladder.price_of(level));
  return prices;
}

template <class Map>
std::vector<i64> expected_best_first(const Map& twin, Side side) {
  std::vector<i64> prices;
  for (const auto& [price, value] : twin) prices.push_back(price);
  if (side == Side::buy) std::reverse(prices.begin(), prices.end());
  return prices;
}

TEST_CASE("an empty ladder owns no memory, one level costs little") {
  Ladder ladder(Side::buy);
  CHECK(ladder.empty());
  CHECK(ladder.best() == kNone);
  CHECK(ladder.find(0) == kNone);
  CHECK(ladder.memory_bytes() == 0);
  ladder.occupied(ladder.level_at(100));
  CHECK(ladder.memory_bytes() < 2048);
}

TEST_CASE("the best buy is the highest price, the best sell the lowest") {
  Ladder bids(Side::buy);
  Ladder asks(Side::sell);
  for (const i64 price : {5, -70, 900, 64, 63, 0}) {
    bids.occupied(bids.level_at(price));
    asks.occupied(asks.level_at(price));
  }
  CHECK(prices_best_first(bids) == std::vector<i64>{900, 64, 63, 5, 0, -70});
  CHECK(prices_best_first(asks) == std::vector<i64>{-70, 0, 5, 63, 64, 900});
  CHECK(bids.best_price() == 900);
  CHECK(asks.best_price() == -70);
  CHECK(bids.better(2, 1));
  CHECK(asks.better(1, 2));
  CHECK_FALSE(asks.better(2, 2));
}

TEST_CASE("the whole 64-bit price range can be used") {
  for (const Side side : {Side::buy, Side::sell}) {
    Ladder ladder(side);
    std::map<i64, int> twin;
    for (const i64 price : {INT64_MIN, INT64_MIN + 1, i64{-1}, i64{0}, INT64_MAX - 1, INT64_MAX}) {
      ladder.occupied(ladder.level_at(price));
      twin[price] = 1;
      ladder.check();
    }
    CHECK(prices_best_first(ladder) == expected_best_first(twin, side));
    for (const auto& [price, unused] : twin) {
      REQUIRE(ladder.find(price) != kNone);
      ladder.vacated(ladder.find(price));
      ladder.check();
    }
    CHECK(ladder.empty());
  }
}

TEST_CASE("levels come and go as in a map") {
  for (u64 seed = 1; seed <= 8; ++seed) {
    const Side side = seed % 2 == 0 ? Side::buy : Side::sell;
    testing::RandomSource random(seed);
    Ladder ladder(side);
    std::map<i64, i64> twin;
    i64 centre = 0;
    for (int step = 0; step < 20'000; ++step) {
      const i64 reach = seed <= 4 ? 40 : 4000;
      if (seed % 4 == 3) centre += random.between(-3, 30);
      const i64 price =
          random.below(50) == 0 ? static_cast<i64>(random.next()) : centre + random.between(-reach, reach);
      const auto known = twin.find(price);
      REQUIRE((ladder.find(price) != kNone) == (known != twin.end()));
      if (known == twin.end() && (twin.size() < 300 || random.below(2) == 0)) {
        const u32 level = ladder.level_at(price);
        REQUIRE(ladder.price_of(level) == price);
        ladder[level].quantity = step + 1;
        ladder.occupied(level);
        twin[price] = step + 1;
      } else {
        const auto gone = known != twin.end() ? known : twin.begin();
        const u32 level = ladder.find(gone->first);
        REQUIRE(ladder[level].quantity == gone->second);
        ladder.vacated(level);
        twin.erase(gone);
      }
      if (step % 64 == 0) {
        ladder.check();
        REQUIRE(prices_best_first(ladder) == expected_best_first(twin, side));
        REQUIRE(ladder.level_count() == twin.size());
      }
    }
  }
}

TEST_CASE("memory follows the levels in use, not the way of the price") {
  Ladder ladder(Side::sell);
  std::deque<u32> live;
  std::size_t warm = 0;
  for (i64 step = 0; step < 200'000; ++step) {
    live.push_back(ladder.level_at(step * 1000));
    ladder.occupied(live.back());
    if (live.size() > 20) {
      ladder.vacated(live.front());
      live.pop_front();
    }
    if (step == 1000) warm = ladder.memory_bytes();
  }
  CHECK(ladder.memory_bytes() == warm);
  ladder.check();
}

TEST_CASE("orders queue in order of arrival and leave from anywhere") {
  testing::RandomSource random(11);
  Ladder ladder(Side::buy);
  OrderPool pool;
  std::map<i64, std::deque<u32>> twin;
  std::vector<u32> live;
  for (int step = 0; step < 30'000; ++step) {
    if (live.empty() || random.below(9) < 5) {
      const i64 price = random.between(-90, 90);
      const u32 slot = pool.acquire();
      pool[slot].quantity = random.between(1, 50);
      ladder.push_back(ladder.level_at(price), slot, pool);
      twin[price].push_back(slot);
      live.push_back(slot);
    } else {
      const std::size_t at = random.below(live.size());
      const u32 slot = live[at];
      const i64 price = ladder.price_of(pool[slot].level);
      if (pool[slot].quantity > 1 && random.below(3) == 0) {
        ladder.reduce(slot, 1, pool);
        continue;
      }
      ladder.unlink(slot, pool);
      pool.release(slot);
      std::erase(twin[price], slot);
      if (twin[price].empty()) twin.erase(price);
      live[at] = live.back();
      live.pop_back();
    }
    if (step % 100 != 0) continue;
    ladder.check();
    REQUIRE(prices_best_first(ladder) == expected_best_first(twin, Side::buy));
    for (const auto& [price, queue] : twin) {
      const Level& level = ladder[ladder.find(price)];
      i64 total = 0;
      std::deque<u32> slots;
      for (u32 slot = level.head; slot != kNone; slot = pool[slot].next) {
        slots.push_back(slot);
        total += pool[slot].quantity;
      }
      REQUIRE(slots == queue);
      REQUIRE(total == level.quantity);
      REQUIRE(level.order_count == queue.size());
      REQUIRE(level.tail == queue.back());
    }
  }
}

TEST_CASE("a cleared ladder is empty and keeps its memory") {
  Ladder ladder(Side::sell);
  for (i64 price = 0; price < 1000; ++price) ladder.occupied(ladder.level_at(price * 10));
  const std::size_t before = ladder.memory_bytes();
  ladder.clear();
  CHECK(ladder.empty());
  CHECK(ladder.find(10) == kNone);
  ladder.check();
  for (i64 price = 0; price < 1000; ++price) ladder.occupied(ladder.level_at(price * 10));
  CHECK(ladder.memory_bytes() == before);
}

}  // namespace
}  // namespace pytrader
