// The deterministic state machine: inputs in, order events, venue commands and callbacks out.
#pragma once

#include <algorithm>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "journal/input_log.hpp"
#include "journal/running_hash.hpp"
#include "kernel/bar_board.hpp"
#include "kernel/cash_desk.hpp"
#include "kernel/condition_board.hpp"
#include "kernel/event_queue.hpp"
#include "kernel/margin_desk.hpp"
#include "kernel/market_board.hpp"
#include "kernel/mass_cancel.hpp"
#include "kernel/order_way.hpp"
#include "kernel/past_rows.hpp"
#include "kernel/strategy_desk.hpp"
#include "kernel/strategy_port.hpp"
#include "kernel/timer_queue.hpp"
#include "kernel/venue_port.hpp"
#include "model/fee_model.hpp"
#include "model/instrument.hpp"
#include "model/messages.hpp"
#include "model/records.hpp"

namespace pytrader {

// Every apply_*, advance, start and stop returns false when a strategy failed and its error policy is to stop; the
// kernel then takes no further input.
// Inputs come in order of time: one older than the kernel's clock throws Error(invalid_argument). An input first fires
// the timers that were due before it; timers due at its own time fire after it, by advance().
class Kernel {
 public:
  // Commands, timers included, that strategies may issue on one input and the reports it brings at the same time.
  static constexpr u32 kMaxCommandsPerInput = 65'536;

  explicit Kernel(VenuePort& venue)
      : events_(hash_),
        way_(venue, board_, events_),
        cash_desk_(way_, board_),
        margin_desk_(way_, board_),
        desk_(way_, board_, timers_, hash_),
        mass_cancel_(way_, hash_) {}
  Kernel(const Kernel&) = delete;
  Kernel& operator=(const Kernel&) = delete;

  // Set-up, before start().
  // Without a fee model the rates of the definition hold.
  InstrumentIndex add_instrument(InstrumentDefinition definition, const FeeModelMaker& fees = {});
  void add_cash(const std::string& currency, i128 amount);
  // Positions need initial margin only, and are liquidated below their maintenance. Before the first instrument.
  void set_margin_mode(MarginMode mode);
  // What the venue has to take over positions with.
  void add_insurance(const std::string& currency, i128 amount);
  StrategyIndex add_strategy(const StrategyPort& port, const RiskLimits& limits, const ErrorPolicy& policy = {});
  // Of the account's capital in this currency the strategy may use this much, in 10^-18 units, and what it has earned
  // or lost by itself. Before start(), after the instruments; a strategy that was allotted something has nothing of
  // what it was not.
  void allot(StrategyIndex strategy, const std::string& currency, i128 amount);
  // The data have this split: rows stamped behind it are in new units, though the account hears of it later. One that
  // was not foretold puts the market into new units when the account hears of it.
  void foretell_split(InstrumentIndex instrument, const CashEventRecord& record);
  // Its next error ends the run, whatever its policy.
  void stop_on_error(StrategyIndex strategy) { desk_.stop_on_error(strategy); }
  // Bars built from trades of this instrument by the kernel's clock; the same arguments give the same series, for every
  // strategy. Allowed in callbacks too.
  SeriesId add_bar_series(InstrumentIndex instrument, i64 duration_ns);
  // Bars that arrive as records: the series is not built from trades.
  SeriesId add_recorded_bars(InstrumentIndex instrument, i64 duration_ns);
  // A price that orders may wait for, computed from those of instruments; the same definition gives the same number,
  // for every strategy. Allowed in callbacks too. Throws what SyntheticBoard::find() and add() throw.
  u32 add_synthetic(const SyntheticDefinition& definition);
  // The mid price of every quote of the instrument with both sides.
  SeriesId add_mids(InstrumentIndex instrument);
  // Conditions on indicators, as they are now; what becomes true is told after the bar or quote was delivered.
  ConditionBoard& conditions() noexcept {
    conditions_.pass(now_);
    return conditions_;
  }
  // The strategy is woken (CallbackKind::condition) whenever the condition becomes true.
  WatchId watch(StrategyIndex strategy, ConditionId condition);
  // Follows the series: strategies get its bars once all indicators of the series are ready.
  Indicator& add_indicator(SeriesId series, std::unique_ptr<Indicator> indicator);
  // A number of the host that decides what happens, such as a latency: it goes into the running hash.
  void add_setting(i64 value);
  // Which orders the core holds until their price is reached, and what becomes of one that comes too late.
  void set_emulation(Emulate emulate, Immediate immediate);
  // Hears of order events and fills before strategies do; null for none.
  void set_listener(EventListener* listener) noexcept { events_.set_listener(listener); }

