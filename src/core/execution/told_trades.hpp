// Every trade that venues told of, by order and execution id: makes repeated, corrected and busted ones known.
#pragma once

#include <cstddef>
#include <vector>

#include "book/large_block.hpp"
#include "book/record_pages.hpp"
#include "decimal/error.hpp"
#include "model/report_rank.hpp"

namespace pytrader {

// One trade as it stands now.
struct ToldTrade {
  ExecId exec_id = 0;
  i64 price = 0;
  i64 quantity = 0;
  ReportRank placed;        // when it happened: rank of its own report, of its correction until that has come
  u32 order = 0;            // a run's orders are numbered in 32 bits
  u32 correction : 30 = 0;  // number of the one that stated its price and quantity; 0: its own report did
  bool told : 1 = false;    // its own report came
  bool busted : 1 = false;  // for good
};
static_assert(sizeof(ToldTrade) == 48);

// Grows with the trades of a run, 80 bytes each at most, and 16 for a correction of one that had none.
class ToldTrades {
 public:
  // Where a trade stands, or belongs. Good until the next add().
  struct Place {
    std::size_t slot;
    u32 tag;
    ToldTrade* trade;  // null for one that nothing was said of
  };
  Place find(ClientOrderId order, ExecId exec_id) noexcept {
    const u32 tag = tag_of(order, exec_id);
    if (slots_.empty()) return {0, tag, nullptr};
    const std::size_t slot = slot_of(tag, order, exec_id);
    const u32 number = slots_[slot].number;
    return {slot, tag, number != 0 ? &records_[number] : nullptr};
  }
  // Has the place of a trade at hand when it is told: in a long run it is in no cache. Inlined by force: GCC 12 takes a
  // function of nothing but prefetches for one without effect, and drops its calls.
  [[gnu::always_inline]] void prefetch(ClientOrderId order, ExecId exec_id) const noexcept {
    if (!slots_.empty()) __builtin_prefetch(slots_.data() + (tag_of(order, exec_id) & (slots_.size() - 1)));
  }
  // At the place that find() gave for the record's order and execution, where nothing stands yet.
  ToldTrade& add(const Place& place, const ToldTrade& record) {
    std::size_t slot = place.slot;
    if (2 * (records_.size() + 1) > slots_.size()) [[unlikely]] {
      grow(slots_.empty() ? kSmallest : 2 * slots_.size());
      slot = slot_of(place.tag, record.order, record.exec_id);
    }
    ToldTrade& added = records_.add(record);
    slots_[slot] = {static_cast<u32>(records_.size()), place.tag};
    return added;
  }
  // Rank of the correction that stated its price and quantity; its own report is older than all of them.
  ReportRank stated(const ToldTrade& trade) const noexcept {
    return trade.correction != 0 ? corrections_[trade.correction] : ReportRank{};
  }
  // Throws Error(capacity) beyond 2^30 - 1 trades that were corrected.
  void state(ToldTrade& trade, const ReportRank& correction) {
    if (trade.correction == 0) {
      if (corrections_.size() >= kMostCorrections) {
        throw Error(ErrorCode::capacity, "corrections: a run keeps those of 1073741823 trades at most");
      }
      corrections_.add(correction);
      trade.correction = static_cast<u32>(corrections_.size());
    } else {
      corrections_[trade.correction] = correction;
    }
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
  static constexpr u64 kMostCorrections = (u64{1} << 30) - 1;

  // Four orders by four executions that differ in their last two bits alone have 16 slots side by side, each its own:
  // most trades are those of the newest orders, by the newest numbers.
  static u32 tag_of(ClientOrderId order, ExecId exec_id) noexcept {
    const u128 mixed = static_cast<u128>((order >> 2) * 0x9E3779B97F4A7C15ull + (exec_id >> 2)) * 0xD6E8FEB86659FD93ull;
    const u64 folded = static_cast<u64>(mixed >> 64) ^ static_cast<u64>(mixed);
    return static_cast<u32>((folded << 4) | ((order & 3) << 2) | (exec_id & 3));
  }
  // The slot of this pair, or the free slot where it belongs.
  std::size_t slot_of(u32 tag, ClientOrderId order, ExecId exec_id) const noexcept {
    const std::size_t mask = slots_.size() - 1;
    std::size_t slot = tag & mask;
    for (; slots_[slot].number != 0; slot = (slot + 1) & mask) {
      if (slots_[slot].tag != tag) continue;
      const ToldTrade& record = records_[slots_[slot].number];
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

  RecordPages<ToldTrade> records_;
  RecordPages<ReportRank, 6> corrections_;
  std::vector<Slot, LargeBlock<Slot>> slots_;
};

}  // namespace pytrader
