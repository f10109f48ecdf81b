// The loop delivers everything in one stated order of time, with and without latency.
#include <utility>

#include "doctest/doctest.h"
#include "scripted_run.hpp"

using namespace pytrader;

namespace {

using Log = std::vector<std::string>;

// Submits once, on the first quote.
void submit_on_first_quote(ScriptedRun& run, ScriptedStrategy& strategy, NewOrder order) {
  strategy.on_callback = [&run, order, done = false](const Callback& callback) mutable {
    if (callback.kind == CallbackKind::quote && !done) {
      done = true;
      run.kernel().submit(order);
    }
    return true;
  };
}

}  // namespace

TEST_CASE("a market order fills against the quote that caused it when there is no latency") {
  ScriptedRun run;
  ScriptedStrategy& strategy = run.add_strategy();
  run.add_stream<QuoteRecord>(StreamKind::quote, {quote_row(10, 99, 101), quote_row(20, 100, 102)});
  submit_on_first_quote(run, strategy, run.market(Side::buy, 3));
  CHECK(run.run() == RunStatus::finished);
  REQUIRE(strategy.events.size() == 3);
  CHECK(strategy.events[0].exec_type == ExecType::pending_new);
  CHECK(strategy.events[1].exec_type == ExecType::new_);
  CHECK(strategy.events[2].exec_type == ExecType::trade);
  CHECK(strategy.events[2].last_px == 101);
  CHECK(strategy.events[2].ts_event == 10);
  CHECK(strategy.events[2].ord_status == OrderStatus::filled);
  CHECK(run.kernel().position(0, 0).quantity == 3);
  CHECK(run.kernel().cash("USD") == kFixedOne * (1'000'000'000 - 303));
  CHECK(strategy.log == Log{"start@10", "quote@10", "order_event@10", "order_event@10", "order_event@10", "fill@10",
                            "position@10", "quote@20", "stop@20"});
}

TEST_CASE("the status of an order is visible to the callback that submits it") {
  ScriptedRun run;
  ScriptedStrategy& strategy = run.add_strategy();
  run.add_stream<QuoteRecord>(StreamKind::quote, {quote_row(10, 99, 101)});
  OrderStatus seen = OrderStatus::initialized;
  strategy.on_callback = [&](const Callback& callback) {
    if (callback.kind == CallbackKind::quote) {
      const ClientOrderId id = run.kernel().submit(run.limit(Side::buy, 90, 1));
      seen = run.kernel().order(id)->ord_status;
      CHECK(strategy.events.empty());
    }
    return true;
  };
  run.run();
  CHECK(seen == OrderStatus::pending_new);
  CHECK(strategy.events.size() == 2);
}

TEST_CASE("an order the gate denies never reaches the venue") {
  ScriptedRun run;
  ScriptedStrategy& strategy = run.add_strategy();
  run.add_stream<QuoteRecord>(StreamKind::quote, {quote_row(10, 99, 101)});
  submit_on_first_quote(run, strategy, run.limit(Side::buy, 90, -5));
  run.run();
  REQUIRE(strategy.events.size() == 1);
  CHECK(strategy.events[0].exec_type == ExecType::denied);
  CHECK(strategy.events[0].reason == RejectReason::quantity_not_positive);
}

TEST_CASE("latency delays the data, the order and the report by their own amounts") {
  LoopConfig config;
  config.feed_latency_ns = 5;
  config.order_latency_ns = 7;
  config.response_latency_ns = 11;
  ScriptedRun run(config);
  ScriptedStrategy& strategy = run.add_strategy();
  run.add_stream<QuoteRecord>(StreamKind::quote, {quote_row(100, 99, 101), quote_row(111, 99, 103),
                                                  quote_row(112, 99, 105), quote_row(200, 99, 107)});
  submit_on_first_quote(run, strategy, run.market(Side::buy, 1));
  run.run();
  // Seen at 105, at the venue at 112 (after the row of 112), told at 123.
  REQUIRE(strategy.events.size() == 3);
  CHECK(strategy.events[0].ts_init == 105);
  CHECK(strategy.events[2].ts_event == 112);
  CHECK(strategy.events[2].last_px == 105);
  CHECK(strategy.events[2].ts_init == 123);
  CHECK(strategy.log[1] == "quote@105");
}

TEST_CASE("a row reaches the strategy when it was received, and never before the venue had it") {
  ScriptedRun run;
  ScriptedStrategy& strategy = run.add_strategy();
  std::vector<QuoteRecord> rows{quote_row(100, 99, 101), quote_row(110, 99, 102), quote_row(120, 99, 103)};
  rows[0].ts_init = 115;  // late
  rows[1].ts_init = 112;  // received after the row before it, which came at 115
  rows[2].ts_init = 50;   // the venue's clock runs ahead of ours
  run.add_stream(StreamKind::quote, rows, 0, true);
  run.run();
  CHECK(strategy.log == Log{"start@100", "quote@115", "quote@115", "quote@120", "stop@120"});
}

TEST_CASE("streams merge by time, then by the order of adding") {
  ScriptedRun run;
  const InstrumentIndex other = run.kernel().add_instrument(unit_instrument("OTHER"));
  ScriptedStrategy& strategy = run.add_strategy();
  run.add_stream_of<QuoteRecord>(other, StreamKind::quote,
                                 {quote_row(5, 1, 2), quote_row(10, 1, 2), quote_row(30, 1, 2)});
  run.add_stream<QuoteRecord>(StreamKind::quote, {quote_row(10, 99, 101), quote_row(20, 99, 101)});
  std::vector<InstrumentIndex> order;
  strategy.on_callback = [&](const Callback& callback) {
    if (callback.kind == CallbackKind::quote) order.push_back(callback.instrument);
    return true;
  };
  run.run();
  CHECK(order == std::vector<InstrumentIndex>{other, other, 0, 0, other});
  CHECK(run.loop.events() == 5);
}

TEST_CASE("timers fire between rows, after what happens at their time") {
  ScriptedRun run;
  ScriptedStrategy& strategy = run.add_strategy();
  run.add_stream<QuoteRecord>(StreamKind::quote,
                              {quote_row(0, 99, 101), quote_row(10, 99, 101), quote_row(20, 99, 101)});
  strategy.on_callback = [&](const Callback& callback) {
    if (callback.kind == CallbackKind::start) run.kernel().set_timer(0, 5, 5, 42);
    if (callback.kind == CallbackKind::timer) CHECK(callback.timer->name == 42);
    return true;
  };
  run.run();
  CHECK(strategy.log ==
        Log{"start@0", "quote@0", "timer@5", "quote@10", "timer@10", "timer@15", "quote@20", "timer@20", "stop@20"});
}

TEST_CASE("a strategy that fails stops the run at once") {
  ScriptedRun run;
  ScriptedStrategy& strategy = run.add_strategy();
  ScriptedStrategy& second = run.add_strategy();
  run.add_stream<QuoteRecord>(StreamKind::quote, {quote_row(1, 99, 101), quote_row(2, 99, 101)});
  strategy.on_callback = [](const Callback& callback) { return callback.kind != CallbackKind::quote; };
  CHECK(run.run() == RunStatus::strategy_failed);
  CHECK(strategy.log == Log{"start@1", "quote@1"});
  CHECK(second.log == Log{"start@1"});
  CHECK_THROWS_AS(run.run(), Error);
}

TEST_CASE("a run in pieces is the same run") {
  const auto digest_of = [](u64 piece) {
    ScriptedRun run;
    ScriptedStrategy& strategy = run.add_strategy();
    std::vector<QuoteRecord> rows;
    for (i64 i = 0; i < 50; ++i) rows.push_back(quote_row(i, 99 + i % 3, 102 + i % 3));
    run.add_stream(StreamKind::quote, rows);
    strategy.on_callback = [&run](const Callback& callback) {
      if (callback.kind == CallbackKind::quote) run.kernel().submit(run.market(Side::buy, 1));
      return true;
    };
    while (run.loop.run(piece) == RunStatus::paused) {
    }
    CHECK(run.loop.events() == 50);
    return run.kernel().digest();
  };
  const u64 whole = digest_of(UINT64_MAX);
  CHECK(digest_of(1) == whole);
  CHECK(digest_of(7) == whole);
}

TEST_CASE("a piece of a run is bounded although timers fire without end between two rows") {
  ScriptedRun run;
  ScriptedStrategy& strategy = run.add_strategy();
  run.add_stream<QuoteRecord>(StreamKind::quote, {quote_row(0, 99, 101), quote_row(INT64_MAX / 2, 99, 101)});
  strategy.on_callback = [&](const Callback& callback) {
    if (callback.kind == CallbackKind::start) run.kernel().set_timer(0, 1, 1, 0);
    return true;
  };
  CHECK(run.loop.run(1000) == RunStatus::paused);
  CHECK(run.loop.events() == 1);
  CHECK(run.loop.now() == 999);
  run.loop.abort();
}

TEST_CASE("the digest tells runs apart that differ in one number") {
  const auto digest_of = [](i64 ask) {
    ScriptedRun run;
    run.add_strategy();
    run.add_stream<QuoteRecord>(StreamKind::quote, {quote_row(1, 99, 101), quote_row(2, 99, ask)});
    run.run();
    return run.kernel().digest();
  };
  CHECK(digest_of(101) == digest_of(101));
  CHECK(digest_of(101) != digest_of(102));
}

TEST_CASE("the digest tells latencies apart even where they change nothing that happens") {
  const auto digest_of = [](const LoopConfig& config) {
    ScriptedRun run(config);
    run.add_strategy();
    run.add_stream<QuoteRecord>(StreamKind::quote, {quote_row(10, 99, 101)});
    run.run();
    return run.kernel().digest();
  };
  CHECK(digest_of({}) == digest_of({.response_latency_ns = 0}));
  CHECK(digest_of({}) != digest_of({.order_latency_ns = 5, .response_latency_ns = 0}));
  CHECK(digest_of({}) != digest_of({.response_latency_ns = 5}));
}

TEST_CASE("rows out of order are refused by stream and row") {
  ScriptedRun run;
  run.add_strategy();
  run.add_stream<QuoteRecord>(StreamKind::quote, {quote_row(5, 99, 101), quote_row(4, 99, 101)});
  CHECK_THROWS_WITH_AS(run.run(), "stream test, row 1: ts_event 4 is before 5; rows must be in order of time", Error);
  CHECK_THROWS_AS(run.run(), Error);
}

TEST_CASE("a row at the time that never comes is refused when its stream is added") {
  ScriptedRun run;
  CHECK_THROWS_WITH_AS(
      run.add_stream<QuoteRecord>(StreamKind::quote, {quote_row(5, 99, 101), quote_row(INT64_MAX, 99, 101)}),
      "stream test, row 1: ts_event is 2^63 - 1, which stands for a time that never comes", Error);
  run.add_stream<QuoteRecord>(StreamKind::quote, {quote_row(5, 99, 101), quote_row(INT64_MAX - 1, 99, 101)});
  run.add_strategy();
  CHECK(run.run() == RunStatus::finished);
  CHECK(run.loop.now() == INT64_MAX - 1);
}

TEST_CASE("a strategy that commands without end and without time is stopped by an error") {
  ScriptedRun run;
  ScriptedStrategy& strategy = run.add_strategy();
  run.add_stream<QuoteRecord>(StreamKind::quote, {quote_row(5, 99, 101)});
  strategy.on_callback = [&run](const Callback& callback) {
    if (callback.kind == CallbackKind::quote || callback.kind == CallbackKind::fill) {
      run.kernel().submit(run.limit(Side::buy, 101, 1, TimeInForce::ioc));
    }
    if (callback.kind == CallbackKind::order_event && callback.order_event->exec_type == ExecType::canceled) {
      run.kernel().submit(run.limit(Side::buy, 101, 1, TimeInForce::ioc));
    }
    return true;
  };
  CHECK_THROWS_AS(run.run(), Error);
}

TEST_CASE("what is on its way at the end of the data still arrives, for one round trip") {
  LoopConfig config;
  config.order_latency_ns = 50;
  ScriptedRun run(config);
  ScriptedStrategy& strategy = run.add_strategy();
  run.add_stream<QuoteRecord>(StreamKind::quote, {quote_row(100, 99, 101)});
  submit_on_first_quote(run, strategy, run.market(Side::sell, 1));
  CHECK(run.run() == RunStatus::finished);
  CHECK(strategy.log.back() == "stop@200");
  CHECK(run.kernel().position(0, 0).quantity == -1);
}

TEST_CASE("what a strategy sends in on_stop is carried out") {
  ScriptedRun run;
  ScriptedStrategy& strategy = run.add_strategy();
  run.add_stream<QuoteRecord>(StreamKind::quote, {quote_row(100, 99, 101)});
  ClientOrderId resting = 0;
  strategy.on_callback = [&](const Callback& callback) {
    if (callback.kind == CallbackKind::quote) resting = run.kernel().submit(run.limit(Side::buy, 90, 1));
    if (callback.kind == CallbackKind::stop) CHECK(run.kernel().cancel({resting, 0}));
    return true;
  };
  run.run();
  CHECK(run.kernel().order(resting)->ord_status == OrderStatus::canceled);
}

TEST_CASE("nothing is delivered that no strategy asked for") {
  ScriptedRun run;
  ScriptedStrategy& strategy = run.add_strategy(mask_of(CallbackKind::trade));
  run.add_stream<L3Record>(StreamKind::l3,
                           {add_row(1, 1, Side::buy, 99, 5), row(2, BookAction::execute, 1, Side::buy, 99, 2)});
  run.run();
  CHECK(strategy.log == Log{"trade@2"});
}

TEST_CASE("a book feed gives quotes when the best changed, trades for executions, and the book after each event") {
  ScriptedRun run;
  ScriptedStrategy& strategy = run.add_strategy();
  L3Record first_of_two = add_row(2, 3, Side::sell, 102, 5);
  first_of_two.flags = 0;
  run.add_stream<L3Record>(StreamKind::l3,
                           {add_row(1, 1, Side::buy, 99, 5), first_of_two, add_row(2, 4, Side::sell, 101, 5),
                            add_row(3, 5, Side::buy, 98, 5), row(4, BookAction::execute, 1, Side::buy, 99, 2)});
  std::vector<i64> asks;
  strategy.on_callback = [&](const Callback& callback) {
    if (callback.kind == CallbackKind::quote) asks.push_back(callback.quote->ask_price);
    if (callback.kind == CallbackKind::trade) CHECK(callback.trade->aggressor_side == static_cast<i64>(Side::sell));
    return true;
  };
  run.run();
  CHECK(strategy.log ==
        Log{"start@1", "quote@1", "book@1", "quote@2", "book@2", "book@3", "trade@4", "quote@4", "book@4", "stop@4"});
  CHECK(asks == std::vector<i64>{0, 101, 101});
}

TEST_CASE("an execution that names its order only is a trade at the order's price and side") {
  ScriptedRun run;
  ScriptedStrategy& strategy = run.add_strategy(mask_of(CallbackKind::trade));
  std::vector<TradeRecord> trades;
  strategy.on_callback = [&](const Callback& callback) {
    trades.push_back(*callback.trade);
    return true;
  };
  L3Record bare = row(20, BookAction::execute, 1, Side::buy, 0, 2);
  bare.side = 0;
  L3Record unknown = bare;
  unknown.order_id = 9;
  run.add_stream<L3Record>(StreamKind::l3, {add_row(10, 1, Side::buy, 100, 5), bare, unknown});
  run.run();
  REQUIRE(trades.size() == 1);
  CHECK(trades[0].price == 100);
  CHECK(trades[0].quantity == 2);
  CHECK(trades[0].aggressor_side == static_cast<i64>(Side::sell));
  CHECK(std::as_const(run.kernel()).market(0).last_price == 100);
}

TEST_CASE("a fill that the account can not hold ends the run with an error that names it") {
  ScriptedRun run;
  InstrumentDefinition billionths = unit_instrument("BIG");
  billionths.lot_size = Fixed{kFixedOne / 1'000'000'000, 0};
  const InstrumentIndex big = run.kernel().add_instrument(billionths);
  ScriptedStrategy& strategy = run.add_strategy(mask_of(CallbackKind::quote));
  constexpr i64 kLots = 1'000'000'000'000'000'000;
  strategy.on_callback = [&](const Callback& callback) {
    const bool cheap = callback.quote->bid_price == 1;
    for (int i = 0; i < 2; ++i) {
      run.kernel().submit(
          {0, kNoPrice, kLots / 10, 0, big, 0, cheap ? Side::buy : Side::sell, OrderType::market, TimeInForce::ioc, 0});
    }
    return true;
  };
  const i64 high = 1'000'000'000'000;  // a tenth of kLots is worth 1e20 there, two of them more than the account holds
  run.add_stream_of<QuoteRecord>(big, StreamKind::quote,
                                 {quote_row(10, 1, 1, kLots, kLots), quote_row(20, high, high, kLots, kLots)});
  std::string said;
  try {
    run.run();
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::decimal_overflow);
    said = error.what();
  }
  CHECK(said ==
        "fill of 100000000000000000 lots at 1000000000000 ticks of BIG.SIM: the account would leave the range "
        "of exact numbers");
  CHECK_THROWS_WITH(run.run(), "back-test: the run ended with an error; make a new one");
}
