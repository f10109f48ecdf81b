// Synthetic prices: what they are, when they are judged, and which of their orders fire.
#include <string>

#include "doctest/doctest.h"
#include "synthetic_desk.hpp"

using namespace pytrader;

using Ids = std::vector<ClientOrderId>;

TEST_CASE("a stop on a spread is released when the exact spread reaches it, as a plain market order") {
  SyntheticDesk desk;
  desk.quote(0, 80, 81);
  desk.quote(1, 90, 91);  // the spread is sold at 80 - 91 = -11
  const ClientOrderId id = desk.kernel.submit(desk.waiting(Side::sell, OrderType::stop, kSpreadStop));
  CHECK(desk.status(id) == OrderStatus::emulated);
  CHECK(desk.kernel.order(id)->stop_price() == -12);
  desk.quote(2, 1, 2);  // no component
  desk.quote(0, 81, 81);
  CHECK(desk.sent().empty());
  desk.quote(1, 90, 93);
  REQUIRE(desk.sent() == Ids{id});
  CHECK(desk.port.sent[0].order_type == OrderType::market);
  CHECK(desk.port.sent[0].trigger_symbol == 0);
  CHECK(desk.port.sent[0].instrument == 0);
  const OrderEvent& triggered = desk.strategy.events[1];
  CHECK(triggered.exec_type == ExecType::triggered);
  CHECK(triggered.stop_price == -12);
  CHECK(desk.kernel.order(id)->stop_price() == kNoPrice);
  CHECK(desk.kernel.order(id)->trigger_symbol() == desk.spread);
  CHECK(desk.kernel.check());
}

TEST_CASE("every type and trigger waits for its own price of the spread") {
  SyntheticDesk desk;
  desk.quote(0, 80, 82);
  desk.quote(1, 90, 91);  // -11 x -8, mid -9.5
  desk.trade(0, 80);
  desk.trade(1, 90);  // last -10
  const ClientOrderId buy = desk.kernel.submit(desk.waiting(Side::buy, OrderType::stop, -7));
  const ClientOrderId touch = desk.kernel.submit(desk.waiting(Side::buy, OrderType::market_if_touched, -9));
  const ClientOrderId mid = desk.kernel.submit(desk.waiting(Side::sell, OrderType::stop, -10, TriggerType::mid));
  const ClientOrderId last = desk.kernel.submit(desk.waiting(Side::buy, OrderType::stop, -9, TriggerType::last));
  const ClientOrderId mark = desk.kernel.submit(desk.waiting(Side::sell, OrderType::stop, 3, TriggerType::mark));
  NewOrder limited = desk.waiting(Side::buy, OrderType::stop_limit, -7);
  limited.price = 85;
  const ClientOrderId limit = desk.kernel.submit(limited);
  CHECK(desk.sent().empty());
  desk.quote(0, 80, 81);  // -11 x -9, mid -10: the offer's orders go before the mid's
  CHECK(desk.sent() == Ids{touch, mid});
  desk.trade(0, 81);
  CHECK(desk.sent() == Ids{touch, mid, last});
  desk.kernel.apply_mark(0, {desk.now, desk.now, 5, 5}, desk.now);
  CHECK(desk.sent().size() == 3);
  desk.kernel.apply_mark(1, {desk.now, desk.now, 2, 2}, desk.now);
  desk.kernel.advance(desk.now);
  CHECK(desk.sent() == Ids{touch, mid, last, mark});
  desk.quote(0, 80, 83);
  CHECK(desk.sent() == Ids{touch, mid, last, mark, buy, limit});
  CHECK(desk.port.sent[5].order_type == OrderType::limit);
  CHECK(desk.port.sent[5].price == 85);
}

// A row of each component at the same time: neither of them alone makes a price.
TEST_CASE("rows of one time make one price") {
  SyntheticDesk desk;
  desk.quote(0, 80, 81);
  desk.quote(1, 90, 91);  // -11
  const ClientOrderId id = desk.kernel.submit(desk.waiting(Side::sell, OrderType::stop, kSpreadStop));
  const auto together = [&](i64 near, i64 far) {
    ++desk.now;
    desk.kernel.apply_quote(0, quote_row(desk.now, near, near + 1, 10, 10), desk.now);
    desk.kernel.apply_quote(1, quote_row(desk.now, far, far + 1, 10, 10), desk.now);
  };
  together(70, 80);  // -21 in between, then -11
  CHECK(desk.kernel.next_timer() == desk.now);
  desk.kernel.advance(desk.now);
  CHECK(desk.kernel.next_timer() == INT64_MAX);
  CHECK(desk.sent().empty());
  together(60, 71);  // -12
  CHECK(desk.sent().empty());
  ++desk.now;  // what is due happens before the next input
  desk.kernel.apply_quote(2, quote_row(desk.now, 1, 2, 10, 10), desk.now);
  CHECK(desk.sent() == Ids{id});
  CHECK(desk.kernel.order(id)->ts_last < desk.now);
}

