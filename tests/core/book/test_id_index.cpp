// The id index against std::unordered_map, and the ids that trouble hash tables.
#include <algorithm>
#include <unordered_map>
#include <vector>

#include "book/id_index.hpp"
#include "doctest/doctest.h"
#include "random_source.hpp"

namespace pytrader {
namespace {

// Slots handed out in order, with the id of each: what an order pool is to a book.
struct Ids {
  std::vector<u64> of_slot{0};
  u64 operator()(u32 slot) const { return of_slot[slot]; }
  u32 add(u64 id) {
    of_slot.push_back(id);
    return static_cast<u32>(of_slot.size() - 1);
  }
};

TEST_CASE("an empty index holds nothing and owns no memory") {
  const IdIndex index;
  CHECK(index.find(0, Ids{}) == kNone);
  CHECK(index.size() == 0);
  CHECK(index.memory_bytes() == 0);
}

TEST_CASE("any 64-bit id is found, zero and the largest too") {
  IdIndex index;
  Ids ids;
  const std::vector<u64> wanted{0, 1, 2, UINT64_MAX, UINT64_MAX - 1, u64{1} << 63, 0x9E3779B97F4A7C15ULL};
  for (const u64 id : wanted) index.insert(id, ids.add(id));
  for (u32 slot = 1; slot <= wanted.size(); ++slot) CHECK(index.find(wanted[slot - 1], ids) == slot);
  CHECK(index.find(3, ids) == kNone);
  index.check(ids);
}

TEST_CASE("ids whose 32-bit tags are equal are told apart") {
  // The hash can be undone step by step, which makes ids with any hash wanted.
  const auto inverse = [](u64 odd) {
    u64 result = 1;
    for (int i = 0; i < 6; ++i) result *= 2 - odd * result;
    return result;
  };
  IdIndex index;
  Ids ids;
  for (u64 low = 0; low < 40; ++low) {
    const u64 folded = ((u64{7} << 32) + low) * inverse(0xBF58476D1CE4E5B9ULL);
    const u64 id = (folded ^ (folded >> 32)) * inverse(0x9E3779B97F4A7C15ULL);
    index.insert(id, ids.add(id));
  }
  // All stop at the first entry: if the ids' tags differed, their homes would be spread out and so would they.
  for (u32 slot = 1; slot <= 40; ++slot) CHECK(index.guess(ids(slot)) == 1);
  index.check(ids);
  for (u32 slot = 1; slot <= 40; slot += 2) index.erase(ids(slot), slot);
  index.check(ids);
  for (u32 slot = 1; slot <= 40; ++slot) CHECK(index.find(ids(slot), ids) == (slot % 2 == 1 ? kNone : slot));
}

TEST_CASE("ids in steps of any size, or of several counters, are found within a few entries") {
  // Fibonacci and Lucas numbers, whose multiples a multiplication by the golden ratio piles up; decimal and binary
  // steps.
  std::vector<u64> steps{1, 7, 46'368, 121'393, 701'408'733};
  for (u64 a = 1, b = 2; a < u64{1} << 48; b += a, a = b - a) steps.push_back(a);
  for (u64 a = 1, b = 3; a < u64{1} << 48; b += a, a = b - a) steps.push_back(a);
  for (u64 ten = 10; ten < u64{1} << 48; ten *= 10) steps.push_back(ten);
  for (int bits = 1; bits < 50; ++bits) steps.push_back(u64{1} << bits);
  std::vector<std::vector<u64>> families;
  for (const u64 count : {u64{1'000}, u64{10'000}}) {
    for (const u64 step : steps) {
      std::vector<u64> family;
      for (u64 k = 0; k < count; ++k) family.push_back(1'790'000'000'000'000'000 + k * step);
      families.push_back(family);
    }
  }
  for (int bits = 16; bits < 58; ++bits) {
    std::vector<u64> family;
    for (u64 k = 0; k < 10'000; ++k) family.push_back(((k % 50) << bits) | (k / 50));
    families.push_back(family);
  }
  for (const std::vector<u64>& family : families) {
    IdIndex index;
    Ids ids;
    for (const u64 id : family) index.insert(id, ids.add(id));
    std::size_t total = 0;
    std::size_t longest = 0;
    for (const u64 id : family) {
      total += index.probe_length(id);
      longest = std::max(longest, index.probe_length(id));
    }
    INFO("ids from " << family[0] << " in steps of " << family[1] - family[0]);
    CHECK(total < 4 * family.size());
    CHECK(longest < 64);
  }
}

TEST_CASE("a look-up reads no more entries among a million ids than among a thousand") {
  testing::RandomSource random(12);
  for (const std::size_t count : {1'000, 30'000, 1'000'000}) {
    IdIndex index;
    Ids ids;
    while (index.size() < count) {
      const u64 id = random.next();
      index.insert(id, ids.add(id));
    }
    std::size_t total = 0;
    for (u32 slot = 1; slot <= count; ++slot) total += index.probe_length(ids(slot));
    CHECK(total < 2 * count);
  }
}

TEST_CASE("random inserts, look-ups and erases agree with a map") {
  for (u64 seed = 1; seed <= 6; ++seed) {
    testing::RandomSource random(seed);
    IdIndex index;
    Ids ids;
    std::unordered_map<u64, u32> twin;
    const u64 range = seed % 2 == 0 ? 300 : 40'000;
    const u64 stride = seed < 3 ? 1 : u64{1} << (8 * seed);
    for (int step = 0; step < 60'000; ++step) {
      const u64 id = random.below(range) * stride;
      const auto known = twin.find(id);
      REQUIRE(index.find(id, ids) == (known == twin.end() ? kNone : known->second));
      if (known == twin.end()) {
        const u32 slot = ids.add(id);
        index.insert(id, slot);
        twin.emplace(id, slot);
      } else if (random.below(3) != 0) {
        index.erase(id, known->second);
        twin.erase(known);
      }
    }
    CHECK(index.size() == twin.size());
    index.check(ids);
  }
}

TEST_CASE("reserved room is not outgrown") {
  IdIndex index;
  Ids ids;
  index.reserve(1000);
  const std::size_t before = index.memory_bytes();
  for (u64 id = 0; id < 1000; ++id) index.insert(id * 977, ids.add(id * 977));
  CHECK(index.memory_bytes() == before);
  index.clear();
  CHECK(index.size() == 0);
  CHECK(index.find(977, ids) == kNone);
  CHECK(index.memory_bytes() == before);
}

TEST_CASE("more ids than the bound are refused") {
  IdIndex index;
  CHECK_THROWS_AS(index.reserve(IdIndex::kMaxIds + 1), Error);
}

}  // namespace
}  // namespace pytrader
