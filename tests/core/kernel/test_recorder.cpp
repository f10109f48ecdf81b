// Orders, fills, markouts and equity as they stand in the record of a run.
#include "doctest/doctest.h"
#include "scripted_run.hpp"

using namespace pytrader;

namespace {

constexpr i64 kSecond = 1'000'000'000;

}  // namespace

TEST_CASE("a fill knows the mid at its time, one and ten seconds later") {
  ScriptedRun run;
  ScriptedStrategy& strategy = run.add_strategy();
  run.add_stream<QuoteRecord>(StreamKind::quote,
                              {quote_row(0, 99, 101), quote_row(kSecond, 100, 103), quote_row(kSecond + 1, 200, 202),
                               quote_row(5 * kSecond, 110, 113), quote_row(20 * kSecond, 300, 302)});
  strategy.on_callback = [&](const Callback& callback) {
    if (callback.kind == CallbackKind::quote && callback.ts == 0) run.kernel().submit(run.market(Side::buy, 2));
    return true;
  };
  run.run();
  REQUIRE(run.fills().size() == 1);
  const FillRow fill = run.fills()[0];
  CHECK(fill.price == 101);
  CHECK(fill.mid2_at_fill == 200);
  CHECK(fill.mid2_1s == 203);
  CHECK(fill.mid2_10s == 223);
  CHECK(fill.position_after == 2);
  CHECK(run.loop.recorder().max_position(0, 0) == 2);
}

TEST_CASE("a markout that the data does not reach stays unknown") {
  ScriptedRun run;
  ScriptedStrategy& strategy = run.add_strategy();
  run.add_stream<QuoteRecord>(StreamKind::quote, {quote_row(0, 99, 101), quote_row(2 * kSecond, 100, 103)});
  strategy.on_callback = [&](const Callback& callback) {
    if (callback.kind == CallbackKind::quote && callback.ts == 0) run.kernel().submit(run.market(Side::buy, 2));
    return true;
  };
  run.run();
  const FillRow fill = run.fills().at(0);
  CHECK(fill.mid2_1s == 200);
  CHECK(fill.mid2_10s == kNoMark);
}

TEST_CASE("a markout at the very end of the data is known") {
  ScriptedRun run;
  ScriptedStrategy& strategy = run.add_strategy();
  run.add_stream<QuoteRecord>(StreamKind::quote, {quote_row(0, 99, 101), quote_row(kSecond, 100, 103)});
  strategy.on_callback = [&](const Callback& callback) {
    if (callback.kind == CallbackKind::quote && callback.ts == 0) run.kernel().submit(run.market(Side::buy, 2));
    return true;
  };
  run.run();
  CHECK(run.fills().at(0).mid2_1s == 203);
  CHECK(run.loop.recorder().equity().size() == 2);
}

