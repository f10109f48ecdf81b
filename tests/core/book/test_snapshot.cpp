// Snapshots: a whole book at once, judged before the old one goes.
#include <vector>

#include "book/l2_book.hpp"
#include "book/l3_book.hpp"
#include "doctest/doctest.h"
#include "random_source.hpp"

namespace pytrader {
namespace {

template <class Row>
Column column(const std::vector<Row>& rows, std::size_t offset) {
  return {reinterpret_cast<const char*>(rows.data()) + offset, sizeof(Row)};
}
OrderColumns columns_of(const std::vector<QueuedOrder>& rows) {
  return {column(rows, 0), column(rows, 8), column(rows, 16), column(rows, 24), column(rows, 32), rows.size()};
}
LevelColumns columns_of(const std::vector<LevelTotals>& rows) {
  return {column(rows, 0), column(rows, 8), column(rows, 16), rows.size()};
}
std::vector<QueuedOrder> orders_of(const L3Book& book) {
  std::vector<QueuedOrder> rows(book.order_count());
  book.write_orders(Side::buy, rows.data());
  book.write_orders(Side::sell, rows.data() + book.order_count(Side::buy));
  return rows;
}

TEST_CASE("every order comes back in its place") {
  testing::RandomSource random(3);
  L3Book book(BookPolicy::lenient);
  for (int step = 0; step < 5'000; ++step) {
    const i64 action = random.below(3) == 0 ? static_cast<i64>(BookAction::erase) : static_cast<i64>(BookAction::add);
    book.apply(L3Record{0, 0, action, random.between(1, 2), random.between(1, 200), random.between(1, 9),
                        static_cast<u64>(random.below(900)), 0});
  }
  const std::vector<QueuedOrder> rows = orders_of(book);
  L3Book copy(BookPolicy::lenient);
  const BatchResult result = copy.snapshot(columns_of(rows));
  CHECK(result.fault == BookFault::none);
  CHECK(result.rows == rows.size());
  copy.check();
  const std::vector<QueuedOrder> again = orders_of(copy);
  REQUIRE(again.size() == rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    REQUIRE(again[i].order_id == rows[i].order_id);
    REQUIRE(again[i].price == rows[i].price);
    REQUIRE(again[i].quantity == rows[i].quantity);
    REQUIRE(again[i].position == rows[i].position);
  }
}

TEST_CASE("a strict book names the row that it refuses and keeps its orders") {
  L3Book book;
  book.apply(L3Record{0, 0, static_cast<i64>(BookAction::add), 1, 5, 2, 77, 128});
  const auto refused = [&book](const std::vector<QueuedOrder>& rows, BookFault fault, std::size_t row) {
    const BatchResult result = book.snapshot(columns_of(rows));
    CHECK(result.fault == fault);
    CHECK(result.rows == row);
    CHECK(book.find(77) != kNone);
    CHECK(book.order_count() == 1);
    book.check();
  };
  refused({{1, 1, 5, 1, 0}, {1, 1, 5, 1, 1}}, BookFault::duplicate_order, 1);
  refused({{1, 1, 5, 1, 0}, {2, 1, 5, 1, 0}}, BookFault::bad_position, 1);
  refused({{1, 3, 5, 1, 0}}, BookFault::bad_side, 0);
  refused({{1, 1, 5, 0, 0}}, BookFault::quantity_not_positive, 0);
  refused({{1, 1, 5, 1, 0}, {2, 2, 5, 1, 0}}, BookFault::crossed, 2);
  CHECK(book.faults().total() == 5);
}

TEST_CASE("levels come back, and a price may come once only") {
  L2Book book;
  CHECK(book.snapshot(columns_of({LevelTotals{5, 1, 2}}), columns_of({LevelTotals{7, 3, 0}})).fault == BookFault::none);
  const std::vector<LevelTotals> twice{{8, 1, 0}, {9, 1, 0}, {8, 2, 0}};
  const std::vector<LevelTotals> one{{5, 1, 0}};
  const BatchResult result = book.snapshot(columns_of(one), columns_of(twice));
  CHECK(result.fault == BookFault::duplicate_level);
  CHECK(result.rows == 3);
  CHECK(book.best(Side::sell).price == 7);
  CHECK(book.best(Side::buy).order_count == 2);
  book.check();
}

TEST_CASE("a bound that a batch reaches names the row, and the rows before it stay") {
  L3Book book(BookPolicy::strict, 2);
  std::vector<L3Record> rows;
  for (u64 id = 0; id < 4; ++id) rows.push_back({0, 0, static_cast<i64>(BookAction::add), 1, 5, 1, id, 128});
  const auto at = [&rows](std::size_t offset) { return column(rows, offset); };
  const L3Columns columns{at(offsetof(L3Record, action)),
                          at(offsetof(L3Record, side)),
                          at(offsetof(L3Record, price)),
                          at(offsetof(L3Record, quantity)),
                          at(offsetof(L3Record, order_id)),
                          at(offsetof(L3Record, flags)),
                          rows.size()};
  std::size_t row = 99;
  try {
    book.apply(columns);
  } catch (const RowError& error) {
    row = error.row();
    CHECK(error.code() == ErrorCode::capacity);
  }
  CHECK(row == 2);
  CHECK(book.order_count() == 2);
  book.check();
}

}  // namespace
}  // namespace pytrader
