// Orders that the core holds, on their whole way: gate, emulator, gate again, venue; exposure, expiry, replaces, order.
#include <algorithm>
#include <string>

#include "doctest/doctest.h"
#include "kernel/kernel.hpp"
#include "scripted_run.hpp"

using namespace pytrader;

namespace {

NewOrder waiting(Side side, OrderType type, i64 stop, i64 quantity = 1, i64 limit = kNoPrice) {
  NewOrder order{0, limit, quantity, 0, 0, 0, side, type, TimeInForce::gtc, kEmulate};
  order.terms.stop_price = stop;
  return order;
}

NewOrder trailing(Side side, OrderType type, i64 offset, i64 limit_offset = 0) {
  NewOrder order = waiting(side, type, kNoPrice);
  order.terms.trailing_offset = offset;
  order.terms.limit_offset = limit_offset;
  return order;
}

TradeRecord trade_row(i64 ts, i64 price, i64 quantity = 1) {
  return {ts, ts, price, quantity, 1, 0};
}

// "emulated@0 triggered@30 ..." of one order, or of all.
std::string story(const ScriptedStrategy& strategy, ClientOrderId id = 0) {
  std::string text;
  for (const OrderEvent& event : strategy.events) {
    if (id != 0 && event.client_order_id != id) continue;
    if (!text.empty()) text += ' ';
    if (id == 0) text += std::to_string(event.client_order_id) + ":";
    text += std::string(to_text(event.exec_type)) + "@" + std::to_string(event.ts_init);
  }
  return text;
}

// Quotes and trades at the same prices, a tick apart; a strategy that does what the test says at its start.
struct Market {
  explicit Market(std::vector<i64> prices) : strategy(run.add_strategy()) {
    std::vector<QuoteRecord> quotes;
    std::vector<TradeRecord> trades;
    for (std::size_t i = 0; i < prices.size(); ++i) {
      const i64 ts = static_cast<i64>(i + 1) * 10;
      quotes.push_back(quote_row(ts, prices[i] - 1, prices[i] + 1, 100, 100));
      trades.push_back(trade_row(ts, prices[i]));
    }
    run.add_stream(StreamKind::quote, quotes);
    run.add_stream(StreamKind::trade, trades);
  }

  // When the strategy hears of the trade of this time, the last row of it.
  void at(i64 ts, std::function<void(Kernel&)> action) {
    actions.push_back({ts, std::move(action)});
    strategy.on_callback = [this](const Callback& callback) {
      while (callback.kind == CallbackKind::trade && !actions.empty() && callback.ts >= actions.front().first) {
        const auto next = actions.front().second;
        actions.erase(actions.begin());
        next(run.kernel());
      }
      return true;
    };
  }
  const Order& order(ClientOrderId id) { return *run.kernel().order(id); }

  ScriptedRun run;
  ScriptedStrategy& strategy;
  std::vector<std::pair<i64, std::function<void(Kernel&)>>> actions;
};

}  // namespace

TEST_CASE("a stop that the venue does not offer is held, fires, passes the gate again and fills") {
  Market market({100, 104, 105, 106});
  RecordedVenueRules rules;
  rules.rules.order_types = static_cast<u16>(members_of(OrderType::market) | members_of(OrderType::limit));
  market.run.loop.set_venue_rules(0, rules);
  market.at(10, [](Kernel& kernel) {
    NewOrder order = waiting(Side::buy, OrderType::stop, 105, 3);
    order.flags = 0;
    kernel.submit(order);
  });
  market.run.run();
  CHECK(story(market.strategy, 1) == "emulated@10 triggered@30 released@30 pending_new@30 new@30 trade@30");
  CHECK(market.order(1).ord_status == OrderStatus::filled);
  CHECK(market.order(1).order_type == OrderType::stop);
  const OrderEvent& triggered = market.strategy.events[1];
  CHECK(triggered.stop_price == 105);
  CHECK(triggered.ord_status == OrderStatus::emulated);
  CHECK(market.order(1).stop_price() == kNoPrice);
  // What it was submitted with is not lost.
  CHECK(market.run.kernel().terms(market.order(1)).stop_price == 105);
}

