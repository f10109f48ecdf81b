// Venues that are reached by connections of their own: each with its latencies, its order, and its money events.
#include <string>
#include <vector>

#include "doctest/doctest.h"
#include "model/money_events.hpp"
#include "scripted_run.hpp"

using namespace pytrader;

namespace {

using Trades = std::vector<std::string>;

std::vector<QuoteRecord> quotes_until(i64 last) {
  std::vector<QuoteRecord> rows;
  for (i64 ts = 0; ts <= last; ts += 10) rows.push_back(quote_row(ts, 99, 101));
  return rows;
}

LoopConfig config_of(i64 order_ns, i64 response_ns) {
  LoopConfig config;
  config.order_latency_ns = order_ns;
  config.response_latency_ns = response_ns;
  return config;
}

// Two instruments with quotes each 10 ns, the second of which has a connection of its own; orders are sent at 100.
struct TwoVenues {
  explicit TwoVenues(const LoopConfig& config = {}) : run(config), strategy(run.add_strategy()) {
    far = run.kernel().add_instrument(unit_instrument("FAR"));
    const InstrumentIndex reached[] = {far};
    connection = run.loop.add_connection(reached);
    run.add_stream<QuoteRecord>(StreamKind::quote, quotes_until(400));
    run.add_stream_of<QuoteRecord>(far, StreamKind::quote, quotes_until(400));
    strategy.on_callback = [this](const Callback& callback) {
      if (callback.kind == CallbackKind::start) run.kernel().set_timer(0, 100, 0, 0);
      if (callback.kind == CallbackKind::timer) {
        for (const InstrumentIndex instrument : {far, run.instrument}) buy(instrument);
      }
      return true;
    };
  }
  void buy(InstrumentIndex instrument) {
    NewOrder order = run.limit(Side::buy, 101, 1, TimeInForce::ioc);
    order.instrument = instrument;
    run.kernel().submit(order);
  }
  // "near 105>107": when it happened and when the strategy heard of it.
  Trades trades() const {
    Trades found;
    for (const OrderEvent& event : strategy.events) {
      if (event.exec_type != ExecType::trade) continue;
      found.push_back((event.instrument == far ? "far " : "near ") + std::to_string(event.ts_event) + ">" +
                      std::to_string(event.ts_init));
    }
    return found;
  }

