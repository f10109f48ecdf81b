// Market impact: the formula against a naive twin, and what it does to orders at the simulated venue.
#include "../book/random_source.hpp"
#include "decimal/error.hpp"
#include "doctest/doctest.h"
#include "matching/market_impact.hpp"
#include "venue_scene.hpp"

using namespace pytrader;

namespace {

constexpr i64 kOne = 1'000'000'000;  // one tick in billionths, and one second in nanoseconds

RecordedVenueRules moved_by(const ImpactChoice& impact) {
  RecordedVenueRules rules;
  rules.impact = impact;
  return rules;
}

// One tick for each lot of its own, no rest.
RecordedVenueRules one_tick_a_lot() {
  return moved_by({.permanent = 0, .fixed = 0, .temporary = kOne, .window_ns = kOne});
}

struct NaiveTrade {
  i64 ts;
  Side side;
  i64 quantity;
};

// The formula over all trades that ever were.
i64 naive_ticks(const ImpactChoice& choice, const std::vector<NaiveTrade>& trades, Side side, i64 quantity, i64 ts) {
  i128 net = 0;
  i128 recent = quantity;
  for (const NaiveTrade& trade : trades) {
    net += (trade.side == side ? 1 : -1) * i128{trade.quantity};
    if (trade.side == side && ts - trade.ts < choice.window_ns) recent += trade.quantity;
  }
  const i128 lasting = i128{choice.permanent} * (net > 0 ? net : 0) + choice.fixed;
  const i128 above = lasting * choice.window_ns + i128{choice.temporary} * recent * kOne;
  const i128 unit = i128{kOne} * choice.window_ns;
  return static_cast<i64>((above + unit - 1) / unit);
}

}  // namespace

TEST_CASE("impact adds what lasts, what is fixed and what passes, and rounds up to whole ticks") {
  // 0.5 a lot for good, 1.25 for any trade, 2 for a rate of one lot a second, over 4 seconds.
  MarketImpact impact({.permanent = kOne / 2, .fixed = kOne * 5 / 4, .temporary = 2 * kOne, .window_ns = 4 * kOne});
  impact.advance(0);
  CHECK(impact.ticks(Side::buy, 3) == 3);  // 0 + 1.25 + 2 * 3/4 = 2.75
  impact.traded(Side::buy, 3);
  CHECK(impact.ticks(Side::buy, 1) == 5);   // 1.5 + 1.25 + 2 * 4/4 = 4.75
  CHECK(impact.ticks(Side::sell, 1) == 2);  // what was bought does not help a sale: 1.25 + 2 * 1/4 = 1.75
  impact.advance(4 * kOne - 1);
  CHECK(impact.ticks(Side::buy, 1) == 5);
  impact.advance(4 * kOne);
  CHECK(impact.ticks(Side::buy, 1) == 4);  // 1.5 + 1.25 + 2 * 1/4 = 3.25
  impact.traded(Side::sell, 5);
  CHECK(impact.ticks(Side::buy, 1) == 2);   // 2 lots are sold on balance: 1.25 + 0.5
  CHECK(impact.ticks(Side::sell, 1) == 6);  // 2 * 0.5 + 1.25 + 2 * 6/4 = 5.25
}

TEST_CASE("impact is that of a naive twin for any trades") {
  pytrader::testing::RandomSource random(7);
  for (int world = 0; world < 40; ++world) {
    const ImpactChoice choice{random.between(0, 3) * 123'456'789, random.between(0, 2) * 777'777'777,
                              random.between(1, 5) * 333'333'333, random.between(1, 40)};
    MarketImpact impact(choice);
    std::vector<NaiveTrade> trades;
    i64 ts = 0;
    for (int i = 0; i < 300; ++i) {
      ts += random.between(0, 9);
      impact.advance(ts);
      const Side side = random.below(2) == 0 ? Side::buy : Side::sell;
      const i64 quantity = random.between(1, 20);
      REQUIRE(impact.ticks(side, quantity) == naive_ticks(choice, trades, side, quantity, ts));
      if (random.below(3) == 0) continue;
      impact.traded(side, quantity);
      trades.push_back({ts, side, quantity});
    }
  }
}

