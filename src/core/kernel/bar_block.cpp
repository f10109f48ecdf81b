// Reading rows of bars, and judging them.
#include "kernel/bar_block.hpp"

#include <algorithm>
#include <cstring>

namespace pytrader {
namespace {

// How many bars, each of which `read(bar, i)` makes, are as they should be; `time` is then the close of the last.
template <class Read>
std::size_t read_sound(BarRecord* bars, std::size_t count, i64& time, Read&& read) noexcept {
  i64 closed = time;
  std::size_t sound = 0;
  for (BarRecord* bar = bars; sound < count; ++sound, ++bar) {
    read(bar, sound);
    if (bar->ts_open < closed || bar->ts_event < bar->ts_open || bar->ts_init != bar->ts_event) [[unlikely]]
      break;
    if (!makes_sense(*bar)) [[unlikely]]
      break;
    closed = bar->ts_event;
  }
  time = closed;
  return sound;
}

}  // namespace

void BarBlock::read(const MarketStream& stream, std::size_t row) noexcept {
  const std::size_t count = std::min(stream.rows - row, kRows);
  const char* const packed = stream.packed != nullptr ? stream.packed + row * sizeof(BarRecord) : nullptr;
  i64 time = INT64_MIN;
  std::size_t sound = packed != nullptr
                          ? read_sound(bars_.data(), count, time,
                                       [&](BarRecord* bar, std::size_t i) {
                                         std::memcpy(bar, packed + i * sizeof(BarRecord), sizeof(BarRecord));
                                       })
                          : read_sound(bars_.data(), count, time, [&](BarRecord* bar, std::size_t i) {
                              *bar = gathered<BarRecord>(stream, row + i);
                            });
  // A row behind a bar that goes back in time is refused before anybody hears of the bar.
  const std::size_t next = row + sound;
  if (sound > 0 && next < stream.rows && stream.columns[kBarOpenColumn][next] < time) --sound;
  first_ = row;
  end_ = row + sound;
}

}  // namespace pytrader
