// A market-wide circuit breaker: declines of an index that halt trading.
#pragma once

#include <array>
#include <span>

#include "decimal/integers.hpp"

namespace pytrader {

struct CircuitBreakerLevel {
  i64 decline_basis_points = 0;  // of the reference level; reached counts
  i64 halt_ns = 0;               // 0: for the rest of the day
  bool until_cutoff = false;     // halts only up to and including the day's cut-off

  friend bool operator==(const CircuitBreakerLevel&, const CircuitBreakerLevel&) = default;
};

// What a level of the index means for trading.
struct CircuitBreakerDecision {
  u32 level = 0;        // the level that this observation reached first: 1 is the smallest decline; 0 is none
  bool halted = false;  // trading is halted now
  i64 until = 0;        // when the halt ends, nanoseconds; INT64_MAX: not on this day; 0 if not halted

  friend bool operator==(const CircuitBreakerDecision&, const CircuitBreakerDecision&) = default;
};

// Fed with the index, it says when to halt and until when; whoever feeds it sets the phases of the engines. The levels
// of an index are whole numbers in any one unit, hundredths of a point for instance. Each level halts at most once a
// day. A decline that passes several levels at once counts as the deepest. While a halt lasts nothing shortens it; a
// deeper level lengthens it if that one's halt ends later.
//
// Source of us_equities(): NYSE Rule 7.12 (and those of the other U.S. exchanges): declines of the S&P 500 of 7 % and
// 13 % from the previous close, up to and including 3:25 p.m. (12:25 p.m. on days that close early), halt for 15
// minutes, each once a day; 20 % at any time halts for the rest of the day.
class CircuitBreaker {
 public:
  static constexpr std::size_t kMaxLevels = 4;
  static std::span<const CircuitBreakerLevel> us_equities() noexcept;

  // Throws Error(invalid_argument) for no or more than 4 levels, declines that do not grow, a decline outside
  // 1 .. 10,000 basis points, or a halt below 0.
  explicit CircuitBreaker(std::span<const CircuitBreakerLevel> levels = us_equities());

  // A new day: what declines are measured from, and the last time at which a level with a cut-off halts. Throws
  // Error(invalid_argument) if the reference level is not above 0.
  void start_day(i64 reference_level, i64 open, i64 cutoff);
  // One observation. Throws Error(invalid_state) before the first day, Error(invalid_argument) for a level below 0 or a
  // time before the last one; nothing changes then. An observation before the open says nothing.
  CircuitBreakerDecision observe(i64 index_level, i64 ts);
  // What holds at a time without a new observation.
  CircuitBreakerDecision at(i64 ts) const noexcept;

  std::span<const CircuitBreakerLevel> levels() const noexcept { return {levels_.data(), count_}; }

 private:
  std::array<CircuitBreakerLevel, kMaxLevels> levels_{};
  std::size_t count_ = 0;
  u32 reached_ = 0;  // the deepest level of the day
  i64 reference_ = 0;
  i64 open_ = 0;
  i64 cutoff_ = 0;
  i64 last_ts_ = INT64_MIN;
  i64 halted_until_ = INT64_MIN;
};

}  // namespace pytrader
