// Things on their way come out by due time and, at one time, in the order of their sending.
#include <algorithm>
#include <vector>

#include "../book/random_source.hpp"
#include "decimal/error.hpp"
#include "doctest/doctest.h"
#include "kernel/due_queue.hpp"

using namespace pytrader;

namespace {

struct Letter {
  i64 due = 0;
  int number = 0;
  bool at_once = false;
  friend bool operator==(const Letter&, const Letter&) = default;
};

}  // namespace

TEST_CASE("due queue: what overtakes comes out first, equals in the order of their sending") {
  DueQueue<Letter> queue(10, "full");
  for (const Letter& letter : {Letter{5, 0}, Letter{9, 1}, Letter{5, 2}, Letter{7, 3}, Letter{9, 4}})
    queue.push(letter);
  std::vector<int> order;
  for (; !queue.empty(); queue.pop()) order.push_back(queue.front().number);
  CHECK(order == std::vector<int>{0, 2, 3, 1, 4});
}

TEST_CASE("due queue: at one time what is taken at once comes before what was long on its way") {
  DueQueue<Letter> queue(10, "full");
  for (const Letter& letter : {Letter{9, 0}, Letter{5, 1}, Letter{5, 2, true}, Letter{5, 3}, Letter{5, 4, true}})
    queue.push(letter);
  std::vector<int> order;
  for (; !queue.empty(); queue.pop()) {
    order.push_back(queue.front().number);
    CHECK(queue.next_is_at_once() == queue.front().at_once);
  }
  CHECK(order == std::vector<int>{2, 4, 1, 3, 0});
  CHECK(!queue.next_is_at_once());
}

TEST_CASE("due queue: any mix of sending and arriving is that of a sorted list") {
  testing::RandomSource random(11);
  DueQueue<Letter> queue(100, "full");
  std::vector<Letter> naive;
  for (int step = 0; step < 20'000; ++step) {
    if (naive.size() < 100 && (naive.empty() || random.below(2) == 0)) {
      const Letter sent{static_cast<i64>(random.below(50)) + step / 100, step, random.below(3) == 0};
      if (step % 2 == 0) {
        queue.push(sent);
      } else {
        queue.push(sent.due, sent.at_once, [step](Letter& letter) { letter.number = step; });
      }
      naive.insert(std::upper_bound(naive.begin(), naive.end(), sent,
                                    [](const Letter& a, const Letter& b) {
                                      return a.due != b.due ? a.due < b.due : a.at_once && !b.at_once;
                                    }),
                   sent);
    } else {
      REQUIRE(queue.front() == naive.front());
      queue.pop();
      naive.erase(naive.begin());
    }
    REQUIRE(queue.size() == naive.size());
    REQUIRE(queue.next_due() == (naive.empty() ? INT64_MAX : naive.front().due));
    REQUIRE(queue.next_is_at_once() == (!naive.empty() && naive.front().at_once));
  }
}

TEST_CASE("due queue: the bound counts both those in order and those that overtake") {
  DueQueue<Letter> queue(3, "three at most");
  for (const i64 due : {9, 5, 7}) queue.push({due, 0});
  CHECK_THROWS_WITH_AS(queue.push({10, 0}), "three at most", Error);
  CHECK_THROWS_AS(queue.require_room(), Error);
  queue.pop();
  CHECK_NOTHROW(queue.push({10, 0}));
}
