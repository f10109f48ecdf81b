// Market maker protection: a strategy that is filled too much in too short a time has its resting orders pulled.
#pragma once

#include <vector>

#include "decimal/integers.hpp"
#include "model/enums.hpp"
#include "model/messages.hpp"

namespace pytrader {

// A limit of 0 does not count; all 0: nobody is protected.
struct ProtectionChoice {
  static constexpr i64 kMostNs = i64{1} << 50;  // about 13 days

  i64 max_lots = 0;      // of both sides
  i64 max_fills = 0;     // executions
  i64 max_net_lots = 0;  // bought less sold, either way
  i64 window_ns = 0;     // in which they are counted, from 1 to kMostNs
  i64 freeze_ns = 0;     // for which no order may rest afterwards, from 1 to kMostNs

  bool is_none() const noexcept { return max_lots == 0 && max_fills == 0 && max_net_lots == 0; }
  friend bool operator==(const ProtectionChoice&, const ProtectionChoice&) = default;
};
// Throws Error(invalid_argument) for a number outside its range.
void check(const ProtectionChoice& choice);

// Counts for each strategy in one instrument. A window begins with a fill that is in none.
class MakerProtection {
 public:
  explicit MakerProtection(const ProtectionChoice& choice) noexcept : choice_(choice) {}

  // A resting order of the strategy traded; true if that reached a limit: from now on it is frozen.
  bool filled(StrategyIndex strategy, Side side, i64 quantity, i64 ts);
  bool is_frozen(StrategyIndex strategy, i64 ts) const noexcept {
    return strategy < counts_.size() && ts < counts_[strategy].frozen_until;
  }

 private:
  struct Count {
    i64 window_end = INT64_MIN;
    i64 frozen_until = INT64_MIN;
    i64 fills = 0;
    i128 lots = 0;
    i128 net = 0;
  };

  ProtectionChoice choice_;
  std::vector<Count> counts_;  // by strategy
};

}  // namespace pytrader
