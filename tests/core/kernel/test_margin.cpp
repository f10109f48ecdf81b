// Margin accounts: what orders need, who is liquidated at which mark, and who pays for what margins do not cover.
#include "doctest/doctest.h"
#include "scripted_run.hpp"

using namespace pytrader;

namespace {

i128 money(const char* text) {
  return parse(text).raw;
}

InstrumentDefinition perpetual() {
  InstrumentDefinition definition = unit_instrument("PERP");
  definition.kind = InstrumentKind::perpetual;
  definition.initial_margin_rate = parse("0.1");
  definition.maintenance_margin_rate = parse("0.05");
  return definition;
}

// One strategy is long 7 at 101, the other short 3 at 99; each has an order to buy 2 at 50 that rests.
struct Scene {
  Scene(MarginMode mode, const char* cash, std::vector<i64> marks, LoopConfig config = {})
      : run(config, true, perpetual(), mode) {
    run.kernel().add_cash("USD", money(cash) - kFixedOne * 1'000'000'000);
    for (const Side side : {Side::buy, Side::sell}) {
      ScriptedStrategy& strategy = run.add_strategy();
      const auto index = static_cast<StrategyIndex>(run.strategies.size() - 1);
      strategy.on_callback = [this, side, index](const Callback& callback) {
        if (callback.kind != CallbackKind::quote || callback.ts != 0) return true;
        NewOrder order = run.market(side, side == Side::buy ? 7 : 3);
        order.strategy = index;
        run.kernel().submit(order);
        order = run.limit(Side::buy, 50, 2);
        order.strategy = index;
        run.kernel().submit(order);
        return true;
      };
    }
    std::vector<QuoteRecord> quotes;
    for (i64 ts = 0; ts < 10; ++ts) quotes.push_back(quote_row(10 * ts, 99, 101));
    run.add_stream(StreamKind::quote, std::move(quotes));
    std::vector<MarkRecord> rows;
    for (std::size_t i = 0; i < marks.size(); ++i) {
      const i64 ts = 15 + 10 * static_cast<i64>(i);
      rows.push_back({ts, ts, marks[i], kNoPrice});
    }
    run.add_stream(StreamKind::mark, std::move(rows));
  }
  const std::vector<CashEvent>& told(std::size_t strategy) const { return run.strategies[strategy]->cash_events; }
  PositionState position(StrategyIndex strategy) { return run.kernel().position(strategy, 0); }

  ScriptedRun run;
};

}  // namespace

TEST_CASE("margined orders need the initial margin of their value, and fees in full") {
  Scene enough(MarginMode::isolated, "110.4", {});
  CHECK(enough.run.run() == RunStatus::finished);
  CHECK(enough.position(0).quantity == 7);
  CHECK(enough.position(1).quantity == -3);
  Scene short_of(MarginMode::isolated, "110.3", {});
  CHECK(short_of.run.run() == RunStatus::finished);
  CHECK(short_of.position(1).quantity == 0);
  CHECK(short_of.run.strategies[1]->events.front().reason == RejectReason::insufficient_funds);
}

TEST_CASE("an isolated position goes at its bankruptcy price when its equity is below its maintenance, not before") {
  Scene scene(MarginMode::isolated, "1000", {96, 95});
  CHECK(scene.run.run() == RunStatus::finished);
  // At 96: 70.7 - 35 = 35.7 is above 33.6. At 95: 28.7 is below 33.25.
  REQUIRE(scene.told(0).size() == 1);
  const CashEvent& event = scene.told(0)[0];
  CHECK(event.kind == CashEventKind::liquidation);
  CHECK(event.ts_event == 25);
  CHECK(event.amount == money("636.3"));  // 707 - 70.7
  CHECK(event.realized_pnl == money("-70.7"));
  CHECK(event.price == money("90.9"));
  CHECK(event.quantity_before == 7);
  CHECK(event.quantity_after == 0);
  CHECK(scene.position(0).quantity == 0);
  CHECK(scene.position(1).quantity == -3);
  CHECK(scene.run.kernel().margin_desk().insurance("USD") == money("28.7"));  // 665 - 636.3
  const OrderEvent& last = scene.run.strategies[0]->events.back();
  CHECK(last.exec_type == ExecType::canceled);
  CHECK(last.reason == RejectReason::liquidated);
  CHECK(scene.run.kernel().orders().open_count() == 1);
}

TEST_CASE("the insurance fund pays what a margin does not cover") {
  Scene scene(MarginMode::isolated, "1000", {85});
  scene.run.kernel().add_insurance("USD", money("100"));
  CHECK(scene.run.run() == RunStatus::finished);
  CHECK(scene.told(0)[0].amount == money("636.3"));
  CHECK(scene.told(1).empty());
  CHECK(scene.run.kernel().margin_desk().insurance("USD") == money("58.7"));  // 100 - (636.3 - 595)
}

TEST_CASE("beyond the fund the holders of the other side are deleveraged at the bankruptcy price") {
  Scene scene(MarginMode::isolated, "1000", {85});
  scene.run.kernel().add_insurance("USD", money("30"));
  CHECK(scene.run.run() == RunStatus::finished);
  REQUIRE(scene.told(0).size() == 2);
  CHECK(scene.told(0)[0].amount == money("272.7"));  // 3 lots at 90.9
  CHECK(scene.told(0)[1].amount == money("363.6"));
  CHECK(scene.position(0).realized_pnl == money("-70.7"));
  REQUIRE(scene.told(1).size() == 1);
  CHECK(scene.told(1)[0].kind == CashEventKind::deleverage);
  CHECK(scene.told(1)[0].amount == money("-272.7"));
  CHECK(scene.told(1)[0].realized_pnl == money("24.3"));
  CHECK(scene.position(1).quantity == 0);
  // The four lots that nobody took: 363.6 for what is worth 340.
  CHECK(scene.run.kernel().margin_desk().insurance("USD") == money("6.4"));
  CHECK(scene.run.kernel().margin_desk().uncovered("USD") == 0);
}

TEST_CASE("what neither fund nor other side covers is told") {
  Scene scene(MarginMode::isolated, "1000", {85});
  CHECK(scene.run.run() == RunStatus::finished);
  CHECK(scene.run.kernel().margin_desk().insurance("USD") == 0);
  CHECK(scene.run.kernel().margin_desk().uncovered("USD") == money("23.6"));
}

TEST_CASE("a short is liquidated as a long is") {
  Scene scene(MarginMode::isolated, "1000", {104});
  CHECK(scene.run.run() == RunStatus::finished);
  // 29.7 - 15 = 14.7 is below 15.6; the short of 297 is bankrupt at 326.7.
  REQUIRE(scene.told(1).size() == 1);
  CHECK(scene.told(1)[0].amount == money("-326.7"));
  CHECK(scene.told(1)[0].price == money("108.9"));
  CHECK(scene.run.kernel().margin_desk().insurance("USD") == money("14.7"));
}

TEST_CASE("in cross margin the whole account backs its positions, and is used up when it falls") {
  Scene scene(MarginMode::cross, "120", {95, 80});
  CHECK(scene.run.run() == RunStatus::finished);
  // Cash is 120 - 707 + 297 = -290. At 95 equity is 90, maintenance 47.5; at 80 it is 30 and 40.
  REQUIRE(scene.told(0).size() == 1);
  REQUIRE(scene.told(1).size() == 1);
  CHECK(scene.told(1)[0].amount == money("-240"));  // the smaller one first, at the mark
  CHECK(scene.told(0)[0].amount == money("530"));
  CHECK(scene.run.kernel().cash("USD") == 0);
  CHECK(scene.run.kernel().margin_desk().insurance("USD") == money("30"));
  CHECK(scene.run.kernel().orders().open_count() == 0);
}

TEST_CASE("a liquidation is told behind the fills before it, and decided once") {
  LoopConfig config;
  config.response_latency_ns = 3;
  Scene scene(MarginMode::isolated, "1000", {95, 94, 93}, config);
  CHECK(scene.run.run() == RunStatus::finished);
  REQUIRE(scene.told(0).size() == 1);
  CHECK(scene.told(0)[0].ts_event == 15);
  CHECK(scene.told(0)[0].ts_init == 18);
}

TEST_CASE("who has the largest profit times leverage is deleveraged first") {
  MarginState small;
  small.margin = money("10");
  small.value = money("-90");
  small.profit = money("10");
  MarginState large = small;
  large.margin = money("20");
  CHECK(deleverage_rank(small, money("-100")) == money("0.45"));  // 10 % at 4.5 times
  CHECK(deleverage_rank(large, money("-100")) == money("0.3"));
  small.profit = money("-1");  // 1 % of loss at 10 times
  CHECK(deleverage_rank(small, money("-100")) == money("-0.001"));
  small.profit = 0;
  CHECK(deleverage_rank(small, money("-100")) == 0);
  CHECK(deleverage_rank(small, 0) == 0);
  CHECK(deleverage_rank(large, -1) > money("1000000"));  // beyond what a rank can say
  large.value = 0;                                       // all of the cost is won
  CHECK(deleverage_rank(large, money("-100")) == 0);
  CHECK(deleverage_rank(large, 0) > money("1000000"));
  large.profit = money("-1");
  CHECK(deleverage_rank(large, money("100")) < money("-1000000"));
  CHECK(deleverage_rank(large, 0) < money("-1000000"));
}

TEST_CASE("margin rates and modes that make no sense are refused") {
  InstrumentDefinition definition = perpetual();
  definition.maintenance_margin_rate = definition.initial_margin_rate;
  CHECK_THROWS_WITH(Instrument(definition, 0), doctest::Contains("below initial_margin_rate"));
  definition.initial_margin_rate = Fixed{};
  CHECK_THROWS_WITH(Instrument(definition, 0), doctest::Contains("above 0 and at most 1"));
  ScriptedRun run;
  CHECK_THROWS_WITH(run.kernel().set_margin_mode(MarginMode::cross), doctest::Contains("after an instrument"));
  CHECK_THROWS_WITH(run.kernel().add_insurance("USD", -1), doctest::Contains("not negative"));
}
