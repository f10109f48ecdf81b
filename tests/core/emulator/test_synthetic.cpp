// Synthetic prices: formulas worked out by hand, what is refused, and sums and ratios against plain 128-bit arithmetic.
#include <ostream>
#include <string>
#include <tuple>

#include "decimal/split_mix.hpp"
#include "doctest/doctest.h"
#include "emulator/synthetic.hpp"

using namespace pytrader;
using Reach = TriggerBook::Reach;

namespace pytrader {
inline std::ostream& operator<<(std::ostream& out, const TriggerBook::Reach& reach) {
  return out << reach.from_below << ".." << reach.from_above;
}
}  // namespace pytrader

namespace {

SyntheticComponent part(InstrumentIndex instrument, const char* weight, const char* tick) {
  return {instrument, parse(tick), parse(weight)};
}

Synthetic sum(std::vector<SyntheticComponent> parts, const char* tick = "1") {
  return Synthetic({"SUM", parse(tick), SyntheticKind::weighted_sum, std::move(parts)});
}

Synthetic ratio(const char* first_tick, const char* second_tick, const char* tick) {
  return Synthetic({"RATIO", parse(tick), SyntheticKind::ratio, {part(0, "1", first_tick), part(1, "1", second_tick)}});
}

TriggerPrices quote(i64 bid, i64 ask) {
  return {kNoPrice, bid, ask, kNoPrice};
}

Reach price(const Synthetic& of, PriceSource source, std::vector<TriggerPrices> prices) {
  return of.price(source, prices);
}

std::string refusal(SyntheticDefinition definition) {
  try {
    Synthetic made(std::move(definition));
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::invalid_argument);
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("a calendar spread is sold at the bid of what it holds and the offer of what it is short of") {
  // Ticks of 0.25: 20.00 x 20.25 against 22.50 x 23.00 in quarters.
  const Synthetic spread = sum({part(0, "1", "0.25"), part(1, "-1", "0.25")}, "0.25");
  const std::vector<TriggerPrices> prices{quote(80, 81), quote(90, 92)};
  CHECK(price(spread, PriceSource::bid, prices) == Reach{-12, -12});
  CHECK(price(spread, PriceSource::ask, prices) == Reach{-9, -9});
  CHECK(price(spread, PriceSource::mid, prices) == Reach{-11, -10});  // -10.5 ticks
  CHECK(price(spread, PriceSource::last, {{100, 1, 2, 7}, {90, 3, 4, 11}}) == Reach{10, 10});
  CHECK(price(spread, PriceSource::mark, {{100, 1, 2, 7}, {90, 3, 4, 11}}) == Reach{-4, -4});
}

TEST_CASE("a price between two ticks is said by both of them, below zero too") {
  const Synthetic third = sum({part(0, "1", "1")}, "3");
  for (const auto& [ticks, below, above] :
       {std::tuple{7, 2, 3}, std::tuple{6, 2, 2}, std::tuple{0, 0, 0}, std::tuple{-1, -1, 0}, std::tuple{-7, -3, -2}}) {
    CHECK(price(third, PriceSource::last, {{ticks, kNoPrice, kNoPrice, kNoPrice}}) == Reach{below, above});
  }
  const Synthetic index = sum({part(0, "0.5", "0.01"), part(1, "0.125", "0.05"), part(2, "-2.25", "0.1")}, "0.01");
  // 0.5 * 101.01 + 0.125 * 55.55 - 2.25 * 3.1 = 50.505 + 6.94375 - 6.975 = 50.47375
  CHECK(price(index, PriceSource::last, {{10101, 0, 0, 0}, {1111, 0, 0, 0}, {31, 0, 0, 0}}) == Reach{5047, 5048});
}

TEST_CASE("a ratio divides by a price above zero, and its bid stays below its offer") {
  // 2000.1 / 25.005 = 79.98800...: ticks of 0.1 and 0.005, in hundredths.
  const Synthetic gold_to_silver = ratio("0.1", "0.005", "0.01");
  CHECK(price(gold_to_silver, PriceSource::last, {{20001, 0, 0, 0}, {5001, 0, 0, 0}}) == Reach{7998, 7999});
  const Synthetic plain = ratio("1", "1", "1");
  CHECK(price(plain, PriceSource::bid, {quote(100, 110), quote(4, 5)}) == Reach{20, 20});
  CHECK(price(plain, PriceSource::ask, {quote(100, 110), quote(4, 5)}) == Reach{27, 28});
  CHECK(price(plain, PriceSource::mid, {quote(100, 110), quote(4, 6)}) == Reach{21, 21});
  CHECK(price(plain, PriceSource::bid, {quote(-110, -100), quote(4, 5)}) == Reach{-28, -27});
  CHECK(price(plain, PriceSource::ask, {quote(-110, -100), quote(4, 5)}) == Reach{-20, -20});
  CHECK(price(plain, PriceSource::bid, {quote(0, 3), quote(4, 5)}) == Reach{0, 0});
  CHECK(price(plain, PriceSource::last, {{5, 0, 0, 0}, {0, 0, 0, 0}}) == Reach{});
  CHECK(price(plain, PriceSource::last, {{5, 0, 0, 0}, {-2, 0, 0, 0}}) == Reach{});
  CHECK(price(plain, PriceSource::mid, {quote(5, 6), quote(-2, 1)}) == Reach{});
  CHECK(price(plain, PriceSource::ask, {quote(5, 6), quote(-2, 1)}) == Reach{});
  CHECK(price(plain, PriceSource::bid, {quote(5, 6), quote(-2, 1)}) == Reach{5, 5});
}

TEST_CASE("without one of its prices a synthetic has none") {
  const Synthetic spread = sum({part(0, "1", "1"), part(1, "-1", "1")});
  CHECK(price(spread, PriceSource::bid, {quote(5, kNoPrice), quote(kNoPrice, 2)}) == Reach{3, 3});
  CHECK(price(spread, PriceSource::ask, {quote(5, kNoPrice), quote(kNoPrice, 2)}) == Reach{});
  CHECK(price(spread, PriceSource::mid, {quote(5, 6), quote(kNoPrice, 2)}) == Reach{});
  CHECK(price(spread, PriceSource::last, {quote(5, 6), quote(1, 2)}) == Reach{});
  CHECK(price(spread, PriceSource::mark, {{1, 1, 1, 1}, {1, 1, 1, kNoPrice}}) == Reach{});
  CHECK(price(ratio("1", "1", "1"), PriceSource::bid, {quote(5, 6), quote(1, kNoPrice)}) == Reach{});
}

TEST_CASE("equal formulas are equal in whatever order a sum's components stand, and a ratio's order counts") {
  CHECK(sum({part(0, "1", "1"), part(1, "-1", "1")}).definition() ==
        sum({part(1, "-1.0", "1"), part(0, "1", "1")}).definition());
  CHECK_FALSE(sum({part(0, "1", "1")}).definition() == sum({part(0, "2", "1")}).definition());
  CHECK(price(ratio("1", "1", "1"), PriceSource::last, {{6, 0, 0, 0}, {3, 0, 0, 0}}) == Reach{2, 2});
}

TEST_CASE("what is no formula is refused") {
  const Fixed one = parse("1");
  const auto linear = SyntheticKind::weighted_sum;
  CHECK(refusal({"", one, linear, {part(0, "1", "1")}}) ==
        "a synthetic needs a name of 1 to 64 bytes of UTF-8, got 0: ''");
  for (const std::string& name :
       {std::string("A B"), std::string("A\0B", 3), std::string("A\n"), std::string("\x7f")}) {
    CHECK(refusal({name, one, linear, {part(0, "1", "1")}}) ==
          "a synthetic's name must have no blanks and no control characters");
  }
  CHECK(refusal({std::string(64, 'N'), one, linear, {part(0, "1", "1")}}).empty());
  CHECK(refusal({std::string(65, 'N'), one, linear, {part(0, "1", "1")}}).find("got 65: 'NNN") != std::string::npos);
  CHECK(refusal({"A", parse("0"), linear, {part(0, "1", "1")}}) ==
        "synthetic A: its tick size must be positive, got 0");
  CHECK(refusal({"A", one, linear, {}}) == "synthetic A: it needs 1 to 64 components, got 0");
  CHECK(refusal({"A", one, linear, std::vector<SyntheticComponent>(65)}) ==
        "synthetic A: it needs 1 to 64 components, got 65");
  CHECK(refusal({"A", one, linear, {part(0, "0", "1")}}) ==
        "synthetic A: the weight of a component is 0: leave the component out");
  CHECK(refusal({"A", one, linear, {part(3, "1", "1"), part(3, "2", "1")}}) ==
        "synthetic A: an instrument is twice among its components: add up the weights");
  CHECK(refusal({"A", one, SyntheticKind::ratio, {part(0, "1", "1")}}) ==
        "synthetic A: a ratio has two components, got 1");
  CHECK(refusal({"A", one, SyntheticKind::ratio, {part(0, "1", "1"), part(1, "2", "1")}}) ==
        "synthetic A: the components of a ratio have the weight 1");
  const std::string too_fine = "synthetic A: its weights and tick sizes have too many digits to compute exactly";
  CHECK(refusal({"A", one, linear, {part(0, "0.123456789012345678", "0.000000001")}}).starts_with(too_fine));
  CHECK(refusal({"A", parse("0.000000000000000001"), linear, {part(0, "1000", "1")}}).starts_with(too_fine));
  CHECK(refusal({"A", parse("0.000000000000000001"), SyntheticKind::ratio, {part(0, "1", "7"), part(1, "1", "1")}})
            .starts_with(too_fine));
}

TEST_CASE("a price beyond 64 bits of ticks is an error, and nothing else overflows") {
  constexpr i64 kHighest = INT64_MAX;
  constexpr i64 kLowest = kNoPrice + 1;
  const Synthetic two = sum({part(0, "1", "1"), part(1, "1", "1")});
  CHECK(price(two, PriceSource::bid, {quote(kHighest, 0), quote(kLowest, 0)}) == Reach{0, 0});
  CHECK(price(two, PriceSource::bid, {quote(kHighest, 0), quote(0, 0)}) == Reach{kHighest, kHighest});
  CHECK_THROWS_WITH_AS(price(two, PriceSource::bid, {quote(kHighest, 0), quote(1, 0)}),
                       "synthetic SUM: its price, 9223372036854775808 ticks of 1, is beyond 64 bits: give it a larger "
                       "tick size",
                       Error);
  CHECK_THROWS_AS(price(two, PriceSource::bid, {quote(kLowest, 0), quote(-1, 0)}), Error);
  // The largest coefficients that are taken, at the largest prices: exact, or refused for the price alone.
  const Synthetic wide = sum({part(0, "2305843009213693951", "1"), part(1, "-1", "1")}, "2305843009213693951");
  CHECK(price(wide, PriceSource::mid, {quote(kHighest - 1, kHighest - 1), quote(kHighest, kHighest)}) ==
        Reach{kHighest - 6, kHighest - 5});
}

TEST_CASE("sums and ratios agree with the plain arithmetic on random prices") {
  SplitMix64 random(20);
  const auto between = [&](i64 low, i64 high) {
    return low + static_cast<i64>(random.next() % static_cast<u64>(high - low + 1));
  };
  for (int round = 0; round < 2000; ++round) {
    const i64 weights[] = {between(1, 9), -between(1, 9), between(1, 9)};
    const i64 ticks[] = {between(1, 4), between(1, 4), between(1, 4)};
    const i64 tick = between(1, 6);
    std::vector<SyntheticComponent> parts;
    std::vector<TriggerPrices> prices;
    i128 bid = 0;
    i128 ask = 0;
    for (u32 i = 0; i < 3; ++i) {
      parts.push_back({i, from_scaled(ticks[i], 2), from_scaled(weights[i], 1)});
      const i64 low = between(-50, 50);
      prices.push_back(quote(low, low + between(0, 3)));
      bid += i128{weights[i]} * ticks[i] * (weights[i] > 0 ? prices[i].bid : prices[i].ask);
      ask += i128{weights[i]} * ticks[i] * (weights[i] > 0 ? prices[i].ask : prices[i].bid);
    }
    const Synthetic made({"S", from_scaled(tick, 2), SyntheticKind::weighted_sum, parts});
    // value / (10 * tick): the tick at or below it, and the one at or above it.
    const auto holds = [&](const Reach& reach, i128 value, i128 step) {
      return reach.from_below * step <= value && value < (reach.from_below + 1) * step &&
             (reach.from_above - 1) * step < value && value <= reach.from_above * step;
    };
    REQUIRE(holds(made.price(PriceSource::bid, prices), bid, 10 * tick));
    REQUIRE(holds(made.price(PriceSource::ask, prices), ask, 10 * tick));
    REQUIRE(holds(made.price(PriceSource::mid, prices), bid + ask, 20 * tick));
    const i64 below = between(1, 40);
    const Synthetic over({"R",
                          from_scaled(tick, 2),
                          SyntheticKind::ratio,
                          {{0, from_scaled(ticks[0], 2)}, {1, from_scaled(ticks[1], 2)}}});
    const std::vector<TriggerPrices> two{{prices[0].bid, 0, 0, 0}, {below, 0, 0, 0}};
    REQUIRE(
        holds(over.price(PriceSource::last, two), i128{prices[0].bid} * ticks[0] * 100, i128{below} * ticks[1] * tick));
  }
}
