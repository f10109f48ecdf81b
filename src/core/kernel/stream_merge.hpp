// Which recorded row comes next: the streams' rows at their venues and at the strategy, in one order.
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <vector>

#include "decimal/integers.hpp"
#include "kernel/latency_model.hpp"
#include "kernel/market_stream.hpp"

namespace pytrader {

// What comes first of the things that happen at one time.
enum class Rank : u8 { venue_due, venue_row, command, report, strategy_row, published_row, timer, bar_open };

// A tree of winners over two entries a stream: its next row at the venue, and the next row that is on its way to the
// strategy. A row costs one comparison for each doubling of the streams, a single stream one.
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

  // Of nothing: behind every entry of a stream.
  static constexpr Entry kNothing{INT64_MAX, Rank::bar_open, UINT32_MAX};

  explicit StreamMerge(i64 feed_latency_ns) : feed_latency_(LatencyChoice::constant(feed_latency_ns)) {}

  // Before the first row is taken: how long rows are on their way to the strategy, those of all streams or of one. Each
  // stream draws for itself. Throws Error(invalid_argument) for what check_feed() refuses.
  void set_feed_latency(const LatencyChoice& choice);
  void set_feed_latency(u32 index, const LatencyChoice& choice);
  // Throws Error(invalid_argument) for a number out of its range, and for rows that may overtake one another.
  static void check_feed(const LatencyChoice& choice);
  const LatencyChoice& feed_latency() const noexcept { return feed_latency_; }
  const LatencyChoice& feed_latency(u32 index) const noexcept { return cursors_[index].feed; }
  // What draws the latencies of a stream's rows, one after another, from the first on; null where they are constant.
  std::unique_ptr<LatencyModel> model_of(std::size_t stream) const;

  void add(MarketStream stream);
  std::size_t size() const noexcept { return cursors_.size(); }
  const MarketStream& stream(u32 index) const noexcept { return cursors_[index].stream; }

  bool empty() const noexcept { return waiting_ == 0; }
  const Entry& top() const noexcept { return entries_[winners_[1]]; }

  // For rows of one stream that nothing comes between: the earlier entry of the stream, and when another stream has
  // one. While `alone` is passed below, top() keeps what it was, until rejoin().
  const Entry& top_of(u32 index) const noexcept {
    const Entry* own = entries_.data() + 2 * index;
    return own[own[1] < own[0] ? 1 : 0];
  }
  // The same where the stream has no bars, for at one time a row at its venue comes before one at the strategy.
  const Entry& top_of_rows(u32 index) const noexcept {
    const Entry* own = entries_.data() + 2 * index;
    return own[own[1].time < own[0].time ? 1 : 0];
  }
  i64 next_of_others(u32 index) const noexcept;
  void rejoin(u32 index) noexcept { replay(index); }

  // The row that top() stands for.
  std::size_t venue_row(u32 index) const noexcept { return cursors_[index].venue_row; }
  i64 venue_time(u32 index) const noexcept { return entries_[2 * index].time; }
  std::size_t strategy_row(u32 index) const noexcept { return cursors_[index].strategy_row; }
  // A row reached the strategy that comes from elsewhere, where none is taken from here.
  void row_told(u32 index) noexcept { ++cursors_[index].strategy_row; }

  // Whether the stream's next entry is a bar's open, with nothing on its way and none that would be long on its way.
  bool bar_is_next(u32 index) const noexcept {
    const Cursor& cursor = cursors_[index];
    return !cursor.in_bar && cursor.strategy_row == cursor.venue_row && cursor.venue_row < cursor.stream.rows &&
           cursor.latency == nullptr && cursor.feed.minimum_ns == 0;
  }
  // So many bars opened, closed at `time` the last of them, and reached the strategy at once; for bar_is_next(). top()
  // keeps what it was, until rejoin().
  void pass_bars(u32 index, std::size_t count, i64 time);

  // The stream's rows before this one were at their venue, where it comes at `next`; those not received yet that arrive
  // before `until`, or at `until` as they were at their venue, go to take(record, ts) in their order. With `but_last`
  // the last of them waits for receive_now(). How many went. top() keeps what it was, until rejoin(). No bars; `rows`
  // are those of the stream.
  template <class Rows, class Take>
  std::size_t pass_rows(Rows& rows, u32 index, std::size_t venue_row, i64 next, i64 until, bool but_last, Take&& take);
  // Whether this row, which passed its venue last at `time`, reaches the strategy at that very time; then it is
  // received.
  bool receive_now(u32 index, std::size_t row, i64 time) noexcept;

  // The stream's first entry is a bar's open: its close comes next.
  void bar_opened(u32 index, bool alone = false);
  // The stream's first entry is a row at the venue, the `max(ts_event, ts_init)` of which is `stamp`: on to the next
  // one. True if the row reaches the strategy at this very time; else it is on its way.
  bool venue_done(u32 index, i64 stamp, bool alone = false);
  // The stream's first entry is a row at the strategy: on to the next one.
  void strategy_done(u32 index, bool alone = false);