  ScriptedRun run;
  ScriptedStrategy& strategy;
  InstrumentIndex far = 0;
  u32 connection = 0;
};

std::string refusal(BacktestLoop& loop, const std::vector<InstrumentIndex>& instruments) {
  try {
    loop.add_connection(instruments);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("connections: each venue's orders and reports take the time of its own") {
  TwoVenues world(config_of(5, 2));
  world.run.loop.set_request_latency(RequestKind::submit, LatencyChoice::constant(50), world.connection);
  world.run.loop.set_response_latency(LatencyChoice::constant(30), world.connection);
  REQUIRE(world.run.run() == RunStatus::finished);
  CHECK(world.trades() == Trades{"near 105>107", "far 150>180"});
}

TEST_CASE("connections: one without latency is taken at once beside one with") {
  TwoVenues world(config_of(10, 10));
  REQUIRE(world.run.run() == RunStatus::finished);
  CHECK(world.trades() == Trades{"far 100>100", "near 110>120"});
}

TEST_CASE("connections: what has no latency comes before what was long on its way to the same time") {
  TwoVenues world(config_of(10, 0));
  Trades heard;
  world.strategy.on_callback = [&](const Callback& callback) {
    if (callback.kind == CallbackKind::start) world.run.kernel().set_timer(0, 91, 0, 0);
    // Both arrive at 101, and the first one's trade is heard there at once.
    if (callback.kind == CallbackKind::timer) {
      world.buy(world.run.instrument);
      world.buy(world.run.instrument);
    }
    if (callback.kind != CallbackKind::fill) return true;
    heard.push_back((callback.instrument == world.far ? "far@" : "near@") + std::to_string(callback.ts));
    if (heard.size() == 1) world.buy(world.far);
    return true;
  };
  REQUIRE(world.run.run() == RunStatus::finished);
  CHECK(heard == Trades{"near@101", "far@101", "near@101"});
}

TEST_CASE("connections: market data takes the time of its own feed") {
  TwoVenues world;
  world.run.loop.set_feed_latency(LatencyChoice::constant(3));
  world.run.loop.set_feed_latency(LatencyChoice::constant(7), world.connection);
  std::vector<i64> near;
  std::vector<i64> far;
  world.strategy.on_callback = [&](const Callback& callback) {
    if (callback.kind == CallbackKind::quote) (callback.instrument == world.far ? far : near).push_back(callback.ts);
    return true;
  };
  REQUIRE(world.run.run() == RunStatus::finished);
  REQUIRE(near.size() == 41);
  REQUIRE(far.size() == 41);
  for (std::size_t i = 0; i < 41; ++i) {
    CHECK(near[i] == static_cast<i64>(10 * i) + 3);
    CHECK(far[i] == static_cast<i64>(10 * i) + 7);
  }
}

TEST_CASE("connections: money events of one venue are heard in its own order, whatever another does") {
  TwoVenues world(config_of(0, 5));
  world.run.loop.set_response_latency(LatencyChoice::constant(200), world.connection);
  const auto dividend = [](i64 ts, i64 amount) {
    CashEventRecord record{};
    record.ts_event = record.ts_init = ts;
    record.kind = static_cast<i64>(CashEventKind::dividend);
    record.amount = amount;
    record.per = 1;
    return record;
  };
  // The far trade is heard of at 300, and after it what was owed by it.
  const std::vector<CashEventRecord> owed_far = {dividend(110, 1), dividend(120, 2)};
  const std::vector<CashEventRecord> owed_near = {dividend(115, 3), dividend(150, 4)};
  world.run.add_stream_of<CashEventRecord>(world.far, StreamKind::cash_event, owed_far);
  world.run.add_stream<CashEventRecord>(StreamKind::cash_event, owed_near);
  REQUIRE(world.run.run() == RunStatus::finished);
  Trades heard;
  for (const CashEvent& event : world.strategy.cash_events) {
    heard.push_back(std::to_string(event.instrument) + ":" + std::to_string(event.ts_event) + ">" +
                    std::to_string(event.ts_init));
  }
  CHECK(heard == Trades{"0:115>120", "0:150>155", "1:110>310", "1:120>320"});
}

TEST_CASE("connections: draws of one seed are others on each, and all settings stand in the digest") {
  LatencyChoice drawn;
  drawn.kind = LatencyKind::uniform;
  drawn.maximum_ns = 1'000'000;
  drawn.seed = 7;
  MessageHops first(0, 0, 0);
  MessageHops second(1, 0, 0);
  first.set_request(RequestKind::submit, drawn);
  second.set_request(RequestKind::submit, drawn);
  CHECK(first.request_leaves(RequestKind::submit, 0).due != second.request_leaves(RequestKind::submit, 0).due);
  const auto digest = [](i64 feed, i64 response) {
    ScriptedRun run;
    const InstrumentIndex reached[] = {run.instrument};
    const u32 connection = run.loop.add_connection(reached);
    run.loop.set_feed_latency(LatencyChoice::constant(feed), connection);
    run.loop.set_response_latency(LatencyChoice::constant(response), connection);
    run.run();
    return run.kernel().digest();
  };
  CHECK(digest(0, 0) == digest(0, 0));
  CHECK(digest(1, 0) != digest(0, 0));
  CHECK(digest(0, 1) != digest(0, 0));
  CHECK(digest(0, 1) != digest(1, 0));
}

TEST_CASE("connections: what can not be is refused and says why") {
  TwoVenues world;
  BacktestLoop& loop = world.run.loop;
  CHECK(refusal(loop, {}) == "back-test: a connection must have at least one instrument");
  CHECK(refusal(loop, {world.far}) == "back-test: FAR.SIM has a connection of its own already");
  CHECK(!refusal(loop, {99}).empty());
  CHECK_THROWS_WITH_AS(loop.set_response_latency(LatencyChoice::constant(1), 2),
                       "back-test: connection 2 does not exist", Error);
  CHECK_THROWS_AS(loop.set_feed_latency(LatencyChoice::constant(-1), world.connection), Error);
  world.run.run();
  CHECK_THROWS_AS(loop.set_response_latency(LatencyChoice::constant(1), world.connection), Error);
  CHECK(refusal(loop, {0}) == "back-test: a connection can not be added after the start");

  ScriptedRun exchange;
  exchange.loop.add_exchange(0, {});
  exchange.loop.extend(0, 10);
  exchange.add_strategy();
  const InstrumentIndex reached[] = {0};
  exchange.loop.set_feed_latency(LatencyChoice::constant(1), exchange.loop.add_connection(reached));
  CHECK_THROWS_WITH_AS(exchange.run(),
                       "back-test: TEST.SIM is an exchange, whose feed latency is the run's; leave it out", Error);
}
