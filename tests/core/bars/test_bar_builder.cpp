// Time bars: alignment, who closes them, what is refused.
#include <map>
#include <vector>

#include "bars/bar_builder.hpp"
#include "decimal/error.hpp"
#include "doctest/doctest.h"

using namespace pytrader;

TEST_CASE("trades of one stretch fold into open, high, low, close and volume") {
  BarBuilder builder(60);
  BarRecord bar{};
  CHECK(builder.under_way() == nullptr);
  CHECK(builder.closes_at() == INT64_MAX);
  CHECK_FALSE(builder.add(125, 100, 2, bar));
  CHECK_FALSE(builder.add(130, 105, 1, bar));
  CHECK_FALSE(builder.add(130, 95, 4, bar));
  CHECK_FALSE(builder.add(179, 101, 1, bar));
  CHECK(builder.closes_at() == 180);
  CHECK(builder.under_way()->high == 105);
  CHECK_FALSE(builder.advance(179, bar));
  CHECK(builder.advance(180, bar));
  CHECK(bar.ts_open == 120);
  CHECK(bar.ts_event == 180);
  CHECK(bar.ts_init == 180);
  CHECK(bar.open == 100);
  CHECK(bar.high == 105);
  CHECK(bar.low == 95);
  CHECK(bar.close == 101);
  CHECK(bar.volume == 8);
  CHECK_FALSE(builder.advance(10000, bar));
}

TEST_CASE("a trade at the end of a stretch closes it and opens the next") {
  BarBuilder builder(60);
  BarRecord bar{};
  builder.add(0, 10, 1, bar);
  CHECK(builder.add(60, 11, 1, bar));
  CHECK(bar.close == 10);
  CHECK(bar.ts_event == 60);
  CHECK(builder.under_way()->ts_open == 60);
  CHECK(builder.under_way()->open == 11);
}

TEST_CASE("a stretch without trades gives no bar") {
  BarBuilder builder(60);
  BarRecord bar{};
  builder.add(10, 10, 1, bar);
  CHECK(builder.add(1000, 11, 1, bar));
  CHECK(bar.ts_event == 60);
  CHECK(bar.ts_init == 1000);
  CHECK(builder.under_way()->ts_open == 960);
  CHECK(builder.advance(1020, bar));
  CHECK(bar.open == 11);
}

TEST_CASE("times before 1970 are aligned downwards too") {
  BarBuilder builder(60);
  BarRecord bar{};
  builder.add(-1, 10, 1, bar);
  CHECK(builder.under_way()->ts_open == -60);
  CHECK(builder.closes_at() == 0);
}

TEST_CASE("bad input is refused and changes nothing") {
  CHECK_THROWS_AS(BarBuilder(0), Error);
  CHECK_THROWS_AS(BarBuilder(-5), Error);
  BarBuilder builder(60);
  BarRecord bar{};
  builder.add(100, 10, INT64_MAX - 1, bar);
  CHECK_THROWS_AS(builder.add(101, 99, 2, bar), Error);
  CHECK_THROWS_AS(builder.add(101, 99, 0, bar), Error);
  CHECK_THROWS_AS(builder.add(99, 99, 1, bar), Error);
  CHECK_THROWS_AS(builder.add(INT64_MAX, 99, 1, bar), Error);
  CHECK(builder.under_way()->high == 10);
  CHECK(builder.under_way()->volume == INT64_MAX - 1);
  CHECK_FALSE(builder.add(101, 11, 1, bar));
  CHECK_THROWS_AS(BarBuilder(60).add(INT64_MIN, 1, 1, bar), Error);
}

TEST_CASE("bars equal those grouped from all trades at once") {
  u64 state = 3;
  const auto random = [&](u64 bound) {
    state = state * 6364136223846793005ull + 1442695040888963407ull;
    return static_cast<i64>((state >> 33) % bound);
  };
  BarBuilder builder(1000);
  std::map<i64, BarRecord> grouped;
  std::vector<BarRecord> built;
  BarRecord bar{};
  i64 ts = 0;
  for (int i = 0; i < 20000; ++i) {
    ts += random(random(50) == 0 ? 5000 : 300);
    if (random(3) == 0) {
      if (builder.advance(ts, bar)) built.push_back(bar);
    }
    const i64 price = 100 + random(50);
    const i64 quantity = 1 + random(9);
    if (builder.add(ts, price, quantity, bar)) built.push_back(bar);
    auto [place, first] = grouped.try_emplace(ts / 1000, BarRecord{});
    BarRecord& group = place->second;
    if (first) group = {(ts / 1000 + 1) * 1000, 0, ts / 1000 * 1000, price, price, price, price, 0};
    group.high = std::max(group.high, price);
    group.low = std::min(group.low, price);
    group.close = price;
    group.volume += quantity;
  }
  if (builder.advance(ts + 1000, bar)) built.push_back(bar);
  REQUIRE(built.size() == grouped.size());
  std::size_t i = 0;
  for (const auto& [start, group] : grouped) {
    const BarRecord& made = built[i++];
    CHECK(made.ts_event == group.ts_event);
    CHECK(made.ts_open == group.ts_open);
    CHECK(made.ts_init >= made.ts_event);
    CHECK(made.open == group.open);
    CHECK(made.high == group.high);
    CHECK(made.low == group.low);
    CHECK(made.close == group.close);
    CHECK(made.volume == group.volume);
  }
}