TEST_CASE("a stop limit becomes a limit order that rests at its limit and can be replaced there") {
  Market market({100, 95, 96, 100});
  market.at(10, [](Kernel& kernel) { kernel.submit(waiting(Side::sell, OrderType::stop_limit, 95, 1, 98)); });
  market.at(30, [](Kernel& kernel) { CHECK(kernel.replace({1, 99, 1, 0})); });
  market.run.run();
  CHECK(story(market.strategy, 1) ==
        "emulated@10 triggered@20 released@20 pending_new@20 new@20 pending_replace@30 replaced@30 trade@40");
  CHECK(market.strategy.events[1].price == 98);
}

TEST_CASE("the limit of a trailing stop limit is counted from the stop that was reached") {
  Market market({100, 110, 104, 105, 120});
  market.at(10, [](Kernel& kernel) { kernel.submit(trailing(Side::sell, OrderType::trailing_stop_limit, 5, 2)); });
  market.run.run();
  CHECK(market.strategy.events[0].stop_price == 95);
  CHECK(market.strategy.events[1].exec_type == ExecType::triggered);
  CHECK(market.strategy.events[1].stop_price == 105);
  CHECK(market.strategy.events[1].price == 103);
  CHECK(market.order(1).ord_status == OrderStatus::filled);
}

TEST_CASE("a trailing stop's price of now can be read while it is held, and no event tells of each move") {
  std::vector<i64> seen;
  Market held({100, 103, 107, 106});
  held.at(10, [](Kernel& kernel) { kernel.submit(trailing(Side::sell, OrderType::trailing_stop, 5)); });
  for (const i64 ts : {20, 30, 40}) held.at(ts, [&](Kernel& kernel) { seen.push_back(kernel.order(1)->stop_price()); });
  held.run.run();
  CHECK(seen == std::vector<i64>{98, 102, 102});
  CHECK(story(held.strategy, 1) == "emulated@10");
}

TEST_CASE("a held order counts as exposure from its submission on, and a canceled one no more") {
  Market market({100, 100, 100});
  const auto cell = [&] { return market.run.kernel().gate().exposure().cell(0, 0); };
  market.at(10, [&](Kernel& kernel) {
    kernel.submit(waiting(Side::buy, OrderType::stop, 200, 7));
    CHECK(cell().buys.lots == 7);
    CHECK(cell().buys.value == 1400);
    CHECK(kernel.replace({1, kNoPrice, 5, 0, 150}));
    CHECK(cell().buys.lots == 5);
    CHECK(cell().buys.value == 750);
    CHECK(kernel.order(1)->ord_status == OrderStatus::emulated);
    CHECK(kernel.cancel({1, 0}));
    CHECK(kernel.order(1)->ord_status == OrderStatus::canceled);
    CHECK(cell().buys.lots == 0);
    CHECK_FALSE(kernel.cancel({1, 0}));
  });
  market.run.run();
  CHECK(story(market.strategy, 1) == "emulated@10 replaced@10 canceled@10");
}

TEST_CASE("the gate denies a released order that the market of now has made too dear") {
  ScriptedRun run;
  ScriptedStrategy& strategy = run.add_strategy();
  // One lot is worth 1,000,000,000 at most.
  run.add_stream(StreamKind::quote, std::vector<QuoteRecord>{quote_row(10, 99, 101), quote_row(20, 900, 2000)});
  bool sent = false;
  strategy.on_callback = [&](const Callback&) {
    if (!sent) run.kernel().submit(waiting(Side::buy, OrderType::stop, 1000, 1'000'000));
    sent = true;
    return true;
  };
  run.run();
  CHECK(story(strategy, 1) == "emulated@10 triggered@20 released@20 denied@20");
  CHECK(strategy.events.back().reason == RejectReason::insufficient_funds);
  CHECK(run.kernel().order(1)->ord_status == OrderStatus::denied);
  CHECK(run.kernel().gate().exposure().cell(0, 0).buys.lots == 0);
}

TEST_CASE("a held order expires at its own time, not with the next row, and not after it") {
  Market market({100, 100, 105, 100});
  market.at(10, [](Kernel& kernel) {
    NewOrder order = waiting(Side::buy, OrderType::stop, 105);
    order.time_in_force = TimeInForce::gtd;
    order.terms.expire_time = 15;
    kernel.submit(order);
    // At its very time the order is gone before the row of that time could fire it.
    order.terms.expire_time = 30;
    kernel.submit(order);
    order.terms.expire_time = 31;
    kernel.submit(order);
  });
  market.run.run();
  CHECK(story(market.strategy, 1) == "emulated@10 expired@15");
  CHECK(story(market.strategy, 2) == "emulated@10 expired@30");
  CHECK(market.order(3).ord_status == OrderStatus::filled);
}

