// A price-level book kept from a venue's depth frames: with the decimals as sent, and no deeper than subscribed.
#pragma once

#include <cstddef>

#include "book/l2_book.hpp"
#include "book/written_decimal.hpp"

namespace pytrader {

// One level of a frame, on the grid.
struct DepthLevel {
  Side side = Side::buy;
  i64 price = 0;     // ticks
  i64 quantity = 0;  // lots; 0 removes the level
  u32 order_count = 0;
  u8 price_decimals = 0;
  u8 quantity_decimals = 0;
};

class DepthBook : public L2Book {
 public:
  DepthBook() noexcept : L2Book(BookPolicy::lenient) {}

  // Sets the level's total without looking whether the book is crossed: a frame has many levels.
  void set(const DepthLevel& level);
  // Removes the worst levels of each side beyond `depth`; 0 keeps all.
  void truncate(std::size_t depth) noexcept;
};

}  // namespace pytrader
