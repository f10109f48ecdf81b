// Price bands: how far from a reference price orders may be priced and trades may happen.
#pragma once

#include "decimal/integers.hpp"
#include "model/enums.hpp"
#include "model/messages.hpp"

namespace pytrader {

// How far a band reaches to one side of its reference price. With neither ticks nor basis points there is no bound.
struct BandWidth {
  i64 ticks = 0;         // 0: not given
  i64 basis_points = 0;  // of the reference price's magnitude; 0: not given
  bool greater = false;  // with both given the lesser of the two counts, or, if set, the greater

  bool bounded() const noexcept { return ticks != 0 || basis_points != 0; }
  friend bool operator==(const BandWidth&, const BandWidth&) = default;
};

struct PriceBand {
  BandWidth down;
  BandWidth up;

  static PriceBand symmetric(const BandWidth& width) noexcept { return {width, width}; }
  bool bounded() const noexcept { return down.bounded() || up.bounded(); }
  friend bool operator==(const PriceBand&, const PriceBand&) = default;
};

// A bound that falls between two ticks: the nearest tick, the one away from the reference if both are equally near; or
// the tick inside the band.
enum class BandRounding : u8 { inward, nearest };

// What becomes of a taker that would have to trade outside the bands.
enum class BandBreach : u8 {
  cancel_remainder,  // what is left is canceled (Binance: expires)
  rest_at_band,      // what is left of a limit order rests at the bound (limit up, limit down); of another is canceled
  interrupt,         // what is left of a limit order rests at its limit and a volatility auction begins (Xetra)
};

const char* to_text(BandRounding rounding) noexcept;
const char* to_text(BandBreach breach) noexcept;

// Both ends are allowed. Without bounds it holds every price.
struct PriceRange {
  i64 low = kNoPrice + 1;
  i64 high = INT64_MAX;

  bool contains(i64 price) const noexcept { return price >= low && price <= high; }
  bool bounded() const noexcept { return low != kNoPrice + 1 || high != INT64_MAX; }
  PriceRange within(const PriceRange& other) const noexcept {
    return {low > other.low ? low : other.low, high < other.high ? high : other.high};
  }
  friend bool operator==(const PriceRange&, const PriceRange&) = default;
};

// The prices that a band allows around a reference; all prices if there is no reference. Exact, with 128 bits between.
PriceRange range_around(i64 reference, const PriceBand& band, BandRounding rounding) noexcept;

// The bands of one venue and what they do. Fixed numbers; reference prices come with messages and trades.
struct BandRules {
  PriceBand entry;                     // a limit price outside is refused (price_out_of_range); around the reference
  bool entry_aggressive_only = false;  // only a buy above or a sell below it is refused
  PriceBand static_range;              // where trades may happen, around the reference price
  PriceBand dynamic_range;             // where trades may happen, around the last trade or auction price
  BandRounding rounding = BandRounding::inward;
  BandBreach breach = BandBreach::cancel_remainder;
  i64 limit_state_ns = 0;  // a limit state that lasts as long pauses trading; 0: the engine keeps no such states
  i64 pause_ns = 0;        // how long that pause lasts; 0: until a phase message ends it

  bool bounds_trades() const noexcept { return static_range.bounded() || dynamic_range.bounded(); }
  friend bool operator==(const BandRules&, const BandRules&) = default;
};

// Throws Error(invalid_argument) for a width or time below 0, or a pause without a limit state that leads to it.
void check(const BandRules& rules);

// True if an order of this side may have this limit price.
bool entry_allowed(const BandRules& rules, Side side, i64 price, i64 reference) noexcept;

// Where a taker may trade; fixed for its whole sweep.
PriceRange trading_range(const BandRules& rules, i64 reference, i64 last_price) noexcept;

// The width of the Limit Up-Limit Down bands of a U.S. stock, by its tier (1 or 2) and its previous closing price.
// `ticks_per_dollar` turns the plan's cents into ticks. `doubled` is for the last 25 minutes of regular trading, in
// which tier 2 stocks above 3 dollars keep their width. Throws Error(invalid_argument) for another tier, a price or a
// tick count that is not above 0, or a tick that does not divide a cent. Source: Plan to Address Extraordinary Market
// Volatility (File 4-631), section V and appendix A.
BandWidth luld_width(int tier, i64 previous_close, i64 ticks_per_dollar, bool doubled);

}  // namespace pytrader
