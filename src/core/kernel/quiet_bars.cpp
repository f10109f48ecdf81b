// Bars that nobody waits for, taken in blocks: the short way of apply_bar(), open_bar() and take_venue_row().
#include <algorithm>
#include <span>
#include <utility>

#include "kernel/backtest_loop.hpp"
#include "kernel/input_hash.hpp"

namespace pytrader {

// Bars that change no condition: how many of these, until the first that may.
std::size_t Kernel::pass_bars(SeriesId series, const BarRecord* bars, std::size_t count) {
  const bool watched = conditions_.has(series);
  if (watched && !conditions_.is_settled(series)) return 0;
  count = bars_.foresee(series, bars, count);
  if (watched) count = conditions_.pass_foreseen(series, count);
  bars_.take_foreseen(series, count);
  return count;
}

std::size_t Kernel::apply_quiet_bars(InstrumentIndex instrument, const BarRecord* bars, std::size_t count,
                                     i64 duration_ns) {
  if (count == 0 || bars[0].ts_event < now_ || !takes_quiet_bars()) [[unlikely]]
    refuse_input(count == 0 ? now_ : bars[0].ts_event);
  const SeriesId series = bars_.add_recorded(instrument, duration_ns);
  const bool watched = conditions_.has(series);
  // What is foreseen beyond a bar that changes something is foreseen in vain: as far again as nothing has changed.
  constexpr std::size_t kShortestLook = 8;
  std::size_t taken = 0;
  std::size_t look = 2 * kShortestLook;
  bool wakes = false;
  while (taken < count && !wakes) {
    const std::size_t looked = std::min(look, count - taken);
    const std::size_t passed = pass_bars(series, bars + taken, looked);
    taken += passed;
    look = std::clamp(2 * passed, kShortestLook, Indicator::kMostForeseen);
    if (passed == looked) continue;
    bars_.update_indicators(series, bars[taken++]);
    wakes = watched && !conditions_.update(series, bars[taken - 1].ts_event).empty();
  }
  add_inputs(hash_, instrument, {bars, taken}, duration_ns);
  // What a later bar would set again anyway.
  const BarRecord& last = bars[taken - 1];
  now_ = last.ts_event;
  commands_ = 0;
  board_.apply_bar(market(instrument), last);
  bars_.set_last(series, last, taken);
  return taken;
}

bool Kernel::wake_after_quiet_bars(InstrumentIndex instrument, i64 duration_ns) {
  const SeriesId series = bars_.add_recorded(instrument, duration_ns);
  return !conditions_.has(series) || wake_watches(instrument, series);
}

// Nothing is on its way, and no order waits for a bar.
bool BacktestLoop::is_quiet(u32 index) const noexcept {
  const bool nothing_on_its_way = commands_.empty() && responses_.empty() && published_.empty();
  const SimulatedVenue* venue = market_of_[index];
  return nothing_on_its_way && (venue == nullptr || venue->orders().empty()) && merge_.bar_is_next(index);
}

// Gives the steps taken, two for each bar: its open and its close. Only where the kernel takes quiet bars. As long as
// none of the stream's bars wakes a strategy, nothing else can happen before `others` or what is due.
u64 BacktestLoop::take_quiet_bars(u32 index, u64 most, i64 others, bool& succeeded) {
  const i64 recorded = recorder_.next_due();
  const i64 before = std::min({others, next_due(), recorded == INT64_MAX ? recorded : recorded + 1});
  if (merge_.top_of(index).time >= before || !is_quiet(index)) return 0;
  const MarketStream& stream = merge_.stream(index);
  const std::span<const BarRecord> bars = bar_blocks_[index]->from(stream, merge_.venue_row(index));
  std::size_t count = std::min<u64>(bars.size(), most / 2);
  if (count > 0 && bars[count - 1].ts_event >= before) {
    const auto closes_late = [before](const BarRecord& bar) { return bar.ts_event >= before; };
    count = static_cast<std::size_t>(std::find_if(bars.begin(), bars.end(), closes_late) - bars.begin());
  }
  // The first that is not as it should be is left to open_bar(), which refuses it.
  if (count == 0) return 0;
  const InstrumentMarket& market = std::as_const(kernel_).market(stream.instrument);
  if (!market.is_in_units(last_moment_of(bars[0])) || !market.is_in_units(last_moment_of(bars[count - 1]))) return 0;
  const std::size_t taken = kernel_.apply_quiet_bars(stream.instrument, bars.data(), count, stream.duration_ns);
  const BarRecord& last = bars[taken - 1];
  now_ = last.ts_event;
  events_ += taken;
  if (market_of_[index] != nullptr) market_of_[index]->pass_bars(taken, last.close);
  merge_.pass_bars(index, taken, last.ts_event);
  succeeded = kernel_.wake_after_quiet_bars(stream.instrument, stream.duration_ns) && settle();
  return 2 * taken;
}

}  // namespace pytrader
