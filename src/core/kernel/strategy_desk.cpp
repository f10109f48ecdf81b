// The error policy: counts errors, acts once there are enough, and follows the action to its end.
#include "kernel/strategy_desk.hpp"

#include <algorithm>
#include <string>

namespace pytrader {
namespace {

constexpr i64 kFirstRetry = 1'000'000'000;
constexpr i64 kLongestRetry = 3'600'000'000'000;  // so that a long gap in the data costs few tries

enum class HashMark : u64 { error = 1'000, moved };

constexpr u32 kLife = mask_of(CallbackKind::stop) | mask_of(CallbackKind::degrade) | mask_of(CallbackKind::resume) |
                      mask_of(CallbackKind::fault);
// A timer is delivered to a degraded strategy's binding, which keeps books of names, and goes no further.
constexpr u32 kDegradedHears = kLife | mask_of(CallbackKind::order_event) | mask_of(CallbackKind::fill) |
                               mask_of(CallbackKind::position) | mask_of(CallbackKind::timer) |
                               mask_of(CallbackKind::cash_event);

i64 later(i64 time, i64 span) noexcept {
  i64 sum = 0;
  return __builtin_add_overflow(time, span, &sum) ? INT64_MAX : sum;
}

}  // namespace

void StrategyDesk::add_strategy(const ErrorPolicy& policy) {
  const bool pauses = policy.action == ErrorAction::pause || policy.action == ErrorAction::cancel;
  if (static_cast<std::size_t>(policy.action) >= kErrorActionCount || policy.action == ErrorAction::go_on) {
    throw Error(ErrorCode::invalid_argument, "error policy: the action must be stop, pause, cancel or flatten");
  }
  if (policy.errors < 1 || policy.errors > ErrorPolicy::kMaxErrors) {
    throw Error(ErrorCode::invalid_argument,
                "error policy: errors is " + std::to_string(policy.errors) + "; give 1 to 1000");
  }
  if (policy.window_ns < 0 || policy.cooldown_ns < 0) {
    throw Error(ErrorCode::invalid_argument, "error policy: window and cooldown must not be negative");
  }
  if (policy.cooldown_ns > 0 && !pauses) {
    throw Error(ErrorCode::invalid_argument,
                std::string("error policy: after ") + to_text(policy.action) +
                    " there is no cooldown, because the strategy has ended; leave it out, or pause or cancel");
  }
  Life life;
  life.policy = policy;
  lives_.push_back(life);
  liquidator_.add_strategy();
  hash_.add_all(policy.action, policy.errors, policy.window_ns, policy.cooldown_ns);
}

u32 StrategyDesk::mask(StrategyIndex strategy, u32 handled) const noexcept {
  switch (lives_[strategy].state) {
    case StrategyState::degraded:
      return handled & kDegradedHears;
    case StrategyState::faulted:
      return handled & mask_of(CallbackKind::fault);
    default:
      return handled;
  }
}

bool StrategyDesk::move(StrategyIndex strategy, LifeEvent event) noexcept {
  Life& life = lives_[strategy];
  const LifeStep step = next_state(life.state, event);
  if (!step.legal) return false;
  life.state = step.next;
  hash_.add_all(HashMark::moved, strategy, event);
  return true;
}

// Whether there were `errors` of them within the window, this one included.
bool StrategyDesk::tripped(Life& life, i64 now) {
  const std::size_t wanted = life.policy.errors;
  life.recent.resize(wanted);
  life.recent[life.counted % wanted] = now;
  ++life.counted;
  if (life.counted < wanted) return false;
  return life.policy.window_ns == 0 || now <= later(life.recent[life.counted % wanted], life.policy.window_ns);
}

ErrorAction StrategyDesk::decide(Life& life, i64 now) {
  const bool enough = tripped(life, now);
  if (++life.total >= kMaxRecords) return ErrorAction::stop;
  if (life.policy.action == ErrorAction::stop) return enough ? ErrorAction::stop : ErrorAction::go_on;
  if (life.state == StrategyState::degraded || life.state == StrategyState::faulted) return ErrorAction::go_on;
  return enough ? life.policy.action : ErrorAction::go_on;
}

ErrorAction StrategyDesk::failed(StrategyIndex strategy, CallbackKind kind, i64 now) {
  Life& life = lives_[strategy];
  ErrorAction action = decide(life, now);
  hash_.add_all(HashMark::error, strategy, kind, action);
  const bool acts = action == ErrorAction::cancel || action == ErrorAction::flatten;
  records_.push_back({now, strategy, kind, action, acts ? kNeverSettled : now});
  if (action == ErrorAction::go_on) return action;
  life.acted = records_.size() - 1;
  // After the end of the data there is nothing to pause for: the strategy has failed.
  const bool ends = action == ErrorAction::stop || life.state == StrategyState::stopped;
  move(strategy, ends ? LifeEvent::fault : LifeEvent::degrade);
  if (acts) {
    liquidator_.begin(strategy, action == ErrorAction::flatten, life.policy.tag);
    retry_after(strategy, kFirstRetry, now);
    work(strategy, now, true);
  }
  life.cooled = false;
  if (life.policy.cooldown_ns > 0 && !ends) {
    timers_.set(strategy, later(now, life.policy.cooldown_ns), 0, kCooldownTimer);
  }
  return action;
}

void StrategyDesk::retry_after(StrategyIndex strategy, i64 span, i64 now) {
  Life& life = lives_[strategy];
  timers_.cancel(strategy, life.retry);
  life.retry_ns = span;
  life.retry = timers_.set(strategy, later(now, span), 0, kRetryTimer);
}

bool StrategyDesk::work(StrategyIndex strategy, i64 now, bool again) {
  return liquidator_.work(strategy, now, again) && settle(strategy, now);
}

// The liquidation is over: a flattened strategy has ended, one that has cooled down meanwhile goes on.
bool StrategyDesk::settle(StrategyIndex strategy, i64 now) {
  Life& life = lives_[strategy];
  records_[life.acted].settled_ts = now;
  timers_.cancel(strategy, life.retry);
  if (records_[life.acted].action == ErrorAction::flatten) return move(strategy, LifeEvent::fault);
  return life.cooled && resume(strategy);
}

bool StrategyDesk::resume(StrategyIndex strategy) {
  lives_[strategy].counted = 0;
  return move(strategy, LifeEvent::resume);
}

bool StrategyDesk::after_event(const OrderEvent& event, i64 now) {
  if (!liquidator_.is_active(event.strategy) || !liquidator_.is_progress(event)) return false;
  // There is a market again: what is left of a thin one comes back soon.
  if (event.exec_type == ExecType::trade) retry_after(event.strategy, kFirstRetry, now);
  return work(event.strategy, now, false);
}

bool StrategyDesk::fire(const Timer& timer, i64 now) {
  Life& life = lives_[timer.strategy];
  if (timer.name == kCooldownTimer) {
    life.cooled = true;
    return !liquidator_.is_active(timer.strategy) && resume(timer.strategy);
  }
  if (!liquidator_.is_active(timer.strategy)) return false;
  retry_after(timer.strategy, std::min(2 * life.retry_ns, kLongestRetry), now);
  return work(timer.strategy, now, true);
}

}  // namespace pytrader
