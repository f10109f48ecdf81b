// Back-tests whose strategies trade with one another: who hears what and when, and how long a run goes on.
#include <string>
#include <vector>

#include "doctest/doctest.h"
#include "scripted_run.hpp"

using namespace pytrader;

namespace {

// Two strategies on one exchange from 1,000 to 2,000 ns, the first of which is told `at` which times to act.
struct ExchangeRun : ScriptedRun {
  explicit ExchangeRun(LoopConfig config = {}, ExchangeSettings settings = {}) : ScriptedRun(config) {
    loop.add_exchange(instrument, settings);
    loop.extend(1'000, 2'000);
  }

  // Sends the order at this time, for the strategy of this number.
  void at(StrategyIndex strategy, i64 ts, NewOrder order) {
    order.strategy = strategy;
    plans.push_back({strategy, ts, order});
  }
  RunStatus go() {
    for (StrategyIndex strategy = 0; strategy < 2; ++strategy) {
      ScriptedStrategy& one = add_strategy(kEveryKind | mask_of(CallbackKind::status));
      one.on_callback = [this, strategy](const Callback& callback) {
        if (callback.kind == CallbackKind::start) {
          for (const Plan& plan : plans) {
            if (plan.strategy == strategy) kernel().set_timer(strategy, plan.ts, 0, 0);
          }
        }
        if (callback.kind != CallbackKind::timer) return true;
        for (const Plan& plan : plans) {
          if (plan.strategy == strategy && plan.ts == callback.ts) kernel().submit(plan.order);
        }
        return true;
      };
    }
    return run();
  }
  std::vector<std::string> heard(StrategyIndex strategy, const std::string& what) const {
    std::vector<std::string> found;
    for (const std::string& entry : strategies[strategy]->log) {
      if (entry.rfind(what + "@", 0) == 0) found.push_back(entry);
    }
    return found;
  }

  struct Plan {
    StrategyIndex strategy;
    i64 ts;
    NewOrder order;
  };
  std::vector<Plan> plans;
};

using Heard = std::vector<std::string>;

}  // namespace

