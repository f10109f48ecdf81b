// A queue of orders outside the price levels, in the order in which they came: linked through their nodes.
#pragma once

#include "book/order_pool.hpp"

namespace pytrader {

// An order is in one queue at a time, a price level's included.
class SlotQueue {
 public:
  bool empty() const noexcept { return head_ == kNone; }
  u32 head() const noexcept { return head_; }
  u32 size() const noexcept { return size_; }

  void push_back(u32 slot, OrderPool& pool) noexcept {
    OrderNode& node = pool[slot];
    node.level = kNone;
    node.prev = tail_;
    node.next = kNone;
    (tail_ != kNone ? pool[tail_].next : head_) = slot;
    tail_ = slot;
    ++size_;
  }

  // The order must be in this queue.
  void unlink(u32 slot, OrderPool& pool) noexcept {
    const OrderNode& node = pool[slot];
    (node.prev != kNone ? pool[node.prev].next : head_) = node.next;
    (node.next != kNone ? pool[node.next].prev : tail_) = node.prev;
    --size_;
  }

 private:
  u32 head_ = kNone;
  u32 tail_ = kNone;
  u32 size_ = 0;
};

}  // namespace pytrader
