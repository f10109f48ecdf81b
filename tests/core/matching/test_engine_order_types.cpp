// Market-to-limit, protection, minimum quantity, all-or-none, pegged, post-only and expiring orders, one rule a test.
#include "doctest/doctest.h"
#include "engine_scene.hpp"

namespace {

using namespace pytrader;
using namespace pytrader::testing;

Order all_or_none(Order made) {
  return made.flags(kAllOrNone);
}

Order pegged(u64 id, Side side, i64 quantity, PegType type, i64 offset = 0) {
  return order(id, side, quantity).peg(type, offset);
}

}  // namespace

TEST_CASE("market-to-limit trades at the best price only and rests there") {
  Scene s;
  s.send(sell(1, 100, 5));
  s.send(sell(2, 100, 5).flags(kHidden));
  s.send(sell(3, 101, 5));
  CHECK(s.send(order(4, Side::buy, 12).type(OrderType::market_to_limit)) == "rested");
  CHECK(s.fills() == "4 1 5@100, 4 2 5@100");
  CHECK(s.queue(Side::buy, 100) == "4:2");
  Scene empty;
  CHECK(empty.send(order(4, Side::buy, 12).type(OrderType::market_to_limit)) == "no_liquidity");
}

TEST_CASE("market with protection rests at its distance from the best opposite price") {
  VenueRules rules;
  rules.market_protection_ticks = 4;
  Scene s(rules);
  s.send(sell(1, 100, 5));
  s.send(sell(2, 104, 5));
  s.send(sell(3, 105, 5));
  CHECK(s.send(order(4, Side::buy, 12).type(OrderType::market_with_protection)) == "rested");
  CHECK(s.fills() == "4 1 5@100, 4 2 5@104");
  CHECK(s.queue(Side::buy, 104) == "4:2");
  Scene without;
  CHECK(without.send(order(1, Side::buy, 1).type(OrderType::market_with_protection)) == "order_type_not_supported");
}

TEST_CASE("less than the minimum quantity cancels all, enough of it lets the rest stay") {
  Scene s;
  s.send(sell(1, 100, 5));
  CHECK(s.send(buy(2, 100, 10).minimum(6)) == "remainder_canceled");
  CHECK(s.updates() == "canceled 2 10@100 minimum_quantity_not_met");
  CHECK(s.fills().empty());
  CHECK(s.send(buy(2, 100, 10).minimum(5)) == "rested");
  CHECK(s.fills() == "2 1 5@100");
  CHECK(s.send(buy(3, 100, 10).minimum(11)) == "minimum_quantity_not_valid");
  CHECK(s.send(order(3, Side::buy, 10).minimum(1)) == "minimum_quantity_not_valid");
}

TEST_CASE("an all-or-none order trades in full or not at all") {
  Scene s;
  s.send(sell(1, 100, 5));
  CHECK(s.send(all_or_none(buy(2, 100, 8))) == "rested");
  CHECK(s.engine.bids().empty());
  CHECK(s.send(sell(3, 100, 2)) == "rested");
  CHECK(s.fills().empty());
  CHECK(s.send(sell(4, 99, 1)) == "rested");
  CHECK(s.fills() == "2 4 1@99, 2 1 5@100, 2 3 2@100");
  CHECK(s.engine.order_count() == 0);
}

TEST_CASE("a taker passes over an all-or-none order that is larger than its rest") {
  Scene s;
  s.send(all_or_none(sell(1, 99, 10)));
  s.send(all_or_none(sell(2, 99, 3)));
  s.send(sell(3, 100, 5));
  CHECK(s.send(buy(4, 100, 8)) == "filled");
  CHECK(s.fills() == "4 2 3@99, 4 3 5@100");
  CHECK(s.queue(Side::sell, 99) == "1:10");
  CHECK(s.send(buy(5, 99, 10)) == "filled");
  CHECK(s.fills() == "5 1 10@99");
}

TEST_CASE("an all-or-none order that must trade at once is refused where it can not") {
  Scene s;
  s.send(sell(1, 100, 5));
  CHECK(s.send(all_or_none(buy(2, 100, 6)).force(TimeInForce::ioc)) == "fok_not_fillable");
  CHECK(s.send(all_or_none(buy(2, 100, 5)).force(TimeInForce::ioc)) == "filled");
}

TEST_CASE("an all-or-none order made smaller is tried again at once") {
  Scene s;
  s.send(sell(1, 100, 5));
  s.send(all_or_none(buy(2, 100, 8)));
  CHECK(s.send(replace(2, 100, 5)) == "replaced");
  CHECK(s.fills() == "2 1 5@100");
}

TEST_CASE("pegged orders follow their reference, capped by their limit, each with a new time") {
  Scene s;
  s.send(buy(1, 95, 5));
  s.send(sell(2, 105, 5));
  CHECK(s.send(pegged(3, Side::buy, 2, PegType::primary, 1)) == "rested");
  CHECK(s.send(pegged(4, Side::buy, 2, PegType::midpoint).price(97)) == "rested");
  CHECK(s.send(pegged(5, Side::sell, 2, PegType::midpoint, 1)) == "rested");
  CHECK(s.live(3).price == 94);
  CHECK(s.live(4).price == 97);
  CHECK(s.live(5).price == 101);
  CHECK(s.send(buy(6, 98, 1)) == "rested");
  CHECK(s.updates() == "repriced 3 2@97, repriced 5 2@103");
  CHECK(s.queue(Side::buy, 97) == "4:2 3:2");
  CHECK(s.engine.level(Side::buy, 97).quantity == 0);
}

