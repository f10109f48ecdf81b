// Latency models in the loop: per request kind, overtaking, lost requests, drawn feeds, clocks that disagree.
#include "doctest/doctest.h"
#include "scripted_run.hpp"

using namespace pytrader;

namespace {

using Kinds = std::vector<ExecType>;

Kinds kinds_of(const ScriptedStrategy& strategy) {
  Kinds kinds;
  for (const OrderEvent& event : strategy.events) kinds.push_back(event.exec_type);
  return kinds;
}

std::vector<QuoteRecord> quotes_until(i64 last) {
  std::vector<QuoteRecord> rows;
  for (i64 ts = 0; ts <= last; ts += 10) rows.push_back(quote_row(ts, 99, 101));
  return rows;
}

LatencyChoice uniform(i64 minimum, i64 maximum, u64 seed, bool may_overtake = false) {
  LatencyChoice choice;
  choice.kind = LatencyKind::uniform;
  choice.minimum_ns = minimum;
  choice.maximum_ns = maximum;
  choice.seed = seed;
  choice.may_overtake = may_overtake;
  return choice;
}

LatencyChoice overtaking(i64 latency) {
  LatencyChoice choice = LatencyChoice::constant(latency);
  choice.may_overtake = true;
  return choice;
}

u64 digest_of(const LatencyChoice& request, const LatencyChoice& feed) {
  ScriptedRun run;
  ScriptedStrategy& strategy = run.add_strategy();
  run.loop.set_request_latency(RequestKind::submit, request);
  run.loop.set_feed_latency(feed);
  run.add_stream<QuoteRecord>(StreamKind::quote, quotes_until(1'000));
  strategy.on_callback = [&](const Callback& callback) {
    if (callback.kind == CallbackKind::quote) run.kernel().submit(run.limit(Side::buy, 101, 1, TimeInForce::ioc));
    return true;
  };
  run.run();
  return run.kernel().digest();
}

}  // namespace

TEST_CASE("loop: a cancel that may overtake meets a venue that does not know its order yet") {
  ScriptedRun run;
  ScriptedStrategy& strategy = run.add_strategy();
  run.loop.set_request_latency(RequestKind::submit, LatencyChoice::constant(50));
  run.loop.set_request_latency(RequestKind::cancel, overtaking(5));
  run.add_stream<QuoteRecord>(StreamKind::quote, quotes_until(200));
  ClientOrderId id = 0;
  strategy.on_callback = [&](const Callback& callback) {
    if (callback.kind != CallbackKind::quote || callback.ts > 10) return true;
    if (callback.ts == 0) id = run.kernel().submit(run.limit(Side::buy, 90, 1));
    if (callback.ts == 10) CHECK(run.kernel().cancel({id, 0}));
    return true;
  };
  run.run();
  CHECK(kinds_of(strategy) ==
        Kinds{ExecType::pending_new, ExecType::pending_cancel, ExecType::cancel_rejected, ExecType::new_});
  CHECK(strategy.events[2].ts_event == 15);
  CHECK(run.kernel().order(id)->ord_status == OrderStatus::new_);
}

TEST_CASE("loop: without overtaking a faster cancel waits for its order") {
  ScriptedRun run;
  ScriptedStrategy& strategy = run.add_strategy();
  run.loop.set_request_latency(RequestKind::submit, LatencyChoice::constant(50));
  run.loop.set_request_latency(RequestKind::cancel, LatencyChoice::constant(5));
  run.add_stream<QuoteRecord>(StreamKind::quote, quotes_until(200));
  ClientOrderId id = 0;
  strategy.on_callback = [&](const Callback& callback) {
    if (callback.kind != CallbackKind::quote || callback.ts > 10) return true;
    if (callback.ts == 0) id = run.kernel().submit(run.limit(Side::buy, 90, 1));
    if (callback.ts == 10) CHECK(run.kernel().cancel({id, 0}));
    return true;
  };
  run.run();
  CHECK(run.kernel().order(id)->ord_status == OrderStatus::canceled);
  CHECK(strategy.events.back().ts_event == 50);
}

TEST_CASE("loop: a lost request never reaches the venue, and its sender hears of it in its time") {
  for (const RequestKind lost : {RequestKind::submit, RequestKind::cancel, RequestKind::replace}) {
    ScriptedRun run;
    ScriptedStrategy& strategy = run.add_strategy();
    LatencyChoice loses;
    loses.kind = LatencyKind::measured;
    loses.points = {{0, -70}};
    run.loop.set_request_latency(lost, loses);
    run.add_stream<QuoteRecord>(StreamKind::quote, quotes_until(200));
    ClientOrderId id = 0;
    strategy.on_callback = [&](const Callback& callback) {
      if (callback.kind != CallbackKind::quote) return true;
      if (callback.ts == 10) id = run.kernel().submit(run.limit(Side::buy, 90, 2));
      if (callback.ts == 20 && lost == RequestKind::cancel) CHECK(run.kernel().cancel({id, 0}));
      if (callback.ts == 20 && lost == RequestKind::replace) {
        ReplaceRequest request{};
        request.client_order_id = id;
        request.price = 91;
        request.quantity = 2;
        CHECK(run.kernel().replace(request));
      }
      return true;
    };
    run.run();
    const OrderEvent& last = strategy.events.back();
    CHECK(last.reason == RejectReason::request_lost);
    CHECK(last.ts_event == (lost == RequestKind::submit ? 80 : 90));
    CHECK(run.loop.venue(0).open_order_count() == (lost == RequestKind::submit ? 0 : 1));
    CHECK(run.kernel().order(id)->ord_status ==
          (lost == RequestKind::submit ? OrderStatus::rejected : OrderStatus::new_));
  }
}

TEST_CASE("loop: a cancel of an order that was lost ends with the order rejected") {
  ScriptedRun run;
  ScriptedStrategy& strategy = run.add_strategy();
  LatencyChoice loses;
  loses.kind = LatencyKind::measured;
  loses.points = {{0, -70}};
  run.loop.set_request_latency(RequestKind::submit, loses);
  run.add_stream<QuoteRecord>(StreamKind::quote, quotes_until(200));
  ClientOrderId id = 0;
  strategy.on_callback = [&](const Callback& callback) {
    if (callback.kind != CallbackKind::quote) return true;
    if (callback.ts == 10) id = run.kernel().submit(run.limit(Side::buy, 90, 2));
    if (callback.ts == 20) CHECK(run.kernel().cancel({id, 0}));
    return true;
  };
  run.run();
  CHECK(run.kernel().order(id)->ord_status == OrderStatus::rejected);
}

TEST_CASE("loop: drawn latencies are the same run after run, and other with another seed") {
  const LatencyChoice none = LatencyChoice::constant(0);
  const u64 once = digest_of(uniform(0, 40, 1), none);
  CHECK(once == digest_of(uniform(0, 40, 1), none));
  CHECK(once != digest_of(uniform(0, 40, 2), none));
  CHECK(digest_of(none, uniform(0, 40, 1)) != digest_of(none, uniform(0, 40, 2)));
  CHECK(digest_of(uniform(0, 40, 1, true), none) != once);
}

TEST_CASE("loop: rows of a drawn feed keep their order and are never early") {
  ScriptedRun run;
  ScriptedStrategy& strategy = run.add_strategy();
  run.loop.set_feed_latency(uniform(5, 45, 3));
  run.add_stream<QuoteRecord>(StreamKind::quote, quotes_until(1'000));
  std::vector<i64> delays;
  i64 last = -1;
  strategy.on_callback = [&](const Callback& callback) {
    if (callback.kind != CallbackKind::quote) return true;
    CHECK(callback.ts >= last);
    last = callback.ts;
    delays.push_back(callback.ts - callback.quote->ts_event);
    return true;
  };
  run.run();
  REQUIRE(delays.size() == 101);
  for (const i64 delay : delays) {
    CHECK(delay >= 5);
    CHECK(delay <= 45);
  }
}

TEST_CASE("loop: a row whose receiver's clock is early arrives as if received when it happened, and is counted") {
  ScriptedRun run;
  ScriptedStrategy& strategy = run.add_strategy();
  run.loop.set_feed_latency(LatencyChoice::constant(3));
  std::vector<QuoteRecord> rows = {quote_row(10, 99, 101), quote_row(20, 99, 102), quote_row(30, 99, 103)};
  rows[0].ts_init = 14;
  rows[1].ts_init = 12;  // before it happened
  rows[2].ts_init = 0;   // missing
  run.add_stream<QuoteRecord>(StreamKind::quote, rows, 0, true);
  std::vector<i64> seen;
  strategy.on_callback = [&](const Callback& callback) {
    if (callback.kind == CallbackKind::quote) seen.push_back(callback.ts);
    return true;
  };
  run.run();
  CHECK(seen == std::vector<i64>{17, 23, 33});
  CHECK(run.loop.early_rows(0) == 2);
}

TEST_CASE("loop: an own order meets the venue's row before the strategy has seen it") {
  ScriptedRun run;
  ScriptedStrategy& strategy = run.add_strategy();
  run.loop.set_feed_latency(LatencyChoice::constant(20));
  run.loop.set_request_latency(RequestKind::submit, LatencyChoice::constant(5));
  run.add_stream<QuoteRecord>(StreamKind::quote,
                              {quote_row(0, 99, 101), quote_row(22, 99, 105), quote_row(100, 99, 105)});
  ClientOrderId id = 0;
  strategy.on_callback = [&](const Callback& callback) {
    // Sent at 20 on the quote of time 0, it is there at 25: the offer of 101 left at 22.
    if (callback.kind == CallbackKind::quote && callback.ts == 20) {
      id = run.kernel().submit(run.limit(Side::buy, 101, 1, TimeInForce::ioc));
    }
    return true;
  };
  run.run();
  CHECK(run.kernel().order(id)->ord_status == OrderStatus::canceled);
}

TEST_CASE("loop: a latency that is out of range, too late or overtakes rows is refused") {
  ScriptedRun run;
  CHECK_THROWS_AS(run.loop.set_feed_latency(overtaking(1)), Error);
  CHECK_THROWS_AS(run.loop.set_response_latency(LatencyChoice::constant(-1)), Error);
  run.add_stream<QuoteRecord>(StreamKind::quote, quotes_until(10));
  run.run();
  CHECK_THROWS_AS(run.loop.set_response_latency(LatencyChoice::constant(1)), Error);
}
