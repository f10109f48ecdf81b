// The price-level book: a total for each price, set by the venue.
#pragma once

#include <cstddef>

#include "book/book_fault.hpp"
#include "book/book_sides.hpp"
#include "book/feed_watch.hpp"
#include "decimal/integers.hpp"
#include "model/column.hpp"
#include "model/records.hpp"

namespace pytrader {

// A batch of L2Record rows as columns; the times are not read. Without flags every row ends its venue event, without
// order_count it is 0.
struct L2Columns {
  Column action, side, price, quantity, order_count, flags;
  std::size_t rows = 0;

  L2Record row(std::size_t i) const noexcept {
    return {0,
            0,
            action[i],
            side[i],
            price[i],
            quantity[i],
            order_count ? order_count[i] : 0,
            flags ? flags[i] : kFlagLast};
  }
};

// One side of a snapshot, in any order. Without order_count the venue does not say.
struct LevelColumns {
  Column price, quantity, order_count;
  std::size_t rows = 0;
};

// add and replace set a level, with quantity 0 they remove it whether it is there or not; erase wants it there. A
// snapshot is a clear row and its levels. Faults are looked for in this order: action, side, price, quantity, order
// count, level, crossing. A refused row changes nothing.
class L2Book : public BookSides {
 public:
  explicit L2Book(BookPolicy policy = BookPolicy::strict) noexcept : policy_(policy) {}

  // Whether a fault other than none was applied nevertheless: see BookPolicy.
  bool applied(BookFault fault) const noexcept { return pytrader::applied(fault, policy_); }
  BookFault apply(const L2Record& row) {
    i64 before = 0;
    return sets(row) && sets_level(row, before) ? BookFault::none : apply_any(row);
  }
  // Whether a row, sound but for its price, says what a level's total is.
  static bool sets(const L2Record& row) noexcept {
    static_assert(static_cast<i64>(BookAction::add) == 1 && static_cast<i64>(BookAction::replace) == 2);
    static_assert(static_cast<i64>(Side::buy) == 1 && static_cast<i64>(Side::sell) == 2);
    // Bits of what is out of range: few branches.
    const u64 beyond = (static_cast<u64>(row.action) - 1) | (static_cast<u64>(row.side) - 1);
    const u64 unsound = static_cast<u64>(row.quantity) >> 63 | static_cast<u64>(row.order_count) >> 32;
    return (beyond >> 1 | unsound) == 0;
  }
  // The total that a level has before a row, and after it.
  struct Change {
    i64 before, after;
  };
  // The same for a row that sets(); says what becomes of the level.
  Change apply_level(const L2Record& row) {
    i64 before = -1;
    return sets_level(row, before) ? Change{before, row.quantity} : apply_any_level(row, before);
  }
  // As apply_rows says.
  BatchResult apply(const L2Columns& columns, std::size_t first = 0, CrossedWatch* watch = nullptr);
  void count(BookFault fault) noexcept { faults_.add(fault); }
  // Replaces both sides; judged as a whole first, so that a strict book that refuses a row keeps what it had. Rows are
  // counted from the first bid to the last ask; one that crosses the book stands behind them all.
  BatchResult snapshot(const LevelColumns& bids, const LevelColumns& asks);
  // Both sides become empty; fault counts and memory stay.
  void clear() noexcept;

  // The total at a price, 0 where there is none.
  i64 quantity_at(Side which, i64 price) const noexcept {
    const Ladder& ladder = side(which);
    u32 level = kNone;
    return ladder.recent_level(price, level) ? ladder[level].quantity : this->level(which, price).quantity;
  }
  std::size_t level_count() const noexcept { return sides_[0].level_count() + sides_[1].level_count(); }
  BookPolicy policy() const noexcept { return policy_; }
  const FaultCounts& faults() const noexcept { return faults_; }
  std::size_t memory_bytes() const noexcept { return sides_[0].memory_bytes() + sides_[1].memory_bytes(); }
  // Throws std::logic_error if levels and ladders contradict one another.
  void check() const;

 private:
  // The common row that sets(), for a lenient book: a level near the others gets another total, which it has as long as
  // it is in use. False for any other, and where the book is crossed after it: then apply_any() takes the row, again.
  // `before` is what the level had, as it was where that was not looked for.
  [[gnu::always_inline]] bool sets_level(const L2Record& row, i64& before) noexcept {
    if (policy_ != BookPolicy::lenient) return false;
    Ladder& ladder = mutable_side(static_cast<Side>(row.side));
    u32 level = kNone;
    if (!ladder.recent_level(row.price, level)) return false;
    Level& at = ladder[level];
    before = at.quantity;
    if (row.quantity == 0) {
      if (before != 0) ladder.vacated(level);
    } else {
      if (before == 0) ladder.occupied(level);
      at.quantity = row.quantity;
      at.order_count = static_cast<u32>(row.order_count);
    }
    return (row.flags & kFlagLast) == 0 || !crossed();
  }
  BookFault apply_any(const L2Record& row);
  Change apply_any_level(const L2Record& row, i64 before);
  BookFault dispatch(const L2Record& row);
  BookFault set(const L2Record& row);
  BookFault erase(const L2Record& row);
  BookFault print(const L2Record& row) const noexcept;
  BookFault store(const L2Record& row, LevelTotals wanted);
  BookFault add_to_snapshot(Side which, const LevelTotals& level);

  FaultCounts faults_;
  BookPolicy policy_;
};

}  // namespace pytrader
