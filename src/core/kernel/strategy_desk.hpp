// The life of each strategy of a run, and what is done when a handler of one fails.
#pragma once

#include <vector>

#include "kernel/error_policy.hpp"
#include "kernel/liquidator.hpp"
#include "kernel/timer_queue.hpp"
#include "model/strategy_state.hpp"

namespace pytrader {

// The kernel's own timers stand in the same queue as those of strategies, under these names.
constexpr u32 kFirstKernelTimer = UINT32_MAX - 15;
constexpr u32 kRetryTimer = UINT32_MAX;         // a liquidation is tried again
constexpr u32 kCooldownTimer = UINT32_MAX - 1;  // a degraded strategy may resume

// Costs nothing while no handler fails: the kernel asks it only then, and for events while a liquidation is on.
class StrategyDesk {
 public:
  // Of one strategy. One that fails more often is given up: the run ends.
  static constexpr u32 kMaxRecords = 10'000;

  StrategyDesk(OrderWay& way, const MarketBoard& board, TimerQueue& timers, RunningHash& hash) noexcept
      : liquidator_(way, board, hash), timers_(timers), hash_(hash) {}

  // Throws Error(invalid_argument) for a policy that contradicts itself; nothing has changed then.
  void add_strategy(const ErrorPolicy& policy);
  // From here on the first error of the strategy ends the run.
  void stop_on_error(StrategyIndex strategy) { lives_.at(strategy).policy = ErrorPolicy{}; }

  StrategyState state(StrategyIndex strategy) const noexcept { return lives_[strategy].state; }
  // What it may hear in its state, of what it handles.
  u32 mask(StrategyIndex strategy, u32 handled) const noexcept;
  // False, and nothing happened, when the state does not allow it.
  bool move(StrategyIndex strategy, LifeEvent event) noexcept;

  // A handler failed: decides, acts and records; the strategy's state is another one afterwards, or not.
  ErrorAction failed(StrategyIndex strategy, CallbackKind kind, i64 now);
  bool wants_events() const noexcept { return liquidator_.any_active(); }
  // After the event was delivered. True when the strategy moved to another state.
  bool after_event(const OrderEvent& event, i64 now);
  // One of the kernel's timers is due. True when the strategy moved to another state.
  bool fire(const Timer& timer, i64 now);

  const std::vector<ErrorRecord>& records() const noexcept { return records_; }

 private:
  struct Life {
    StrategyState state = StrategyState::initialised;
    ErrorPolicy policy;
    std::vector<i64> recent;  // times of the last policy.errors errors, in a ring
    u64 counted = 0;          // errors in the ring since the strategy began or was resumed
    u32 total = 0;            // errors of the run
    i64 retry_ns = 0;         // until the next try of the liquidation under way
    TimerId retry = 0;
    std::size_t acted = SIZE_MAX;  // the record of the last action
    bool cooled = false;           // the cooldown ended while the liquidation was on
  };

  static bool tripped(Life& life, i64 now);
  static ErrorAction decide(Life& life, i64 now);
  bool resume(StrategyIndex strategy);
  void retry_after(StrategyIndex strategy, i64 span, i64 now);
  bool work(StrategyIndex strategy, i64 now, bool again);
  bool settle(StrategyIndex strategy, i64 now);

  Liquidator liquidator_;
  TimerQueue& timers_;
  RunningHash& hash_;
  std::vector<Life> lives_;           // by strategy
  std::vector<ErrorRecord> records_;  // bound: kMaxRecords for each strategy
};

}  // namespace pytrader
