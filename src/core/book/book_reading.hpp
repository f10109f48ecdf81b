// What can be read from every kind of book, said once over the few questions that each kind answers itself.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>

#include "decimal/fixed.hpp"
#include "decimal/integers.hpp"
#include "model/enums.hpp"

namespace pytrader {

// A price with its totals, as a reader sees it; the same row stands in arrays. An order_count of 0 means that the venue
// does not say.
struct LevelTotals {
  i64 price = 0;
  i64 quantity = 0;
  i64 order_count = 0;
};

// What taking a quantity from a side would cost.
struct Sweep {
  i128 tick_lots = 0;   // sum of price times quantity, exact; can not overflow, as quantities sum to an i64
  i64 filled = 0;       // lots; less than asked for if the side holds less
  i64 worst_price = 0;  // of the last level touched; 0 if filled is 0
};

// A quotient that was not rounded yet. The denominator is above zero.
struct Quotient {
  i128 numerator = 0;
  i128 denominator = 1;
};

// unit * numerator / denominator, rounded once to `digits` decimals (0 .. 18). Error(inexact) for Rounding::exact where
// that needs more, Error(decimal_overflow) beyond the range of Fixed.
Fixed scaled(const Fixed& unit, const Quotient& quotient, int digits, Rounding rounding);

// A kind of book derives from BookReading<itself> and answers:
//   bool empty(Side) const
//   LevelTotals best(Side) const             of a side that is not empty
//   LevelTotals level(Side, i64 price) const  all zero if nothing of this side rests at the price
//   void walk(Side, visit) const             bool visit(const LevelTotals&), best first, until it returns false
template <class Book>
class BookReading {
 public:
  // Writes up to `count` levels, best first, and returns how many.
  std::size_t depth(Side which, std::size_t count, LevelTotals* out) const {
    std::size_t written = 0;
    if (count == 0) return 0;
    self().walk(which, [&](const LevelTotals& level) {
      out[written++] = level;
      return written < count;
    });
    return written;
  }

  // What an order of this side would pay for `quantity` lots of the opposite side.
  Sweep sweep(Side taker, i64 quantity) const {
    Sweep result;
    if (quantity <= 0) return result;
    self().walk(opposite(taker), [&](const LevelTotals& level) {
      const i64 taken = std::min(level.quantity, quantity - result.filled);
      result.worst_price = level.price;
      result.tick_lots += static_cast<i128>(level.price) * taken;
      result.filled += taken;
      return result.filled < quantity;
    });
    return result;
  }

  // Lots that an order of this side could take at its limit or better.
  i128 quantity_to(Side taker, i64 limit) const {
    i128 sum = 0;
    self().walk(opposite(taker), [&](const LevelTotals& level) {
      const bool within = taker == Side::buy ? level.price <= limit : level.price >= limit;
      if (within) sum += level.quantity;
      return within;
    });
    return sum;
  }

  // Lots in the best levels of a side.
  i128 top_quantity(Side which, std::size_t levels) const {
    i128 sum = 0;
    if (levels == 0) return 0;
    self().walk(which, [&](const LevelTotals& level) {
      sum += level.quantity;
      return --levels > 0;
    });
    return sum;
  }

  bool one_sided() const { return self().empty(Side::buy) || self().empty(Side::sell); }
  // Best bid at or above best ask (locked counts).
  bool crossed() const { return !one_sided() && self().best(Side::buy).price >= self().best(Side::sell).price; }
  // Best bid at best ask.
  bool locked() const { return !one_sided() && self().best(Side::buy).price == self().best(Side::sell).price; }

  // The mid, weighted by the opposite best quantities, in ticks. The book must not be one_sided().
  Quotient micro_price() const {
    const LevelTotals bid = self().best(Side::buy);
    const LevelTotals ask = self().best(Side::sell);
    // Each product lies below 2^126, as no price is -2^63 and no quantity is above 2^63 - 1.
    return {static_cast<i128>(bid.price) * ask.quantity + static_cast<i128>(ask.price) * bid.quantity,
            static_cast<i128>(bid.quantity) + ask.quantity};
  }
  // (bids - asks) / (bids + asks) over the quantities of the best levels; at least one side must not be empty.
  Quotient imbalance(std::size_t levels) const {
    const i128 bids = top_quantity(Side::buy, levels);
    const i128 asks = top_quantity(Side::sell, levels);
    return {bids - asks, bids + asks};
  }

 protected:
  // What a walk visits first, all zero if that is nothing: best() of a book that has no quicker way to it.
  LevelTotals first_walked(Side which) const noexcept {
    LevelTotals found;
    self().walk(which, [&found](const LevelTotals& level) {
      found = level;
      return false;
    });
    return found;
  }

 private:
  const Book& self() const noexcept { return static_cast<const Book&>(*this); }
};

template <class Book>
concept ReadableBook = requires(const Book& book, Side side, bool (*visit)(const LevelTotals&)) {
  { book.empty(side) } -> std::same_as<bool>;
  { book.best(side) } -> std::same_as<LevelTotals>;
  { book.level(side, i64{}) } -> std::same_as<LevelTotals>;
  book.walk(side, visit);
  { book.sweep(side, i64{}) } -> std::same_as<Sweep>;  // from BookReading
};

}  // namespace pytrader
