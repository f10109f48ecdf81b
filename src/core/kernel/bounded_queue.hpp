// A first-in first-out queue with a stated bound, in a ring that grows to its peak and is reused.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "decimal/error.hpp"
#include "decimal/integers.hpp"

namespace pytrader {

template <class Item>
class BoundedQueue {
 public:
  // `refusal` is what the Error(capacity) says beyond `limit` items.
  BoundedQueue(std::size_t limit, std::string refusal) : limit_(limit), refusal_(std::move(refusal)) {}

  bool empty() const noexcept { return size_ == 0; }
  std::size_t size() const noexcept { return size_; }
  const Item& front() const noexcept { return ring_[head_]; }
  Item& front() noexcept { return ring_[head_]; }

  // Throws Error(capacity) where pushing so many would.
  void require_room(std::size_t items = 1) const {
    if (items > limit_ || size_ > limit_ - items) throw Error(ErrorCode::capacity, refusal_);
  }

  void push(const Item& item) { emplace() = item; }
  // A last item to be written over: it holds what an earlier one left there.
  Item& emplace() {
    if (size_ == ring_.size()) grow();
    return ring_[(head_ + size_++) & (ring_.size() - 1)];
  }

  void pop() noexcept {
    head_ = (head_ + 1) & (ring_.size() - 1);
    --size_;
  }

  void clear() noexcept { head_ = size_ = 0; }

 private:
  void grow() {
    require_room();
    std::vector<Item> wider(ring_.empty() ? 16 : 2 * ring_.size());
    for (std::size_t i = 0; i < size_; ++i) wider[i] = ring_[(head_ + i) & (ring_.size() - 1)];
    ring_.swap(wider);
    head_ = 0;
  }

  std::vector<Item> ring_;  // its size is a power of two, at most `limit_` rounded up to one
  std::size_t head_ = 0;
  std::size_t size_ = 0;
  std::size_t limit_;
  std::string refusal_;
};

}  // namespace pytrader
