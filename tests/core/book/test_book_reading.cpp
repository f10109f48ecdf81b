// What is read from every kind of book: the same answers from ladders and from a single quote, exact to the last digit.
#include <vector>

#include "book/best_quote_book.hpp"
#include "book/combined_book.hpp"
#include "book/l2_book.hpp"
#include "doctest/doctest.h"
#include "model/messages.hpp"

namespace pytrader {
namespace {

L2Book levels(const std::vector<LevelTotals>& bids, const std::vector<LevelTotals>& asks) {
  L2Book book(BookPolicy::lenient);
  const auto put = [&book](Side side, const LevelTotals& level) {
    book.apply({0, 0, static_cast<i64>(BookAction::replace), static_cast<i64>(side), level.price, level.quantity,
                level.order_count, 0});
  };
  for (const LevelTotals& level : bids) put(Side::buy, level);
  for (const LevelTotals& level : asks) put(Side::sell, level);
  return book;
}

TEST_CASE("a quote reads like a book of one level a side") {
  const L2Book book = levels({{100, 4, 0}}, {{101, 3, 0}});
  BestQuoteBook quotes;
  CHECK(quotes.apply(QuoteRecord{0, 0, 100, 101, 4, 3}) == BookFault::none);
  const auto same = [](const Quotient& a, const Quotient& b) {
    return a.numerator == b.numerator && a.denominator == b.denominator;
  };
  CHECK(same(book.micro_price(), quotes.micro_price()));
  CHECK(same(book.imbalance(5), quotes.imbalance(5)));
  for (const Side side : {Side::buy, Side::sell}) {
    for (const i64 quantity : {0, 1, 3, 4, 99}) {
      CHECK(book.sweep(side, quantity).tick_lots == quotes.sweep(side, quantity).tick_lots);
      CHECK(book.sweep(side, quantity).filled == quotes.sweep(side, quantity).filled);
    }
    for (const i64 price : {99, 100, 101, 102}) {
      CHECK(book.quantity_to(side, price) == quotes.quantity_to(side, price));
      CHECK(book.level(side, price).quantity == quotes.level(side, price).quantity);
    }
  }
}

TEST_CASE("depth stops where it is told to, and at the end") {
  const L2Book book = levels({{100, 1, 2}, {99, 2, 0}}, {});
  LevelTotals out[3];
  CHECK(book.depth(Side::buy, 0, out) == 0);
  CHECK(book.depth(Side::buy, 1, out) == 1);
  CHECK(book.depth(Side::buy, 3, out) == 2);
  CHECK(out[0].order_count == 2);
  CHECK(out[1].price == 99);
  CHECK(book.depth(Side::sell, 3, out) == 0);
}

TEST_CASE("quotients are rounded once, at the digit that is asked for") {
  const Fixed tick{kFixedOne / 100, 2};
  CHECK(to_text(scaled(tick, {20001, 2}, 3, Rounding::half_even)) == "100.005");
  CHECK(to_text(scaled(tick, {20001, 2}, 2, Rounding::half_even)) == "100.00");
  CHECK(to_text(scaled(tick, {20003, 2}, 2, Rounding::half_even)) == "100.02");
  CHECK(to_text(scaled(tick, {-20001, 2}, 2, Rounding::down)) == "-100.00");
  // Rounded at its last digit first, this would become a half, and then 1.
  CHECK(to_text(scaled(Fixed{kFixedOne, 0}, {(i128{1} << 65) - 1, i128{1} << 66}, 0, Rounding::half_up)) == "0");
  CHECK_THROWS_AS(scaled(tick, {1, 3}, 18, Rounding::exact), Error);
}

TEST_CASE("the extremes of 64 bits stay exact, and what passes 128 bits is refused") {
  const L2Book book = levels({{INT64_MAX - 1, INT64_MAX, 0}}, {{INT64_MAX, INT64_MAX, 0}});
  const Fixed one{kFixedOne, 0};
  CHECK(to_text(scaled(one, book.micro_price(), 1, Rounding::exact)) == "9223372036854775806.5");
  CHECK(book.sweep(Side::buy, INT64_MAX).tick_lots == static_cast<i128>(INT64_MAX) * INT64_MAX);
  CHECK_THROWS_AS(scaled(Fixed{kFixedMax, 0}, book.micro_price(), 0, Rounding::down), Error);
  CHECK_THROWS_AS(scaled(one, {1, static_cast<i128>(1) << 100}, 0, Rounding::down), Error);
}

TEST_CASE("a quote replaces both sides, and nothing of a refused one") {
  BestQuoteBook book;
  CHECK(book.apply(QuoteRecord{0, 0, 100, 101, 4, 3}) == BookFault::none);
  CHECK(book.apply(QuoteRecord{0, 0, 101, 101, 1, 1}) == BookFault::crossed);
  CHECK(book.apply(QuoteRecord{0, 0, 100, 101, -1, 1}) == BookFault::quantity_not_positive);
  CHECK(book.apply(QuoteRecord{0, 0, 100, kNoPrice, 1, 1}) == BookFault::price_out_of_range);
  CHECK(book.best(Side::buy).quantity == 4);
  CHECK(book.faults().total() == 3);
  // The price of an empty side is not read.
  CHECK(book.apply(QuoteRecord{0, 0, 200, kNoPrice, 5, 0}) == BookFault::none);
  CHECK(book.empty(Side::sell));
  CHECK(book.level_count() == 1);
  CHECK(book.level(Side::sell, 0).quantity == 0);
  book.check();
  book.clear();
  CHECK(book.level_count() == 0);
}

TEST_CASE("a lenient quote book keeps what is crossed") {
  BestQuoteBook book(BookPolicy::lenient);
  CHECK(book.apply(QuoteRecord{0, 0, 102, 101, 1, 1}) == BookFault::crossed);
  CHECK(book.crossed());
  CHECK(!book.locked());
  CHECK(book.apply(QuoteRecord{0, 0, 101, 101, 1, 1}) == BookFault::crossed);
  CHECK(book.locked());
  CHECK(sizeof(BestQuoteBook) <= 256);
}

TEST_CASE("two books read as one, best first, with what both hold at a price added up") {
  const L2Book first = levels({{100, 4, 2}, {98, 1, 1}}, {{103, 6, 1}});
  const L2Book second = levels({{101, 3, 0}, {100, 5, 0}, {97, 2, 0}}, {});
  const CombinedBook both(first, second);
  LevelTotals bids[5];
  CHECK(both.depth(Side::buy, 5, bids) == 4);
  const i64 expected[4][3] = {{101, 3, 0}, {100, 9, 2}, {98, 1, 1}, {97, 2, 0}};
  for (int i = 0; i < 4; ++i) {
    CHECK(bids[i].price == expected[i][0]);
    CHECK(bids[i].quantity == expected[i][1]);
    CHECK(bids[i].order_count == expected[i][2]);
    CHECK(both.level(Side::buy, bids[i].price).quantity == bids[i].quantity);
  }
  CHECK(both.best(Side::buy).price == 101);
  CHECK(both.best(Side::sell).quantity == 6);
  CHECK(both.sweep(Side::sell, 13).tick_lots == 3 * 101 + 9 * 100 + 98);
  CHECK(both.level(Side::buy, 99).quantity == 0);
  CHECK(CombinedBook(second, second).empty(Side::sell));
}

TEST_CASE("a level of two books counts no further than a quantity can") {
  const L2Book book = levels({{100, INT64_MAX - 1, 0}}, {});
  CHECK(CombinedBook(book, book).best(Side::buy).quantity == INT64_MAX);
}

}  // namespace
}  // namespace pytrader
