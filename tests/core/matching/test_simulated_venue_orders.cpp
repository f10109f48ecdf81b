// Orders that need more than price, quantity and place at the simulated venue: what calls show and rows by hand do not.
#include "decimal/error.hpp"
#include "doctest/doctest.h"
#include "venue_scene.hpp"

using namespace pytrader;

namespace {

struct Ask {
  Side side = Side::buy;
  OrderType type = OrderType::limit;
  i64 quantity = 3;
  i64 price = kNoPrice;
  TimeInForce time_in_force = TimeInForce::gtc;
  u16 flags = 0;
  OrderTerms terms{};
  Contingency contingency = Contingency::none;
  OrderListId list = 0;
  TriggerType trigger = TriggerType::venue_default;
};

NewOrder order_of(ClientOrderId id, const Ask& ask) {
  NewOrder order{id, ask.price, ask.quantity, 0, 0, 0, ask.side, ask.type, ask.time_in_force, ask.flags};
  order.terms = ask.terms;
  order.contingency = ask.contingency;
  order.list = ask.list;
  order.trigger_type = ask.trigger;
  return order;
}

ClientOrderId send(VenueScene& scene, const Ask& ask) {
  scene.venue.submit(order_of(++scene.last_id, ask), ++scene.ts);
  return scene.last_id;
}

OrderTerms stop_at(i64 price) {
  OrderTerms terms;
  terms.stop_price = price;
  return terms;
}

OrderTerms until(i64 ts) {
  OrderTerms terms;
  terms.expire_time = ts;
  return terms;
}

}  // namespace

TEST_CASE("a venue is due when its first order expires, and no longer once that is gone") {
  VenueScene scene(MarketKind::l2);
  CHECK(scene.venue.next_due() == kNeverDue);
  const ClientOrderId late = send(scene, {.price = 100, .time_in_force = TimeInForce::gtd, .terms = until(9000)});
  const ClientOrderId soon = send(scene, {.price = 101, .time_in_force = TimeInForce::gtd, .terms = until(5000)});
  CHECK(scene.venue.next_due() == 5000);
  scene.venue.cancel(soon, ++scene.ts);
  CHECK(scene.venue.next_due() == 9000);
  scene.said();
  scene.venue.advance(9000);
  REQUIRE(scene.reports.size() == 1);
  CHECK(scene.last().client_order_id == late);
  CHECK(scene.last().exec_type == ExecType::expired);
  CHECK(scene.last().ts_event == 9000);
  CHECK(scene.venue.next_due() == kNeverDue);
  CHECK(scene.venue.open_order_count() == 0);
}

TEST_CASE("orders that expire at different times leave in the order of their times, each at its own") {
  VenueScene scene(MarketKind::l2);
  const ClientOrderId second = send(scene, {.price = 100, .time_in_force = TimeInForce::gtd, .terms = until(6000)});
  const ClientOrderId first = send(scene, {.price = 101, .time_in_force = TimeInForce::gtd, .terms = until(5000)});
  scene.said();
  scene.venue.advance(7000);
  const auto said = scene.said();
  REQUIRE(said.size() == 2);
  CHECK(said[0].client_order_id == first);
  CHECK(said[0].ts_event == 5000);
  CHECK(said[1].client_order_id == second);
  CHECK(said[1].ts_event == 6000);
}

TEST_CASE("an order elected in the middle of an event enters at the end of it") {
  VenueScene scene(MarketKind::l3);
  scene.add(1, Side::sell, 101, 2);
  scene.add(2, Side::sell, 102, 2);
  scene.add(3, Side::sell, 103, 9);
  send(scene, {.type = OrderType::stop, .terms = stop_at(101)});
  scene.said();
  scene.l3(BookAction::execute, 1, Side::sell, 101, 2, 0);
  CHECK(scene.reports.empty());
  scene.l3(BookAction::execute, 2, Side::sell, 102, 2, kFlagLast);
  const auto said = scene.said();
  REQUIRE(said.size() == 2);
  CHECK(said[0].exec_type == ExecType::triggered);
  CHECK(said[1].last_px == 103);
}

TEST_CASE("an order that is canceled between its election and the end of the event does not enter") {
  VenueScene scene(MarketKind::l3);
  scene.add(1, Side::sell, 101, 2);
  const ClientOrderId stop = send(scene, {.type = OrderType::stop, .terms = stop_at(101)});
  scene.l3(BookAction::execute, 1, Side::sell, 101, 1, 0);
  scene.venue.cancel(stop, ++scene.ts);
  CHECK(scene.last().exec_type == ExecType::canceled);
  scene.said();
  scene.l3(BookAction::execute, 1, Side::sell, 101, 1, kFlagLast);
  CHECK(scene.reports.empty());
  CHECK(scene.venue.open_order_count() == 0);
}

