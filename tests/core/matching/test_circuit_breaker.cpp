// The market-wide circuit breaker: levels, cut-off, once a day.
#include "decimal/error.hpp"
#include "doctest/doctest.h"
#include "matching/circuit_breaker.hpp"

namespace {

using namespace pytrader;

constexpr i64 kMinute = 60'000'000'000;
constexpr i64 kOpen = (9 * 60 + 30) * kMinute;
constexpr i64 kCutoff = (15 * 60 + 25) * kMinute;

// The S&P 500 of 16 March 2020 in hundredths of a point: 2,711.02 the Friday before.
constexpr i64 kReference = 271'102;

CircuitBreaker started() {
  CircuitBreaker breaker;
  breaker.start_day(kReference, kOpen, kCutoff);
  return breaker;
}

TEST_CASE("NYSE 7.12: a decline of 7 % halts for 15 minutes") {
  CircuitBreaker breaker = started();
  // 7 % of 2,711.02 is 189.7714: a level of 2,521.25 is above the limit, 2,521.24 below it.
  CHECK(breaker.observe(252'125, kOpen) == CircuitBreakerDecision{});
  CHECK(breaker.observe(252'124, kOpen + 1) == CircuitBreakerDecision{1, true, kOpen + 1 + 15 * kMinute});
  CHECK(breaker.at(kOpen + 15 * kMinute) == CircuitBreakerDecision{0, true, kOpen + 1 + 15 * kMinute});
  CHECK(breaker.at(kOpen + 1 + 15 * kMinute) == CircuitBreakerDecision{});
}

TEST_CASE("NYSE 7.12: a level halts once a day, the next one again") {
  CircuitBreaker breaker = started();
  CHECK(breaker.observe(250'000, kOpen).level == 1);
  CHECK(breaker.observe(250'000, kOpen + 20 * kMinute) == CircuitBreakerDecision{});
  CHECK(breaker.observe(235'858, kOpen + 21 * kMinute).level == 2);
  CHECK(breaker.observe(235'858, kOpen + 40 * kMinute) == CircuitBreakerDecision{});
}

TEST_CASE("NYSE 7.12: levels 1 and 2 halt up to and including 15:25") {
  CircuitBreaker at_cutoff = started();
  CHECK(at_cutoff.observe(250'000, kCutoff).level == 1);
  CircuitBreaker after = started();
  CHECK(after.observe(230'000, kCutoff + 1) == CircuitBreakerDecision{});
}

TEST_CASE("NYSE 7.12: a decline of 20 % halts for the rest of the day at any time") {
  CircuitBreaker breaker = started();
  CHECK(breaker.observe(216'881, kCutoff + kMinute) == CircuitBreakerDecision{3, true, INT64_MAX});
  CHECK(breaker.observe(260'000, kCutoff + 2 * kMinute) == CircuitBreakerDecision{0, true, INT64_MAX});
  breaker.start_day(kReference, kOpen, kCutoff);
  CHECK(breaker.observe(260'000, kOpen) == CircuitBreakerDecision{});
}

TEST_CASE("a fall through two levels counts as the deeper, and the shallower one is spent") {
  CircuitBreaker breaker = started();
  CHECK(breaker.observe(230'000, kOpen).level == 2);
  CHECK(breaker.observe(250'000, kOpen + 20 * kMinute) == CircuitBreakerDecision{});
}

TEST_CASE("what comes before the open says nothing") {
  CircuitBreaker breaker = started();
  CHECK(breaker.observe(100'000, kOpen - 1) == CircuitBreakerDecision{});
  CHECK(breaker.observe(100'000, kOpen).level == 3);
}

TEST_CASE("a decline that is reached exactly counts") {
  CircuitBreaker breaker;
  breaker.start_day(10'000, 0, 100);
  CHECK(breaker.observe(9'301, 0).level == 0);
  CHECK(breaker.observe(9'300, 1).level == 1);
  CHECK(breaker.observe(8'700, 2).level == 2);
  CHECK(breaker.observe(8'000, 3).level == 3);
}

TEST_CASE("other venues have other levels") {
  const CircuitBreakerLevel levels[] = {{800, 20 * kMinute, false}, {1'500, 20 * kMinute, false}};
  CircuitBreaker breaker(levels);
  breaker.start_day(10'000, 0, 0);
  CHECK(breaker.observe(9'200, 5).until == 5 + 20 * kMinute);
  CHECK(breaker.levels().size() == 2);
}

TEST_CASE("tables and observations that make no sense are refused") {
  using Rows = std::initializer_list<CircuitBreakerLevel>;
  for (const Rows& rows :
       {Rows{}, Rows{{700}, {700}}, Rows{{0}}, Rows{{10'001}}, Rows{{700, -1}}, Rows{{1}, {2}, {3}, {4}, {5}}}) {
    CHECK_THROWS_AS(CircuitBreaker({rows.begin(), rows.size()}), Error);
  }
  CircuitBreaker breaker;
  CHECK_THROWS_AS(breaker.observe(1, 1), Error);
  CHECK_THROWS_AS(breaker.start_day(0, 0, 0), Error);
  CHECK_THROWS_AS(breaker.start_day(1, 1, 0), Error);
  breaker.start_day(100, 0, 10);
  breaker.observe(100, 5);
  CHECK_THROWS_AS(breaker.observe(100, 4), Error);
  CHECK_THROWS_AS(breaker.observe(-1, 5), Error);
}

}  // namespace
