// What was traded in the last so many days, kept by whole UTC days in a ring.
#pragma once

#include <vector>

#include "decimal/integers.hpp"

namespace pytrader {

// Bound: one number a day of the window. Time that goes back counts on the latest day.
class RollingVolume {
 public:
  static constexpr u32 kMostDays = 366;

  // The window: the `days` whole days before the current one; with `counts_today` the current day so far and the
  // `days` - 1 before it.
  RollingVolume(u32 days, bool counts_today) : past_(counts_today ? days - 1 : days), counts_today_(counts_today) {}

  // Moves the window to the day of this time, in nanoseconds since 1970; at most one step a day of the window.
  void advance(i64 ts) noexcept {
    const i64 day = ts >= 0 ? ts / kDay : -((-(ts + 1)) / kDay) - 1;
    if (!started_) {
      started_ = true;
      day_ = day;
    }
    for (; day_ < day; ++day_) {
      if (past_sum_ == 0 && today_ == 0) {
        day_ = day;
        break;
      }
      end_day();
    }
  }
  i128 total() const noexcept { return counts_today_ ? past_sum_ + today_ : past_sum_; }
  bool fits(i128 amount) const noexcept {
    i128 sum = 0;
    return !__builtin_add_overflow(past_sum_ + today_, amount, &sum);
  }
  // Not negative, and one that fits.
  void add(i128 amount) noexcept { today_ += amount; }

 private:
  static constexpr i64 kDay = 86'400'000'000'000;

  void end_day() noexcept {
    if (!past_.empty()) {
      past_sum_ += today_ - past_[oldest_];
      past_[oldest_] = today_;
      oldest_ = oldest_ + 1 < past_.size() ? oldest_ + 1 : 0;
    }
    today_ = 0;
  }

  std::vector<i128> past_;  // one day each, the oldest at `oldest_`
  std::size_t oldest_ = 0;
  i128 past_sum_ = 0;
  i128 today_ = 0;
  i64 day_ = 0;
  bool counts_today_;
  bool started_ = false;
};

}  // namespace pytrader
