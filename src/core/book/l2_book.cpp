// How each row of a price-level feed changes the book.
#include "book/l2_book.hpp"

#include <stdexcept>
#include <utility>

#include "model/messages.hpp"

namespace pytrader {
namespace {

bool ends_event(i64 flags) noexcept {
  return (flags & kFlagLast) != 0;
}
bool is_side(i64 side) noexcept {
  return side == static_cast<i64>(Side::buy) || side == static_cast<i64>(Side::sell);
}

[[gnu::always_inline]] inline void write(Ladder& ladder, const LevelTotals& wanted) {
  if (wanted.quantity == 0) {
    const u32 level = ladder.find(wanted.price);
    if (level != kNone) ladder.vacated(level);
    return;
  }
  const u32 level = ladder.level_at(wanted.price);
  if (!ladder.is_occupied(level)) ladder.occupied(level);
  ladder[level].quantity = wanted.quantity;
  ladder[level].order_count = static_cast<u32>(wanted.order_count);
}

}  // namespace

BookFault L2Book::apply_any(const L2Record& row) {
  const BookFault fault = dispatch(row);
  if (fault != BookFault::none) [[unlikely]]
    faults_.add(fault);
  return fault;
}

// A total is never negative: `before` is so where nobody has looked yet.
L2Book::Change L2Book::apply_any_level(const L2Record& row, i64 before) {
  const Side which = static_cast<Side>(row.side);
  if (before < 0) before = quantity_at(which, row.price);
  apply_any(row);
  return {before, quantity_at(which, row.price)};
}

BatchResult L2Book::apply(const L2Columns& columns, std::size_t first, CrossedWatch* watch) {
  return apply_rows(*this, first, columns.rows, watch, [&columns](std::size_t i) { return columns.row(i); });
}

BatchResult L2Book::snapshot(const LevelColumns& bids, const LevelColumns& asks) {
  L2Book fresh(policy_);
  const std::size_t rows = bids.rows + asks.rows;
  for (std::size_t i = 0; i < rows; ++i) {
    const bool is_bid = i < bids.rows;
    const LevelColumns& columns = is_bid ? bids : asks;
    const std::size_t at = is_bid ? i : i - bids.rows;
    const i64 order_count = columns.order_count ? columns.order_count[at] : 0;
    const BookFault fault =
        fresh.add_to_snapshot(is_bid ? Side::buy : Side::sell, {columns.price[at], columns.quantity[at], order_count});
    if (fault == BookFault::none) continue;
    faults_.add(fault);
    if (policy_ == BookPolicy::strict) return {i, fault};
  }
  if (fresh.crossed()) {
    faults_.add(BookFault::crossed);
    if (policy_ == BookPolicy::strict) return {rows, BookFault::crossed};
  }
  sides_[0] = std::move(fresh.sides_[0]);
  sides_[1] = std::move(fresh.sides_[1]);
  return {rows, BookFault::none};
}

BookFault L2Book::add_to_snapshot(Side which, const LevelTotals& level) {
  if (level.price == kNoPrice) return BookFault::price_out_of_range;
  if (level.quantity <= 0) return BookFault::quantity_not_positive;
  if (level.order_count < 0 || level.order_count > UINT32_MAX) return BookFault::order_count_invalid;
  if (side(which).find(level.price) != kNone) return BookFault::duplicate_level;
  write(mutable_side(which), level);
  return BookFault::none;
}

void L2Book::clear() noexcept {
  sides_[0].clear();
  sides_[1].clear();
}

[[gnu::always_inline]] inline BookFault L2Book::dispatch(const L2Record& row) {
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

[[gnu::always_inline]] inline BookFault L2Book::set(const L2Record& row) {
  if (!is_side(row.side)) return BookFault::bad_side;
  if (row.price == kNoPrice) return BookFault::price_out_of_range;
  if (row.quantity < 0) return BookFault::quantity_not_positive;
  if (row.order_count < 0 || row.order_count > UINT32_MAX) return BookFault::order_count_invalid;
  return store(row, {row.price, row.quantity, row.order_count});
}

[[gnu::always_inline]] inline BookFault L2Book::erase(const L2Record& row) {
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
[[gnu::always_inline]] inline BookFault L2Book::store(const L2Record& row, LevelTotals wanted) {
  const Side which = static_cast<Side>(row.side);
  Ladder& ladder = mutable_side(which);
  LevelTotals before{};
  if (policy_ == BookPolicy::strict) before = level(which, row.price);
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