  // What strategies have been told of, for series and indicators that are added late; null for none: they then begin
  // with the next row.
  void set_past(const PastRows* past) noexcept { past_ = past; }

  // Gets every input before it has any effect, but none that is refused as such: of the wrong time or state, for an
  // instrument that does not exist. Null for none, before the first. While there is one, no rows are quiet.
  void set_log(InputLog* log) noexcept { log_ = log; }

  // Inputs are taken from here on, and nobody hears of them, until start(). Not needed before it.
  void warm_up(i64 ts);
  bool start(i64 ts);
  bool stop();

  // Market data as the strategy's side receives it, at `ts` on the kernel's clock.
  bool apply_l3(InstrumentIndex instrument, const L3Record& record, i64 ts);
  bool apply_l2(InstrumentIndex instrument, const L2Record& record, i64 ts);
  bool apply_quote(InstrumentIndex instrument, const QuoteRecord& record, i64 ts);
  bool apply_trade(InstrumentIndex instrument, const TradeRecord& record, i64 ts);
  bool apply_bar(InstrumentIndex instrument, const BarRecord& record, i64 duration_ns, i64 ts);
  // Bars that each close at their ts_event, before next_timer(). Where takes_quiet_bars() holds, this and then
  // wake_after_quiet_bars() do in one go what apply_bar() does for each: no callback comes in between, so that whoever
  // calls can bring up to date what strategies may ask for. Takes bars up to the first that makes a condition true, and
  // says how many.
  bool takes_quiet_bars() const noexcept {
    return started_ && !failed_ && !calling_ && !wanted(CallbackKind::bar) && log_ == nullptr && emulator().empty();
  }
  std::size_t apply_quiet_bars(InstrumentIndex instrument, const BarRecord* bars, std::size_t count, i64 duration_ns);
  bool wake_after_quiet_bars(InstrumentIndex instrument, i64 duration_ns);
  // Rows of an instrument's book, quotes and trades that change the market and nothing else: no strategy hears of them
  // or of what is made of them, no order waits in the core. While this holds, QuietRows do what apply_l3() and the like
  // do for rows before next_timer(), at times that do not go back.
  bool takes_quiet_rows(InstrumentIndex instrument) const noexcept {
    constexpr u32 kOfRows = mask_of(CallbackKind::quote) | mask_of(CallbackKind::trade) | mask_of(CallbackKind::book);
    return (mask_ & kOfRows) == 0 && started_ && !failed_ && !calling_ && log_ == nullptr && emulator().empty() &&
           bars_.takes_no_rows(instrument);
  }
  template <class Record>
  struct QuietRows;
  bool apply_status(InstrumentIndex instrument, const StatusRecord& record, i64 ts);
  bool apply_mark(InstrumentIndex instrument, const MarkRecord& record, i64 ts);
  // What a venue's or broker's statement says of positions: cash and positions change. Error(invalid_argument) for
  // numbers that make no sense, before anything changed. `twice_mark` is what the venue marked the instrument at, at
  // the event's time; where it does not say, and the event has no price, what the strategies know of the market counts.
  bool apply_cash_event(InstrumentIndex instrument, const CashEventRecord& record, i64 ts, i64 twice_mark = kNoMark);
  // Positions that fall below their maintenance at this mark, by the venue's clock: orders of theirs go, and later they
  // are liquidated.
  const std::vector<MarginCall>& margin_calls(InstrumentIndex instrument, i64 mark_price, i64 ts_event,
                                              bool more_follow = false) {
    if (log_ != nullptr && margin_desk_.mode() != MarginMode::none) {
      log_margin_calls(instrument, mark_price, ts_event, more_follow);
    }
    return margin_desk_.calls(instrument, mark_price, ts_event, more_follow);
  }
  bool apply_liquidation(const MarginCall& call, i64 ts_event, i64 ts);
  // A venue's word, and the passing of time (fires the timers that are due).
  bool apply_report(const ExecutionReport& report, i64 ts);
  bool advance(i64 ts);
  // When advance() has something to do: a timer, the end of a bar or of an order that waits in the core, a synthetic
  // price of which all rows are in. INT64_MAX when nothing is due.
  i64 next_timer() const noexcept { return std::min({timers_.next_due(), bars_.next_close(), way_.next_due()}); }