TEST_CASE("a replace to a price that is reached fires at once, and one refused by the gate changes nothing") {
  Market market({100, 100});
  market.at(10, [](Kernel& kernel) {
    kernel.submit(waiting(Side::buy, OrderType::stop, 105));
    CHECK_FALSE(kernel.replace({1, kNoPrice, 1, 0, 105}));
    CHECK(kernel.last_refusal() == RejectReason::nothing_to_replace);
    CHECK_FALSE(kernel.replace({1, kNoPrice, 0, 0, 106}));
    CHECK(kernel.last_refusal() == RejectReason::quantity_not_positive);
    CHECK_FALSE(kernel.replace({1, 99, 1, 0, 106}));
    CHECK(kernel.last_refusal() == RejectReason::market_order_with_price);
    CHECK(kernel.replace({1, kNoPrice, 1, 0, 100}));
    CHECK(kernel.order(1)->ord_status == OrderStatus::pending_new);
  });
  market.run.run();
  CHECK(story(market.strategy, 1) == "emulated@10 replaced@10 triggered@10 released@10 pending_new@10 new@10 trade@10");
}

TEST_CASE("the quantity of a trailing order can be replaced, and its stop not") {
  Market market({100, 104, 99});
  market.at(10, [](Kernel& kernel) { kernel.submit(trailing(Side::sell, OrderType::trailing_stop, 5)); });
  market.at(20, [](Kernel& kernel) {
    CHECK_FALSE(kernel.replace({1, kNoPrice, 1, 0, 98}));
    CHECK(kernel.last_refusal() == RejectReason::trailing_not_valid);
    CHECK(kernel.replace({1, kNoPrice, 4, 0, 99}));
    CHECK(kernel.replace({1, kNoPrice, 6, 0, kNoPrice}));
    CHECK_FALSE(kernel.replace({1, kNoPrice, 6, 0, kNoPrice}));
    CHECK(kernel.last_refusal() == RejectReason::nothing_to_replace);
  });
  market.run.run();
  CHECK(market.order(1).cum_qty == 6);
  CHECK(market.strategy.events[2].stop_price == 99);
}

TEST_CASE("an order that is reached at entry fires at once, or is denied where that was asked for") {
  for (const Immediate immediate : {Immediate::elect, Immediate::deny}) {
    Market market({100, 100});
    market.run.kernel().set_emulation(Emulate::where_needed, immediate);
    market.at(10, [](Kernel& kernel) { kernel.submit(waiting(Side::sell, OrderType::stop, 100)); });
    market.run.run();
    const bool fires = immediate == Immediate::elect;
    CHECK(story(market.strategy, 1) ==
          (fires ? "emulated@10 triggered@10 released@10 pending_new@10 new@10 trade@10" : "denied@10"));
    CHECK(market.strategy.events.back().reason == (fires ? RejectReason::none : RejectReason::stop_price_reached));
  }
}

TEST_CASE("without emulation an order that asks for it is denied, and another goes to the venue as it is") {
  Market market({100, 100});
  market.run.kernel().set_emulation(Emulate::never, Immediate::elect);
  market.at(10, [](Kernel& kernel) {
    NewOrder order = waiting(Side::sell, OrderType::stop, 90);
    order.flags = kEmulate;
    kernel.submit(order);
    CHECK(kernel.emulator().empty());
  });
  market.run.run();
  CHECK(story(market.strategy, 1) == "denied@10");
  CHECK(market.strategy.events[0].reason == RejectReason::instruction_not_supported);
}

TEST_CASE("an order that its venue offers goes there, and where always is asked for it waits in the core") {
  for (const Emulate emulate : {Emulate::where_needed, Emulate::always}) {
    Market market({100, 105, 106});
    market.run.kernel().set_emulation(emulate, Immediate::elect);
    market.at(10, [](Kernel& kernel) {
      NewOrder order = waiting(Side::buy, OrderType::stop, 105);
      order.flags = 0;
      kernel.submit(order);
    });
    market.run.run();
    const bool held = emulate == Emulate::always;
    CHECK(market.strategy.events[0].exec_type == (held ? ExecType::emulated : ExecType::pending_new));
    CHECK(market.order(1).ord_status == OrderStatus::filled);
  }
}

