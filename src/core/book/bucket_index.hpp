// Finds the 32-bit slot of a 64-bit id in one cache line: a hash table of 32-byte buckets that holds live ids only.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstring>
#include <stdexcept>
#include <utility>
#include <vector>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "book/id_index.hpp"
#include "book/large_block.hpp"
#include "decimal/error.hpp"
#include "decimal/integers.hpp"

namespace pytrader {

// With a power of two of buckets an id's bucket is known a few cycles earlier, for 10 to 20 bytes an id. As many
// buckets as needed take 16 bytes an id after reserve(), with so few of them full that looking beside the table is
// rare, and up to 32 after growing by doubling.
enum class BucketCount : u8 { power_of_two, as_needed };

// A bucket has six entries, each a byte of the id's hash (the tag) and a slot; the caller's `id_of(slot)` says whose
// slot it is. All tags are compared at once, so that a look-up has no loop whose length a processor could guess wrong,
// and erasing is one store. What finds its bucket full (one id in a hundred) goes to an IdIndex beside the table, which
// also holds the worst case: ids that share a bucket cost what they cost there. Bound: 2^31 ids.
template <BucketCount sizing>
class BasicBucketIndex {
 public:
  static constexpr std::size_t kMaxIds = std::size_t{1} << 31;
  static constexpr std::size_t kLanes = 6;

  // A type of its own, as a store through u8 would make the compiler read everything anew.
  enum class Tag : u8 { none = 0 };
  struct alignas(32) Bucket {
    Tag tags[kLanes];
    u16 overflow;  // how many of its ids are in the overflow; from kOverflowMost on the number is lost
    u32 slots[kLanes];
  };
  static_assert(sizeof(Bucket) == 32);

  // Where an id belongs. Holds until the next reserve().
  struct Place {
    Bucket* bucket;
    u32 tag;
  };

  BasicBucketIndex() noexcept = default;
  BasicBucketIndex(BasicBucketIndex&& other) noexcept { swap(other); }
  BasicBucketIndex& operator=(BasicBucketIndex&& other) noexcept {
    swap(other);
    return *this;
  }

  // Counts them: costs what the table is large.
  std::size_t size() const noexcept {
    std::size_t live = overflow_.size();
    for_each_lane([&live](u32) { ++live; });
    return live;
  }
  std::size_t overflow_size() const noexcept { return overflow_.size(); }
  std::size_t memory_bytes() const noexcept { return buckets_.capacity() * sizeof(Bucket) + overflow_.memory_bytes(); }

  // The high bits of a product with the golden ratio: ids that count up spread evenly, and so do random ones. Steps
  // that this maps onto few buckets are left to the overflow.
  Place place_of(u64 id) const noexcept {
    const u64 mixed = id * 0x9E3779B97F4A7C15ULL;
    if constexpr (sizing == BucketCount::power_of_two) {
      const u64 hash = mixed >> scale_;
      return {table_ + (hash >> kTagBits), static_cast<u32>(hash) | 1};
    } else {
      const u128 hash = u128{mixed} * scale_;
      return {table_ + static_cast<u64>(hash >> 64), static_cast<u32>(static_cast<u64>(hash) >> (64 - kTagBits)) | 1};
    }
  }

  // The id's slot, or kNone. A caller that has the id's place already may say so, here and in insert().
  template <class IdOf>
  u32 find(u64 id, IdOf&& id_of) const noexcept {
    return find(place_of(id), id, id_of);
  }
  template <class IdOf>
  u32 find(const Place& place, u64 id, IdOf&& id_of) const noexcept {
    for (u32 lanes = lanes_with(place); lanes != 0; lanes &= lanes - 1) {
      const u32 slot = place.bucket->slots[lane_of(lanes)];
      if (id_of(slot) == id) return slot;
    }
    return place.bucket->overflow == 0 ? kNone : overflow_.find(id, id_of);
  }

  // How many ids have room in all.
  std::size_t room() const noexcept { return room_in(buckets_.size()); }
  // Makes room, so that inserting up to `count` ids in all can not throw until one goes to the overflow. Growing asks
  // for the id of every slot.
  template <class IdOf>
  void reserve(std::size_t count, IdOf&& id_of) {
    if (count > room()) grow(count, id_of);
    reserve_overflow();
  }
  // The part of reserve() that is needed while the count of ids stays within room().
  void reserve_overflow() { overflow_.reserve(overflow_.size() + 1); }

