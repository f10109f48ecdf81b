// Every trade that venues told of, by order and execution id: makes repeated, corrected and busted ones known.
#pragma once

#include <cstddef>
#include <vector>

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

// Grows with the trades of a run, 88 bytes each at most.
class ToldTrades {
 public:
  // Null for a trade that nothing was said of. Good until the next add().
  ToldTrade* find(ClientOrderId order, ExecId exec_id) noexcept {
    if (slots_.empty()) return nullptr;
    const u32 number = slots_[slot_of(order, exec_id)];
    return number != 0 ? &records_[number - 1] : nullptr;
  }
  // The pair must not be there yet.
  void add(const ToldTrade& record) {
    if (2 * (records_.size() + 1) > slots_.size()) grow(slots_.empty() ? kSmallest : 2 * slots_.size());
    records_.push_back(record);
    slots_[slot_of(record.order, record.exec_id)] = static_cast<u32>(records_.size());
  }
  void reserve(std::size_t count) {
    std::size_t size = kSmallest;
    while (size < 2 * count) size *= 2;
    records_.reserve(count);
    if (size > slots_.size()) grow(size);
  }
  std::size_t size() const noexcept { return records_.size(); }

 private:
  static constexpr std::size_t kSmallest = 64;

  // The slot of this pair, or the free slot where it belongs.
  std::size_t slot_of(ClientOrderId order, ExecId exec_id) const noexcept {
    const std::size_t mask = slots_.size() - 1;
    const u128 mixed = static_cast<u128>(order * 0x9E3779B97F4A7C15ull + exec_id) * 0xD6E8FEB86659FD93ull;
    std::size_t slot = static_cast<std::size_t>(static_cast<u64>(mixed >> 64) ^ static_cast<u64>(mixed)) & mask;
    while (slots_[slot] != 0) {
      const ToldTrade& record = records_[slots_[slot] - 1];
      if (record.order == order && record.exec_id == exec_id) break;
      slot = (slot + 1) & mask;
    }
    return slot;
  }
  void grow(std::size_t size) {
    slots_.assign(size, 0);
    for (std::size_t i = 0; i < records_.size(); ++i) {
      slots_[slot_of(records_[i].order, records_[i].exec_id)] = static_cast<u32>(i + 1);
    }
  }

  std::vector<ToldTrade> records_;
  std::vector<u32> slots_;  // number of the record, from 1; 0 is free
};

}  // namespace pytrader
