// What is done when a handler of a strategy fails, and the record of what was done.
#pragma once

#include <cstddef>

#include "kernel/strategy_port.hpp"

namespace pytrader {

enum class ErrorAction : u8 {
  stop = 0,     // the run ends
  pause = 1,    // the strategy is degraded; its orders and positions stay
  cancel = 2,   // all its orders are canceled, and it is degraded
  flatten = 3,  // all its orders are canceled and all its positions closed; then it is faulted
  go_on = 4,    // nothing: fewer errors than the policy allows, or it has acted already
};
constexpr std::size_t kErrorActionCount = 5;

constexpr const char* to_text(ErrorAction action) noexcept {
  constexpr const char* kTexts[kErrorActionCount] = {"stop", "pause", "cancel", "flatten", "continue"};
  return static_cast<std::size_t>(action) < kErrorActionCount ? kTexts[static_cast<std::size_t>(action)] : "?";
}

// The `errors`-th error within `window_ns` of the kernel's time brings the action; a strategy that was paused or whose
// orders were canceled is resumed `cooldown_ns` after it.
struct ErrorPolicy {
  static constexpr u32 kMaxErrors = 1'000;

  ErrorAction action = ErrorAction::stop;  // any but go_on
  u32 errors = 1;                          // at most kMaxErrors
  i64 window_ns = 0;                       // 0: the whole run
  i64 cooldown_ns = 0;                     // 0: never; pause and cancel only
  TagIndex tag = 0;                        // of the orders that close positions
};

constexpr i64 kNeverSettled = INT64_MAX;

struct ErrorRecord {
  i64 ts;  // the kernel's clock
  StrategyIndex strategy;
  CallbackKind kind;  // of the callback that failed
  ErrorAction action;
  i64 settled_ts;  // when all that the action asked for was done; kNeverSettled when the run ended before
};

}  // namespace pytrader
