// The two sides of a book and what is read from them; the same for order-by-order and price-level books.
#pragma once

#include <cstddef>

#include "book/ladder.hpp"
#include "decimal/integers.hpp"
#include "model/enums.hpp"

namespace pytrader {

// A price with its totals, as a reader sees it. An order_count of 0 means that the venue does not say.
struct LevelTotals {
  i64 price = 0;
  i64 quantity = 0;
  u32 order_count = 0;
};

// What taking a quantity from a side would cost.
struct Sweep {
  i128 tick_lots = 0;   // sum of price times quantity, exact; can not overflow, as quantities sum to an i64
  i64 filled = 0;       // lots; less than asked for if the side holds less
  i64 worst_price = 0;  // of the last level touched; 0 if filled is 0
};

class BookSides {
 public:
  // 0 for buy and 1 for sell, without a branch; another byte gives one of the two.
  static constexpr std::size_t index_of(Side which) noexcept { return static_cast<std::size_t>(which) / 2 % 2; }

  const Ladder& bids() const noexcept { return sides_[0]; }
  const Ladder& asks() const noexcept { return sides_[1]; }
  const Ladder& side(Side which) const noexcept { return sides_[index_of(which)]; }

  // The side must not be empty.
  LevelTotals best(Side which) const noexcept { return totals(side(which), side(which).best()); }
  // All zero if no level of this side rests at the price.
  LevelTotals level(Side which, i64 price) const noexcept;
  // Writes up to `count` levels, best first, and returns how many.
  std::size_t depth(Side which, std::size_t count, LevelTotals* out) const noexcept;
  // What an order of this side would pay for `quantity` lots of the opposite side.
  Sweep sweep(Side taker, i64 quantity) const noexcept;

  // Best bid at or above best ask (locked counts).
  bool crossed() const noexcept {
    return !bids().empty() && !asks().empty() && bids().best_price() >= asks().best_price();
  }

 protected:
  BookSides() noexcept : sides_{Ladder(Side::buy), Ladder(Side::sell)} {}
  Ladder& mutable_side(Side which) noexcept { return sides_[index_of(which)]; }
  // True if an order of this side at this price would reach the opposite best.
  bool reaches(Side which, i64 price) const noexcept { return side(opposite(which)).is_reached(price); }
  static LevelTotals totals(const Ladder& ladder, u32 level) noexcept {
    return {ladder.price_of(level), ladder[level].quantity, ladder[level].order_count};
  }

  Ladder sides_[2];  // by index_of
};

}  // namespace pytrader
