// The tree of streams.
#include "kernel/stream_merge.hpp"

#include <algorithm>
#include <string>

#include "decimal/error.hpp"

namespace pytrader {
void StreamMerge::add(MarketStream stream) {
  Cursor cursor;
  cursor.stream = complete(std::move(stream));
  cursor.feed = feed_latency_;
  cursors_.push_back(std::move(cursor));
  cursors_.back().latency = model_of(cursors_.size() - 1);
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

void StreamMerge::check_feed(const LatencyChoice& choice) {
  check(choice, "feed latency", false);
  if (choice.may_overtake) {
    throw Error(ErrorCode::invalid_argument,
                "feed latency: rows of one stream do not overtake one another; leave may_overtake out");
  }
}

void StreamMerge::set_feed_latency(const LatencyChoice& choice) {
  check_feed(choice);
  feed_latency_ = choice;
  for (u32 index = 0; index < cursors_.size(); ++index) set_feed_latency(index, choice);
}

void StreamMerge::set_feed_latency(u32 index, const LatencyChoice& choice) {
  check_feed(choice);
  cursors_[index].feed = choice;
  cursors_[index].latency = model_of(index);
}

std::unique_ptr<LatencyModel> StreamMerge::model_of(std::size_t stream) const {
  // Streams of random words below this belong to requests and responses.
  constexpr u64 kFirstFeedStream = 16;
  const LatencyChoice& feed = cursors_[stream].feed;
  return feed.is_constant() ? nullptr : make_latency_model(feed, kFirstFeedStream + stream);
}

void StreamMerge::refuse_order(u32 index, i64 next, i64 time) const {
  const Cursor& cursor = cursors_[index];
  const bool opens = cursor.stream.kind == StreamKind::bar && !cursor.in_bar;
  refuse_row(cursor.stream, cursor.venue_row,
             std::string(opens ? "ts_open " : "ts_event ") + std::to_string(next) + " is before " +
                 std::to_string(time) + "; rows must be in order of time");
}

void StreamMerge::bar_opened(u32 index, bool alone) {
  cursors_[index].in_bar = true;
  entries_[2 * index] = next_at_venue(index, entries_[2 * index].time);
  if (!alone) replay(index);
}

void StreamMerge::pass_bars(u32 index, std::size_t count, i64 time) {
  Cursor& cursor = cursors_[index];
  cursor.venue_row += count;
  cursor.strategy_row += count;
  if (cursor.venue_row < cursor.stream.rows) {
    entries_[2 * index] = next_at_venue(index, time);
  } else {
    entries_[2 * index] = kNothing;
    --waiting_;
  }
}

bool StreamMerge::receive_now(u32 index, std::size_t row, i64 time) noexcept {
  Entry* const own = entries_.data() + 2 * index;
  Cursor& cursor = cursors_[index];
  if (cursor.strategy_row != row || own[1].time > time) return false;
  ++cursor.strategy_row;
  own[1] = kNothing;
  --waiting_;
  return true;
}

i64 StreamMerge::next_of_others(u32 index) const noexcept {
  i64 time = INT64_MAX;
  for (std::size_t match = (entries_.size() + 2 * index) / 2; match > 1; match /= 2) {
    time = std::min(time, entries_[winners_[match ^ 1]].time);
  }
  return time;
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
