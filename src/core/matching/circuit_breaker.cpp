// Which decline of the index halts trading, and until when.
#include "matching/circuit_breaker.hpp"

#include <algorithm>
#include <string>

#include "decimal/error.hpp"

namespace pytrader {

namespace {

constexpr i64 kMinute = 60'000'000'000;
constexpr CircuitBreakerLevel kUsEquities[] = {
    {700, 15 * kMinute, true},
    {1'300, 15 * kMinute, true},
    {2'000, 0, false},
};

[[noreturn]] void refuse(const std::string& what) {
  throw Error(ErrorCode::invalid_argument, "circuit breaker: " + what);
}

}  // namespace

std::span<const CircuitBreakerLevel> CircuitBreaker::us_equities() noexcept {
  return kUsEquities;
}

CircuitBreaker::CircuitBreaker(std::span<const CircuitBreakerLevel> levels) : count_(levels.size()) {
  if (levels.empty() || levels.size() > kMaxLevels) {
    refuse(std::to_string(levels.size()) + " levels; give 1 to " + std::to_string(kMaxLevels));
  }
  i64 before = 0;
  for (std::size_t i = 0; i < levels.size(); ++i) {
    const i64 decline = levels[i].decline_basis_points;
    if (decline <= before || decline > 10'000) {
      refuse("level " + std::to_string(i + 1) + " has a decline of " + std::to_string(decline) +
             " basis points; give more than the level before it and at most 10000");
    }
    if (levels[i].halt_ns < 0) refuse("level " + std::to_string(i + 1) + " has a halt below 0 ns");
    before = decline;
    levels_[i] = levels[i];
  }
}

void CircuitBreaker::start_day(i64 reference_level, i64 open, i64 cutoff) {
  if (reference_level <= 0) refuse("the reference level is " + std::to_string(reference_level) + "; give more than 0");
  if (cutoff < open) refuse("the cut-off is before the open");
  reference_ = reference_level;
  open_ = open;
  cutoff_ = cutoff;
  reached_ = 0;
  last_ts_ = INT64_MIN;
  halted_until_ = INT64_MIN;
}

CircuitBreakerDecision CircuitBreaker::observe(i64 index_level, i64 ts) {
  if (reference_ == 0)
    throw Error(ErrorCode::invalid_state, "circuit breaker: start a day before the first observation");
  if (index_level < 0) refuse("the index is " + std::to_string(index_level) + "; give 0 or more");
  if (ts < last_ts_) {
    refuse("time " + std::to_string(ts) + " comes after " + std::to_string(last_ts_) + "; give observations in order");
  }
  last_ts_ = ts;
  u32 reached = 0;
  const i128 decline = (static_cast<i128>(reference_) - index_level) * 10'000;
  for (std::size_t i = 0; i < count_ && ts >= open_; ++i) {
    const CircuitBreakerLevel& level = levels_[i];
    if (level.until_cutoff && ts > cutoff_) continue;
    if (decline >= static_cast<i128>(reference_) * level.decline_basis_points) reached = static_cast<u32>(i + 1);
  }
  if (reached <= reached_) return at(ts);
  reached_ = reached;
  const i64 halt = levels_[reached - 1].halt_ns;
  const i64 until = halt == 0 || ts > INT64_MAX - halt ? INT64_MAX : ts + halt;
  halted_until_ = std::max(halted_until_, until);
  CircuitBreakerDecision decision = at(ts);
  decision.level = reached;
  return decision;
}

CircuitBreakerDecision CircuitBreaker::at(i64 ts) const noexcept {
  if (ts >= halted_until_ && halted_until_ != INT64_MAX) return {};
  return {0, true, halted_until_};
}

}  // namespace pytrader