TEST_CASE("no command overtakes one that came between the rows of an event") {
  VenueScene scene(MarketKind::l3);
  scene.add(1, Side::buy, 99, 5);
  ++scene.ts;
  scene.venue.apply_l3({scene.ts, scene.ts, static_cast<i64>(BookAction::add), 2, 101, 5, 2, 0});
  const ClientOrderId first = ++scene.last_id;
  scene.venue.submit(order_of(first, {.price = 98}), scene.ts);
  CHECK(scene.said().empty());
  const auto kinds = [&scene] {
    std::vector<ExecType> found;
    for (const ExecutionReport& report : scene.said()) found.push_back(report.exec_type);
    return found;
  };
  ++scene.ts;  // the next row is still to come
  SUBCASE("a cancel") {
    scene.venue.cancel(first, scene.ts);
    CHECK(kinds() == std::vector{ExecType::new_, ExecType::canceled});
  }
  SUBCASE("a replace") {
    scene.venue.replace({first, 97, 1, 0}, scene.ts);
    CHECK(kinds() == std::vector{ExecType::new_, ExecType::replaced});
  }
  SUBCASE("an order at its price") {
    scene.venue.submit(order_of(++scene.last_id, {.price = 98}), scene.ts);
    const std::vector<ExecutionReport> said = scene.said();
    REQUIRE(said.size() == 2);
    CHECK(said[0].client_order_id == first);
    CHECK(said[1].client_order_id == first + 1);
  }
}

TEST_CASE("a command that comes between the rows of an event is judged when the event is over") {
  VenueScene scene(MarketKind::l3);
  scene.add(1, Side::buy, 99, 5);
  scene.add(2, Side::sell, 101, 5);
  scene.add(3, Side::sell, 105, 5);
  const auto row = [&](BookAction action, u64 id, i64 price, i64 flags) {
    scene.venue.apply_l3({scene.ts, scene.ts, static_cast<i64>(action), 2, price, 5, id, flags});
  };
  const auto send_now = [&](const Ask& ask) {
    scene.venue.submit(order_of(++scene.last_id, ask), scene.ts);
    return scene.last_id;
  };
  ++scene.ts;
  row(BookAction::erase, 2, 101, 0);  // for an instant the best offer is 105
  const ClientOrderId stop =
      send_now({.type = OrderType::stop, .terms = stop_at(104), .trigger = TriggerType::bid_ask});
  const ClientOrderId market = send_now({.type = OrderType::market, .quantity = 2, .time_in_force = TimeInForce::ioc});
  const ClientOrderId canceled = send_now({.price = 98});
  scene.venue.replace({canceled, 97, 3, 0}, scene.ts);
  scene.venue.cancel(canceled, scene.ts);
  CHECK(scene.said().empty());
  CHECK(scene.venue.open_order_count() == 3);
  row(BookAction::add, 4, 101, kFlagLast);
  const std::vector<ExecutionReport> said = scene.said();
  REQUIRE(said.size() == 6);
  CHECK((said[0].exec_type == ExecType::new_ && said[0].client_order_id == stop));
  CHECK((said[1].exec_type == ExecType::new_ && said[1].client_order_id == market));
  CHECK((said[2].exec_type == ExecType::trade && said[2].last_px == 101));
  CHECK((said[3].exec_type == ExecType::new_ && said[3].client_order_id == canceled));
  CHECK((said[4].exec_type == ExecType::replaced && said[4].price == 97));
  CHECK((said[5].exec_type == ExecType::canceled && said[5].client_order_id == canceled));
  CHECK(scene.venue.open_order_count() == 1);
  // An event whose last row never says so is over when a later one comes.
  ++scene.ts;
  row(BookAction::erase, 4, 101, 0);
  send_now({.price = 97});
  CHECK(scene.said().empty());
  ++scene.ts;
  row(BookAction::erase, 3, 105, 0);
  CHECK(scene.last().exec_type == ExecType::new_);
  CHECK(scene.venue.open_order_count() == 2);
}

TEST_CASE("triggered states the limit that the order enters with, and that nothing waits any more") {
  VenueScene scene(MarketKind::l2);
  OrderTerms terms;
  terms.trailing_offset = 2;
  terms.limit_offset = 1;
  scene.print(Side::buy, 110, 1);
  send(scene, {.side = Side::sell, .type = OrderType::trailing_stop_limit, .terms = terms});
  scene.said();
  scene.print(Side::sell, 108, 1);
  REQUIRE(scene.reports.size() == 1);
  CHECK(scene.last().exec_type == ExecType::triggered);
  CHECK(scene.last().price == 107);
  CHECK(scene.last().stop_price == kNoPrice);
}

