// Finds the 32-bit slot of a 64-bit id: a flat hash table of 8-byte entries that holds live ids only.
#pragma once

#include <algorithm>
#include <cstddef>
#include <stdexcept>
#include <vector>

#include "book/large_block.hpp"
#include "decimal/error.hpp"
#include "decimal/integers.hpp"

namespace pytrader {

// The handle of nothing: no order, no level.
constexpr u32 kNone = 0;

// Ids are not stored: an entry keeps 32 bits of the id's hash, and the caller's `id_of(slot)` says whose slot it is.
// Those bits contain the entry's home position, so that erasing and growing never ask for an id.
// Linear probing at a load of at most one half, erasing by shifting back: no tombstones, so that the cost of a look-up
// depends on the live ids alone. Bound: 2^31 ids.
// Of 2^kNeighbourBits ids that differ in their last bits alone the homes lie side by side: for ids that count up, and
// of which the newest are asked for.
template <unsigned kNeighbourBits>
class BasicIdIndex {
 public:
  static constexpr std::size_t kMaxIds = std::size_t{1} << 31;

  std::size_t size() const noexcept { return size_; }
  std::size_t memory_bytes() const noexcept { return entries_.capacity() * sizeof(Entry); }

  // The id's slot, or kNone.
  template <class IdOf>
  u32 find(u64 id, IdOf&& id_of) const noexcept {
    if (size_ == 0) return kNone;
    const u32 tag = tag_of(id);
    for (u32 at = home_of(tag);; at = (at + 1) & mask_) {
      const Entry entry = entries_[at];
      if (entry.slot == kNone) return kNone;
      if (entry.tag == tag && id_of(entry.slot) == id) return entry.slot;
    }
  }

  // Makes room, so that inserting up to `count` ids in all can not throw.
  void reserve(std::size_t count) {
    if (count * 2 > entries_.size()) grow(count);
  }

  // The id must not be in the index, and the slot not be kNone.
  void insert(u64 id, u32 slot) {
    reserve(size_ + 1);
    put({tag_of(id), slot});
    ++size_;
  }

  // As insert if the id is not in the index; else returns its slot and changes nothing. One search for both.
  template <class IdOf>
  u32 find_or_insert(u64 id, u32 slot, IdOf&& id_of) {
    reserve(size_ + 1);
    const u32 tag = tag_of(id);
    u32 at = home_of(tag);
    for (; entries_[at].slot != kNone; at = (at + 1) & mask_) {
      if (entries_[at].tag == tag && id_of(entries_[at].slot) == id) return entries_[at].slot;
    }
    entries_[at] = {tag, slot};
    ++size_;
    return kNone;
  }

  // The id must be in the index with this slot.
  void erase(u64 id, u32 slot) noexcept {
    u32 hole = home_of(tag_of(id));
    while (entries_[hole].slot != slot) hole = (hole + 1) & mask_;
    for (u32 at = (hole + 1) & mask_; entries_[at].slot != kNone; at = (at + 1) & mask_) {
      const u32 probe_length = (at - home_of(entries_[at].tag)) & mask_;
      if (probe_length >= ((at - hole) & mask_)) {
        entries_[hole] = entries_[at];
        hole = at;
      }
    }
    entries_[hole] = Entry{};
    --size_;
  }

  void clear() noexcept {
    std::fill(entries_.begin(), entries_.end(), Entry{});
    size_ = 0;
  }

  // Asks the memory for the line that find(id) will read. Inlined by force: GCC 12 takes a function of nothing but
  // prefetches for one without effect, and drops its calls.
  [[gnu::always_inline]] void prefetch(u64 id) const noexcept {
    if (size_ != 0) __builtin_prefetch(&entries_[home_of(tag_of(id))]);
  }

  // The slot that find(id) will most likely return, judged without the slot's id: good enough to prefetch by.
  u32 guess(u64 id) const noexcept {
    if (size_ == 0) return kNone;
    const u32 tag = tag_of(id);
    u32 at = home_of(tag);
    while (entries_[at].slot != kNone && entries_[at].tag != tag) at = (at + 1) & mask_;
    return entries_[at].slot;
  }

  // How many entries are read until one has the id's tag or none is left: what a look-up costs.
  std::size_t probe_length(u64 id) const noexcept {
    if (size_ == 0) return 0;
    const u32 tag = tag_of(id);
    std::size_t length = 1;
    for (u32 at = home_of(tag); entries_[at].slot != kNone && entries_[at].tag != tag; at = (at + 1) & mask_) ++length;
    return length;
  }

  // Calls `visit(slot)` for every id inside, in no order that means anything.
  template <class Visit>
  void for_each(Visit&& visit) const {
    for (const Entry& entry : entries_) {
      if (entry.slot != kNone) visit(entry.slot);
    }
  }

  // Throws std::logic_error if an entry can not be reached from its home or the count is wrong.
  template <class IdOf>
  void check(IdOf&& id_of) const {
    std::size_t live = 0;
    for (const Entry& entry : entries_) {
      if (entry.slot == kNone) continue;
      ++live;
      if (find(id_of(entry.slot), id_of) != entry.slot) throw std::logic_error("id index: an entry is out of reach");
    }
    if (live != size_) throw std::logic_error("id index: the count is wrong");
  }

 private:
  struct Entry {
    u32 tag = 0;
    u32 slot = kNone;
  };

  // Two multiplications with a fold between them: a single one maps ids in steps of some sizes (987, 10^9) onto a few
  // neighbouring entries, and every look-up would walk through all of them.
  static u32 tag_of(u64 id) noexcept {
    const u64 mixed = (id >> kNeighbourBits) * 0x9E3779B97F4A7C15ULL;
    const u32 tag = static_cast<u32>(((mixed ^ (mixed >> 32)) * 0xBF58476D1CE4E5B9ULL) >> 32);
    if constexpr (kNeighbourBits == 0) return tag;
    return (tag & ~kNeighbours) | (static_cast<u32>(id) & kNeighbours);
  }
  u32 home_of(u32 tag) const noexcept {
    const u32 home = static_cast<u32>(u64{tag} >> shift_);
    if constexpr (kNeighbourBits == 0) return home;
    return (home & ~kNeighbours) | (tag & kNeighbours);
  }

  void put(Entry entry) noexcept {
    u32 at = home_of(entry.tag);
    while (entries_[at].slot != kNone) at = (at + 1) & mask_;
    entries_[at] = entry;
  }

  void grow(std::size_t count) {
    if (count > kMaxIds) throw Error(ErrorCode::capacity, "id index: more than 2147483648 live ids");
    u32 bits = 32 - shift_;
    if (bits < 4) bits = 4;
    while ((std::size_t{1} << bits) < count * 2) ++bits;
    std::vector<Entry, LargeBlock<Entry>> old(std::size_t{1} << bits);
    old.swap(entries_);
    shift_ = 32 - bits;
    mask_ = static_cast<u32>((u64{1} << bits) - 1);
    for (const Entry& entry : old) {
      if (entry.slot != kNone) put(entry);
    }
  }

  static constexpr u32 kNeighbours = (1u << kNeighbourBits) - 1;

  std::vector<Entry, LargeBlock<Entry>> entries_;
  std::size_t size_ = 0;
  u32 shift_ = 32;  // 32 less the table's bits
  u32 mask_ = 0;
};

using IdIndex = BasicIdIndex<0>;
// Eight entries of eight bytes share a line of memory.
using NeighbourIndex = BasicIdIndex<3>;

}  // namespace pytrader
