// Bars in the kernel: recorded or built from trades, indicators first, and their place among other events.
#include "doctest/doctest.h"
#include "indicators/moving_averages.hpp"
#include "scripted_run.hpp"

using namespace pytrader;

namespace {

using Log = std::vector<std::string>;

TradeRecord trade_row(i64 ts, i64 price, i64 quantity) {
  return {ts, ts, price, quantity, 0, 0};
}
BarRecord bar_row(i64 ts_open, i64 ts_close, i64 open, i64 high, i64 low, i64 close) {
  return {ts_close, ts_close, ts_open, open, high, low, close, 10};
}

}  // namespace

TEST_CASE("a bar built from trades closes at its end, before a trade of that time") {
  ScriptedRun run;
  ScriptedStrategy& strategy = run.add_strategy();
  run.kernel().add_bar_series(run.instrument, 10);
  std::vector<BarRecord> bars;
  strategy.on_callback = [&](const Callback& callback) {
    if (callback.kind == CallbackKind::bar) bars.push_back(*callback.bar);
    return true;
  };
  run.add_stream<TradeRecord>(
      StreamKind::trade, {trade_row(1, 100, 5), trade_row(9, 98, 5), trade_row(10, 120, 1), trade_row(35, 130, 1)});
  run.run();
  CHECK(strategy.log == Log{"start@1", "trade@1", "trade@9", "bar@10", "trade@10", "bar@20", "trade@35", "stop@35"});
  REQUIRE(bars.size() == 2);
  CHECK(bars[0].open == 100);
  CHECK(bars[0].low == 98);
  CHECK(bars[0].volume == 10);
  CHECK(bars[1].open == 120);
}

TEST_CASE("indicators are updated before their bar is told") {
  ScriptedRun run;
  ScriptedStrategy& strategy = run.add_strategy();
  run.add_stream<BarRecord>(
      StreamKind::bar,
      {bar_row(0, 10, 100, 100, 100, 100), bar_row(10, 20, 102, 102, 102, 102), bar_row(20, 30, 104, 104, 104, 104)},
      10);
  const SeriesId series = run.kernel().add_bar_series(run.instrument, 10);
  const Indicator& sma = run.kernel().add_indicator(series, std::make_unique<Sma>(2));
  std::vector<double> values;
  strategy.on_callback = [&](const Callback& callback) {
    if (callback.kind == CallbackKind::bar) values.push_back(sma.value());
    return true;
  };
  run.run();
  CHECK(values == std::vector<double>{100, 101, 103});
  CHECK(strategy.log == Log{"start@0", "bar@10", "bar@20", "bar@30", "stop@30"});
}

TEST_CASE("a market order on a bar's close fills at the next bar's open, told at that time") {
  ScriptedRun run;
  ScriptedStrategy& strategy = run.add_strategy();
  run.add_stream<BarRecord>(StreamKind::bar, {bar_row(0, 10, 100, 105, 95, 102), bar_row(10, 20, 103, 104, 101, 102)},
                            10);
  strategy.on_callback = [&](const Callback& callback) {
    if (callback.kind == CallbackKind::bar && callback.ts == 10) run.kernel().submit(run.market(Side::buy, 1));
    return true;
  };
  run.run();
  REQUIRE(strategy.events.size() == 3);
  CHECK(strategy.events[2].last_px == 103);
  CHECK(strategy.events[2].ts_event == 10);
  CHECK(strategy.events[2].ts_init == 10);
}

