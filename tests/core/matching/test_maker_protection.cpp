// Maker protection: what is counted, when orders are pulled, and what may rest afterwards.
#include "decimal/error.hpp"
#include "doctest/doctest.h"
#include "matching/maker_protection.hpp"
#include "venue_scene.hpp"

using namespace pytrader;

namespace {

RecordedVenueRules protected_by(const ProtectionChoice& choice) {
  RecordedVenueRules rules;
  rules.protection = choice;
  return rules;
}

ClientOrderId send(VenueScene& scene, StrategyIndex strategy, Side side, i64 price, i64 quantity, u16 flags = 0,
                   TimeInForce force = TimeInForce::gtc) {
  NewOrder order{++scene.last_id, price, quantity, 0, 0, 0, side, OrderType::limit, force, flags};
  order.strategy = strategy;
  scene.venue.submit(order, ++scene.ts);
  return scene.last_id;
}

}  // namespace

TEST_CASE("fills are counted from the first one on for one window, each strategy for itself") {
  MakerProtection protection({.max_lots = 10, .window_ns = 100, .freeze_ns = 50});
  CHECK(!protection.filled(0, Side::buy, 6, 1'000));
  CHECK(!protection.filled(1, Side::buy, 6, 1'000));
  CHECK(!protection.filled(0, Side::sell, 3, 1'099));
  CHECK(!protection.filled(0, Side::buy, 6, 1'100));  // a new window
  CHECK(protection.filled(0, Side::sell, 4, 1'199));
  CHECK(protection.is_frozen(0, 1'248));
  CHECK(!protection.is_frozen(0, 1'249));
  CHECK(!protection.is_frozen(1, 1'200));
  CHECK(!protection.is_frozen(7, 1'200));
  CHECK(!protection.filled(0, Side::buy, 99, 1'248));  // frozen already
  CHECK(!protection.filled(0, Side::buy, 9, 1'249));
}

TEST_CASE("executions and net lots have limits of their own") {
  MakerProtection fills({.max_fills = 2, .window_ns = 100, .freeze_ns = 50});
  CHECK(!fills.filled(0, Side::buy, 1'000, 1));
  CHECK(fills.filled(0, Side::sell, 1, 2));
  MakerProtection net({.max_net_lots = 5, .window_ns = 100, .freeze_ns = 50});
  CHECK(!net.filled(0, Side::buy, 4, 1));
  CHECK(!net.filled(0, Side::sell, 8, 2));
  CHECK(net.filled(0, Side::sell, 1, 3));
}

TEST_CASE("limits outside their range are refused") {
  check(ProtectionChoice{});
  check(ProtectionChoice{1, 0, 0, 1, 1});
  for (const ProtectionChoice& wrong :
       {ProtectionChoice{-1, 0, 0, 1, 1}, ProtectionChoice{0, -1, 0, 1, 1}, ProtectionChoice{0, 0, -1, 1, 1},
        ProtectionChoice{1, 0, 0, 0, 1}, ProtectionChoice{1, 0, 0, 1, 0},
        ProtectionChoice{1, 0, 0, ProtectionChoice::kMostNs + 1, 1}}) {
    CHECK_THROWS_AS(check(wrong), Error);
  }
}

TEST_CASE("one event fills what it reaches, then all other resting orders of that strategy leave") {
  VenueScene scene(MarketKind::l2, protected_by({.max_lots = 3, .window_ns = 100, .freeze_ns = 1'000}));
  const ClientOrderId best = send(scene, 0, Side::buy, 100, 3);
  const ClientOrderId worse = send(scene, 0, Side::buy, 99, 3);
  const ClientOrderId other_side = send(scene, 0, Side::sell, 110, 3);
  const ClientOrderId stranger = send(scene, 1, Side::sell, 111, 3);
  NewOrder stop{++scene.last_id, kNoPrice, 1, 0, 0, 0, Side::sell, OrderType::stop, TimeInForce::gtc, 0};
  stop.terms.stop_price = 50;
  scene.venue.submit(stop, ++scene.ts);
  scene.said();
  scene.print(Side::sell, 98, 4);
  const auto said = scene.said();
  REQUIRE(said.size() == 4);
  CHECK(said[0].client_order_id == best);
  CHECK(said[1].client_order_id == worse);
  CHECK(said[1].last_qty == 1);
  CHECK(said[2].client_order_id == worse);
  CHECK(said[2].reason == RejectReason::maker_protection);
  CHECK(said[2].exec_type == ExecType::canceled);
  CHECK(said[3].client_order_id == other_side);
  CHECK(scene.venue.orders().find(stranger) != kNone);
  CHECK(scene.venue.orders().find(stop.client_order_id) != kNone);
}

TEST_CASE("until the freeze is over orders may take, and none may rest") {
  VenueScene scene(MarketKind::l2, protected_by({.max_fills = 1, .window_ns = 100, .freeze_ns = 1'000}));
  scene.level(Side::sell, 105, 2);
  send(scene, 0, Side::buy, 100, 1);
  scene.print(Side::sell, 99, 1);
  const i64 frozen_until = scene.ts + 1'000;
  scene.said();
  send(scene, 0, Side::buy, 100, 1);
  CHECK(scene.last().exec_type == ExecType::rejected);
  CHECK(scene.last().reason == RejectReason::maker_protection);
  send(scene, 0, Side::buy, 105, 3);
  CHECK(scene.last().exec_type == ExecType::canceled);
  CHECK(scene.last().reason == RejectReason::maker_protection);
  CHECK(scene.traded() == 2);
  send(scene, 0, Side::buy, 105, 3, 0, TimeInForce::ioc);
  CHECK(scene.last().reason == RejectReason::no_liquidity);
  send(scene, 1, Side::buy, 100, 1);
  CHECK(scene.last().exec_type == ExecType::new_);
  scene.ts = frozen_until - 1;
  const ClientOrderId back = send(scene, 0, Side::buy, 100, 1);
  CHECK(scene.last().exec_type == ExecType::new_);
  CHECK(scene.venue.orders().find(back) != kNone);
}

TEST_CASE("what is pulled was there before the fill, even where the event ends later") {
  VenueScene scene(MarketKind::l3, protected_by({.max_fills = 1, .window_ns = 5, .freeze_ns = 1}));
  send(scene, 0, Side::buy, 100, 1);
  const ClientOrderId old = send(scene, 0, Side::buy, 90, 1);
  scene.add(1, Side::buy, 99, 5);
  scene.l3(BookAction::execute, 1, Side::buy, 99, 1, 0);
  CHECK(scene.venue.orders().find(old) != kNone);
  scene.l3(BookAction::reduce, 1, Side::buy, 99, 1);
  CHECK(scene.venue.orders().find(old) == kNone);
  const ClientOrderId back = send(scene, 0, Side::buy, 90, 1);
  scene.add(2, Side::buy, 98, 5);
  CHECK(scene.venue.orders().find(back) != kNone);
}

TEST_CASE("over bars what an open or a bar fills is one event") {
  VenueScene scene(MarketKind::bars, protected_by({.max_lots = 2, .window_ns = 100, .freeze_ns = 1'000}));
  send(scene, 0, Side::buy, 95, 2);
  send(scene, 0, Side::buy, 94, 2);
  const ClientOrderId left = send(scene, 0, Side::buy, 80, 2);
  scene.bar(100, 101, 90, 96);
  CHECK(scene.traded() == 4);
  CHECK(scene.venue.orders().find(left) == kNone);
  send(scene, 0, Side::buy, 80, 2);
  CHECK(scene.last().reason == RejectReason::maker_protection);
}