  // The id must not be in the index, the slot not be kNone, and room be reserved.
  void insert(u64 id, u32 slot) noexcept { insert(place_of(id), id, slot); }
  void insert(const Place& place, u64 id, u32 slot) noexcept {
    if (const u32 free = lanes_with(place.bucket, kNoTag); free != 0) {
      insert_at(place, lane_of(free), slot);
      return;
    }
    overflow_.insert(id, slot);
    if (place.bucket->overflow != kOverflowMost) ++place.bucket->overflow;
  }

  // The id must be in the index with this slot.
  void erase(u64 id, u32 slot) noexcept {
    const Place place = place_of(id);
    for (u32 lanes = lanes_with(place); lanes != 0; lanes &= lanes - 1) {
      const std::size_t lane = lane_of(lanes);
      if (place.bucket->slots[lane] != slot) continue;
      erase_at(place, lane);
      return;
    }
    overflow_.erase(id, slot);
    if (place.bucket->overflow != kOverflowMost) --place.bucket->overflow;
  }

  // The quick parts of find(), insert() and erase(), for a caller that has the whole of them to fall back to.

  // One bit for each entry of the bucket that has the id's tag: the id itself if it is there, seldom another.
  static u32 lanes_with(const Place& place) noexcept { return lanes_with(place.bucket, place.tag); }
  // The first of some lanes; there must be one.
  static std::size_t lane_of(u32 lanes) noexcept { return static_cast<std::size_t>(__builtin_ctz(lanes)); }
  // In the low byte the free lanes and, above them, two bits if none of the bucket's ids is in the overflow.
  static u32 room_of(const Place& place) noexcept;
  // True if there is a free lane and no overflow: then an id that no lane has is not in the index, and insert_at()
  // serves it, with the first lane of the room.
  static bool is_roomy(u32 room) noexcept { return static_cast<u8>(room) > kNoOverflow; }
  static void insert_at(const Place& place, std::size_t lane, u32 slot) noexcept {
    place.bucket->tags[lane] = static_cast<Tag>(place.tag);
    place.bucket->slots[lane] = slot;
  }
  static void erase_at(const Place& place, std::size_t lane) noexcept { place.bucket->tags[lane] = Tag::none; }

  // Forgets all ids and keeps the memory.
  void clear() noexcept {
    std::fill(buckets_.begin(), buckets_.end(), Bucket{});
    overflow_.clear();
  }

  // Calls visit(slot) for every slot, in no order.
  template <class Visit>
  void for_each(Visit&& visit) const {
    for_each_lane(visit);
    overflow_.for_each(visit);
  }

  // Asks the memory for the line that find(id) will read. Inlined by force: GCC 12 takes a function of nothing but
  // prefetches for one without effect, and drops its calls.
  [[gnu::always_inline]] void prefetch(u64 id) const noexcept { __builtin_prefetch(place_of(id).bucket); }

  // The slot that find(id) will most likely return, judged without the slot's id: good enough to prefetch by.
  u32 guess(u64 id) const noexcept {
    const Place place = place_of(id);
    const u32 lanes = lanes_with(place);
    return lanes == 0 ? kNone : place.bucket->slots[lane_of(lanes)];
  }

  // Throws std::logic_error if an entry can not be found.
  template <class IdOf>
  void check(IdOf&& id_of) const {
    const auto require = [&](u32 slot) {
      if (find(id_of(slot), id_of) != slot) throw std::logic_error("bucket index: an entry is out of reach");
    };
    for_each_lane(require);
    overflow_.check(id_of);
    overflow_.for_each(require);
  }

 private:
  static constexpr u32 kTagBits = 8;
  static constexpr u32 kNoTag = 0;
  static constexpr u8 kNoOverflow = 0b11U << kLanes;
  static constexpr u32 kFirstBits = 3;
  // Entries two buckets have on average, at most, before the table doubles.
  static constexpr std::size_t kTwoHaveMost = sizing == BucketCount::power_of_two ? 7 : 4;
  static constexpr std::size_t room_in(std::size_t buckets) noexcept { return buckets * kTwoHaveMost / 2; }
  static constexpr u16 kOverflowMost = 65'535;
  // So many times fewer places in the overflow than ids: those that are spread at random find room there.
  static constexpr std::size_t kIdsForEachOverflow = sizing == BucketCount::power_of_two ? 32 : 128;