TEST_CASE(
    "a day order that waits in the core expires when the day ends, and nothing fires outside continuous trading") {
  Market market({100, 100, 105, 105, 100, 100});
  const auto phase = [](i64 ts, TradingPhase next) { return StatusRecord{ts, ts, static_cast<i64>(next)}; };
  market.run.add_stream(StreamKind::status, std::vector<StatusRecord>{
                                                phase(5, TradingPhase::continuous), phase(25, TradingPhase::halt),
                                                phase(45, TradingPhase::continuous), phase(55, TradingPhase::closed)});
  market.at(10, [](Kernel& kernel) {
    NewOrder order = waiting(Side::buy, OrderType::stop, 105);
    order.time_in_force = TimeInForce::day;
    kernel.submit(order);
    order.terms.stop_price = 110;
    kernel.submit(order);
    order.time_in_force = TimeInForce::gtc;
    kernel.submit(order);
  });
  market.at(30, [](Kernel& kernel) {
    CHECK(kernel.order(1)->ord_status == OrderStatus::emulated);
    // Its price is reached, and it waits for the end of the halt like the others.
    CHECK(kernel.order(kernel.submit(waiting(Side::sell, OrderType::stop, 106)))->ord_status == OrderStatus::emulated);
  });
  market.run.run();
  CHECK(story(market.strategy, 1).rfind("emulated@10 triggered@45 released@45 pending_new@45", 0) == 0);
  CHECK(story(market.strategy, 2) == "emulated@10 expired@55");
  CHECK(market.order(3).ord_status == OrderStatus::emulated);
  CHECK(story(market.strategy, 4).rfind("emulated@30 triggered@45", 0) == 0);
}

TEST_CASE("what could never be released is refused at submission") {
  Market market({100, 100});
  market.at(10, [](Kernel& kernel) {
    NewOrder order = waiting(Side::sell, OrderType::stop, 90);
    order.flags = kEmulate;
    order.time_in_force = TimeInForce::day;
    CHECK(kernel.order(kernel.submit(order))->ord_status == OrderStatus::denied);
  });
  market.run.run();
  CHECK(market.strategy.events[0].reason == RejectReason::time_in_force_not_supported);
}

TEST_CASE("an order waits for bid and ask where the data has nothing but quotes, else for trades") {
  ScriptedRun run;
  ScriptedStrategy& strategy = run.add_strategy();
  run.add_stream(StreamKind::quote, std::vector<QuoteRecord>{quote_row(10, 99, 101), quote_row(20, 103, 105)});
  bool sent = false;
  strategy.on_callback = [&](const Callback&) {
    if (!sent) run.kernel().submit(waiting(Side::buy, OrderType::stop, 105));
    sent = true;
    return true;
  };
  run.run();
  CHECK(run.kernel().order(1)->ord_status == OrderStatus::filled);

  Market market({100, 104, 104});  // offers of 105
  market.at(10, [](Kernel& kernel) { kernel.submit(waiting(Side::buy, OrderType::stop, 105)); });
  market.run.run();
  CHECK(market.order(1).ord_status == OrderStatus::emulated);
}

TEST_CASE("the core holds an order whose price the venue's data never tells; without the core the venue rejects it") {
  const auto status_of = [](Emulate emulate, TriggerType trigger) {
    Market market({100, 100, 104, 104});
    market.run.kernel().set_emulation(emulate, Immediate::elect);
    market.at(20, [trigger](Kernel& kernel) {
      NewOrder order = waiting(Side::buy, OrderType::stop, 104);
      order.flags = 0;
      order.trigger_type = trigger;
      kernel.submit(order);
    });
    market.run.run();
    return market.order(1).ord_status;
  };
  CHECK(status_of(Emulate::where_needed, TriggerType::mark) == OrderStatus::emulated);
  CHECK(status_of(Emulate::never, TriggerType::mark) == OrderStatus::rejected);
  CHECK(status_of(Emulate::where_needed, TriggerType::last) == OrderStatus::filled);
  CHECK(status_of(Emulate::never, TriggerType::mid) == OrderStatus::filled);
}

