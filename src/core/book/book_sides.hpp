// The two sides of a book as ladders; the same for order-by-order and price-level books.
#pragma once

#include "book/book_reading.hpp"
#include "book/ladder.hpp"
#include "decimal/integers.hpp"
#include "model/enums.hpp"

namespace pytrader {

class BookSides : public BookReading<BookSides> {
 public:
  // 0 for buy and 1 for sell, without a branch; another byte gives one of the two.
  static constexpr std::size_t index_of(Side which) noexcept { return static_cast<std::size_t>(which) / 2 % 2; }

  const Ladder& bids() const noexcept { return sides_[0]; }
  const Ladder& asks() const noexcept { return sides_[1]; }
  const Ladder& side(Side which) const noexcept { return sides_[index_of(which)]; }

  bool empty(Side which) const noexcept { return side(which).empty(); }
  LevelTotals best(Side which) const noexcept {
    const Ladder& ladder = side(which);
    const Level& level = ladder[ladder.best()];
    return {ladder.best_price(), level.quantity, level.order_count};
  }
  // As BookReading says, without a look at the levels.
  bool crossed() const noexcept { return asks().is_reached(bids().best_price()) && !bids().empty(); }
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
  static LevelTotals totals(const Ladder& ladder, u32 level) noexcept {
    return {ladder.price_of(level), ladder[level].quantity, ladder[level].order_count};
  }

 protected:
  BookSides() noexcept : sides_{Ladder(Side::buy), Ladder(Side::sell)} {}
  Ladder& mutable_side(Side which) noexcept { return sides_[index_of(which)]; }
  // True if an order of this side at this price would reach the opposite best.
  bool reaches(Side which, i64 price) const noexcept { return side(opposite(which)).is_reached(price); }

  Ladder sides_[2];  // by index_of
};

static_assert(ReadableBook<BookSides>);

}  // namespace pytrader