TEST_CASE("equity is sampled on its grid, and a gap gives one sample") {
  LoopConfig config;
  config.equity_interval_ns = 10;
  ScriptedRun run(config);
  ScriptedStrategy& strategy = run.add_strategy();
  run.add_stream<QuoteRecord>(StreamKind::quote, {quote_row(100, 99, 101), quote_row(105, 103, 105),
                                                  quote_row(111, 99, 101), quote_row(155, 109, 111)});
  strategy.on_callback = [&](const Callback& callback) {
    if (callback.kind == CallbackKind::quote && callback.ts == 100) run.kernel().submit(run.market(Side::buy, 1));
    return true;
  };
  run.run();
  const std::vector<EquityRow>& rows = run.loop.recorder().equity();
  REQUIRE(rows.size() == 4);
  const i64 opening = 100'000'000'000;  // cents
  CHECK(rows[0].ts == 100);
  CHECK(rows[0].equity == opening);
  CHECK(rows[1].ts == 110);
  CHECK(rows[1].cash == opening - 10'100);
  CHECK(rows[1].position_value == 10'400);
  CHECK(rows[2].ts == 150);
  CHECK(rows[2].position_value == 10'000);
  CHECK(rows[3].ts == 155);
  CHECK(rows[3].equity == opening - 10'100 + 11'000);
}

TEST_CASE("the record has every order with its last state and why it was refused") {
  ScriptedRun run;
  ScriptedStrategy& strategy = run.add_strategy();
  run.add_stream<QuoteRecord>(StreamKind::quote, {quote_row(0, 99, 101, 10, 3)});
  strategy.on_callback = [&](const Callback& callback) {
    if (callback.kind != CallbackKind::quote) return true;
    run.kernel().submit(run.market(Side::buy, 5));
    run.kernel().submit(run.limit(Side::buy, 90, -1));
    return true;
  };
  run.run();
  const std::vector<OrderRow> orders = run.orders();
  REQUIRE(orders.size() == 2);
  CHECK(orders[0].ord_status == static_cast<i64>(OrderStatus::canceled));
  CHECK(orders[0].cum_qty == 3);
  CHECK(orders[0].cum_value_hi == 0);
  CHECK(orders[0].cum_value_lo == 303);
  CHECK(orders[0].price == kNoPrice);
  CHECK(orders[0].reason == static_cast<i64>(RejectReason::no_liquidity));
  CHECK(orders[1].ord_status == static_cast<i64>(OrderStatus::denied));
  CHECK(orders[1].reason == static_cast<i64>(RejectReason::quantity_not_positive));
}

TEST_CASE("an aborted run keeps the record of what was done") {
  ScriptedRun run;
  ScriptedStrategy& strategy = run.add_strategy();
  run.add_stream<QuoteRecord>(StreamKind::quote, {quote_row(0, 99, 101), quote_row(1, 99, 101), quote_row(2, 99, 101)});
  CHECK(run.loop.run(2) == RunStatus::paused);
  run.loop.abort();
  CHECK(run.loop.run(10) == RunStatus::finished);
  CHECK(run.loop.events() == 2);
  CHECK(strategy.log.back() == "quote@1");
  CHECK(run.loop.recorder().equity().size() == 2);
}

TEST_CASE("records are taken once, after the end, and none is left") {
  LoopConfig config;
  config.record_events = true;
  ScriptedRun run(config);
  ScriptedStrategy& strategy = run.add_strategy();
  run.add_stream<QuoteRecord>(StreamKind::quote, {quote_row(0, 99, 101, 10, 3), quote_row(1, 99, 101)});
  strategy.on_callback = [&](const Callback& callback) {
    if (callback.kind == CallbackKind::quote) run.kernel().submit(run.market(Side::buy, 5));
    return true;
  };
  std::vector<OrderRow> orders(2);
  std::vector<FillRow> fills(2);
  CHECK_THROWS_WITH_AS(run.loop.take_records(orders, fills, {}), "back-test: records are taken once, after the end",
                       Error);
  run.run();
  const std::vector<OrderRow> known_orders = run.orders();
  const std::vector<FillRow> known_fills = run.fills();
  const std::vector<EventRow> known_events = run.order_events();
  REQUIRE(known_orders.size() == 2);
  REQUIRE(known_fills.size() == 2);
  std::vector<EventRow> events(known_events.size());
  CHECK_THROWS_WITH_AS(run.loop.take_records(orders, fills, {}),
                       "back-test: there must be a row for each order, fill and event", Error);
  run.loop.take_records(orders, fills, events);
  CHECK(std::memcmp(orders.data(), known_orders.data(), 2 * sizeof(OrderRow)) == 0);
  CHECK(std::memcmp(fills.data(), known_fills.data(), 2 * sizeof(FillRow)) == 0);
  CHECK(std::memcmp(events.data(), known_events.data(), events.size() * sizeof(EventRow)) == 0);
  CHECK(run.kernel().order(1) == nullptr);
  CHECK(run.loop.recorder().fill_count() == 0);
  CHECK(run.loop.run(10) == RunStatus::finished);
  CHECK_THROWS_AS(run.loop.take_records({}, {}, {}), Error);
  CHECK_THROWS_WITH_AS(run.loop.publish(), "back-test: the run is over and its records were taken", Error);
  CHECK_FALSE(run.kernel().ledger().position(0, 0).quantity == 0);
  CHECK_THROWS_AS(run.kernel().advance(100), Error);
}
