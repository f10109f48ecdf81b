// Making series, closing their bars, updating their indicators.
#include "kernel/bar_board.hpp"

#include <algorithm>
#include <string>

#include "decimal/error.hpp"

namespace pytrader {

SeriesId BarBoard::find(InstrumentIndex instrument, i64 duration_ns) const noexcept {
  for (const SeriesId id : by_instrument_[instrument]) {
    if (series_[id].duration_ns == duration_ns) return id;
  }
  return kNoSeries;
}

SeriesId BarBoard::find_or_add(InstrumentIndex instrument, i64 duration_ns, bool recorded) {
  if (const SeriesId known = find(instrument, duration_ns); known != kNoSeries) {
    if (recorded) series_[known].builder.reset();
    return known;
  }
  auto builder = std::make_unique<BarBuilder>(duration_ns);
  if (recorded) builder.reset();
  series_.push_back({instrument, duration_ns, std::move(builder), {}, {}, 0});
  const SeriesId id = static_cast<SeriesId>(series_.size() - 1);
  by_instrument_[instrument].push_back(id);
  return id;
}

SeriesId BarBoard::add_series(InstrumentIndex instrument, i64 duration_ns) {
  return find_or_add(instrument, duration_ns, false);
}

SeriesId BarBoard::add_recorded(InstrumentIndex instrument, i64 duration_ns) {
  return find_or_add(instrument, duration_ns, true);
}

SeriesId BarBoard::add_mids(InstrumentIndex instrument) {
  if (mids_[instrument] == kNoSeries) {
    series_.push_back({instrument, 0, nullptr, {}, {}, 0});
    mids_[instrument] = static_cast<SeriesId>(series_.size() - 1);
  }
  return mids_[instrument];
}

Indicator& BarBoard::add_indicator(SeriesId series, std::unique_ptr<Indicator> indicator) {
  if (series >= series_.size()) {
    throw Error(ErrorCode::invalid_argument, "bars: series " + std::to_string(series) + " does not exist");
  }
  Series& at = series_[series];
  if (at.duration_ns == 0) indicator = std::make_unique<HalfTicks>(std::move(indicator));
  at.indicators.push_back(std::move(indicator));
  return *at.indicators.back();
}

ClosedBar BarBoard::close_next(i64 now) {
  ClosedBar closed{0, 0, {}};
  i64 after = INT64_MAX;
  bool found = false;
  for (SeriesId id = 0; id < series_.size(); ++id) {
    Series& series = series_[id];
    if (!series.builder) continue;
    if (!found && series.builder->closes_at() == next_close_ && series.builder->advance(now, closed.bar)) {
      closed.series = id;
      closed.instrument = series.instrument;
      found = true;
    }
    after = std::min(after, series.builder->closes_at());
  }
  next_close_ = after;
  return closed;
}

void BarBoard::add_trade(InstrumentIndex instrument, const TradeRecord& trade, i64 now) {
  BarRecord closed;
  for (const SeriesId id : by_instrument_[instrument]) {
    if (!series_[id].builder) continue;
    series_[id].builder->add(now, trade.price, trade.quantity, closed);
    next_close_ = std::min(next_close_, series_[id].builder->closes_at());
  }
}

void BarBoard::add_past_trade(SeriesId series, const TradeRecord& trade, i64 ts) {
  Series& filled = series_[series];
  BarRecord closed{};
  if (!filled.builder->add(ts, trade.price, trade.quantity, closed)) return;
  filled.last = closed;
  ++filled.closed;
}

void BarBoard::close_past(SeriesId series, i64 ts) {
  Series& filled = series_[series];
  if (filled.builder->advance(ts, filled.last)) ++filled.closed;
  next_close_ = std::min(next_close_, filled.builder->closes_at());
}

void BarBoard::update_indicators(const ClosedBar& closed) {
  update_indicators(closed.series, closed.bar);
  set_last(closed.series, closed.bar);
}

i64 BarBoard::shortest_recorded(InstrumentIndex instrument) const noexcept {
  i64 shortest = INT64_MAX;
  for (const SeriesId series : by_instrument_[instrument]) {
    if (!is_built(series)) shortest = std::min(shortest, series_[series].duration_ns);
  }
  return shortest;
}

void BarBoard::update_mids(SeriesId series, i64 twice_mid) {
  Series& at = series_[series];
  at.last.close = twice_mid;
  ++at.closed;
  for (const std::unique_ptr<Indicator>& indicator : at.indicators) indicator->update(at.last);
}

}  // namespace pytrader
