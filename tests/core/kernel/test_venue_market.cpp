// Which of an instrument's streams its venue is made of: the richest kind, and of bars the shortest.
#include "doctest/doctest.h"
#include "scripted_run.hpp"

using namespace pytrader;

namespace {

constexpr i64 kMinute = 60;

// Buys once at a limit, when the clock first reaches a time.
void buy_at(ScriptedRun& run, ScriptedStrategy& strategy, i64 time, i64 price) {
  strategy.on_callback = [&run, time, price, done = false](const Callback& callback) mutable {
    if (!done && callback.ts >= time && callback.kind != CallbackKind::order_event) {
      done = true;
      run.kernel().submit(run.limit(Side::buy, price, 10));
    }
    return true;
  };
}

i64 bought(ScriptedRun& run) {
  return run.kernel().position(0, run.instrument).quantity;
}

L2Record level_row(i64 ts, BookAction action, Side side, i64 price, i64 quantity) {
  return {ts, ts, static_cast<i64>(action), static_cast<i64>(side), price, quantity, 0, kFlagLast};
}

BarRecord bar_row(i64 ts_open, i64 ts_close, i64 low) {
  return {ts_close, ts_close, ts_open, 100, 101, low, 100, 10};
}

}  // namespace

TEST_CASE("quotes and level trades beside an order-by-order book fill nothing") {
  ScriptedRun run;
  buy_at(run, run.add_strategy(), 20, 105);
  run.add_stream<L3Record>(StreamKind::l3, {add_row(10, 1, Side::buy, 100, 5), add_row(20, 2, Side::sell, 110, 5),
                                            row(60, BookAction::execute, 1, Side::buy, 100, 2)});
  run.add_stream<QuoteRecord>(StreamKind::quote, {quote_row(30, 100, 104)});
  run.add_stream<L2Record>(StreamKind::l2, {level_row(40, BookAction::trade, Side::buy, 104, 7)});
  run.loop.run(4);
  CHECK(run.loop.now() == 40);
  CHECK(bought(run) == 0);
  CHECK(run.run() == RunStatus::finished);
  CHECK(bought(run) == 2);
}

TEST_CASE("quotes beside price levels fill nothing, trades beside them do") {
  ScriptedRun run;
  buy_at(run, run.add_strategy(), 20, 105);
  run.add_stream<L2Record>(StreamKind::l2, {level_row(10, BookAction::add, Side::buy, 100, 5),
                                            level_row(20, BookAction::add, Side::sell, 110, 5)});
  run.add_stream<QuoteRecord>(StreamKind::quote, {quote_row(30, 100, 104)});
  run.add_stream<TradeRecord>(StreamKind::trade, {{40, 40, 105, 3, static_cast<i64>(Side::sell), 0}});
  run.loop.run(3);
  CHECK(run.loop.now() == 30);
  CHECK(bought(run) == 0);
  CHECK(run.run() == RunStatus::finished);
  CHECK(bought(run) == 3);
}

TEST_CASE("among levels with trades a stop waits for the first of them; without any only the core can wait") {
  for (const Emulate emulate : {Emulate::never, Emulate::always}) {
    for (const bool trades : {true, false}) {
      CAPTURE(to_text(emulate));
      CAPTURE(trades);
      ScriptedRun run;
      ScriptedStrategy& strategy = run.add_strategy();
      run.kernel().set_emulation(emulate, Immediate::elect);
      run.add_stream<L2Record>(
          StreamKind::l2,
          {level_row(10, BookAction::add, Side::buy, 99, 5), level_row(20, BookAction::add, Side::sell, 101, 5),
           level_row(30, trades ? BookAction::trade : BookAction::add, Side::sell, 101, 3)});
      strategy.on_callback = [&](const Callback& callback) {
        if (callback.kind != CallbackKind::quote || callback.ts != 20) return true;
        for (const TriggerType trigger : {TriggerType::last, TriggerType::venue_default}) {
          NewOrder order{0, kNoPrice, 1, 0, 0, 0, Side::buy, OrderType::stop, TimeInForce::gtc, 0};
          order.terms.stop_price = 101;
          order.trigger_type = trigger;
          run.kernel().submit(order);
        }
        return true;
      };
      CHECK(run.run() == RunStatus::finished);
      const Order& last = *run.kernel().order(1);
      const Order& usual = *run.kernel().order(2);
      CHECK(usual.ord_status == OrderStatus::filled);
      if (trades) {
        CHECK(last.ord_status == OrderStatus::filled);
      } else if (emulate == Emulate::never) {
        CHECK(last.ord_status == OrderStatus::rejected);
      } else {
        CHECK(last.ord_status == OrderStatus::emulated);
      }
      for (const OrderEvent& event : strategy.events) {
        if (event.exec_type == ExecType::trade) CHECK(event.ts_event == (trades ? 30 : 20));
        if (event.exec_type == ExecType::rejected) CHECK(event.reason == RejectReason::instruction_not_supported);
      }
    }
  }
}

TEST_CASE("what a row of a longer event fires fills as at the venue: from the book after the event") {
  for (const Emulate emulate : {Emulate::always, Emulate::never}) {
    CAPTURE(to_text(emulate));
    ScriptedRun run;
    ScriptedStrategy& strategy = run.add_strategy();
    run.kernel().set_emulation(emulate, Immediate::elect);
    std::vector<L3Record> rows{add_row(10, 1, Side::sell, 101, 5), add_row(20, 2, Side::sell, 105, 5),
                               row(30, BookAction::execute, 1, Side::sell, 101, 5), add_row(30, 3, Side::sell, 102, 5)};
    rows[2].flags = 0;
    run.add_stream<L3Record>(StreamKind::l3, rows);
    strategy.on_callback = [&](const Callback& callback) {
      if (callback.kind == CallbackKind::trade) run.kernel().submit(run.market(Side::buy, 1));
      if (callback.kind != CallbackKind::book || callback.ts != 20) return true;
      NewOrder order{0, kNoPrice, 1, 0, 0, 0, Side::buy, OrderType::stop, TimeInForce::gtc, 0};
      order.terms.stop_price = 101;
      run.kernel().submit(order);
      return true;
    };
    CHECK(run.run() == RunStatus::finished);
    i64 filled = 0;
    for (const OrderEvent& event : strategy.events) {
      if (event.exec_type != ExecType::trade) continue;
      CHECK(event.last_px == 102);
      ++filled;
    }
    CHECK(filled == 2);
  }
}

TEST_CASE("a longer bar tells the venue nothing: its low may be older than the order") {
  ScriptedRun run;
  buy_at(run, run.add_strategy(mask_of(CallbackKind::bar)), 2 * kMinute, 95);
  run.add_stream<BarRecord>(StreamKind::bar,
                            {bar_row(0, kMinute, 90), bar_row(kMinute, 2 * kMinute, 99),
                             bar_row(2 * kMinute, 3 * kMinute, 99), bar_row(3 * kMinute, 4 * kMinute, 99)},
                            kMinute);
  run.add_stream<BarRecord>(StreamKind::bar, {bar_row(0, 4 * kMinute, 90)}, 4 * kMinute);
  CHECK(run.run() == RunStatus::finished);
  CHECK(run.kernel().orders().size() == 1);
  CHECK(bought(run) == 0);
}
