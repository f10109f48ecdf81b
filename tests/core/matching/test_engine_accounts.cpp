// Self-trade prevention, reduce-only orders, positions, groups and mass cancels, one rule a test.
#include "doctest/doctest.h"
#include "engine_scene.hpp"

namespace {

using namespace pytrader;
using namespace pytrader::testing;

VenueRules preventing(SelfTrade mode) {
  VenueRules rules;
  rules.self_trade = mode;
  return rules;
}

}  // namespace

TEST_CASE("without an instruction orders of one owner trade") {
  Scene s;
  s.send(sell(1, 100, 5).owner(7));
  CHECK(s.send(buy(2, 100, 5).owner(7)) == "filled");
}

TEST_CASE("cancel newest takes the rest of the taker away and leaves the maker") {
  Scene s(preventing(SelfTrade::cancel_newest));
  s.send(sell(1, 100, 5));
  s.send(sell(2, 100, 5).owner(7));
  s.send(sell(3, 101, 5));
  CHECK(s.send(buy(4, 101, 12).owner(7)) == "remainder_canceled");
  CHECK(s.fills() == "4 1 5@100");
  CHECK(s.updates() == "canceled 4 7@101 self_trade");
  CHECK(s.queue(Side::sell, 100) == "2:5");
}

TEST_CASE("cancel oldest takes the maker away, reserve and all, and goes on") {
  Scene s(preventing(SelfTrade::cancel_oldest));
  s.send(sell(1, 100, 50).owner(7).display(5));
  s.send(sell(2, 101, 5));
  CHECK(s.send(buy(3, 101, 12).owner(7)) == "rested");
  CHECK(s.updates() == "canceled 1 50@100 self_trade");
  CHECK(s.fills() == "3 2 5@101");
  CHECK(s.queue(Side::buy, 101) == "3:7");
}

TEST_CASE("cancel both takes both away, the maker first") {
  Scene s(preventing(SelfTrade::cancel_both));
  s.send(sell(1, 100, 5).owner(7));
  CHECK(s.send(buy(2, 101, 12).owner(7)) == "remainder_canceled");
  CHECK(s.updates() == "canceled 1 5@100 self_trade, canceled 2 12@101 self_trade");
  CHECK(s.engine.order_count() == 0);
}

TEST_CASE("decrement lowers both by the smaller open quantity without a trade") {
  Scene s(preventing(SelfTrade::decrement));
  s.send(sell(1, 100, 5).owner(7));
  s.send(sell(2, 100, 10).owner(7));
  CHECK(s.send(buy(3, 100, 8).owner(7)) == "remainder_canceled");
  CHECK(s.fills().empty());
  CHECK(s.updates() ==
        "decremented 1 5@100 self_trade, decremented 3 5@100 self_trade, decremented 2 3@100 self_trade, "
        "decremented 3 3@100 self_trade");
  CHECK(s.output.updates[3].leaves_qty == 0);
  CHECK(s.queue(Side::sell, 100) == "2:7");
  CHECK(s.live(2).cum_qty == 0);
}

TEST_CASE("what was prevented counts in the total of a replace") {
  Scene s(preventing(SelfTrade::decrement));
  s.send(sell(1, 100, 10).owner(7));
  s.send(buy(2, 100, 4).owner(7));
  CHECK(s.send(replace(1, 100, 9)) == "replaced");
  CHECK(s.queue(Side::sell, 100) == "1:5");
  CHECK(s.send(replace(1, 100, 4)) == "replaced_closed");
}

TEST_CASE("the taker's instruction rules, or the maker's where the venue says so") {
  Scene s;
  s.send(sell(1, 100, 5).owner(7).self_trade(SelfTrade::cancel_newest));
  CHECK(s.send(buy(2, 100, 5).owner(7).self_trade(SelfTrade::cancel_oldest)) == "rested");
  CHECK(s.updates() == "canceled 1 5@100 self_trade");
  VenueRules rules;
  rules.self_trade_decider = SelfTradeDecider::maker;
  Scene other(rules);
  other.send(sell(1, 100, 5).owner(7).self_trade(SelfTrade::cancel_newest));
  CHECK(other.send(buy(2, 100, 5).owner(7).self_trade(SelfTrade::cancel_oldest)) == "remainder_canceled");
  CHECK(other.is_live(1));
}

TEST_CASE("owners of one group count as one house where the venue says so") {
  VenueRules rules = preventing(SelfTrade::cancel_newest);
  rules.self_trade_scope = SelfTradeScope::group;
  Scene s(rules);
  s.send(control(MessageKind::group, 7, 3));
  s.send(control(MessageKind::group, 8, 3));
  s.send(sell(1, 100, 5).owner(7));
  CHECK(s.send(buy(2, 100, 1).owner(9)) == "filled");
  CHECK(s.send(buy(3, 100, 1).owner(8)) == "remainder_canceled");
  CHECK(s.send(buy(3, 100, 1).owner(7)) == "remainder_canceled");
  Scene apart(preventing(SelfTrade::cancel_newest));
  apart.send(control(MessageKind::group, 7, 3));
  apart.send(control(MessageKind::group, 8, 3));
  apart.send(sell(1, 100, 5).owner(7));
  CHECK(apart.send(buy(3, 100, 1).owner(8)) == "filled");
}

