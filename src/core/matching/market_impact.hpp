// What own trades do to the prices of later own trades: the linear market impact of Almgren and Chriss (2000).
#pragma once

#include <cstddef>
#include <vector>

#include "decimal/integers.hpp"
#include "model/enums.hpp"

namespace pytrader {

// The first three in 10^-9 of their unit, from 0 to kMost; all 0: own trades move nothing.
struct ImpactChoice {
  static constexpr i64 kMost = 1'000'000'000'000'000;  // a million ticks
  static constexpr i64 kMostNs = i64{1} << 50;         // about 13 days

  i64 permanent = 0;  // gamma: ticks for each lot
  i64 fixed = 0;      // epsilon: ticks for any trade
  i64 temporary = 0;  // eta: ticks for a rate of one lot a second
  i64 window_ns = 0;  // over which the rate is measured, from 1 to kMostNs

  bool is_none() const noexcept { return permanent == 0 && fixed == 0 && temporary == 0; }
  friend bool operator==(const ImpactChoice&, const ImpactChoice&) = default;
};
// Throws Error(invalid_argument) for a number outside its range.
void check(const ImpactChoice& choice);

// Of one instrument. Only what makes a price worse counts: what buying moved up, a sale does not get.
class MarketImpact {
 public:
  explicit MarketImpact(const ImpactChoice& choice) noexcept : choice_(choice) {}

  // The clock goes on: what was traded a window ago or earlier counts no more for the rate.
  void advance(i64 ts);
  // Whole ticks, rounded up, by which a trade of so many lots is worse than what is displayed. Throws
  // Error(decimal_overflow).
  i64 ticks(Side side, i64 quantity) const;
  // The trade has happened.
  void traded(Side side, i64 quantity);

 private:
  struct Trade {
    i64 ts;
    Side side;
    i64 quantity;
  };
  i64& recent(Side side) noexcept { return side == Side::buy ? bought_ : sold_; }

  ImpactChoice choice_;
  i64 now_ = INT64_MIN;
  i64 net_ = 0;     // bought less sold since the beginning
  i64 bought_ = 0;  // within the window
  i64 sold_ = 0;
  std::vector<Trade> trades_;  // in order of time; bound: own trades of two windows
  std::size_t first_ = 0;      // of them within the window
};

}  // namespace pytrader
