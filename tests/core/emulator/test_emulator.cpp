// Which orders the emulator fires, at what price, in what order, and what it costs.
#include <ostream>

#include "decimal/error.hpp"
#include "doctest/doctest.h"
#include "emulator/emulator.hpp"
#include "emulator_scene.hpp"

using namespace pytrader;

namespace {

using List = std::vector<Heard>;

List fired(ClientOrderId id, i64 stop) {
  return {{id, stop, true}};
}
List moved(ClientOrderId id, i64 stop) {
  return {{id, stop, false}};
}

constexpr TriggerType kTriggers[] = {TriggerType::last, TriggerType::bid_ask, TriggerType::mid, TriggerType::mark};

// Tells the price that an order of this trigger and side looks at; what it must not look at is far away from it.
List tell(EmulatorScene& scene, TriggerType trigger, Side side, i64 price) {
  switch (trigger) {
    case TriggerType::bid_ask:
      return side == Side::buy ? scene.quote(price - 50, price) : scene.quote(price, price + 50);
    case TriggerType::mid:
      return scene.quote(price - 50, price + 50);
    case TriggerType::mark:
      return scene.mark(price);
    default:
      return scene.last(price);
  }
}

}  // namespace

TEST_CASE("each type on each side fires at its price by each trigger, and not before") {
  constexpr OrderType kTypes[] = {OrderType::stop, OrderType::stop_limit, OrderType::market_if_touched,
                                  OrderType::limit_if_touched};
  for (const TriggerType trigger : kTriggers) {
    for (const Side side : kSides) {
      for (const OrderType type : kTypes) {
        CAPTURE(to_text(trigger));
        CAPTURE(to_text(side));
        CAPTURE(to_text(type));
        const bool if_touched = type == OrderType::market_if_touched || type == OrderType::limit_if_touched;
        const i64 away = (side == Side::buy) != if_touched ? -1 : 1;  // where the price comes from
        EmulatorScene scene;
        CHECK(scene.hold(7, waiting(side, type, 1000, trigger)) == 1000);
        CHECK(tell(scene, trigger, side, 1000 + 30 * away).empty());
        CHECK(tell(scene, trigger, side, 1000 + away).empty());
        CHECK(tell(scene, trigger, side, 1000) == fired(7, 1000));
        CHECK(scene.emulator.empty());
        CHECK(tell(scene, trigger, side, 1000).empty());
        scene.hold(8, waiting(side, type, 1000, trigger));
        CHECK(tell(scene, trigger, side, 1000 - 40 * away) == fired(8, 1000));
      }
    }
  }
}

TEST_CASE("a trailing stop follows by each trigger on each side and fires at the stop that it has come to") {
  for (const TriggerType trigger : kTriggers) {
    for (const Side side : kSides) {
      CAPTURE(to_text(trigger));
      CAPTURE(to_text(side));
      const i64 better = side == Side::sell ? 1 : -1;
      NewOrder order = trailing(side, 10, kNoPrice, 0, TrailingUnit::ticks, trigger);
      EmulatorScene scene;
      CHECK(scene.hold(1, order) == kNoPrice);
      CHECK(tell(scene, trigger, side, 1000) == moved(1, 1000 - 10 * better));
      CHECK(tell(scene, trigger, side, 1000 - 5 * better).empty());
      scene.emulator.remove(1);
      order.order_type = OrderType::trailing_stop_limit;
      order.terms.limit_offset = 3;
      scene.hold(2, order);
      CHECK(tell(scene, trigger, side, 1000) == moved(2, 1000 - 10 * better));
      CHECK(tell(scene, trigger, side, 1000 + 20 * better) == moved(2, 1000 + 10 * better));
      CHECK(tell(scene, trigger, side, 1000 + 11 * better).empty());
      CHECK(tell(scene, trigger, side, 1000 + 10 * better) == fired(2, 1000 + 10 * better));
    }
  }
}

TEST_CASE("a buy waits for the best offer and a sell for the best bid; the other side moves neither") {
  EmulatorScene scene;
  scene.hold(1, waiting(Side::buy, OrderType::stop, 100, TriggerType::bid_ask));
  scene.hold(2, waiting(Side::sell, OrderType::stop, 90, TriggerType::bid_ask));
  CHECK(scene.quote(91, 99).empty());
  CHECK(scene.quote(99, kNoPrice).empty());
  CHECK(scene.quote(kNoPrice, 90).empty());
  CHECK(scene.last(100).empty());
  CHECK(scene.quote(90, 100) == List{{1, 100, true}, {2, 90, true}});
}

