// What the kernel does when a handler fails: every policy, its retries, the breaker's window and cooldown.
#include <utility>

#include "doctest/doctest.h"
#include "scripted_run.hpp"

using namespace pytrader;

namespace {

constexpr i64 kSecond = 1'000'000'000;
constexpr u32 kAll = (1u << 13) - 1;

ErrorPolicy policy_of(ErrorAction action, u32 errors = 1, i64 window_ns = 0, i64 cooldown_ns = 0) {
  return {action, errors, window_ns, cooldown_ns, 7};
}

// Buys 3 on its first quote, rests 2 at 90 on its second, fails on its third.
void trade_then_fail(ScriptedRun& run, ScriptedStrategy& strategy) {
  strategy.on_callback = [&run, count = 0](const Callback& callback) mutable {
    if (callback.kind != CallbackKind::quote) return true;
    ++count;
    if (count == 1) run.kernel().submit(run.market(Side::buy, 3));
    if (count == 2) run.kernel().submit(run.limit(Side::buy, 90, 2));
    return count != 3;
  };
}

void add_quotes(ScriptedRun& run, int count, i64 step = kSecond, i64 quantity = 10) {
  std::vector<QuoteRecord> rows;
  for (int i = 1; i <= count; ++i) rows.push_back(quote_row(i * step, 99, 101, quantity, quantity));
  run.add_stream<QuoteRecord>(StreamKind::quote, std::move(rows));
}

std::size_t count_of(const ScriptedStrategy& strategy, const std::string& kind) {
  std::size_t count = 0;
  for (const std::string& entry : strategy.log) count += entry.rfind(kind + "@", 0) == 0;
  return count;
}

}  // namespace

TEST_CASE("a strategy that stops ends the run and is faulted") {
  ScriptedRun run;
  ScriptedStrategy& strategy = run.add_strategy(kAll);
  add_quotes(run, 5);
  trade_then_fail(run, strategy);
  CHECK(run.run() == RunStatus::strategy_failed);
  CHECK(run.kernel().state(0) == StrategyState::faulted);
  CHECK(strategy.log.back() == "fault@3000000000");
  REQUIRE(run.kernel().errors().size() == 1);
  CHECK(run.kernel().errors()[0].action == ErrorAction::stop);
  CHECK(run.kernel().errors()[0].kind == CallbackKind::quote);
}

TEST_CASE("a paused strategy keeps its orders, hears of them only, and its commands are refused") {
  ScriptedRun run;
  ScriptedStrategy& strategy = run.add_strategy(kAll, policy_of(ErrorAction::pause));
  run.add_stream<QuoteRecord>(StreamKind::quote, {quote_row(1, 99, 101), quote_row(2, 99, 101), quote_row(3, 99, 101),
                                                  quote_row(4, 88, 89), quote_row(5, 99, 101)});
  trade_then_fail(run, strategy);
  CHECK(run.run() == RunStatus::finished);
  CHECK(count_of(strategy, "quote") == 3);
  CHECK(count_of(strategy, "degrade") == 1);
  CHECK(count_of(strategy, "fill") == 2);  // the resting order traded after the error
  CHECK(count_of(strategy, "stop") == 1);
  CHECK(run.kernel().position(0, 0).quantity == 5);
  CHECK(run.kernel().state(0) == StrategyState::stopped);
}

TEST_CASE("commands of a degraded strategy are refused by the kernel") {
  ScriptedRun run;
  ScriptedStrategy& strategy = run.add_strategy(kAll, policy_of(ErrorAction::pause));
  add_quotes(run, 2);
  bool refused = false;
  strategy.on_callback = [&](const Callback& callback) {
    if (callback.kind == CallbackKind::degrade) {
      CHECK_THROWS_WITH_AS(run.kernel().submit(run.market(Side::buy, 1)), doctest::Contains("degraded"), Error);
      refused = true;
    }
    return callback.kind != CallbackKind::quote;
  };
  CHECK(run.run() == RunStatus::finished);
  CHECK(refused);
  CHECK(run.kernel().orders().size() == 0);
}

