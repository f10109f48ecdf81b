// What an engine needs to share at a price: the queue of one level with its shares, and the TOP order of each side.
#pragma once

#include <cstddef>
#include <vector>

#include "book/id_index.hpp"
#include "matching/allocation.hpp"
#include "model/enums.hpp"

namespace pytrader {

// The orders of one level by their slots, oldest first, and what each of them trades.
class LevelSharing {
 public:
  // Throws Error(invalid_argument) as `check` does.
  explicit LevelSharing(const AllocationRules& rules) : allocation_(rules) {}

  // False under price-time: nothing is shared then.
  bool is_active() const noexcept { return !allocation_.rules().is_price_time(); }
  const AllocationRules& rules() const noexcept { return allocation_.rules(); }

  // Room for a level of so many orders, so that sharing it can not throw.
  void reserve(std::size_t orders) {
    slots_.reserve(orders);
    queue_.reserve(orders);
    if (shares_.size() < orders) shares_.resize(orders);
    allocation_.reserve(orders);
  }

  void clear() noexcept {
    slots_.clear();
    queue_.clear();
  }
  void add(u32 slot, const AllocationEntry& entry) {
    slots_.push_back(slot);
    queue_.push_back(entry);
  }
  // `incoming` must be positive.
  void share(i64 incoming) {
    if (shares_.size() < queue_.size()) shares_.resize(queue_.size());
    allocation_.allocate(incoming, queue_, shares_);
  }
  std::size_t size() const noexcept { return slots_.size(); }
  u32 slot(std::size_t i) const noexcept { return slots_[i]; }
  i64 share_of(std::size_t i) const noexcept { return shares_[i]; }

 private:
  Allocation allocation_;
  std::vector<u32> slots_;
  std::vector<AllocationEntry> queue_;
  std::vector<i64> shares_;
};

// One order of each side at most: the displayed order that was the last to come to rest at a better price than all that
// its side displayed, as long as it keeps its place (CME Globex, Allocation algorithm).
class TopOrders {
 public:
  // kNone if the side has no TOP order.
  u32 operator[](Side side) const noexcept { return slots_[index_of(side)]; }

  // An order has bettered its side: it takes TOP from whoever has it, whether or not it is eligible for it.
  void better(Side side, u32 slot, bool is_eligible) noexcept { slots_[index_of(side)] = is_eligible ? slot : kNone; }
  // An order has left its place in the queue.
  void leave(Side side, u32 slot) noexcept {
    if (slots_[index_of(side)] == slot) slots_[index_of(side)] = kNone;
  }

 private:
  static constexpr std::size_t index_of(Side side) noexcept { return side == Side::buy ? 0 : 1; }

  u32 slots_[2] = {kNone, kNone};
};

}  // namespace pytrader
