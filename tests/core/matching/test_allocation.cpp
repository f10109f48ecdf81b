// Counts and refuses the matching engine's allocations: none once it is warm, no harm by one that fails.
#include <new>
#include <span>
#include <vector>

#include "../book/random_source.hpp"
#include "../counted_allocation.hpp"
#include "doctest/doctest.h"
#include "matching/matching_engine.hpp"

namespace {

using namespace pytrader;

// A book of hundreds of orders around a price that travels to and fro, with trades, cancels and replaces.
void play(MatchingEngine& engine, testing::RandomSource& random, int messages, EngineOutput& output) {
  for (int i = 0; i < messages; ++i) {
    OrderMessage message{};
    message.order_id = random.below(3000);
    const u64 kind = random.below(10);
    message.kind = kind < 4 ? 2 : kind < 6 ? 3 : 1;
    message.side = static_cast<u8>(1 + random.below(2));
    message.order_type = kind == 9 ? 1 : 2;
    message.time_in_force = kind == 8 ? 3 : 1;
    const i64 middle = 10'000 + std::abs(i % 4000 - 2000) / 10;
    const i64 away = random.between(0, 40);
    message.price = kind == 9 ? 0 : message.side == 1 ? middle - away : middle + away;
    message.quantity = random.between(1, 30);
    output.fills.clear();
    engine.apply(message, i, output);
  }
}

// Orders of all types around one price, most of which are not plain: they wait, hide, trail, peg, belong to somebody.
OrderMessage special_order(testing::RandomSource& random, OrderTerms& terms) {
  constexpr OrderType kTypes[] = {OrderType::limit,         OrderType::market, OrderType::stop,
                                  OrderType::stop_limit,    OrderType::pegged, OrderType::limit_if_touched,
                                  OrderType::trailing_stop, OrderType::limit,  OrderType::limit};
  terms = OrderTerms{};
  OrderMessage message{};
  message.order_id = random.below(600);
  const u64 kind = random.below(10);
  message.kind = kind < 3 ? 2 : kind < 5 ? 3 : 1;
  message.side = static_cast<u8>(1 + random.below(2));
  const OrderType type = kTypes[random.below(std::size(kTypes))];
  message.order_type = static_cast<u8>(type);
  message.time_in_force = random.below(4) == 0 ? 0 : 1;
  message.owner = static_cast<u32>(random.below(5));
  message.self_trade = static_cast<u8>(random.below(6));
  message.quantity = random.between(1, 40);
  const bool priced = type == OrderType::limit || type == OrderType::stop_limit || type == OrderType::limit_if_touched;
  message.price = priced || message.kind == 3 ? random.between(980, 1020) : kNoPrice;
  if (message.kind != 1) return message;
  message.terms = 1;
  if (type == OrderType::stop || type == OrderType::stop_limit || type == OrderType::limit_if_touched) {
    terms.stop_price = random.between(970, 1030);
  }
  if (type == OrderType::trailing_stop) terms.trailing_offset = random.between(1, 20);
  if (type == OrderType::pegged) terms.peg_type = random.between(1, 2);
  if (type == OrderType::limit && random.below(2) == 0) {
    constexpr u16 kFlags[] = {kHidden, kAllOrNone, kPostOnly};
    message.flags = kFlags[random.below(3)];
  } else if (type == OrderType::limit) {
    terms.display_qty = random.between(1, message.quantity);
  }
  return message;
}

// By price and time, and by the algorithms that sort what they share.
std::vector<VenueRules> rules_of_all_kinds() {
  std::vector<VenueRules> kinds(3);
  kinds[1].allocation.algorithm = AllocationAlgorithm::configurable;
  kinds[1].allocation.leveling = true;
  kinds[2].allocation.algorithm = AllocationAlgorithm::pro_rata_round_up;
  return kinds;
}

}  // namespace