TEST_CASE("a strategy whose orders are canceled keeps its position") {
  ScriptedRun run;
  ScriptedStrategy& strategy = run.add_strategy(kAll, policy_of(ErrorAction::cancel));
  add_quotes(run, 5);
  trade_then_fail(run, strategy);
  CHECK(run.run() == RunStatus::finished);
  CHECK(run.kernel().orders().open_count() == 0);
  CHECK(run.kernel().position(0, 0).quantity == 3);
  CHECK(run.kernel().errors()[0].settled_ts == 3 * kSecond);
}

TEST_CASE("a flattened strategy has no orders and no position, and then hears nothing more") {
  for (const i64 latency : {i64{0}, kSecond / 10}) {
    LoopConfig config;
    config.order_latency_ns = latency;
    ScriptedRun run(config);
    ScriptedStrategy& strategy = run.add_strategy(kAll, policy_of(ErrorAction::flatten));
    add_quotes(run, 9);
    trade_then_fail(run, strategy);
    CHECK(run.run() == RunStatus::finished);
    CHECK(run.kernel().orders().open_count() == 0);
    CHECK(run.kernel().position(0, 0).quantity == 0);
    CHECK(run.kernel().state(0) == StrategyState::faulted);
    CHECK(strategy.log.back().rfind("fault@", 0) == 0);
    CHECK(run.kernel().errors()[0].settled_ts == 3 * kSecond + 4 * latency);
    const Order& closing = *run.kernel().order(run.kernel().orders().size());
    CHECK(closing.tag == 7);
    CHECK(closing.flags == kReduceOnly);
  }
}

TEST_CASE("a closing order that finds no market is sent again, each time later, and the digest stays the same") {
  u64 digests[2];
  for (u64& digest : digests) {
    ScriptedRun run;
    ScriptedStrategy& strategy = run.add_strategy(kAll, policy_of(ErrorAction::flatten));
    std::vector<QuoteRecord> rows = {quote_row(kSecond, 99, 101), quote_row(2 * kSecond, 99, 101)};
    for (int i = 3; i < 40; ++i) rows.push_back(quote_row(i * kSecond, 0, 101, 0, 10));  // nobody bids
    for (int i = 40; i < 80; ++i) rows.push_back(quote_row(i * kSecond, 99, 101));
    run.add_stream<QuoteRecord>(StreamKind::quote, rows);
    trade_then_fail(run, strategy);
    CHECK(run.run() == RunStatus::finished);
    CHECK(run.kernel().position(0, 0).quantity == 0);
    CHECK(run.kernel().state(0) == StrategyState::faulted);
    // Tried at 3, 4, 6, 10, 18, 34 and 66 s.
    CHECK(run.kernel().errors()[0].settled_ts == 66 * kSecond);
    CHECK(run.kernel().orders().size() == 2 + 7);
    digest = run.kernel().digest();
  }
  CHECK(digests[0] == digests[1]);
}

TEST_CASE("closing orders keep to the limits of the gate") {
  ScriptedRun run;
  run.strategies.push_back(std::make_unique<ScriptedStrategy>());
  ScriptedStrategy& strategy = *run.strategies.back();
  RiskLimits limits;
  limits.max_order_quantity = 2;
  limits.max_order_notional = 150 * kFixedOne;
  run.kernel().add_strategy({&strategy, &ScriptedStrategy::deliver, kAll}, limits, policy_of(ErrorAction::flatten));
  add_quotes(run, 9);
  strategy.on_callback = [&run, count = 0](const Callback& callback) mutable {
    if (callback.kind != CallbackKind::quote) return true;
    if (++count > 3) return false;
    run.kernel().submit(run.market(Side::buy, 1));
    return true;
  };
  CHECK(run.run() == RunStatus::finished);
  CHECK(run.kernel().position(0, 0).quantity == 0);
  CHECK(run.kernel().orders().size() == 6);  // one lot each: two lots are worth more than 150
}