TEST_CASE("a mid price between two ticks has reached neither the higher from below nor the lower from above") {
  EmulatorScene scene;
  scene.hold(1, waiting(Side::buy, OrderType::stop, 101, TriggerType::mid));
  scene.hold(2, waiting(Side::sell, OrderType::stop, 100, TriggerType::mid));
  CHECK(scene.quote(100, 101).empty());
  CHECK(scene.quote(99, 102).empty());
  CHECK(scene.quote(100, 102) == fired(1, 101));
  CHECK(scene.quote(99, 101) == fired(2, 100));
  // Of prices below zero too: half way from -2 to -1 is neither.
  scene.hold(3, waiting(Side::buy, OrderType::stop, -1, TriggerType::mid));
  scene.hold(4, waiting(Side::sell, OrderType::stop, -2, TriggerType::mid));
  CHECK(scene.quote(-2, -1).empty());
}

TEST_CASE("an order that begins to trail at half a tick follows the tick that the mid price has come to") {
  EmulatorScene scene;
  const TriggerPrices now{kNoPrice, 99, 101, kNoPrice};
  scene.hold(1, trailing(Side::buy, 10, 102, 0, TrailingUnit::ticks, TriggerType::mid), now);
  CHECK(scene.quote(101, 104) == moved(1, 113));  // 102.5 has not come down to 102
  scene.hold(2, trailing(Side::sell, 10, 98, 0, TrailingUnit::ticks, TriggerType::mid), now);
  CHECK(scene.quote(97, 98) == List{{1, 108, false}, {2, 87, false}});
}

TEST_CASE(
    "at one event those that the price reached from below go first, lowest first, then the others, highest first") {
  EmulatorScene scene;
  scene.hold(1, waiting(Side::buy, OrderType::stop, 103));
  scene.hold(2, waiting(Side::buy, OrderType::stop, 101));
  scene.hold(3, waiting(Side::sell, OrderType::stop, 110));
  scene.hold(4, waiting(Side::sell, OrderType::stop, 115));
  scene.hold(5, waiting(Side::buy, OrderType::stop, 101));
  CHECK(scene.last(105) == List{{2, 101, true}, {5, 101, true}, {1, 103, true}, {4, 115, true}, {3, 110, true}});
}

TEST_CASE("trailing begins at the activation price from whichever side it is met") {
  for (const Side side : kSides) {
    for (const i64 activation : {90, 110}) {
      CAPTURE(to_text(side));
      CAPTURE(activation);
      EmulatorScene scene;
      CHECK(scene.hold(1, trailing(side, 5, activation), {.last = 100}) == kNoPrice);
      const i64 towards = activation > 100 ? 1 : -1;
      CHECK(scene.last(activation - towards).empty());
      CHECK(scene.last(activation) == moved(1, side == Side::sell ? activation - 5 : activation + 5));
    }
  }
}

TEST_CASE("at half a tick beside its activation price a trailing order waits for the other half") {
  for (const Side side : kSides) {
    for (const i64 activation : {100, 101}) {  // the mid price is 100.5
      CAPTURE(to_text(side));
      CAPTURE(activation);
      EmulatorScene scene;
      const NewOrder order = trailing(side, 5, activation, 0, TrailingUnit::ticks, TriggerType::mid);
      CHECK(scene.hold(1, order, {.bid = 100, .ask = 101}) == kNoPrice);
      CHECK(scene.quote(99, 102).empty());
      const i64 away = activation == 100 ? 1 : -1;
      CHECK(scene.quote(activation + away, activation + away).empty());
      CHECK(scene.quote(activation, activation) == moved(1, side == Side::sell ? activation - 5 : activation + 5));
    }
  }
}

TEST_CASE("an activation price that the market has met already lets it trail from the market of now") {
  EmulatorScene scene;
  CHECK(scene.hold(1, trailing(Side::sell, 5, 100), {.last = 100}) == 95);
  CHECK(scene.hold(2, trailing(Side::sell, 5), {.last = 100}) == 95);
  CHECK(scene.hold(3, trailing(Side::buy, 5, kNoPrice, 0, TrailingUnit::ticks, TriggerType::bid_ask),
                   {.last = 1, .bid = 98, .ask = 102}) == 107);
  CHECK(scene.hold(4, trailing(Side::sell, 5, kNoPrice, 0, TrailingUnit::ticks, TriggerType::mid),
                   {.bid = 100, .ask = 101}) == 95);
  CHECK(scene.hold(5, trailing(Side::buy, 5, kNoPrice, 0, TrailingUnit::ticks, TriggerType::mid),
                   {.bid = 100, .ask = 101}) == 106);
  CHECK(scene.hold(6, trailing(Side::buy, 5, kNoPrice, 0, TrailingUnit::ticks, TriggerType::mark), {.last = 9}) ==
        kNoPrice);
}

