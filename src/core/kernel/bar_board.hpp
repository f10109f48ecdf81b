// The series of a run, bars of one instrument and duration or the mid prices of its quotes, and the indicators on them.
#pragma once

#include <algorithm>
#include <memory>
#include <vector>

#include "bars/bar_builder.hpp"
#include "indicators/indicator.hpp"
#include "kernel/strategy_port.hpp"
#include "model/messages.hpp"
#include "model/records.hpp"

namespace pytrader {

struct ClosedBar {
  SeriesId series;
  InstrumentIndex instrument;
  BarRecord bar;
};

// Series are few: looking for the next close walks them when one closes or takes its first trade.
class BarBoard {
 public:
  void add_instrument() {
    by_instrument_.emplace_back();
    mids_.push_back(kNoSeries);
  }
  // The series of these arguments, made if need be: from trades, unless such bars come as records.
  SeriesId add_series(InstrumentIndex instrument, i64 duration_ns);
  SeriesId add_recorded(InstrumentIndex instrument, i64 duration_ns);
  // The mid price of every quote of the instrument with both sides.
  SeriesId add_mids(InstrumentIndex instrument);
  // Throws Error(invalid_argument) if there is no such series.
  Indicator& add_indicator(SeriesId series, std::unique_ptr<Indicator> indicator);

  // kNoSeries where nobody asked for such bars.
  SeriesId find(InstrumentIndex instrument, i64 duration_ns) const noexcept;
  std::size_t size() const noexcept { return series_.size(); }
  i64 duration_ns(SeriesId series) const noexcept { return series_[series].duration_ns; }
  InstrumentIndex instrument(SeriesId series) const noexcept { return series_[series].instrument; }
  // The length of the shortest bars of the instrument that come as records, INT64_MAX if there are none.
  i64 shortest_recorded(InstrumentIndex instrument) const noexcept;
  // The series of the instrument's mid prices; kNoSeries where nobody asked for one.
  SeriesId mids_of(InstrumentIndex instrument) const noexcept { return mids_[instrument]; }
  static constexpr SeriesId kNoSeries = UINT32_MAX;
  // Whether no series is made of the instrument's quotes or trades.
  bool takes_no_rows(InstrumentIndex instrument) const noexcept {
    return mids_[instrument] == kNoSeries &&
           std::none_of(by_instrument_[instrument].begin(), by_instrument_[instrument].end(),
                        [this](SeriesId series) { return is_built(series); });
  }
  // Whether the series is built from trades.
  bool is_built(SeriesId series) const noexcept { return series_[series].builder != nullptr; }

  // The bar of the series that closed last, null before the first.
  const BarRecord* last(SeriesId series) const noexcept {
    return series_[series].closed != 0 ? &series_[series].last : nullptr;
  }

  // INT64_MAX when no bar is under way.
  i64 next_close() const noexcept { return next_close_; }
  // Closes the bar that ends first, at the kernel's time `now`; there must be one.
  ClosedBar close_next(i64 now);
  // Bars that end at or before `now` must be closed already.
  void add_trade(InstrumentIndex instrument, const TradeRecord& trade, i64 now);
  // Of a series that was added late: a trade before now, and that time has come to `ts`.
  void add_past_trade(SeriesId series, const TradeRecord& trade, i64 ts);
  void close_past(SeriesId series, i64 ts);
  void update_indicators(const ClosedBar& closed);
  // The same in two parts, for bars that follow one another: each to the indicators, and the last of them to last().
  void update_indicators(SeriesId series, const BarRecord& bar) {
    for (const std::unique_ptr<Indicator>& indicator : series_[series].indicators) indicator->update(bar);
  }
  // What the indicators will say after these bars, as far as all of them know it; of how many they do, and what is then
  // taken of them.
  std::size_t foresee(SeriesId series, const BarRecord* bars, std::size_t count) noexcept {
    for (const std::unique_ptr<Indicator>& indicator : series_[series].indicators) {
      count = indicator->foresee(bars, count);
    }
    return count;
  }
  void take_foreseen(SeriesId series, std::size_t count) noexcept {
    for (const std::unique_ptr<Indicator>& indicator : series_[series].indicators) indicator->take_foreseen(count);
  }
  // Behind so many bars that closed.
  void set_last(SeriesId series, const BarRecord& bar, u64 bars = 1) noexcept {
    series_[series].last = bar;
    series_[series].closed += bars;
  }
  // How many bars of the series have closed.
  u64 closed_count(SeriesId series) const noexcept { return series_[series].closed; }
  // The mid price now is half of `twice_mid` ticks.
  void update_mids(SeriesId series, i64 twice_mid);

 private:
  struct Series {
    InstrumentIndex instrument;
    i64 duration_ns;                      // 0 for mid prices
    std::unique_ptr<BarBuilder> builder;  // null for recorded bars and mid prices
    std::vector<std::unique_ptr<Indicator>> indicators;
    BarRecord last{};
    u64 closed = 0;  // bars, of which `last` is the last
  };

  SeriesId find_or_add(InstrumentIndex instrument, i64 duration_ns, bool recorded);

  std::vector<Series> series_;
  std::vector<std::vector<SeriesId>> by_instrument_;
  std::vector<SeriesId> mids_;  // by instrument
  i64 next_close_ = INT64_MAX;
};

}  // namespace pytrader
