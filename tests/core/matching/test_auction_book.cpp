// What an auction counts beyond the displayed book, and when its price can have moved.
#include <map>

#include "../book/random_source.hpp"
#include "doctest/doctest.h"
#include "matching/auction_book.hpp"

namespace {

using namespace pytrader;

// Ladders with quantities alone, as the reserves are kept.
void put(Ladder& ladder, i64 price, i64 quantity) {
  const u32 level = ladder.level_at(price);
  ladder[level].quantity += quantity;
  if (ladder[level].quantity == quantity) ladder.occupied(level);
}

struct Sides {
  Ladder bids{Side::buy};
  Ladder hidden_bids{Side::buy};
  Ladder asks{Side::sell};
  Ladder hidden_asks{Side::sell};

  AuctionPrice price(AuctionBook& book, i64 reference = kNoPrice) {
    return book.read(bids, hidden_bids, asks, hidden_asks, reference, {});
  }
};

TEST_CASE("ladders of one side are read as one, best price first") {
  Ladder shown(Side::sell);
  Ladder hidden(Side::sell);
  put(shown, 101, 5);
  put(shown, 300, 1);
  put(hidden, 100, 2);
  put(hidden, 101, 3);
  MergedLimits<2> merged({&shown, &hidden});
  PriceQuantity level;
  CHECK((merged.next(level) && level.price == 100 && level.quantity == 2));
  CHECK((merged.next(level) && level.price == 101 && level.quantity == 8));
  CHECK((merged.next(level) && level.price == 300 && level.quantity == 1));
  CHECK_FALSE(merged.next(level));
}

TEST_CASE("displayed, hidden and reserved quantities and market orders all count") {
  Sides sides;
  AuctionBook book;
  put(sides.bids, 102, 4);
  put(sides.hidden_bids, 102, 5);
  book.make_room(Side::buy, 102);
  book.add(Side::buy, 102, 6);
  book.add_market(Side::sell, 7);
  put(sides.asks, 101, 2);
  CHECK(sides.price(book) == AuctionPrice{102, 9, 6});
  book.take(Side::buy, 102, 6);
  CHECK(book.reserve_at(Side::buy, 102) == 0);
  CHECK(sides.price(book) == AuctionPrice{102, 9, 0});
  book.take_market(Side::sell, 7);
  CHECK(sides.price(book) == AuctionPrice{102, 2, 7});
}

TEST_CASE("an order far from the market does not make the price doubtful, one near it does") {
  Sides sides;
  AuctionBook book;
  CHECK(book.is_stale());
  put(sides.bids, 102, 4);
  for (const i64 price : {100, 99, 98}) put(sides.bids, price, 4);
  put(sides.asks, 101, 2);
  CHECK(sides.price(book) == AuctionPrice{102, 2, 2});
  // 102 trades in part; 100 is the best limit that does not, and one more is read.
  book.add(Side::buy, 99, 0);
  CHECK_FALSE(book.is_stale());
  book.add(Side::buy, 100, 0);
  CHECK(book.is_stale());
  sides.price(book);
  book.add(Side::sell, 5'000, 0);
  CHECK(book.is_stale());
  sides.price(book);
  book.add_market(Side::buy, 1);
  CHECK(book.is_stale());
  sides.price(book);
  book.follow(true);
  CHECK((book.is_stale() && book.follows()));
  CHECK(book.market(Side::buy) == 1);
}

TEST_CASE("the price stays as long as the book says that it does") {
  testing::RandomSource random(2026);
  int undoubted = 0;
  for (int round = 0; round < 400; ++round) {
    Sides sides;
    AuctionBook book;
    const i64 reference = random.between(90, 110);
    AuctionPrice known = sides.price(book, reference);
    for (int i = 0; i < 60; ++i) {
      const Side which = random.below(2) == 0 ? Side::buy : Side::sell;
      const i64 price = which == Side::buy ? random.between(85, 103) : random.between(97, 115);
      const i64 reserve = random.between(0, 2);
      put(which == Side::buy ? sides.bids : sides.asks, price, random.between(1, 5));
      book.make_room(which, price);
      book.add(which, price, reserve);
      const bool doubted = book.is_stale();
      const AuctionPrice found = sides.price(book, reference);
      if (!doubted) {
        REQUIRE(found == known);
        ++undoubted;
      }
      known = found;
    }
  }
  CHECK(undoubted > 2'000);
}

}  // namespace
