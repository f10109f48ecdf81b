// What the books ask of the allocator: nothing once warm, and no harm when it refuses.
#include <new>
#include <vector>

#include "../counted_allocation.hpp"
#include "book/l2_book.hpp"
#include "book/l3_book.hpp"
#include "doctest/doctest.h"
#include "random_source.hpp"

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
  const std::size_t before = testing::allocations();
  u64 faults = 0;
  for (; i < rows.size(); ++i) faults += book.apply(rows[i]) != BookFault::none;
  const std::size_t after = testing::allocations();
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
  const std::size_t before = testing::allocations();
  for (const L3Record& row : rows) book.apply(row);
  CHECK(testing::allocations() == before);
  book.check();
}

TEST_CASE("a refused allocation at any point leaves the book sound and the row unapplied") {
  const std::vector<L3Record> rows = wandering_rows(7, 400, 200);
  long refused = 0;
  for (std::size_t nth = 1; nth <= 40; ++nth) {
    L3Book book;
    std::size_t applied = 0;
    testing::refuse_allocations_from(nth);
    try {
      for (; applied < rows.size(); ++applied) book.apply(rows[applied]);
    } catch (const std::bad_alloc&) {
      ++refused;
    }
    testing::refuse_allocations_from(0);
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
  std::size_t warm = 0;
  for (int step = 0; step < 40'000; ++step) {
    const i64 price = random.between(-3000, 3000);
    const i64 quantity = random.below(2) == 0 ? 0 : random.between(1, 9);
    book.apply({0, 0, static_cast<i64>(BookAction::replace), random.between(1, 2), price, quantity, 0, 0});
    if (step == 10'000) warm = testing::allocations();
  }
  CHECK(testing::allocations() == warm);
  book.check();
}

}  // namespace
}  // namespace pytrader
