// What can be wrong with a row of a book feed, and what a book does about it.
#pragma once

#include <array>
#include <cstddef>

#include "decimal/error.hpp"
#include "decimal/integers.hpp"

namespace pytrader {

enum class BookFault : u8 {
  none,
  bad_action,             // no BookAction
  bad_side,               // no Side, or not the side of the order that the row names
  price_out_of_range,     // INT64_MIN, which stands for "no price"
  quantity_not_positive,  // L2: negative
  quantity_too_large,     // more than the order has, or a level's total beyond 64 bits
  order_count_invalid,    // L2: negative or beyond 32 bits
  duplicate_order,        // an add with the id of a resting order
  unknown_order,          // a row for an id that does not rest
  unknown_level,          // L2: erase of a price that is not there
  crossed,                // best bid at or above best ask after the last row of a venue event
  duplicate_level,        // L2: a snapshot states a price twice
  bad_position,           // L3: the rows of a snapshot do not stand in queue order
  sequence_gap,           // events between the last number and this one are missing
  sequence_older,         // the number of an event that the book has already
};
constexpr std::size_t kBookFaultKinds = 15;

const char* to_text(BookFault fault) noexcept;
// One sentence for an error message: what is wrong and what to do.
const char* explain(BookFault fault) noexcept;

// strict: a row with a fault changes nothing, and a batch stops there. lenient: a row with a fault is skipped, except
// that crossed books, which a pre-open phase shows lawfully, are kept. Both count every fault by kind.
enum class BookPolicy : u8 { strict, lenient };

// Whether a row with this fault changed the book nevertheless.
constexpr bool applied(BookFault fault, BookPolicy policy) noexcept {
  return fault == BookFault::none || (fault == BookFault::crossed && policy == BookPolicy::lenient);
}

// rows: how many were read. Under the strict policy `fault` is that of the row at index `rows`, where the batch
// stopped; under the lenient one only a CrossedWatch stops a batch, behind the row that it is told of.
struct BatchResult {
  std::size_t rows = 0;
  BookFault fault = BookFault::none;
};

// A bound that was reached by the row of a batch at index `row`; that row changed nothing, those before it are applied.
class RowError : public Error {
 public:
  RowError(const Error& error, std::size_t row)
      : Error(error.code(), "event " + std::to_string(row) + ": " + error.what()), row_(row) {}
  std::size_t row() const noexcept { return row_; }

 private:
  std::size_t row_;
};

class FaultCounts {
 public:
  u64 operator[](BookFault fault) const noexcept { return counts_[static_cast<std::size_t>(fault)]; }
  u64 total() const noexcept;
  void add(BookFault fault) noexcept { ++counts_[static_cast<std::size_t>(fault)]; }
  void add(const FaultCounts& others) noexcept {
    for (std::size_t kind = 0; kind < kBookFaultKinds; ++kind) counts_[kind] += others.counts_[kind];
  }
  void clear() noexcept { counts_.fill(0); }

 private:
  std::array<u64, kBookFaultKinds> counts_{};  // none is never counted
};

}  // namespace pytrader
