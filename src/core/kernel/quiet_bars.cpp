// Bars that nobody waits for, taken in blocks: the short way of what open_bar() and take_venue_row() do bar by bar.
#include <algorithm>
#include <array>

#include "kernel/backtest_loop.hpp"

namespace pytrader {
namespace {

constexpr std::size_t kBlock = 64;

}  // namespace

// Nothing is on its way, and no order waits for a bar.
bool BacktestLoop::is_quiet(u32 index) const noexcept {
  const bool nothing_on_its_way = commands_.empty() && responses_.empty() && published_.empty();
  const SimulatedVenue* venue = market_of_[index];
  return nothing_on_its_way && (venue == nullptr || venue->orders().empty()) && merge_.bar_is_next(index);
}

// The stream's next bars that close before `before` and are received as they close, without the first that is not as it
// should be: that is left to open_bar(), which refuses it.
std::size_t BacktestLoop::quiet_block(u32 index, i64 before, std::size_t most, BarRecord* block) const noexcept {
  const MarketStream& stream = merge_.stream(index);
  const std::size_t first = merge_.venue_row(index);
  const std::size_t last = std::min(stream.rows, first + std::min(most, kBlock));
  std::size_t row = first;
  i64 time = INT64_MIN;
  for (; row < last; ++row) {
    BarRecord& bar = block[row - first];
    bar = record_at<BarRecord>(stream, row);
    const bool in_order = bar.ts_open >= time && bar.ts_event >= bar.ts_open;
    if (!in_order || bar.ts_event >= before || bar.ts_init != bar.ts_event || !makes_sense(bar)) break;
    time = bar.ts_event;
  }
  // A row behind a bar that goes back in time is refused before anybody hears of the bar.
  const bool next_in_order = row == stream.rows || row == first || stream.columns[kBarOpenColumn][row] >= time;
  return row - first - (next_in_order ? 0 : 1);
}

// Gives the steps taken, two for each bar: its open and its close. Only where the kernel takes quiet bars. As long as
// none of the stream's bars wakes a strategy, nothing else can happen before `others` or what is due.
u64 BacktestLoop::take_quiet_bars(u32 index, u64 most, i64 others, bool& succeeded) {
  const i64 recorded = recorder_.next_due();
  const i64 before = std::min({others, next_due(), recorded == INT64_MAX ? recorded : recorded + 1});
  if (merge_.top_of(index).time >= before || !is_quiet(index)) return 0;
  std::array<BarRecord, kBlock> block;
  const std::size_t count = quiet_block(index, before, most / 2, block.data());
  if (count == 0) return 0;
  const MarketStream& stream = merge_.stream(index);
  const std::size_t taken = kernel_.apply_quiet_bars(stream.instrument, block.data(), count, stream.duration_ns);
  const BarRecord& last = block[taken - 1];
  now_ = last.ts_event;
  events_ += taken;
  if (market_of_[index] != nullptr) market_of_[index]->pass_bars(taken, last.close);
  merge_.pass_bars(index, taken, last.ts_event);
  succeeded = kernel_.wake_after_quiet_bars(stream.instrument, stream.duration_ns) && settle();
  return 2 * taken;
}

}  // namespace pytrader