  // The end: no input is taken any more, and what only inputs need is given back.
  void close() noexcept;
  // After close(): gives every order to `take`, by number, and the memory back on the way. No order can be read then.
  template <class Take>
  void drain_orders(Take&& take) {
    way_.store().drain(take);
  }

  // Commands of strategies: judged and applied at once; their events are delivered after the running callback returns.
  // Throws Error(capacity) beyond kMaxCommandsPerInput.
  ClientOrderId submit(const NewOrder& order);
  // Orders that depend on one another, of one strategy: taken all or not at all. They have consecutive numbers, of
  // which the first comes back. Counts as that many commands. Throws Error(invalid_argument) for none, or more than
  // OrderLists::kMaxOrders.
  ClientOrderId submit_list(std::span<const NewOrder> orders, OtoTriggerMode trigger);
  // False when there is nothing to cancel or replace, or the gate refuses; last_refusal() says why.
  bool cancel(const CancelRequest& request);
  // Asks to cancel all of these orders, by one command however many they are: as far as events may wait at once, the
  // rest in the order given as those are delivered, before time passes. How many will be asked for.
  u64 cancel_all(StrategyIndex strategy, const std::vector<ClientOrderId>& orders);
  bool replace(const ReplaceRequest& request);
  RejectReason last_refusal() const noexcept { return last_refusal_; }
  TimerId set_timer(StrategyIndex strategy, i64 first_ts, i64 interval_ns, u32 name);  // interval 0: once
  bool cancel_timer(StrategyIndex strategy, TimerId timer);

