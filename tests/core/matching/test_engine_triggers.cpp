// Stops, if-touched orders and trailing stops in the engine, one rule a test.
#include "doctest/doctest.h"
#include "engine_scene.hpp"

namespace {

using namespace pytrader;
using namespace pytrader::testing;

Order stop(u64 id, Side side, i64 quantity, i64 price) {
  return order(id, side, quantity).type(OrderType::stop).stop(price);
}

}  // namespace

TEST_CASE("a stop waits outside the book until a trade elects it, and trades as a market order") {
  Scene s;
  s.send(sell(1, 105, 10));
  CHECK(s.send(stop(2, Side::buy, 4, 103)) == "parked");
  CHECK(s.engine.bids().empty());
  s.trade_at(102);
  CHECK(s.output.updates.empty());
  s.send(sell(3, 103, 1));
  CHECK(s.send(buy(4, 103, 1)) == "filled");
  CHECK(s.fills() == "4 3 1@103, 2 1 4@105");
  CHECK(s.updates() == "triggered 2 4@-");
  CHECK(s.output.updates[0].fill_index == 1);
  CHECK_FALSE(s.is_live(2));
}

TEST_CASE("what a stop can not trade is canceled and said") {
  Scene s;
  s.send(stop(1, Side::buy, 9, 100));
  s.send(sell(2, 101, 3));
  s.trade_at(100);
  CHECK(s.fills() == "900001 900000 1@100, 1 2 3@101");
  CHECK(s.updates() == "triggered 1 9@-, canceled 1 6@- no_liquidity");
}

TEST_CASE("a stop-limit rests at its limit with a new time") {
  Scene s;
  s.send(order(1, Side::sell, 5).type(OrderType::stop_limit).price(99).stop(100));
  s.send(sell(2, 99, 7));
  s.send(buy(3, 99, 1));
  CHECK(s.fills() == "3 2 1@99");
  CHECK(s.updates() == "triggered 1 5@99");
  CHECK(s.queue(Side::sell, 99) == "2:6 1:5");
}

TEST_CASE("if-touched orders are elected from the other side") {
  Scene s;
  s.send(order(1, Side::buy, 5).type(OrderType::limit_if_touched).price(98).stop(98));
  s.send(order(2, Side::sell, 5).type(OrderType::market_if_touched).stop(102));
  s.trade_at(99);
  CHECK(s.output.updates.empty());
  s.trade_at(98);
  CHECK(s.updates() == "triggered 1 5@98");
  s.send(buy(3, 97, 2));
  s.send(replace(1, 96, 5));
  s.trade_at(103);
  CHECK(s.updates() == "triggered 2 5@-");
  CHECK(s.fills() == "900001 900000 1@103, 2 3 2@97, 2 1 3@96");
}

