// The impact formula in whole numbers, and the own trades that it counts.
#include "matching/market_impact.hpp"

#include <algorithm>
#include <string>

#include "decimal/error.hpp"

namespace pytrader {
namespace {

constexpr i64 kBillion = 1'000'000'000;
// Twice a displaced price must fit 64 bits.
constexpr i64 kMostTicks = INT64_MAX / 4;

[[noreturn]] void throw_overflow(const char* what) {
  throw Error(ErrorCode::decimal_overflow, std::string("market impact: ") + what);
}

i64 sum_of(i64 a, i64 b) {
  i64 sum = 0;
  if (__builtin_add_overflow(a, b, &sum)) throw_overflow("own trades add up to more than 2^63 lots");
  return sum;
}

}  // namespace

void check(const ImpactChoice& choice) {
  const auto require = [](bool holds, const char* what, i64 value, const char* limit) {
    if (holds) return;
    throw Error(ErrorCode::invalid_argument,
                "market impact: " + std::string(what) + " is " + std::to_string(value) + "; give " + limit);
  };
  for (const auto& [what, value] : {std::pair{"permanent", choice.permanent}, std::pair{"fixed", choice.fixed},
                                    std::pair{"temporary", choice.temporary}}) {
    require(value >= 0 && value <= ImpactChoice::kMost, what, value, "0 to 10^15 billionths of a tick");
  }
  if (choice.is_none()) return;
  require(choice.window_ns >= 1 && choice.window_ns <= ImpactChoice::kMostNs, "window_ns", choice.window_ns,
          "1 to 2^50 nanoseconds");
}

void MarketImpact::advance(i64 ts) {
  now_ = std::max(now_, ts);
  for (; first_ < trades_.size() && i128{now_} - trades_[first_].ts >= choice_.window_ns; ++first_) {
    recent(trades_[first_].side) -= trades_[first_].quantity;
  }
  if (first_ != trades_.size()) return;
  trades_.clear();
  first_ = 0;
}

i64 MarketImpact::ticks(Side side, i64 quantity) const {
  const i64 moved = std::max<i64>(0, side == Side::buy ? net_ : -std::max(net_, -INT64_MAX));
  const i64 recent = sum_of(side == Side::buy ? bought_ : sold_, quantity);
  // In 10^-9 tick, times the window.
  i128 lasting = i128{choice_.permanent} * moved + choice_.fixed;
  i128 passing = i128{choice_.temporary} * recent;
  const bool overflows = __builtin_mul_overflow(lasting, i128{choice_.window_ns}, &lasting) ||
                         __builtin_mul_overflow(passing, i128{kBillion}, &passing) ||
                         __builtin_add_overflow(lasting, passing, &passing);
  const i128 unit = i128{kBillion} * choice_.window_ns;
  const i128 rounded_up = overflows ? 0 : passing / unit + (passing % unit != 0 ? 1 : 0);
  if (overflows || rounded_up > kMostTicks) throw_overflow("a trade would move the price by more than 2^61 ticks");
  return static_cast<i64>(rounded_up);
}

void MarketImpact::traded(Side side, i64 quantity) {
  net_ = sum_of(net_, sign(side) * quantity);
  recent(side) = sum_of(recent(side), quantity);
  if (!trades_.empty() && trades_.back().ts == now_ && trades_.back().side == side) {
    trades_.back().quantity += quantity;
    return;
  }
  if (trades_.size() == trades_.capacity() && 2 * first_ >= trades_.size()) {
    trades_.erase(trades_.begin(), trades_.begin() + static_cast<std::ptrdiff_t>(first_));
    first_ = 0;
  }
  trades_.push_back({now_, side, quantity});
}

}  // namespace pytrader