  // What strategies read.
  i64 now() const noexcept { return now_; }
  std::size_t instrument_count() const noexcept { return board_.size(); }
  const Instrument& instrument(InstrumentIndex index) const { return *market(index).instrument; }
  const Order* order(ClientOrderId id) const noexcept { return way_.store().find(id); }
  OrderTerms terms(const Order& order) const noexcept { return way_.store().terms(order); }
  const OrderStore& orders() const noexcept { return way_.store(); }
  // Lots of a parent that have neither traded nor are with its open children, 0 once it is closed. The order must
  // exist.
  i64 free_lots(ClientOrderId id) const;
  const Emulator& emulator() const noexcept { return way_.emulation().emulator(); }
  const SyntheticBoard& synthetics() const noexcept { return way_.emulation().synthetics(); }
  const OrderLists& lists() const noexcept { return way_.lists(); }
  const RiskGate& gate() const noexcept { return way_.gate(); }
  const Ledger& ledger() const noexcept { return way_.ledger(); }
  const MarginDesk& margin_desk() const noexcept { return margin_desk_; }
  // Bars built from trades that ended until then count as past: those of a series that its indicators have taken, of
  // one that nobody follows those that would be closed by now.
  i64 bars_closed_until(InstrumentIndex instrument, i64 duration_ns) const noexcept;
  // Whether what comes before the row at hand is told, such as bars that ended before it.
  bool is_before_row() const noexcept { return before_trade_; }
  PositionState position(StrategyIndex strategy, InstrumentIndex instrument) const;
  i128 cash(const std::string& currency) const { return way_.ledger().cash(currency); }
  const L3Book* l3_book(InstrumentIndex instrument) const { return market(instrument).l3_book.get(); }
  const L2Book* l2_book(InstrumentIndex instrument) const { return market(instrument).l2_book.get(); }
  // Best bid and offer now, from whatever feed there is; a quantity of 0 says that the side is empty.
  QuoteRecord quote(InstrumentIndex instrument) const { return market(instrument).quote; }
  // The number of the trading phase that the venue's status said last; continuous trading where it said nothing.
  int phase(InstrumentIndex instrument) const { return static_cast<int>(market(instrument).phase); }
  // Quote, last price and marks of an instrument. Throws Error(invalid_argument) for one that does not exist.
  const InstrumentMarket& market(InstrumentIndex instrument) const {
    if (instrument >= board_.size()) [[unlikely]]
      refuse_instrument(instrument);
    return board_[instrument];
  }
  const BarBoard& bars() const noexcept { return bars_; }
  std::size_t strategy_count() const noexcept { return ports_.size(); }
  StrategyState state(StrategyIndex strategy) const noexcept { return desk_.state(strategy); }
  // What the strategy says of itself to other threads, in its own words; no part of the running hash.
  void publish(StrategyIndex strategy, std::string text) { published_.at(strategy) = std::move(text); }
  const std::string& published(StrategyIndex strategy) const { return published_.at(strategy); }
  // What failed and what was done about it, in order.
  const std::vector<ErrorRecord>& errors() const noexcept { return desk_.records(); }
  bool failed() const noexcept { return failed_; }
  // Reports that did not fit their order's state: counted, without effect.
  u64 refused_reports() const noexcept { return refused_reports_; }

  // Running hash of all inputs and outputs so far: equal for equal runs, in any process and on any machine.
  u64 digest() const noexcept { return hash_.digest(); }
  // Whether ledger, orders and exposure agree to the last unit. Walks all of them: for tests and debug runs.
  bool check() const;
  // Open orders that algorithms work. Walks all open orders.
  u32 worked_here() const noexcept;