TEST_CASE("a pegged order without its reference waits, and enters when it comes") {
  Scene s;
  CHECK(s.send(pegged(1, Side::buy, 2, PegType::primary)) == "parked");
  s.send(buy(2, 90, 1));
  CHECK(s.updates() == "repriced 1 2@90");
  CHECK(s.cancel(2) == "canceled");
  CHECK(s.updates() == "repriced 1 2@-");
  CHECK(s.send(sell(3, 90, 1)) == "rested");
}

TEST_CASE("re-priced midpoint orders meet each other") {
  Scene s;
  s.send(buy(1, 90, 1));
  s.send(sell(2, 110, 1));
  s.send(pegged(3, Side::sell, 5, PegType::midpoint).price(104));
  s.send(pegged(4, Side::buy, 3, PegType::midpoint));
  CHECK(s.live(4).price == 100);
  CHECK(s.live(3).price == 104);
  s.send(buy(5, 98, 1));
  CHECK(s.updates() == "repriced 4 3@104");
  CHECK(s.fills() == "4 3 3@104");
  CHECK(s.live(3).leaves_qty == 2);
}

TEST_CASE("where the venue slides post-only orders they rest one tick from the best of all liquidity") {
  VenueRules rules;
  rules.post_only = PostOnlyPolicy::slide;
  Scene s(rules);
  s.send(sell(1, 100, 5).flags(kHidden));
  CHECK(s.send(buy(2, 103, 5).flags(kPostOnly)) == "rested");
  CHECK(s.updates() == "repriced 2 5@99");
  CHECK(s.queue(Side::buy, 99) == "2:5");
  CHECK(s.fills().empty());
}

TEST_CASE("a post-only order that has no price left to slide to is refused") {
  VenueRules rules;
  rules.post_only = PostOnlyPolicy::slide;
  Scene s(rules);
  s.send(buy(1, INT64_MAX, 5));
  CHECK(s.send(sell(2, 100, 5).flags(kPostOnly)) == "post_only_would_take");
  CHECK(s.cancel(1) == "canceled");
  s.send(sell(3, kNoPrice + 1, 5));
  CHECK(s.send(buy(4, 100, 5).flags(kPostOnly)) == "post_only_would_take");
}

TEST_CASE("an order good till date leaves at its time, before anything else") {
  Scene s;
  CHECK(s.send(buy(1, 100, 5).force(TimeInForce::gtd)) == "expire_time_missing");
  CHECK(s.send(buy(1, 100, 5).expires(50)) == "rested");
  CHECK(s.send(buy(2, 100, 5).expires(40)) == "rested");
  CHECK(s.send(order(3, Side::buy, 1).type(OrderType::stop).stop(200).expires(50)) == "parked");
  CHECK(s.send(control(MessageKind::clock, 0, 49)) == "accepted");
  CHECK(s.updates() == "expired 2 5@100");
  CHECK(s.send(control(MessageKind::clock, 0, 50)) == "accepted");
  CHECK(s.updates() == "expired 1 5@100, expired 3 1@-");
  CHECK(s.send(control(MessageKind::clock, 0, 49)) == "clock_backwards");
  CHECK(s.send(buy(1, 100, 5).expires(50)) == "expire_time_passed");
  CHECK(s.output.updates.empty());
  CHECK(s.engine.order_count() == 0);
}

TEST_CASE("a venue refuses what it does not offer") {
  VenueRules rules;
  rules.order_types = members_of(OrderType::limit);
  rules.times_in_force = members_of(TimeInForce::gtc);
  rules.instructions = 0;
  Scene s(rules);
  CHECK(s.send(order(1, Side::buy, 1)) == "order_type_not_supported");
  CHECK(s.send(buy(1, 100, 1).force(TimeInForce::ioc)) == "time_in_force_not_supported");
  CHECK(s.send(buy(1, 100, 1).flags(kHidden)) == "instruction_not_supported");
  CHECK(s.send(buy(1, 100, 1)) == "rested");
}

TEST_CASE("the open quantity of a side counts what waits and what is not displayed") {
  Scene s;
  CHECK(s.send(order(1, Side::buy, INT64_MAX - 10).type(OrderType::stop).stop(100)) == "parked");
  CHECK(s.send(buy(2, 90, 11)) == "quantity_above_maximum");
  CHECK(s.send(buy(2, 90, 10)) == "rested");
  CHECK(s.engine.open_quantity(Side::buy) == INT64_MAX);
  CHECK(s.send(replace(1, kNoPrice, 5)) == "replaced");
  CHECK(s.engine.open_quantity(Side::buy) == 15);
}

TEST_CASE("the bound of live orders counts those that wait") {
  Scene s({}, 2);
  CHECK(s.send(order(1, Side::buy, 1).type(OrderType::stop).stop(100)) == "parked");
  CHECK(s.send(buy(2, 90, 10)) == "rested");
  CHECK(s.send(buy(3, 90, 10)) == "order_limit");
  CHECK(s.send(sell(3, 90, 4).force(TimeInForce::ioc)) == "filled");
}
