// Timers fire in order of time, then of creation, and leave nothing behind.
#include <algorithm>
#include <vector>

#include "doctest/doctest.h"
#include "kernel/timer_queue.hpp"

using namespace pytrader;

TEST_CASE("timers due at one time fire in the order of their creation") {
  TimerQueue timers;
  timers.set(0, 50, 0, 1);
  timers.set(0, 10, 0, 2);
  timers.set(1, 10, 0, 3);
  CHECK(timers.next_due() == 10);
  CHECK(timers.pop().name == 2);
  CHECK(timers.pop().name == 3);
  CHECK(timers.pop().name == 1);
  CHECK(timers.size() == 0);
  CHECK(timers.next_due() == INT64_MAX);
}

TEST_CASE("a repeating timer moves on by its interval without drift") {
  TimerQueue timers;
  timers.set(0, 100, 25, 7);
  CHECK(timers.pop().due == 100);
  CHECK(timers.pop().due == 125);
  CHECK(timers.next_due() == 150);
}

TEST_CASE("a repeating timer ends at the end of time instead of wrapping") {
  TimerQueue timers;
  timers.set(0, INT64_MAX - 1, 10, 7);
  CHECK(timers.pop().due == INT64_MAX - 1);
  CHECK(timers.size() == 0);
}

TEST_CASE("only its own strategy cancels a timer, and only once") {
  TimerQueue timers;
  const TimerId id = timers.set(3, 5, 0, 0);
  CHECK_FALSE(timers.cancel(2, id));
  CHECK(timers.cancel(3, id));
  CHECK_FALSE(timers.cancel(3, id));
  CHECK_FALSE(timers.cancel(3, 999));
  CHECK(timers.size() == 0);
}

TEST_CASE("random timers fire like a sorted list") {
  TimerQueue timers;
  std::vector<Timer> twin;
  u64 random = 88172645463325252ULL;
  const auto next = [&random](u64 below) {
    random ^= random << 13;
    random ^= random >> 7;
    random ^= random << 17;
    return random % below;
  };
  const auto earlier = [](const Timer& a, const Timer& b) {
    return a.due != b.due ? a.due < b.due : a.timer_id < b.timer_id;
  };
  for (int step = 0; step < 20'000; ++step) {
    const u64 what = next(10);
    if (what < 5) {
      const i64 due = static_cast<i64>(next(50));
      const TimerId id = timers.set(0, due, 0, 9);
      twin.push_back(Timer{due, 0, id, 0, 9});
    } else if (what < 7 && !twin.empty()) {
      const std::size_t victim = next(twin.size());
      REQUIRE(timers.cancel(0, twin[victim].timer_id));
      twin.erase(twin.begin() + static_cast<std::ptrdiff_t>(victim));
    } else if (!twin.empty()) {
      const auto first = std::min_element(twin.begin(), twin.end(), earlier);
      const Timer fired = timers.pop();
      REQUIRE(fired.timer_id == first->timer_id);
      REQUIRE(fired.due == first->due);
      twin.erase(first);
    }
    REQUIRE(timers.size() == twin.size());
  }
}
