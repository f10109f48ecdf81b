// Sweeps and cascades as deep as a book can be: they need no stack and cost no more per maker.
#include <vector>

#include "doctest/doctest.h"
#include "matching/matching_engine.hpp"

namespace {

using namespace pytrader;

constexpr u64 kMakers = 400'000;

}  // namespace

TEST_CASE("one order sweeps hundreds of thousands of makers at one price and over many") {
  MatchingEngine engine;
  EngineOutput output;
  for (u64 id = 1; id <= kMakers; ++id) {
    engine.apply(new_limit(id, Side::sell, id % 2 == 0 ? 100 : static_cast<i64>(id), 1), 0, output);
  }
  CHECK(engine.apply(new_limit(kMakers + 1, Side::buy, INT64_MAX, i64{kMakers}), 0, output) ==
        status_of(Outcome::filled));
  CHECK(output.fills.size() == kMakers);
  CHECK(engine.order_count() == 0);
  engine.self_check();
}

TEST_CASE("an order of an owner sweeps as deep on the general path") {
  MatchingEngine engine;
  EngineOutput output;
  for (u64 id = 1; id <= kMakers; ++id) engine.apply(new_limit(id, Side::sell, 100, 1), 0, output);
  OrderMessage taker = new_limit(kMakers + 1, Side::buy, 100, i64{kMakers});
  taker.owner = 7;
  CHECK(engine.apply(taker, 0, output) == status_of(Outcome::filled));
  CHECK(output.fills.size() == kMakers);
  CHECK((engine.position(7) == i64{kMakers}));
}
