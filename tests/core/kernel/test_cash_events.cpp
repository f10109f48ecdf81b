// Money events in a run: what each does to cash, positions and orders, and when the account hears of it.
#include "doctest/doctest.h"
#include "scripted_run.hpp"

using namespace pytrader;

namespace {

// Amounts with four decimals, prices with two.
CashEventRecord event(i64 ts, CashEventKind kind, i64 amount, i64 price = kNoPrice, i64 per = 1) {
  return {ts, ts, static_cast<i64>(kind), amount, kind == CashEventKind::split ? 0 : 4, per, price, 2};
}

i128 money(const char* text) {
  return parse(text).raw;
}

InstrumentDefinition contract(const char* symbol, InstrumentKind kind, OptionRight right, Settlement settlement) {
  InstrumentDefinition definition = unit_instrument(symbol);
  definition.kind = kind;
  definition.multiplier = parse("10");
  definition.contract = {"STOCK.SIM", settlement, right, right == OptionRight::none ? Fixed{} : parse("100"), 0};
  return definition;
}

// Two strategies: one buys 7 at 101 on the first quote, the other sells 3 at 99.
struct Scene {
  explicit Scene(std::vector<CashEventRecord> events, LoopConfig config = {},
                 InstrumentDefinition definition = unit_instrument())
      : run(config, true, std::move(definition)) {
    // The first instrument's rows trade; the underlying of contracts comes second.
    run.loop.kernel().add_instrument(unit_instrument("STOCK"));
    ScriptedStrategy& buyer = run.add_strategy();
    ScriptedStrategy& seller = run.add_strategy();
    buyer.on_callback = [this](const Callback& callback) { return act(callback, Side::buy, 7, 0); };
    seller.on_callback = [this](const Callback& callback) { return act(callback, Side::sell, 3, 1); };
    std::vector<QuoteRecord> quotes;
    for (i64 ts = 0; ts < 10; ++ts) quotes.push_back(quote_row(10 * ts, 99, 101));
    run.add_stream(StreamKind::quote, std::move(quotes));
    run.add_stream(StreamKind::cash_event, std::move(events));
  }
  bool act(const Callback& callback, Side side, i64 quantity, StrategyIndex strategy) {
    if (callback.kind != CallbackKind::quote || callback.ts != 0) return true;
    NewOrder order = run.market(side, quantity);
    order.strategy = strategy;
    run.kernel().submit(order);
    order = run.limit(Side::buy, 50, 2);
    order.strategy = strategy;
    run.kernel().submit(order);
    return true;
  }
  const Kernel& seen() { return run.kernel(); }
  i128 cash() { return run.kernel().cash("USD") - kFixedOne * 1'000'000'000; }
  const std::vector<CashEvent>& told(std::size_t strategy) const { return run.strategies[strategy]->cash_events; }

  ScriptedRun run;
};

constexpr i128 kOne = kFixedOne;

}  // namespace

TEST_CASE("funding is paid by longs and received by shorts, at the event's price or at the mark") {
  Scene scene({event(25, CashEventKind::funding, 100, 10'050), event(35, CashEventKind::funding, -200)});
  CHECK(scene.run.run() == RunStatus::finished);
  REQUIRE(scene.told(0).size() == 2);
  CHECK(scene.told(0)[0].amount == money("-7.04"));  // 7 * 100.50 * 0.01 = 7.035, to the even cent
  CHECK(scene.told(1)[0].amount == money("3.02"));   // 3.015
  CHECK(scene.told(0)[0].price == money("100.5"));
  CHECK(scene.told(0)[1].amount == money("14"));  // the mid, 100, at -2 %
  CHECK(scene.told(1)[1].amount == money("-6"));
  CHECK(scene.cash() == money("-410") + money("-4.02") + money("8"));
  CHECK(scene.run.kernel().position(0, 0).income == money("6.96"));
  CHECK(scene.run.loop.recorder().cash_events().size() == 4);
}

TEST_CASE("a mark price is what positions are valued at, and what funding reckons by") {
  Scene scene({event(45, CashEventKind::funding, 100)});
  scene.run.add_stream(StreamKind::mark, std::vector<MarkRecord>{{30, 30, 120, 118}});
  CHECK(scene.run.run() == RunStatus::finished);
  CHECK(scene.told(0)[0].amount == money("-8.4"));
  CHECK(scene.seen().market(0).mark_price == 120);
  CHECK(scene.seen().market(0).index_price == 118);
  CHECK(scene.seen().market(0).twice_mark() == 240);
  CHECK(scene.seen().market(0).twice_mid() == 200);
  CHECK(scene.run.loop.recorder().position_value(0) == 480 * kOne);
}

TEST_CASE("dividends and rollover go by the unit, borrowing costs shorts alone") {
  Scene scene({event(25, CashEventKind::dividend, 2'400), event(26, CashEventKind::rollover, -100),
               event(27, CashEventKind::borrow, 365, 20'000, 365)});
  CHECK(scene.run.run() == RunStatus::finished);
  CHECK(scene.told(0)[0].amount == money("1.68"));
  CHECK(scene.told(1)[0].amount == money("-0.72"));
  CHECK(scene.told(0)[1].amount == money("-0.07"));
  CHECK(scene.told(1)[1].amount == money("0.03"));
  CHECK(scene.told(0)[2].amount == 0);
  CHECK(scene.told(1)[2].amount == money("-0.06"));  // 3 * 200 * 0.0365 / 365
}

TEST_CASE("a split cancels orders, exchanges units and pays the fraction out") {
  Scene scene({event(25, CashEventKind::split, 3, 6'700, 2)});
  CHECK(scene.run.run() == RunStatus::finished);
  const PositionState bought = scene.run.kernel().position(0, 0);
  CHECK(bought.quantity == 10);                     // 10.5
  CHECK(scene.told(0)[0].amount == money("33.5"));  // half a unit at 67
  CHECK(bought.cost == money("707") - mul_div(money("707"), 1, 21, Rounding::half_even));
  CHECK(scene.run.kernel().position(1, 0).quantity == -4);  // -4.5
  CHECK(scene.told(1)[0].amount == money("-33.5"));
  for (const auto& strategy : scene.run.strategies) {
    const OrderEvent& last = strategy->events.back();
    CHECK(last.exec_type == ExecType::canceled);
    CHECK(last.reason == RejectReason::corporate_action);
    CHECK(last.ts_event == 25);
  }
  CHECK(scene.run.kernel().orders().open_count() == 0);
}

TEST_CASE("a split without a price takes the mark, in new units, and the market is marked anew") {
  Scene scene({event(95, CashEventKind::split, 1, kNoPrice, 2)});
  CHECK(scene.run.run() == RunStatus::finished);
  CHECK(scene.run.kernel().position(0, 0).quantity == 3);
  CHECK(scene.told(0)[0].amount == money("100"));  // half a new unit at 200
  CHECK(scene.seen().market(0).twice_mark() == 400);
}

TEST_CASE("a contract that expires is settled in cash, and takes no order any more") {
  Scene scene({event(45, CashEventKind::expiry, 0, 10'225)}, {},
              contract("FUT", InstrumentKind::future, OptionRight::none, Settlement::cash));
  ClientOrderId late = 0;
  scene.run.strategies[0]->on_callback = [&, inner = scene.run.strategies[0]->on_callback](const Callback& callback) {
    if (callback.kind == CallbackKind::cash_event) late = scene.run.kernel().submit(scene.run.limit(Side::buy, 50, 1));
    return inner(callback);
  };
  CHECK(scene.run.run() == RunStatus::finished);
  CHECK(scene.run.kernel().position(0, 0).quantity == 0);
  CHECK(scene.run.kernel().position(0, 0).realized_pnl == money("87.5"));   // 70 * 1.25
  CHECK(scene.run.kernel().position(1, 0).realized_pnl == money("-97.5"));  // 30 * -3.25
  CHECK(scene.cash() == money("-10"));
  CHECK(scene.run.kernel().order(late)->ord_status == OrderStatus::denied);
  CHECK(scene.run.strategies[0]->events.back().reason == RejectReason::instrument_expired);
}

TEST_CASE("an option is exercised in the money, and worth nothing out of it") {
  const auto settle = [](OptionRight right, Settlement settlement, i64 price) {
    Scene scene({event(45, CashEventKind::expiry, 0, price)}, {},
                contract("OPT", InstrumentKind::option, right, settlement));
    CHECK(scene.run.run() == RunStatus::finished);
    CHECK(scene.run.kernel().position(0, 0).quantity == 0);
    return std::tuple{scene.cash(), scene.run.kernel().position(0, 1).quantity,
                      scene.run.kernel().position(1, 1).quantity, scene.run.kernel().position(0, 1).cost};
  };
  const i128 paid = money("-4100");  // 70 * 101 - 30 * 99
  const i128 none = 0;
  CHECK(settle(OptionRight::call, Settlement::cash, 10'350) == std::tuple{paid + money("140"), 0, 0, none});
  CHECK(settle(OptionRight::call, Settlement::cash, 9'900) == std::tuple{paid, 0, 0, none});
  CHECK(settle(OptionRight::put, Settlement::cash, 9'900) == std::tuple{paid + money("40"), 0, 0, none});
  CHECK(settle(OptionRight::call, Settlement::physical, 10'350) ==
        std::tuple{paid + money("-4000"), 70, -30, money("7000")});
  CHECK(settle(OptionRight::put, Settlement::physical, 9'900) ==
        std::tuple{paid + money("4000"), -70, 30, money("-7000")});
  CHECK(settle(OptionRight::put, Settlement::physical, 10'000) == std::tuple{paid, 0, 0, none});
}

TEST_CASE("a future with physical settlement becomes its underlying at the settlement price") {
  Scene scene({event(45, CashEventKind::expiry, 0, 10'225)}, {},
              contract("FUT", InstrumentKind::future, OptionRight::none, Settlement::physical));
  CHECK(scene.run.run() == RunStatus::finished);
  CHECK(scene.run.kernel().position(0, 1).quantity == 70);
  CHECK(scene.run.kernel().position(0, 1).cost == money("7157.5"));
  CHECK(scene.run.kernel().position(1, 1).quantity == -30);
  CHECK(scene.told(0).size() == 2);
  CHECK(scene.told(0)[1].kind == CashEventKind::delivery);
  CHECK(scene.told(0)[1].instrument == 1);
  CHECK(scene.told(0)[1].amount == money("-7157.5"));
}

TEST_CASE("the account hears of a money event behind the fills that came before it") {
  LoopConfig config;
  config.order_latency_ns = 20;
  config.response_latency_ns = 30;
  // The orders reach the venue at 20: after the first event, before the second. Their fills are told at 50.
  Scene scene({event(15, CashEventKind::dividend, 10'000), event(25, CashEventKind::dividend, 10'000)}, config);
  CHECK(scene.run.run() == RunStatus::finished);
  REQUIRE(scene.told(0).size() == 1);
  CHECK(scene.told(0)[0].ts_event == 25);
  CHECK(scene.told(0)[0].ts_init == 55);
  CHECK(scene.told(0)[0].amount == money("7"));
}

TEST_CASE("orders on their way to an expired contract are rejected there") {
  LoopConfig config;
  config.order_latency_ns = 20;
  Scene scene({event(10, CashEventKind::expiry, 0, 10'000)}, config);
  CHECK(scene.run.run() == RunStatus::finished);
  CHECK(scene.run.strategies[0]->events.back().exec_type == ExecType::rejected);
  CHECK(scene.run.strategies[0]->events.back().reason == RejectReason::instrument_expired);
  CHECK(scene.cash() == 0);
}

TEST_CASE("commands that wait for the end of a market event are refused where the contract ends before it") {
  for (const bool one_by_one : {true, false}) {
    CAPTURE(one_by_one);
    ScriptedRun run({}, one_by_one);
    ScriptedStrategy& strategy = run.add_strategy(mask_of(CallbackKind::start) | mask_of(CallbackKind::timer) |
                                                  mask_of(CallbackKind::order_event));
    L3Record unfinished = add_row(20, 2, Side::sell, 101, 5);
    unfinished.flags = 0;
    run.add_stream<L3Record>(StreamKind::l3,
                             {add_row(10, 1, Side::buy, 99, 5), unfinished, add_row(90, 3, Side::buy, 98, 5)});
    run.add_stream(StreamKind::cash_event, std::vector{event(30, CashEventKind::expiry, 0, 10'000)});
    strategy.on_callback = [&run](const Callback& callback) {
      Kernel& kernel = run.kernel();
      if (callback.kind == CallbackKind::start) {
        kernel.submit(run.limit(Side::buy, 50, 1));
        kernel.submit(run.limit(Side::buy, 51, 1));
        kernel.set_timer(0, 20, 0, 0);
      }
      if (callback.kind != CallbackKind::timer) return true;
      kernel.submit(run.limit(Side::buy, 52, 1));
      kernel.cancel({1, 0});
      kernel.replace({2, 53, 2, 0});
      return true;
    };
    REQUIRE(run.run() == RunStatus::finished);
    const Kernel& kernel = run.kernel();
    CHECK(kernel.orders().open_count() == 0);
    CHECK(kernel.order(1)->ord_status == OrderStatus::canceled);
    CHECK(kernel.order(2)->ord_status == OrderStatus::canceled);
    CHECK(kernel.order(3)->ord_status == OrderStatus::rejected);
    for (const OrderEvent& said : strategy.events) {
      if (said.ts_event == 30 && said.exec_type != ExecType::cancel_rejected &&
          said.exec_type != ExecType::replace_rejected) {
        CHECK(said.reason == RejectReason::instrument_expired);
      }
    }
  }
}

TEST_CASE("numbers that make no sense are refused with the stream, the row and the fix") {
  const auto refusal = [](CashEventRecord record) {
    Scene scene({record});
    try {
      scene.run.run();
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  CashEventRecord bad = event(25, CashEventKind::funding, 1);
  bad.kind = 7;
  CHECK(refusal(bad).find("row 0: money event of TEST.SIM: kind is 7") != std::string::npos);
  bad = event(25, CashEventKind::funding, 1);
  bad.amount_decimals = 13;
  CHECK(refusal(bad).find("amount_decimals is 13; it must be from 0 to 12") != std::string::npos);
  bad = event(25, CashEventKind::funding, 1);
  bad.per = 0;
  CHECK(refusal(bad).find("per is 0") != std::string::npos);
  bad = event(25, CashEventKind::funding, 1);
  bad.price_decimals = 19;
  CHECK(refusal(bad).find("price_decimals is 19") != std::string::npos);
  CHECK(refusal(event(25, CashEventKind::split, 0)).find("amount is 0") != std::string::npos);
  CHECK(refusal(event(25, CashEventKind::expiry, 0)).find("give price") != std::string::npos);
  CHECK(refusal(event(25, CashEventKind::funding, 1)).empty());

  Scene early({event(25, CashEventKind::expiry, 0, 100)}, {}, [] {
    InstrumentDefinition definition = contract("FUT", InstrumentKind::future, OptionRight::none, Settlement::cash);
    definition.contract.expire_time = 26;
    return definition;
  }());
  CHECK_THROWS_WITH(early.run.run(), doctest::Contains("before the contract's expire_time, 26 ns"));
  Scene alone({event(25, CashEventKind::expiry, 0, 100)}, {}, [] {
    InstrumentDefinition definition = contract("FUT", InstrumentKind::future, OptionRight::none, Settlement::physical);
    definition.contract.underlying = "GOLD.SIM";
    return definition;
  }());
  CHECK_THROWS_WITH(alone.run.run(), doctest::Contains("needs its underlying 'GOLD.SIM' in the run"));
}

TEST_CASE("equal digests mean equal money events") {
  const auto digest = [](i64 amount) {
    Scene scene({event(25, CashEventKind::funding, amount)});
    scene.run.run();
    return scene.run.kernel().digest();
  };
  CHECK(digest(1) == digest(1));
  CHECK(digest(1) != digest(2));
}
