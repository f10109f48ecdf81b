// Records by number in blocks that grow and are given back, and the allocator of large arrays under them.
#include <cstdint>
#include <vector>

#include "book/large_block.hpp"
#include "book/record_pages.hpp"
#include "doctest/doctest.h"

using namespace pytrader;

namespace {

struct Wide {
  u64 number;
  u64 more[11];
};

}  // namespace

TEST_CASE("records stay where they are while room is made for more") {
  RecordPages<Wide, 4> pages;
  std::vector<const Wide*> places;
  for (u64 number = 1; number <= 100'000; ++number) places.push_back(&pages.add(Wide{number * 7, {}}));
  REQUIRE(pages.size() == 100'000);
  u64 moved = 0;
  for (u64 number = 1; number <= pages.size(); ++number) {
    moved += &pages[number] != places[number - 1] || pages[number].number != number * 7 ? 1 : 0;
  }
  CHECK(moved == 0);
}

TEST_CASE("draining gives every record once and in order, and leaves none") {
  for (const u64 count : {u64{0}, u64{1}, u64{16}, u64{17}, u64{50'000}}) {
    RecordPages<Wide, 4> pages;
    pages.reserve(20);  // room that no record reaches
    for (u64 number = 1; number <= count; ++number) pages.add(Wide{number, {}});
    u64 next = 1;
    pages.drain([&](const Wide& record) { next += record.number == next ? 1 : 0; });
    CHECK(next == count + 1);
    CHECK(pages.size() == 0);
    pages.drain([&](const Wide&) { ++next; });
    CHECK(next == count + 1);
    CHECK(pages.add(Wide{3, {}}).number == 3);
    CHECK(pages[1].number == 3);
  }
}

TEST_CASE("clearing leaves no record and keeps the room") {
  RecordPages<Wide, 4> pages;
  for (u64 number = 1; number <= 10'000; ++number) pages.add(Wide{number, {}});
  const Wide* const first = &pages[1];
  pages.clear();
  CHECK(pages.size() == 0);
  for (u64 number = 1; number <= 10'000; ++number) pages.add(Wide{2 * number, {}});
  CHECK(&pages[1] == first);
  CHECK(pages[1].number == 2);
  CHECK(pages[10'000].number == 20'000);
}

TEST_CASE("a large block begins at a huge page and can be written to its last byte") {
  LargeBlock<Wide> allocator;
  for (const std::size_t count :
       {std::size_t{3}, kLarge / sizeof(Wide) + 1, kHugePage / sizeof(Wide) + 1, 5 * kHugePage / sizeof(Wide) + 7}) {
    Wide* const block = allocator.allocate(count);
    const std::size_t alignment = count * sizeof(Wide) < kLarge ? 16 : kHugePage;
    CHECK(reinterpret_cast<std::uintptr_t>(block) % alignment == 0);
    block[0].number = 1;
    block[count - 1].more[10] = 2;
    CHECK(block[0].number + block[count - 1].more[10] == 3);
    allocator.deallocate(block, count);
  }
  CHECK_THROWS_AS(static_cast<void>(allocator.allocate(SIZE_MAX / sizeof(Wide))), std::bad_array_new_length);
  CHECK_THROWS_AS(static_cast<void>(allocator.allocate((SIZE_MAX >> 4) / sizeof(Wide))), std::bad_alloc);
}
