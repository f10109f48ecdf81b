// Own orders over price levels, quotes and bars.
#include "doctest/doctest.h"
#include "venue_scene.hpp"

using namespace pytrader;

TEST_CASE("l2: an own order starts behind the whole level, and trades eat what is ahead first") {
  VenueScene scene(MarketKind::l2);
  scene.level(Side::buy, 100, 10);
  scene.limit(Side::buy, 100, 3);
  scene.said();
  scene.print(Side::sell, 100, 6);
  CHECK(scene.traded() == 0);
  scene.level(Side::buy, 100, 4);
  scene.print(Side::sell, 100, 5);
  const auto trades = scene.trades();
  REQUIRE(trades.size() == 1);
  CHECK(trades[0].last_qty == 1);
  CHECK(trades[0].liquidity == Liquidity::maker);
}

TEST_CASE("l2: a level that shrinks takes the quantity ahead with it, one that grows adds behind") {
  VenueScene scene(MarketKind::l2);
  scene.level(Side::buy, 100, 10);
  scene.limit(Side::buy, 100, 3);
  scene.level(Side::buy, 100, 2);
  scene.level(Side::buy, 100, 50);
  scene.said();
  scene.print(Side::sell, 100, 4);
  CHECK(scene.traded() == 2);
}

// Pages of a ladder that it keeps at hand, pages that push one another out of that place, and pages far away.
TEST_CASE("l2: own orders learn of their level however far from one another they rest") {
  for (const Side side : {Side::buy, Side::sell}) {
    VenueScene scene(MarketKind::l2);
    const auto price_of = [side](i64 price) { return side == Side::buy ? price : 2'000'126 - price; };
    const i64 best_first[] = {1'000'063, 1'000'000, 999'936, 1'000'000 - 1024, 1'000'000 - 5 * 1024, 7};
    for (const i64 price : best_first) scene.level(side, price_of(price), 50);
    for (const i64 price : best_first) scene.limit(side, price_of(price), 2);
    scene.said();
    for (const i64 price : best_first) scene.level(side, price_of(price), 10);
    for (const i64 price : best_first) {
      CAPTURE(price);
      scene.print(opposite(side), price_of(price), 11);
      CHECK(scene.traded() == 1);
      scene.print(opposite(side), price_of(price), 1);
      CHECK(scene.traded() == 1);
    }
  }
}

TEST_CASE("l2: a trade through the price fills, at the own price, whatever was ahead") {
  VenueScene scene(MarketKind::l2);
  scene.level(Side::sell, 101, 10);
  scene.limit(Side::sell, 101, 3);
  scene.said();
  scene.print(Side::buy, 102, 2);
  const auto trades = scene.trades();
  REQUIRE(trades.size() == 1);
  CHECK(trades[0].last_px == 101);
  CHECK(trades[0].last_qty == 2);
}

TEST_CASE("l2: own orders of one level share one trade in the order of their arrival") {
  VenueScene scene(MarketKind::l2);
  scene.level(Side::buy, 100, 2);
  const ClientOrderId first = scene.limit(Side::buy, 100, 3);
  scene.level(Side::buy, 100, 5);
  scene.limit(Side::buy, 100, 3);
  scene.said();
  scene.print(Side::sell, 100, 6);
  const auto trades = scene.trades();
  REQUIRE(trades.size() == 1);
  CHECK(trades[0].client_order_id == first);
  CHECK(trades[0].last_qty == 3);
  scene.level(Side::buy, 100, 0);
  scene.print(Side::sell, 100, 2);
  CHECK(scene.traded() == 2);
}

TEST_CASE("l2: what was taken of a level stays taken until the level shows less or is gone") {
  VenueScene scene(MarketKind::l2);
  scene.level(Side::sell, 101, 10);
  scene.market(Side::buy, 8);
  CHECK(scene.traded() == 8);
  scene.level(Side::sell, 101, 12);
  scene.market(Side::buy, 9);
  CHECK(scene.traded() == 4);
  scene.level(Side::sell, 101, 5);
  scene.market(Side::buy, 9);
  CHECK(scene.traded() == 0);
  scene.level(Side::sell, 101, 0);
  scene.level(Side::sell, 101, 5);
  scene.market(Side::buy, 9);
  CHECK(scene.traded() == 5);
}

TEST_CASE("l2: a trade without a known aggressor reaches the side that it can have hit") {
  VenueScene scene(MarketKind::l2);
  scene.limit(Side::buy, 100, 3);
  scene.limit(Side::sell, 103, 3);
  scene.said();
  scene.print(static_cast<Side>(0), 103, 2);
  const auto trades = scene.trades();
  REQUIRE(trades.size() == 1);
  CHECK(trades[0].last_px == 103);
}

TEST_CASE("l2: trade rows of the level feed reach own orders too") {
  VenueScene scene(MarketKind::l2);
  scene.limit(Side::buy, 100, 3);
  scene.said();
  scene.venue.apply_l2({5000, 5000, static_cast<i64>(BookAction::trade), static_cast<i64>(Side::buy), 100, 2, 0, 128});
  CHECK(scene.traded() == 2);
}

TEST_CASE("l2: what a print took is gone for takers until its level is told again or an event of levels is over") {
  VenueScene scene(MarketKind::l2);
  const auto told = [&](Side side, i64 price, i64 quantity, i64 flags) {
    ++scene.ts;
    scene.venue.apply_l2(
        {scene.ts, scene.ts, static_cast<i64>(BookAction::add), static_cast<i64>(side), price, quantity, 0, flags});
  };
  const auto takes = [&](i64 quantity) {
    scene.market(Side::buy, quantity);
    return scene.traded();
  };
  scene.level(Side::sell, 101, 10);
  scene.print(Side::buy, 101, 4);
  scene.print(Side::buy, 101, 3);
  scene.print(Side::buy, 102, 3);   // nothing is displayed there
  scene.print(Side::sell, 101, 3);  // the other side of the book
  CHECK(takes(9) == 3);
  CHECK(takes(9) == 0);
  told(Side::sell, 101, 20, 0);  // of which 3 are taken
  CHECK(takes(5) == 5);
  scene.print(Side::buy, 101, 12);
  CHECK(takes(1) == 0);
  told(Side::buy, 99, 5, 0);  // says nothing of the level
  CHECK(takes(1) == 0);
  told(Side::buy, 98, 5, kFlagLast);
  CHECK(takes(99) == 12);
}

TEST_CASE("quotes: what a print took of the touch is gone for takers until the next quote") {
  VenueScene scene(MarketKind::quotes);
  scene.quote(99, 101);
  scene.print(Side::buy, 101, 4);
  scene.print(Side::buy, 101, 3);
  scene.print(Side::buy, 102, 3);
  scene.market(Side::buy, 9);
  CHECK(scene.traded() == 3);
  scene.market(Side::sell, 9);
  CHECK(scene.traded() == 9);
  scene.quote(99, 101);
  scene.market(Side::buy, 9);
  CHECK(scene.traded() == 9);
}

TEST_CASE("quotes: a taker gets what the touch displays, once a quote") {
  VenueScene scene(MarketKind::quotes);
  scene.quote(99, 101, 10, 5);
  scene.market(Side::buy, 3);
  CHECK(scene.traded() == 3);
  scene.market(Side::buy, 3);
  CHECK(scene.last().exec_type == ExecType::canceled);
  CHECK(scene.traded() == 2);
  scene.quote(99, 101, 10, 5);
  scene.market(Side::buy, 3);
  CHECK(scene.traded() == 3);
}

TEST_CASE(
    "quotes: a resting order fills at its own price when the opposite best reaches it, up to what that displays") {
  VenueScene scene(MarketKind::quotes);
  scene.quote(99, 101);
  scene.limit(Side::buy, 100, 8);
  scene.said();
  scene.quote(98, 100, 10, 5);
  auto trades = scene.trades();
  REQUIRE(trades.size() == 1);
  CHECK(trades[0].last_px == 100);
  CHECK(trades[0].last_qty == 5);
  CHECK(trades[0].liquidity == Liquidity::maker);
  scene.market(Side::sell, 1);
  scene.said();
  scene.quote(97, 99, 10, 5);
  trades = scene.trades();
  REQUIRE(trades.size() == 1);
  CHECK(trades[0].last_qty == 3);
}

TEST_CASE("quotes: what a passive fill used of the touch is gone for takers") {
  VenueScene scene(MarketKind::quotes);
  scene.quote(99, 101);
  scene.limit(Side::buy, 100, 4);
  scene.quote(98, 100, 10, 5);
  scene.said();
  scene.market(Side::buy, 4);
  CHECK(scene.traded() == 1);
}

TEST_CASE("quotes: behind the best price the queue is unknown, so that only trades through it fill") {
  VenueScene scene(MarketKind::quotes);
  scene.quote(99, 101);
  scene.limit(Side::buy, 97, 2);
  scene.said();
  scene.print(Side::sell, 97, 50);
  CHECK(scene.traded() == 0);
  scene.print(Side::sell, 96, 1);
  CHECK(scene.traded() == 1);
  scene.quote(97, 101, 4, 10);
  scene.print(Side::sell, 97, 3);
  CHECK(scene.traded() == 0);
  scene.print(Side::sell, 97, 3);
  CHECK(scene.traded() == 1);
}

TEST_CASE("quotes: without any quote only trades through the price fill") {
  VenueScene scene(MarketKind::quotes);
  scene.limit(Side::buy, 100, 2);
  scene.print(Side::sell, 100, 5);
  CHECK(scene.traded() == 0);
  scene.print(Side::sell, 99, 5);
  CHECK(scene.traded() == 2);
}

TEST_CASE("bars: a market order fills at the open of the next bar") {
  VenueScene scene(MarketKind::bars);
  scene.bar(100, 110, 90, 105);
  scene.market(Side::buy, 7);
  CHECK(scene.traded() == 0);
  const BarRecord next = scene.bar_of(106, 110, 104, 108);
  scene.venue.open_bar(next);
  const auto trades = scene.trades();
  REQUIRE(trades.size() == 1);
  CHECK(trades[0].last_px == 106);
  CHECK(trades[0].last_qty == 7);
  CHECK(trades[0].ts_event == next.ts_open);
  CHECK(trades[0].liquidity == Liquidity::taker);
}

TEST_CASE("bars: an order that arrives inside a bar does not trade in it") {
  VenueScene scene(MarketKind::bars);
  const BarRecord bar = scene.bar_of(100, 110, 90, 105);
  scene.venue.open_bar(bar);
  scene.limit(Side::buy, 95, 1);
  scene.said();
  scene.venue.close_bar(bar);
  CHECK(scene.traded() == 0);
  scene.bar(100, 101, 94, 100);
  CHECK(scene.traded() == 1);
}

TEST_CASE(
    "bars: an order that arrives at the very time of the open is there in the bar, unless the open has reached it") {
  VenueScene scene(MarketKind::bars);
  const BarRecord bar = scene.bar_of(100, 110, 90, 105);
  scene.venue.open_bar(bar);
  scene.ts = bar.ts_open - 1;
  const ClientOrderId there = scene.limit(Side::buy, 95, 1);
  scene.ts = bar.ts_open - 1;
  const ClientOrderId reached = scene.limit(Side::buy, 100, 1);
  scene.said();
  scene.venue.close_bar(bar);
  auto trades = scene.trades();
  REQUIRE(trades.size() == 1);
  CHECK(trades[0].client_order_id == there);
  CHECK(trades[0].last_px == 95);
  scene.bar(98, 99, 97, 98);
  trades = scene.trades();
  REQUIRE(trades.size() == 1);
  CHECK(trades[0].client_order_id == reached);
  CHECK(trades[0].last_px == 98);
  CHECK(trades[0].liquidity == Liquidity::taker);
}

TEST_CASE("bars: the share of a bar's volume bounds what came after its open, where no order stood at it") {
  RecordedVenueRules rules;
  rules.bar_volume_share = 1000;
  VenueScene scene(MarketKind::bars, rules);
  for (const i64 volume : {100, 10}) {
    BarRecord bar = scene.bar_of(100, 110, 90, 105);
    bar.volume = volume;
    scene.venue.open_bar(bar);
    scene.ts = bar.ts_open - 1;
    const ClientOrderId order = scene.limit(Side::buy, 95, 30);
    scene.said();
    scene.venue.close_bar(bar);
    CHECK(scene.traded() == volume / 10);
    scene.venue.cancel(order, ++scene.ts);
    REQUIRE(scene.venue.orders().empty());
  }
}

TEST_CASE("bars: a resting order needs a price strictly through its own, and fills at its own price") {
  VenueScene scene(MarketKind::bars);
  scene.limit(Side::buy, 95, 1);
  scene.said();
  scene.bar(100, 101, 95, 99);
  CHECK(scene.traded() == 0);
  scene.bar(100, 101, 94, 99);
  const auto trades = scene.trades();
  REQUIRE(trades.size() == 1);
  CHECK(trades[0].last_px == 95);
  CHECK(trades[0].liquidity == Liquidity::maker);
}

TEST_CASE("bars: an open beyond the limit fills at the open, first as taker, later as maker") {
  VenueScene scene(MarketKind::bars);
  scene.limit(Side::buy, 100, 1);
  scene.limit(Side::buy, 90, 1);
  scene.said();
  scene.bar(98, 99, 97, 98);
  auto trades = scene.trades();
  REQUIRE(trades.size() == 1);
  CHECK(trades[0].last_px == 98);
  CHECK(trades[0].liquidity == Liquidity::taker);
  scene.bar(88, 89, 87, 88);
  trades = scene.trades();
  REQUIRE(trades.size() == 1);
  CHECK(trades[0].last_px == 88);
  CHECK(trades[0].liquidity == Liquidity::maker);
}

TEST_CASE("bars: immediate orders that the next open does not reach are canceled, waiting ones can be canceled") {
  VenueScene scene(MarketKind::bars);
  scene.limit(Side::buy, 90, 1, TimeInForce::ioc);
  scene.limit(Side::buy, 90, 1, TimeInForce::fok);
  const ClientOrderId waiting = scene.market(Side::buy, 1);
  scene.venue.cancel(waiting, ++scene.ts);
  CHECK(scene.last().exec_type == ExecType::canceled);
  scene.said();
  scene.bar(100, 101, 99, 100);
  const auto said = scene.said();
  REQUIRE(said.size() == 2);
  CHECK(said[0].reason == RejectReason::no_liquidity);
  CHECK(said[1].reason == RejectReason::fok_not_fillable);
  CHECK(scene.venue.orders().empty());
}

TEST_CASE("bars: a post-only order that its first open would fill is canceled") {
  VenueScene scene(MarketKind::bars);
  scene.limit(Side::sell, 100, 1, TimeInForce::gtc, kPostOnly);
  scene.said();
  scene.bar(101, 102, 100, 101);
  const auto said = scene.said();
  REQUIRE(said.size() == 1);
  CHECK(said[0].exec_type == ExecType::canceled);
  CHECK(said[0].reason == RejectReason::post_only_would_take);
}

TEST_CASE("quotes: two empty sides reach nothing and leave the queue as it was") {
  VenueScene scene(MarketKind::quotes);
  scene.quote(99, 101);
  scene.limit(Side::buy, 97, 2);
  scene.limit(Side::sell, 103, 2);
  scene.said();
  scene.quote(0, 0, 0, 0);
  CHECK(scene.traded() == 0);
  scene.quote(99, 101);
  scene.print(Side::sell, 97, 50);
  scene.print(Side::buy, 103, 50);
  CHECK(scene.traded() == 0);
}
