// Every trade that venues told of, by order and execution id: makes repeated, corrected and busted ones known.
#pragma once

#include <cstddef>
#include <vector>

#include "book/large_block.hpp"
#include "model/report_rank.hpp"

namespace pytrader {

// One trade as it stands now.
struct ToldTrade {
  ClientOrderId order = 0;
  ExecId exec_id = 0;
  i64 price = 0;
  i64 quantity = 0;
  ReportRank placed;    // when it happened: rank of its own report, of its correction until that has come
  ReportRank stated;    // rank of the correction that stated its price and quantity; its own report is the oldest
  bool told = false;    // its own report came
  bool busted = false;  // for good
};

// Grows with the trades of a run, 96 bytes each at most.
class ToldTrades {
 public:
  // Null for a trade that nothing was said of. Good until the next add().
  ToldTrade* find(ClientOrderId order, ExecId exec_id) noexcept {
    if (slots_.empty()) return nullptr;
    const u32 number = slots_[slot_of(order, exec_id)].number;
    return number != 0 ? &records_[number - 1] : nullptr;
  }
  // The pair must not be there yet.
  void add(const ToldTrade& record) {
    if (2 * (records_.size() + 1) > slots_.size()) grow(slots_.empty() ? kSmallest : 2 * slots_.size());
    records_.push_back(record);
    slots_[slot_of(record.order, record.exec_id)] = {static_cast<u32>(records_.size()),
                                                     tag_of(record.order, record.exec_id)};
  }
  void reserve(std::size_t count) {
    std::size_t size = kSmallest;
    while (size < 2 * count) size *= 2;
    records_.reserve(count);
    if (size > slots_.size()) grow(size);
  }
  std::size_t size() const noexcept { return records_.size(); }

 private:
  struct Slot {
    u32 number = 0;  // of the record, from 1; 0 is free
    u32 tag = 0;
  };
  static constexpr std::size_t kSmallest = 64;

  // Four orders by four executions that differ in their last two bits alone have 16 slots side by side, each its own:
  // most trades are those of the newest orders, by the newest numbers.
  static u32 tag_of(ClientOrderId order, ExecId exec_id) noexcept {
    const u128 mixed = static_cast<u128>((order >> 2) * 0x9E3779B97F4A7C15ull + (exec_id >> 2)) * 0xD6E8FEB86659FD93ull;
    const u64 folded = static_cast<u64>(mixed >> 64) ^ static_cast<u64>(mixed);
    return static_cast<u32>((folded << 4) | ((order & 3) << 2) | (exec_id & 3));
  }
  // The slot of this pair, or the free slot where it belongs.
  std::size_t slot_of(ClientOrderId order, ExecId exec_id) const noexcept {
    const std::size_t mask = slots_.size() - 1;
    const u32 tag = tag_of(order, exec_id);
    std::size_t slot = tag & mask;
    for (; slots_[slot].number != 0; slot = (slot + 1) & mask) {
      if (slots_[slot].tag != tag) continue;
      const ToldTrade& record = records_[slots_[slot].number - 1];
      if (record.order == order && record.exec_id == exec_id) break;
    }
    return slot;
  }
  void grow(std::size_t size) {
    std::vector<Slot, LargeBlock<Slot>> old(size);
    old.swap(slots_);
    for (const Slot& moved : old) {
      if (moved.number == 0) continue;
      std::size_t slot = moved.tag & (size - 1);
      while (slots_[slot].number != 0) slot = (slot + 1) & (size - 1);
      slots_[slot] = moved;
    }
  }

  std::vector<ToldTrade, LargeBlock<ToldTrade>> records_;
  std::vector<Slot, LargeBlock<Slot>> slots_;
};

}  // namespace pytrader