TEST_CASE("over bars the core waits for the best prices and the mid, which the venue is never told") {
  for (const TriggerType trigger : {TriggerType::bid_ask, TriggerType::mid}) {
    for (const Emulate emulate : {Emulate::where_needed, Emulate::never}) {
      ScriptedRun run;
      ScriptedStrategy& strategy = run.add_strategy();
      run.kernel().set_emulation(emulate, Immediate::elect);
      run.add_stream<BarRecord>(
          StreamKind::bar,
          {{10, 10, 0, 100, 101, 99, 100, 9}, {20, 20, 10, 100, 104, 100, 103, 9}, {30, 30, 20, 103, 103, 102, 102, 9}},
          10);
      strategy.on_callback = [&](const Callback& callback) {
        if (callback.kind != CallbackKind::bar || callback.ts != 10) return true;
        NewOrder order = waiting(Side::buy, OrderType::stop, 104);
        order.flags = 0;
        order.trigger_type = trigger;
        run.kernel().submit(order);
        return true;
      };
      run.run();
      CHECK(story(strategy, 1) == (emulate == Emulate::never
                                       ? "pending_new@10 rejected@10"
                                       : "emulated@10 triggered@20 released@20 pending_new@20 new@20 trade@20"));
    }
  }
}

TEST_CASE("an order whose price nobody tells waits, and the mark price fires it once it is told") {
  struct Port : VenuePort {
    std::vector<NewOrder> sent;
    const Kernel* kernel = nullptr;
    void require_room(std::size_t) const override {}
    bool supports(InstrumentIndex, OrderType type, TriggerType, TimeInForce) const noexcept override {
      return is_basic(type);
    }
    TriggerType default_trigger(InstrumentIndex) const noexcept override { return TriggerType::last; }
    void submit(const Order& order, i64) override { sent.push_back(sent_order(order, kernel->terms(order))); }
    void cancel(const Order&, i64) override {}
    void replace(const Order&, i64) override {}
  };
  Port port;
  Kernel kernel(port);
  port.kernel = &kernel;
  kernel.add_instrument(unit_instrument());
  kernel.add_cash("USD", kFixedOne * 1'000'000);
  ScriptedStrategy strategy;
  kernel.add_strategy({&strategy, &ScriptedStrategy::deliver, kEveryKind}, RiskLimits{});
  kernel.start(1);
  NewOrder order = waiting(Side::sell, OrderType::limit_if_touched, 120, 10, 119);
  order.trigger_type = TriggerType::mark;
  order.terms.display_qty = 2;
  kernel.submit(order);
  kernel.apply_quote(0, quote_row(2, 130, 131), 2);
  kernel.apply_trade(0, trade_row(3, 130), 3);
  kernel.apply_mark(0, MarkRecord{4, 4, 119, 119}, 4);
  CHECK(port.sent.empty());
  kernel.apply_mark(0, MarkRecord{5, 5, 120, 120}, 5);
  REQUIRE(port.sent.size() == 1);
  // What goes with a limit order stays, what made it wait goes.
  CHECK(port.sent[0].order_type == OrderType::limit);
  CHECK(port.sent[0].price == 119);
  CHECK(port.sent[0].trigger_type == TriggerType::venue_default);
  CHECK(port.sent[0].flags == 0);
  CHECK(port.sent[0].terms.stop_price == kNoPrice);
  CHECK(port.sent[0].terms.display_qty == 2);
  CHECK(story(strategy, 1) == "emulated@1 triggered@5 released@5 pending_new@5");
  CHECK(kernel.check());
}

