// Aligns trades to stretches of time and folds them into integer bars.
#include "bars/bar_builder.hpp"

#include <string>

#include "decimal/error.hpp"

namespace pytrader {

BarBuilder::BarBuilder(i64 duration_ns) : duration_ns_(duration_ns) {
  if (duration_ns <= 0) {
    throw Error(ErrorCode::invalid_argument,
                "bar duration is " + std::to_string(duration_ns) + " ns; it must be above zero");
  }
}

// Rounded down for times before 1970 too.
i64 BarBuilder::start_of(i64 ts) const noexcept {
  const i64 into = ts % duration_ns_;
  return ts - (into < 0 ? into + duration_ns_ : into);
}

bool BarBuilder::advance(i64 ts, BarRecord& closed) {
  if (!open_ || ts < bar_.ts_event) return false;
  open_ = false;
  closed = bar_;
  closed.ts_init = ts;
  return true;
}

bool BarBuilder::add(i64 ts, i64 price, i64 quantity, BarRecord& closed) {
  if (quantity <= 0) {
    throw Error(ErrorCode::invalid_argument,
                "trade of " + std::to_string(quantity) + " lots; a bar takes quantities above zero");
  }
  if (ts < last_ts_) {
    throw Error(ErrorCode::invalid_argument, "trade at " + std::to_string(ts) + " ns comes after one at " +
                                                 std::to_string(last_ts_) + " ns; sort trades by time");
  }
  if (open_ && ts < bar_.ts_event) {
    i64 volume = 0;
    if (__builtin_add_overflow(bar_.volume, quantity, &volume)) {
      throw Error(ErrorCode::decimal_overflow, "the bar's volume of " + std::to_string(bar_.volume) + " lots plus " +
                                                   std::to_string(quantity) + " is beyond 64 bits");
    }
    bar_.volume = volume;
    bar_.high = price > bar_.high ? price : bar_.high;
    bar_.low = price < bar_.low ? price : bar_.low;
    bar_.close = price;
    last_ts_ = ts;
    return false;
  }
  const i64 earliest = INT64_MIN + duration_ns_;
  const i64 start = ts < earliest ? ts : start_of(ts);
  i64 end = 0;
  if (ts < earliest || __builtin_add_overflow(start, duration_ns_, &end)) {
    throw Error(ErrorCode::decimal_overflow, "a bar at " + std::to_string(ts) + " ns of " +
                                                 std::to_string(duration_ns_) + " ns leaves the range of time");
  }
  const bool closes = advance(ts, closed);
  bar_ = {end, 0, start, price, price, price, price, quantity};
  open_ = true;
  last_ts_ = ts;
  return closes;
}

}  // namespace pytrader
