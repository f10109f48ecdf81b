// Moving averages against sums counted afresh, and comparisons that do not round.
#include <algorithm>
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

TEST_CASE("bars foreseen and taken are the same as bars taken one by one") {
  u64 state = 5;
  const auto draw = [&state](u64 limit) {
    state = state * 6364136223846793005ull + 1442695040888963407ull;
    return (state >> 33) % limit;
  };
  for (const char* name : {"sma", "ema"}) {
    for (const i64 length : {1, 2, 7, 63, 64, 65, 300}) {
      CAPTURE(name);
      CAPTURE(length);
      const auto ahead = make_indicator(name, length);
      const auto alone = make_indicator(name, length);
      std::size_t told = 0;
      for (int block = 0; block < 200; ++block) {
        std::vector<BarRecord> bars(1 + draw(100));
        const bool huge = name[0] == 's' && block % 20 == 7;  // sums beyond 64 bits
        for (BarRecord& bar : bars) bar = closing_at(static_cast<i64>(draw(9)) + (huge ? INT64_MAX - 10 : 1000));
        const std::size_t foreseen = ahead->foresee(bars.data(), bars.size());
        REQUIRE(foreseen <= std::min(bars.size(), Indicator::kMostForeseen));
        REQUIRE((foreseen == 0 || alone->ready()));
        told += foreseen;
        const std::size_t taken = draw(foreseen + 1);
        ahead->take_foreseen(taken);
        for (std::size_t i = 0; i < taken; ++i) alone->update(bars[i]);
        REQUIRE(ahead->value() == alone->value());
        REQUIRE(compare(*ahead, *alone) == 0);
        const std::size_t more = draw(3) == 0 ? bars.size() : draw(4);
        for (std::size_t i = taken; i < std::min(bars.size(), taken + more); ++i) {
          ahead->update(bars[i]);
          alone->update(bars[i]);
        }
        Fraction left;
        Fraction right;
        REQUIRE(ahead->exact(left) == alone->exact(right));
        REQUIRE(left.numerator == right.numerator);
        REQUIRE(left.denominator == right.denominator);
        REQUIRE(ahead->value() == alone->value());
        REQUIRE(ahead->ready() == alone->ready());
      }
      CHECK(told > 1000);
    }
  }
}

TEST_CASE("what is steady ahead is what comparisons say bar by bar") {
  u64 state = 8;
  const auto draw = [&state](u64 limit) {
    state = state * 6364136223846793005ull + 1442695040888963407ull;
    return (state >> 33) % limit;
  };
  std::size_t steady_bars = 0;
  const auto make = [&](u64 kind) { return make_indicator(kind % 2 == 0 ? "sma" : "ema", 1 + kind); };
  for (int round = 0; round < 400; ++round) {
    CAPTURE(round);
    const auto a = make(draw(6));
    const auto b = make(draw(6));
    // Over 64 bits, between ticks, and on one.
    const Fraction prices[] = {{1002, 1}, {2005, 2}, {i128{1} << 80, i64{1} << 62}, {i128{1002} << 50, i64{1} << 50}};
    const Fraction price = prices[draw(4)];
    const i64 scale = round % 4 == 0 ? i64{1} << 50 : 1;
    const auto close = [&] { return closing_at((1000 + static_cast<i64>(draw(5))) * scale); };
    for (int i = 0; i < 10; ++i) {
      a->update(close());
      b->update(close());
    }
    std::vector<BarRecord> bars(20);
    for (BarRecord& bar : bars) bar = close();
    const bool both_move = round % 3 != 0;
    const int order = compare(*a, *b);
    const int price_order = compare(*a, price);
    std::size_t count = a->foresee(bars.data(), bars.size());
    if (both_move) count = std::min(count, b->foresee(bars.data(), bars.size()));
    const std::size_t with_other = steady(*a, *b, order, count);
    const std::size_t with_price = steady(*a, price, price_order, count);
    a->take_foreseen(0);
    b->take_foreseen(0);
    steady_bars += with_other + with_price;
    bool ended = false;
    for (std::size_t i = 0; i < count; ++i) {
      a->update(bars[i]);
      if (both_move) b->update(bars[i]);
      if (i < with_other) REQUIRE(compare(*a, *b) == order);
      if (i < with_price) REQUIRE(compare(*a, price) == price_order);
      ended = ended || (i == with_other && compare(*a, *b) != order);
    }
    // Numbers that fit 64 bits are looked at to the end.
    if (scale == 1) REQUIRE((with_other == count || ended));
  }
  CHECK(steady_bars > 1000);
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
