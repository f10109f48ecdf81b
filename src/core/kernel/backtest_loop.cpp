// What happens next, and what follows from it.
#include "kernel/backtest_loop.hpp"

#include <algorithm>
#include <string>

namespace pytrader {
namespace {

constexpr std::size_t kMaxInFlight = std::size_t{1} << 22;
// Begin the settings of a queue model, and of latencies that are not all constant, in the running hash.
constexpr i64 kQueueModelSetting = 0x7175657565;
constexpr i64 kLatencySetting = 0x6C6174656E6379;
// Twice a price must fit 64 bits, and so must the sum of some quantities.
constexpr i64 kMaxNumber = INT64_MAX / 4;

bool in_range(i64 value) noexcept {
  return value >= -kMaxNumber && value <= kMaxNumber;
}

// What else can be wrong with a row of a book, the book counts.
void check_row(const MarketStream& stream, std::size_t row, const L3Record& record) {
  if (!in_range(record.price)) refuse_row(stream, row, "price is beyond 2^61 ticks");
}
void check_row(const MarketStream& stream, std::size_t row, const L2Record& record) {
  if (!in_range(record.price)) refuse_row(stream, row, "price is beyond 2^61 ticks");
}
void check_row(const MarketStream& stream, std::size_t row, const QuoteRecord& quote) {
  if (quote.bid_quantity < 0 || quote.ask_quantity < 0) refuse_row(stream, row, "a quantity is negative");
  if (!in_range(quote.bid_price) || !in_range(quote.ask_price)) refuse_row(stream, row, "a price is beyond 2^61 ticks");
  if (quote.bid_quantity > kMaxNumber || quote.ask_quantity > kMaxNumber) {
    refuse_row(stream, row, "a quantity is beyond 2^61 lots");
  }
}
void check_row(const MarketStream& stream, std::size_t row, const TradeRecord& trade) {
  if (trade.quantity <= 0 || trade.quantity > kMaxNumber) {
    refuse_row(stream, row,
               "quantity is " + std::to_string(trade.quantity) + "; it must be positive and below 2^61 lots");
  }
  if (!in_range(trade.price)) refuse_row(stream, row, "price is beyond 2^61 ticks");
  if (trade.aggressor_side < 0 || trade.aggressor_side > 2) {
    refuse_row(stream, row,
               "aggressor_side is " + std::to_string(trade.aggressor_side) + "; it must be 1, 2 or 0 (unknown)");
  }
}
void check_row(const MarketStream& stream, std::size_t row, const BarRecord& bar) {
  if (bar.low > std::min(bar.open, bar.close) || bar.high < std::max(bar.open, bar.close)) {
    refuse_row(stream, row, "open and close must lie between low and high");
  }
  if (!in_range(bar.low) || !in_range(bar.high)) refuse_row(stream, row, "a price is beyond 2^61 ticks");
  if (bar.volume < 0) refuse_row(stream, row, "volume is negative");
}

void tell(SimulatedVenue& venue, const L3Record& record) {
  venue.apply_l3(record);
}
void tell(SimulatedVenue& venue, const L2Record& record) {
  venue.apply_l2(record);
}
void tell(SimulatedVenue& venue, const QuoteRecord& record) {
  venue.apply_quote(record);
}
void tell(SimulatedVenue& venue, const TradeRecord& record) {
  venue.apply_trade(record);
}
void tell(SimulatedVenue& venue, const BarRecord& record) {
  venue.close_bar(record);
}

bool tell(Kernel& kernel, const MarketStream& stream, const L3Record& record, i64 ts) {
  return kernel.apply_l3(stream.instrument, record, ts);
}
bool tell(Kernel& kernel, const MarketStream& stream, const L2Record& record, i64 ts) {
  return kernel.apply_l2(stream.instrument, record, ts);
}
bool tell(Kernel& kernel, const MarketStream& stream, const QuoteRecord& record, i64 ts) {
  return kernel.apply_quote(stream.instrument, record, ts);
}
bool tell(Kernel& kernel, const MarketStream& stream, const TradeRecord& record, i64 ts) {
  return kernel.apply_trade(stream.instrument, record, ts);
}
bool tell(Kernel& kernel, const MarketStream& stream, const BarRecord& record, i64 ts) {
  return kernel.apply_bar(stream.instrument, record, stream.duration_ns, ts);
}

// Calls with the record type of the stream's kind.
template <class Action>
bool with_record(StreamKind kind, Action&& action) {
  switch (kind) {
    case StreamKind::l3:
      return action.template operator()<L3Record>();
    case StreamKind::l2:
      return action.template operator()<L2Record>();
    case StreamKind::quote:
      return action.template operator()<QuoteRecord>();
    case StreamKind::trade:
      return action.template operator()<TradeRecord>();
    case StreamKind::bar:
      break;
  }
  return action.template operator()<BarRecord>();
}

MarketKind market_kind_of(StreamKind kind) noexcept {
  switch (kind) {
    case StreamKind::l3:
      return MarketKind::l3;
    case StreamKind::l2:
      return MarketKind::l2;
    case StreamKind::quote:
    case StreamKind::trade:
      return MarketKind::quotes;
    case StreamKind::bar:
      break;
  }
  return MarketKind::bars;
}

// The rows that a venue of this kind is made of: those of its kind, and trades beside levels or quotes.
bool is_market(StreamKind stream, MarketKind venue) noexcept {
  if (stream == StreamKind::trade) return venue == MarketKind::l2 || venue == MarketKind::quotes;
  return market_kind_of(stream) == venue;
}

i64 later(i64 time, i64 latency) noexcept {
  i64 sum = 0;
  return __builtin_add_overflow(time, latency, &sum) ? INT64_MAX : sum;
}

}  // namespace

BacktestLoop::BacktestLoop(const LoopConfig& config)
    : config_(config),
      kernel_(*this),
      recorder_(kernel_, config.equity_interval_ns),
      merge_(config.feed_latency_ns),
      hops_(config.order_latency_ns,
            config.response_latency_ns < 0 ? config.order_latency_ns : config.response_latency_ns),
      commands_(kMaxInFlight, "back-test: more than 4194304 commands are on their way to a venue"),
      responses_(kMaxInFlight, "back-test: more than 4194304 reports are on their way from a venue") {
  pytrader::check(LatencyChoice::constant(config_.feed_latency_ns), "feed latency", false);
  if (config_.equity_interval_ns < 0) {
    throw Error(ErrorCode::invalid_argument, "back-test: the equity interval is negative");
  }
  kernel_.set_listener(&recorder_);
}

void BacktestLoop::add_stream(MarketStream stream) {
  if (phase_ != Phase::set_up)
    throw Error(ErrorCode::invalid_state, "back-test: a stream can not be added after the start");
  kernel_.instrument(stream.instrument);
  if (stream.kind == StreamKind::bar) kernel_.add_recorded_bars(stream.instrument, stream.duration_ns);
  total_events_ += stream.rows;
  merge_.add(std::move(stream));
}

void BacktestLoop::require_set_up(const char* what) const {
  if (phase_ == Phase::set_up) return;
  throw Error(ErrorCode::invalid_state, std::string("back-test: ") + what + " can not be set after the start");
}

void BacktestLoop::set_queue_model(InstrumentIndex instrument, const QueueModelChoice& choice) {
  require_set_up("a queue model");
  kernel_.instrument(instrument);
  make_queue_model(choice);
  if (instrument >= queue_models_.size()) queue_models_.resize(kernel_.instrument_count());
  queue_models_[instrument] = choice;
}

void BacktestLoop::set_feed_latency(const LatencyChoice& choice) {
  require_set_up("a latency");
  merge_.set_feed_latency(choice);
}

void BacktestLoop::set_request_latency(RequestKind kind, const LatencyChoice& choice) {
  require_set_up("a latency");
  hops_.set_request(kind, choice);
}

void BacktestLoop::set_response_latency(const LatencyChoice& choice) {
  require_set_up("a latency");
  hops_.set_response(choice);
}

// An instrument's venue is made of the richest data that it has, of bars of the shortest ones. Anything else would tell
// of the same trades again, or of older ones later.
void BacktestLoop::make_venues() {
  std::vector<MarketKind> kinds(kernel_.instrument_count(), MarketKind::bars);
  std::vector<i64> shortest_bars(kernel_.instrument_count(), INT64_MAX);
  for (u32 index = 0; index < merge_.size(); ++index) {
    const MarketStream& stream = merge_.stream(index);
    kinds[stream.instrument] = std::min(kinds[stream.instrument], market_kind_of(stream.kind));
    if (stream.kind != StreamKind::bar) continue;
    shortest_bars[stream.instrument] = std::min(shortest_bars[stream.instrument], stream.duration_ns);
  }
  std::vector<SimulatedVenue*> recorded;
  for (InstrumentIndex index = 0; index < kinds.size(); ++index) {
    auto venue = std::make_unique<SimulatedVenue>(index, kinds[index], numbers_, said_);
    if (index < queue_models_.size()) venue->set_queue_model(make_queue_model(queue_models_[index]));
    recorded.push_back(venue.get());
    venues_.push_back(std::move(venue));
  }
  schedule_.reserve(static_cast<u32>(venues_.size()));
  for (u32 index = 0; index < merge_.size(); ++index) {
    const MarketStream& stream = merge_.stream(index);
    const bool longer_bars = stream.kind == StreamKind::bar && stream.duration_ns > shortest_bars[stream.instrument];
    const bool market = is_market(stream.kind, kinds[stream.instrument]) && !longer_bars;
    market_of_.push_back(market ? recorded[stream.instrument] : nullptr);
  }
}

// What is left at its default adds nothing, so that a run without a model keeps its hash when models come.
void BacktestLoop::add_settings() {
  const auto add_all = [this](const std::vector<i64>& words) {
    for (const i64 word : words) kernel_.add_setting(word);
  };
  const LatencyChoice& feed = merge_.feed_latency();
  if (feed.is_constant() && hops_.are_constant()) {
    add_all({feed.minimum_ns, hops_.constant_request_ns(), hops_.constant_response_ns()});
  } else {
    kernel_.add_setting(kLatencySetting);
    add_all(settings_of(feed));
    add_all(hops_.settings());
  }
  for (InstrumentIndex index = 0; index < queue_models_.size(); ++index) {
    const QueueModelChoice& choice = queue_models_[index];
    if (choice == QueueModelChoice{}) continue;
    add_all({kQueueModelSetting, i64{index}, static_cast<i64>(choice.kind), i64{choice.exponent}});
  }
}

bool BacktestLoop::begin() {
  make_venues();
  early_rows_.resize(kernel_.instrument_count());
  add_settings();
  phase_ = Phase::streaming;
  now_ = merge_.empty() ? 0 : merge_.top().time;
  recorder_.start(now_);
  if (!kernel_.start(now_) || !settle()) return false;
  check_bar_series();
  return true;
}

// A series that nothing can fill would keep a strategy waiting for its bars in silence.
void BacktestLoop::check_bar_series() const {
  const BarBoard& bars = kernel_.bars();
  for (SeriesId series = 0; series < bars.size(); ++series) {
    if (!bars.is_built(series)) continue;
    bool has_trades = false;
    for (u32 index = 0; index < merge_.size(); ++index) {
      const MarketStream& stream = merge_.stream(index);
      const bool may_trade = stream.kind != StreamKind::quote && stream.kind != StreamKind::bar;
      has_trades = has_trades || (may_trade && stream.instrument == bars.instrument(series));
    }
    if (has_trades) continue;
    throw Error(ErrorCode::invalid_argument,
                "bars of " + std::to_string(bars.duration_ns(series)) + " ns of " +
                    kernel_.instrument(bars.instrument(series)).id() +
                    ": the data has neither such bars nor trades to build them from; ask for a duration that it has");
  }
}

RunStatus BacktestLoop::run(u64 max_steps) {
  if (failed_) throw Error(ErrorCode::invalid_state, "back-test: the run ended with an error; make a new one");
  if (phase_ == Phase::over) return RunStatus::finished;
  failed_ = true;  // unless this call comes to its end
  if (phase_ == Phase::set_up && !begin()) return end(RunStatus::strategy_failed);
  for (u64 steps = 0; !merge_.empty(); ++steps) {
    if (steps >= max_steps) {
      failed_ = false;
      return RunStatus::paused;
    }
    if (!step()) return end(RunStatus::strategy_failed);
  }
  if (!finish()) return end(RunStatus::strategy_failed);
  failed_ = false;
  return end(RunStatus::finished);
}

RunStatus BacktestLoop::end(RunStatus status) {
  phase_ = Phase::over;
  recorder_.finish(now_);
  return status;
}

void BacktestLoop::abort() {
  if (phase_ == Phase::streaming) end(RunStatus::paused);
  phase_ = Phase::over;
}

// Timers due at the last row's time fire, what is still on its way arrives, strategies stop, and what they then send
// arrives too.
bool BacktestLoop::finish() {
  while (kernel_.next_timer() <= now_) {
    if (!step()) return false;
  }
  return drain() && kernel_.stop() && settle() && drain();
}

// One round trip at most, so that a strategy that answers every report with a command comes to an end.
bool BacktestLoop::drain() {
  const i64 horizon = later(now_, hops_.longest_round_trip());
  while (!commands_.empty() || !responses_.empty()) {
    const i64 due = std::min(commands_.empty() ? INT64_MAX : commands_.front().due,
                             responses_.empty() ? INT64_MAX : responses_.front().due);
    if (due > horizon) break;
    if (!step()) return false;
  }
  return true;
}

// The earliest thing that is due happens, with all that follows from it at once.
bool BacktestLoop::step() {
  StreamMerge::Entry next{INT64_MAX, Rank::bar_open, UINT32_MAX};
  if (!merge_.empty()) next = merge_.top();
  if (!commands_.empty()) next = std::min(next, {commands_.front().due, Rank::command, 0});
  if (!responses_.empty()) next = std::min(next, {responses_.front().due, Rank::report, 0});
  if (kernel_.next_timer() < next.time || (kernel_.next_timer() == next.time && Rank::timer < next.rank)) {
    next = {kernel_.next_timer(), Rank::timer, 0};
  }
  if (schedule_.next_due() <= next.time && schedule_.next_due() != kNeverDue) [[unlikely]]
    next = {schedule_.next_due(), Rank::venue_due, schedule_.first()};
  now_ = std::max(now_, next.time);
  if (recorder_.next_due() < now_) [[unlikely]]
    recorder_.pass(now_);
  bool goes_on = true;
  switch (next.rank) {
    case Rank::venue_due:
      venue_acts(next.stream);
      break;
    case Rank::venue_row:
      goes_on = row_at_venue(next.stream);
      break;
    case Rank::command:
      goes_on = command_arrives();
      break;
    case Rank::report:
      goes_on = report_arrives();
      break;
    case Rank::strategy_row:
      goes_on = row_at_strategy(next.stream);
      break;
    case Rank::timer:
      goes_on = kernel_.advance(now_);
      break;
    case Rank::bar_open:
      goes_on = bar_opens(next.stream);
      break;
  }
  goes_on = goes_on && settle();
  if (config_.check_every_event) check();
  return goes_on;
}

// Hops without latency, until nothing more follows.
bool BacktestLoop::settle() {
  for (;;) {
    if (hops_.requests_at_once() && !commands_.empty()) {
      if (!command_arrives()) return false;
    } else if (hops_.responses_at_once() && !responses_.empty() && responses_.front().due <= now_) {
      if (!report_arrives()) return false;
    } else {
      return true;
    }
  }
}

void BacktestLoop::venue_acts(InstrumentIndex instrument) {
  venues_[instrument]->advance(now_);
  schedule_.set(instrument, venues_[instrument]->next_due());
  collect_reports();
}

bool BacktestLoop::row_at_venue(u32 index) {
  const MarketStream& stream = merge_.stream(index);
  return with_record(stream.kind, [&]<class Record>() {
    const std::size_t row = merge_.venue_row(index);
    const Record record = record_at<Record>(stream, row);
    check_row(stream, row, record);
    ++events_;
    if (record.ts_init < record.ts_event) [[unlikely]]
      ++early_rows_[stream.instrument];
    if (market_of_[index] != nullptr) {
      tell(*market_of_[index], record);
      collect_reports();
    }
    const bool received = merge_.venue_done(std::max(record.ts_event, record.ts_init));
    return settle() && (!received || tell(kernel_, stream, record, now_));
  });
}

bool BacktestLoop::bar_opens(u32 index) {
  const MarketStream& stream = merge_.stream(index);
  const std::size_t row = merge_.venue_row(index);
  const BarRecord record = record_at<BarRecord>(stream, row);
  check_row(stream, row, record);
  if (market_of_[index] != nullptr) {
    market_of_[index]->open_bar(record);
    collect_reports();
  }
  merge_.bar_opened();
  return true;
}

bool BacktestLoop::row_at_strategy(u32 index) {
  const MarketStream& stream = merge_.stream(index);
  return with_record(stream.kind, [&]<class Record>() {
    const Record record = record_at<Record>(stream, merge_.strategy_row(index));
    merge_.strategy_done();
    return tell(kernel_, stream, record, now_);
  });
}

void BacktestLoop::check() const {
  std::size_t at_venues = 0;
  for (const auto& venue : venues_) at_venues += venue->open_order_count();
  const bool nothing_on_its_way = commands_.empty() && responses_.empty();
  const bool same_orders = !nothing_on_its_way || kernel_.failed() || at_venues == kernel_.orders().open_count();
  if (kernel_.check() && same_orders && kernel_.refused_reports() == 0) return;
  throw Error(ErrorCode::invalid_state, "back-test: ledger, orders, exposure and venues disagree after event " +
                                            std::to_string(events_) + " at " + std::to_string(now_) + " ns");
}

}  // namespace pytrader
