// The heap of timers.
#include "kernel/timer_queue.hpp"

#include <string>

#include "decimal/error.hpp"

namespace pytrader {

TimerId TimerQueue::set(StrategyIndex strategy, i64 first_due, i64 interval_ns, u32 name) {
  if (heap_.size() >= kMaxTimers) {
    throw Error(ErrorCode::capacity, "timers: more than " + std::to_string(kMaxTimers) +
                                         " are set at once; cancel those that are no longer needed");
  }
  index_.reserve(heap_.size() + 1);
  heap_.reserve(heap_.size() + 1 > heap_.capacity() ? 2 * heap_.size() + 8 : heap_.capacity());
  if (slots_.empty()) slots_.emplace_back();
  u32 slot = free_;
  if (slot == kNone) {
    slot = static_cast<u32>(slots_.size());
    slots_.emplace_back();
  } else {
    free_ = slots_[slot].place;
  }
  slots_[slot].timer = Timer{first_due, interval_ns, ++last_id_, strategy, name};
  index_.insert(last_id_, slot);
  heap_.push_back(slot);
  put(heap_.size() - 1, slot);
  sift_up(heap_.size() - 1);
  find_next_due();
  return last_id_;
}

bool TimerQueue::cancel(StrategyIndex strategy, TimerId timer_id) noexcept {
  const u32 slot = find(timer_id);
  if (slot == kNone || slots_[slot].timer.strategy != strategy) return false;
  remove(slots_[slot].place);
  find_next_due();
  return true;
}

Timer TimerQueue::pop() noexcept {
  const Timer fired = slots_[heap_[0]].timer;
  i64 next = 0;
  if (fired.interval_ns > 0 && !__builtin_add_overflow(fired.due, fired.interval_ns, &next)) {
    slots_[heap_[0]].timer.due = next;
    if (heap_.size() > 1) sift_down(0);
  } else {
    remove(0);
  }
  find_next_due();
  return fired;
}

bool TimerQueue::before(u32 a, u32 b) const noexcept {
  const Timer& left = slots_[a].timer;
  const Timer& right = slots_[b].timer;
  return left.due != right.due ? left.due < right.due : left.timer_id < right.timer_id;
}

void TimerQueue::put(std::size_t place, u32 slot) noexcept {
  heap_[place] = slot;
  slots_[slot].place = static_cast<u32>(place);
}

void TimerQueue::sift_up(std::size_t place) noexcept {
  const u32 slot = heap_[place];
  while (place > 0 && before(slot, heap_[(place - 1) / 2])) {
    put(place, heap_[(place - 1) / 2]);
    place = (place - 1) / 2;
  }
  put(place, slot);
}

void TimerQueue::sift_down(std::size_t place) noexcept {
  const u32 slot = heap_[place];
  for (std::size_t child = 2 * place + 1; child < heap_.size(); child = 2 * place + 1) {
    if (child + 1 < heap_.size() && before(heap_[child + 1], heap_[child])) ++child;
    if (!before(heap_[child], slot)) break;
    put(place, heap_[child]);
    place = child;
  }
  put(place, slot);
}

void TimerQueue::remove(std::size_t place) noexcept {
  const u32 gone = heap_[place];
  const u32 last = heap_.back();
  heap_.pop_back();
  index_.erase(slots_[gone].timer.timer_id, gone);
  slots_[gone].place = free_;
  free_ = gone;
  if (gone == last) return;
  put(place, last);
  sift_down(place);
  sift_up(slots_[last].place);
}

u32 TimerQueue::find(TimerId timer_id) const noexcept {
  return index_.find(timer_id, [this](u32 slot) { return slots_[slot].timer.timer_id; });
}

}  // namespace pytrader
