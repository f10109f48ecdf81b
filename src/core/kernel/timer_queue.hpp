// Timers and one-shot alerts, due in order of time and, at one time, in order of creation.
#pragma once

#include <cstddef>
#include <vector>

#include "book/id_index.hpp"
#include "kernel/strategy_port.hpp"
#include "model/messages.hpp"

namespace pytrader {

struct Timer {
  i64 due;
  i64 interval_ns;  // 0: once
  TimerId timer_id;
  StrategyIndex strategy;
  u32 name;
};

// A binary heap of slots, each of which knows its place in it: setting, firing and canceling cost the logarithm of the
// timers that are set now; canceled ones leave nothing behind. Bound: kMaxTimers set at once.
class TimerQueue {
 public:
  static constexpr std::size_t kMaxTimers = std::size_t{1} << 20;

  // Throws Error(capacity) when too many are set.
  TimerId set(StrategyIndex strategy, i64 first_due, i64 interval_ns, u32 name);
  // The timer if it is set and belongs to the strategy: it goes, and true. Else false.
  bool cancel(StrategyIndex strategy, TimerId timer_id) noexcept;

  std::size_t size() const noexcept { return heap_.size(); }
  // INT64_MAX when none is set.
  i64 next_due() const noexcept { return next_due_; }
  // The earliest timer; it goes, or moves one interval on. There must be one.
  Timer pop() noexcept;

 private:
  struct Slot {
    Timer timer;
    u32 place;  // in the heap; the next free slot while free
  };

  bool before(u32 a, u32 b) const noexcept;
  void find_next_due() noexcept { next_due_ = heap_.empty() ? INT64_MAX : slots_[heap_[0]].timer.due; }
  void put(std::size_t place, u32 slot) noexcept;
  void sift_up(std::size_t place) noexcept;
  void sift_down(std::size_t place) noexcept;
  void remove(std::size_t place) noexcept;
  u32 find(TimerId timer_id) const noexcept;

  std::vector<Slot> slots_;  // slot 0 is none
  std::vector<u32> heap_;
  IdIndex index_;  // timer_id -> slot
  u32 free_ = kNone;
  TimerId last_id_ = 0;
  i64 next_due_ = INT64_MAX;
};

}  // namespace pytrader
