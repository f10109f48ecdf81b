// Moving averages against sums counted afresh, and comparisons that do not round.
#include <cmath>
#include <vector>

#include "decimal/error.hpp"
#include "doctest/doctest.h"
#include "indicators/moving_averages.hpp"

using namespace pytrader;

namespace {

BarRecord closing_at(i64 price) {
  return {0, 0, 0, price, price, price, price, 1};
}

}  // namespace

TEST_CASE("a simple average is the exact mean of the last closes") {
  u64 state = 9;
  for (const i64 length : {1, 2, 3, 10, 97}) {
    Sma sma(length);
    std::vector<i64> closes;
    for (int i = 0; i < 500; ++i) {
      state = state * 6364136223846793005ull + 1442695040888963407ull;
      const i64 close = i % 50 == 0 ? INT64_MAX - i : static_cast<i64>(state) / 2;
      closes.push_back(close);
      sma.update(closing_at(close));
      const auto seen = std::min<std::size_t>(closes.size(), static_cast<std::size_t>(length));
      i128 sum = 0;
      for (std::size_t k = closes.size() - seen; k < closes.size(); ++k) sum += closes[k];
      Fraction exact;
      REQUIRE(sma.exact(exact));
      CHECK(exact.numerator == sum);
      CHECK(exact.denominator == static_cast<i64>(seen));
      CHECK(sma.ready() == (static_cast<i64>(closes.size()) >= length));
    }
  }
}

TEST_CASE("before the first bar a value is zero and not ready") {
  for (const char* name : {"sma", "ema"}) {
    const auto indicator = make_indicator(name, 3);
    CHECK(indicator->value() == 0.0);
    CHECK_FALSE(indicator->ready());
  }
}

TEST_CASE("an exponential average starts at the first close and is ready after its length") {
  const auto ema = make_indicator("ema", 3);
  const double expected[] = {10.0, 15.0, 17.5, 8.75};
  const i64 closes[] = {10, 20, 20, 0};
  for (int i = 0; i < 4; ++i) {
    ema->update(closing_at(closes[i]));
    CHECK(ema->value() == expected[i]);
    CHECK(ema->ready() == (i >= 2));
  }
  Fraction exact;
  CHECK_FALSE(ema->exact(exact));
}

TEST_CASE("comparison is exact where float64 sees no difference") {
  const i64 big = i64{1} << 60;
  Sma two(2);
  Sma three(3);
  for (const i64 close : {big, big, big + 1}) {
    two.update(closing_at(close));
    three.update(closing_at(close));
  }
  CHECK(two.value() == three.value());
  CHECK(compare(two, three) == 1);
  CHECK(compare(three, two) == -1);
  CHECK(compare(two, two) == 0);
}

TEST_CASE("fractions compare by cross multiplication, and say when they can not") {
  int order = 9;
  CHECK(compare(Fraction{1, 3}, Fraction{2, 6}, order));
  CHECK(order == 0);
  CHECK(compare(Fraction{-1, 3}, Fraction{1, 1000}, order));
  CHECK(order == -1);
  const i128 huge = static_cast<i128>(1) << 126;
  CHECK_FALSE(compare(Fraction{huge, 1}, Fraction{huge, 3}, order));
}

TEST_CASE("an exact and a float indicator compare by value") {
  const auto sma = make_indicator("sma", 1);
  const auto ema = make_indicator("ema", 10);
  for (const i64 close : {100, 200}) {
    sma->update(closing_at(close));
    ema->update(closing_at(close));
  }
  CHECK(compare(*sma, *ema) == 1);
  CHECK(compare(*ema, *sma) == -1);
}

TEST_CASE("unknown names and lengths out of range are refused") {
  CHECK_THROWS_WITH(make_indicator("rsi", 3), "no indicator is called 'rsi'; known are sma, ema");
  CHECK_THROWS_AS(make_indicator("sma", 0), Error);
  CHECK_THROWS_AS(make_indicator("ema", -1), Error);
  CHECK_THROWS_AS(make_indicator("sma", kLongestIndicator + 1), Error);
}
