// Conditions become true when their indicators say so, wake whoever watches once, and know nothing before that.
#include <memory>
#include <vector>

#include "decimal/error.hpp"
#include "doctest/doctest.h"
#include "draws.hpp"
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
  i64 now = 0;

  Operand a() const { return {&quick, 0}; }
  Operand b() const { return {&calm, 0}; }
  Operand c() const { return {&other, 1}; }

  std::vector<WatchId> close(i64 price) {
    BarRecord bar{};
    bar.close = price;
    quick.update(bar);
    calm.update(bar);
    return board.update(0, ++now);
  }
  // At the time of the close before, if not after it.
  std::vector<WatchId> close_other(i64 price, bool later = true) {
    BarRecord bar{};
    bar.close = price;
    other.update(bar);
    return board.update(1, later ? ++now : now);
  }
};

using Fired = std::vector<WatchId>;

// Conditions by the letter: each is worked out anew from all that its relations have been.
class NaiveConditions {
 public:
  struct Relation {
    ConditionBoard::Relation kind;
    const Indicator* a;
    const Indicator* b;  // null: a price
    i64 price;
    bool by_series[2];
    std::vector<std::pair<i64, int>> orders;  // with the times of the updates at which both were ready
  };
  struct Made {
    int kind;  // 0: a relation; 1: both, 2: either, 3: inverse
    std::size_t left, right;
  };
  std::vector<Relation> relations;
  std::vector<Made> made;
  std::vector<Truth> before;  // of each of them, which are all watched

  Truth truth(std::size_t id, i64 now) const {
    const Made& at = made[id];
    if (at.kind == 0) return truth_of(relations[at.left], now);
    const Truth a = truth(at.left, now);
    const Truth b = at.kind == 3 ? a : truth(at.right, now);
    if (a == Truth::unknown || b == Truth::unknown) return Truth::unknown;
    if (at.kind == 3) return a == Truth::yes ? Truth::no : Truth::yes;
    const int holding = (a == Truth::yes ? 1 : 0) + (b == Truth::yes ? 1 : 0);
    return holding >= (at.kind == 1 ? 2 : 1) ? Truth::yes : Truth::no;
  }
  bool has(std::size_t id, int series) const {
    const Made& at = made[id];
    if (at.kind == 0) return relations[at.left].by_series[series];
    return has(at.left, series) || (at.kind != 3 && has(at.right, series));
  }
  Fired update(int series, i64 now) {
    for (Relation& each : relations) {
      if (!each.by_series[series] || !each.a->ready() || (each.b != nullptr && !each.b->ready())) continue;
      each.orders.push_back({now, each.b != nullptr ? compare(*each.a, *each.b) : compare(*each.a, {each.price, 1})});
    }
    before.resize(made.size(), Truth::unknown);
    Fired fired;
    for (std::size_t id = 0; id < made.size(); ++id) {
      if (!has(id, series)) continue;
      const Truth is = truth(id, now);
      if (is == Truth::yes && before[id] != Truth::yes) fired.push_back(static_cast<WatchId>(id));
      before[id] = is;
    }
    return fired;
  }

 private:
  static Truth truth_of(const Relation& relation, i64 now) {
    using Kind = ConditionBoard::Relation;
    const bool crosses = relation.kind == Kind::crosses_above || relation.kind == Kind::crosses_below;
    const int sign = relation.kind == Kind::above || relation.kind == Kind::crosses_above ? 1 : -1;
    const std::size_t count = relation.orders.size();
    if (count < (crosses ? 2 : 1)) return Truth::unknown;
    const auto [ts, order] = relation.orders[count - 1];
    if (!crosses) return order * sign > 0 ? Truth::yes : Truth::no;
    return order * sign > 0 && relation.orders[count - 2].second * sign <= 0 && ts == now ? Truth::yes : Truth::no;
  }
};

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

