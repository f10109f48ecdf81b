// Inputs and commands: each goes into the running hash, through its stations, and out to the strategies.
#include "kernel/kernel.hpp"

#include <algorithm>
#include <string>

#include "kernel/hash_mark.hpp"
#include "kernel/input_hash.hpp"

namespace pytrader {

void Kernel::warm_up(i64 ts) {
  if (started_ || warming_ || closed_)
    throw Error(ErrorCode::invalid_state, "kernel: a warm-up comes once, before start");
  if (log_ != nullptr) write_log({JournalKind::warm_up, ts, {}});
  warming_ = true;
  now_ = ts;
  mask_ = 0;
  for (StrategyPort& port : ports_) port.mask = 0;
}

bool Kernel::start(i64 ts) {
  if (started_ || closed_) throw Error(ErrorCode::invalid_state, "kernel: start was called twice");
  if (log_ != nullptr) write_log({JournalKind::start, ts, {}});
  if (warming_) {
    // What ended until now is past: indicators have taken it when strategies start.
    fire(ts - 1);
    now_ = ts;
    while (bars_.next_close() <= ts) close_bars(bars_.close_next(ts));
    for (StrategyIndex strategy = 0; strategy < ports_.size(); ++strategy) {
      ports_[strategy].mask = handled_[strategy];
      mask_ |= handled_[strategy];
    }
    warming_ = false;
  }
  started_ = true;
  now_ = closed_until_ = ts;
  hash_.add_all(HashMark::start, ts);
  for (StrategyIndex strategy = 0; strategy < ports_.size(); ++strategy) desk_.move(strategy, LifeEvent::start);
  return deliver({CallbackKind::start, 0, 0, now_, {}});
}

bool Kernel::stop() {
  if (!started_ || failed_) return false;
  if (log_ != nullptr) log(JournalKind::stop, now_);
  commands_ = 0;
  hash_.add_all(HashMark::stop, now_);
  const bool goes_on = deliver({CallbackKind::stop, 0, 0, now_, {}});
  for (StrategyIndex strategy = 0; strategy < ports_.size(); ++strategy) {
    if (desk_.move(strategy, LifeEvent::stop)) ports_[strategy].mask = desk_.mask(strategy, handled_[strategy]);
  }
  return goes_on;
}

void Kernel::close() noexcept {
  started_ = warming_ = false;
  closed_ = true;
  way_.ledger().forget_fills();
}

// The clock never goes back, and what was due before this input happens before it.
bool Kernel::enter(i64 ts) {
  if (failed_) return false;
  if (ts < now_ || !(started_ || warming_) || calling_) [[unlikely]]
    refuse_input(ts);
  const i64 due = next_timer();
  if (due < ts) [[unlikely]] {
    if (!fire(ts - 1)) return false;
  }
  now_ = ts;
  commands_ = 0;
  if (due > ts || way_.next_expiry() > ts) [[likely]]
    return true;
  before_trade_ = behind_ = true;
  const bool goes_on = expire_held();
  before_trade_ = behind_ = false;
  return goes_on;
}

bool Kernel::apply_l3(InstrumentIndex instrument, const L3Record& record, i64 ts) {
  if (log_ != nullptr) log(instrument, record, ts);
  if (!enter(ts)) return false;
  add_input(hash_, instrument, record, ts);
  InstrumentMarket& at = market(instrument);
  const bool counts = is_of_market(instrument, at, record.ts_event);
  const BookAction action = static_cast<BookAction>(record.action);
  const bool prints = action == BookAction::execute || action == BookAction::trade;
  // Asked before the row is applied: the order may leave with it.
  const TradeRecord print = prints ? MarketBoard::print_of(at, record) : TradeRecord{};
  if (!counts) [[unlikely]]
    return !failed_ && (!prints || apply_book_print(instrument, at, print));
  const bool best_changed = board_.apply_l3(at, record);
  if (prints && !apply_book_print(instrument, at, print)) return false;
  return after_book_row(instrument, at, best_changed, record.flags);
}

bool Kernel::apply_l2(InstrumentIndex instrument, const L2Record& record, i64 ts) {
  if (log_ != nullptr) log(instrument, record, ts);
  if (!enter(ts)) return false;
  add_input(hash_, instrument, record, ts);
  InstrumentMarket& at = market(instrument);
  const bool counts = is_of_market(instrument, at, record.ts_event);
  if (!counts && failed_) return false;
  const bool best_changed = counts && board_.apply_l2(at, record);
  if (static_cast<BookAction>(record.action) == BookAction::trade) {
    const Side resting = static_cast<Side>(record.side);
    const i64 aggressor = valid(resting) ? static_cast<i64>(opposite(resting)) : 0;
    const TradeRecord print{record.ts_event, record.ts_init, record.price, record.quantity, aggressor, 0};
    if (!apply_book_print(instrument, at, print)) return false;
  }
  return !counts || after_book_row(instrument, at, best_changed, record.flags);
}

bool Kernel::after_book_row(InstrumentIndex instrument, const InstrumentMarket& at, bool best_changed, i64 flags) {
  if (best_changed && !tell_quote(instrument, at.best_bid(), at.best_ask())) return false;
  const SeriesId mids = best_changed ? update_mids(instrument, at) : BarBoard::kNoSeries;
  if (best_changed && wanted(CallbackKind::quote)) {
    const QuoteRecord quote = at.quote;
    Callback callback{CallbackKind::quote, instrument, 0, now_, {}};
    callback.quote = &quote;
    if (!deliver(callback)) return false;
  }
  if (!fire_conditions(instrument, mids)) return false;
  if ((flags & kFlagLast) == 0 || !wanted(CallbackKind::book)) return true;
  return deliver({CallbackKind::book, instrument, 0, now_, {}});
}

bool Kernel::apply_quote(InstrumentIndex instrument, const QuoteRecord& record, i64 ts) {
  if (log_ != nullptr) log(instrument, record, ts);
  if (!enter(ts)) return false;
  add_input(hash_, instrument, record, ts);
  InstrumentMarket& at = market(instrument);
  SeriesId mids = BarBoard::kNoSeries;
  if (is_of_market(instrument, at, record.ts_event)) [[likely]] {
    board_.apply_quote(at, record);
    if (!tell_quote(instrument, at.best_bid(), at.best_ask())) return false;
    mids = update_mids(instrument, at);
  } else if (failed_) {
    return false;
  }
  if (wanted(CallbackKind::quote)) {
    Callback callback{CallbackKind::quote, instrument, 0, now_, {}};
    callback.quote = &record;
    if (!deliver(callback)) return false;
  }
  return fire_conditions(instrument, mids);
}

// A new best bid or offer is a new mid price for the indicators on it: their series, kNoSeries if there is none.
SeriesId Kernel::update_mids(InstrumentIndex instrument, const InstrumentMarket& at) {
  const SeriesId series = bars_.mids_of(instrument);
  if (series == BarBoard::kNoSeries) [[likely]]
    return series;
  const i64 twice_mid = at.twice_mid();
  if (twice_mid == kNoMark) return BarBoard::kNoSeries;
  bars_.update_mids(series, twice_mid);
  conditions_.update(series, now_);
  return series;
}

// After the bar or quote that the series took was delivered.
bool Kernel::wake_watches(InstrumentIndex instrument, SeriesId series) {
  const std::vector<WatchId>& fired = conditions_.fired();
  for (std::size_t i = 0; i < fired.size(); ++i) {
    const WatchId watch = fired[i];
    const StrategyIndex strategy = conditions_.strategy_of(watch);
    hash_.add_all(HashMark::condition, watch, strategy);
    Callback callback{CallbackKind::condition, instrument, series, now_, {}};
    callback.watch = &watch;
    if (!call(strategy, callback) || !settle()) return false;
  }
  return true;
}

bool Kernel::apply_trade(InstrumentIndex instrument, const TradeRecord& record, i64 ts) {
  if (log_ != nullptr) log(instrument, record, ts);
  if (!enter(ts)) return false;
  add_input(hash_, instrument, record, ts);
  InstrumentMarket& at = market(instrument);
  if (!is_of_market(instrument, at, record.ts_event) && failed_) return false;
  return apply_print(instrument, at, record);
}

bool Kernel::apply_status(InstrumentIndex instrument, const StatusRecord& record, i64 ts) {
  if (log_ != nullptr) log(instrument, record, ts);
  if (!enter(ts)) return false;
  hash_.add_all(HashMark::status, instrument, ts, record.ts_event, record.ts_init, record.phase);
  InstrumentMarket& at = market(instrument);
  at.phase = static_cast<TradingPhase>(record.phase);
  if (!begin_phase(instrument, at)) return false;
  if (!wanted(CallbackKind::status)) return true;
  Callback callback{CallbackKind::status, instrument, 0, now_, {}};
  callback.status = &record;
  return deliver(callback);
}

// A trade that a row of a book tells of, before the best bid or offer that the row makes.
bool Kernel::apply_book_print(InstrumentIndex instrument, InstrumentMarket& at, const TradeRecord& trade) {
  behind_ = true;
  const bool goes_on = apply_print(instrument, at, trade);
  behind_ = false;
  return goes_on;
}

// Bars that end now end before a trade at this time; then the trade counts in the next ones.
bool Kernel::apply_print(InstrumentIndex instrument, InstrumentMarket& at, const TradeRecord& trade) {
  closed_until_ = now_;
  while (bars_.next_close() <= now_) {
    before_trade_ = true;
    const bool goes_on = close_bars(bars_.close_next(now_));
    before_trade_ = false;
    if (!goes_on) return false;
  }
  if (trade.quantity <= 0) return true;  // the book has counted it as a fault
  const bool counts = trade.ts_event >= at.units_from;
  if (counts) [[likely]] {
    at.last_price = trade.price;
    at.printed = true;
  }
  bars_.add_trade(instrument, trade, now_);
  if (counts && !tell_last(instrument, trade.price)) return false;
  if (!wanted(CallbackKind::trade)) return true;
  Callback callback{CallbackKind::trade, instrument, 0, now_, {}};
  callback.trade = &trade;
  return deliver(callback);
}

bool Kernel::apply_bar(InstrumentIndex instrument, const BarRecord& record, i64 duration_ns, i64 ts) {
  if (log_ != nullptr) log(instrument, record, ts, duration_ns);
  if (!enter(ts)) return false;
  add_input(hash_, instrument, record, duration_ns, ts);
  InstrumentMarket& at = market(instrument);
  if (is_of_market(instrument, at, last_moment_of(record))) [[likely]] {
    board_.apply_bar(at, record);
    if (!tell_bar(instrument, at, record, duration_ns)) return false;
  } else if (failed_) {
    return false;
  }
  return close_bars({bars_.add_recorded(instrument, duration_ns), instrument, record});
}

bool Kernel::close_bars(const ClosedBar& closed) {
  bars_.update_indicators(closed);
  conditions_.update(closed.series, now_);
  if (wanted(CallbackKind::bar)) {
    Callback callback{CallbackKind::bar, closed.instrument, closed.series, now_, {}};
    callback.bar = &closed.bar;
    if (!deliver(callback)) return false;
  }
  return fire_conditions(closed.instrument, closed.series);
}

// Reports at the same time belong to the input that caused them, so that a chain of them stays bounded.
bool Kernel::enter_report(i64 ts) {
  const bool same_time = ts == now_;
  const u32 issued = commands_;
  if (!enter(ts)) return false;
  if (same_time) commands_ = issued;
  return true;
}

bool Kernel::apply_report(const ExecutionReport& report, i64 ts) {
  if (log_ != nullptr) log(report, ts);
  if (!enter_report(ts)) return false;
  hash_.add_row(marked(HashMark::report, report.instrument), ts, report.ts_event, report.client_order_id,
                report.venue_order_id, report.exec_id, report.price, report.quantity, report.last_px, report.last_qty,
                bytes_of(report.exec_type, report.liquidity, report.reason), report.stop_price, report.sequence);
  if (!way_.take(report, ts)) ++refused_reports_;
  return settle();
}

bool Kernel::advance(i64 ts) {
  if (log_ != nullptr) log(JournalKind::advance, ts);
  if (!enter(ts)) return false;
  return fire(ts);
}

// Fires what is due until this time, in order of time; at one time orders expire first, then synthetic prices are
// judged, then bars end, then timers fire.
bool Kernel::fire(i64 until) {
  while (!failed_ && next_timer() <= until) fire_next();
  closed_until_ = std::max(closed_until_, until);
  return !failed_;
}

void Kernel::fire_next() {
  const i64 due = next_timer();
  if (due > now_) commands_ = 0;
  now_ = std::max(now_, due);
  if (way_.next_expiry() == due) {
    expire_held();
    return;
  }
  if (synthetics().next_due() == due) {
    judge_synthetics();
    return;
  }
  closed_until_ = std::max(closed_until_, due);
  if (bars_.next_close() == due) {
    close_bars(bars_.close_next(now_));
    return;
  }
  const Timer timer = timers_.pop();
  const TimerEvent event{timer.due, now_, timer.timer_id, timer.name};
  hash_.add_all(HashMark::timer_fired, timer.due, timer.timer_id, timer.strategy, timer.name);
  if (timer.name >= kFirstKernelTimer) {
    if (desk_.fire(timer, now_)) announce(timer.strategy);
    settle();
    return;
  }
  Callback callback{CallbackKind::timer, 0, 0, now_, {}};
  callback.timer = &event;
  if (call(timer.strategy, callback)) settle();
}

bool Kernel::deliver(const Callback& callback) {
  const std::size_t count = ports_.size();
  for (StrategyIndex strategy = 0; strategy < count; ++strategy) {
    if (!call(strategy, callback) || !settle()) return false;
  }
  return true;
}

bool Kernel::call(StrategyIndex strategy, const Callback& callback) {
  const StrategyPort& port = ports_[strategy];
  if ((port.mask & mask_of(callback.kind)) == 0) return true;
  calling_ = true;
  bool succeeded = false;
  try {
    succeeded = port.deliver(port.context, callback);
  } catch (...) {
    calling_ = false;
    failed_ = true;
    throw;
  }
  calling_ = false;
  return succeeded || take_failure(strategy, callback.kind);
}

bool Kernel::take_failure(StrategyIndex strategy, CallbackKind kind) {
  const StrategyState before = desk_.state(strategy);
  const ErrorAction action = desk_.failed(strategy, kind, now_);
  if (desk_.state(strategy) != before) announce(strategy);
  if (action == ErrorAction::stop) failed_ = true;
  return !failed_;
}

// The strategy is told of its new state, as the last thing where that is the end of it.
void Kernel::announce(StrategyIndex strategy) {
  StrategyPort& port = ports_[strategy];
  port.mask = desk_.mask(strategy, handled_[strategy]);
  const StrategyState state = desk_.state(strategy);
  const CallbackKind kind = state == StrategyState::faulted    ? CallbackKind::fault
                            : state == StrategyState::degraded ? CallbackKind::degrade
                                                               : CallbackKind::resume;
  call(strategy, {kind, 0, 0, now_, {}});
  if (desk_.state(strategy) == StrategyState::faulted) port.mask = 0;
}

// Where none are left, a mass cancel goes on and makes more.
bool Kernel::has_events() {
  if (events_.empty() && !mass_cancel_.empty()) [[unlikely]]
    mass_cancel_.go_on(now_);
  return !events_.empty();
}

// Delivers the events that commands and reports left behind, until none is left. What its strategy hears nothing of is
// dropped.
bool Kernel::deliver_events() {
  while (has_events()) {
    constexpr u32 kOfBooked =
        mask_of(CallbackKind::order_event) | mask_of(CallbackKind::fill) | mask_of(CallbackKind::position);
    const u32 heard = events_.next_is_booked() ? kOfBooked : mask_of(CallbackKind::order_event);
    if ((ports_[events_.next_strategy()].mask & heard) == 0 && !desk_.wants_events()) {
      events_.drop();
      continue;
    }
    const PendingEvent pending = events_.take();
    const OrderEvent& event = pending.event;
    Callback callback{CallbackKind::order_event, event.instrument, 0, now_, {}};
    callback.order_event = &event;
    if (!call(event.strategy, callback)) return false;
    if (pending.booked) {
      callback.kind = CallbackKind::fill;
      if (event.exec_type == ExecType::trade && !call(event.strategy, callback)) return false;
      callback.kind = CallbackKind::position;
      callback.position = &pending.position;
      if (!call(event.strategy, callback)) return false;
    }
    if (desk_.wants_events() && desk_.after_event(event, now_)) [[unlikely]]
      announce(event.strategy);
  }
  return !failed_;
}

ClientOrderId Kernel::submit(const NewOrder& order) {
  count_command(order.strategy);
  events_.require_room(OrderWay::kEventsOfOrder);
  add_order(order);
  const ClientOrderId id = way_.submit(order, now_);
  settle();
  return id;
}

ClientOrderId Kernel::submit_list(std::span<const NewOrder> orders, OtoTriggerMode trigger) {
  hash_.add_all(HashMark::list, orders.size(), trigger);
  for (const NewOrder& order : orders) {
    count_command(order.strategy);
    add_order(order);
  }
  const ClientOrderId first = way_.submit_list(orders, trigger, now_);
  settle();
  return first;
}

void Kernel::add_order(const NewOrder& order) {
  hash_.add_row(marked(HashMark::submit, order.instrument), order.price, order.quantity,
                halves_of(order.strategy, order.tag), halves_of(order.list, order.flags),
                bytes_of(order.side, order.order_type, order.time_in_force, order.self_trade, order.trigger_type,
                         order.contingency),
                order.parent, order.trigger_symbol);
  add_terms(hash_, order.terms);
}

bool Kernel::cancel(const CancelRequest& request) {
  count_command(request.strategy);
  events_.require_room(OrderWay::kEventsOfOrder);
  hash_.add_row(HashMark::cancel, request.client_order_id, request.strategy);
  last_refusal_ = way_.cancel(request, now_);
  settle();
  return last_refusal_ == RejectReason::none;
}

u64 Kernel::cancel_all(StrategyIndex strategy, const std::vector<ClientOrderId>& orders) {
  count_command(strategy);
  u64 asked = 0;
  for (const ClientOrderId order : orders) {
    last_refusal_ = mass_cancel_.add({order, strategy}, now_);
    asked += last_refusal_ == RejectReason::none ? 1 : 0;
  }
  settle();
  return asked;
}

bool Kernel::replace(const ReplaceRequest& request) {
  count_command(request.strategy);
  events_.require_room(OrderWay::kEventsOfOrder);
  hash_.add_row(HashMark::replace, request.client_order_id, request.price, request.quantity, request.stop_price,
                request.strategy);
  last_refusal_ = way_.replace(request, now_);
  settle();
  return last_refusal_ == RejectReason::none;
}

TimerId Kernel::set_timer(StrategyIndex strategy, i64 first_ts, i64 interval_ns, u32 name) {
  count_command(strategy);
  if (strategy >= ports_.size()) throw Error(ErrorCode::invalid_argument, "timer: no such strategy");
  if (interval_ns < 0) {
    throw Error(ErrorCode::invalid_argument, "timer: the interval is " + std::to_string(interval_ns) +
                                                 " ns; it must be positive, or 0 for one alert");
  }
  hash_.add_all(HashMark::timer_set, strategy, first_ts, interval_ns, name);
  return timers_.set(strategy, std::max(first_ts, now_), interval_ns, name);
}

bool Kernel::cancel_timer(StrategyIndex strategy, TimerId timer) {
  hash_.add_all(HashMark::timer_canceled, strategy, timer);
  return timers_.cancel(strategy, timer);
}

i64 Kernel::free_lots(ClientOrderId id) const {
  const Order& parent = *order(id);
  return static_cast<i64>(std::max<i128>(0, parent.leaves_qty() - way_.given_to_children(parent)));
}

PositionState Kernel::position(StrategyIndex strategy, InstrumentIndex instrument) const {
  market(instrument);
  if (strategy >= ports_.size()) throw Error(ErrorCode::invalid_argument, "position: no such strategy");
  return way_.ledger().position(strategy, instrument);
}

}  // namespace pytrader
