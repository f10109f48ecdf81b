// What the books ask of the allocator: nothing once warm, and no harm when it refuses.
#include <cstdlib>
#include <new>
#include <vector>

#include "book/l2_book.hpp"
#include "book/l3_book.hpp"
#include "doctest/doctest.h"
#include "random_source.hpp"

namespace {

// Counts every allocation of this test program, and refuses one when told to.
struct Allocator {
  static inline long made = 0;
  static inline long refuse_after = -1;

  static void* get(std::size_t size, std::size_t alignment) {
    if (refuse_after == 0) throw std::bad_alloc();
    if (refuse_after > 0) --refuse_after;
    ++made;
    void* memory = std::aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment);
    if (memory == nullptr) throw std::bad_alloc();
    return memory;
  }
};

}  // namespace

void* operator new(std::size_t size) {
  return Allocator::get(size == 0 ? 1 : size, alignof(std::max_align_t));
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  try {
    return Allocator::get(size == 0 ? 1 : size, alignof(std::max_align_t));
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
}
void* operator new(std::size_t size, std::align_val_t alignment) {
  return Allocator::get(size, static_cast<std::size_t>(alignment));
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}
void operator delete(void* memory, const std::nothrow_t&) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::align_val_t) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept {
  std::free(memory);
}

namespace pytrader {
namespace {

// Adds, replaces and erases of up to `live` orders at prices that wander far.
std::vector<L3Record> wandering_rows(u64 seed, int count, u64 live) {
  testing::RandomSource random(seed);
  std::vector<L3Record> rows;
  std::vector<u64> ids;
  i64 centre = 0;
  for (int step = 0; step < count; ++step) {
    centre += random.between(-20, 22);
    const i64 side = random.between(1, 2);
    const i64 price = centre + (side == 1 ? -1 : 1) * random.between(1, 300);
    const bool adds = ids.size() < live / 2 || (ids.size() < live && random.below(2) == 0);
    if (adds) {
      ids.push_back(random.next());
      rows.push_back({0, 0, static_cast<i64>(BookAction::add), side, price, random.between(1, 9), ids.back(), 0});
      continue;
    }
    const std::size_t at = random.below(ids.size());
    const bool moves = random.below(3) == 0;
    const BookAction action = moves ? BookAction::replace : BookAction::erase;
    rows.push_back({0, 0, static_cast<i64>(action), 0, price, random.between(1, 9), ids[at], 0});
    if (moves) continue;
    ids[at] = ids.back();
    ids.pop_back();
  }
  return rows;
}

TEST_CASE("a book that was filled once allocates nothing more, however far the price travels") {
  const std::vector<L3Record> rows = wandering_rows(5, 60'000, 500);
  L3Book book;
  book.reserve(600);
  std::size_t i = 0;
  for (; i < 10'000; ++i) REQUIRE(book.apply(rows[i]) == BookFault::none);
  const long before = Allocator::made;
  u64 faults = 0;
  for (; i < rows.size(); ++i) faults += book.apply(rows[i]) != BookFault::none;
  const long after = Allocator::made;
  CHECK(faults == 0);
  // The pages in use at once may still reach a new peak: that is growth, not traffic.
  CHECK(after - before <= 6);
  book.check();
}

TEST_CASE("the same rows a second time allocate nothing at all") {
  const std::vector<L3Record> rows = wandering_rows(6, 20'000, 400);
  L3Book book;
  for (const L3Record& row : rows) book.apply(row);
  book.clear();
  const long before = Allocator::made;
  for (const L3Record& row : rows) book.apply(row);
  CHECK(Allocator::made == before);
  book.check();
}

TEST_CASE("a refused allocation at any point leaves the book sound and the row unapplied") {
  const std::vector<L3Record> rows = wandering_rows(7, 400, 200);
  long refused = 0;
  for (long nth = 0; nth < 40; ++nth) {
    L3Book book;
    std::size_t applied = 0;
    Allocator::refuse_after = nth;
    try {
      for (; applied < rows.size(); ++applied) book.apply(rows[applied]);
    } catch (const std::bad_alloc&) {
      ++refused;
    }
    Allocator::refuse_after = -1;
    book.check();
    L3Book expected;
    for (std::size_t i = 0; i < applied; ++i) expected.apply(rows[i]);
    REQUIRE(book.order_count() == expected.order_count());
    // The refused row, tried again, and the rest go through.
    for (; applied < rows.size(); ++applied) REQUIRE(book.apply(rows[applied]) == BookFault::none);
    book.check();
  }
  CHECK(refused > 5);
}

TEST_CASE("a level book that was filled once allocates nothing more") {
  testing::RandomSource random(8);
  L2Book book(BookPolicy::lenient);
  long warm = 0;
  for (int step = 0; step < 40'000; ++step) {
    const i64 price = random.between(-3000, 3000);
    const i64 quantity = random.below(2) == 0 ? 0 : random.between(1, 9);
    book.apply({0, 0, static_cast<i64>(BookAction::replace), random.between(1, 2), price, quantity, 0, 0});
    if (step == 10'000) warm = Allocator::made;
  }
  CHECK(Allocator::made == warm);
  book.check();
}

}  // namespace
}  // namespace pytrader
