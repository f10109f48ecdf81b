// The bucket index against a map: ids of all kinds, full buckets, growing, and the quick parts of its calls.
#include <unordered_map>
#include <vector>

#include "book/bucket_index.hpp"
#include "doctest/doctest.h"
#include "random_source.hpp"

namespace {

using namespace pytrader;
using testing::RandomSource;

// The index with the ids of its slots, as a pool would hold them.
template <class Index>
struct Table {
  u32 find(u64 id) const {
    return index.find(id, [this](u32 slot) { return ids[slot]; });
  }
  void insert(u64 id) {
    const u32 slot = free.empty() ? static_cast<u32>(ids.size()) : free.back();
    if (free.empty()) {
      ids.push_back(id);
    } else {
      free.pop_back();
      ids[slot] = id;
    }
    index.reserve(live + 1, [this](u32 at) { return ids[at]; });
    index.insert(id, slot);
    ++live;
  }
  void erase(u64 id) {
    const u32 slot = find(id);
    index.erase(id, slot);
    free.push_back(slot);
    --live;
  }
  void check() const {
    index.check([this](u32 slot) { return ids[slot]; });
    REQUIRE(index.size() == live);
  }

  Index index;
  std::vector<u64> ids{0};
  std::vector<u32> free;
  std::size_t live = 0;
};

}  // namespace

TEST_CASE_TEMPLATE("an empty bucket index holds nothing and owns no memory", Index, BucketIndex, CompactBucketIndex) {
  Table<Index> table;
  for (const u64 id : {u64{0}, u64{7}, ~u64{0}}) CHECK(table.find(id) == kNone);
  CHECK(table.index.memory_bytes() == 0);
  CHECK(table.index.guess(5) == kNone);
  table.check();
}

TEST_CASE_TEMPLATE("ids in steps of any size are found, if need be beside their buckets", Index, BucketIndex,
                   CompactBucketIndex) {
  // 2^32 / golden ratio and the like: steps that the multiplication maps onto few buckets.
  for (const u64 step : {u64{1}, u64{987}, u64{1} << 20, u64{1} << 32, u64{1} << 52, u64{1'000'000'000},
                         u64{0xF1DE83E19937733D}, u64{2654435769}}) {
    Table<Index> table;
    for (u64 i = 0; i < 3000; ++i) table.insert(i * step);
    table.check();
    for (u64 i = 0; i < 3000; ++i) REQUIRE(table.ids[table.find(i * step)] == i * step);
    for (u64 i = 1; i < 3000; i += 2) table.erase(i * step);
    table.check();
    for (u64 i = 0; i < 3000; ++i) REQUIRE((table.find(i * step) == kNone) == (i % 2 == 1));
  }
}

TEST_CASE_TEMPLATE("few of the ids that count up or are random lie beside their buckets", Index, BucketIndex,
                   CompactBucketIndex) {
  RandomSource random(4);
  for (const bool counts_up : {true, false}) {
    Table<Index> table;
    for (u64 i = 0; i < 24'000; ++i) table.insert(counts_up ? i : random.next());
    CHECK(table.index.overflow_size() < 24'000 / 20);
    CHECK(table.index.memory_bytes() < 24'000 * 24);
  }
}

TEST_CASE_TEMPLATE("a bucket index agrees with a map over random insertions, erasures and look-ups", Index, BucketIndex,
                   CompactBucketIndex) {
  for (u64 seed = 1; seed <= 4; ++seed) {
    RandomSource random(seed);
    Table<Index> table;
    std::unordered_map<u64, bool> expected;
    for (int i = 0; i < 20'000; ++i) {
      const u64 id = random.below(2000) << (seed * 12);
      if (expected[id]) {
        table.erase(id);
      } else {
        table.insert(id);
      }
      expected[id] = !expected[id];
      if (i % 500 == 0) table.check();
      const u64 other = random.below(2000) << (seed * 12);
      REQUIRE((table.find(other) != kNone) == expected[other]);
    }
  }
}

TEST_CASE_TEMPLATE("an id that no lane has and whose bucket is roomy is not in the index", Index, BucketIndex,
                   CompactBucketIndex) {
  RandomSource random(9);
  Table<Index> table;
  for (int i = 0; i < 5000; ++i) table.insert(random.next());
  int judged = 0;
  for (int i = 0; i < 5000; ++i) {
    const u64 id = i % 2 == 0 ? table.ids[1 + random.below(5000)] : random.next();
    const typename Index::Place place = table.index.place_of(id);
    const bool absent = Index::is_roomy(Index::room_of(place)) && Index::lanes_with(place) == 0;
    if (absent) REQUIRE(table.find(id) == kNone);
    judged += absent ? 1 : 0;
  }
  CHECK(judged > 1000);
}

TEST_CASE_TEMPLATE("a bucket index that is moved takes its ids along", Index, BucketIndex, CompactBucketIndex) {
  Table<Index> table;
  for (u64 id = 1; id <= 100; ++id) table.insert(id);
  Index moved(std::move(table.index));
  CHECK(moved.find(50, [&](u32 slot) { return table.ids[slot]; }) == 50);
  CHECK(moved.size() == 100);
}

TEST_CASE_TEMPLATE("more ids than the bound of a bucket index are refused", Index, BucketIndex, CompactBucketIndex) {
  Index index;
  CHECK_THROWS_AS(index.reserve(Index::kMaxIds + 1, [](u32) { return u64{0}; }), Error);
}

TEST_CASE_TEMPLATE("a cleared bucket index has no ids and keeps its memory", Index, BucketIndex, CompactBucketIndex) {
  Table<Index> table;
  for (u64 id = 1; id <= 1000; ++id) table.insert(id * 0xF1DE83E19937733D);  // all in one bucket
  REQUIRE(table.index.overflow_size() > 0);
  const std::size_t held = table.index.memory_bytes();
  table.index.clear();
  CHECK(table.index.size() == 0);
  for (u64 id = 1; id <= 1000; ++id) REQUIRE(table.find(id * 0xF1DE83E19937733D) == kNone);
  CHECK(table.index.memory_bytes() == held);
}

TEST_CASE("a compact bucket index that was reserved holds at most 17 bytes for an id, whatever their number") {
  for (const std::size_t count : {std::size_t{1000}, std::size_t{65'537}, std::size_t{200'000}}) {
    RandomSource random(count);
    Table<CompactBucketIndex> table;
    table.index.reserve(count, [&](u32 slot) { return table.ids[slot]; });
    for (std::size_t i = 0; i < count; ++i) table.insert(random.next());
    CHECK(table.index.memory_bytes() <= 17 * count);
  }
}
