// Call phases and uncrossing in the engine, one rule a test.
#include "../book/random_source.hpp"
#include "doctest/doctest.h"
#include "engine_scene.hpp"

namespace {

using namespace pytrader;
using namespace pytrader::testing;
using Phase = TradingPhase;
using Force = TimeInForce;

Order phase(Phase next) {
  return control(MessageKind::phase, 0, static_cast<i64>(next));
}
Order market(u64 id, Side side, i64 quantity) {
  return order(id, side, quantity);
}
Order reference(i64 price) {
  return control(MessageKind::reference_price, 0, 0).price(price);
}

struct Day : Scene {
  using Scene::Scene;
  // Ends a call phase by trading.
  void open() { REQUIRE(send(phase(Phase::continuous)) == "accepted"); }
};

// A scene whose engine collects orders: pre-open says nothing of a price.
struct Call : Day {
  explicit Call(Phase call = Phase::pre_open, const VenueRules& rules = {}) : Day(rules) {
    if (call == Phase::pre_open || call == Phase::opening_auction) send(phase(Phase::closed));
    REQUIRE(send(phase(call)) == "accepted");
  }
};

}  // namespace

TEST_CASE("orders are collected without matching and trade at one price") {
  Call s;
  CHECK(s.send(buy(1, 202, 4)) == "rested");
  CHECK(s.send(buy(2, 201, 2)) == "rested");
  CHECK(s.send(sell(3, 198, 2)) == "rested");
  CHECK(s.send(sell(4, 199, 3)) == "rested");
  CHECK(s.fills().empty());
  CHECK(s.updates().empty());
  s.open();
  CHECK(s.fills() == "1 3 2@201, 1 4 2@201, 2 4 1@201");
  CHECK(s.updates() == "auction_price 0 5@201, phase_changed 0 0@-");
  CHECK(s.output.fills[0].taker_side == 0);
  CHECK(s.queue(Side::buy, 201) == "2:1");
  CHECK(s.engine.last_trade_price() == 201);
}

