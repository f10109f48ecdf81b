// What a run is made of, put together before it begins: streams, exchanges, venues, settings.
#include <algorithm>
#include <cstddef>
#include <string>

#include "kernel/backtest_loop.hpp"
#include "matching/exchange_venue.hpp"

namespace pytrader {
namespace {

// Begins the settings of a queue model in the running hash.
constexpr i64 kQueueModelSetting = 0x7175657565;
// The same for latencies that are not all constant.
constexpr i64 kLatencySetting = 0x6C6174656E6379;
// The same for a run that has a period of its own, and for an exchange.
constexpr i64 kPeriodSetting = 0x706572696f64;
constexpr i64 kExchangeSetting = 0x65786368;
// The same for the rules of a venue of recorded data.
constexpr i64 kVenueRulesSetting = 0x72756c6573;
// The same for models that its orders meet.
constexpr i64 kImpactSetting = 0x696d70616374;
constexpr i64 kLastLookSetting = 0x6c6f6f6b;
constexpr i64 kProtectionSetting = 0x6d6d70;

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
    case StreamKind::status:
    case StreamKind::mark:
    case StreamKind::cash_event:
      break;
  }
  return MarketKind::bars;
}

// The rows that a venue of this kind is made of: those of its kind, and trades beside levels or quotes.
bool is_market(StreamKind stream, MarketKind venue) noexcept {
  if (!is_of_orders(stream)) return false;
  if (stream == StreamKind::status) return true;
  if (stream == StreamKind::trade) return venue == MarketKind::l2 || venue == MarketKind::quotes;
  return market_kind_of(stream) == venue;
}

// Whether a stream of levels has trades among its rows: it may come to its first one late.
bool has_trades(const MarketStream& levels) noexcept {
  constexpr std::size_t kAction = offsetof(L2Record, action) / sizeof(i64);
  for (std::size_t row = 0; row < levels.rows; ++row) {
    if (levels.columns[kAction][row] == static_cast<i64>(BookAction::trade)) return true;
  }
  return false;
}

// What the rows of a stream tell of the market of their instrument.
void add_to(VenueData& data, StreamKind kind) noexcept {
  data.trades = data.trades || kind == StreamKind::l3 || kind == StreamKind::trade;
  data.quotes = data.quotes || kind == StreamKind::l3 || kind == StreamKind::l2 || kind == StreamKind::quote;
  data.status = data.status || kind == StreamKind::status;
}

void refuse_unsupported(const std::string& id, MarketKind kind, const RecordedVenueRules& rules,
                        const VenueData& data) {
  if (rules.last_look.is_none() || (kind != MarketKind::bars && !data.status)) return;
  const char* const what = data.status ? "has status rows, and nobody says what a provider does when trading stops"
                                       : "has bars alone, which do not say what the price does while a provider looks";
  throw Error(ErrorCode::invalid_argument, "last look: " + id + " " + what);
}

}  // namespace

void BacktestLoop::require_set_up(const char* what) const {
  if (phase_ == Phase::set_up) return;
  throw Error(ErrorCode::invalid_state, std::string("back-test: ") + what + " after the start");
}

void BacktestLoop::add_stream(MarketStream stream) {
  require_set_up("a stream can not be added");
  kernel_.instrument(stream.instrument);
  if (stream.kind == StreamKind::bar) kernel_.add_recorded_bars(stream.instrument, stream.duration_ns);
  bar_blocks_.push_back(stream.kind == StreamKind::bar ? std::make_unique<BarBlock>() : nullptr);
  total_events_ += stream.rows;
  merge_.add(std::move(stream));
}

void BacktestLoop::set_queue_model(InstrumentIndex instrument, const QueueModelChoice& choice) {
  require_set_up("a queue model can not be set");
  kernel_.instrument(instrument);
  make_queue_model(choice);
  if (instrument >= queue_models_.size()) queue_models_.resize(kernel_.instrument_count());
  queue_models_[instrument] = choice;
}

void BacktestLoop::set_venue_rules(InstrumentIndex instrument, const RecordedVenueRules& rules) {
  require_set_up("a venue's rules can not be set");
  kernel_.instrument(instrument);
  pytrader::check(rules);
  if (instrument >= venue_rules_.size()) venue_rules_.resize(kernel_.instrument_count());
  venue_rules_[instrument] = rules;
}

