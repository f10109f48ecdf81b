// The price-level book: what each row does, what it refuses, and random feeds against a map.
#include <map>
#include <vector>

#include "book/l2_book.hpp"
#include "doctest/doctest.h"
#include "model/messages.hpp"
#include "random_source.hpp"

namespace pytrader {
namespace {

constexpr i64 kBuy = 1;
constexpr i64 kSell = 2;

L2Record row(BookAction action, i64 side, i64 price, i64 quantity, i64 flags = kFlagLast, i64 order_count = 0) {
  return {0, 0, static_cast<i64>(action), side, price, quantity, order_count, flags};
}
L2Record set(i64 side, i64 price, i64 quantity, i64 flags = kFlagLast) {
  return row(BookAction::replace, side, price, quantity, flags);
}

TEST_CASE("levels are set, changed and removed") {
  L2Book book;
  CHECK(book.apply(set(kBuy, 100, 5)) == BookFault::none);
  CHECK(book.apply(row(BookAction::add, kSell, 101, 7, kFlagLast, 3)) == BookFault::none);
  CHECK(book.best(Side::sell).order_count == 3);
  CHECK(book.apply(set(kBuy, 100, 9)) == BookFault::none);
  CHECK(book.best(Side::buy).quantity == 9);
  CHECK(book.apply(set(kBuy, 99, 0)) == BookFault::none);
  CHECK(book.apply(set(kBuy, 100, 0)) == BookFault::none);
  CHECK(book.bids().empty());
  CHECK(book.apply(row(BookAction::erase, kSell, 101, 0)) == BookFault::none);
  CHECK(book.level_count() == 0);
  book.check();
}

TEST_CASE("a snapshot replaces both sides") {
  L2Book book;
  book.apply(set(kBuy, 100, 5));
  book.apply(set(kSell, 120, 5));
  book.apply(row(BookAction::clear, 0, 0, 0, kFlagSnapshot));
  book.apply(set(kBuy, 130, 1, kFlagSnapshot));
  CHECK(book.apply(set(kSell, 131, 2, kFlagSnapshot | kFlagLast)) == BookFault::none);
  CHECK(book.level_count() == 2);
  CHECK(book.best(Side::buy).price == 130);
}

TEST_CASE("each fault has its kind, changes nothing and is counted") {
  L2Book book;
  book.apply(set(kBuy, 100, 5));
  book.apply(set(kSell, 101, 5));
  const auto refused = [&](const L2Record& bad, BookFault kind) {
    CHECK(book.apply(bad) == kind);
    CHECK(book.level_count() == 2);
    CHECK(book.best(Side::buy).quantity == 5);
    CHECK(book.faults()[kind] > 0);
    book.check();
  };
  refused(row(BookAction::reduce, kBuy, 100, 1), BookFault::bad_action);
  refused(row(static_cast<BookAction>(99), kBuy, 100, 1), BookFault::bad_action);
  refused(set(3, 100, 1), BookFault::bad_side);
  refused(set(kBuy, kNoPrice, 1), BookFault::price_out_of_range);
  refused(set(kBuy, 100, -1), BookFault::quantity_not_positive);
  refused(row(BookAction::add, kBuy, 100, 1, kFlagLast, -1), BookFault::order_count_invalid);
  refused(row(BookAction::add, kBuy, 100, 1, kFlagLast, i64{1} << 32), BookFault::order_count_invalid);
  refused(row(BookAction::erase, kBuy, 99, 0), BookFault::unknown_level);
  refused(set(kBuy, 101, 1), BookFault::crossed);
  refused(set(kSell, 100, 1), BookFault::crossed);
  CHECK(book.faults().total() == 10);
}

TEST_CASE("crossing is judged at the last row of a venue event, and kept by a lenient book") {
  for (const BookPolicy policy : {BookPolicy::strict, BookPolicy::lenient}) {
    L2Book book(policy);
    book.apply(set(kBuy, 100, 5));
    book.apply(set(kSell, 101, 5));
    CHECK(book.apply(set(kBuy, 102, 5, 0)) == BookFault::none);
    CHECK(book.apply(set(kSell, 101, 0)) == BookFault::none);
    CHECK(book.apply(set(kSell, 102, 6)) == BookFault::crossed);
    CHECK(book.crossed() == (policy == BookPolicy::lenient));
    book.check();
  }
}

TEST_CASE("random rows leave the book equal to a map") {
  for (u64 seed = 1; seed <= 4; ++seed) {
    testing::RandomSource random(seed);
    L2Book book(BookPolicy::lenient);
    std::map<i64, i64> twin[2];
    std::vector<L2Record> rows;
    for (int step = 0; step < 20'000; ++step) {
      const i64 side = random.between(1, 2);
      const i64 price = random.below(40) == 0 ? static_cast<i64>(random.next() | 1) : random.between(-200, 200);
      rows.push_back(set(side, price, random.below(2) == 0 ? 0 : random.between(1, INT64_MAX)));
      REQUIRE(book.applied(book.apply(rows.back())));
      if (rows.back().quantity == 0) {
        twin[side - 1].erase(price);
      } else {
        twin[side - 1][price] = rows.back().quantity;
      }
      if (step % 50 != 0) continue;
      book.check();
      for (const Side which : {Side::buy, Side::sell}) {
        const auto& expected = twin[static_cast<int>(which) - 1];
        REQUIRE(book.side(which).level_count() == expected.size());
        for (const auto& [at, quantity] : expected) REQUIRE(book.level(which, at).quantity == quantity);
      }
    }
    L2Book batch(BookPolicy::lenient);
    const auto field = [](const void* first) { return Column{first, sizeof(L2Record)}; };
    const L2Record& first = rows.front();
    batch.apply(L2Columns{field(&first.action), field(&first.side), field(&first.price), field(&first.quantity),
                          Column{}, Column{}, rows.size()});
    CHECK(batch.level_count() == book.level_count());
    CHECK(batch.faults().total() == book.faults().total());
  }
}

TEST_CASE("a lenient book takes rows without a fault as a strict book does") {
  testing::RandomSource random(11);
  L2Book strict;
  L2Book lenient(BookPolicy::lenient);
  const i64 far[] = {0, 63, 64, 2'000, i64{1} << 40};
  for (int i = 0; i < 20'000; ++i) {
    const i64 side = random.between(kBuy, kSell);
    const i64 away = random.between(1, 5) + far[random.below(8) == 0 ? random.below(5) : 0];
    const i64 quantity = random.below(3) == 0 ? 0 : random.between(1, 9);
    const BookAction action = random.below(2) == 0 ? BookAction::replace : BookAction::add;
    const i64 flags = random.below(4) == 0 ? 0 : kFlagLast;
    const L2Record change = row(action, side, side == kBuy ? 100 - away : 100 + away, quantity, flags, quantity / 2);
    REQUIRE(strict.apply(change) == BookFault::none);
    REQUIRE(lenient.apply(change) == BookFault::none);
    REQUIRE(lenient.level_count() == strict.level_count());
    for (const Side which : {Side::buy, Side::sell}) {
      const LevelTotals at = strict.level(which, change.price);
      const LevelTotals same = lenient.level(which, change.price);
      REQUIRE((same.quantity == at.quantity && same.order_count == at.order_count));
      REQUIRE(lenient.quantity_at(which, change.price) == at.quantity);
      REQUIRE(lenient.empty(which) == strict.empty(which));
      if (!strict.empty(which)) REQUIRE(lenient.best(which).price == strict.best(which).price);
    }
    if (i % 100 == 0) lenient.check();
  }
  CHECK(lenient.faults().total() == 0);
}

TEST_CASE("a lenient book is crossed by a new level and by one that gets another total, and counts both") {
  L2Book book(BookPolicy::lenient);
  book.apply(set(kBuy, 100, 5));
  CHECK(book.apply(set(kSell, 99, 5)) == BookFault::crossed);
  CHECK(book.apply(set(kSell, 99, 7)) == BookFault::crossed);
  CHECK(book.apply(set(kSell, 99, 0)) == BookFault::none);
  CHECK(book.faults()[BookFault::crossed] == 2);
  CHECK(book.asks().empty());
  book.check();
}

}  // namespace
}  // namespace pytrader