TEST_CASE("impact beyond its range is an error, and so is a number outside its own") {
  MarketImpact impact({.permanent = 0, .fixed = 0, .temporary = ImpactChoice::kMost, .window_ns = 1});
  impact.advance(0);
  CHECK(impact.ticks(Side::buy, 1) == 1'000'000 * kOne);
  CHECK_THROWS_AS(impact.ticks(Side::buy, i64{1} << 50), Error);
  impact.traded(Side::buy, INT64_MAX);
  CHECK_THROWS_AS(impact.traded(Side::buy, 1), Error);
  CHECK_THROWS_AS(check(ImpactChoice{-1, 0, 0, 1}), Error);
  CHECK_THROWS_AS(check(ImpactChoice{0, ImpactChoice::kMost + 1, 0, 1}), Error);
  CHECK_THROWS_AS(check(ImpactChoice{0, 0, 1, 0}), Error);
  CHECK_THROWS_AS(check(ImpactChoice{0, 0, 1, ImpactChoice::kMostNs + 1}), Error);
  check(ImpactChoice{});
  check(ImpactChoice{ImpactChoice::kMost, 0, 0, ImpactChoice::kMostNs});
}

TEST_CASE("a limit order takes the most that its own impact leaves within its limit") {
  for (i64 wanted = 1; wanted <= 12; ++wanted) {
    for (i64 limit = 100; limit <= 112; ++limit) {
      VenueScene scene(MarketKind::l2, one_tick_a_lot());
      for (i64 level = 0; level < 4; ++level) scene.level(Side::sell, 101 + level, 2);
      // Naive: the largest quantity whose worst displayed price, moved by it, is within the limit.
      i64 most = 0;
      for (i64 quantity = 1; quantity <= std::min<i64>(wanted, 8); ++quantity) {
        if (101 + (quantity - 1) / 2 + quantity <= limit) most = quantity;
      }
      scene.limit(Side::buy, limit, wanted);
      i64 got = 0;
      for (const ExecutionReport& trade : scene.trades()) {
        CHECK(trade.last_px == 101 + got / 2 + most);
        got += trade.last_qty;
      }
      REQUIRE(got == most);
      CHECK(scene.venue.open_order_count() == (most < wanted ? 1 : 0));
    }
  }
}

TEST_CASE("no impact makes a sale trade at or below zero where the market is above it") {
  VenueScene scene(MarketKind::l2, one_tick_a_lot());
  scene.level(Side::buy, 5, 9);
  scene.market(Side::sell, 9);
  const auto said = scene.said();
  REQUIRE(said.size() == 3);
  CHECK(said[1].last_qty == 4);
  CHECK(said[1].last_px == 1);
  CHECK(said[2].reason == RejectReason::no_liquidity);
}

TEST_CASE("an own order that the taker meets is not moved, and what stands behind it is by all that it trades") {
  VenueScene scene(MarketKind::l2, [] {
    RecordedVenueRules rules = one_tick_a_lot();
    rules.refuses_self_trade = false;
    return rules;
  }());
  scene.level(Side::sell, 101, 2);
  scene.level(Side::sell, 103, 9);
  scene.limit(Side::sell, 102, 1);
  scene.said();
  scene.market(Side::buy, 5);
  const auto trades = scene.trades();
  REQUIRE(trades.size() == 4);
  CHECK(trades[0].last_px == 103);  // 2 lots at 101
  CHECK(trades[1].last_px == 102);  // the own one
  CHECK(trades[3].last_px == 107);  // 2 more at 103
}

TEST_CASE("an order that trades in full or not at all stays where its own impact does not let it") {
  VenueScene scene(MarketKind::l2, one_tick_a_lot());
  scene.level(Side::sell, 101, 9);
  const auto send = [&](i64 price, u16 flags, TimeInForce force) {
    NewOrder order{++scene.last_id, price, 4, 0, 0, 0, Side::buy, OrderType::limit, force, flags};
    scene.venue.submit(order, ++scene.ts);
  };
  send(104, 0, TimeInForce::fok);
  CHECK(scene.last().reason == RejectReason::fok_not_fillable);
  send(104, kAllOrNone, TimeInForce::gtc);
  CHECK(scene.trades().empty());
  scene.level(Side::sell, 101, 8);
  CHECK(scene.said().empty());
  CHECK(scene.venue.open_order_count() == 1);
  scene.level(Side::sell, 100, 8);
  const auto trades = scene.trades();
  REQUIRE(trades.size() == 1);
  CHECK(trades[0].last_px == 104);
}

TEST_CASE("over bars what takes at an open is moved, and what rests is not") {
  VenueScene scene(MarketKind::bars, one_tick_a_lot());
  scene.market(Side::buy, 3);
  scene.limit(Side::buy, 102, 5);
  scene.bar(100, 110, 90, 100);
  const auto trades = scene.trades();
  REQUIRE(trades.size() == 2);
  CHECK(trades[0].last_px == 103);
  // The three before it count: nothing of it fits at the open, and the bar goes through it.
  CHECK(trades[1].last_px == 102);
  CHECK(trades[1].liquidity == Liquidity::maker);
}
