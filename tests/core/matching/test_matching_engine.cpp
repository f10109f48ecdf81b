// The matching engine's rules one by one, and whole streams against a reference of standard containers.
#include <algorithm>
#include <string>
#include <vector>

#include "../book/random_source.hpp"
#include "doctest/doctest.h"
#include "matching/matching_engine.hpp"
#include "reference_matcher.hpp"

namespace {

using namespace pytrader;
using testing::RandomSource;
using testing::ReferenceMatcher;

OrderMessage limit(u64 id, Side side, i64 price, i64 quantity, TimeInForce force = TimeInForce::gtc, u16 flags = 0) {
  OrderMessage message = new_limit(id, side, price, quantity);
  message.time_in_force = static_cast<u8>(force);
  message.flags = flags;
  return message;
}

OrderMessage market(u64 id, Side side, i64 quantity, TimeInForce force = TimeInForce::ioc) {
  OrderMessage message = new_market(id, side, quantity);
  message.time_in_force = static_cast<u8>(force);
  return message;
}

struct Fixture {
  explicit Fixture(const VenueRules& rules = {}, u32 max_orders = 1000) : engine(rules, max_orders) {}

  Outcome send(const OrderMessage& message) {
    fills.clear();
    status = engine.apply(message, 0, output);
    engine.self_check();
    return outcome_of(status);
  }
  RejectReason refused(const OrderMessage& message) {
    send(message);
    return reason_of(status);
  }

