// Reading a book: levels, depth, and the cost of a quantity.
#include "book/book_sides.hpp"

#include <algorithm>

namespace pytrader {

LevelTotals BookSides::level(Side which, i64 price) const noexcept {
  const Ladder& ladder = side(which);
  const u32 found = ladder.find(price);
  return found == kNone ? LevelTotals{} : totals(ladder, found);
}

std::size_t BookSides::depth(Side which, std::size_t count, LevelTotals* out) const noexcept {
  const Ladder& ladder = side(which);
  std::size_t written = 0;
  for (u32 level = ladder.best(); level != kNone && written < count; level = ladder.next_worse(level)) {
    out[written++] = totals(ladder, level);
  }
  return written;
}

Sweep BookSides::sweep(Side taker, i64 quantity) const noexcept {
  const Ladder& ladder = side(opposite(taker));
  Sweep result;
  for (u32 level = ladder.best(); level != kNone && result.filled < quantity; level = ladder.next_worse(level)) {
    const i64 taken = std::min(ladder[level].quantity, quantity - result.filled);
    result.worst_price = ladder.price_of(level);
    result.tick_lots += static_cast<i128>(result.worst_price) * taken;
    result.filled += taken;
  }
  return result;
}

}  // namespace pytrader
