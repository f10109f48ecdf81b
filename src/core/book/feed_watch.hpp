// What a book notices of its feed besides the rows: their numbers, and that it becomes crossed.
#pragma once

#include <cstddef>
#include <utility>

#include "book/book_fault.hpp"
#include "book/sequence.hpp"
#include "decimal/integers.hpp"
#include "model/records.hpp"

namespace pytrader {

// Every number is the one before plus one; what is not above the last one is a repetition.
constexpr SequenceRule kBookSequence{"book", SequenceLink::first_follows_last, SequenceJoin::linked, true};

// Whether the last venue event left a book crossed, so that only an event that begins it is told.
struct CrossedWatch {
  bool crossed = false;
};

// A book's place in the numbering of its feed. A first number, before any snapshot, is taken as it comes.
class FeedNumbers {
 public:
  // `first` .. `last` are the numbers of the events to come; they are not taken yet.
  SequenceVerdict judge(i64 first, i64 last) const noexcept {
    return known() ? tracker_.judge({first, last, kNoSequenceId}) : SequenceVerdict::follows;
  }
  void accept(i64 last) noexcept { tracker_.accept({last, last, kNoSequenceId}); }
  // Events are missing: the book is stale until it is stated as a whole.
  void miss() noexcept { stale_ = true; }
  // The whole book was stated, so that nothing is missing in it.
  void state() noexcept { stale_ = false; }
  // A snapshot; `last` may be kNoSequenceId.
  void begin(i64 last) noexcept {
    tracker_.begin(last);
    state();
    ++begun_;
  }
  // The next number is taken as it comes. What was missing still is.
  void forget() noexcept { tracker_.begin(kNoSequenceId); }
  bool known() const noexcept { return tracker_.last() != kNoSequenceId; }
  i64 last() const noexcept { return tracker_.last(); }
  bool stale() const noexcept { return stale_; }
  // How many snapshots were taken.
  u64 begun() const noexcept { return begun_; }

 private:
  SequenceTracker tracker_{kBookSequence};
  u64 begun_ = 0;
  bool stale_ = false;
};

inline bool ends_event(const QuoteRecord&) noexcept {
  return true;
}
template <class Row>
bool ends_event(const Row& row) noexcept {
  return (row.flags & kFlagLast) != 0;
}

// Applies the rows of a batch from `first` on, one after the other: what every kind of book does with them. With a
// watch it stops behind a row that newly leaves the book crossed: then `rows` counts that row, too, and `fault` is
// crossed. Throws RowError for Error.
template <class Book, class RowAt>
BatchResult apply_rows(Book& book, std::size_t first, std::size_t rows, CrossedWatch* watch, RowAt&& row_at) {
  std::size_t i = first;
  try {
    for (; i < rows; ++i) {
      const auto& row = row_at(i);
      const BookFault fault = book.apply(row);
      if (fault == BookFault::none) [[likely]] {
        if (watch != nullptr && ends_event(row)) watch->crossed = false;
        continue;
      }
      if (!book.applied(fault)) {
        if (book.policy() == BookPolicy::strict) return {i, fault};
        continue;
      }
      if (watch != nullptr && !std::exchange(watch->crossed, true)) return {i + 1, fault};
    }
  } catch (const Error& error) {
    throw RowError(error, i);
  }
  return {rows, BookFault::none};
}

}  // namespace pytrader
