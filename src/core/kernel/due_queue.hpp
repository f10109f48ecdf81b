// Things on their way, out in order of the time at which they are due and, at one time, of their sending, those that
// are taken at once before the others.
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
    if (items > limit_ || size() > limit_ - items) throw Error(ErrorCode::capacity, refusal_);
  }

  void push(const Item& item) {
    require_room();
    const bool overtakes = item.due < last_due_ || (item.due == last_due_ && item.at_once && !last_is_at_once_);
    if (ring_.empty() || !overtakes) {
      Sent& sent = ring_.emplace();
      sent.item = item;
      sent.number = sent_++;
      last_due_ = item.due;
      last_is_at_once_ = item.at_once;
    } else {
      heap_.push_back({item, sent_++});
      std::push_heap(heap_.begin(), heap_.end(), &later);
    }
    if (item.due < next_due_ || (item.due == next_due_ && item.at_once)) {
      next_due_ = item.due;
      next_is_at_once_ = item.at_once;
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
