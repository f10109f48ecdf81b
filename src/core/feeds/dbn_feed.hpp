// Reads Databento's binary encoding (DBN) and keeps the books of its instruments, in one pass over the bytes.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "book/book_fault.hpp"
#include "book/id_index.hpp"
#include "decimal/integers.hpp"
#include "feeds/chunk_carry.hpp"
#include "feeds/dbn_instrument.hpp"
#include "feeds/dbn_metadata.hpp"
#include "feeds/wire_fault.hpp"

namespace pytrader {

class DbnFeed {
 public:
  struct Tick {
    std::string symbol;  // empty: of every instrument without one of its own
    i64 tick;            // 10^-9
  };
  struct Options {
    BookPolicy policy = BookPolicy::strict;
    std::vector<Tick> ticks;  // these count more than what definitions say
    bool record = false;
    u32 max_orders = OrderPool::kMaxOrders;  // of each book
    std::vector<std::string> symbols{};      // whose records are kept; empty: all
  };
  explicit DbnFeed(Options options) : options_(std::move(options)) {}

  // Any piece of an uncompressed stream, cut anywhere. A strict feed stops at the first fault, with the records before
  // it applied, and applies nothing more.
  WireStop apply(const u8* data, std::size_t size);
  // The stream is over: a record cut in two is a fault. What is applied next is another stream, with a header of its
  // own, and goes on with the books as they are.
  WireStop finish();
  const WireStop& stop() const noexcept { return stop_; }
  // A header comes next, or stopped the feed.
  bool in_header() const noexcept { return !in_stream_; }

  u64 bytes() const noexcept { return offset_; }
  u64 records() const noexcept { return records_; }
  u64 count(u8 kind) const noexcept { return counts_[kind]; }
  const WireFaultCounts& faults() const noexcept { return faults_; }
  BookPolicy policy() const noexcept { return options_.policy; }
  const DbnMetadata& metadata() const noexcept { return metadata_; }

  // In the order of their first record.
  std::size_t instrument_count() const noexcept { return instruments_.size(); }
  DbnInstrument& instrument(std::size_t at) noexcept { return *instruments_[at]; }
  const DbnInstrument& instrument(std::size_t at) const noexcept { return *instruments_[at]; }

 private:
  void take(const u8* data, std::size_t size);
  std::size_t run(const u8* data, std::size_t size);
  WireFault dispatch(const u8* record, std::size_t length);
  WireFault define(DbnInstrument& instrument, const u8* record);
  WireFault map_symbol(const u8* record, std::size_t length);

  DbnInstrument& instrument_of(const u8* record);
  std::string name_of(u32 instrument_id) const;
  void name(DbnInstrument& instrument, const std::string& symbol);
  void judge_names();
  i64 given_tick(const std::string& symbol) const noexcept;
  bool wanted(const std::string& symbol) const noexcept;
  bool note(WireFault fault, u8 kind);

  Options options_;
  DbnMetadata metadata_;
  std::vector<std::unique_ptr<DbnInstrument>> instruments_;  // bound: pairs of publisher and instrument in the input
  IdIndex index_;                                            // publisher and instrument -> place + 1
  DbnInstrument* last_ = nullptr;
  ChunkCarry carry_;
  std::array<u64, 256> counts_{};
  WireFaultCounts faults_;
  WireStop stop_;
  u64 offset_ = 0;
  u64 records_ = 0;
  bool in_stream_ = false;  // the header was read
};

// The rest of an instrument's work, without the stream. Rows are judged and applied; they are kept if `record`.
// Prices that are no whole ticks are off_tick, a time beyond 2262 is bad_field.
WireFault apply_dbn_order(DbnInstrument& instrument, const u8* record, bool keep_rows);
WireFault apply_dbn_levels(DbnInstrument& instrument, const u8* record, std::size_t depth, bool keep_rows);
WireFault apply_dbn_trade(DbnInstrument& instrument, const u8* record, bool keep_rows);
WireFault apply_dbn_bar(DbnInstrument& instrument, const u8* record, bool keep_rows);

}  // namespace pytrader
