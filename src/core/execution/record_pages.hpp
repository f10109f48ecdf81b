// Records that stay for a whole run, at stable addresses and by number: room for them grows page by page.
#pragma once

#include <cstddef>
#include <vector>

#include "book/large_block.hpp"
#include "decimal/integers.hpp"

namespace pytrader {

// Numbers count from 1. Blocks of memory are taken whole and filled one record after another, so that what no record
// has reached is never touched, and nothing is copied when room is made.
template <class Record>
class RecordPages {
 public:
  Record& operator[](u64 number) noexcept { return chunks_[(number - 1) >> kBits][(number - 1) & (kSize - 1)]; }
  const Record& operator[](u64 number) const noexcept {
    return chunks_[(number - 1) >> kBits][(number - 1) & (kSize - 1)];
  }
  void reserve(u64 records) {
    while (static_cast<u64>(chunks_.size()) * kSize < records) add_block();
  }
  // The record behind the last one; reserve() has made room for it.
  Record& add() noexcept {
    if (blocks_[filling_].size() == blocks_[filling_].capacity()) ++filling_;
    return blocks_[filling_].emplace_back();
  }

 private:
  static constexpr u32 kBits = 10;
  static constexpr u32 kSize = 1u << kBits;
  static constexpr u32 kSmallBlocks = 8;  // of one chunk, so that runs of few records take little
  static constexpr u32 kChunksPerBlock = 8;

  void add_block() {
    const u32 chunks = blocks_.size() < kSmallBlocks ? 1 : kChunksPerBlock;
    std::vector<Record, LargeBlock<Record>> block;
    block.reserve(std::size_t{chunks} * kSize);
    chunks_.reserve(chunks_.size() + chunks);
    Record* const first = block.data();
    blocks_.push_back(std::move(block));
    for (u32 chunk = 0; chunk < chunks; ++chunk) chunks_.push_back(first + std::size_t{chunk} * kSize);
  }

  std::vector<Record*> chunks_;
  std::vector<std::vector<Record, LargeBlock<Record>>> blocks_;
  std::size_t filling_ = 0;  // the block that the next record goes to
};

}  // namespace pytrader
