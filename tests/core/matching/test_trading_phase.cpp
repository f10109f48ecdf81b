// The table of trading phases: what each accepts, what may follow it, when an auction is held.
#include "doctest/doctest.h"
#include "matching/trading_phase.hpp"

namespace {

using namespace pytrader;
using Phase = TradingPhase;

bool accepts(Phase phase, OrderType type, const SessionRules& rules = {}) {
  return (acceptance(phase, rules).order_types & members_of(type)) != 0;
}

bool accepts(Phase phase, TimeInForce time_in_force) {
  return (acceptance(phase, {}).times_in_force & members_of(time_in_force)) != 0;
}

TEST_CASE("phases have names that are read in any case") {
  for (const Phase phase : kTradingPhases) {
    Phase read = Phase::closed;
    CHECK(from_text(to_text(phase), read));
    CHECK(read == phase);
  }
  Phase read = Phase::halt;
  CHECK(from_text("Opening_AUCTION", read));
  CHECK(read == Phase::opening_auction);
  CHECK_FALSE(from_text("opening", read));
  CHECK(read == Phase::opening_auction);
}

TEST_CASE("each order type and time in force has a bit of its own") {
  u32 types = 0;
  for (const OrderType type : kOrderTypes) types += members_of(type);
  CHECK(types == (1U << std::size(kOrderTypes)) - 1);
  u32 forces = 0;
  for (const TimeInForce each : kTimesInForce) forces += members_of(each);
  CHECK(forces == (1U << std::size(kTimesInForce)) - 1);
}

TEST_CASE("continuous trading accepts everything, a call phase nothing that must trade at once") {
  for (const OrderType type : kOrderTypes) CHECK(accepts(Phase::continuous, type));
  for (const TimeInForce each : kTimesInForce) CHECK(accepts(Phase::continuous, each));
  for (const Phase phase : {Phase::pre_open, Phase::opening_auction, Phase::intraday_auction, Phase::volatility_auction,
                            Phase::closing_auction}) {
    CHECK(accepts(phase, OrderType::limit));
    CHECK(accepts(phase, OrderType::market));
    CHECK(accepts(phase, OrderType::stop));
    CHECK_FALSE(accepts(phase, OrderType::market_to_limit));
    CHECK_FALSE(accepts(phase, OrderType::market_with_protection));
    CHECK(accepts(phase, TimeInForce::day));
    CHECK_FALSE(accepts(phase, TimeInForce::ioc));
    CHECK_FALSE(accepts(phase, TimeInForce::fok));
    CHECK_FALSE(rules_of(phase).accepts_conditions);
    CHECK(rules_of(phase).collects);
    CHECK(rules_of(phase).publishes == (phase != Phase::pre_open));
  }
}

TEST_CASE("after the close only limit orders are accepted, when closed and halted cancels alone") {
  CHECK(accepts(Phase::post_close, OrderType::limit));
  CHECK_FALSE(accepts(Phase::post_close, OrderType::market));
  CHECK(accepts(Phase::post_close, TimeInForce::ioc));
  for (const Phase phase : {Phase::closed, Phase::halt}) {
    CHECK_FALSE(accepts(phase, OrderType::limit));
    CHECK(rules_of(phase).accepts_cancel);
    CHECK_FALSE(rules_of(phase).accepts_replace);
    CHECK_FALSE(collects(phase, {}));
  }
}

TEST_CASE("a halt collects orders where the venue says so") {
  SessionRules rules;
  rules.halt_accepts_orders = true;
  CHECK(accepts(Phase::halt, OrderType::limit, rules));
  CHECK(collects(Phase::halt, rules));
  CHECK_FALSE(acceptance(Phase::halt, rules).publishes);
  CHECK_FALSE(collects(Phase::closed, rules));
}

TEST_CASE("auction orders enter with their auction, and none with a volatility auction") {
  const u16 open = members_of(TimeInForce::at_the_open);
  const u16 close = members_of(TimeInForce::at_the_close);
  const u16 any = members_of(TimeInForce::good_for_auction);
  CHECK(rules_of(Phase::pre_open).activates == (open | any));
  CHECK(rules_of(Phase::opening_auction).activates == (open | any));
  CHECK(rules_of(Phase::intraday_auction).activates == any);
  CHECK(rules_of(Phase::closing_auction).activates == (close | any));
  CHECK(rules_of(Phase::volatility_auction).activates == 0);
  CHECK(rules_of(Phase::continuous).activates == 0);
}

TEST_CASE("a phase does not follow itself, and a day's phases follow one another") {
  for (const Phase phase : kTradingPhases) CHECK_FALSE(may_follow(phase, phase));
  const Phase day[] = {Phase::closed,     Phase::pre_open,           Phase::opening_auction, Phase::continuous,
                       Phase::halt,       Phase::volatility_auction, Phase::continuous,      Phase::intraday_auction,
                       Phase::continuous, Phase::closing_auction,    Phase::post_close,      Phase::closed};
  for (std::size_t i = 0; i + 1 < std::size(day); ++i) CHECK(may_follow(day[i], day[i + 1]));
  CHECK_FALSE(may_follow(Phase::closed, Phase::closing_auction));
  CHECK_FALSE(may_follow(Phase::continuous, Phase::pre_open));
  CHECK_FALSE(may_follow(Phase::post_close, Phase::continuous));
}

TEST_CASE("any phase can be closed or halted") {
  for (const Phase phase : kTradingPhases) {
    CHECK((phase == Phase::closed || may_follow(phase, Phase::closed)));
    CHECK((phase == Phase::halt || may_follow(phase, Phase::halt)));
  }
}

TEST_CASE("trading begins with an uncross wherever it comes from") {
  for (const Phase phase : kTradingPhases) {
    CHECK(uncrosses(phase, Phase::continuous) == (phase != Phase::continuous && phase != Phase::post_close));
  }
  CHECK(uncrosses(Phase::closing_auction, Phase::post_close));
  CHECK_FALSE(uncrosses(Phase::continuous, Phase::post_close));
}

TEST_CASE("an auction that ends without trading to follow uncrosses too, unless it is halted or prolonged") {
  CHECK(uncrosses(Phase::closing_auction, Phase::closed));
  CHECK(uncrosses(Phase::intraday_auction, Phase::closing_auction));
  CHECK_FALSE(uncrosses(Phase::pre_open, Phase::opening_auction));
  CHECK_FALSE(uncrosses(Phase::pre_open, Phase::closed));
  CHECK_FALSE(uncrosses(Phase::opening_auction, Phase::halt));
  CHECK_FALSE(uncrosses(Phase::opening_auction, Phase::volatility_auction));
  CHECK_FALSE(uncrosses(Phase::volatility_auction, Phase::closing_auction));
  CHECK(uncrosses(Phase::volatility_auction, Phase::closed));
}

}  // namespace