TEST_CASE("exchange run: it begins at its start, ends at its end, and needs no data") {
  ExchangeRun run;
  CHECK(run.go() == RunStatus::finished);
  CHECK(run.strategies[0]->log == Heard{"start@1000", "stop@2000"});
  CHECK(run.loop.now() == 2'000);
}

TEST_CASE("exchange run: both strategies hear of their trade, and all of the market") {
  ExchangeRun run;
  run.at(0, 1'100, run.limit(Side::sell, 50, 5));
  run.at(1, 1'200, run.limit(Side::buy, 50, 2));
  REQUIRE(run.go() == RunStatus::finished);
  CHECK(run.heard(0, "fill") == Heard{"fill@1200"});
  CHECK(run.heard(1, "fill") == Heard{"fill@1200"});
  CHECK(run.kernel().position(0, 0).quantity == -2);
  CHECK(run.kernel().position(1, 0).quantity == 2);
  for (const StrategyIndex strategy : {0u, 1u}) {
    CHECK(run.heard(strategy, "trade") == Heard{"trade@1200"});
    CHECK(run.heard(strategy, "quote") == Heard{"quote@1100", "quote@1200"});
    CHECK(run.heard(strategy, "book") == Heard{"book@1100", "book@1200"});
  }
  CHECK(run.loop.events() == 2);
  CHECK(run.kernel().quote(0).ask_quantity == 3);
}

TEST_CASE("exchange run: commands, reports and market data each take their time") {
  ExchangeRun run({.feed_latency_ns = 7, .order_latency_ns = 10, .response_latency_ns = 20});
  run.at(0, 1'100, run.limit(Side::sell, 50, 5));
  run.at(1, 1'200, run.limit(Side::buy, 50, 2));
  REQUIRE(run.go() == RunStatus::finished);
  CHECK(run.heard(0, "book") == Heard{"book@1117", "book@1217"});
  CHECK(run.heard(1, "trade") == Heard{"trade@1217"});
  CHECK(run.heard(0, "fill") == Heard{"fill@1230"});
  CHECK(run.strategies[0]->events.back().ts_event == 1'210);
}

TEST_CASE("exchange run: its sessions and expiries happen at their own times, before commands of the same time") {
  ExchangeSettings settings;
  settings.sessions = {{1'100, TradingPhase::continuous}, {1'500, TradingPhase::closed}};
  ExchangeRun run({}, settings);
  run.at(0, 1'050, run.limit(Side::sell, 50, 1));
  run.at(0, 1'100, run.limit(Side::sell, 50, 1));
  NewOrder expires = run.limit(Side::buy, 40, 1, TimeInForce::gtd);
  expires.terms.expire_time = 1'300;
  run.at(1, 1'200, expires);
  run.at(1, 1'500, run.limit(Side::buy, 50, 1));
  REQUIRE(run.go() == RunStatus::finished);
  const std::vector<OrderEvent>& first = run.strategies[0]->events;
  const std::vector<OrderEvent>& second = run.strategies[1]->events;
  CHECK(run.heard(0, "status") == Heard{"status@1000", "status@1100", "status@1500"});
  CHECK(first[1].exec_type == ExecType::rejected);
  CHECK(first[1].reason == RejectReason::trading_phase);
  CHECK(first[3].exec_type == ExecType::new_);
  REQUIRE(second.size() == 5);
  CHECK(second[2].exec_type == ExecType::expired);
  CHECK(second[2].ts_event == 1'300);
  CHECK(second[4].exec_type == ExecType::rejected);
}

TEST_CASE("exchange run: trades build bars") {
  ExchangeRun run;
  const SeriesId series = run.kernel().add_bar_series(0, 100);
  run.at(0, 1'100, run.limit(Side::sell, 50, 5));
  run.at(1, 1'110, run.limit(Side::buy, 50, 2));
  run.at(1, 1'120, run.limit(Side::buy, 50, 1));
  REQUIRE(run.go() == RunStatus::finished);
  REQUIRE(run.kernel().bars().last(series) != nullptr);
  CHECK(run.kernel().bars().last(series)->volume == 3);
}

TEST_CASE("exchange run: recorded data of another instrument makes the run longer, not shorter") {
  ExchangeRun run;
  const InstrumentIndex other = run.kernel().add_instrument(unit_instrument("OTHER"));
  run.add_stream_of<QuoteRecord>(other, StreamKind::quote, {quote_row(500, 10, 11), quote_row(2'500, 10, 11)});
  run.at(0, 1'100, run.limit(Side::sell, 50, 5));
  REQUIRE(run.go() == RunStatus::finished);
  CHECK(run.heard(0, "start") == Heard{"start@500"});
  CHECK(run.heard(0, "stop") == Heard{"stop@2500"});
  CHECK(run.heard(0, "quote") == Heard{"quote@500", "quote@1100", "quote@2500"});
}

TEST_CASE("exchange run: strategies that answer one another without time passing are told to take a latency") {
  ScriptedRun run({}, false);
  run.loop.add_exchange(run.instrument, {});
  run.loop.extend(1'000, 2'000);
  ClientOrderId last = 0;
  run.add_strategy(mask_of(CallbackKind::start) | mask_of(CallbackKind::book)).on_callback = [&](const Callback&) {
    const Order* order = run.kernel().order(last);
    if (order != nullptr && is_open(order->ord_status)) {
      run.kernel().cancel({last, 0});
    } else {
      last = run.kernel().submit(run.limit(Side::buy, 40, 1));
    }
    return true;
  };
  CHECK_THROWS_WITH(run.run(),
                    "back-test: strategies have answered one another 1048576 times without time passing: give the run "
                    "an order_latency");
}

TEST_CASE("exchange run: what it is made with goes into the digest") {
  const auto digest = [](ExchangeSettings settings, i64 end) {
    ExchangeRun run({}, settings);
    run.loop.extend(1'000, end);
    REQUIRE(run.go() == RunStatus::finished);
    return run.kernel().digest();
  };
  ExchangeSettings other;
  other.rules.self_trade = SelfTrade::cancel_oldest;
  CHECK(digest({}, 2'000) == digest({}, 2'000));
  CHECK(digest({}, 2'000) != digest({}, 2'001));
  CHECK(digest({}, 2'000) != digest(other, 2'000));
}

TEST_CASE("exchange run: an instrument has an exchange or recorded data, once") {
  ExchangeRun twice;
  CHECK_THROWS_AS(twice.loop.add_exchange(twice.instrument, {}), Error);
  ExchangeRun recorded;
  recorded.add_stream<QuoteRecord>(StreamKind::quote, {quote_row(1'500, 10, 11)});
  CHECK_THROWS_AS(recorded.run(), Error);
  ExchangeRun backwards;
  CHECK_THROWS_AS(backwards.loop.extend(5, 4), Error);
}
