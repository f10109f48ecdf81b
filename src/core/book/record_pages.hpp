// Records that stay for a whole run, at stable addresses and by number: room for them grows block by block.
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

#include "book/large_block.hpp"
#include "decimal/integers.hpp"

namespace pytrader {

// Numbers count from 1. Blocks of memory are taken whole and filled one record after another, so that what no record
// has reached is never touched, and nothing is copied when room is made. A block is as large as all before it until
// these have kFewBytes, then as large as a huge page: runs of few records take little, and long ones do not stop for
// every page that they touch first. `kChunkBits`: the smallest block holds 2^kChunkBits records.
template <class Record, u32 kChunkBits = 10, std::size_t kFewBytes = (std::size_t{256} << 10)>
class RecordPages {
  static_assert(std::is_trivially_destructible_v<Record>);

 public:
  Record& operator[](u64 number) noexcept { return chunks_[(number - 1) >> kChunkBits][(number - 1) & (kSize - 1)]; }
  const Record& operator[](u64 number) const noexcept {
    return chunks_[(number - 1) >> kChunkBits][(number - 1) & (kSize - 1)];
  }
  u64 size() const noexcept { return size_; }
  void reserve(u64 records) {
    while (static_cast<u64>(chunks_.size()) * kSize < records) add_block();
  }
  // The record behind the last one.
  template <class... Fields>
  Record& add(Fields&&... fields) {
    reserve(size_ + 1);
    return *std::construct_at(&(*this)[++size_], std::forward<Fields>(fields)...);
  }
  // None is left; the memory stays.
  void clear() noexcept { size_ = 0; }
  // Gives every record to `take`, in order, and their memory back on the way. None is left.
  template <class Take>
  void drain(Take&& take) {
    u64 number = 0;
    for (auto& block : blocks_) {
      const u64 end = std::min(size_, number + block.get_deleter().records);
      while (number < end) {
        ++number;
        take(std::as_const((*this)[number]));
      }
      block.reset();
    }
    blocks_.clear();
    chunks_.clear();
    size_ = 0;
  }

 private:
  static constexpr u64 kSize = u64{1} << kChunkBits;
  static constexpr std::size_t chunks_of(std::size_t bytes) { return (bytes - 1) / (kSize * sizeof(Record)) + 1; }

  struct Release {
    std::size_t records;
    void operator()(Record* first) const noexcept { LargeBlock<Record>().deallocate(first, records); }
  };

  void add_block() {
    const std::size_t chunks =
        chunks_.size() < chunks_of(kFewBytes) ? std::max<std::size_t>(chunks_.size(), 1) : chunks_of(kHugePage);
    const std::size_t records = chunks * kSize;
    blocks_.reserve(blocks_.size() + 1);
    if (chunks_.capacity() < chunks_.size() + chunks) chunks_.reserve(2 * (chunks_.size() + chunks));
    Record* const first = blocks_.emplace_back(LargeBlock<Record>().allocate(records), Release{records}).get();
    for (std::size_t chunk = 0; chunk < chunks; ++chunk) chunks_.push_back(first + chunk * kSize);
  }

  std::vector<Record*> chunks_;
  std::vector<std::unique_ptr<Record, Release>> blocks_;
  u64 size_ = 0;
};

}  // namespace pytrader