void BacktestLoop::add_exchange(InstrumentIndex instrument, const ExchangeSettings& settings) {
  require_set_up("an exchange can not be added");
  kernel_.instrument(instrument);
  pytrader::check(settings);
  for (const auto& [other, unused] : exchanges_) {
    if (other == instrument) {
      throw Error(ErrorCode::invalid_argument,
                  "back-test: " + kernel_.instrument(instrument).id() + " has two exchanges; it can have one");
    }
  }
  exchanges_.emplace_back(instrument, settings);
}

void BacktestLoop::extend(i64 start, i64 end) {
  require_set_up("its time can not be extended");
  if (start > end) {
    throw Error(ErrorCode::invalid_argument, "back-test: the start, " + std::to_string(start) +
                                                 " ns, is after the end, " + std::to_string(end) + " ns");
  }
  start_ = std::min(start_, start);
  end_ = std::max(end_, end);
}

// An instrument's venue is made of the richest data that it has, of bars of the shortest ones. Anything else would tell
// of the same trades again, or of older ones later.
void BacktestLoop::make_venues() {
  std::vector<MarketKind> kinds(kernel_.instrument_count(), MarketKind::bars);
  std::vector<VenueData> data(kernel_.instrument_count(), VenueData{false, false, false, false});
  std::vector<i64> shortest_bars(kernel_.instrument_count(), INT64_MAX);
  for (u32 index = 0; index < merge_.size(); ++index) {
    const MarketStream& stream = merge_.stream(index);
    if (stream.kind == StreamKind::mark) data[stream.instrument].marks = true;
    if (!is_of_orders(stream.kind)) continue;
    add_to(data[stream.instrument], stream.kind);
    kinds[stream.instrument] = std::min(kinds[stream.instrument], market_kind_of(stream.kind));
    if (stream.kind != StreamKind::bar) continue;
    shortest_bars[stream.instrument] = std::min(shortest_bars[stream.instrument], stream.duration_ns);
  }
  for (u32 index = 0; index < merge_.size(); ++index) {
    const MarketStream& stream = merge_.stream(index);
    VenueData& told = data[stream.instrument];
    if (stream.kind == StreamKind::l2 && !told.trades) told.trades = has_trades(stream);
  }
  // Streams of random words below the first of recorded feeds belong to requests, responses and this.
  constexpr u64 kPublishedStream = 8;
  published_latency_ = make_latency_model(merge_.feed_latency(), kPublishedStream);
  venues_.resize(kinds.size());
  splits_at_venue_.resize(kinds.size());
  schedule_.reserve(static_cast<u32>(kinds.size()));
  for (const auto& [index, settings] : exchanges_) {
    venues_[index] = std::make_unique<ExchangeVenue>(index, settings, now_, numbers_, said_, published_.said());
    schedule_.set(index, venues_[index]->next_due());
  }
  std::vector<SimulatedVenue*> recorded(kinds.size());
  for (InstrumentIndex index = 0; index < kinds.size(); ++index) {
    if (venues_[index] != nullptr) continue;
    const RecordedVenueRules rules = index < venue_rules_.size() ? venue_rules_[index] : RecordedVenueRules{};
    refuse_unsupported(kernel_.instrument(index).id(), kinds[index], rules, data[index]);
    auto venue = std::make_unique<SimulatedVenue>(index, kinds[index], numbers_, said_, rules, data[index]);
    if (index < queue_models_.size()) venue->set_queue_model(make_queue_model(queue_models_[index]));
    recorded[index] = venue.get();
    venues_[index] = std::move(venue);
  }
  // As the venue has it: where no trade will ever come, the best prices trigger.
  default_trigger_.assign(kinds.size(), TriggerType::bid_ask);
  has_quotes_.assign(kinds.size(), true);
  for (InstrumentIndex index = 0; index < kinds.size(); ++index) {
    if (data[index].trades || kinds[index] == MarketKind::bars) default_trigger_[index] = TriggerType::last;
    // Bars stand for the quotes that there are none of, and an exchange makes its own.
    has_quotes_[index] = data[index].quotes || shortest_bars[index] != INT64_MAX || recorded[index] == nullptr;
  }
  for (const auto& [index, unused] : exchanges_) default_trigger_[index] = TriggerType::last;
  for (u32 index = 0; index < merge_.size(); ++index) {
    const MarketStream& stream = merge_.stream(index);
    if (recorded[stream.instrument] == nullptr && is_of_orders(stream.kind)) {
      throw Error(ErrorCode::invalid_argument,
                  "stream " + stream.name + ": " + kernel_.instrument(stream.instrument).id() +
                      " has an exchange, where strategies make the market; it can have no recorded data");
    }
    const bool longer_bars = stream.kind == StreamKind::bar && stream.duration_ns > shortest_bars[stream.instrument];
    const bool market = is_market(stream.kind, kinds[stream.instrument]) && !longer_bars;
    const bool told = market || stream.kind == StreamKind::mark;
    market_of_.push_back(told ? recorded[stream.instrument] : nullptr);
  }
}

