// What orders that wait in the core are told: prices, and the time at which they expire.
#include <iterator>

#include "kernel/kernel.hpp"

namespace pytrader {
namespace {

constexpr PriceSource kOfTrade[] = {PriceSource::last};
constexpr PriceSource kOfQuote[] = {PriceSource::ask, PriceSource::bid, PriceSource::mid};
constexpr PriceSource kOfMark[] = {PriceSource::mark};
// Of a synthetic price, in this order.
constexpr PriceSource kJudged[] = {PriceSource::last, PriceSource::ask, PriceSource::bid, PriceSource::mid,
                                   PriceSource::mark};
static_assert(std::size(kJudged) == kPriceSources);

}  // namespace

bool Kernel::tell_last(InstrumentIndex instrument, i64 price) {
  if (!listens(instrument)) return true;
  return release_fired(way_.emulation().emulator().on_last(instrument, price), instrument, kOfTrade);
}

bool Kernel::tell_quote(InstrumentIndex instrument, i64 bid, i64 ask) {
  if (!listens(instrument)) return true;
  behind_ = true;
  const bool goes_on = release_fired(way_.emulation().emulator().on_quote(instrument, bid, ask), instrument, kOfQuote);
  behind_ = false;
  return goes_on;
}

bool Kernel::tell_mark(InstrumentIndex instrument, i64 price) {
  if (!listens(instrument)) return true;
  return release_fired(way_.emulation().emulator().on_mark(instrument, price), instrument, kOfMark);
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
// as near the low), the other one, close. Longer bars tell of the same prices again, later. A synthetic price takes the
// close alone: the extremes of several instruments need not have come together.
bool Kernel::tell_bar(InstrumentIndex instrument, const InstrumentMarket& at, const BarRecord& bar, i64 duration_ns) {
  if (emulator().empty() || (at.printed && at.quoted)) return true;
  if (duration_ns > bars_.shortest_recorded(instrument)) return true;
  const bool low_first = i128{bar.open} - bar.low <= i128{bar.high} - bar.open;
  Emulator& emulator = way_.emulation().emulator();
  for (const i64 price : {bar.open, low_first ? bar.low : bar.high, low_first ? bar.high : bar.low, bar.close}) {
    if (!at.printed && listens(instrument) && !release_fired(emulator.on_last(instrument, price), instrument, {})) {
      return false;
    }
    if (!at.quoted && listens(instrument) &&
        !release_fired(emulator.on_quote(instrument, price, price), instrument, {})) {
      return false;
    }
  }
  if (!listens(instrument)) return true;
  if (!at.printed && !release_fired(false, instrument, kOfTrade)) return false;
  return at.quoted || release_fired(false, instrument, kOfQuote);
}

// What waits in the core for a price that has just been told leaves before any strategy hears of the row. Strategies
// are told in between only where the events of all would be too many to wait.
bool Kernel::release_fired(bool told, InstrumentIndex instrument, std::span<const PriceSource> synthetic) {
  for (const u32 number : synthetics().of(instrument)) {
    const InstrumentIndex place = synthetics().place_of(number);
    for (const PriceSource source : synthetic) {
      if (emulator().waits(place, source)) way_.emulation().note(number, source, now_);
    }
  }
  return !told || (release_told() && settle());
}

bool Kernel::release_told() {
  while (way_.release_next(now_)) {
    if (events_.is_half_full() && !settle()) return false;
  }
  return true;
}

// All rows of this time are in: what waits for synthetic prices that may be others now leaves, price by price in order
// of registration.
bool Kernel::judge_synthetics() {
  Emulation& emulation = way_.emulation();
  PriceSources noted = 0;
  bool told = false;
  while (const u32 number = emulation.take_noted(noted)) {
    const InstrumentIndex place = synthetics().place_of(number);
    bool moves = false;
    for (const PriceSource source : kJudged) {
      if ((noted & bit_of(source)) == 0 || !emulator().waits(place, source)) continue;
      moves |= emulation.emulator().on_price(place, source, synthetics().price(number, source));
    }
    told |= moves;
    if (moves && !release_told()) return false;
  }
  return !told || settle();
}

// What waits for a synthetic price of this component waits for something else now.
bool Kernel::cancel_synthetic(InstrumentIndex component, RejectReason reason) {
  if (synthetics().of(component).empty()) return true;
  for (StrategyIndex strategy = 0; strategy < ports_.size(); ++strategy) {
    while (!way_.cancel_waiting_for(strategy, component, reason, now_)) {
      if (!settle()) return false;
    }
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
