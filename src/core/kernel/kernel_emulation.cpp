// What orders that wait in the core are told: prices, and the time at which they expire.
#include "kernel/kernel.hpp"

namespace pytrader {

bool Kernel::tell_last(InstrumentIndex instrument, i64 price) {
  return !listens(instrument) || !way_.emulation().emulator().on_last(instrument, price) || release_fired();
}

bool Kernel::tell_quote(InstrumentIndex instrument, i64 bid, i64 ask) {
  return !listens(instrument) || !way_.emulation().emulator().on_quote(instrument, bid, ask) || release_fired();
}

bool Kernel::tell_mark(InstrumentIndex instrument, i64 price) {
  return !listens(instrument) || !way_.emulation().emulator().on_mark(instrument, price) || release_fired();
}

// The end of the day takes orders that wait for their day; as continuous trading begins, those that slept see the
// prices of now.
bool Kernel::begin_phase(InstrumentIndex instrument, const InstrumentMarket& at) {
  if (emulator().empty() && lists().waiting() == 0) return true;
  if (at.phase == TradingPhase::closed) {
    for (StrategyIndex strategy = 0; strategy < ports_.size(); ++strategy) {
      while (!way_.end_day(strategy, instrument, now_)) {
        if (!settle()) return false;
      }
    }
    return settle();
  }
  if (at.last_price != kNoPrice && !tell_last(instrument, at.last_price)) return false;
  if (at.mark_price != kNoPrice && !tell_mark(instrument, at.mark_price)) return false;
  return tell_quote(instrument, at.best_bid(), at.best_ask());
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