 private:
  bool enter(i64 ts);
  bool enter_report(i64 ts);
  bool tell(const std::vector<CashEvent>& done);
  bool fire(i64 until);
  i64 closed_until() const noexcept { return now_ == INT64_MIN ? now_ : std::max(closed_until_, now_ - 1); }
  std::size_t pass_bars(SeriesId series, const BarRecord* bars, std::size_t count);
  void fill(SeriesId series);
  void warm(SeriesId series, Indicator& indicator);
  void fire_next();
  // Nothing fires outside continuous trading.
  bool listens(InstrumentIndex instrument) const noexcept {
    return !emulator().empty() && board_[instrument].phase == TradingPhase::continuous;
  }
  bool expire_held();
  bool release_fired(bool told, InstrumentIndex instrument, std::span<const PriceSource> synthetic);
  bool release_told();
  bool judge_synthetics();
  bool cancel_synthetic(InstrumentIndex component, RejectReason reason);
  bool cancel_held(StrategyIndex strategy, InstrumentIndex instrument, RejectReason reason);
  bool cancel_in_core(InstrumentIndex instrument, RejectReason reason);
  // False of a row in units of before a split: strategies are told of it, and the market stays as it is. Also where a
  // strategy failed.
  bool is_of_market(InstrumentIndex instrument, InstrumentMarket& at, i64 ts_event) {
    return at.is_in_units(ts_event) || enter_units(instrument, at, ts_event);
  }
  [[gnu::cold]] bool enter_units(InstrumentIndex instrument, InstrumentMarket& at, i64 ts_event);
  bool begin_phase(InstrumentIndex instrument, const InstrumentMarket& market);
  bool tell_quote(InstrumentIndex instrument, i64 bid, i64 ask);
  bool tell_mark(InstrumentIndex instrument, i64 price);
  bool tell_last(InstrumentIndex instrument, i64 price);
  bool tell_bar(InstrumentIndex instrument, const InstrumentMarket& market, const BarRecord& record, i64 duration_ns);
  bool deliver(const Callback& callback);
  bool call(StrategyIndex strategy, const Callback& callback);
  bool take_failure(StrategyIndex strategy, CallbackKind kind);
  void announce(StrategyIndex strategy);
  // Inside a callback nothing is delivered.
  bool settle() { return calling_ || (events_.empty() && mass_cancel_.empty()) ? !failed_ : deliver_events(); }
  bool deliver_events();
  bool has_events();
  bool apply_print(InstrumentIndex instrument, InstrumentMarket& market, const TradeRecord& trade);
  bool apply_book_print(InstrumentIndex instrument, InstrumentMarket& market, const TradeRecord& trade);
  bool close_bars(const ClosedBar& closed);
  SeriesId update_mids(InstrumentIndex instrument, const InstrumentMarket& market);
  bool fire_conditions(InstrumentIndex instrument, SeriesId series) {
    return series == BarBoard::kNoSeries || conditions_.update_new(series).empty() || wake_watches(instrument, series);
  }
  bool wake_watches(InstrumentIndex instrument, SeriesId series);
  bool after_book_row(InstrumentIndex instrument, const InstrumentMarket& market, bool best_changed, i64 flags);
  bool wanted(CallbackKind kind) const noexcept { return (mask_ & mask_of(kind)) != 0; }
  [[gnu::cold]] void log(JournalKind kind, i64 ts);
  template <class Record>
  [[gnu::cold]] void log(InstrumentIndex instrument, const Record& record, i64 ts, i64 last = 0);
  [[gnu::cold]] void log(const ExecutionReport& report, i64 ts);
  [[gnu::cold]] void log(const MarginCall& call, i64 ts_event, i64 ts);
  [[gnu::cold]] void log_margin_calls(InstrumentIndex instrument, i64 mark_price, i64 ts_event, bool more_follow);
  void write_log(const JournalFrame& input);
  void count_command(StrategyIndex strategy);
  void add_order(const NewOrder& order);
  InstrumentMarket& market(InstrumentIndex instrument) {
    return const_cast<InstrumentMarket&>(static_cast<const Kernel&>(*this).market(instrument));
  }
  [[noreturn]] void refuse_instrument(InstrumentIndex instrument) const;
  [[noreturn]] void refuse_input(i64 ts) const;

  RunningHash hash_;
  EventQueue events_;
  MarketBoard board_;
  OrderWay way_;
  CashDesk cash_desk_;
  MarginDesk margin_desk_;
  TimerQueue timers_;
  BarBoard bars_;
  ConditionBoard conditions_;
  StrategyDesk desk_;
  MassCancel mass_cancel_;
  std::vector<StrategyPort> ports_;     // each with the mask of what it may hear in its state
  std::vector<u32> handled_;            // by strategy: the mask that it came with
  std::vector<std::string> published_;  // by strategy
  i64 now_ = INT64_MIN;
  i64 closed_until_ = INT64_MIN;  // no bar that ends until then is still to be closed
  u64 refused_reports_ = 0;
  u32 mask_ = 0;  // kinds that any strategy handles
  u32 commands_ = 0;
  RejectReason last_refusal_ = RejectReason::none;
  const PastRows* past_ = nullptr;
  InputLog* log_ = nullptr;
  bool warming_ = false;
  bool before_trade_ = false;  // callbacks come before the trade of this input, if it has one, is told
  bool behind_ = false;        // the row at hand has not come to the indicators on mid prices
  bool started_ = false;
  bool closed_ = false;
  bool calling_ = false;
  bool failed_ = false;
};

}  // namespace pytrader