TEST_CASE("basis points of a price are rounded up to whole ticks, so that the stop is never nearer than asked for") {
  EmulatorScene scene;
  // 25 bp of 10001 are 25.0025 ticks, of 10000 exactly 25.
  CHECK(scene.hold(1, trailing(Side::sell, 25, kNoPrice, 0, TrailingUnit::basis_points), {.last = 10001}) == 9975);
  CHECK(scene.hold(2, trailing(Side::sell, 25, kNoPrice, 0, TrailingUnit::basis_points), {.last = 10000}) == 9975);
  CHECK(scene.hold(3, trailing(Side::buy, 25, kNoPrice, 0, TrailingUnit::basis_points), {.last = 10001}) == 10027);
}

TEST_CASE("a step moves the stop only once it can move that far") {
  EmulatorScene scene;
  scene.hold(1, trailing(Side::sell, 10, kNoPrice, 4), {.last = 100});
  CHECK(scene.last(103).empty());
  CHECK(scene.last(104) == moved(1, 94));
  CHECK(scene.last(107).empty());
  CHECK(scene.last(94) == fired(1, 94));
}

TEST_CASE("an order that is reached already is known before it is held") {
  const auto reached = [](const NewOrder& order, const TriggerPrices& now) {
    return Emulator::reached(order, now.reach(source_of(order.trigger_type, order.side)));
  };
  NewOrder order = waiting(Side::buy, OrderType::stop, 100, TriggerType::mid);
  CHECK_FALSE(reached(order, {}));
  CHECK_FALSE(reached(order, {.last = 200}));
  CHECK_FALSE(reached(order, {.bid = 99, .ask = 100}));
  CHECK(reached(order, {.bid = 99, .ask = 101}));
  order = waiting(Side::sell, OrderType::stop, 100, TriggerType::bid_ask);
  CHECK(reached(order, {.bid = 100, .ask = 300}));
  CHECK_FALSE(reached(order, {.bid = 101, .ask = 300}));
  order = waiting(Side::sell, OrderType::market_if_touched, 100, TriggerType::mark);
  CHECK(reached(order, {.mark = 101}));
  CHECK_FALSE(reached(trailing(Side::sell, 1), {.last = 100}));
}

TEST_CASE("a price between two ticks reaches the lower one from below and the higher one from above") {
  EmulatorScene scene(2);
  NewOrder order = waiting(Side::buy, OrderType::stop, 5);
  order.instrument = 1;
  CHECK_FALSE(scene.emulator.waits(1, PriceSource::last));
  scene.hold(1, order);
  order = waiting(Side::sell, OrderType::stop, 4);
  order.instrument = 1;
  scene.hold(2, order);
  CHECK(scene.emulator.waits(1, PriceSource::last));
  CHECK_FALSE(scene.emulator.waits(0, PriceSource::last));
  CHECK_FALSE(scene.emulator.waits(1, PriceSource::bid));
  const auto tell = [&](i64 from_below, i64 from_above) {
    std::vector<ClientOrderId> fired;
    Emulator::Output output;
    if (!scene.emulator.on_price(1, PriceSource::last, {from_below, from_above})) return fired;
    while (scene.emulator.next(output)) fired.push_back(output.client_order_id);
    return fired;
  };
  CHECK(tell(kNoPrice, kNoPrice).empty());
  CHECK(tell(4, 5).empty());
  CHECK(tell(3, 4) == std::vector<ClientOrderId>{2});
  CHECK(tell(5, 6) == std::vector<ClientOrderId>{1});
}

TEST_CASE("a replaced order queues behind the others at its new price; one that keeps its place does not") {
  EmulatorScene scene;
  scene.hold(1, waiting(Side::buy, OrderType::stop, 100));
  scene.hold(2, waiting(Side::buy, OrderType::stop, 101));
  scene.hold(3, waiting(Side::buy, OrderType::stop, 101));
  scene.emulator.replace(1, 101, false);
  scene.emulator.replace(2, 101, true);
  CHECK(scene.last(100).empty());
  CHECK(scene.last(101) == List{{2, 101, true}, {3, 101, true}, {1, 101, true}});
}

TEST_CASE("a removed order fires no more, and its room is used again") {
  EmulatorScene scene;
  for (ClientOrderId id = 1; id <= 100; ++id) {
    scene.hold(id, waiting(Side::buy, OrderType::stop, 100));
    scene.emulator.remove(id);
    scene.emulator.check();
  }
  CHECK(scene.emulator.empty());
  CHECK(scene.last(200).empty());
}

