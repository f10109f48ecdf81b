// A back-test in a few lines: an instrument, streams from vectors of records, and a strategy made of lambdas.
#pragma once

#include <cstring>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "kernel/backtest_loop.hpp"

namespace pytrader {

inline InstrumentDefinition unit_instrument(const std::string& symbol = "TEST") {
  InstrumentDefinition definition;
  definition.symbol = symbol;
  definition.venue = "SIM";
  definition.quote_currency = "USD";
  definition.tick_size = definition.lot_size = definition.multiplier = Fixed{kFixedOne, 0};
  return definition;
}

constexpr u32 kEveryKind = 0x3FF | mask_of(CallbackKind::cash_event);

// Handlers return true to go on.
struct ScriptedStrategy {
  std::function<bool(const Callback&)> on_callback = [](const Callback&) { return true; };
  std::vector<OrderEvent> events;
  std::vector<CashEvent> cash_events;
  std::vector<std::string> log;  // "quote@5", in order

  static bool deliver(void* context, const Callback& callback) {
    static const char* const kNames[] = {"start", "stop",        "quote",  "trade",     "book",    "bar",
                                         "timer", "order_event", "fill",   "position",  "degrade", "resume",
                                         "fault", "condition",   "status", "cash_event"};
    auto& self = *static_cast<ScriptedStrategy*>(context);
    self.log.push_back(std::string(kNames[static_cast<u8>(callback.kind)]) + "@" + std::to_string(callback.ts));
    if (callback.kind == CallbackKind::order_event) self.events.push_back(*callback.order_event);
    if (callback.kind == CallbackKind::cash_event) self.cash_events.push_back(*callback.cash_event);
    return self.on_callback(callback);
  }
};

// Owns what the loop only points to.
class ScriptedRun {
 public:
  explicit ScriptedRun(LoopConfig config = {}, bool checked = true, InstrumentDefinition definition = unit_instrument(),
                       MarginMode margin = MarginMode::none)
      : loop(with_checks(config, checked)) {
    if (margin != MarginMode::none) loop.kernel().set_margin_mode(margin);
    instrument = loop.kernel().add_instrument(std::move(definition));
    loop.kernel().add_cash("USD", kFixedOne * 1'000'000'000);
  }

  ScriptedStrategy& add_strategy(u32 mask = kEveryKind, const ErrorPolicy& policy = {}) {
    strategies.push_back(std::make_unique<ScriptedStrategy>());
    loop.kernel().add_strategy({strategies.back().get(), &ScriptedStrategy::deliver, mask}, RiskLimits{}, policy);
    return *strategies.back();
  }

  template <class Record>
  void add_stream(StreamKind kind, std::vector<Record> rows, i64 duration_ns = 0, bool with_ts_init = false) {
    add_stream_of(instrument, kind, std::move(rows), duration_ns, with_ts_init);
  }

  template <class Record>
  void add_stream_of(InstrumentIndex index, StreamKind kind, std::vector<Record> rows, i64 duration_ns = 0,
                     bool with_ts_init = false) {
    const std::size_t count = rows.size();
    const std::size_t odd = layout == Layout::odd_address ? 1 : 0;
    auto kept = std::make_shared<std::vector<char>>(count * sizeof(Record) + odd);
    if (count > 0) std::memcpy(kept->data() + odd, rows.data(), count * sizeof(Record));
    auto apart = std::make_shared<std::vector<i64>>(layout == Layout::columns ? count * column_count(kind) : 0);
    MarketStream stream;
    stream.name = "test";
    stream.instrument = index;
    stream.kind = kind;
    stream.duration_ns = duration_ns;
    stream.rows = count;
    for (std::size_t i = 0; i < column_count(kind); ++i) {
      if (i == 1 && !with_ts_init) continue;
      Column& column = stream.columns[i];
      column = {kept->data() + odd + 8 * i, sizeof(Record)};
      if (layout != Layout::columns) continue;
      i64* const values = apart->data() + i * count;
      for (std::size_t row = 0; row < count; ++row) values[row] = column[row];
      column = {values, sizeof(i64)};
    }
    memory.push_back(kept);
    memory.push_back(apart);
    loop.add_stream(stream);
  }

  NewOrder limit(Side side, i64 price, i64 quantity, TimeInForce time_in_force = TimeInForce::gtc, u8 flags = 0) {
    return {0, price, quantity, 0, instrument, 0, side, OrderType::limit, time_in_force, flags};
  }
  NewOrder market(Side side, i64 quantity) {
    return {0, kNoPrice, quantity, 0, instrument, 0, side, OrderType::market, TimeInForce::ioc, 0};
  }
  Kernel& kernel() { return loop.kernel(); }
  RunStatus run() { return loop.run(UINT64_MAX); }
  std::vector<FillRow> fills() const {
    std::vector<FillRow> rows;
    for (u64 number = 1; number <= loop.recorder().fill_count(); ++number) rows.push_back(loop.recorder().fill(number));
    return rows;
  }
  std::vector<EventRow> order_events() const {
    std::vector<EventRow> rows;
    for (u64 number = 1; number <= loop.recorder().event_count(); ++number) {
      rows.push_back(loop.recorder().event(number));
    }
    return rows;
  }
  std::vector<OrderRow> orders() const {
    std::vector<OrderRow> rows;
    for (u64 number = 1; number <= loop.kernel().orders().size(); ++number) {
      rows.push_back(order_row(*loop.kernel().order(number)));
    }
    return rows;
  }

  BacktestLoop loop;
  InstrumentIndex instrument = 0;
  enum class Layout { records, columns, odd_address };
  Layout layout = Layout::records;  // of streams that are added, in memory
  std::vector<std::unique_ptr<ScriptedStrategy>> strategies;
  std::vector<std::shared_ptr<void>> memory;

 private:
  static LoopConfig with_checks(LoopConfig config, bool checked) {
    config.check_every_event = checked;
    return config;
  }
};

// Rows, shortly written.
inline L3Record add_row(i64 ts, u64 id, Side side, i64 price, i64 quantity) {
  return {ts, ts, static_cast<i64>(BookAction::add), static_cast<i64>(side), price, quantity, id, kFlagLast};
}
inline L3Record row(i64 ts, BookAction action, u64 id, Side side, i64 price, i64 quantity) {
  return {ts, ts, static_cast<i64>(action), static_cast<i64>(side), price, quantity, id, kFlagLast};
}
inline QuoteRecord quote_row(i64 ts, i64 bid, i64 ask, i64 bid_quantity = 10, i64 ask_quantity = 10) {
  return {ts, ts, bid, ask, bid_quantity, ask_quantity};
}

}  // namespace pytrader
