// Market data that venues themselves publish, on its way to the strategies.
#pragma once

#include <cstddef>
#include <vector>

#include "decimal/error.hpp"
#include "decimal/integers.hpp"
#include "kernel/bounded_queue.hpp"
#include "matching/execution_venue.hpp"

namespace pytrader {

// Rows arrive in the order in which they were published. Bounds: rows on their way; and, so that strategies that answer
// every row at once come to an end, rows that arrive without time passing.
class PublishedMarket {
 public:
  static constexpr std::size_t kMaxOnTheWay = std::size_t{1} << 22;
  static constexpr u32 kMaxAtOneTime = 1U << 20;

  PublishedMarket() : rows_(kMaxOnTheWay, "back-test: more than 4194304 rows of an exchange are on their way") {}

  // Where venues put their rows.
  std::vector<PublishedRow>& said() noexcept { return said_; }
  // What they have put there arrives at `due`, or with what was published before it if that is later.
  void send(i64 due) {
    for (const PublishedRow& row : said_) {
      if (due > last_due_) last_due_ = due;
      rows_.push({last_due_, row});
    }
    said_.clear();
    if (!rows_.empty()) next_due_ = rows_.front().due;
  }

  bool empty() const noexcept { return rows_.empty(); }
  // INT64_MAX if nothing is on its way.
  i64 next_due() const noexcept { return next_due_; }

  // The next row, which arrives `now`. Throws Error(capacity) beyond kMaxAtOneTime.
  PublishedRow take(i64 now) {
    at_one_time_ = now == last_taken_ ? at_one_time_ + 1 : 1;
    last_taken_ = now;
    if (at_one_time_ > kMaxAtOneTime) {
      throw Error(ErrorCode::capacity,
                  "back-test: strategies have answered one another 1048576 times without time passing: give the run "
                  "an order_latency");
    }
    const PublishedRow row = rows_.front().row;
    rows_.pop();
    next_due_ = rows_.empty() ? INT64_MAX : rows_.front().due;
    return row;
  }

 private:
  struct OnTheWay {
    i64 due;
    PublishedRow row;
  };

  std::vector<PublishedRow> said_;
  BoundedQueue<OnTheWay> rows_;
  i64 next_due_ = INT64_MAX;
  i64 last_due_ = INT64_MIN;
  i64 last_taken_ = INT64_MIN;
  u32 at_one_time_ = 0;
};

}  // namespace pytrader