TEST_CASE("orders expire by their times, at one time by their entry") {
  EmulatorScene scene;
  NewOrder order = waiting(Side::buy, OrderType::stop, 100);
  order.time_in_force = TimeInForce::gtd;
  for (const auto& [id, time] : {std::pair<ClientOrderId, i64>{1, 30}, {2, 10}, {3, 30}, {4, 20}}) {
    order.terms.expire_time = time;
    scene.hold(id, order);
  }
  CHECK(scene.emulator.next_expiry() == 10);
  CHECK(scene.emulator.next_expired(9) == 0);
  CHECK(scene.emulator.next_expired(29) == 2);
  CHECK(scene.emulator.next_expired(29) == 4);
  CHECK(scene.emulator.next_expired(29) == 0);
  CHECK(scene.emulator.next_expired(30) == 1);
  CHECK(scene.last(100) == fired(3, 100));
  CHECK(scene.emulator.next_expiry() == INT64_MAX);
  CHECK(scene.emulator.next_expired(INT64_MAX) == 0);
}

TEST_CASE("an event that fires nothing comes to no book, however many orders are held") {
  EmulatorScene scene;
  for (ClientOrderId id = 1; id <= 10'000; ++id) {
    const i64 away = static_cast<i64>(id % 100) + 100;
    const TriggerType trigger = kTriggers[id % 4];
    const bool buys = id % 8 < 4;
    scene.hold(id, waiting(buys ? Side::buy : Side::sell, OrderType::stop, buys ? 1000 + away : 1000 - away, trigger));
  }
  for (i64 price = 910; price <= 1090; ++price) {
    CHECK_FALSE(scene.emulator.on_last(0, price));
    CHECK_FALSE(scene.emulator.on_quote(0, price - 5, price + 5));
    CHECK_FALSE(scene.emulator.on_mark(0, price));
  }
  CHECK(scene.emulator.visits() == 0);
  CHECK(scene.last(1100).size() == 50);
  CHECK(scene.emulator.visits() == 1);
}

TEST_CASE("instruments do not hear each other") {
  EmulatorScene scene(3);
  NewOrder order = waiting(Side::buy, OrderType::stop, 100);
  order.instrument = 2;
  scene.hold(1, order);
  CHECK(scene.last(100, 0).empty());
  CHECK(scene.last(100, 1).empty());
  CHECK(scene.last(100, 2) == fired(1, 100));
}

TEST_CASE("a saved emulator is refused where it does not fit, and nothing has changed then") {
  EmulatorScene scene;
  scene.hold(1, waiting(Side::buy, OrderType::stop, 100));
  scene.hold(2, trailing(Side::sell, 5), {.last = 100});
  const EmulatorState good = scene.emulator.save();
  CHECK_THROWS_WITH_AS(scene.emulator.restore(good), "emulator: it holds 2 orders; restore into one that holds none",
                       Error);
  const auto refused = [&](auto&& spoil, const char* says) {
    EmulatorState bad = good;
    spoil(bad);
    EmulatorScene fresh;
    CHECK_THROWS_WITH_AS(fresh.emulator.restore(bad), says, Error);
    CHECK(fresh.emulator.empty());
    fresh.emulator.check();
  };
  refused([](EmulatorState& s) { s.orders[1].client_order_id = 1; }, "emulator: the order 1 was saved twice");
  refused([](EmulatorState& s) { s.orders[0].client_order_id = 0; }, "emulator: the saved order 0 has no id");
  refused([](EmulatorState& s) { s.orders[0].instrument = 1; },
          "emulator: the saved order 1 waits for an instrument or a price that there is not");
  refused([](EmulatorState& s) { s.orders[0].source = 5; },
          "emulator: the saved order 1 waits for an instrument or a price that there is not");
  refused([](EmulatorState& s) { s.orders[0].rising = 2; },
          "emulator: the saved order 1 has a flag or a unit that is neither 0 nor 1");
  refused([](EmulatorState& s) { s.orders[0].expire_time = -1; }, "emulator: the saved order 1 expires before 1970");
  refused([](EmulatorState& s) { s.orders[0].queued = s.time + 1; },
          "emulator: the saved order 1 came at a time that the emulator did not have");
  refused([](EmulatorState& s) { s.orders[0].stop_price = kNoPrice; },
          "emulator: the saved order 1 waits for no price");
  refused([](EmulatorState& s) { s.orders[1].side = 0; },
          "emulator: the saved order 2 trails in a way that there is not");
  refused([](EmulatorState& s) { s.orders[1].rising = 1; },
          "emulator: the saved order 2 trails in a way that there is not");
  refused([](EmulatorState& s) { s.orders[1].extreme = kNoPrice; },
          "emulator: the saved order 2 has a stop price without the price that it follows, or the other way round");
}
