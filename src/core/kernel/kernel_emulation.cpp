// What orders that wait in the core are told: prices, and the time at which they expire.
#include "kernel/kernel.hpp"

namespace pytrader {

bool Kernel::tell_last(InstrumentIndex instrument, i64 price) {
  return emulator().empty() || !way_.emulation().emulator().on_last(instrument, price) || release_fired();
}

bool Kernel::tell_quote(InstrumentIndex instrument, i64 bid, i64 ask) {
  return emulator().empty() || !way_.emulation().emulator().on_quote(instrument, bid, ask) || release_fired();
}

// A bar stands for the trades and quotes that an instrument has none of: open, the extreme that is nearer to it (of two
// as near the low), the other one, close. Longer bars tell of the same prices again, later.
bool Kernel::tell_bar(InstrumentIndex instrument, const InstrumentMarket& at, const BarRecord& bar, i64 duration_ns) {
  if (emulator().empty() || (at.printed && at.quoted)) return true;
  if (duration_ns > bars_.shortest_recorded(instrument)) return true;
  const bool low_first = i128{bar.open} - bar.low <= i128{bar.high} - bar.open;
  for (const i64 price : {bar.open, low_first ? bar.low : bar.high, low_first ? bar.high : bar.low, bar.close}) {
    if (!at.printed && !tell_last(instrument, price)) return false;
    if (!at.quoted && !tell_quote(instrument, price, price)) return false;
  }
  return true;
}

// What waits in the core for a price that has just been told leaves before any strategy hears of the row. Strategies
// are told in between only where the events of all would be too many to wait.
bool Kernel::release_fired() {
  while (way_.release_next(now_)) {
    if (events_.is_half_full() && !settle()) return false;
  }
  return settle();
}

bool Kernel::expire_held() {
  while (way_.expire_next(now_)) {
    if (events_.is_half_full() && !settle()) return false;
  }
  return settle();
}

}  // namespace pytrader
