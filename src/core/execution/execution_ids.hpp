// Which executions open orders have had, so that a report that comes twice is taken once.
#pragma once

#include <cstddef>
#include <vector>

#include "model/messages.hpp"

namespace pytrader {

// A set of (client_order_id, exec_id). Only fills that leave an order open are kept (a closed order takes no trade
// anyway), so it grows with the partial fills of a run: 16 bytes each at a load of at most a half.
class ExecutionIds {
 public:
  bool contains(ClientOrderId order, ExecId exec_id) const noexcept {
    return !entries_.empty() && entries_[slot_of(order, exec_id)].order != 0;
  }
  void insert(ClientOrderId order, ExecId exec_id) {
    if (2 * (count_ + 1) > entries_.size()) grow(entries_.empty() ? kSmallest : 2 * entries_.size());
    Entry& entry = entries_[slot_of(order, exec_id)];
    if (entry.order != 0) return;
    entry = {order, exec_id};
    ++count_;
  }
  void reserve(std::size_t count) {
    std::size_t size = kSmallest;
    while (size < 2 * count) size *= 2;
    if (size > entries_.size()) grow(size);
  }
  std::size_t size() const noexcept { return count_; }

 private:
  struct Entry {
    ClientOrderId order = 0;  // 0: the slot is free; no order has the number 0
    ExecId exec_id = 0;
  };
  static constexpr std::size_t kSmallest = 64;

  // The slot of this pair, or the free slot where it belongs.
  std::size_t slot_of(ClientOrderId order, ExecId exec_id) const noexcept {
    const std::size_t mask = entries_.size() - 1;
    const u128 mixed = static_cast<u128>(order * 0x9E3779B97F4A7C15ull + exec_id) * 0xD6E8FEB86659FD93ull;
    std::size_t slot = static_cast<std::size_t>(static_cast<u64>(mixed >> 64) ^ static_cast<u64>(mixed)) & mask;
    while (entries_[slot].order != 0 && (entries_[slot].order != order || entries_[slot].exec_id != exec_id)) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }
  void grow(std::size_t size) {
    std::vector<Entry> old(size);
    old.swap(entries_);
    for (const Entry& entry : old) {
      if (entry.order != 0) entries_[slot_of(entry.order, entry.exec_id)] = entry;
    }
  }

  std::vector<Entry> entries_;
  std::size_t count_ = 0;
};

}  // namespace pytrader
