// Which recorded row comes next: the streams' rows at their venues and at the strategy, in one order.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "decimal/integers.hpp"
#include "kernel/latency_model.hpp"
#include "kernel/market_stream.hpp"

namespace pytrader {

// What comes first of the things that happen at one time.
enum class Rank : u8 { venue_due, venue_row, command, report, strategy_row, timer, bar_open };

// A binary heap of at most two entries a stream: its next row at the venue, and the next row that is on its way to the
// strategy. A single stream costs no comparison.
class StreamMerge {
 public:
  struct Entry {
    i64 time;
    Rank rank;
    u32 stream;

    friend bool operator<(const Entry& a, const Entry& b) noexcept {
      if (a.time != b.time) return a.time < b.time;
      return a.rank != b.rank ? a.rank < b.rank : a.stream < b.stream;
    }
  };

  explicit StreamMerge(i64 feed_latency_ns) : feed_latency_(LatencyChoice::constant(feed_latency_ns)) {}

  // Before the first row is taken: how long rows are on their way to the strategy. Each stream draws for itself. Throws
  // Error(invalid_argument) for a number out of its range, and for rows that may overtake one another.
  void set_feed_latency(const LatencyChoice& choice);
  const LatencyChoice& feed_latency() const noexcept { return feed_latency_; }

  void add(MarketStream stream);
  std::size_t size() const noexcept { return cursors_.size(); }
  const MarketStream& stream(u32 index) const noexcept { return cursors_[index].stream; }

  bool empty() const noexcept { return heap_.empty(); }
  const Entry& top() const noexcept { return heap_.front(); }

  // The row that top() stands for.
  std::size_t venue_row(u32 index) const noexcept { return cursors_[index].venue_row; }
  std::size_t strategy_row(u32 index) const noexcept { return cursors_[index].strategy_row; }

  // top() is a bar's open: its close comes next.
  void bar_opened();
  // top() is a row at the venue, the `max(ts_event, ts_init)` of which is `stamp`: on to the next one. True if the row
  // reaches the strategy at this very time; else it is on its way.
  bool venue_done(i64 stamp);
  // top() is a row at the strategy: on to the next one.
  void strategy_done();

 private:
  struct Cursor {
    MarketStream stream;
    std::unique_ptr<LatencyModel> latency;  // null for the constant
    std::size_t venue_row = 0;
    std::size_t strategy_row = 0;  // rows from here to venue_row are on their way
    i64 last_received = INT64_MIN;
    bool in_bar = false;
  };

  i64 received_at(Cursor& cursor, i64 stamp) const noexcept;
  std::unique_ptr<LatencyModel> model_of(std::size_t stream) const;
  // The next entry of the stream at its venue, after one at `time`; throws if rows go back in time.
  Entry next_at_venue(u32 index, i64 time);
  void push(Entry entry);
  void replace_top(Entry entry) noexcept;
  void pop_top() noexcept;

  std::vector<Cursor> cursors_;
  std::vector<Entry> heap_;
  LatencyChoice feed_latency_;
};

}  // namespace pytrader
