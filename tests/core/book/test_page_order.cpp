// The order of a ladder's pages against std::map, and how deep its tree gets.
#include <algorithm>
#include <map>
#include <vector>

#include "book/page_order.hpp"
#include "doctest/doctest.h"
#include "random_source.hpp"

namespace pytrader {
namespace {

std::vector<u32> best_first(const PageOrder& order) {
  std::vector<u32> pages;
  for (u32 page = order.best(); page != kNone; page = order.worse(page)) pages.push_back(page);
  return pages;
}

TEST_CASE("an order without pages has no best and owns no memory") {
  const PageOrder order;
  CHECK(order.best() == kNone);
  CHECK(order.size() == 0);
  CHECK(order.memory_bytes() == 0);
  order.check();
}

TEST_CASE("pages enter and leave anywhere and stay in the order of their ranks") {
  for (u64 seed = 1; seed <= 6; ++seed) {
    testing::RandomSource random(seed);
    PageOrder order;
    order.make_room(400);
    std::map<i64, u32> twin;
    std::vector<u32> free;
    for (u32 page = 400; page >= 1; --page) free.push_back(page);
    for (int step = 0; step < 20'000; ++step) {
      const i64 base = 64 * (seed % 2 == 0 ? random.between(-300, 300) : random.between(-(i64{1} << 57), i64{1} << 57));
      if (!free.empty() && !twin.contains(base) && random.below(20) != 0) {
        order.enter(free.back(), base);
        twin[base] = free.back();
        free.pop_back();
      } else if (!twin.empty()) {
        const auto at = random.below(3) == 0 ? std::prev(twin.end()) : twin.lower_bound(base);
        const auto gone = at == twin.end() ? twin.begin() : at;
        order.leave(gone->second);
        free.push_back(gone->second);
        twin.erase(gone);
      }
      if (step % 16 != 0) continue;
      order.check();
      REQUIRE(order.size() == twin.size());
      std::vector<u32> expected;
      for (const auto& [unused, page] : twin) expected.push_back(page);
      std::reverse(expected.begin(), expected.end());
      REQUIRE(best_first(order) == expected);
    }
  }
}

TEST_CASE("the ends of the price range are ordered") {
  PageOrder order;
  order.make_room(3);
  order.enter(1, 0);
  order.enter(2, INT64_MIN);
  order.enter(3, INT64_MAX & ~i64{63});
  CHECK(best_first(order) == std::vector<u32>{3, 1, 2});
  order.clear();
  CHECK(order.best() == kNone);
  order.check();
  order.enter(2, 64);
  CHECK(best_first(order) == std::vector<u32>{2});
  order.check();
}

// The steps that finding a place costs, in whatever pattern and sequence the prices came.
TEST_CASE("a place among a hundred thousand pages is found in a few dozen steps") {
  constexpr u32 kPages = 100'000;
  testing::RandomSource random(4);
  for (const i64 step : {i64{1}, i64{987}, i64{1'000'000}, i64{1} << 30, i64{701'408'733}}) {
    for (const bool rising : {true, false}) {
      PageOrder order;
      order.make_room(kPages);
      for (u32 page = 1; page <= kPages; ++page) order.enter(page, 64 * step * (rising ? page : -i64{page}));
      std::size_t deepest = 0;
      for (u32 page = 1; page <= kPages; ++page) deepest = std::max(deepest, order.depth(page));
      CHECK(deepest < 64);
      for (u32 page = 1; page <= kPages; page += 3) order.leave(page);
      order.check();
    }
  }
}

}  // namespace
}  // namespace pytrader