TEST_CASE("an order of one instrument on the other's bar still meets the open of that time") {
  ScriptedRun run;
  const InstrumentIndex other = run.kernel().add_instrument(unit_instrument("OTHER"));
  ScriptedStrategy& strategy = run.add_strategy();
  run.add_stream<BarRecord>(StreamKind::bar, {bar_row(0, 10, 100, 100, 100, 100), bar_row(10, 20, 105, 105, 105, 105)},
                            10);
  run.add_stream_of<BarRecord>(other, StreamKind::bar,
                               {bar_row(0, 10, 50, 50, 50, 50), bar_row(10, 20, 55, 55, 55, 55)}, 10);
  strategy.on_callback = [&](const Callback& callback) {
    if (callback.kind == CallbackKind::bar && callback.instrument == other && callback.ts == 10) {
      run.kernel().submit(run.market(Side::buy, 1));
    }
    return true;
  };
  run.run();
  REQUIRE(strategy.events.size() == 3);
  CHECK(strategy.events[2].last_px == 105);
  CHECK(strategy.events[2].ts_event == 10);
}

TEST_CASE("with latency an order misses the open that it comes too late for") {
  LoopConfig config;
  config.order_latency_ns = 1;
  ScriptedRun run(config);
  ScriptedStrategy& strategy = run.add_strategy();
  run.add_stream<BarRecord>(
      StreamKind::bar,
      {bar_row(0, 10, 100, 100, 100, 100), bar_row(10, 20, 103, 103, 103, 103), bar_row(20, 30, 107, 107, 107, 107)},
      10);
  strategy.on_callback = [&](const Callback& callback) {
    if (callback.kind == CallbackKind::bar && callback.ts == 10) run.kernel().submit(run.market(Side::buy, 1));
    return true;
  };
  run.run();
  CHECK(strategy.events.back().last_px == 107);
}

TEST_CASE("a series that the data can not fill is refused instead of staying silent") {
  ScriptedRun run;
  ScriptedStrategy& strategy = run.add_strategy();
  run.add_stream<BarRecord>(StreamKind::bar, {bar_row(0, 10, 100, 100, 100, 100)}, 10);
  strategy.on_callback = [&](const Callback& callback) {
    if (callback.kind == CallbackKind::start) run.kernel().add_bar_series(run.instrument, 50);
    return true;
  };
  CHECK_THROWS_AS(run.run(), Error);
}

TEST_CASE("bars that overlap are refused by stream and row") {
  ScriptedRun run;
  run.add_strategy();
  run.add_stream<BarRecord>(StreamKind::bar, {bar_row(0, 10, 100, 100, 100, 100), bar_row(5, 20, 100, 100, 100, 100)},
                            10);
  CHECK_THROWS_WITH_AS(run.run(), "stream test, row 1: ts_open 5 is before 10; rows must be in order of time", Error);
}

TEST_CASE("the last price beside bars is that of the last trade, also where a bar is told after it") {
  for (const bool one_by_one : {true, false}) {
    for (const u32 mask : {kEveryKind, mask_of(CallbackKind::timer) | mask_of(CallbackKind::start)}) {
      CAPTURE(one_by_one);
      ScriptedRun run({}, one_by_one);
      ScriptedStrategy& strategy = run.add_strategy(mask);
      run.add_stream<TradeRecord>(StreamKind::trade, {trade_row(2, 100, 1), trade_row(10, 105, 1)});
      run.add_stream<BarRecord>(StreamKind::bar, {bar_row(0, 10, 100, 100, 100, 100)}, 10);
      strategy.on_callback = [&](const Callback& callback) {
        if (callback.kind == CallbackKind::start) run.kernel().set_timer(0, 10, 0, 0);
        if (callback.kind != CallbackKind::timer) return true;
        CHECK(static_cast<const Kernel&>(run.kernel()).market(0).last_price == 105);
        NewOrder stop = run.market(Side::buy, 1);
        stop.order_type = OrderType::stop;
        stop.time_in_force = TimeInForce::gtc;
        stop.terms.stop_price = 103;
        stop.flags = kEmulate;
        CHECK(run.kernel().order(run.kernel().submit(stop))->has(kTriggered));
        return true;
      };
      run.run();
      CHECK(run.kernel().orders().size() == 1);
    }
  }
}