TEST_CASE("a cascade of stops runs to its end in one message, in order of election") {
  constexpr u64 kStops = 20'000;
  MatchingEngine engine({}, 50'000);
  EngineOutput output;
  const auto send = [&](const Order& sent) {
    OrderMessage message = sent.message;
    message.terms = 1;
    REQUIRE_FALSE(is_rejected(engine.apply(message, std::span(&sent.terms, 1), 0, output)));
  };
  for (u64 i = 0; i < kStops; ++i) {
    send(stop(100'000 + i, Side::buy, 1, 100 + static_cast<i64>(i)));
    send(sell(200'000 + i, 100 + static_cast<i64>(i), 1));
  }
  send(sell(1, 100 + static_cast<i64>(kStops), 1));
  output = {};
  send(buy(2, 100, 1));
  REQUIRE(output.fills.size() == kStops + 1);
  for (u64 i = 0; i < kStops; ++i) {
    REQUIRE(output.fills[i + 1].taker_order_id == 100'000 + i);
    REQUIRE(output.fills[i + 1].price == 101 + static_cast<i64>(i));
  }
  CHECK(engine.order_count() == 0);
  engine.self_check();
}

TEST_CASE("at one trade rising stops enter lowest first, then falling ones highest first") {
  Scene s;
  s.send(buy(1, 90, 100));
  s.send(sell(2, 120, 100));
  s.send(stop(11, Side::buy, 1, 105));
  s.send(stop(12, Side::buy, 1, 103));
  s.send(stop(13, Side::sell, 1, 106));
  s.send(stop(14, Side::sell, 1, 109));
  s.send(stop(15, Side::buy, 1, 103));
  s.trade_at(105);
  CHECK(s.fills() == "900001 900000 1@105, 12 2 1@120, 15 2 1@120, 11 2 1@120, 14 1 1@90, 13 1 1@90");
}

TEST_CASE("a stop whose price the last trade has reached is elected behind its message, or rejected") {
  Scene s;
  s.trade_at(100);
  s.send(sell(1, 101, 3));
  CHECK(s.send(stop(2, Side::buy, 2, 100)) == "parked");
  CHECK(s.updates() == "triggered 2 2@-");
  CHECK(s.fills() == "2 1 2@101");
  VenueRules rules;
  rules.immediate_trigger = ImmediateTrigger::reject;
  Scene strict(rules);
  strict.trade_at(100);
  CHECK(strict.send(stop(2, Side::buy, 2, 100)) == "stop_price_reached");
  CHECK(strict.send(stop(2, Side::buy, 2, 101)) == "parked");
}

TEST_CASE("an elected stop has a limit where the venue protects it, and its rest stays there") {
  VenueRules rules;
  rules.stop_protection_ticks = 5;
  Scene s(rules);
  s.send(sell(1, 104, 2));
  s.send(sell(2, 106, 2));
  s.send(stop(3, Side::buy, 5, 100));
  s.trade_at(100);
  CHECK(s.updates() == "triggered 3 5@105");
  CHECK(s.fills() == "900001 900000 1@100, 3 1 2@104");
  CHECK(s.queue(Side::buy, 105) == "3:3");
}

TEST_CASE("an elected fill-or-kill order that can not be filled is canceled whole") {
  Scene s;
  s.send(order(1, Side::buy, 5).type(OrderType::stop_limit).price(101).stop(100).force(TimeInForce::fok));
  s.send(sell(2, 101, 4));
  s.trade_at(100);
  CHECK(s.fills() == "900001 900000 1@100");
  CHECK(s.updates() == "triggered 1 5@101, canceled 1 5@101 fok_not_fillable");
}

TEST_CASE("a trailing stop follows by its step, says so, and is elected when the market turns") {
  Scene s;
  s.trade_at(100);
  CHECK(s.send(order(1, Side::sell, 2).type(OrderType::trailing_stop).trails(5, 2)) == "parked");
  CHECK(s.updates() == "stop_moved 1 2@95");
  s.trade_at(101);
  CHECK(s.output.updates.empty());
  s.trade_at(102);
  CHECK(s.updates() == "stop_moved 1 2@97");
  CHECK(s.live(1).stop_price == 97);
  s.send(buy(2, 90, 2));
  s.trade_at(97);
  CHECK(s.fills() == "900001 900000 1@97, 1 2 2@90");
}

TEST_CASE("a trailing stop-limit rests at its offset from the elected stop") {
  Scene s;
  Order trailing =
      order(1, Side::buy, 2).type(OrderType::trailing_stop_limit).trails(1'000, 0, TrailingUnit::basis_points);
  trailing.terms.limit_offset = 3;
  s.trade_at(1'000);
  CHECK(s.send(trailing) == "parked");
  CHECK(s.updates() == "stop_moved 1 2@1100");
  s.trade_at(900);
  CHECK(s.updates() == "stop_moved 1 2@990");
  s.trade_at(990);
  CHECK(s.updates() == "triggered 1 2@993");
  CHECK(s.queue(Side::buy, 993) == "1:2");
}

TEST_CASE("waiting orders are replaced where they wait, and lose their place with a new stop price or more") {
  Scene s;
  s.send(sell(1, 110, 100));
  s.send(stop(11, Side::buy, 3, 105));
  s.send(stop(12, Side::buy, 3, 105));
  CHECK(s.send(replace(11, kNoPrice, 2)) == "replaced");
  CHECK(s.send(replace(11, 7, 2)) == "market_order_with_price");
  CHECK(s.send(replace(12, kNoPrice, 3).stop(104)) == "requeued");
  CHECK(s.send(replace(12, kNoPrice, 3).stop(105)) == "requeued");
  s.trade_at(105);
  CHECK(s.fills() == "900001 900000 1@105, 11 1 2@110, 12 1 3@110");
}

TEST_CASE("a trailing stop that follows since its entry goes to the back when it is replaced to more") {
  Scene s;
  s.trade_at(100);
  s.send(order(1, Side::sell, 1).type(OrderType::trailing_stop).trails(3));
  s.send(stop(2, Side::sell, 1, 97));
  CHECK(s.send(replace(1, kNoPrice, 2)) == "requeued");
  s.send(buy(3, 97, 9));
  s.send(sell(4, 97, 1));
  CHECK(s.updates() == "triggered 2 1@-, triggered 1 2@-");
}

TEST_CASE("a replaced stop price that the market has reached elects the order") {
  Scene s;
  s.trade_at(100);
  s.send(sell(1, 101, 5));
  s.send(stop(2, Side::buy, 3, 105));
  CHECK(s.send(replace(2, kNoPrice, 4).stop(100)) == "requeued");
  CHECK(s.fills() == "2 1 4@101");
}

TEST_CASE("a waiting order can be canceled and its id used again") {
  Scene s;
  s.send(stop(1, Side::buy, 3, 105));
  CHECK(s.send(buy(1, 90, 1)) == "duplicate_order");
  CHECK(s.cancel(1) == "canceled");
  CHECK(s.cancel(1) == "unknown_order");
  CHECK(s.send(buy(1, 90, 1)) == "rested");
}

TEST_CASE("terms that do not belong to an order's type are refused") {
  Scene s;
  CHECK(s.send(order(1, Side::buy, 3).type(OrderType::stop)) == "stop_price_missing");
  CHECK(s.send(buy(1, 100, 3).stop(99)) == "malformed_message");
  CHECK(s.send(buy(1, 100, 3).trails(5)) == "trailing_not_valid");
  CHECK(s.send(order(1, Side::buy, 3).type(OrderType::trailing_stop)) == "trailing_not_valid");
  CHECK(s.send(order(1, Side::buy, 3).type(OrderType::trailing_stop).trails(10'000, 0, TrailingUnit::basis_points)) ==
        "trailing_not_valid");
  CHECK(s.send(stop(1, Side::buy, 3, 100).price(101)) == "market_order_with_price");
  CHECK(s.send(order(1, Side::buy, 3).type(OrderType::stop_limit).stop(100)) == "limit_order_without_price");
  CHECK(s.engine.order_count() == 0);
}

TEST_CASE("an order whose activation price is the last price tracks from its entry on, one above it later") {
  Scene s;
  s.trade_at(100);
  Order trailing = order(1, Side::sell, 2).type(OrderType::trailing_stop).trails(5);
  trailing.terms.activation_price = 100;
  CHECK(s.send(trailing) == "parked");
  CHECK(s.updates() == "stop_moved 1 2@95");
  Order later = order(2, Side::sell, 2).type(OrderType::trailing_stop).trails(5);
  later.terms.activation_price = 101;
  CHECK(s.send(later) == "parked");
  CHECK(s.output.updates.empty());
  s.trade_at(101);
  CHECK(s.updates() == "stop_moved 1 2@96, stop_moved 2 2@96");
}

TEST_CASE("a venue may refuse a trailing order whose activation price is reached") {
  VenueRules rules;
  rules.immediate_trigger = ImmediateTrigger::reject_activation;
  Scene s(rules);
  Order trailing = order(1, Side::sell, 2).type(OrderType::trailing_stop).trails(5);
  trailing.terms.activation_price = 100;
  CHECK(s.send(trailing) == "parked");
  CHECK(s.cancel(1) == "canceled");
  s.trade_at(100);
  CHECK(s.send(trailing) == "stop_price_reached");
  trailing.terms.activation_price = 101;
  CHECK(s.send(trailing) == "parked");
}
