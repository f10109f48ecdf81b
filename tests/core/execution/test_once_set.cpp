// A key is added once, by exactly one of all who try, in any number of threads.
#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

#include "doctest/doctest.h"
#include "execution/once_set.hpp"

using namespace pytrader;

TEST_CASE("only the first to add a key is told so") {
  OnceSet keys;
  CHECK(keys.add_if_absent(7));
  CHECK_FALSE(keys.add_if_absent(7));
  CHECK(keys.add_if_absent(std::string("7")));
  CHECK_FALSE(keys.add_if_absent(std::string("7")));
  CHECK(keys.contains(7));
  CHECK_FALSE(keys.contains(8));
  CHECK(keys.contains(std::string("7")));
  CHECK(keys.size() == 2);
}

TEST_CASE("a key too many is refused, and one that is known is not") {
  OnceSet keys(2);
  CHECK(keys.add_if_absent(1));
  CHECK(keys.add_if_absent(2));
  CHECK_THROWS_AS(keys.add_if_absent(3), Error);
  CHECK_FALSE(keys.add_if_absent(2));
  CHECK(keys.size() == 2);
  CHECK_THROWS_AS(OnceSet(0), Error);
  CHECK_THROWS_AS(OnceSet(OnceSet::kMostKeys + 1), Error);
}

TEST_CASE("threads that race for the same keys win each of them once") {
  constexpr u64 kKeys = 5'000;
  OnceSet keys;
  std::atomic<u64> wins{0};
  std::vector<std::thread> threads;
  for (u64 thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&keys, &wins, thread] {
      for (u64 i = 0; i < kKeys; ++i) {
        const u64 key = thread % 2 == 0 ? i : kKeys - 1 - i;
        wins += keys.add_if_absent(key);
        wins += keys.add_if_absent("exit:" + std::to_string(key));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(wins == 2 * kKeys);
  CHECK(keys.size() == 2 * kKeys);
  std::vector<u64> numbers = keys.numbers();
  std::sort(numbers.begin(), numbers.end());
  REQUIRE(numbers.size() == kKeys);
  CHECK(numbers.front() == 0);
  CHECK(numbers.back() == kKeys - 1);
  CHECK(keys.texts().size() == kKeys);
}