TEST_CASE("display ranges are drawn from the rules' seed: equal seeds, equal tips") {
  const auto tips_of = [](u64 seed) {
    RecordedVenueRules rules;
    rules.rules.seed = seed;
    VenueNumbers numbers;
    std::vector<ExecutionReport> reports;
    SimulatedVenue venue(0, MarketKind::l2, numbers, reports, rules);
    OrderTerms terms;
    terms.display_qty = 10;
    terms.display_range = 5;
    venue.submit(order_of(1, {.quantity = 500, .price = 100, .terms = terms}), 1);
    std::vector<i64> tips;
    while (venue.open_order_count() != 0) {
      tips.push_back(venue.orders().shown_qty(venue.orders().find(1)));
      venue.apply_trade({2, 2, 100, tips.back(), static_cast<i64>(Side::sell), 0});
    }
    return tips;
  };
  const std::vector<i64> tips = tips_of(7);
  CHECK(tips == tips_of(7));
  CHECK(tips != tips_of(8));
  for (const i64 tip : tips) CHECK((tip >= 1 && tip <= 15));
}

TEST_CASE("bars: of orders of one list only the first that trades does so within a bar") {
  VenueScene scene(MarketKind::bars);
  scene.bar(100, 101, 99, 100);
  const Ask stop{.side = Side::sell,
                 .type = OrderType::stop,
                 .terms = stop_at(95),
                 .contingency = Contingency::one_cancels_other,
                 .list = 1};
  const Ask target{.side = Side::sell, .price = 105, .contingency = Contingency::one_cancels_other, .list = 1};
  const ClientOrderId stopped = send(scene, stop);
  const ClientOrderId aimed = send(scene, target);
  scene.said();
  scene.bar(100, 106, 94, 100);
  const auto trades = scene.trades();
  REQUIRE(trades.size() == 1);
  CHECK(trades[0].client_order_id == stopped);
  CHECK(scene.venue.orders().find(aimed) != kNone);
  // What its list made of it did not arrive: it is there for the next bar.
  scene.bar(100, 106, 99, 100);
  CHECK(scene.traded() == 3);
}

TEST_CASE("bars: a stop whose sibling has traded waits on, where the way of the price comes to the target first") {
  RecordedVenueRules rules;
  rules.bar_path = BarPath::high_first;
  VenueNumbers numbers;
  std::vector<ExecutionReport> reports;
  SimulatedVenue venue(0, MarketKind::bars, numbers, reports, rules);
  const auto bar = [&](i64 ts, i64 low, i64 high) {
    const BarRecord record{ts + 9, ts + 9, ts, 100, high, low, 100, 10};
    venue.open_bar(record);
    venue.close_bar(record);
  };
  bar(0, 99, 101);
  const auto sell = [](ClientOrderId id, OrderType type, i64 price, i64 stop) {
    return order_of(id, {.side = Side::sell,
                         .type = type,
                         .price = price,
                         .terms = stop_at(stop),
                         .contingency = Contingency::one_cancels_other,
                         .list = 1});
  };
  venue.submit(sell(1, OrderType::stop, kNoPrice, 95), 10);
  venue.submit(sell(2, OrderType::limit, 105, kNoPrice), 10);
  bar(20, 94, 106);
  CHECK(venue.open_order_count() == 1);
  CHECK(venue.orders().find(1) != kNone);
  bar(40, 94, 101);
  CHECK(venue.open_order_count() == 0);
}

TEST_CASE("a mark price triggers what watches it, in continuous trading only") {
  VenueNumbers numbers;
  std::vector<ExecutionReport> reports;
  SimulatedVenue venue(0, MarketKind::quotes, numbers, reports, {}, VenueData{true, true, true, true});
  venue.apply_quote({1, 1, 99, 101, 10, 10});
  Ask ask{.type = OrderType::stop, .terms = stop_at(105)};
  ask.trigger = TriggerType::mark;
  venue.submit(order_of(1, ask), 2);
  venue.apply_status(TradingPhase::halt, 3);
  venue.apply_mark(105, 4);
  CHECK(venue.open_order_count() == 1);
  venue.apply_status(TradingPhase::continuous, 5);
  CHECK(venue.open_order_count() == 0);
  CHECK(reports.back().last_px == 101);
}

TEST_CASE("of one quote the best offer's orders are elected first, then the best bid's, then the mid price's") {
  VenueScene scene(MarketKind::quotes);
  scene.quote(99, 101);
  const auto waits_for = [&](Side side, i64 stop, TriggerType trigger) {
    return send(scene,
                {.side = side, .type = OrderType::stop, .quantity = 1, .terms = stop_at(stop), .trigger = trigger});
  };
  const ClientOrderId mid = waits_for(Side::sell, 99, TriggerType::mid);
  const ClientOrderId bid = waits_for(Side::sell, 95, TriggerType::bid_ask);
  const ClientOrderId ask = waits_for(Side::buy, 102, TriggerType::bid_ask);
  scene.said();
  scene.quote(95, 102);
  std::vector<ClientOrderId> triggered;
  for (const ExecutionReport& report : scene.said()) {
    if (report.exec_type == ExecType::triggered) triggered.push_back(report.client_order_id);
  }
  CHECK(triggered == std::vector<ClientOrderId>{ask, bid, mid});
}