  // One bit for each lane with this tag; kNoTag: for each lane without an entry.
  static u32 lanes_with(const Bucket* bucket, u32 tag) noexcept;
  template <class Visit>
  void for_each_lane(Visit&& visit) const {
    for (const Bucket& bucket : buckets_) {
      for (std::size_t lane = 0; lane < kLanes; ++lane) {
        if (bucket.tags[lane] != Tag::none) visit(bucket.slots[lane]);
      }
    }
  }

  template <class IdOf>
  void grow(std::size_t count, IdOf&& id_of) {
    if (count > kMaxIds) throw Error(ErrorCode::capacity, "bucket index: more than 2147483648 live ids");
    BasicBucketIndex larger;
    if constexpr (sizing == BucketCount::power_of_two) {
      u32 bits = kFirstBits;
      while (room_in(std::size_t{1} << bits) < count) ++bits;
      larger.buckets_.resize(std::size_t{1} << bits);
      larger.scale_ = 64 - bits - kTagBits;
    } else {
      larger.scale_ = std::max({(2 * count - 1) / kTwoHaveMost + 1, 2 * buckets_.size(), std::size_t{1} << kFirstBits});
      larger.buckets_.resize(larger.scale_);
    }
    larger.overflow_.reserve(count / kIdsForEachOverflow);
    larger.table_ = larger.buckets_.data();
    for_each([&](u32 slot) { larger.take(id_of(slot), slot); });
    swap(larger);
  }
  void take(u64 id, u32 slot) {
    reserve_overflow();
    insert(id, slot);
  }
  void swap(BasicBucketIndex& other) noexcept {
    std::swap(table_, other.table_);
    std::swap(scale_, other.scale_);
    std::swap(buckets_, other.buckets_);
    std::swap(overflow_, other.overflow_);
  }

  // What is looked into before the first id comes. Never written: room comes before an insertion.
  inline static Bucket no_buckets_[2] = {};

  Bucket* table_ = no_buckets_;
  u64 scale_ = sizing == BucketCount::power_of_two ? 64 - 1 - kTagBits : 1;  // what is shifted away, or the buckets
  std::vector<Bucket, LargeBlock<Bucket>> buckets_;
  IdIndex overflow_;
};

#ifdef __SSE2__
template <BucketCount sizing>
inline u32 BasicBucketIndex<sizing>::lanes_with(const Bucket* bucket, u32 tag) noexcept {
  const __m128i tags = _mm_load_si128(reinterpret_cast<const __m128i*>(bucket));
  const __m128i one = _mm_cvtsi32_si128(static_cast<int>(tag));
  const __m128i wanted = _mm_shufflelo_epi16(_mm_unpacklo_epi8(one, one), 0);  // in the low eight bytes
  return static_cast<u32>(_mm_movemask_epi8(_mm_cmpeq_epi8(tags, wanted))) & ((1U << kLanes) - 1);
}
template <BucketCount sizing>
inline u32 BasicBucketIndex<sizing>::room_of(const Place& place) noexcept {
  static_assert(kLanes == 6 && offsetof(Bucket, overflow) == 6);
  const __m128i tags = _mm_load_si128(reinterpret_cast<const __m128i*>(place.bucket));
  const __m128i zeros = _mm_cmpeq_epi8(tags, _mm_setzero_si128());
  return static_cast<u32>(_mm_movemask_epi8(zeros));  // the low eight: the tags, and both bytes of `overflow`
}
#else
template <BucketCount sizing>
inline u32 BasicBucketIndex<sizing>::lanes_with(const Bucket* bucket, u32 tag) noexcept {
  u32 lanes = 0;
  for (std::size_t lane = 0; lane < kLanes; ++lane) lanes |= u32{bucket->tags[lane] == static_cast<Tag>(tag)} << lane;
  return lanes;
}
template <BucketCount sizing>
inline u32 BasicBucketIndex<sizing>::room_of(const Place& place) noexcept {
  return lanes_with(place.bucket, kNoTag) | (place.bucket->overflow == 0 ? kNoOverflow : 0);
}
#endif

using BucketIndex = BasicBucketIndex<BucketCount::power_of_two>;
using CompactBucketIndex = BasicBucketIndex<BucketCount::as_needed>;

}  // namespace pytrader
