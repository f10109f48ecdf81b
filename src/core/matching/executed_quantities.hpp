// What has been executed of resting orders, for the few of which something was.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "book/id_index.hpp"
#include "decimal/integers.hpp"

namespace pytrader {

// By slot of the order; memory follows the number of orders that are partly executed, not of all that rest.
class ExecutedQuantities {
 public:
  std::size_t size() const noexcept { return index_.size(); }
  std::size_t memory_bytes() const noexcept { return index_.memory_bytes() + rows_.capacity() * sizeof(Row); }

  // Makes room, so that set() can not throw as long as no more than `count` slots have a quantity.
  void reserve(std::size_t count) {
    index_.reserve(count);
    if (rows_.capacity() <= count) rows_.reserve(std::max(count + 1, 2 * rows_.capacity()));
  }

  // 0 if none was set.
  i64 of(u32 slot) const noexcept {
    const u32 row = row_of(slot);
    return row == kNone ? 0 : rows_[row].quantity;
  }
  // Room must have been reserved.
  void set(u32 slot, i64 quantity) noexcept {
    u32 row = row_of(slot);
    if (row == kNone) {
      if (rows_.empty()) rows_.push_back({});
      row = static_cast<u32>(rows_.size());
      rows_.push_back({slot, 0});
      index_.insert(slot, row);
    }
    rows_[row].quantity = quantity;
  }
  void erase(u32 slot) noexcept {
    const u32 row = row_of(slot);
    if (row == kNone) return;
    index_.erase(slot, row);
    const auto last = static_cast<u32>(rows_.size() - 1);
    if (row != last) {
      index_.erase(rows_[last].slot, last);
      rows_[row] = rows_[last];
      index_.insert(rows_[row].slot, row);
    }
    rows_.pop_back();
  }

 private:
  struct Row {
    u32 slot = kNone;
    i64 quantity = 0;
  };

  u32 row_of(u32 slot) const noexcept {
    return index_.find(slot, [this](u32 row) { return u64{rows_[row].slot}; });
  }

  IdIndex index_;          // slot -> row
  std::vector<Row> rows_;  // the first is nobody's
};

}  // namespace pytrader
