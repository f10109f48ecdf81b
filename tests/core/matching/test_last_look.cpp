// Last look: what a provider refuses, and what becomes of orders that it holds.
#include "decimal/error.hpp"
#include "doctest/doctest.h"
#include "matching/last_look.hpp"
#include "venue_scene.hpp"

using namespace pytrader;

namespace {

RecordedVenueRules looked_at(i64 hold_ns, i64 tolerance_ticks = 0, bool symmetric = false) {
  RecordedVenueRules rules;
  rules.last_look = {hold_ns, tolerance_ticks, symmetric};
  return rules;
}

}  // namespace

TEST_CASE("a provider refuses a move against it beyond its tolerance, in its favour only where it is symmetric") {
  for (const Side side : kSides) {
    const i64 up = sign(side);
    CHECK(!refuses({10, 2, false}, side, 100, 100 + 2 * up));
    CHECK(refuses({10, 2, false}, side, 100, 100 + 3 * up));
    CHECK(!refuses({10, 2, false}, side, 100, 100 - 9 * up));
    CHECK(!refuses({10, 2, true}, side, 100, 100 - 2 * up));
    CHECK(refuses({10, 2, true}, side, 100, 100 - 3 * up));
    CHECK(refuses({10, 2, false}, side, 100, kNoPrice));
  }
  check(LastLookChoice{});
  CHECK_THROWS_AS(check(LastLookChoice{-1, 0, false}), Error);
  CHECK_THROWS_AS(check(LastLookChoice{LastLookChoice::kMostNs + 1, 0, false}), Error);
  CHECK_THROWS_AS(check(LastLookChoice{1, -1, false}), Error);
}

TEST_CASE("an order that takes is held, and trades at the prices that it was shown when its time has come") {
  for (const MarketKind kind : {MarketKind::l2, MarketKind::l3}) {
    VenueScene scene(kind, looked_at(100));
    for (const auto& [price, quantity] : {std::pair{101, 2}, std::pair{102, 5}}) {
      if (kind == MarketKind::l2) scene.level(Side::sell, price, quantity);
      if (kind == MarketKind::l3) scene.add(static_cast<u64>(price), Side::sell, price, quantity);
    }
    scene.market(Side::buy, 4);
    REQUIRE(scene.said().size() == 1);
    const i64 due = scene.ts + 100;
    CHECK(scene.venue.next_due() == due);
    CHECK(scene.venue.open_order_count() == 1);
    scene.venue.advance(due - 1);
    CHECK(scene.said().empty());
    scene.venue.advance(due);
    const auto said = scene.said();
    REQUIRE(said.size() == 2);
    CHECK(said[0].last_px == 101);
    CHECK(said[1].last_px == 102);
    CHECK(said[1].last_qty == 2);
    CHECK(said[1].ts_event == due);
    CHECK(scene.venue.open_order_count() == 0);
    CHECK(scene.venue.next_due() == kNeverDue);
  }
}

TEST_CASE("two orders held at once are not shown the same lots") {
  VenueScene scene(MarketKind::quotes, looked_at(100));
  scene.quote(99, 101, 10, 5);
  const ClientOrderId first = scene.market(Side::buy, 3);
  const ClientOrderId second = scene.market(Side::buy, 9);
  scene.said();
  scene.venue.advance(scene.ts + 100);
  const auto said = scene.said();
  REQUIRE(said.size() == 3);
  CHECK(said[0].client_order_id == first);
  CHECK(said[0].last_qty == 3);
  CHECK(said[1].client_order_id == second);
  CHECK(said[1].last_qty == 2);
  CHECK(said[2].reason == RejectReason::no_liquidity);
}

TEST_CASE("who holds an order does not give it back; the venue itself can take it out") {
  VenueScene scene(MarketKind::quotes, looked_at(100));
  scene.quote(99, 101);
  const ClientOrderId id = scene.limit(Side::buy, 101, 3);
  scene.venue.cancel(id, ++scene.ts);
  CHECK(scene.last().exec_type == ExecType::cancel_rejected);
  CHECK(scene.last().reason == RejectReason::request_pending);
  scene.venue.replace({id, 100, 3, 0}, ++scene.ts);
  CHECK(scene.last().exec_type == ExecType::replace_rejected);
  CHECK(scene.last().reason == RejectReason::request_pending);
  scene.venue.revoke(id, ++scene.ts);
  CHECK(scene.last().exec_type == ExecType::canceled);
  CHECK(scene.venue.next_due() == kNeverDue);
  const ClientOrderId resting = scene.limit(Side::buy, 90, 3);
  scene.venue.revoke(resting, ++scene.ts);
  CHECK(scene.last().exec_type == ExecType::canceled);
  CHECK(scene.venue.open_order_count() == 0);
}

TEST_CASE("an order that expires while it is held is not traded") {
  VenueScene scene(MarketKind::quotes, looked_at(100));
  scene.quote(99, 101);
  NewOrder order{++scene.last_id, 101, 3, 0, 0, 0, Side::buy, OrderType::limit, TimeInForce::gtd, 0};
  order.terms.expire_time = scene.ts + 50;
  scene.venue.submit(order, ++scene.ts);
  scene.venue.advance(scene.ts + 100);
  CHECK(scene.last().exec_type == ExecType::expired);
  CHECK(scene.venue.open_order_count() == 0);
  CHECK(scene.venue.next_due() == kNeverDue);
}

TEST_CASE("what a limit order has left after its look rests, or asks again") {
  VenueScene scene(MarketKind::quotes, looked_at(100, 5));
  scene.quote(99, 101, 10, 2);
  scene.limit(Side::buy, 101, 6);
  scene.quote(99, 101, 10, 3);
  scene.venue.advance(scene.ts + 100);
  CHECK(scene.traded() == 2);
  const i64 due = scene.venue.next_due();
  REQUIRE(due != kNeverDue);
  scene.venue.advance(due);
  CHECK(scene.traded() == 3);
  CHECK(scene.venue.next_due() == kNeverDue);
  CHECK(scene.venue.open_order_count() == 1);
  CHECK(scene.venue.orders().any_at_or_better(Side::buy, 101));
}

TEST_CASE("a held trade moves the price when it happens, not when it is asked for") {
  RecordedVenueRules rules = looked_at(100);
  rules.impact = {.permanent = 1'000'000'000, .fixed = 0, .temporary = 0, .window_ns = 1'000};
  VenueScene scene(MarketKind::quotes, rules);
  scene.quote(99, 101);
  scene.market(Side::buy, 2);
  scene.market(Side::buy, 1);
  scene.venue.advance(scene.ts + 100);
  for (const ExecutionReport& trade : scene.trades()) CHECK(trade.last_px == 101);
  scene.market(Side::buy, 1);
  scene.venue.advance(scene.ts + 100);
  CHECK(scene.last().last_px == 104);
}
