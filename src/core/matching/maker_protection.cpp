// Counting the fills of resting orders, and the ranges of their limits.
#include "matching/maker_protection.hpp"

#include <string>

#include "decimal/error.hpp"
#include "model/later.hpp"

namespace pytrader {
void check(const ProtectionChoice& choice) {
  const auto require = [](bool holds, const char* what, i64 value, const char* limit) {
    if (holds) return;
    throw Error(ErrorCode::invalid_argument,
                "maker protection: " + std::string(what) + " is " + std::to_string(value) + "; give " + limit);
  };
  require(choice.max_lots >= 0, "max_lots", choice.max_lots, "0 (not counted) or more");
  require(choice.max_fills >= 0, "max_fills", choice.max_fills, "0 (not counted) or more");
  require(choice.max_net_lots >= 0, "max_net_lots", choice.max_net_lots, "0 (not counted) or more");
  if (choice.is_none()) return;
  require(choice.window_ns >= 1 && choice.window_ns <= ProtectionChoice::kMostNs, "window_ns", choice.window_ns,
          "1 to 2^50 nanoseconds");
  require(choice.freeze_ns >= 1 && choice.freeze_ns <= ProtectionChoice::kMostNs, "freeze_ns", choice.freeze_ns,
          "1 to 2^50 nanoseconds");
}

bool MakerProtection::filled(StrategyIndex strategy, Side side, i64 quantity, i64 ts) {
  if (strategy >= counts_.size()) counts_.resize(strategy + std::size_t{1});
  Count& count = counts_[strategy];
  if (ts < count.frozen_until) return false;
  if (ts >= count.window_end) {
    count = {};
    count.window_end = later(ts, choice_.window_ns);
  }
  count.fills += 1;
  count.lots += quantity;
  count.net += sign(side) * i128{quantity};
  const i128 net = count.net < 0 ? -count.net : count.net;
  const bool reached = (choice_.max_lots != 0 && count.lots >= choice_.max_lots) ||
                       (choice_.max_fills != 0 && count.fills >= choice_.max_fills) ||
                       (choice_.max_net_lots != 0 && net >= choice_.max_net_lots);
  if (reached) {
    count = {};
    count.frozen_until = later(ts, choice_.freeze_ns);
  }
  return reached;
}

}  // namespace pytrader