TEST_CASE("both, either and inverse are unknown until all of their parts are known") {
  Scene scene;
  const ConditionId high = scene.board.relation(Relation::above, scene.a(), nullptr, {100, 1});
  const ConditionId far = scene.board.relation(Relation::above, scene.c(), nullptr, {50, 1});
  const ConditionId both = scene.board.both(high, far);
  const ConditionId either = scene.board.either(high, far);
  const ConditionId not_both = scene.board.inverse(both);
  CHECK(scene.board.watch(0, not_both) == 0);
  CHECK(scene.board.watch(0, either) == 1);
  for (const i64 price : {90, 110}) {
    CHECK(scene.close(price) == Fired{});
    for (const ConditionId id : {both, either, not_both}) CHECK(scene.board.truth(id) == Truth::unknown);
  }
  const WatchId watch = scene.board.watch(3, both);
  CHECK(scene.close_other(51) == Fired{1, watch});
  CHECK(scene.board.strategy_of(watch) == 3);
  CHECK(scene.board.truth(not_both) == Truth::no);
}

TEST_CASE("either fires once the slower of its averages is ready") {
  Scene scene;
  const WatchId watch =
      scene.board.watch(0, scene.board.either(scene.board.relation(Relation::above, scene.a(), nullptr, {50, 1}),
                                              scene.board.relation(Relation::above, scene.b(), nullptr, {50, 1})));
  CHECK(scene.close(100) == Fired{});
  CHECK(scene.close(100) == Fired{});
  CHECK(scene.close(100) == Fired{watch});
}

TEST_CASE("a crossing counts with other series of its own time, and not later") {
  for (const bool later : {false, true}) {
    CAPTURE(later);
    Scene scene;
    const ConditionId up = scene.board.relation(Relation::crosses_above, scene.a(), nullptr, {100, 1});
    const ConditionId high = scene.board.relation(Relation::above, scene.c(), nullptr, {100, 1});
    const WatchId both = scene.board.watch(0, scene.board.both(up, high));
    const WatchId other = scene.board.watch(0, scene.board.both(scene.board.inverse(up), high));
    scene.close_other(99);
    CHECK(scene.close(99) == Fired{});
    CHECK(scene.close(101) == Fired{});
    CHECK(scene.close_other(101, later) == Fired{later ? other : both});
    CHECK(scene.board.truth(up) == (later ? Truth::no : Truth::yes));
    // Nothing moves, but time goes on.
    CHECK(scene.close_other(101) == (later ? Fired{} : Fired{other}));
    CHECK(scene.board.truth(up) == Truth::no);
  }
}

TEST_CASE("a crossing that is over can come about again in what is made of two, though nothing else moved") {
  Scene scene;
  const ConditionId up = scene.board.relation(Relation::crosses_above, scene.a(), nullptr, {100, 1});
  const ConditionId down = scene.board.relation(Relation::crosses_below, scene.a(), nullptr, {100, 1});
  const ConditionId high = scene.board.relation(Relation::above, scene.c(), nullptr, {100, 1});
  const WatchId watch = scene.board.watch(0, scene.board.both(scene.board.either(up, down), high));
  scene.close_other(101);
  scene.close(99);
  scene.close(99);
  CHECK(scene.close(101) == Fired{watch});
  CHECK_FALSE(scene.board.is_settled(1));
  CHECK(scene.close_other(101) == Fired{});
  CHECK(scene.board.is_settled(1));
  CHECK(scene.close(99) == Fired{watch});
}

TEST_CASE("time that goes on ends a crossing before its series has another value") {
  Scene scene;
  const ConditionId up = scene.board.relation(Relation::crosses_above, scene.a(), nullptr, {100, 1});
  const ConditionId still = scene.board.inverse(up);
  scene.board.relation(Relation::above, scene.a(), nullptr, {201, 2});
  scene.close(99);
  scene.board.pass(++scene.now);
  CHECK(scene.board.truth(up) == Truth::unknown);  // a value before is known at the next one
  scene.close(101);
  scene.board.pass(scene.now);
  CHECK(scene.board.truth(up) == Truth::yes);
  scene.board.pass(++scene.now);
  CHECK(scene.board.truth(up) == Truth::no);
  CHECK(scene.board.truth(still) == Truth::yes);
  // One that is made now does not hold either.
  CHECK(scene.board.truth(scene.board.relation(Relation::crosses_above, scene.a(), nullptr, {201, 2})) == Truth::no);
  CHECK(scene.close(102) == Fired{});
}