TEST_CASE("a trailing order whose activation price is half a tick away from the mid price waits for it") {
  VenueScene scene(MarketKind::quotes);
  scene.quote(99, 100);
  OrderTerms terms;
  terms.trailing_offset = 2;
  terms.activation_price = 99;
  send(scene, {.side = Side::sell,
               .type = OrderType::trailing_stop,
               .quantity = 1,
               .terms = terms,
               .trigger = TriggerType::mid});
  scene.quote(97, 98);  // falls through 99: the stop is 2 below 97
  scene.quote(96, 97);
  CHECK(scene.venue.open_order_count() == 1);
  scene.quote(95, 95);
  CHECK(scene.venue.open_order_count() == 0);
}

TEST_CASE("rules out of range are refused before a venue is made of them") {
  VenueNumbers numbers;
  std::vector<ExecutionReport> reports;
  RecordedVenueRules rules;
  rules.bar_volume_share = 10'001;
  CHECK_THROWS_WITH_AS(SimulatedVenue(0, MarketKind::bars, numbers, reports, rules),
                       "bar_volume_share is 10001 basis points; give 0 (no bound) to 10000", Error);
}

TEST_CASE("bars: what a list traded in an earlier bar does not keep its orders from trading in this one") {
  VenueScene scene(MarketKind::bars);
  const Ask target{.side = Side::sell, .price = 105, .contingency = Contingency::one_cancels_other, .list = 1};
  send(scene, target);
  scene.bar(100, 106, 99, 100);
  CHECK(scene.traded() == 3);
  // No order stands at the open: the next one of the list comes at its very time.
  const BarRecord bar = scene.bar_of(100, 106, 99, 100);
  scene.venue.open_bar(bar);
  scene.ts = bar.ts_open - 1;
  send(scene, target);
  scene.said();
  scene.venue.close_bar(bar);
  CHECK(scene.traded() == 3);
}

TEST_CASE("bars: a stop that moved within a bar in which its sibling traded is not elected by the close") {
  VenueScene scene(MarketKind::bars);
  const ClientOrderId stop = send(scene, {.side = Side::sell,
                                          .type = OrderType::stop,
                                          .terms = stop_at(80),
                                          .contingency = Contingency::one_cancels_other,
                                          .list = 1});
  send(scene, {.side = Side::sell, .price = 105, .contingency = Contingency::one_cancels_other, .list = 1});
  BarRecord bar = scene.bar_of(100, 106, 94, 94);
  scene.venue.open_bar(bar);
  ReplaceRequest moved{};
  moved.client_order_id = stop;
  moved.price = kNoPrice;
  moved.quantity = 3;
  moved.stop_price = 95;
  scene.venue.replace(moved, bar.ts_open + 1);
  CHECK(scene.last().exec_type == ExecType::replaced);
  scene.said();
  scene.venue.close_bar(bar);
  auto trades = scene.trades();
  REQUIRE(trades.size() == 1);
  CHECK(trades[0].last_px == 105);
  // It waits on for the open of the next bar.
  bar = scene.bar_of(94, 94, 94, 94);
  scene.venue.open_bar(bar);
  trades = scene.trades();
  REQUIRE(trades.size() == 1);
  CHECK(trades[0].client_order_id == stop);
  CHECK(trades[0].last_px == 94);
}

TEST_CASE("bars: an order that came within a bar can leave before it is over, and expire") {
  VenueScene scene(MarketKind::bars);
  const BarRecord bar = scene.bar_of(100, 110, 90, 105);
  scene.venue.open_bar(bar);
  scene.ts = bar.ts_open;
  const ClientOrderId gone = send(scene, {.type = OrderType::stop, .terms = stop_at(101)});
  OrderTerms terms = stop_at(102);
  terms.expire_time = bar.ts_open + 4;
  send(scene, {.type = OrderType::stop, .time_in_force = TimeInForce::gtd, .terms = terms});
  scene.venue.cancel(gone, ++scene.ts);
  CHECK(scene.last().exec_type == ExecType::canceled);
  scene.venue.advance(bar.ts_open + 4);
  CHECK(scene.last().exec_type == ExecType::expired);
  scene.said();
  scene.venue.close_bar(bar);
  CHECK(scene.said().empty());
  CHECK(scene.venue.open_order_count() == 0);
}
