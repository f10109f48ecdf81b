// The emulator against its naive twin on random markets, saved and restored on the way.
#include <ostream>

#include "../book/random_source.hpp"
#include "doctest/doctest.h"
#include "naive_emulator.hpp"

using namespace pytrader;

namespace {

constexpr TriggerType kTriggers[] = {TriggerType::last, TriggerType::bid_ask, TriggerType::mid, TriggerType::mark};
constexpr OrderType kTypes[] = {
    OrderType::stop,          OrderType::stop_limit,         OrderType::market_if_touched, OrderType::limit_if_touched,
    OrderType::trailing_stop, OrderType::trailing_stop_limit};
using testing::RandomSource;

constexpr u32 kInstruments = 2;

struct World {
  explicit World(u64 seed, i64 centre) : random(seed), middle(centre) {}

  RandomSource random;
  i64 middle;
  EmulatorScene scene{kInstruments};
  NaiveEmulator naive;
  TriggerPrices now[kInstruments];
  ClientOrderId last_id = 0;
  u64 events = 0;
  u64 fired = 0;
  u64 moved = 0;

  i64 near(i64 price, i64 range) { return price + static_cast<i64>(random.below(2 * range + 1)) - range; }

  NewOrder random_order() {
    NewOrder order =
        waiting(kSides[random.below(2)], kTypes[random.below(6)], near(middle, 40), kTriggers[random.below(4)]);
    order.instrument = static_cast<InstrumentIndex>(random.below(kInstruments));
    if (order.order_type != OrderType::trailing_stop && order.order_type != OrderType::trailing_stop_limit)
      return order;
    order.terms.stop_price = kNoPrice;
    const bool points = random.below(2) == 0;
    order.terms.trailing_unit = points ? 1 : 0;
    order.terms.trailing_offset = static_cast<i64>(points ? 1 + random.below(400) : 1 + random.below(20));
    if (random.below(2) == 0) order.terms.trailing_step = static_cast<i64>(1 + random.below(points ? 60 : 6));
    if (random.below(3) == 0) order.terms.activation_price = near(middle, 30);
    return order;
  }

  void hold_one() {
    NewOrder order = random_order();
    const TriggerPrices& market = now[order.instrument];
    if (Emulator::reached(order, market.reach(source_of(order.trigger_type, order.side)))) return;
    ++last_id;
    const i64 stop = scene.hold(last_id, order, market);
    REQUIRE(stop == naive.hold(last_id, order, market));
  }

  void change_one() {
    if (naive.orders.empty()) return;
    const NaiveEmulator::Waiting one = naive.orders[random.below(naive.orders.size())];
    if (random.below(2) == 0) {
      scene.emulator.remove(one.id);
      naive.remove(one.id);
    } else if (one.terms.trailing_offset == 0) {
      const i64 stop = near(one.stop, 10);
      scene.emulator.replace(one.id, stop, false);
      naive.replace(one.id, stop);
    }
  }

  void market_event() {
    const auto instrument = static_cast<InstrumentIndex>(random.below(kInstruments));
    TriggerPrices& market = now[instrument];
    ++events;
    std::vector<Heard> heard;
    std::vector<Heard> expected;
    switch (random.below(3)) {
      case 0:
        market.last = near(market.last == kNoPrice ? middle : market.last, 4);
        heard = scene.last(market.last, instrument);
        expected = naive.last(instrument, market.last);
        break;
      case 1:
        market.bid = random.below(20) == 0 ? kNoPrice : near(middle, 25);
        market.ask = random.below(20) == 0
                         ? kNoPrice
                         : (market.bid == kNoPrice ? middle : market.bid) + static_cast<i64>(1 + random.below(6));
        heard = scene.quote(market.bid, market.ask, instrument);
        expected = naive.quote(instrument, market.bid, market.ask);
        break;
      default:
        market.mark = near(middle, 25);
        heard = scene.mark(market.mark, instrument);
        expected = naive.mark(instrument, market.mark);
    }
    REQUIRE(heard == expected);
    for (const Heard& one : heard) ++(one.fired ? fired : moved);
    if (market.last != kNoPrice && (market.last > middle + 60 || market.last < middle - 60)) market.last = middle;
  }

  void restart() {
    const EmulatorState state = scene.emulator.save();
    EmulatorScene fresh(kInstruments);
    fresh.emulator.restore(state);
    fresh.emulator.check();
    REQUIRE(fresh.emulator.save() == state);
    scene.emulator = std::move(fresh.emulator);
  }

  void run(u64 steps) {
    for (u64 step = 0; step < steps; ++step) {
      const u64 what = random.below(10);
      if (what < 2 && naive.orders.size() < 40) {
        hold_one();
      } else if (what == 2) {
        change_one();
      } else {
        market_event();
      }
      if (random.below(500) == 0) restart();
      REQUIRE(scene.emulator.size() == naive.orders.size());
    }
  }
};

}  // namespace

TEST_CASE("the emulator fires and moves what its naive twin does, over restarts") {
  u64 events = 0;
  u64 fired = 0;
  u64 moved = 0;
  for (const i64 middle : {1000, 10, -300}) {
    World world(20 + static_cast<u64>(middle + 1000), middle);
    world.run(60'000);
    events += world.events;
    fired += world.fired;
    moved += world.moved;
  }
  CHECK(events >= 100'000);
  CHECK(fired > 5'000);
  CHECK(moved > 5'000);
}

TEST_CASE("a day that is split in two by a restart fires the same as one that is not") {
  World whole(7, 500);
  World split(7, 500);
  whole.run(3'000);
  split.run(3'000);
  split.restart();
  for (int step = 0; step < 3'000; ++step) {
    const i64 price = whole.near(500, 60);
    REQUIRE(whole.scene.last(price, 0) == split.scene.last(price, 0));
    REQUIRE(whole.scene.quote(price, price + 3, 1) == split.scene.quote(price, price + 3, 1));
  }
  CHECK(whole.scene.emulator.save() == split.scene.emulator.save());
}
