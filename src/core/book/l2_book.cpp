// How each row of a price-level feed changes the book.
#include "book/l2_book.hpp"

#include <stdexcept>

#include "model/messages.hpp"

namespace pytrader {
namespace {

bool ends_event(i64 flags) noexcept {
  return (flags & kFlagLast) != 0;
}
bool is_side(i64 side) noexcept {
  return side == static_cast<i64>(Side::buy) || side == static_cast<i64>(Side::sell);
}

void write(Ladder& ladder, const LevelTotals& wanted) {
  if (wanted.quantity == 0) {
    const u32 level = ladder.find(wanted.price);
    if (level != kNone) ladder.vacated(level);
    return;
  }
  const u32 level = ladder.level_at(wanted.price);
  if (!ladder.is_occupied(level)) ladder.occupied(level);
  ladder[level].quantity = wanted.quantity;
  ladder[level].order_count = wanted.order_count;
}

}  // namespace

BookFault L2Book::apply(const L2Record& row) {
  const BookFault fault = dispatch(row);
  if (fault != BookFault::none) [[unlikely]]
    faults_.add(fault);
  return fault;
}

BatchResult L2Book::apply(const L2Columns& columns) {
  L2Record row{};
  for (std::size_t i = 0; i < columns.rows; ++i) {
    row.action = columns.action[i];
    row.side = columns.side[i];
    row.price = columns.price[i];
    row.quantity = columns.quantity[i];
    row.order_count = columns.order_count ? columns.order_count[i] : 0;
    row.flags = columns.flags ? columns.flags[i] : kFlagLast;
    const BookFault fault = apply(row);
    if (!applied(fault) && policy_ == BookPolicy::strict) return {i, fault};
  }
  return {columns.rows, BookFault::none};
}

void L2Book::clear() noexcept {
  sides_[0].clear();
  sides_[1].clear();
}

BookFault L2Book::dispatch(const L2Record& row) {
  switch (static_cast<BookAction>(row.action)) {
    case BookAction::add:
    case BookAction::replace:
      return set(row);
    case BookAction::erase:
      return erase(row);
    case BookAction::trade:
      return print(row);
    case BookAction::clear:
      clear();
      return BookFault::none;
    case BookAction::reduce:
    case BookAction::execute:
      break;
  }
  return BookFault::bad_action;
}

BookFault L2Book::set(const L2Record& row) {
  if (!is_side(row.side)) return BookFault::bad_side;
  if (row.price == kNoPrice) return BookFault::price_out_of_range;
  if (row.quantity < 0) return BookFault::quantity_not_positive;
  if (row.order_count < 0 || row.order_count > UINT32_MAX) return BookFault::order_count_invalid;
  return store(row, {row.price, row.quantity, static_cast<u32>(row.order_count)});
}

BookFault L2Book::erase(const L2Record& row) {
  if (!is_side(row.side)) return BookFault::bad_side;
  if (row.price == kNoPrice) return BookFault::price_out_of_range;
  if (side(static_cast<Side>(row.side)).find(row.price) == kNone) return BookFault::unknown_level;
  return store(row, {row.price, 0, 0});
}

BookFault L2Book::print(const L2Record& row) const noexcept {
  if (row.side != 0 && !is_side(row.side)) return BookFault::bad_side;
  if (row.quantity <= 0) return BookFault::quantity_not_positive;
  return ends_event(row.flags) && crossed() ? BookFault::crossed : BookFault::none;
}

// Writes first and takes back what a strict book refuses: a level holds all there is to restore.
BookFault L2Book::store(const L2Record& row, LevelTotals wanted) {
  const Side which = static_cast<Side>(row.side);
  Ladder& ladder = mutable_side(which);
  LevelTotals before = level(which, row.price);
  before.price = row.price;
  write(ladder, wanted);
  if (!ends_event(row.flags) || !crossed()) [[likely]]
    return BookFault::none;
  if (policy_ == BookPolicy::strict) write(ladder, before);
  return BookFault::crossed;
}

void L2Book::check() const {
  sides_[0].check();
  sides_[1].check();
  for (const Ladder* ladder : {&sides_[0], &sides_[1]}) {
    for (u32 at = ladder->best(); at != kNone; at = ladder->next_worse(at)) {
      if ((*ladder)[at].quantity <= 0) throw std::logic_error("l2 book: a level without quantity");
    }
  }
}

}  // namespace pytrader