TEST_CASE("orders of one's own do not count for fill-or-kill") {
  Scene s(preventing(SelfTrade::cancel_oldest));
  s.send(sell(1, 100, 5).owner(7));
  s.send(sell(2, 100, 5));
  CHECK(s.send(buy(3, 100, 6).owner(7).force(TimeInForce::fok)) == "fok_not_fillable");
  CHECK(s.is_live(1));
  CHECK(s.send(buy(3, 100, 5).owner(7).force(TimeInForce::fok)) == "filled");
  CHECK_FALSE(s.is_live(1));
}

TEST_CASE("an order that would end the taker ends what fill-or-kill can reach, reserves before it included") {
  Scene s(preventing(SelfTrade::cancel_newest));
  s.send(sell(1, 100, 20).display(5));
  s.send(sell(2, 100, 5).owner(7));
  CHECK(s.send(buy(3, 100, 6).owner(7).force(TimeInForce::fok)) == "fok_not_fillable");
  CHECK(s.send(buy(3, 100, 5).owner(7).force(TimeInForce::fok)) == "filled");
}

TEST_CASE("reduce-only orders are cut to the position and leave when nothing is left to reduce") {
  Scene s;
  CHECK(s.send(sell(1, 100, 5).flags(kReduceOnly)) == "owner_missing");
  CHECK(s.send(sell(1, 100, 5).flags(kReduceOnly).owner(7)) == "reduce_only_would_increase");
  s.send(control(MessageKind::position, 7, 6));
  CHECK(s.send(sell(1, 100, 10).flags(kReduceOnly).owner(7)) == "rested");
  CHECK(s.updates() == "decremented 1 4@100 reduce_only_would_increase");
  CHECK(s.queue(Side::sell, 100) == "1:6");
  CHECK(s.send(sell(2, 101, 5).flags(kReduceOnly).owner(7)) == "rested");
  CHECK(s.send(buy(3, 101, 8)) == "rested");
  CHECK(s.fills() == "3 1 6@100");
  CHECK(s.updates() == "canceled 2 5@101 reduce_only_would_increase");
  CHECK((s.engine.position(7) == 0));
}

TEST_CASE("a resting reduce-only order is cut when it is reached") {
  Scene s;
  s.send(control(MessageKind::position, 7, 6));
  s.send(sell(1, 100, 6).flags(kReduceOnly).owner(7));
  s.send(control(MessageKind::position, 7, 2));
  CHECK(s.send(buy(2, 100, 3).force(TimeInForce::fok)) == "fok_not_fillable");
  CHECK(s.send(buy(2, 100, 3)) == "rested");
  CHECK(s.updates() == "decremented 1 4@100 reduce_only_would_increase");
  CHECK(s.fills() == "2 1 2@100");
  CHECK((s.engine.position(7) == 0));
}

TEST_CASE("positions follow the trades of their owners") {
  Scene s;
  s.send(sell(1, 100, 5).owner(7));
  s.send(buy(2, 100, 3).owner(8));
  CHECK((s.engine.position(7) == -3));
  CHECK((s.engine.position(8) == 3));
  CHECK(s.send(control(MessageKind::position, 0, 3)) == "owner_missing");
  CHECK(s.send(control(MessageKind::group, 7, -1)) == "malformed_message");
}

TEST_CASE("a mass cancel takes the orders of one owner, or all, by ascending id") {
  Scene s;
  s.send(buy(5, 90, 1).owner(7));
  s.send(buy(3, 91, 1).owner(8));
  s.send(order(2, Side::buy, 1).type(OrderType::stop).stop(120).owner(7));
  s.send(buy(4, 92, 1).owner(7).flags(kHidden));
  s.send(buy(1, 93, 1));
  CHECK(s.send(control(MessageKind::mass_cancel, 7, 0)) == "accepted");
  CHECK(s.updates() == "canceled 2 1@- mass_canceled, canceled 4 1@92 mass_canceled, canceled 5 1@90 mass_canceled");
  CHECK(s.send(control(MessageKind::mass_cancel, 7, 0)) == "accepted");
  CHECK(s.output.updates.empty());
  CHECK(s.send(control(MessageKind::mass_cancel, 0, 0)) == "accepted");
  CHECK(s.updates() == "canceled 1 1@93 mass_canceled, canceled 3 1@91 mass_canceled");
  CHECK(s.engine.order_count() == 0);
}
