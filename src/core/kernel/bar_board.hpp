// The bar series of a run: each of one instrument and one duration.
#pragma once

#include <string>
#include <vector>

#include "decimal/error.hpp"
#include "kernel/strategy_port.hpp"
#include "model/messages.hpp"
#include "model/records.hpp"

namespace pytrader {

struct ClosedBar {
  SeriesId series;
  InstrumentIndex instrument;
  BarRecord bar;
};

class BarBoard {
 public:
  void add_instrument() { by_instrument_.emplace_back(); }
  // The series of these arguments, made if need be.
  SeriesId add_recorded(InstrumentIndex instrument, i64 duration_ns) {
    for (const SeriesId id : by_instrument_[instrument]) {
      if (series_[id].duration_ns == duration_ns) return id;
    }
    if (duration_ns <= 0) {
      throw Error(ErrorCode::invalid_argument,
                  "bars: the duration is " + std::to_string(duration_ns) + " ns; it must be positive");
    }
    const SeriesId id = static_cast<SeriesId>(series_.size());
    series_.push_back({instrument, duration_ns});
    by_instrument_[instrument].push_back(id);
    return id;
  }

  i64 next_close() const noexcept { return INT64_MAX; }

 private:
  struct Series {
    InstrumentIndex instrument;
    i64 duration_ns;
  };

  std::vector<Series> series_;
  std::vector<std::vector<SeriesId>> by_instrument_;
};

}  // namespace pytrader