TEST_CASE("a warm engine allocates nothing") {
  VenueRules rules;
  for (const VenueRules& each : rules_of_all_kinds()) {
    SUBCASE(to_text(each.allocation.algorithm)) {
      rules = each;
    }
  }
  MatchingEngine engine(rules);
  testing::RandomSource random(3);
  EngineOutput output;
  output.fills.reserve(4096);
  engine.reserve(3000);
  play(engine, random, 50'000, output);
  const std::size_t before = testing::allocations();
  play(engine, random, 100'000, output);
  const std::size_t after = testing::allocations();
  CHECK(after == before);
  CHECK(engine.counters().fills > 1000);
  CHECK(engine.order_count() > 100);
  engine.self_check();
}

TEST_CASE("a warm engine allocates nothing in a call phase, and its indicative price follows each message") {
  MatchingEngine engine;
  testing::RandomSource random(5);
  EngineOutput output;
  output.updates.reserve(4096);
  engine.reserve(3000);
  OrderMessage phase{};
  phase.kind = static_cast<u8>(MessageKind::phase);
  phase.quantity = static_cast<i64>(TradingPhase::intraday_auction);
  engine.apply(phase, 0, output);
  std::size_t told = 0;
  const auto collect = [&](int messages) {
    for (int i = 0; i < messages; ++i) {
      OrderMessage message{};
      OrderTerms terms;
      message.kind = random.below(2) == 0 ? 2 : 1;
      message.order_id = random.below(2000);
      message.side = static_cast<u8>(1 + random.below(2));
      const bool market = random.below(10) == 0;
      message.order_type = market ? 1 : 2;
      message.time_in_force = 1;
      message.price = market ? kNoPrice : random.between(950, 1'050);
      message.quantity = random.between(1, 30);
      message.terms = 1;
      if (!market && random.below(4) == 0) terms.display_qty = random.between(1, message.quantity);
      output.updates.clear();
      engine.apply(message, std::span(&terms, 1), 0, output);
      told += output.updates.size();
    }
  };
  collect(50'000);
  const std::size_t before = testing::allocations();
  collect(50'000);
  const std::size_t after = testing::allocations();
  CHECK(after == before);
  CHECK(told > 10'000);
  CHECK(engine.indicative().volume > 0);
  engine.self_check();
}

TEST_CASE("a message whose allocation is refused changes nothing and can be sent again") {
  VenueRules rules;
  for (const VenueRules& each : rules_of_all_kinds()) {
    SUBCASE(to_text(each.allocation.algorithm)) {
      rules = each;
    }
  }
  std::vector<OrderMessage> messages;
  testing::RandomSource random(8);
  for (int i = 0; i < 1500; ++i) {
    const u8 side = static_cast<u8>(1 + random.below(2));
    const bool replaces = random.below(4) == 0;
    messages.push_back({replaces ? u8{3} : u8{1}, side, 2, 1, 0, 0, 0, random.between(-300, 300),
                        random.between(1, 500), replaces ? random.below(static_cast<u64>(i) + 1) : static_cast<u64>(i),
                        0, 0});
  }
  const auto run = [&messages, &rules](std::size_t refuse, bool& refused, EngineOutput& output) {
    MatchingEngine engine(rules);
    std::vector<Fill>& fills = output.fills;
    fills.clear();
    fills.shrink_to_fit();
    testing::refuse_allocations_from(refuse);
    refused = false;
    for (const OrderMessage& message : messages) {
      const std::size_t orders = engine.order_count();
      const std::size_t trades = fills.size();
      try {
        engine.apply(message, 0, output);
      } catch (const std::bad_alloc&) {
        testing::refuse_allocations_from(0);
        refused = true;
        REQUIRE(engine.order_count() == orders);
        REQUIRE(fills.size() == trades);
        engine.self_check();
        engine.apply(message, 0, output);
      }
    }
    testing::refuse_allocations_from(0);
    engine.self_check();
    return engine.counters();
  };
  bool refused = false;
  EngineOutput output;
  const MatchingCounters expected = run(0, refused, output);
  REQUIRE(expected.fills > 100);
  std::size_t refusals = 0;
  for (std::size_t n = 1;; ++n) {
    const MatchingCounters counters = run(n, refused, output);
    if (!refused) break;
    ++refusals;
    REQUIRE(counters.fills == expected.fills);
    REQUIRE(counters.volume == expected.volume);
    REQUIRE(counters.messages == expected.messages);
  }
  CHECK(refusals > 10);
}

namespace {

struct Step {
  OrderMessage message{};
  OrderTerms terms;
};

// A day with each kind of phase, icebergs, and orders for auctions.
std::vector<Step> auction_day() {
  std::vector<Step> steps;
  const auto control = [&steps](MessageKind kind, i64 quantity, i64 price = 0) {
    Step step;
    step.message.kind = static_cast<u8>(kind);
    step.message.quantity = quantity;
    step.message.price = price;
    steps.push_back(step);
  };
  testing::RandomSource random(17);
  u64 id = 0;
  const auto orders = [&](int count) {
    for (int i = 0; i < count; ++i) {
      Step step;
      step.message.kind = 1;
      step.message.order_id = ++id;
      step.message.side = static_cast<u8>(1 + random.below(2));
      step.message.order_type = random.below(8) == 0 ? 1 : 2;
      constexpr TimeInForce kForces[] = {TimeInForce::gtc, TimeInForce::gtc, TimeInForce::day,
                                         TimeInForce::good_for_auction, TimeInForce::at_the_close};
      step.message.time_in_force = static_cast<u8>(kForces[random.below(5)]);
      step.message.price = step.message.order_type == 1 ? kNoPrice : 1'000 + 64 * random.between(-40, 40);
      step.message.quantity = random.between(1, 20);
      const bool rests = step.message.order_type == 2 && step.message.time_in_force <= 1;
      if (rests && random.below(3) == 0) step.terms.display_qty = 1;
      step.message.terms = 1;
      steps.push_back(step);
    }
  };
  control(MessageKind::reference_price, 0, 1'000);
  orders(40);
  for (const TradingPhase phase :
       {TradingPhase::intraday_auction, TradingPhase::continuous, TradingPhase::closing_auction,
        TradingPhase::volatility_auction, TradingPhase::post_close, TradingPhase::closed}) {
    control(MessageKind::phase, static_cast<i64>(phase));
    orders(40);
  }
  return steps;
}

}  // namespace

TEST_CASE("call phases, auctions and bands survive any refused allocation") {
  const std::vector<Step> steps = auction_day();
  VenueRules rules;
  rules.bands.static_range = PriceBand::symmetric({2'000});
  rules.bands.breach = BandBreach::interrupt;
  std::size_t refusals = 0;
  for (std::size_t n = 1;; ++n) {
    MatchingEngine engine(rules);
    EngineOutput output;
    testing::refuse_allocations_from(n);
    bool refused = false;
    for (const Step& step : steps) {
      try {
        engine.apply(step.message, std::span(&step.terms, 1), 0, output);
      } catch (const std::bad_alloc&) {
        testing::refuse_allocations_from(0);
        refused = true;
        engine.self_check();
        engine.apply(step.message, std::span(&step.terms, 1), 0, output);
      }
    }
    testing::refuse_allocations_from(0);
    engine.self_check();
    REQUIRE(engine.phase() == TradingPhase::closed);
    if (!refused) break;
    ++refusals;
  }
  CHECK(refusals > 20);
}

TEST_CASE("a warm engine allocates nothing for orders of all types") {
  MatchingEngine engine;
  testing::RandomSource random(5);
  EngineOutput output;
  OrderTerms terms;
  const auto play_specials = [&](int messages) {
    for (int i = 0; i < messages; ++i) {
      output.fills.clear();
      output.updates.clear();
      const OrderMessage message = special_order(random, terms);
      engine.apply(message, std::span(&terms, 1), i, output);
    }
  };
  play_specials(120'000);
  const std::size_t before = testing::allocations();
  play_specials(60'000);
  const std::size_t after = testing::allocations();
  CHECK(after == before);
  CHECK(engine.counters().fills > 1000);
  engine.self_check();
}

TEST_CASE("an allocation that is refused among orders of all types leaves the engine whole") {
  std::size_t refusals = 0;
  for (std::size_t n = 1;; ++n) {
    MatchingEngine engine;
    testing::RandomSource random(6);
    OrderTerms terms;
    bool refused = false;
    EngineOutput output;
    testing::refuse_allocations_from(n);
    for (int i = 0; i < 400; ++i) {
      const OrderMessage message = special_order(random, terms);
      try {
        engine.apply(message, std::span(&terms, 1), i, output);
      } catch (const std::bad_alloc&) {
        refused = true;
        testing::refuse_allocations_from(0);
        REQUIRE_NOTHROW(engine.self_check());
      }
    }
    testing::refuse_allocations_from(0);
    REQUIRE_NOTHROW(engine.self_check());
    if (!refused) break;
    ++refusals;
  }
  CHECK(refusals > 20);
}
