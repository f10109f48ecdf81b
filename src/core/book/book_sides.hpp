// The two sides of a book as ladders; the same for order-by-order and price-level books.
#pragma once

#include "book/book_reading.hpp"
#include "book/ladder.hpp"
#include "decimal/integers.hpp"
#include "model/enums.hpp"

namespace pytrader {

class BookSides : public BookReading<BookSides> {
 public:
  const Ladder& bids() const noexcept { return bids_; }
  const Ladder& asks() const noexcept { return asks_; }
  const Ladder& side(Side which) const noexcept { return which == Side::buy ? bids_ : asks_; }

  bool empty(Side which) const noexcept { return side(which).empty(); }
  LevelTotals best(Side which) const noexcept {
    const Ladder& ladder = side(which);
    const Level& level = ladder[ladder.best()];
    return {ladder.best_price(), level.quantity, level.order_count};
  }
  LevelTotals level(Side which, i64 price) const noexcept {
    const Ladder& ladder = side(which);
    const u32 found = ladder.find(price);
    return found == kNone ? LevelTotals{} : totals(ladder, found);
  }
  template <class Visit>
  void walk(Side which, Visit&& visit) const {
    const Ladder& ladder = side(which);
    for (u32 at = ladder.best(); at != kNone && visit(totals(ladder, at)); at = ladder.next_worse(at)) {
    }
  }

 protected:
  BookSides() noexcept : bids_(Side::buy), asks_(Side::sell) {}
  Ladder& mutable_side(Side which) noexcept { return which == Side::buy ? bids_ : asks_; }
  // True if an order of this side at this price would reach the opposite best.
  bool reaches(Side which, i64 price) const noexcept {
    const Ladder& other = side(opposite(which));
    return !other.empty() && !other.better(price, other.best_price());
  }
  static LevelTotals totals(const Ladder& ladder, u32 level) noexcept {
    return {ladder.price_of(level), ladder[level].quantity, ladder[level].order_count};
  }

  Ladder bids_;
  Ladder asks_;
};

static_assert(ReadableBook<BookSides>);

}  // namespace pytrader
