// What a callback sees of the past while a row is on its way to the strategies: each trade counts once.
#include <functional>
#include <vector>

#include "doctest/doctest.h"
#include "scripted_run.hpp"

using namespace pytrader;

namespace {

TradeRecord trade_row(i64 ts, i64 price, i64 quantity) {
  return {ts, ts, price, quantity, 0, 0};
}

// Trades of 3 lots every 10 ns, the one at 50 ns lower than the others.
std::vector<TradeRecord> trades(i64 first_ts = 0) {
  std::vector<TradeRecord> rows;
  for (i64 i = 0; i < 30; ++i) rows.push_back(trade_row(first_ts + 10 * i, i == 5 ? 90 : 100, 3));
  return rows;
}

// The volumes of a run's bars of 100 ns, asked for at the first callback that is to.
std::vector<i64> volumes(ScriptedRun& run, InstrumentIndex instrument, i64 duration_ns,
                         const std::function<bool(const Callback&)>& asks) {
  std::vector<i64> found;
  SeriesId series = UINT32_MAX;
  run.strategies[0]->on_callback = [&run, &found, &series, &asks, instrument, duration_ns](const Callback& callback) {
    const bool asked = asks(callback);
    if (asked && series == UINT32_MAX) series = run.kernel().add_bar_series(instrument, duration_ns);
    if (callback.kind == CallbackKind::bar && callback.series == series) found.push_back(callback.bar->volume);
    return true;
  };
  run.run();
  return found;
}

}  // namespace

TEST_CASE("bars asked for in a fill count the trade that filled it once") {
  for (const bool one_by_one : {true, false}) {
    for (const u32 deaf_to : {0u, mask_of(CallbackKind::trade)}) {
      CAPTURE(one_by_one);
      ScriptedRun run({}, one_by_one);
      run.add_strategy(kEveryKind & ~deaf_to);
      run.add_stream<TradeRecord>(StreamKind::trade, trades());
      std::size_t received = 0;
      const std::vector<i64> found = volumes(run, 0, 100, [&run, &received](const Callback& callback) {
        if (callback.kind == CallbackKind::start) run.kernel().submit(run.limit(Side::buy, 95, 1));
        if (callback.kind == CallbackKind::fill) received = run.loop.rows_received(0);
        return callback.kind == CallbackKind::fill;
      });
      CHECK(found == std::vector<i64>{30, 30});
      CHECK(received == 5);  // the trade at 50 ns is told next
      CHECK(run.loop.rows_received(0) == 30);
    }
  }
}

TEST_CASE("recorded bars that close as an order fills are past when they have been told") {
  for (const bool one_by_one : {true, false}) {
    CAPTURE(one_by_one);
    ScriptedRun run({}, one_by_one);
    ScriptedStrategy& strategy = run.add_strategy();
    std::vector<BarRecord> bars;
    for (i64 i = 0; i < 5; ++i) bars.push_back({10 * i + 10, 10 * i + 10, 10 * i, 100, 100, i == 2 ? 90 : 100, 100, 5});
    run.add_stream<BarRecord>(StreamKind::bar, bars, 10);
    std::vector<std::size_t> past;
    strategy.on_callback = [&run, &past](const Callback& callback) {
      if (callback.kind == CallbackKind::start) run.kernel().submit(run.limit(Side::buy, 95, 1));
      if (callback.kind == CallbackKind::fill) past.push_back(run.loop.past_bars(0, 10).size());
      if (callback.kind == CallbackKind::bar) past.push_back(run.loop.past_bars(0, 10).size());
      return true;
    };
    run.run();
    CHECK(past == std::vector<std::size_t>{1, 2, 2, 3, 4, 5});
  }
}

TEST_CASE("bars asked for as an order that the core holds expires count the trade of that time once") {
  for (const bool one_by_one : {true, false}) {
    for (const i64 feed_latency_ns : {i64{0}, i64{7}}) {
      CAPTURE(one_by_one);
      CAPTURE(feed_latency_ns);
      LoopConfig config;
      config.feed_latency_ns = feed_latency_ns;
      ScriptedRun run(config, one_by_one);
      run.add_strategy();
      run.add_stream<TradeRecord>(StreamKind::trade, trades());
      const std::vector<i64> found = volumes(run, 0, 100, [&run, feed_latency_ns](const Callback& callback) {
        if (callback.kind == CallbackKind::start) {
          NewOrder order = run.limit(Side::buy, kNoPrice, 1, TimeInForce::gtd, kEmulate);
          order.order_type = OrderType::stop;
          order.terms.stop_price = 200;
          order.terms.expire_time = 50 + feed_latency_ns;
          run.kernel().submit(order);
        }
        return callback.kind == CallbackKind::order_event && callback.order_event->exec_type == ExecType::expired;
      });
      CHECK(found == std::vector<i64>{30, 30});
    }
  }
}

TEST_CASE("bars asked for as an exchange's trade ends a bar hold all trades of another market until then") {
  for (const i64 feed_latency_ns : {i64{0}, i64{3}}) {
    CAPTURE(feed_latency_ns);
    LoopConfig config;
    config.order_latency_ns = 5;
    config.feed_latency_ns = feed_latency_ns;
    ScriptedRun run(config);
    const InstrumentIndex recorded = run.kernel().add_instrument(unit_instrument("OTHER"));
    run.loop.add_exchange(0, {});
    run.add_stream_of<TradeRecord>(recorded, StreamKind::trade, trades(2));
    run.add_strategy();
    run.add_strategy(0);
    const std::vector<i64> found = volumes(run, recorded, 200, [&run, feed_latency_ns](const Callback& callback) {
      Kernel& kernel = run.kernel();
      if (callback.kind == CallbackKind::start) {
        kernel.add_bar_series(0, 100);
        NewOrder rests = run.limit(Side::sell, 50, 5);
        rests.strategy = 1;
        kernel.submit(rests);
        for (const i64 arrives : {50, 100}) kernel.set_timer(0, arrives - 5 - feed_latency_ns, 0, 0);
      }
      if (callback.kind == CallbackKind::timer) kernel.submit(run.limit(Side::buy, 50, 1));
      return callback.kind == CallbackKind::bar && callback.instrument == 0;
    });
    REQUIRE(found.size() == 1);
    CHECK(found[0] == 3 * 20);
  }
}

TEST_CASE("bars asked for late have trades of one time in the order in which they were received") {
  for (const bool late : {false, true}) {
    CAPTURE(late);
    ScriptedRun run;
    ScriptedStrategy& strategy = run.add_strategy();
    // The first one is on its way until the second one happens, and behind it then.
    run.add_stream<TradeRecord>(StreamKind::trade, {{40, 50, 101, 1, 0, 0}, {45, 50, 103, 1, 0, 0}}, 0, true);
    run.add_stream<TradeRecord>(StreamKind::trade, {trade_row(50, 102, 1), trade_row(200, 102, 1)});
    std::vector<i64> found;
    strategy.on_callback = [&run, &found, late](const Callback& callback) {
      if (callback.kind == CallbackKind::start) run.kernel().set_timer(0, 60, 0, 0);
      const CallbackKind asks = late ? CallbackKind::timer : CallbackKind::start;
      if (callback.kind == asks) run.kernel().add_bar_series(0, 100);
      if (callback.kind == CallbackKind::bar) found = {callback.bar->open, callback.bar->close, callback.bar->volume};
      return true;
    };
    run.run();
    CHECK(found == std::vector<i64>{102, 103, 3});
  }
}
