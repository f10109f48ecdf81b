// The heap of streams.
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
  cursor.latency = model_of(cursors_.size());
  cursors_.push_back(std::move(cursor));
  heap_.reserve(2 * cursors_.size());
  const u32 index = static_cast<u32>(cursors_.size() - 1);
  if (cursors_[index].stream.rows > 0) push(next_at_venue(index, INT64_MIN));
}

void StreamMerge::set_feed_latency(const LatencyChoice& choice) {
  check(choice, "feed latency", false);
  if (choice.may_overtake) {
    throw Error(ErrorCode::invalid_argument,
                "feed latency: rows of one stream do not overtake one another; leave may_overtake out");
  }
  feed_latency_ = choice;
  for (std::size_t index = 0; index < cursors_.size(); ++index) cursors_[index].latency = model_of(index);
}

std::unique_ptr<LatencyModel> StreamMerge::model_of(std::size_t stream) const {
  // Streams of random words below this belong to requests and responses.
  constexpr u64 kFirstFeedStream = 16;
  return feed_latency_.is_constant() ? nullptr : make_latency_model(feed_latency_, kFirstFeedStream + stream);
}

i64 StreamMerge::received_at(Cursor& cursor, i64 stamp) const noexcept {
  const i64 latency = cursor.latency == nullptr ? feed_latency_.minimum_ns : cursor.latency->next(stamp);
  i64 received = 0;
  if (__builtin_add_overflow(stamp, latency, &received)) received = INT64_MAX;
  return std::max(cursor.last_received, received);
}

StreamMerge::Entry StreamMerge::next_at_venue(u32 index, i64 time) {
  Cursor& cursor = cursors_[index];
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
  replace_top(next_at_venue(opened.stream, opened.time));
}

bool StreamMerge::venue_done(i64 stamp) {
  const Entry done = top();
  Cursor& cursor = cursors_[done.stream];
  const bool none_on_its_way = cursor.strategy_row == cursor.venue_row;
  ++cursor.venue_row;
  cursor.in_bar = false;
  if (cursor.venue_row < cursor.stream.rows) {
    replace_top(next_at_venue(done.stream, done.time));
  } else {
    pop_top();
  }
  if (!none_on_its_way) return false;
  const i64 received = received_at(cursor, stamp);
  if (received <= done.time) {
    ++cursor.strategy_row;
    return true;
  }
  push({received, Rank::strategy_row, done.stream});
  return false;
}

void StreamMerge::strategy_done() {
  const Entry done = top();
  Cursor& cursor = cursors_[done.stream];
  cursor.last_received = done.time;
  if (++cursor.strategy_row == cursor.venue_row) {
    pop_top();
    return;
  }
  const i64 stamp = std::max(cursor.stream.columns[kTsEvent][cursor.strategy_row],
                             cursor.stream.columns[kTsInit][cursor.strategy_row]);
  replace_top({received_at(cursor, stamp), Rank::strategy_row, done.stream});
}

void StreamMerge::push(Entry entry) {
  heap_.push_back(entry);
  std::size_t place = heap_.size() - 1;
  while (place > 0 && entry < heap_[(place - 1) / 2]) {
    heap_[place] = heap_[(place - 1) / 2];
    place = (place - 1) / 2;
  }
  heap_[place] = entry;
}

void StreamMerge::replace_top(Entry entry) noexcept {
  std::size_t place = 0;
  for (std::size_t child = 1; child < heap_.size(); child = 2 * place + 1) {
    if (child + 1 < heap_.size() && heap_[child + 1] < heap_[child]) ++child;
    if (!(heap_[child] < entry)) break;
    heap_[place] = heap_[child];
    place = child;
  }
  heap_[place] = entry;
}

void StreamMerge::pop_top() noexcept {
  const Entry last = heap_.back();
  heap_.pop_back();
  if (!heap_.empty()) replace_top(last);
}

}  // namespace pytrader
