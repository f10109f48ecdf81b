// The memory of all resting orders of a book: 32-byte nodes in one block, addressed by 32-bit slots.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

#include "book/id_index.hpp"
#include "book/large_block.hpp"
#include "decimal/error.hpp"
#include "decimal/integers.hpp"

namespace pytrader {

// Two to a cache line. `next` and `prev` link the queue of a price level; a free node's `next` links the free list.
struct alignas(32) OrderNode {
  u32 next = kNone;
  u32 prev = kNone;
  i64 quantity = 0;
  u64 id = 0;
  u32 level = kNone;   // handle in the ladder of the order's side
  u32 attributes = 0;  // the owner's own; a book keeps the Side here
};
static_assert(sizeof(OrderNode) == 32);

// Slots are 1, 2, 3, ...; kNone is never given out. A released slot is the next one given out, while its line is warm.
// The block grows geometrically to the peak of live orders and never shrinks; growing moves nodes, slots stay.
class OrderPool {
 public:
  static constexpr u32 kMaxOrders = u32{1} << 31;

  explicit OrderPool(u32 limit = kMaxOrders) : limit_(limit < kMaxOrders ? limit : kMaxOrders) {}

  u32 size() const noexcept { return live_; }
  u32 limit() const noexcept { return limit_; }
  // Above every slot that has been given out or is free.
  std::size_t slots() const noexcept { return nodes_.size(); }
  std::size_t memory_bytes() const noexcept { return nodes_.capacity() * sizeof(OrderNode); }

  // `slot` must be live, or kNone once there has been an order: that node is nobody's, and takes the links that queues
  // write where there is no neighbour.
  OrderNode& operator[](u32 slot) noexcept { return nodes_[slot]; }
  const OrderNode& operator[](u32 slot) const noexcept { return nodes_[slot]; }

  bool full() const noexcept { return live_ >= limit_; }
  // True if acquire_free() has a node to give.
  bool has_free() const noexcept { return free_ != kNone; }

  // Makes room, so that acquiring up to `count` live orders in all can not throw. Throws Error(capacity) above the
  // limit.
  void reserve(std::size_t count) {
    if (count > limit_) refuse();
    if (count + 1 > nodes_.capacity()) nodes_.reserve(std::max({count + 1, 2 * nodes_.capacity(), kFirstBlock}));
  }

  // A node with unspecified contents. Throws Error(capacity) at the limit.
  u32 acquire() {
    if (full()) [[unlikely]]
      refuse();
    if (!has_free()) [[unlikely]]
      add_free(1);
    return acquire_free();
  }
  // Makes up to `count` more nodes that acquire_free() can give, within the limit.
  [[gnu::noinline]] void add_free(std::size_t count) {
    if (nodes_.empty()) {
      nodes_.reserve(kFirstBlock);
      nodes_.emplace_back();
    }
    // The block grows for one node, not for some in advance: what reserve() made room for stays enough.
    count = std::min(count, std::max<std::size_t>(nodes_.capacity() - nodes_.size(), 1));
    for (; count > 0 && nodes_.size() <= limit_; --count) {
      const auto slot = static_cast<u32>(nodes_.size());
      nodes_.emplace_back();
      nodes_[slot].next = free_;
      free_ = slot;
    }
  }
  // What acquire_free() gives next.
  u32 next_free() const noexcept { return free_; }
  u32 acquire_free() noexcept {
    const u32 slot = free_;
    free_ = nodes_[slot].next;
    ++live_;
    return slot;
  }

  void release(u32 slot) noexcept {
    nodes_[slot].next = free_;
    free_ = slot;
    --live_;
  }

  // Releases all at once and keeps the memory.
  void clear() noexcept {
    nodes_.clear();
    free_ = kNone;
    live_ = 0;
  }

  // Inlined by force, as IdIndex::prefetch.
  [[gnu::always_inline]] void prefetch(u32 slot) const noexcept { __builtin_prefetch(nodes_.data() + slot); }

 private:
  static constexpr std::size_t kFirstBlock = 32;

  [[noreturn]] void refuse() const {
    throw Error(ErrorCode::capacity, "order pool: more than " + std::to_string(limit_) + " live orders");
  }

  std::vector<OrderNode, LargeBlock<OrderNode>> nodes_;
  u32 free_ = kNone;
  u32 limit_;
  u32 live_ = 0;
};

// The ids of a pool's orders, as an index asks for them.
struct OrderIds {
  const OrderPool& orders;
  u64 operator()(u32 slot) const noexcept { return orders[slot].id; }
};

}  // namespace pytrader
