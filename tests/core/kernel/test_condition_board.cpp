// Conditions become true when their indicators say so, wake whoever watches once, and know nothing before that.
#include <memory>
#include <vector>

#include "decimal/error.hpp"
#include "doctest/doctest.h"
#include "indicators/moving_averages.hpp"
#include "kernel/condition_board.hpp"

using namespace pytrader;
using Relation = ConditionBoard::Relation;

namespace {

// Two series, with an average of one close on each: its value is the close.
struct Scene {
  Sma quick{1};
  Sma calm{3};
  Sma other{1};
  ConditionBoard board;

  Operand a() const { return {&quick, 0}; }
  Operand b() const { return {&calm, 0}; }
  Operand c() const { return {&other, 1}; }

  std::vector<WatchId> close(i64 price) {
    BarRecord bar{};
    bar.close = price;
    quick.update(bar);
    calm.update(bar);
    return board.has(0) ? board.update(0) : std::vector<WatchId>{};
  }
  std::vector<WatchId> close_other(i64 price) {
    BarRecord bar{};
    bar.close = price;
    other.update(bar);
    return board.update(1);
  }
};

using Fired = std::vector<WatchId>;

}  // namespace

TEST_CASE("a condition is unknown until all of its indicators are ready, and so is its inverse") {
  Scene scene;
  const Operand calm = scene.b();
  const ConditionId above = scene.board.relation(Relation::above, scene.a(), &calm, {});
  const ConditionId not_above = scene.board.inverse(above);
  const WatchId rises = scene.board.watch(0, above);
  const WatchId falls = scene.board.watch(0, not_above);
  CHECK(scene.close(10) == Fired{});
  CHECK(scene.close(20) == Fired{});
  CHECK(scene.board.truth(above) == Truth::unknown);
  CHECK(scene.board.truth(not_above) == Truth::unknown);
  CHECK(scene.close(30) == Fired{rises});  // 30 against (10 + 20 + 30) / 3
  CHECK(scene.close(40) == Fired{});       // still true
  CHECK(scene.close(10) == Fired{falls});
}

TEST_CASE("a crossing is true at the one update at which it comes about, and a tie is neither side") {
  Scene scene;
  const ConditionId up = scene.board.relation(Relation::crosses_above, scene.a(), nullptr, {100, 1});
  const ConditionId down = scene.board.relation(Relation::crosses_below, scene.a(), nullptr, {100, 1});
  const WatchId rises = scene.board.watch(0, up);
  const WatchId falls = scene.board.watch(0, down);
  CHECK(scene.close(110) == Fired{});  // what it was before is not known
  CHECK(scene.close(100) == Fired{});
  CHECK(scene.close(101) == Fired{rises});
  CHECK(scene.board.truth(up) == Truth::yes);
  CHECK(scene.close(102) == Fired{});
  CHECK(scene.board.truth(up) == Truth::no);
  CHECK(scene.close(100) == Fired{});
  CHECK(scene.close(99) == Fired{falls});
}

TEST_CASE("a threshold between two ticks is exact") {
  Scene scene;
  const WatchId watch = scene.board.watch(0, scene.board.relation(Relation::above, scene.a(), nullptr, {201, 2}));
  CHECK(scene.close(100) == Fired{});
  CHECK(scene.close(101) == Fired{watch});
}

TEST_CASE("both, either and inverse follow what is known of their parts") {
  Scene scene;
  const ConditionId high = scene.board.relation(Relation::above, scene.a(), nullptr, {100, 1});
  const ConditionId far = scene.board.relation(Relation::above, scene.c(), nullptr, {50, 1});
  const ConditionId both = scene.board.both(high, far);
  const ConditionId either = scene.board.either(high, far);
  scene.close(90);
  CHECK(scene.board.truth(both) == Truth::no);  // whatever the other is
  CHECK(scene.board.truth(either) == Truth::unknown);
  scene.close(110);
  CHECK(scene.board.truth(both) == Truth::unknown);
  CHECK(scene.board.truth(either) == Truth::yes);
  const WatchId watch = scene.board.watch(3, both);
  CHECK(scene.close_other(51) == Fired{watch});
  CHECK(scene.board.strategy_of(watch) == 3);
  CHECK(scene.board.truth(scene.board.inverse(both)) == Truth::no);
}

TEST_CASE("equal questions are one condition") {
  Scene scene;
  const Operand calm = scene.b();
  const ConditionId first = scene.board.relation(Relation::above, scene.a(), &calm, {});
  const std::size_t size = scene.board.size();
  CHECK(scene.board.relation(Relation::above, scene.a(), &calm, {}) == first);
  CHECK(scene.board.size() == size);
  CHECK(scene.board.relation(Relation::below, scene.a(), &calm, {}) != first);
  CHECK(scene.board.size() == size + 1);  // the comparison itself is shared
}

TEST_CASE("watches fire in the order in which they were asked for") {
  Scene scene;
  const ConditionId low = scene.board.relation(Relation::below, scene.a(), nullptr, {10, 1});
  const ConditionId lower = scene.board.relation(Relation::below, scene.a(), nullptr, {5, 1});
  const WatchId first = scene.board.watch(0, lower);
  const WatchId second = scene.board.watch(1, low);
  const WatchId third = scene.board.watch(0, lower);
  CHECK(scene.close(4) == Fired{first, second, third});
}

TEST_CASE("a condition that is true when it is asked for fires at the next update, though nothing moved") {
  Scene scene;
  const ConditionId low = scene.board.relation(Relation::below, scene.a(), nullptr, {10, 1});
  scene.close(4);
  CHECK(scene.board.truth(low) == Truth::yes);
  const WatchId watch = scene.board.watch(0, low);
  CHECK(scene.close(4) == Fired{watch});
  CHECK(scene.close(4).empty());
}

TEST_CASE("bars foreseen pass up to the one that changes a condition, and nothing fires with them") {
  Scene scene;
  const WatchId watch =
      scene.board.watch(0, scene.board.relation(Relation::crosses_above, scene.a(), nullptr, {19, 2}));
  CHECK_FALSE(scene.board.is_settled(0));  // the watch is new
  scene.close(4);
  CHECK_FALSE(scene.board.is_settled(0));  // a crossing may follow from what it was before
  scene.close(5);
  CHECK(scene.board.is_settled(0));
  BarRecord bars[4]{};
  for (int i = 0; i < 4; ++i) bars[i].close = 7 + i;
  CHECK(scene.quick.foresee(bars, 4) == 4);
  CHECK(scene.board.pass_foreseen(0, 4) == 3);  // 10 is above
  scene.quick.take_foreseen(3);
  CHECK(scene.quick.value() == 9);
  CHECK(scene.board.fired().empty());
  CHECK(scene.close(10) == Fired{watch});
  CHECK_FALSE(scene.board.is_settled(0));
  CHECK(scene.close(10) == Fired{});
  CHECK(scene.board.is_settled(0));
}

TEST_CASE("a condition that does not exist is refused by name") {
  Scene scene;
  CHECK_THROWS_WITH_AS(scene.board.watch(0, 7), "conditions: there is no condition 7; the run has 0", Error);
  CHECK_THROWS_AS(scene.board.both(0, 0), Error);
  CHECK_THROWS_AS(scene.board.inverse(1), Error);
}