  MatchingEngine engine;
  EngineOutput output;
  std::vector<Fill>& fills = output.fills;
  MessageStatus status = 0;
};

// A step between ids that the index maps onto one bucket and one tag.
constexpr u64 kCrowdingStep = 0xF1DE83E19937733D;

OrderMessage draw(RandomSource& random, u64 ids, i64 prices, u64 step = 1) {
  const u64 id = ~(random.below(ids) * step);
  const u64 kind = random.below(100);
  const i64 price = random.between(-prices / 2, prices / 2);
  const i64 quantity = random.between(1, 20);
  const Side side = random.below(2) == 0 ? Side::buy : Side::sell;
  if (kind < 30) return cancel_of(id);
  if (kind < 50) return replace_of(id, price, quantity);
  if (kind < 54) return market(id, side, quantity * 3, kind == 50 ? TimeInForce::fok : TimeInForce::ioc);
  if (kind < 58) return limit(id, side, price, quantity, TimeInForce::ioc);
  if (kind < 62) return limit(id, side, price, quantity * 3, TimeInForce::fok);
  return limit(id, side, price, quantity, TimeInForce::gtc, kind < 70 ? u16{kPostOnly} : u16{0});
}

void require_equal(const Fill& a, const Fill& b) {
  REQUIRE(a.taker_order_id == b.taker_order_id);
  REQUIRE(a.maker_order_id == b.maker_order_id);
  REQUIRE(a.price == b.price);
  REQUIRE(a.quantity == b.quantity);
  REQUIRE(a.taker_leaves_qty == b.taker_leaves_qty);
  REQUIRE(a.maker_leaves_qty == b.maker_leaves_qty);
  REQUIRE(a.taker_side == b.taker_side);
}

void require_equal_books(const MatchingEngine& engine, const ReferenceMatcher& reference) {
  for (const Side side : {Side::buy, Side::sell}) {
    std::vector<LevelTotals> levels(engine.side(side).level_count());
    engine.depth(side, levels.size(), levels.data());
    REQUIRE(levels.size() == reference.levels(side).size());
    std::size_t at = 0;
    for (const auto& [price_key, queue] : reference.levels(side)) {
      std::vector<LiveOrder> orders;
      engine.queue(side, levels[at++].price, orders);
      REQUIRE(orders.size() == queue.size());
      auto order = orders.begin();
      for (const ReferenceMatcher::Order& expected : queue) {
        REQUIRE(order->order_id == expected.id);
        REQUIRE(order->price == expected.price);
        REQUIRE(order->leaves_qty == expected.leaves);
        REQUIRE(order->cum_qty == expected.done);
        REQUIRE(order->terms.has(kPostOnly) == expected.post_only);
        ++order;
      }
    }
  }
}

VenueRules amending(AmendPolicy amend, ReplaceQuantity replace_quantity) {
  VenueRules rules;
  rules.amend = amend;
  rules.replace_quantity = replace_quantity;
  return rules;
}

// One order that waits sends every message the general way.
void wait_for_a_price_that_never_comes(MatchingEngine& engine) {
  OrderMessage message = market(5'000, Side::buy, 1, TimeInForce::gtc);
  message.order_type = static_cast<u8>(OrderType::stop);
  message.terms = 1;
  OrderTerms terms;
  terms.stop_price = INT64_MAX;
  EngineOutput output;
  REQUIRE(engine.apply(message, std::span(&terms, 1), 0, output) == status_of(Outcome::parked));
}

}  // namespace

TEST_CASE("random streams give the reference's statuses, fills and books under all rules") {
  const VenueRules all_rules[] = {
      amending(AmendPolicy::keeps_on_decrease, ReplaceQuantity::total),
      amending(AmendPolicy::always_loses, ReplaceQuantity::total),
      amending(AmendPolicy::keeps_on_decrease, ReplaceQuantity::open),
      amending(AmendPolicy::always_loses, ReplaceQuantity::open),
  };
  for (const VenueRules& rules : all_rules) {
    for (u64 seed = 1; seed <= 12; ++seed) {
      RandomSource random(seed);
      MatchingEngine engine(rules);
      ReferenceMatcher reference(rules);
      EngineOutput output;
      if (seed > 6) wait_for_a_price_that_never_comes(engine);
      std::vector<Fill>& fills = output.fills;
      std::vector<Fill> expected;
      const i64 prices = seed % 2 == 0 ? 8 : 400;
      for (int i = 0; i < 3000; ++i) {
        const OrderMessage message = draw(random, 60, prices, seed % 3 == 0 ? kCrowdingStep : 1);
        fills.clear();
        expected.clear();
        REQUIRE(engine.apply(message, i, output) == reference.apply(message, expected));
        REQUIRE(fills.size() == expected.size());
        for (std::size_t k = 0; k < fills.size(); ++k) require_equal(fills[k], expected[k]);
        engine.self_check();
        require_equal_books(engine, reference);
      }
    }
  }
}

TEST_CASE("a batch says the same as its messages one by one") {
  RandomSource random(9);
  std::vector<OrderMessage> messages;
  // So many orders that the batch looks ahead.
  for (u64 id = 0; id < 60'000; ++id) {
    const bool buys = id % 2 == 0;
    messages.push_back(limit(id, buys ? Side::buy : Side::sell,
                             (buys ? -20 : 20) + (id % 5 == 0 ? 0
                                                  : buys      ? -1
                                                              : 1),
                             3));
  }
  for (int i = 0; i < 5000; ++i) messages.push_back(draw(random, 200, 30));
  for (int i = 0; i < 5000; ++i) messages.push_back(cancel_of(random.below(70'000)));
  // Now and then an order that waits sends the others the general way, until it leaves.
  OrderTerms terms;
  terms.stop_price = INT64_MAX;
  for (std::size_t at = 100; at < messages.size(); at += 500) {
    OrderMessage stop = market(100'000, Side::buy, 1, TimeInForce::gtc);
    stop.order_type = static_cast<u8>(OrderType::stop);
    stop.terms = 1;
    messages[at] = stop;
    messages[at + 1 + random.below(300)] = cancel_of(100'000);
  }
  MatchingEngine whole;
  std::vector<MessageStatus> statuses(messages.size());
  EngineOutput output;
  whole.apply(messages, std::span(&terms, 1), statuses.data(), output);

  MatchingEngine single;
  EngineOutput single_output;
  for (std::size_t i = 0; i < messages.size(); ++i) {
    REQUIRE(single.apply(messages[i], std::span(&terms, 1), static_cast<i64>(i), single_output) == statuses[i]);
  }
  const std::vector<Fill>& fills = output.fills;
  const std::vector<Fill>& single_fills = single_output.fills;
  REQUIRE(fills.size() == single_fills.size());
  for (std::size_t i = 0; i < fills.size(); ++i) {
    require_equal(fills[i], single_fills[i]);
    REQUIRE(fills[i].message_index == single_fills[i].message_index);
  }
  CHECK(std::count(statuses.begin(), statuses.end(), status_of(Outcome::parked)) > 100);
  CHECK(whole.counters().messages == messages.size());
  CHECK(whole.counters().fills == fills.size());
}

TEST_CASE("malformed messages are refused and change nothing") {
  Fixture f;
  OrderMessage message = limit(1, Side::buy, 10, 5);
  message.kind = 10;
  CHECK(f.refused(message) == RejectReason::malformed_message);
  message = limit(1, Side::buy, 10, 5);
  message.flags = 32;
  CHECK(f.refused(message) == RejectReason::malformed_message);
  message.flags = kPostOnly;
  message.side = 0;
  CHECK(f.refused(message) == RejectReason::side_not_valid);
  message.side = 3;
  CHECK(f.refused(message) == RejectReason::side_not_valid);
  message = limit(1, Side::buy, 10, 5);
  message.order_type = 9;
  CHECK(f.refused(message) == RejectReason::order_type_not_supported);
  message = limit(1, Side::buy, 10, 5);
  message.reserved = 1;
  CHECK(f.refused(message) == RejectReason::malformed_message);
  CHECK(f.refused(limit(1, Side::buy, 10, 5, static_cast<TimeInForce>(9))) ==
        RejectReason::time_in_force_not_supported);
  CHECK(f.refused(limit(1, Side::buy, kNoPrice, 5)) == RejectReason::limit_order_without_price);
  message = market(1, Side::buy, 5);
  message.price = 7;
  CHECK(f.refused(message) == RejectReason::market_order_with_price);
  CHECK(f.refused(replace_of(1, kNoPrice, 5)) == RejectReason::limit_order_without_price);
  CHECK(f.engine.order_count() == 0);
  CHECK(f.engine.counters().rejections[static_cast<u8>(RejectReason::side_not_valid)] == 2);
}

TEST_CASE("a replace with terms that do not exist is refused") {
  Fixture f;
  f.send(limit(1, Side::buy, 10, 5));
  OrderMessage message = replace_of(1, 11, 5);
  message.terms = 1;
  CHECK(f.refused(message) == RejectReason::malformed_message);
  CHECK(f.engine.best(Side::buy).price == 10);
}

TEST_CASE("terms that do not exist are looked for by new and replace messages only, whatever else is at work") {
  for (const bool waits : {false, true}) {
    Fixture f;
    if (waits) wait_for_a_price_that_never_comes(f.engine);
    f.send(limit(1, Side::buy, 10, 5));
    const auto with_terms = [](OrderMessage message) {
      message.terms = 7;
      return message;
    };
    CHECK(f.refused(with_terms(limit(2, Side::buy, 10, 5))) == RejectReason::malformed_message);
    CHECK(f.refused(with_terms(replace_of(9, 10, 5))) == RejectReason::unknown_order);
    CHECK(f.refused(with_terms(replace_of(1, 10, 0))) == RejectReason::quantity_not_positive);
    CHECK(f.refused(with_terms(replace_of(1, 10, 4))) == RejectReason::malformed_message);
    CHECK(f.refused(with_terms(cancel_of(9))) == RejectReason::unknown_order);
    CHECK(f.send(with_terms(message_about(MessageKind::clock, 0))) == Outcome::accepted);
    CHECK(f.send(with_terms(cancel_of(1))) == Outcome::canceled);
  }
}

TEST_CASE("prices at both ends of the range trade") {
  Fixture f;
  CHECK(f.send(limit(1, Side::sell, INT64_MAX, 5)) == Outcome::rested);
  CHECK(f.send(limit(2, Side::buy, kNoPrice + 1, 5)) == Outcome::rested);
  CHECK(f.send(market(3, Side::buy, 2)) == Outcome::filled);
  CHECK(f.fills[0].price == INT64_MAX);
  CHECK(f.send(limit(4, Side::sell, kNoPrice + 1, 2, TimeInForce::fok)) == Outcome::filled);
  CHECK(f.fills[0].price == kNoPrice + 1);
}

TEST_CASE("the open quantity of a side stays within 64 bits") {
  Fixture f;
  CHECK(f.send(limit(1, Side::buy, 10, INT64_MAX - 5)) == Outcome::rested);
  CHECK(f.refused(limit(2, Side::buy, 9, 6)) == RejectReason::quantity_above_maximum);
  CHECK(f.send(limit(2, Side::buy, 9, 5)) == Outcome::rested);
  CHECK(f.refused(replace_of(2, 8, 6)) == RejectReason::quantity_above_maximum);
  CHECK(f.send(market(3, Side::sell, INT64_MAX)) == Outcome::filled);
  CHECK(f.fills.size() == 2);
}

TEST_CASE("a total beyond 64 bits of executed and open quantity is refused") {
  Fixture f(amending(AmendPolicy::keeps_on_decrease, ReplaceQuantity::open));
  f.send(limit(1, Side::buy, 10, 10));
  f.send(market(2, Side::sell, 4));
  CHECK(f.refused(replace_of(1, 10, INT64_MAX - 3)) == RejectReason::quantity_above_maximum);
  CHECK(f.send(replace_of(1, 10, INT64_MAX - 4)) == Outcome::requeued);
}

TEST_CASE("orders beyond the bound are refused, and those that can not rest still trade") {
  Fixture f({}, 2);
  f.send(limit(1, Side::buy, 10, 5));
  f.send(limit(2, Side::buy, 9, 5));
  CHECK(f.refused(limit(3, Side::buy, 8, 5)) == RejectReason::order_limit);
  CHECK(f.send(replace_of(2, 8, 5)) == Outcome::requeued);
  CHECK(f.send(market(3, Side::sell, 5)) == Outcome::filled);
  CHECK(f.send(limit(4, Side::buy, 7, 5)) == Outcome::rested);
}

TEST_CASE("ids at both ends of 64 bits are ids like others") {
  Fixture f;
  f.send(limit(0, Side::buy, 10, 5));
  f.send(limit(~u64{0}, Side::buy, 10, 5));
  CHECK(f.refused(limit(0, Side::buy, 10, 5)) == RejectReason::duplicate_order);
  f.send(market(7, Side::sell, 6));
  CHECK(f.fills[0].maker_order_id == 0);
  CHECK(f.fills[1].maker_order_id == ~u64{0});
  CHECK(f.send(cancel_of(~u64{0})) == Outcome::canceled);
}

TEST_CASE("the presets are the table of the documentation") {
  CHECK(venue_presets().size() == 6);
  for (const VenuePreset& preset : venue_presets()) {
    const bool loses = std::string(preset.name) == "nasdaq" || std::string(preset.name) == "binance_futures";
    CHECK((preset.rules.amend == AmendPolicy::always_loses) == loses);
    CHECK((preset.rules.post_only == PostOnlyPolicy::not_offered) == (std::string(preset.name) == "cme_globex"));
  }
}

namespace {

// An engine whose parts a test may spoil.
struct SpoiltEngine : MatchingEngine {
  Level& best(Side which) { return mutable_side(which)[side(which).best()]; }
};

}  // namespace

TEST_CASE("what takes from a best level that is not one stops the run") {
  for (const bool waits : {false, true}) {
    SpoiltEngine engine;
    EngineOutput output;
    if (waits) wait_for_a_price_that_never_comes(engine);
    engine.apply(limit(1, Side::sell, 10, 5), 0, output);
    engine.apply(limit(2, Side::buy, 9, 5), 0, output);
    engine.best(Side::buy).quantity = 0;
    CHECK_THROWS_AS(engine.apply(limit(3, Side::buy, 10, 2, TimeInForce::ioc), 0, output), std::logic_error);
  }
}