TEST_CASE("TSX: a market order trades first, then better limits, then by time") {
  Call s;
  s.send(buy(1, 1'000, 1'000));
  s.send(market(2, Side::sell, 200));
  s.send(buy(3, 999, 200));
  s.send(sell(4, 999, 500));
  s.send(buy(5, 999, 200));
  s.send(sell(6, 1'000, 100));
  s.send(sell(7, 1'001, 100));
  s.send(reference(1'002));
  s.open();
  CHECK(s.fills() == "1 2 200@1000, 1 4 500@1000, 1 6 100@1000");
  CHECK(s.queue(Side::buy, 1'000) == "1:200");
  CHECK(s.queue(Side::buy, 999) == "3:200 5:200");
  CHECK(s.queue(Side::sell, 1'001) == "7:100");
}

TEST_CASE("the indicative price is published when it changes, and only then") {
  Call s(Phase::opening_auction);
  s.send(buy(1, 102, 5));
  CHECK(s.updates().empty());
  s.send(sell(2, 101, 3));
  CHECK(s.updates() == "indicative 0 3@102");
  CHECK(s.output.updates[0].side == static_cast<u8>(Side::buy));
  CHECK(s.output.updates[0].leaves_qty == 2);
  s.send(buy(3, 90, 5));
  s.send(buy(4, 89, 5));
  s.send(buy(5, 88, 5));
  CHECK(s.updates().empty());
  s.cancel(4);
  CHECK(s.updates().empty());
  s.send(replace(2, 101, 5));
  CHECK(s.updates() == "indicative 0 5@102");
  s.cancel(2);
  CHECK(s.updates() == "indicative 0 0@-");
  CHECK(s.engine.indicative() == AuctionPrice{});
}

TEST_CASE("another reference price may be another indicative price") {
  Call s(Phase::intraday_auction);
  s.send(buy(1, 202, 3));
  s.send(sell(2, 199, 3));
  CHECK(s.engine.indicative().price == 202);
  s.send(reference(198));
  CHECK(s.updates() == "indicative 0 3@199");
}

TEST_CASE("an auction that begins says what is there already, and one that ends nothing") {
  Call s;
  s.send(buy(1, 102, 5));
  s.send(sell(2, 101, 5));
  s.send(phase(Phase::opening_auction));
  CHECK(s.updates() == "phase_changed 0 0@-, indicative 0 5@102");
  s.open();
  CHECK(s.updates() == "auction_price 0 5@102, phase_changed 0 0@-");
}

TEST_CASE("icebergs and hidden orders count in full") {
  Call s(Phase::opening_auction);
  s.send(buy(1, 100, 30).display(10));
  s.send(buy(2, 100, 7).flags(kHidden));
  s.send(sell(3, 100, 40));
  CHECK(s.updates() == "indicative 0 37@100");
  CHECK(s.engine.level(Side::buy, 100).quantity == 10);
  s.send(replace(1, 100, 25));
  CHECK(s.updates() == "indicative 0 32@100");
  s.open();
  CHECK(s.fills() == "1 3 25@100, 2 3 7@100");
  CHECK(s.queue(Side::sell, 100) == "3:8");
}

TEST_CASE("an iceberg trades from its reserve first and keeps what it displays and its place") {
  Call s;
  s.send(buy(1, 100, 30).display(10));
  s.send(buy(2, 100, 5));
  s.send(sell(3, 100, 12));
  s.open();
  CHECK(s.queue(Side::buy, 100) == "1:10/18 2:5");
  s.send(sell(4, 100, 16));
  CHECK(s.fills() == "4 1 10@100, 4 2 5@100, 4 1 1@100");
}

TEST_CASE("market orders that find no other side are canceled when the auction is over") {
  Call s;
  CHECK(s.send(market(1, Side::buy, 5)) == "parked");
  CHECK(s.send(market(2, Side::buy, 5).force(Force::at_the_open)) == "parked");
  s.send(sell(3, 100, 7));
  s.open();
  CHECK(s.fills() == "1 3 5@100, 2 3 2@100");
  CHECK(s.updates() == "auction_price 0 7@100, expired 2 3@- auction_ended, phase_changed 0 0@-");
}

TEST_CASE("market orders alone trade at the reference price, and not without one") {
  Call s;
  s.send(market(1, Side::buy, 9));
  s.send(market(2, Side::sell, 8));
  s.send(reference(250));
  s.open();
  CHECK(s.fills() == "1 2 8@250");
  CHECK(s.updates() == "auction_price 0 8@250, canceled 1 1@- no_liquidity, phase_changed 0 0@-");

  Call t;
  t.send(market(1, Side::buy, 9));
  t.send(market(2, Side::sell, 8));
  t.open();
  CHECK(t.fills().empty());
  CHECK(t.updates() == "canceled 1 9@- no_liquidity, canceled 2 8@- no_liquidity, phase_changed 0 0@-");
}

TEST_CASE("auction orders wait for their auction, enter in the order in which they came, and leave with it") {
  Day s;
  CHECK(s.send(buy(1, 100, 5).force(Force::at_the_close)) == "parked");
  CHECK(s.send(buy(2, 100, 5).force(Force::good_for_auction)) == "parked");
  CHECK(s.send(sell(3, 100, 5).force(Force::at_the_open)) == "parked");
  CHECK(s.engine.bids().empty());
  s.send(phase(Phase::intraday_auction));
  CHECK(s.updates() == "phase_changed 0 0@-, activated 2 5@100");
  s.open();
  CHECK(s.updates() == "expired 2 5@100 auction_ended, phase_changed 0 0@-");
  CHECK(s.send(buy(4, 100, 5).force(Force::good_for_auction)) == "parked");
  s.send(phase(Phase::closing_auction));
  CHECK(s.updates() == "phase_changed 0 0@-, activated 1 5@100, activated 4 5@100");
  CHECK(s.queue(Side::buy, 100) == "1:5 4:5");
  s.send(sell(5, 99, 7));
  s.send(phase(Phase::post_close));
  CHECK(s.fills() == "1 5 5@100, 4 5 2@100");
  CHECK(s.updates() == "auction_price 0 7@100, expired 4 3@100 auction_ended, phase_changed 0 0@-");
  CHECK(s.is_live(3));
}

TEST_CASE("auction orders can be canceled and replaced while they wait and once they have entered") {
  Day s;
  s.send(buy(1, 100, 5).force(Force::at_the_close));
  s.send(buy(2, 100, 5).force(Force::at_the_close));
  CHECK(s.send(replace(2, 101, 6)) == "requeued");
  CHECK(s.cancel(1) == "canceled");
  s.send(phase(Phase::closing_auction));
  CHECK(s.queue(Side::buy, 101) == "2:6");
  CHECK(s.send(replace(2, 100, 9)) == "requeued");
  CHECK(s.queue(Side::buy, 100) == "2:9");
  s.send(phase(Phase::closed));
  CHECK_FALSE(s.is_live(2));
}

TEST_CASE("a volatility auction is not for auction orders") {
  Day s;
  s.send(buy(1, 100, 5).force(Force::good_for_auction));
  s.send(phase(Phase::volatility_auction));
  CHECK(s.updates() == "phase_changed 0 0@-");
  CHECK(s.send(buy(2, 100, 5).force(Force::good_for_auction)) == "parked");
}

TEST_CASE("replacing in a call phase keeps or loses the place and trades nothing") {
  Call s;
  s.send(buy(1, 100, 5));
  s.send(buy(2, 100, 5));
  s.send(sell(3, 99, 4));
  CHECK(s.send(replace(1, 100, 3)) == "replaced");
  CHECK(s.queue(Side::buy, 100) == "1:3 2:5");
  CHECK(s.send(replace(1, 100, 9)) == "requeued");
  CHECK(s.queue(Side::buy, 100) == "2:5 1:9");
  CHECK(s.fills().empty());
  s.open();
  CHECK(s.fills() == "2 3 4@100");
}

TEST_CASE("stops sleep in a call phase and see the auction price as a trade") {
  Call s;
  CHECK(s.send(order(1, Side::buy, 2).type(OrderType::stop).stop(101)) == "parked");
  s.send(buy(2, 102, 5));
  s.send(sell(3, 102, 5));
  s.send(sell(4, 103, 5));
  s.open();
  CHECK(s.fills() == "2 3 5@102, 1 4 2@103");
  CHECK(s.updates() == "auction_price 0 5@102, phase_changed 0 0@-, triggered 1 2@-");
}

TEST_CASE("a stop that the last price has reached before is elected when trading begins") {
  Day s;
  s.trade_at(105);
  s.send(phase(Phase::intraday_auction));
  CHECK(s.send(order(1, Side::buy, 2).type(OrderType::stop).stop(101)) == "parked");
  s.send(sell(2, 110, 5));
  s.open();
  CHECK(s.fills() == "1 2 2@110");
}

TEST_CASE("pegged and all-or-none orders sleep and wake when trading begins") {
  Day s;
  s.send(buy(1, 95, 5));
  s.send(buy(2, 100, 50).flags(kAllOrNone));
  s.send(phase(Phase::intraday_auction));
  CHECK(s.send(order(3, Side::buy, 4).peg(PegType::primary)) == "parked");
  CHECK(s.send(sell(4, 95, 3)) == "rested");
  s.send(sell(5, 100, 60));
  s.open();
  CHECK(s.fills() == "1 4 3@95, 2 5 50@100");
  CHECK(s.queue(Side::buy, 95) == "1:2 3:4");
}

TEST_CASE("self-trade prevention does not apply in an auction") {
  VenueRules rules;
  rules.self_trade = SelfTrade::cancel_both;
  Call s(Phase::pre_open, rules);
  s.send(buy(1, 100, 5).owner(7));
  s.send(sell(2, 100, 5).owner(7));
  s.open();
  CHECK(s.fills() == "1 2 5@100");
  CHECK((s.engine.position(7) == 0));
}

TEST_CASE("a reduce-only order is cut down to the position, and what it leaves crossed is uncrossed again") {
  Call s;
  s.send(control(MessageKind::position, 7, -4));
  s.send(buy(1, 12, 10).owner(7).flags(kReduceOnly));
  s.send(buy(2, 11, 10));
  s.send(sell(3, 10, 10));
  CHECK(s.live(1).leaves_qty == 4);
  s.send(control(MessageKind::position, 7, -1));
  s.open();
  CHECK((s.engine.position(7) == 0));
  CHECK(s.fills() == "1 3 1@11, 2 3 9@11");
  CHECK_FALSE(s.engine.crossed());

  Call t;
  t.send(control(MessageKind::position, 7, -10));
  t.send(buy(1, 12, 10).owner(7).flags(kReduceOnly));
  t.send(buy(2, 11, 10));
  t.send(sell(3, 10, 10));
  t.send(control(MessageKind::position, 7, 0));
  t.open();
  CHECK(t.fills() == "2 3 10@11");
  CHECK(t.updates() ==
        "auction_price 0 10@12, canceled 1 10@12 reduce_only_would_increase, auction_price 0 10@11, "
        "phase_changed 0 0@-");
}

TEST_CASE("a halt keeps what is crossed, and trading begins with an uncross") {
  Call s;
  s.send(buy(1, 101, 5).display(2));
  s.send(sell(2, 100, 5));
  s.send(market(3, Side::buy, 1));
  s.send(phase(Phase::halt));
  CHECK(s.updates() == "phase_changed 0 0@-");
  CHECK(s.send(buy(4, 101, 5)) == "trading_phase");
  CHECK(s.send(replace(1, 101, 4)) == "trading_phase");
  CHECK(s.cancel(3) == "canceled");
  s.open();
  CHECK(s.fills() == "1 2 5@101");
}

TEST_CASE("nothing is crossed and every lot is accounted for after any auction") {
  testing::RandomSource random(99);
  int auctions = 0;
  for (int round = 0; round < 300; ++round) {
    Day s;
    s.send(phase(round % 2 == 0 ? Phase::intraday_auction : Phase::closing_auction));
    i64 entered = 0;
    for (u64 id = 1; id <= 30; ++id) {
      const Side side = random.below(2) == 0 ? Side::buy : Side::sell;
      const i64 quantity = random.between(1, 20);
      Order made =
          random.below(5) == 0 ? market(id, side, quantity) : limit(id, side, random.between(95, 105), quantity);
      const bool has_price = made.message.price != kNoPrice;
      if (has_price && random.below(4) == 0) made.display(random.between(1, quantity));
      if (has_price && made.terms.display_qty == 0 && random.below(4) == 0) made.flags(kHidden);
      if (random.below(6) == 0 && made.terms.display_qty == 0 && made.message.flags == 0) {
        made.force(Force::good_for_auction);
      }
      REQUIRE_FALSE(is_rejected((s.send(made), s.status)));
      entered += quantity;
      if (random.below(6) == 0 && s.cancel(1 + random.below(id)) == "canceled") {
        entered = s.engine.open_quantity(Side::buy) + s.engine.open_quantity(Side::sell);
      }
    }
    const AuctionPrice expected = s.engine.indicative();
    s.open();
    i64 traded = 0;
    for (const Fill& fill : s.output.fills) {
      traded += fill.quantity;
      REQUIRE(fill.price == expected.price);
    }
    REQUIRE(traded == expected.volume);
    i64 left = 0;
    for (const OrderUpdate& each : s.output.updates) {
      const auto kind = static_cast<UpdateKind>(each.kind);
      if (kind == UpdateKind::canceled || kind == UpdateKind::expired) left += each.quantity;
    }
    left += s.engine.open_quantity(Side::buy) + s.engine.open_quantity(Side::sell);
    REQUIRE(left + 2 * traded == entered);
    REQUIRE_FALSE(s.engine.crossed());
    auctions += traded > 0 ? 1 : 0;
  }
  CHECK(auctions > 200);
}
