// What happens next, and what follows from it.
#include "kernel/backtest_loop.hpp"

#include <algorithm>
#include <bit>
#include <string>
#include <type_traits>

#include "kernel/stream_rows.hpp"
#include "model/later.hpp"

namespace pytrader {
namespace {

// Calls with the record type of the stream's kind.
template <class Action>
auto with_record(StreamKind kind, Action&& action) {
  switch (kind) {
    case StreamKind::l3:
      return action.template operator()<L3Record>();
    case StreamKind::l2:
      return action.template operator()<L2Record>();
    case StreamKind::quote:
      return action.template operator()<QuoteRecord>();
    case StreamKind::trade:
      return action.template operator()<TradeRecord>();
    case StreamKind::status:
      return action.template operator()<StatusRecord>();
    case StreamKind::mark:
      return action.template operator()<MarkRecord>();
    case StreamKind::cash_event:
      return action.template operator()<CashEventRecord>();
    case StreamKind::bar:
      break;
  }
  return action.template operator()<BarRecord>();
}

}  // namespace

BacktestLoop::BacktestLoop(const LoopConfig& config)
    : config_(config),
      kernel_(*this),
      recorder_(kernel_, config.equity_interval_ns, config.snapshot_interval_ns),
      merge_(config.feed_latency_ns),
      commands_(kMaxInFlight, "back-test: more than 4194304 commands are on their way to a venue"),
      responses_(kMaxInFlight, "back-test: more than 4194304 reports are on their way from a venue") {
  connections_.push_back(make_connection(
      config.order_latency_ns, config.response_latency_ns < 0 ? config.order_latency_ns : config.response_latency_ns));
  pytrader::check(LatencyChoice::constant(config_.feed_latency_ns), "feed latency", false);
  if (config_.snapshot_interval_ns < 0) {
    throw Error(ErrorCode::invalid_argument, "back-test: the snapshot interval is negative");
  }
  if (config_.equity_interval_ns < 0) {
    throw Error(ErrorCode::invalid_argument, "back-test: the equity interval is negative");
  }
  if (config_.record_events) recorder_.record_events();
  kernel_.set_listener(&recorder_);
  kernel_.set_past(this);
}

void BacktestLoop::put_together() {
  now_ = merge_.empty() ? 0 : merge_.top().time;
  if (start_ <= end_) now_ = merge_.empty() ? start_ : std::min(now_, start_);
  set_feeds();
  make_venues();
  early_rows_.resize(kernel_.instrument_count());
  foretell_splits();
  add_settings();
  if (config_.start_ts > now_) kernel_.add_setting(config_.start_ts);
  phase_ = Phase::ready;
}

bool BacktestLoop::begin() {
  put_together();
  collect();
  if (config_.start_ts <= now_) return start_strategies(now_);
  phase_ = Phase::warming;
  kernel_.warm_up(now_);
  return true;
}

bool BacktestLoop::start_strategies(i64 ts) {
  phase_ = Phase::streaming;
  now_ = ts;
  recorder_.start(now_);
  if (!kernel_.start(now_) || !settle()) return false;
  check_bar_series();
  return true;
}

RunStatus BacktestLoop::run(u64 max_steps) {
  if (failed_) throw Error(ErrorCode::invalid_state, "back-test: the run ended with an error; make a new one");
  if (phase_ == Phase::over) return RunStatus::finished;
  failed_ = true;  // unless this call comes to its end
  const RunStatus status = replayed_ == nullptr ? run_on(max_steps) : replay(max_steps);
  failed_ = status == RunStatus::strategy_failed;
  return status;
}

RunStatus BacktestLoop::run_on(u64 max_steps) {
  if (phase_ == Phase::set_up && !begin()) return end(RunStatus::strategy_failed);
  u64 steps = 0;
  for (; phase_ == Phase::warming; ++steps) {
    if (merge_.empty() || merge_.top().time >= config_.start_ts) {
      if (!start_strategies(config_.start_ts)) return end(RunStatus::strategy_failed);
      break;
    }
    if (steps >= max_steps) return RunStatus::paused;
    step();
  }
  while (goes_on()) {
    if (steps >= max_steps) return RunStatus::paused;
    bool succeeded = true;
    const u64 rows = rows_in_a_row(max_steps - steps, succeeded);
    if (rows == 0) succeeded = step();
    if (!succeeded) return end(RunStatus::strategy_failed);
    steps += std::max<u64>(rows, 1);
  }
  return end(finish() ? RunStatus::finished : RunStatus::strategy_failed);
}

RunStatus BacktestLoop::end(RunStatus status) {
  if (phase_ < Phase::streaming) recorder_.start(now_);
  phase_ = Phase::over;
  recorder_.finish(now_);
  if (journal_ != nullptr) finish_journal(status);
  return status;
}

void BacktestLoop::finish_journal(RunStatus status) {
  for (InstrumentIndex instrument = 0; instrument < early_rows_.size(); ++instrument) {
    if (early_rows_[instrument] == 0) continue;
    journal_->note({JournalKind::early_rows, now_, {place_of(instrument), static_cast<i64>(early_rows_[instrument])}});
  }
  const RunStatus noted = status == RunStatus::stopped ? RunStatus::paused : status;
  journal_->finish({JournalKind::end, now_, {static_cast<i64>(noted), static_cast<i64>(events_)}}, kernel_.digest());
}

void BacktestLoop::abort() {
  if (phase_ != Phase::set_up && phase_ != Phase::over) end(RunStatus::paused);
  phase_ = Phase::over;
}

bool BacktestLoop::publish() {
  if (taken_) throw Error(ErrorCode::invalid_state, "back-test: the run is over and its records were taken");
  return recorder_.publish();
}

void BacktestLoop::take_records(std::span<OrderRow> orders, std::span<FillRow> fills, std::span<EventRow> events) {
  if (phase_ != Phase::over || taken_) {
    throw Error(ErrorCode::invalid_state, "back-test: records are taken once, after the end");
  }
  if (orders.size() != kernel_.orders().size() || fills.size() != recorder_.fill_count() ||
      events.size() != recorder_.event_count()) {
    throw Error(ErrorCode::invalid_argument, "back-test: there must be a row for each order, fill and event");
  }
  taken_ = true;
  kernel_.close();
  recorder_.take_events(events);
  recorder_.take_fills(fills);
  OrderRow* next = orders.data();
  kernel_.drain_orders([&](const Order& order) { *next++ = order_row(order); });
}

// Time goes on to the end. Timers due then fire, what is still on its way arrives, strategies stop, and what they then
// send arrives too.
bool BacktestLoop::finish() {
  if (now_ < end_) {
    now_ = end_;
    if (recorder_.next_due() < now_) pass_clock(now_);
    telling_ = kNoStream;
    if (!kernel_.advance(now_)) return false;
  }
  while (kernel_.next_timer() <= now_) {
    if (!step()) return false;
  }
  return drain() && kernel_.stop() && settle() && drain();
}

// One round trip at most, so that a strategy that answers every report with a command comes to an end.
bool BacktestLoop::drain() {
  i64 longest = 0;
  for (const Connection& each : connections_) longest = std::max(longest, each.hops.longest_round_trip());
  const i64 horizon = later(now_, longest);
  while (!commands_.empty() || !responses_.empty()) {
    if (std::min(commands_.next_due(), responses_.next_due()) > horizon) break;
    if (!step()) return false;
  }
  return true;
}

// What it is, is as good as random: one bit for each thing that comes at that time, in the order of their ranks, and no
// branch.
Rank BacktestLoop::first_at(const StreamMerge::Entry& row, i64 due) const noexcept {
  const auto bit = [](Rank rank, bool comes) { return u32{comes} << static_cast<u32>(rank); };
  u32 coming = bit(row.rank, row.time == due) | bit(Rank::command, commands_.next_due() == due) |
               bit(Rank::report, responses_.next_due() == due) | bit(Rank::published_row, published_.next_due() == due);
  if (due != INT64_MAX) [[likely]] {
    coming |= bit(Rank::venue_due, schedule_.next_due() == due) | bit(Rank::timer, kernel_.next_timer() == due);
  } else {  // which is also the time of what is not there
    coming &= bit(row.rank, true) | bit(Rank::command, !commands_.empty()) | bit(Rank::report, !responses_.empty()) |
              bit(Rank::published_row, !published_.empty());
  }
  return static_cast<Rank>(std::countr_zero(coming));
}

void BacktestLoop::pass_clock(i64 ts) {
  if (journal_ != nullptr) journal_->note({JournalKind::clock, ts, {}});
  recorder_.pass(ts);
}

void BacktestLoop::go_to(i64 time) {
  now_ = std::max(now_, time);
  if (recorder_.next_due() < now_) [[unlikely]]
    pass_clock(now_);
}

// The earliest thing that is due happens, with all that follows from it at once.
bool BacktestLoop::step() {
  const StreamMerge::Entry next = this->next();
  go_to(next.time);
  bool goes_on = true;
  if (next.rank == Rank::venue_row) {
    goes_on = row_at_venue(next.stream);
  } else if (next.rank == Rank::strategy_row) {
    goes_on = row_at_strategy(next.stream);
  } else if (next.rank == Rank::bar_open) {
    open_bar(next.stream, false);
  } else {
    goes_on = between_rows(next.rank);
  }
  goes_on = goes_on && settle();
  if (config_.check_every_event) check();
  return goes_on;
}

// What is no recorded row.
bool BacktestLoop::between_rows(Rank rank) {
  telling_ = kNoStream;
  switch (rank) {
    case Rank::venue_due:
      venue_acts(schedule_.first());
      return true;
    case Rank::command:
      return command_arrives();
    case Rank::report:
      return report_arrives();
    case Rank::published_row:
      return published_arrives();
    default:
      return kernel_.advance(now_);
  }
}

// Hops without latency, until nothing more follows.
bool BacktestLoop::take_at_once() {
  telling_ = kNoStream;
  for (;;) {
    if (commands_.next_is_at_once()) {
      if (!command_arrives()) return false;
    } else if (responses_.next_is_at_once()) {
      if (!report_arrives()) return false;
    } else if (merge_.feed_latency().is_none() && !published_.empty()) {
      if (!published_arrives()) return false;
    } else {
      return true;
    }
  }
}

bool BacktestLoop::take_before(u32 index, bool received) {
  coming_ = received ? index : kNoStream;
  if (!take_at_once()) return false;
  coming_ = kNoStream;
  return true;
}

void BacktestLoop::venue_acts(InstrumentIndex instrument) {
  venues_[instrument]->advance(now_);
  schedule_.set(instrument, venues_[instrument]->next_due());
  collect();
}

bool BacktestLoop::row_at_venue(u32 index) {
  const MarketStream& stream = merge_.stream(index);
  return with_record(stream.kind, [&]<class Record>() { return take_venue_row<Record>(index, stream, false); });
}

template <class Record>
bool BacktestLoop::take_venue_row(u32 index, const MarketStream& stream, bool alone) {
  const std::size_t row = merge_.venue_row(index);
  Record room;
  const Record& record = record_at(stream, row, room);
  check_row(stream, row, record);
  ++events_;
  if (record.ts_init < record.ts_event) [[unlikely]]
    ++early_rows_[stream.instrument];
  if constexpr (std::is_same_v<Record, CashEventRecord>) {
    take_cash_event(stream, row, record);
  } else if constexpr (std::is_same_v<Record, MarkRecord>) {
    take_mark(index, record);
  } else if (market_of_[index] != nullptr) {
    if (tell(*market_of_[index], record)) {
      // The row may have closed an order that had a time of its own.
      schedule_.set(stream.instrument, market_of_[index]->next_due());
      collect();
    }
  }
  const bool received = merge_.venue_done(index, std::max(record.ts_event, record.ts_init), alone);
  if (!settle_before(index, received)) return false;
  if (!received) return true;
  telling_ = index;
  return tell(kernel_, stream, record, now_);
}

// The same as step() for step(), until a row of another stream comes: what the rows of one stream and everything
// between them need is at hand.
u64 BacktestLoop::rows_in_a_row(u64 most, bool& succeeded) {
  if (config_.check_every_event || merge_.empty()) return 0;
  const u32 index = merge_.top().stream;
  const u64 taken =
      with_record(merge_.stream(index).kind, [&]<class Record>() { return rows_of<Record>(index, most, succeeded); });
  merge_.rejoin(index);
  return taken;
}

template <class Record>
u64 BacktestLoop::rows_of(u32 index, const u64 most, bool& succeeded) {
  constexpr bool kBars = std::is_same_v<Record, BarRecord>;
  const MarketStream& stream = merge_.stream(index);
  const i64 others = merge_.next_of_others(index);
  u64 taken = 0;
  while (taken < most && succeeded && !merge_.empty()) {
    const StreamMerge::Entry& row = kBars ? merge_.top_of(index) : merge_.top_of_rows(index);
    const i64 due = next_due();
    if (row.time < due) {
      u64 quiet = 0;
      if constexpr (kBars) {
        if (kernel_.takes_quiet_bars()) quiet = take_quiet_bars(index, most - taken, others, succeeded);
      } else if constexpr (is_of_market<Record>) {
        if (kernel_.takes_quiet_rows(stream.instrument) && is_in_one_unit(index)) {
          quiet = take_quiet_rows<Record>(index, most - taken, std::min(others, due), succeeded);
        }
      }
      taken += quiet;
      if (quiet != 0) continue;
    }
    const i64 time = std::min(row.time, due);
    if (time >= others) break;
    const Rank rank = row.time < due ? row.rank : first_at(row, due);
    go_to(time);
    if (rank == Rank::venue_row) {
      succeeded = take_venue_row<Record>(index, stream, true);
    } else if (rank == Rank::strategy_row) {
      Record room;
      const Record& record = record_at(stream, merge_.strategy_row(index), room);
      merge_.strategy_done(index, true);
      telling_ = index;
      succeeded = tell(kernel_, stream, record, now_);
    } else if (rank == Rank::bar_open) {
      open_bar(index, true);
    } else {
      succeeded = between_rows(rank);
    }
    succeeded = succeeded && settle();
    ++taken;
  }
  return taken;
}

void BacktestLoop::open_bar(u32 index, bool alone) {
  const MarketStream& stream = merge_.stream(index);
  const std::size_t row = merge_.venue_row(index);
  BarRecord room;
  const BarRecord& record = record_at(stream, row, room);
  check_row(stream, row, record);
  if (market_of_[index] != nullptr) {
    market_of_[index]->open_bar(record);
    collect();
  }
  merge_.bar_opened(index, alone);
}

bool BacktestLoop::row_at_strategy(u32 index) {
  const MarketStream& stream = merge_.stream(index);
  return with_record(stream.kind, [&]<class Record>() {
    Record room;
    const Record& record = record_at(stream, merge_.strategy_row(index), room);
    merge_.strategy_done(index);
    telling_ = index;
    return tell(kernel_, stream, record, now_);
  });
}

bool BacktestLoop::published_arrives() {
  const PublishedRow row = published_.take(now_);
  telling_ = UINT32_MAX;
  if (const auto* status = std::get_if<StatusRecord>(&row.record)) {
    return kernel_.apply_status(row.instrument, *status, now_);
  }
  return kernel_.apply_l3(row.instrument, std::get<L3Record>(row.record), now_);
}

void BacktestLoop::check() const {
  std::size_t at_venues = 0;
  for (const auto& venue : venues_) at_venues += venue->open_order_count();
  const bool nothing_on_its_way = commands_.empty() && responses_.empty();
  const std::size_t in_core = kernel_.emulator().size() + kernel_.lists().waiting() + kernel_.worked_here();
  const bool same_orders = !nothing_on_its_way || kernel_.failed() ||
                           (at_venues + in_core == kernel_.orders().open_count() && kernel_.orders().untold().empty());
  // A report that others overtook is refused, and counted.
  const bool in_order = std::none_of(connections_.begin(), connections_.end(),
                                     [](const Connection& each) { return each.hops.responses_may_overtake(); });
  if (!kernel_.failed()) check_positions();
  if (kernel_.check() && same_orders && !(in_order && kernel_.refused_reports() != 0)) return;
  throw Error(ErrorCode::invalid_state, "back-test: ledger, orders, exposure and venues disagree after event " +
                                            std::to_string(events_) + " at " + std::to_string(now_) + " ns");
}

}  // namespace pytrader