 private:
  struct Cursor {
    MarketStream stream;
    LatencyChoice feed;
    std::unique_ptr<LatencyModel> latency;  // null for the constant
    std::size_t venue_row = 0;
    std::size_t strategy_row = 0;  // rows from here to venue_row are on their way
    i64 last_received = INT64_MIN;
    bool in_bar = false;
  };
  i64 received_at(Cursor& cursor, i64 stamp) const noexcept {
    return received_at(cursor.latency.get(), cursor.feed.minimum_ns, stamp, cursor.last_received);
  }
  // `drawn` is null for the constant; `last` is when the row before was received.
  static i64 received_at(LatencyModel* drawn, i64 constant, i64 stamp, i64 last) noexcept {
    const i64 latency = drawn == nullptr ? constant : drawn->next(stamp);
    i64 received = 0;
    if (__builtin_add_overflow(stamp, latency, &received)) received = INT64_MAX;
    return std::max(last, received);
  }
  // The next entry of the stream at its venue, after one at `time`; throws if rows go back in time.
  Entry next_at_venue(u32 index, i64 time) const;
  [[noreturn]] void refuse_order(u32 index, i64 next, i64 time) const;
  void plant();
  // The entries of the stream are others now: plays the matches on their way to the root again.
  void replay(u32 index) noexcept;

  std::vector<Cursor> cursors_;
  std::vector<Entry> entries_;  // two a stream: at its venue, at the strategy; padded to a power of two
  std::vector<u32> winners_;    // number 1 is the root, the children of n are 2n and 2n + 1; the last level is not kept
  std::size_t waiting_ = 0;     // entries that are not kNothing
  LatencyChoice feed_latency_;
};

template <class Rows, class Take>
[[gnu::always_inline]] inline std::size_t StreamMerge::pass_rows(Rows& rows, u32 index, std::size_t venue_row, i64 next,
                                                                 i64 until, bool but_last, Take&& take) {
  Cursor& cursor = cursors_[index];
  Entry* const own = entries_.data() + 2 * index;
  const std::size_t first = cursor.strategy_row;
  const bool was_on_its_way = first < cursor.venue_row;
  bool known = was_on_its_way;  // when the next one arrives
  i64 due = own[1].time;
  LatencyModel* const drawn = cursor.latency.get();
  const i64 constant = cursor.feed.minimum_ns;
  i64 last = cursor.last_received;
  std::size_t row = first;
  for (; row < venue_row && !(known && due > until); ++row) {
    const auto& record = rows[row];
    if (!known) due = received_at(drawn, constant, std::max(record.ts_event, record.ts_init), last);
    if (due >= until) [[unlikely]] {
      const bool at_once = due == until && record.ts_event == due && (row + 1 < venue_row || !but_last);
      known = !at_once;
      if (known) break;
    }
    known = false;
    take(record, due);
    last = due;
  }
  cursor.last_received = last;
  cursor.strategy_row = row;
  cursor.venue_row = venue_row;
  const bool on_its_way = row < venue_row;
  own[0].time = next;
  own[1] = on_its_way ? Entry{due, Rank::strategy_row, index} : kNothing;
  waiting_ += static_cast<std::size_t>(on_its_way) - static_cast<std::size_t>(was_on_its_way);
  if (venue_row == cursor.stream.rows && own[0].stream == index) [[unlikely]] {
    own[0] = kNothing;
    --waiting_;
  }
  return row - first;
}

inline StreamMerge::Entry StreamMerge::next_at_venue(u32 index, i64 time) const {
  const Cursor& cursor = cursors_[index];
  const std::size_t row = cursor.venue_row;
  const bool opens = cursor.stream.kind == StreamKind::bar && !cursor.in_bar;
  const i64 next = cursor.stream.columns[opens ? kBarOpenColumn : kTsEvent][row];
  if (next < time) [[unlikely]]
    refuse_order(index, next, time);
  return {next, opens ? Rank::bar_open : Rank::venue_row, index};
}

inline bool StreamMerge::venue_done(u32 index, i64 stamp, bool alone) {
  Entry* own = entries_.data() + 2 * index;
  const i64 time = own[0].time;
  Cursor& cursor = cursors_[index];
  const bool none_on_its_way = cursor.strategy_row == cursor.venue_row;
  ++cursor.venue_row;
  cursor.in_bar = false;
  if (cursor.venue_row < cursor.stream.rows) {
    own[0] = next_at_venue(index, time);
  } else {
    own[0] = kNothing;
    --waiting_;
  }
  bool received_now = false;
  if (none_on_its_way) {
    const i64 received = received_at(cursor, stamp);
    received_now = received <= time;
    if (received_now) {
      ++cursor.strategy_row;
    } else {
      own[1] = {received, Rank::strategy_row, index};
      ++waiting_;
    }
  }
  if (!alone) replay(index);
  return received_now;
}

inline void StreamMerge::strategy_done(u32 index, bool alone) {
  Entry* own = entries_.data() + 2 * index;
  Cursor& cursor = cursors_[index];
  cursor.last_received = own[1].time;
  if (++cursor.strategy_row < cursor.venue_row) {
    const i64 stamp = std::max(cursor.stream.columns[kTsEvent][cursor.strategy_row],
                               cursor.stream.columns[kTsInit][cursor.strategy_row]);
    own[1].time = received_at(cursor, stamp);
  } else {
    own[1] = kNothing;
    --waiting_;
  }
  if (!alone) replay(index);
}

}  // namespace pytrader
