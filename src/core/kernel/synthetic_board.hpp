// The synthetic prices of a run, by number: 1, 2, 3, ... in order of their registration; 0 is none.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "emulator/synthetic.hpp"
#include "kernel/market_board.hpp"

namespace pytrader {

// A bit for each of them.
using PriceSources = u8;
static_assert(kPriceSources <= 8);
constexpr PriceSources bit_of(PriceSource source) noexcept {
  return static_cast<PriceSources>(1u << static_cast<u32>(source));
}

class SyntheticBoard {
 public:
  static constexpr std::size_t kMaxSynthetics = 1'024;

  explicit SyntheticBoard(const MarketBoard& board) noexcept : board_(board) {}

  bool empty() const noexcept { return synthetics_.empty(); }
  u32 size() const noexcept { return static_cast<u32>(synthetics_.size()); }
  bool has(u32 number) const noexcept { return number >= 1 && number <= size(); }
  const Synthetic& operator[](u32 number) const noexcept { return *synthetics_[number - 1]; }
  // The one of this definition if there is one, else 0. Tick sizes of components are the instruments'. Throws
  // Error(invalid_argument) for an unknown instrument, a name that another formula or an instrument has, and what
  // Synthetic refuses, and Error(capacity) beyond kMaxSynthetics.
  u32 find(const Synthetic& wanted) const;
  void add(Synthetic made);
  // `definition` with the tick sizes of its instruments.
  SyntheticDefinition complete(SyntheticDefinition definition) const;

  // Those that an instrument is a component of, in order of registration.
  std::span<const u32> of(InstrumentIndex instrument) const noexcept {
    return instrument < by_instrument_.size() ? std::span<const u32>(by_instrument_[instrument])
                                              : std::span<const u32>();
  }
  bool is_component(InstrumentIndex instrument, u32 number) const noexcept;
  // Whether a component's contract has ended: there will be no price any more.
  bool has_ended(u32 number) const noexcept;
  // The place of its orders in the emulator, behind those of the instruments.
  InstrumentIndex place_of(u32 number) const noexcept {
    return static_cast<InstrumentIndex>(board_.size()) + number - 1;
  }

  // At `now` the price of this source may have become another for orders that wait for it: it is judged when all that
  // comes at this time is in. Of one time, until take_noted(). Throws std::bad_alloc; nothing has changed then.
  void note(u32 number, PriceSource source, i64 now);
  // The time of what was noted, INT64_MAX where nothing was.
  i64 next_due() const noexcept { return noted_at_; }
  // The first of the synthetics that were noted, by order of registration, and its sources: nothing is noted of it any
  // more. 0 for none.
  u32 take_noted(PriceSources& sources) noexcept;

  // As the market stands now; none outside continuous trading of a component. Throws Error(decimal_overflow).
  TriggerBook::Reach price(u32 number, PriceSource source) const;

 private:
  const MarketBoard& board_;
  std::vector<std::unique_ptr<const Synthetic>> synthetics_;
  std::vector<std::vector<u32>> by_instrument_;
  std::vector<PriceSources> sources_;  // by number less one: what was noted of it
  std::vector<u32> noted_;             // numbers, the highest first
  i64 noted_at_ = INT64_MAX;
};

// What of an instrument's market orders wait for: outside continuous trading what waits sleeps.
inline TriggerPrices trigger_prices(const InstrumentMarket& market) noexcept {
  if (market.phase != TradingPhase::continuous) return {};
  return {market.last_price, market.best_bid(), market.best_ask(), market.mark_price};
}

}  // namespace pytrader
