// Builds time bars from trades: open, high, low, close and volume of equal stretches of time.
#pragma once

#include "model/records.hpp"

namespace pytrader {

// Stretches of `duration_ns` are aligned to 1970-01-01 UTC and half open: a trade at the end of one belongs to the
// next. A bar closes when time reaches its end (advance) or when a trade of a later stretch arrives, whichever is
// first; a stretch without trades gives no bar. Its ts_event is its end, its ts_init the moment at which it was closed.
class BarBuilder {
 public:
  // Error(invalid_argument) unless duration_ns is above zero.
  explicit BarBuilder(i64 duration_ns);

  // Takes a trade at `ts` (its place in time; times never decrease). True when that closed the bar before it, which is
  // then in `closed`. Error(invalid_argument) for a quantity that is not positive or a time that goes back,
  // Error(decimal_overflow) for a volume beyond 64 bits or a stretch that would end beyond the range of time;
  // whatever is refused changes nothing.
  bool add(i64 ts, i64 price, i64 quantity, BarRecord& closed);
  // Time has come to `ts`: true when that closed a bar.
  bool advance(i64 ts, BarRecord& closed);

  i64 duration_ns() const noexcept { return duration_ns_; }
  // When the bar under way will close, INT64_MAX when none is: a timer for who drives time.
  i64 closes_at() const noexcept { return open_ ? bar_.ts_event : INT64_MAX; }
  // The bar under way, null before its first trade. Its ts_init is not set.
  const BarRecord* under_way() const noexcept { return open_ ? &bar_ : nullptr; }

 private:
  i64 start_of(i64 ts) const noexcept;

  i64 duration_ns_;
  i64 last_ts_ = INT64_MIN;
  bool open_ = false;
  BarRecord bar_{};
};

}  // namespace pytrader
