// The deterministic state machine: inputs in, order events, venue commands and callbacks out.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "kernel/strategy_port.hpp"
#include "kernel/venue_port.hpp"
#include "model/instrument.hpp"
#include "model/messages.hpp"
#include "model/records.hpp"

namespace pytrader {

class L3Book;
class L2Book;
class Indicator;
struct RiskLimits;

// Every apply_*, advance, start and stop returns false when a strategy failed; the kernel then takes no further input.
// Inputs come in order of time: one older than the kernel's clock throws Error(invalid_argument).
class Kernel {
 public:
  explicit Kernel(VenuePort& venue);
  ~Kernel();

  // Set-up, before start().
  InstrumentIndex add_instrument(InstrumentDefinition definition);
  void add_cash(const std::string& currency, i128 amount);
  StrategyIndex add_strategy(const StrategyPort& port, const RiskLimits& limits);
  // Bars built from trades of this instrument, closed by time; the same arguments give the same series.
  SeriesId add_bar_series(InstrumentIndex instrument, i64 duration_ns);

  bool start(i64 ts);
  bool stop();

  // Market data as the strategy's side receives it, at `ts` on the kernel's clock.
  bool apply_l3(InstrumentIndex instrument, const L3Record& record, i64 ts);
  bool apply_l2(InstrumentIndex instrument, const L2Record& record, i64 ts);
  bool apply_quote(InstrumentIndex instrument, const QuoteRecord& record, i64 ts);
  bool apply_trade(InstrumentIndex instrument, const TradeRecord& record, i64 ts);
  bool apply_bar(InstrumentIndex instrument, const BarRecord& record, i64 duration_ns, i64 ts);
  // A venue's word, and the passing of time (fires the timers that are due).
  bool apply_report(const ExecutionReport& report, i64 ts);
  bool advance(i64 ts);
  i64 next_timer() const noexcept;  // INT64_MAX when none is set

  // Commands of strategies: judged and applied at once; their events are delivered after the running callback returns.
  ClientOrderId submit(NewOrder order);
  bool cancel(const CancelRequest& request);
  bool replace(const ReplaceRequest& request);
  TimerId set_timer(StrategyIndex strategy, i64 first_ts, i64 interval_ns, u32 name);  // interval 0: once
  bool cancel_timer(TimerId timer);

  // What strategies read.
  i64 now() const noexcept;
  const Instrument& instrument(InstrumentIndex index) const;
  const Order* order(ClientOrderId id) const noexcept;
  PositionState position(StrategyIndex strategy, InstrumentIndex instrument) const;
  i128 cash(const std::string& currency) const;
  const L3Book* l3_book(InstrumentIndex instrument) const noexcept;
  const L2Book* l2_book(InstrumentIndex instrument) const noexcept;
  QuoteRecord quote(InstrumentIndex instrument) const noexcept;  // best bid and offer now, from whatever feed there is
  Indicator& add_indicator(SeriesId series, std::unique_ptr<Indicator> indicator);

  // Running hash of all inputs and outputs so far: equal for equal runs, in any process and on any machine.
  u64 digest() const noexcept;
};

}  // namespace pytrader
