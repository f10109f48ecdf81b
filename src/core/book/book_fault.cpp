// The names of the faults of a book feed and their explanations.
#include "book/book_fault.hpp"

namespace pytrader {
namespace {

struct FaultText {
  const char* name;
  const char* explanation;
};

constexpr std::array<FaultText, kBookFaultKinds> kTexts{{
    {"none", "nothing is wrong"},
    {"bad_action", "the action is no BookAction of this feed: see the table of actions"},
    {"bad_side", "the side must be 1 (buy) or 2 (sell) and the side of the resting order"},
    {"price_out_of_range", "the price in ticks must be above -2^63, which stands for no price"},
    {"quantity_not_positive", "the quantity must be above zero (a level's total: not negative)"},
    {"quantity_too_large",
     "the quantity must not exceed what the order has, nor bring a level's total beyond 2^63 - 1"},
    {"order_count_invalid", "the order count must lie in 0 .. 2^32 - 1"},
    {"duplicate_order", "an order with this id rests already: use replace, or clear before a new snapshot"},
    {"unknown_order", "no order with this id rests: seed the book with a snapshot, or use policy lenient"},
    {"unknown_level",
     "no level rests at this price: set quantity 0 where the level may be absent, or use policy lenient"},
    {"crossed",
     "the best bid would reach the best ask at the end of a venue event: pre-open phases need policy lenient"},
    {"duplicate_level", "a snapshot may state each price of a side once"},
    {"bad_position", "the orders of a price must stand in queue order: position counts them from 0"},
    {"sequence_gap", "events are missing before this one: take a snapshot"},
    {"sequence_older", "the book has this event already"},
}};

}  // namespace

const char* to_text(BookFault fault) noexcept {
  return kTexts[static_cast<std::size_t>(fault)].name;
}
const char* explain(BookFault fault) noexcept {
  return kTexts[static_cast<std::size_t>(fault)].explanation;
}

u64 FaultCounts::total() const noexcept {
  u64 sum = 0;
  for (const u64 count : counts_) sum += count;
  return sum;
}

}  // namespace pytrader
