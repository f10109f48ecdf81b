// Things on their way, out in order of the time at which they are due and, at one time, of their sending.
// Those that are taken at once come before the others of their time.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

#include "decimal/error.hpp"
#include "decimal/integers.hpp"
#include "kernel/bounded_queue.hpp"

namespace pytrader {

// What is due no earlier than everything sent before it goes through a ring, which costs no comparison with others;
// what overtakes goes through a binary heap. Item has members `due` and `at_once`. Bound: `limit` items on their
// way at once.
template <class Item>
class DueQueue {
 public:
  // `refusal` is what the Error(capacity) says beyond `limit` items.
  DueQueue(std::size_t limit, std::string refusal) : limit_(limit), refusal_(refusal), ring_(limit, refusal) {}

  bool empty() const noexcept { return ring_.empty() && heap_.empty(); }
  std::size_t size() const noexcept { return ring_.size() + heap_.size(); }
  const Item& front() const noexcept { return heap_leads() ? heap_.front().item : ring_.front().item; }
  // When the front is due, INT64_MAX if there is none.
  i64 next_due() const noexcept { return next_due_; }
  // Whether there is a front and it is taken at once.
  bool next_is_at_once() const noexcept { return next_is_at_once_; }

  // Throws Error(capacity) where pushing so many would.
  void require_room(std::size_t items = 1) const {
    if (items > limit_ || size() > limit_ - items) [[unlikely]]
      throw Error(ErrorCode::capacity, refusal_);
  }

  void push(const Item& item) {
    push(item.due, item.at_once, [&item](Item& sent) { sent = item; });
  }
  // `write(item)` writes what is sent where it is kept, but for `due` and `at_once`; an item that left may have left
  // its values there.
  template <class Write>
  void push(i64 due, bool at_once, Write&& write) {
    require_room();
    const bool overtakes = due < last_due_ || (due == last_due_ && at_once && !last_is_at_once_);
    if (ring_.empty() || !overtakes) {
      Sent& sent = ring_.emplace();
      write(sent.item);
      sent.item.due = due;
      sent.item.at_once = at_once;
      sent.number = sent_++;
      last_due_ = due;
      last_is_at_once_ = at_once;
    } else {
      Sent& sent = heap_.emplace_back();
      write(sent.item);
      sent.item.due = due;
      sent.item.at_once = at_once;
      sent.number = sent_++;
      std::push_heap(heap_.begin(), heap_.end(), &later);
    }
    if (due < next_due_ || (due == next_due_ && at_once)) {
      next_due_ = due;
      next_is_at_once_ = at_once;
    }
  }

  void pop() noexcept {
    if (heap_leads()) {
      std::pop_heap(heap_.begin(), heap_.end(), &later);
      heap_.pop_back();
    } else {
      ring_.pop();
    }
    const bool none = empty();
    next_due_ = none ? INT64_MAX : front().due;
    next_is_at_once_ = !none && front().at_once;
  }

 private:
  struct Sent {
    Item item;
    u64 number;
  };

  static bool later(const Sent& a, const Sent& b) noexcept {
    if (a.item.due != b.item.due) return a.item.due > b.item.due;
    return a.item.at_once != b.item.at_once ? b.item.at_once : a.number > b.number;
  }
  bool heap_leads() const noexcept { return !heap_.empty() && (ring_.empty() || later(ring_.front(), heap_.front())); }

  std::size_t limit_;
  std::string refusal_;
  BoundedQueue<Sent> ring_;
  std::vector<Sent> heap_;
  i64 next_due_ = INT64_MAX;
  i64 last_due_ = INT64_MIN;  // of the last that went into the ring
  bool last_is_at_once_ = false;
  bool next_is_at_once_ = false;
  u64 sent_ = 0;
};

}  // namespace pytrader