// Rows of every stream are stamped: which are in new units is known, whenever the account hears of a split. One that
// makes no sense is refused when its time comes.
void BacktestLoop::foretell_splits() {
  const auto makes_sense = [](i64 units) { return units >= 1 && units <= kMaxPer; };
  for (u32 index = 0; index < merge_.size(); ++index) {
    const MarketStream& stream = merge_.stream(index);
    if (stream.kind != StreamKind::cash_event) continue;
    for (std::size_t row = 0; row < stream.rows; ++row) {
      const auto record = record_at<CashEventRecord>(stream, row);
      if (record.kind != static_cast<i64>(CashEventKind::split)) continue;
      if (makes_sense(record.amount) && makes_sense(record.per)) kernel_.foretell_split(stream.instrument, record);
    }
  }
}

// What is left at its default adds nothing, so that a run without a model keeps its hash when models come.
void BacktestLoop::add_settings() {
  const auto add_all = [this](const std::vector<i64>& words) {
    for (const i64 word : words) kernel_.add_setting(word);
  };
  const LatencyChoice& feed = merge_.feed_latency();
  const MessageHops& hops = connections_[0].hops;
  if (feed.is_constant() && hops.are_constant()) {
    add_all({feed.minimum_ns, hops.constant_request_ns(), hops.constant_response_ns()});
  } else {
    kernel_.add_setting(kLatencySetting);
    add_all(settings_of(feed));
    add_all(hops.settings());
  }
  add_connections();
  if (start_ <= end_) add_all({kPeriodSetting, start_, end_});
  for (InstrumentIndex index = 0; index < queue_models_.size(); ++index) {
    const QueueModelChoice& choice = queue_models_[index];
    if (choice == QueueModelChoice{}) continue;
    add_all({kQueueModelSetting, i64{index}, static_cast<i64>(choice.kind), i64{choice.exponent}});
  }
  for (InstrumentIndex index = 0; index < venue_rules_.size(); ++index) {
    const RecordedVenueRules& given = venue_rules_[index];
    if (given == RecordedVenueRules{}) continue;
    for (const i64 word : {kVenueRulesSetting, i64{index}, i64{given.refuses_self_trade},
                           static_cast<i64>(given.bar_path), given.bar_volume_share}) {
      kernel_.add_setting(word);
    }
    ExchangeSettings same;
    same.rules = given.rules;
    for (const i64 number : numbers_of(same)) kernel_.add_setting(number);
    const auto& [permanent, fixed, temporary, window_ns] = given.impact;
    if (!given.impact.is_none()) add_all({kImpactSetting, permanent, fixed, temporary, window_ns});
    const LastLookChoice& look = given.last_look;
    if (!look.is_none()) add_all({kLastLookSetting, look.hold_ns, look.tolerance_ticks, i64{look.symmetric}});
    const ProtectionChoice& limits = given.protection;
    if (!limits.is_none()) {
      add_all({kProtectionSetting, limits.max_lots, limits.max_fills, limits.max_net_lots, limits.window_ns,
               limits.freeze_ns});
    }
  }
  for (const auto& [index, settings] : exchanges_) {
    add_all({kExchangeSetting, i64{index}});
    for (const i64 number : numbers_of(settings)) kernel_.add_setting(number);
  }
}

void BacktestLoop::check_bar_series() const {
  const BarBoard& bars = kernel_.bars();
  for (SeriesId series = 0; series < bars.size(); ++series) {
    if (bars.is_built(series)) require_bars(bars.instrument(series), bars.duration_ns(series));
  }
}

}  // namespace pytrader