TEST_CASE("a price that no order waits for is not computed") {
  SyntheticDesk desk;
  const u32 huge = desk.kernel.add_synthetic(SyntheticDesk::sum("HUGE", {{0, "1"}, {1, "1000000000"}}));
  desk.quote(0, 80, 81);
  desk.quote(1, 90, 91);
  NewOrder order = desk.waiting(Side::sell, OrderType::stop, -1'000);
  order.trigger_symbol = huge;
  const ClientOrderId id = desk.kernel.submit(order);
  desk.kernel.submit(desk.waiting(Side::sell, OrderType::stop, -1'000'000'000));
  ++desk.now;
  // Its order goes while the row that was noted for it waits to be judged.
  desk.kernel.apply_quote(1, quote_row(desk.now, 10'000'000'000, 10'000'000'001, 10, 10), desk.now);
  CHECK(desk.kernel.cancel({id, 0}));
  CHECK(desk.kernel.advance(desk.now));
  CHECK(desk.kernel.next_timer() == INT64_MAX);
  desk.quote(1, 11'000'000'000, 11'000'000'001);
  CHECK(desk.sent() == Ids{2});
}

TEST_CASE("where a side of a component is missing, or it does not trade continuously, nothing fires") {
  SyntheticDesk desk;
  desk.quote(0, 80, 81);
  const ClientOrderId id = desk.kernel.submit(desk.waiting(Side::sell, OrderType::stop, 1'000));
  CHECK(desk.status(id) == OrderStatus::emulated);
  desk.quote(1, 90, 91, 10, 0);
  CHECK(desk.sent().empty());
  desk.phase(1, TradingPhase::halt);
  desk.quote(1, 90, 91);
  desk.quote(0, 80, 82);
  CHECK(desk.sent().empty());
  desk.phase(1, TradingPhase::continuous);
  CHECK(desk.sent() == Ids{id});
}

TEST_CASE("one row fires the instrument's own orders first, then synthetic ones in order of registration") {
  SyntheticDesk desk;
  const u32 second = desk.kernel.add_synthetic(SyntheticDesk::sum("DOUBLE", {{0, "2"}}));
  desk.quote(0, 80, 81);
  desk.quote(1, 90, 91);
  NewOrder order = desk.waiting(Side::sell, OrderType::stop, 100);
  order.trigger_symbol = second;
  const ClientOrderId last = desk.kernel.submit(order);
  const ClientOrderId middle = desk.kernel.submit(desk.waiting(Side::sell, OrderType::stop, kSpreadStop));
  order = desk.waiting(Side::sell, OrderType::stop, 50);
  order.trigger_symbol = 0;
  order.flags = kEmulate;
  const ClientOrderId first = desk.kernel.submit(order);
  std::vector<std::size_t> sent;  // as strategies are told of each release
  desk.strategy.on_callback = [&](const Callback& callback) {
    const bool released =
        callback.kind == CallbackKind::order_event && callback.order_event->exec_type == ExecType::released;
    if (released) sent.push_back(desk.sent().size());
    return true;
  };
  desk.quote(0, 50, 51);
  CHECK(sent == std::vector<std::size_t>{1, 3, 3});
  CHECK(desk.sent() == Ids{first, middle, last});
}

TEST_CASE("between two ticks a trailing order waits for its activation, whichever of them that is") {
  for (const i64 activation : {-6, -5}) {
    CAPTURE(activation);
    SyntheticDesk desk;
    const u32 half = desk.kernel.add_synthetic(SyntheticDesk::sum("HALF", {{0, "0.5"}, {1, "-0.5"}}));
    desk.quote(0, 80, 81);
    desk.quote(1, 90, 91);  // half of -11
    NewOrder order = desk.waiting(Side::sell, OrderType::trailing_stop, kNoPrice);
    order.trigger_symbol = half;
    order.terms.trailing_offset = 3;
    order.terms.activation_price = activation;
    const ClientOrderId id = desk.kernel.submit(order);
    CHECK(desk.kernel.order(id)->stop_price() == kNoPrice);
    desk.quote(0, 91 + 2 * activation, 100);
    CHECK(desk.kernel.order(id)->stop_price() == activation - 3);
  }
}

TEST_CASE("without a trigger it is the last trade, or the quotes where a component has no trades") {
  SyntheticDesk desk;
  desk.quote(0, 80, 81);
  desk.quote(2, 10, 11);
  const u32 other = desk.kernel.add_synthetic(SyntheticDesk::sum("OTHER", {{0, "1"}, {2, "1"}}));
  const ClientOrderId last =
      desk.kernel.submit(desk.waiting(Side::sell, OrderType::stop, 5, TriggerType::venue_default));
  NewOrder order = desk.waiting(Side::sell, OrderType::stop, 85, TriggerType::venue_default);
  order.trigger_symbol = other;
  const ClientOrderId quoted = desk.kernel.submit(order);
  desk.quote(1, 1000, 1000);
  desk.quote(0, 75, 76);
  CHECK(desk.sent() == Ids{quoted});
  desk.trade(0, 10);
  desk.trade(1, 5);
  CHECK(desk.sent() == Ids{quoted, last});
}

TEST_CASE("a formula is registered once, and refused under a name that is taken") {
  SyntheticDesk desk;
  const u64 before = desk.kernel.digest();
  CHECK(desk.kernel.add_synthetic(SyntheticDesk::sum("CAL", {{1, "-1.00"}, {0, "1"}})) == desk.spread);
  CHECK(desk.kernel.digest() == before);
  CHECK_THROWS_WITH_AS(desk.kernel.add_synthetic(SyntheticDesk::sum("CAL", {{0, "1"}, {1, "-2"}})),
                       "synthetic CAL: this run has another formula or tick size under this name", Error);
  CHECK_THROWS_WITH_AS(desk.kernel.add_synthetic(SyntheticDesk::sum("FAR.SIM", {{0, "1"}})),
                       "synthetic FAR.SIM: an instrument has this name", Error);
  CHECK_THROWS_WITH_AS(desk.kernel.add_synthetic(SyntheticDesk::sum("NEW", {{3, "1"}})),
                       "synthetic NEW: instrument 3 does not exist; 3 were added", Error);
  CHECK(desk.kernel.add_synthetic(SyntheticDesk::sum("NEW", {{2, "1"}})) == desk.spread + 1);
  CHECK(desk.kernel.digest() != before);
  for (u32 i = desk.kernel.synthetics().size(); i < SyntheticBoard::kMaxSynthetics; ++i) {
    desk.kernel.add_synthetic(SyntheticDesk::sum("S" + std::to_string(i), {{2, "1"}}));
  }
  CHECK_THROWS_WITH_AS(desk.kernel.add_synthetic(SyntheticDesk::sum("MORE", {{2, "1"}})),
                       "a run holds at most 1024 synthetic prices", Error);
  SyntheticDesk::Port port;
  Kernel fresh(port);
  fresh.add_instrument(unit_instrument());
  fresh.add_synthetic(SyntheticDesk::sum("ONE", {{0, "1"}}));
  CHECK_THROWS_WITH_AS(fresh.add_instrument(unit_instrument("LATE")),
                       "kernel: an instrument can not be added after a synthetic price", Error);
}

TEST_CASE("which synthetic price an order waits for is part of the running hash") {
  const auto digest = [](bool second) {
    SyntheticDesk desk;
    const u32 other = desk.kernel.add_synthetic(SyntheticDesk::sum("OTHER", {{0, "1"}, {1, "-2"}}));
    desk.quote(0, 80, 81);
    NewOrder order = desk.waiting(Side::sell, OrderType::stop, -100);
    if (second) order.trigger_symbol = other;
    desk.kernel.submit(order);
    return desk.kernel.digest();
  };
  CHECK(digest(false) == digest(false));
  CHECK(digest(false) != digest(true));
}

TEST_CASE("a synthetic price beyond 64 bits is an error before anything changes") {
  SyntheticDesk desk;
  const u32 huge = desk.kernel.add_synthetic(SyntheticDesk::sum("HUGE", {{0, "1"}, {1, "1000000000"}}));
  desk.quote(0, 80, 81);
  desk.quote(1, 10'000'000'000, 10'000'000'001);
  NewOrder order = desk.waiting(Side::sell, OrderType::stop, 5);
  order.trigger_symbol = huge;
  CHECK_THROWS_AS(desk.kernel.submit(order), Error);
  CHECK(desk.kernel.order(1) == nullptr);
  desk.quote(1, 1'000'000, 1'000'001);
  const ClientOrderId id = desk.kernel.submit(order);
  CHECK(desk.status(id) == OrderStatus::emulated);
  CHECK_THROWS_AS(desk.quote(1, 10'000'000'000, 10'000'000'001), Error);
}

TEST_CASE("of bars a synthetic price takes the closes alone") {
  SyntheticDesk desk;
  const auto bar = [&](InstrumentIndex instrument, i64 open, i64 high, i64 low, i64 close) {
    desk.now += 10;
    desk.kernel.apply_bar(instrument, {desk.now, desk.now, desk.now - 10, open, high, low, close, 5}, 10, desk.now);
    desk.kernel.advance(desk.now);
  };
  bar(0, 80, 80, 80, 80);
  bar(1, 90, 90, 90, 90);
  const ClientOrderId last = desk.kernel.submit(desk.waiting(Side::sell, OrderType::stop, -20, TriggerType::last));
  const ClientOrderId bid = desk.kernel.submit(desk.waiting(Side::sell, OrderType::stop, -20));
  bar(0, 80, 80, 10, 75);
  CHECK(desk.sent().empty());
  bar(1, 90, 200, 90, 95);
  CHECK(desk.sent() == Ids{last, bid});
}