TEST_CASE("what is made after an update, while strategies hear of its value, is looked at with it") {
  Scene scene;
  const ConditionId high = scene.board.relation(Relation::above, scene.a(), nullptr, {100, 1});
  const WatchId first = scene.board.watch(0, high);
  scene.close(99);
  CHECK(scene.close(101) == Fired{first});
  const WatchId second = scene.board.watch(0, high);
  const WatchId crossing =
      scene.board.watch(0, scene.board.relation(Relation::crosses_above, scene.a(), nullptr, {100, 1}));
  const ConditionId late = scene.board.relation(Relation::crosses_above, scene.a(), nullptr, {98, 1});
  const WatchId none = scene.board.watch(0, late);
  CHECK(scene.board.update_new(0) == Fired{first, second, crossing});
  CHECK(scene.board.truth(late) == Truth::no);  // it has had the value twice
  scene.close(97);
  CHECK(scene.close(99) == Fired{none});
  CHECK(scene.board.update_new(0) == Fired{none});
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

TEST_CASE("conditions of any make are what they are by the letter, and fire with it") {
  std::size_t fired = 0;
  for (u64 seed = 1; seed <= 200; ++seed) {
    CAPTURE(seed);
    Draws draws{seed};
    Scene scene;
    NaiveConditions naive;
    const Operand operands[] = {scene.a(), scene.b(), scene.c()};
    std::vector<ConditionId> ids;
    for (int i = 0; i < 12; ++i) {
      const auto relation = static_cast<Relation>(draws.below(4));
      const Operand& a = operands[draws.below(3)];
      const Operand& b = operands[draws.below(3)];
      const bool priced = draws.below(2) == 0;
      const auto left = static_cast<std::size_t>(draws.below(i + 1));
      const auto right = static_cast<std::size_t>(draws.below(i + 1));
      const int kind = i < 4 ? 0 : static_cast<int>(draws.below(4));
      if (kind == 0) {
        const i64 price = 99 + draws.below(3);
        const bool first = a.series == 0 || (!priced && b.series == 0);
        const bool second = a.series == 1 || (!priced && b.series == 1);
        naive.made.push_back({0, naive.relations.size(), 0});
        naive.relations.push_back({relation, a.indicator, priced ? nullptr : b.indicator, price, {first, second}, {}});
        ids.push_back(
            scene.board.relation(relation, a, priced ? nullptr : &b, priced ? Fraction{price, 1} : Fraction{}));
      } else {
        const std::size_t one = left % ids.size();
        const std::size_t two = right % ids.size();
        naive.made.push_back({kind, one, two});
        ids.push_back(kind == 1   ? scene.board.both(ids[one], ids[two])
                      : kind == 2 ? scene.board.either(ids[one], ids[two])
                                  : scene.board.inverse(ids[one]));
      }
    }
    for (const ConditionId id : ids) scene.board.watch(0, id);
    for (int step = 0; step < 120; ++step) {
      const bool other = draws.below(3) == 0;
      const bool later = draws.below(2) == 0;
      const i64 price = 98 + draws.below(5);
      const Fired heard = other ? scene.close_other(price, later) : scene.close(price);
      const Fired by_the_letter = naive.update(other ? 1 : 0, scene.now);
      REQUIRE(heard == by_the_letter);
      fired += heard.size();
      if (draws.below(4) == 0) scene.board.pass(++scene.now);
      if (draws.below(2) == 0) continue;
      scene.board.pass(scene.now);
      for (std::size_t i = 0; i < ids.size(); ++i) REQUIRE(scene.board.truth(ids[i]) == naive.truth(i, scene.now));
    }
  }
  CHECK(fired > 10'000);
}

TEST_CASE("a condition that does not exist is refused by name") {
  Scene scene;
  CHECK_THROWS_WITH_AS(scene.board.watch(0, 7), "conditions: there is no condition 7; the run has 0", Error);
  CHECK_THROWS_AS(scene.board.both(0, 0), Error);
  CHECK_THROWS_AS(scene.board.inverse(1), Error);
}
