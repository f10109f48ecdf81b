// Price bands: exact bounds, what they refuse, the widths of the U.S. plan, and limit states.
#include "../book/random_source.hpp"
#include "decimal/error.hpp"
#include "doctest/doctest.h"
#include "matching/limit_state.hpp"
#include "matching/price_bands.hpp"

namespace {

using namespace pytrader;

constexpr BandRounding kInward = BandRounding::inward;
constexpr BandRounding kNearest = BandRounding::nearest;

PriceBand percent(i64 basis_points) {
  return PriceBand::symmetric({0, basis_points});
}

TEST_CASE("a band without width allows every price, and so does one without a reference price") {
  CHECK(range_around(100, {}, kInward) == PriceRange{});
  CHECK(range_around(kNoPrice, percent(500), kInward) == PriceRange{});
  CHECK(PriceRange{}.contains(kNoPrice + 1));
  CHECK(PriceRange{}.contains(INT64_MAX));
}

TEST_CASE("a width in ticks or in basis points reaches to both sides, bounds included") {
  const PriceRange ticks = range_around(1'000, PriceBand::symmetric({7}), kInward);
  CHECK(ticks == PriceRange{993, 1'007});
  CHECK(ticks.contains(993));
  CHECK(ticks.contains(1'007));
  CHECK_FALSE(ticks.contains(992));
  CHECK_FALSE(ticks.contains(1'008));
  CHECK(range_around(10'000, percent(500), kInward) == PriceRange{9'500, 10'500});
}

TEST_CASE("Binance: up to twice and down to half of the reference price") {
  CHECK(range_around(1'000, {{0, 5'000}, {0, 10'000}}, kInward) == PriceRange{500, 2'000});
}

TEST_CASE("a band may be open to one side") {
  CHECK(range_around(1'000, {{}, {0, 10'000}}, kInward) == PriceRange{kNoPrice + 1, 2'000});
  CHECK(range_around(1'000, {{10}, {}}, kInward) == PriceRange{990, INT64_MAX});
}

TEST_CASE("a bound between two ticks is rounded inward or to the nearest tick") {
  // 5 % of 1,005 is 50.25; of 1,010 50.5.
  CHECK(range_around(1'005, percent(500), kInward) == PriceRange{955, 1'055});
  CHECK(range_around(1'005, percent(500), kNearest) == PriceRange{955, 1'055});
  CHECK(range_around(1'010, percent(500), kInward) == PriceRange{960, 1'060});
  CHECK(range_around(1'010, percent(500), kNearest) == PriceRange{959, 1'061});
  // 5 % of 1,015 is 50.75.
  CHECK(range_around(1'015, percent(500), kInward) == PriceRange{965, 1'065});
  CHECK(range_around(1'015, percent(500), kNearest) == PriceRange{964, 1'066});
}

TEST_CASE("of ticks and basis points the lesser or the greater counts") {
  CHECK(range_around(1'000, PriceBand::symmetric({15, 500}), kInward) == PriceRange{985, 1'015});
  CHECK(range_around(100, PriceBand::symmetric({15, 500}), kInward) == PriceRange{95, 105});
  CHECK(range_around(1'000, PriceBand::symmetric({15, 500, true}), kInward) == PriceRange{950, 1'050});
}

TEST_CASE("the magnitude of a negative reference price measures the band") {
  CHECK(range_around(-1'000, percent(500), kInward) == PriceRange{-1'050, -950});
  CHECK(range_around(0, percent(500), kInward) == PriceRange{0, 0});
}

TEST_CASE("bounds beyond the price range end there") {
  CHECK(range_around(INT64_MAX - 1, percent(500), kInward).high == INT64_MAX);
  CHECK(range_around(kNoPrice + 2, percent(500), kInward).low == kNoPrice + 1);
  CHECK(range_around(INT64_MAX, PriceBand::symmetric({INT64_MAX, INT64_MAX, true}), kNearest) == PriceRange{});
}

TEST_CASE("bounds lie within half a tick of the exact ones, and inward ones never outside") {
  testing::RandomSource random(7);
  for (int i = 0; i < 100'000; ++i) {
    const i64 reference = random.between(-1'000'000, 1'000'000);
    const i64 bps = random.between(1, 20'000);
    const i64 width = (reference < 0 ? -reference : reference) * bps;
    const PriceRange inward = range_around(reference, percent(bps), kInward);
    const PriceRange nearest = range_around(reference, percent(bps), kNearest);
    REQUIRE(inward.low * 10'000 >= reference * 10'000 - width);
    REQUIRE((inward.low - 1) * 10'000 < reference * 10'000 - width);
    REQUIRE(inward.high * 10'000 <= reference * 10'000 + width);
    REQUIRE((inward.high + 1) * 10'000 > reference * 10'000 + width);
    REQUIRE(std::abs(nearest.low * 10'000 - (reference * 10'000 - width)) <= 5'000);
    REQUIRE(nearest.high - reference == reference - nearest.low);
  }
}

TEST_CASE("an entry band refuses both sides alike, or only what is aggressive") {
  BandRules rules;
  rules.entry = PriceBand::symmetric({10});
  CHECK(entry_allowed(rules, Side::buy, 110, 100));
  CHECK_FALSE(entry_allowed(rules, Side::buy, 111, 100));
  CHECK_FALSE(entry_allowed(rules, Side::buy, 89, 100));
  CHECK(entry_allowed(rules, Side::buy, 111, kNoPrice));
  rules.entry_aggressive_only = true;
  CHECK_FALSE(entry_allowed(rules, Side::buy, 111, 100));
  CHECK(entry_allowed(rules, Side::buy, 89, 100));
  CHECK(entry_allowed(rules, Side::sell, 111, 100));
  CHECK_FALSE(entry_allowed(rules, Side::sell, 89, 100));
}

TEST_CASE("trades must satisfy the static and the dynamic range") {
  BandRules rules;
  rules.static_range = percent(1'000);
  rules.dynamic_range = percent(200);
  CHECK(trading_range(rules, 1'000, 1'090) == PriceRange{1'069, 1'100});
  CHECK(trading_range(rules, kNoPrice, 1'000) == PriceRange{980, 1'020});
  CHECK(trading_range(rules, kNoPrice, kNoPrice) == PriceRange{});
}

TEST_CASE("LULD: the widths of appendix A") {
  CHECK(luld_width(1, 301, 100, false) == BandWidth{0, 500});
  CHECK(luld_width(2, 301, 100, false) == BandWidth{0, 1'000});
  CHECK(luld_width(1, 300, 100, false) == BandWidth{0, 2'000});
  CHECK(luld_width(2, 75, 100, false) == BandWidth{0, 2'000});
  CHECK(luld_width(1, 74, 100, false) == BandWidth{15, 7'500});
  CHECK(luld_width(1, 7'499, 10'000, false) == BandWidth{1'500, 7'500});
}

TEST_CASE("LULD: the last 25 minutes double all but tier 2 above 3 dollars") {
  CHECK(luld_width(1, 10'000, 100, true) == BandWidth{0, 1'000});
  CHECK(luld_width(2, 10'000, 100, true) == BandWidth{0, 1'000});
  CHECK(luld_width(2, 299, 100, true) == BandWidth{0, 4'000});
  CHECK(luld_width(2, 50, 100, true) == BandWidth{30, 15'000});
}

TEST_CASE("LULD: what the plan does not know is refused") {
  CHECK_THROWS_AS(luld_width(3, 100, 100, false), Error);
  CHECK_THROWS_AS(luld_width(1, 0, 100, false), Error);
  CHECK_THROWS_AS(luld_width(1, 100, 0, false), Error);
  CHECK_THROWS_AS(luld_width(1, 100, 8, false), Error);
}

TEST_CASE("a limit state begins where the touch stands at a bound that nobody meets") {
  const PriceRange bands{95, 105};
  CHECK(limit_state_of(100, 101, bands) == LimitState::none);
  CHECK(limit_state_of(105, kNoPrice, bands) == LimitState::limit_up);
  CHECK(limit_state_of(105, 106, bands) == LimitState::limit_up);
  CHECK(limit_state_of(kNoPrice, 95, bands) == LimitState::limit_down);
  CHECK(limit_state_of(94, 95, bands) == LimitState::limit_down);
  CHECK(limit_state_of(100, 106, bands) == LimitState::straddle_up);
  CHECK(limit_state_of(94, 100, bands) == LimitState::straddle_down);
  CHECK(limit_state_of(kNoPrice, kNoPrice, bands) == LimitState::none);
  CHECK(limit_state_of(INT64_MAX, kNoPrice, PriceRange{}) == LimitState::none);
}

TEST_CASE("a limit state lasts from when it began, and one of the other side begins anew") {
  LimitStateTimer timer;
  CHECK_FALSE(timer.has_lasted(0, 100));
  CHECK(timer.observe(LimitState::limit_up, 100));
  CHECK_FALSE(timer.observe(LimitState::limit_up, 110));
  CHECK_FALSE(timer.has_lasted(15, 114));
  CHECK(timer.has_lasted(15, 115));
  CHECK(timer.observe(LimitState::limit_down, 112));
  CHECK_FALSE(timer.has_lasted(15, 126));
  CHECK(timer.has_lasted(15, 127));
  CHECK(timer.observe(LimitState::straddle_up, 113));
  CHECK_FALSE(timer.has_lasted(15, 1'000));
}

}  // namespace