TEST_CASE(
    "bars of an instrument without trades and quotes are looked at from open to close, the nearer extreme first") {
  ScriptedRun run;
  ScriptedStrategy& strategy = run.add_strategy();
  const auto bar = [](i64 ts, i64 open, i64 high, i64 low, i64 close) {
    return BarRecord{ts, ts, ts - 10, open, high, low, close, 100};
  };
  run.add_stream(StreamKind::bar,
                 std::vector<BarRecord>{bar(10, 100, 100, 100, 100), bar(20, 100, 104, 90, 100),
                                        bar(30, 100, 100, 100, 100), bar(40, 101, 101, 101, 101)},
                 10);
  // Longer bars tell of the same prices later: the low of 80 is of the past when this one ends.
  run.add_stream(StreamKind::bar, std::vector<BarRecord>{bar(30, 100, 104, 80, 100)}, 20);
  bool sent = false;
  strategy.on_callback = [&](const Callback& callback) {
    if (callback.kind != CallbackKind::bar || sent) return true;
    sent = true;
    run.kernel().submit(waiting(Side::sell, OrderType::stop, 90));
    run.kernel().submit(trailing(Side::sell, OrderType::trailing_stop, 14));
    run.kernel().submit(waiting(Side::sell, OrderType::stop, 85));
    NewOrder buy = waiting(Side::buy, OrderType::stop, 104);
    buy.trigger_type = TriggerType::bid_ask;
    run.kernel().submit(buy);
    return true;
  };
  run.run();
  // High 104 first, which moves the trailing stop to 90.
  std::vector<ClientOrderId> order_of_firing;
  for (const OrderEvent& event : strategy.events) {
    if (event.exec_type == ExecType::triggered) order_of_firing.push_back(event.client_order_id);
  }
  CHECK(order_of_firing == std::vector<ClientOrderId>{4, 1, 2});
  CHECK(run.kernel().order(3)->ord_status == OrderStatus::emulated);
}

TEST_CASE("what a row fires is told before the row itself, and what a strategy answers fires after it") {
  Market market({100, 105, 106});
  bool answered = false;
  market.strategy.on_callback = [&](const Callback& callback) {
    Kernel& kernel = market.run.kernel();
    if (callback.kind == CallbackKind::trade && kernel.orders().size() == 0) {
      kernel.submit(waiting(Side::buy, OrderType::stop, 105));
      kernel.submit(waiting(Side::buy, OrderType::stop, 103));
    }
    // Reached already: it leaves in this very callback, behind the two that the row has fired.
    if (callback.kind == CallbackKind::order_event && callback.order_event->exec_type == ExecType::triggered &&
        !answered) {
      answered = true;
      kernel.submit(waiting(Side::buy, OrderType::stop, 104));
      CHECK(kernel.order(1)->ord_status == OrderStatus::pending_new);
      CHECK(kernel.order(3)->ord_status == OrderStatus::pending_new);
      CHECK_FALSE(kernel.replace({1, kNoPrice, 2, 0, 110}));
    }
    return true;
  };
  market.run.run();
  const std::vector<std::string>& log = market.strategy.log;
  const auto fired = std::find(log.begin(), log.end(), "order_event@20");
  const auto row = std::find(log.begin(), log.end(), "trade@20");
  CHECK(fired < row);
  std::string leaving;
  for (const OrderEvent& event : market.strategy.events) {
    if (event.exec_type == ExecType::pending_new) leaving += std::to_string(event.client_order_id);
  }
  CHECK(leaving == "213");
}

TEST_CASE("more orders fire at one event than events may wait for one callback") {
  Market market({100, 105, 106});
  market.at(10, [](Kernel& kernel) {
    for (int i = 0; i < 20'000; ++i) kernel.submit(waiting(Side::buy, OrderType::stop, 104));
  });
  market.at(20, [](Kernel& kernel) {
    for (int i = 0; i < 20'000; ++i) kernel.submit(waiting(Side::buy, OrderType::stop, 106));
  });
  CHECK(market.run.run() == RunStatus::finished);
  CHECK(market.run.kernel().emulator().empty());
}

TEST_CASE("two runs are the same run, and another rule makes another") {
  const auto digest = [](Emulate emulate, i64 stop) {
    Market market({100, 104, 105, 106});
    market.run.kernel().set_emulation(emulate, Immediate::elect);
    market.at(10, [stop](Kernel& kernel) { kernel.submit(waiting(Side::buy, OrderType::stop, stop, 3)); });
    market.run.run();
    return market.run.kernel().digest();
  };
  CHECK(digest(Emulate::where_needed, 105) == digest(Emulate::where_needed, 105));
  CHECK(digest(Emulate::where_needed, 105) != digest(Emulate::always, 105));
  CHECK(digest(Emulate::where_needed, 105) != digest(Emulate::where_needed, 106));
}
