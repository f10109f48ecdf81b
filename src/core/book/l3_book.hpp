// The order-by-order book: every resting order in its place in the queue of its price.
#pragma once

#include <cstddef>

#include "book/book_fault.hpp"
#include "book/book_sides.hpp"
#include "book/bucket_index.hpp"
#include "book/feed_watch.hpp"
#include "book/order_pool.hpp"
#include "decimal/integers.hpp"
#include "model/column.hpp"
#include "model/enums.hpp"
#include "model/records.hpp"

namespace pytrader {

// A batch of L3Record rows as columns; the times are not read. Without flags every row ends its venue event.
struct L3Columns {
  Column action, side, price, quantity, order_id, flags;
  std::size_t rows = 0;

  L3Record row(std::size_t i) const noexcept {
    return {
        0, 0, action[i], side[i], price[i], quantity[i], static_cast<u64>(order_id[i]), flags ? flags[i] : kFlagLast};
  }
};

// The orders of a snapshot: prices in any order, each price's orders in that of its queue. A position, if there is the
// column, is checked to say the same.
struct OrderColumns {
  Column order_id, side, price, quantity, position;
  std::size_t rows = 0;
};

// An order in an array. `position` counts the orders in front of it at its price.
struct QueuedOrder {
  u64 order_id;
  i64 side;
  i64 price;
  i64 quantity;
  i64 position;
};

// Writes the orders of a side: best price first, each price's in the order of its queue.
void write_queues(const Ladder& ladder, const OrderPool& orders, Side which, QueuedOrder* out) noexcept;

struct OrderView {
  u64 order_id;
  Side side;
  i64 price;
  i64 quantity;
};

// What a row does stands with BookAction. Rows that name a resting order may leave the side 0; their price is read by
// replace only. Faults are looked for in this order: action, side, price, quantity, id and its order's side and
// quantity, overflow, crossing. A refused row changes nothing; running out of memory or orders throws and changes
// nothing.
class L3Book : public BookSides {
 public:
  explicit L3Book(BookPolicy policy = BookPolicy::strict, u32 max_orders = OrderPool::kMaxOrders)
      : orders_(max_orders), policy_(policy) {}

  // Whether a fault other than none was applied nevertheless: see BookPolicy.
  bool applied(BookFault fault) const noexcept { return pytrader::applied(fault, policy_); }
  BookFault apply(const L3Record& row);
  // As apply_rows says.
  BatchResult apply(const L3Columns& columns, std::size_t first = 0, CrossedWatch* watch = nullptr);
  void count(BookFault fault) noexcept { faults_.add(fault); }
  // Replaces the whole book; judged as a whole first, so that a strict book that refuses a row keeps what it had. A
  // crossing stands behind the last row.
  BatchResult snapshot(const OrderColumns& orders);
  // Both sides become empty; fault counts and memory stay.
  void clear() noexcept;
  // Makes room for so many resting orders, so that reaching them does not allocate.
  void reserve(std::size_t orders);

  std::size_t order_count() const noexcept { return orders_.size(); }
  std::size_t order_count(Side which) const noexcept;
  // Writes the orders of a side, order_count(which) of them: best price first, each price's in the order of its queue.
  void write_orders(Side which, QueuedOrder* out) const noexcept;
  // An order's slot, kNone if it does not rest. A slot keeps its order until the order leaves.
  u32 find(u64 order_id) const noexcept { return index_.find(order_id, OrderIds{orders_}); }
  OrderView order(u32 slot) const noexcept;
  // Quantity in front of an order at its price; costs a step for each order in front.
  i64 queue_ahead(u32 slot) const noexcept;
  const OrderPool& orders() const noexcept { return orders_; }
  Side side_of(u32 slot) const noexcept { return static_cast<Side>(orders_[slot].attributes); }

  BookPolicy policy() const noexcept { return policy_; }
  const FaultCounts& faults() const noexcept { return faults_; }
  std::size_t memory_bytes() const noexcept;
  // Throws std::logic_error if queues, totals, index and ladders contradict one another.
  void check() const;

 private:
  // Inlined by force: GCC 12 takes a function of nothing but prefetches for one without effect, and drops its calls.
  [[gnu::always_inline]] void look_ahead(const L3Columns& columns, std::size_t row) const noexcept;
  void make_room();
  BookFault dispatch(const L3Record& row);
  BookFault add(const L3Record& row);
  BookFault replace(const L3Record& row);
  BookFault erase(const L3Record& row) noexcept;
  BookFault take(const L3Record& row) noexcept;
  BookFault print(const L3Record& row) const noexcept;

  BookFault remove(u32 slot, i64 flags) noexcept;
  bool crossed_without(u32 slot) const noexcept;
  bool refuses(bool crosses) const noexcept { return crosses && policy_ == BookPolicy::strict; }
  void check_side(Side which, std::size_t& seen) const;

  OrderPool orders_;
  CompactBucketIndex index_;  // has room for every node of the pool, free ones too
  std::size_t reserved_ = 0;  // what reserve() promised: a snapshot keeps it
  FaultCounts faults_;
  BookPolicy policy_;
};

}  // namespace pytrader
