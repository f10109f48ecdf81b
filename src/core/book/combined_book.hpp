// Two books of one instrument read as one: what both hold at a price adds up.
#pragma once

#include <algorithm>

#include "book/book_sides.hpp"

namespace pytrader {

// Reads the books as they are now; they must outlive it. A level of both counts no further than 2^63 - 1 lots.
class CombinedBook : public BookReading<CombinedBook> {
 public:
  CombinedBook(const BookSides& first, const BookSides& second) noexcept : first_(first), second_(second) {}

  bool empty(Side which) const noexcept { return first_.empty(which) && second_.empty(which); }
  LevelTotals best(Side which) const noexcept { return first_walked(which); }
  LevelTotals level(Side which, i64 price) const noexcept {
    return sum(first_.level(which, price), second_.level(which, price));
  }
  template <class Visit>
  void walk(Side which, Visit&& visit) const {
    const Ladder& first = first_.side(which);
    const Ladder& second = second_.side(which);
    u32 at = first.best();
    u32 other = second.best();
    bool goes_on = true;
    while (goes_on && at != kNone && other != kNone) {
      const LevelTotals here = BookSides::totals(first, at);
      const LevelTotals there = BookSides::totals(second, other);
      const bool here_first = !first.better(there.price, here.price);
      const bool there_first = !first.better(here.price, there.price);
      goes_on = visit(here_first && there_first ? sum(here, there) : here_first ? here : there);
      if (here_first) at = first.next_worse(at);
      if (there_first) other = second.next_worse(other);
    }
    for (; goes_on && at != kNone; at = first.next_worse(at)) goes_on = visit(BookSides::totals(first, at));
    for (; goes_on && other != kNone; other = second.next_worse(other)) {
      goes_on = visit(BookSides::totals(second, other));
    }
  }

 private:
  static LevelTotals sum(const LevelTotals& one, const LevelTotals& other) noexcept {
    const i64 quantity = one.quantity + std::min(other.quantity, INT64_MAX - one.quantity);
    return {one.quantity == 0 ? other.price : one.price, quantity, one.order_count + other.order_count};
  }

  const BookSides& first_;
  const BookSides& second_;
};

static_assert(ReadableBook<CombinedBook>);

}  // namespace pytrader