TEST_CASE("a short position in one instrument and a long one in another are both closed") {
  ScriptedRun run;
  const InstrumentIndex other = run.kernel().add_instrument(unit_instrument("OTHER"));
  ScriptedStrategy& strategy = run.add_strategy(kAll, policy_of(ErrorAction::flatten));
  add_quotes(run, 5);
  run.add_stream_of<QuoteRecord>(other, StreamKind::quote, {quote_row(1, 49, 51), quote_row(5 * kSecond, 49, 51)});
  strategy.on_callback = [&, count = 0](const Callback& callback) mutable {
    if (callback.kind != CallbackKind::quote) return true;
    if (++count == 2) {
      run.kernel().submit(run.market(Side::sell, 4));
      NewOrder order = run.market(Side::buy, 6);
      order.instrument = other;
      run.kernel().submit(order);
    }
    return count != 3;
  };
  CHECK(run.run() == RunStatus::finished);
  CHECK(run.kernel().orders().size() == 4);
  CHECK(run.kernel().position(0, 0).quantity == 0);
  CHECK(run.kernel().position(0, other).quantity == 0);
}

TEST_CASE("the breaker acts on the third error within its window, and lets go after its cooldown") {
  ScriptedRun run;
  ScriptedStrategy& strategy = run.add_strategy(kAll, policy_of(ErrorAction::pause, 3, 2 * kSecond, 10 * kSecond));
  add_quotes(run, 30);
  // Fails at 1, 4, 7 s (too far apart), then at 10, 11, 12 s, and once more at 25 s.
  strategy.on_callback = [](const Callback& callback) {
    if (callback.kind != CallbackKind::quote) return true;
    const i64 second = callback.ts / kSecond;
    return second != 1 && second != 4 && second != 7 && second != 25 && (second < 10 || second > 12);
  };
  CHECK(run.run() == RunStatus::finished);
  const std::vector<ErrorRecord>& errors = run.kernel().errors();
  REQUIRE(errors.size() == 7);
  for (const std::size_t i : {0u, 1u, 2u, 3u, 4u, 6u}) CHECK(errors[i].action == ErrorAction::go_on);
  CHECK(errors[5].action == ErrorAction::pause);
  CHECK(errors[5].ts == 12 * kSecond);
  // 12 quotes, then those after 22 s; a row at the very time of the cooldown's end still comes before it.
  CHECK(count_of(strategy, "quote") == 12 + 8);
  CHECK(count_of(strategy, "degrade") == 1);
  CHECK(count_of(strategy, "resume") == 1);
}

TEST_CASE("one strategy's error leaves the others alone") {
  ScriptedRun run;
  ScriptedStrategy& bad = run.add_strategy(kAll, policy_of(ErrorAction::flatten));
  ScriptedStrategy& good = run.add_strategy(kAll);
  add_quotes(run, 6);
  trade_then_fail(run, bad);
  good.on_callback = [&run, done = false](const Callback& callback) mutable {
    if (callback.kind == CallbackKind::quote && !std::exchange(done, true)) {
      NewOrder order = run.limit(Side::buy, 90, 1);
      order.strategy = 1;
      run.kernel().submit(order);
    }
    return true;
  };
  CHECK(run.run() == RunStatus::finished);
  CHECK(count_of(good, "quote") == 6);
  CHECK(run.kernel().orders().open_count(1, 0) == 1);
  CHECK(run.kernel().state(1) == StrategyState::stopped);
}

TEST_CASE("a strategy that fails ten thousand times ends the run") {
  ScriptedRun run;
  ScriptedStrategy& strategy = run.add_strategy(kAll, policy_of(ErrorAction::pause, 1000, 1, 0));
  add_quotes(run, 10'050);
  strategy.on_callback = [](const Callback& callback) { return callback.kind != CallbackKind::quote; };
  CHECK(run.run() == RunStatus::strategy_failed);
  CHECK(run.kernel().errors().size() == StrategyDesk::kMaxRecords);
}

TEST_CASE("policies that contradict themselves are refused") {
  ScriptedRun run;
  CHECK_THROWS_AS(run.add_strategy(kAll, policy_of(ErrorAction::flatten, 1, 0, kSecond)), Error);
  CHECK_THROWS_AS(run.add_strategy(kAll, policy_of(ErrorAction::pause, 0)), Error);
  CHECK_THROWS_AS(run.add_strategy(kAll, policy_of(ErrorAction::pause, 1001)), Error);
  CHECK_THROWS_AS(run.add_strategy(kAll, policy_of(ErrorAction::pause, 1, -1)), Error);
  CHECK_THROWS_AS(run.add_strategy(kAll, policy_of(ErrorAction::go_on)), Error);
}
