// The tree of streams.
#include "kernel/stream_merge.hpp"

#include <algorithm>
#include <string>

#include "decimal/error.hpp"

namespace pytrader {
namespace {

constexpr std::size_t kTsEvent = 0;
constexpr std::size_t kTsInit = 1;
constexpr std::size_t kTsOpen = 2;

}  // namespace

void StreamMerge::add(MarketStream stream) {
  Cursor cursor;
  cursor.stream = complete(std::move(stream));
  cursors_.push_back(std::move(cursor));
  const u32 index = static_cast<u32>(cursors_.size() - 1);
  if (2 * cursors_.size() > entries_.size()) entries_.resize(entries_.empty() ? 2 : 2 * entries_.size(), kNothing);
  if (cursors_[index].stream.rows > 0) {
    entries_[2 * index] = next_at_venue(index, INT64_MIN);
    ++waiting_;
  }
  plant();
}

void StreamMerge::plant() {
  winners_.assign(entries_.size(), 0);
  for (u32 index = static_cast<u32>(entries_.size() / 2); index-- > 0;) replay(index);
}

i64 StreamMerge::received_at(const Cursor& cursor, i64 stamp) const noexcept {
  i64 received = 0;
  if (__builtin_add_overflow(stamp, feed_latency_ns_, &received)) received = INT64_MAX;
  return std::max(cursor.last_received, received);
}

StreamMerge::Entry StreamMerge::next_at_venue(u32 index, i64 time) const {
  const Cursor& cursor = cursors_[index];
  const std::size_t row = cursor.venue_row;
  const bool opens = cursor.stream.kind == StreamKind::bar && !cursor.in_bar;
  const i64 next = cursor.stream.columns[opens ? kTsOpen : kTsEvent][row];
  if (next < time) [[unlikely]] {
    refuse_row(cursor.stream, row,
               std::string(opens ? "ts_open " : "ts_event ") + std::to_string(next) + " is before " +
                   std::to_string(time) + "; rows must be in order of time");
  }
  return {next, opens ? Rank::bar_open : Rank::venue_row, index};
}

void StreamMerge::bar_opened() {
  const Entry opened = top();
  cursors_[opened.stream].in_bar = true;
  entries_[2 * opened.stream] = next_at_venue(opened.stream, opened.time);
  replay(opened.stream);
}

bool StreamMerge::venue_done(i64 stamp) {
  const Entry done = top();
  Cursor& cursor = cursors_[done.stream];
  const bool none_on_its_way = cursor.strategy_row == cursor.venue_row;
  ++cursor.venue_row;
  cursor.in_bar = false;
  Entry next = kNothing;
  if (cursor.venue_row < cursor.stream.rows) {
    next = next_at_venue(done.stream, done.time);
  } else {
    --waiting_;
  }
  entries_[2 * done.stream] = next;
  bool received_now = false;
  if (none_on_its_way) {
    const i64 received = received_at(cursor, stamp);
    if (received <= done.time) {
      ++cursor.strategy_row;
      received_now = true;
    } else {
      entries_[2 * done.stream + 1] = {received, Rank::strategy_row, done.stream};
      ++waiting_;
    }
  }
  replay(done.stream);
  return received_now;
}

void StreamMerge::strategy_done() {
  const Entry done = top();
  Cursor& cursor = cursors_[done.stream];
  cursor.last_received = done.time;
  Entry next = kNothing;
  if (++cursor.strategy_row < cursor.venue_row) {
    const i64 stamp = std::max(cursor.stream.columns[kTsEvent][cursor.strategy_row],
                               cursor.stream.columns[kTsInit][cursor.strategy_row]);
    next = {received_at(cursor, stamp), Rank::strategy_row, done.stream};
  } else {
    --waiting_;
  }
  entries_[2 * done.stream + 1] = next;
  replay(done.stream);
}

void StreamMerge::replay(u32 index) noexcept {
  u32 winner = 2 * index + (entries_[2 * index + 1] < entries_[2 * index] ? 1 : 0);
  std::size_t match = (entries_.size() + 2 * index) / 2;
  for (winners_[match] = winner; match > 1; winners_[match] = winner) {
    const u32 rival = winners_[match ^ 1];
    if (entries_[rival] < entries_[winner]) winner = rival;
    match /= 2;
  }
}

}  // namespace pytrader
