// The book of which only the best bid and the best ask are known.
#pragma once

#include <cstddef>

#include "book/book_fault.hpp"
#include "book/book_reading.hpp"
#include "book/feed_watch.hpp"
#include "decimal/integers.hpp"
#include "model/column.hpp"
#include "model/records.hpp"

namespace pytrader {

// A batch of QuoteRecord rows as columns; the times are not read.
struct QuoteColumns {
  Column bid_price, ask_price, bid_quantity, ask_quantity;
  std::size_t rows = 0;

  QuoteRecord row(std::size_t i) const noexcept {
    return {0, 0, bid_price[i], ask_price[i], bid_quantity[i], ask_quantity[i]};
  }
};

// Every quote states both sides anew and is a venue event of its own; a quantity of 0 empties its side, whose price is
// not read then. Faults are looked for in this order: price, quantity (bid before ask), crossing. A refused quote
// changes nothing. The book holds no memory besides itself.
class BestQuoteBook : public BookReading<BestQuoteBook> {
 public:
  explicit BestQuoteBook(BookPolicy policy = BookPolicy::strict) noexcept : policy_(policy) {}

  // Whether a fault other than none was applied nevertheless: see BookPolicy.
  bool applied(BookFault fault) const noexcept { return pytrader::applied(fault, policy_); }
  BookFault apply(const QuoteRecord& row) noexcept;
  // As apply_rows says.
  BatchResult apply(const QuoteColumns& columns, std::size_t first = 0, CrossedWatch* watch = nullptr);
  void count(BookFault fault) noexcept { faults_.add(fault); }
  void clear() noexcept { bid_ = ask_ = LevelTotals{}; }

  bool empty(Side which) const noexcept { return side(which).quantity == 0; }
  LevelTotals best(Side which) const noexcept { return side(which); }
  LevelTotals level(Side which, i64 price) const noexcept {
    return side(which).price == price ? side(which) : LevelTotals{};
  }
  template <class Visit>
  void walk(Side which, Visit&& visit) const {
    if (!empty(which)) visit(side(which));
  }

  std::size_t level_count() const noexcept { return std::size_t{bid_.quantity != 0} + std::size_t{ask_.quantity != 0}; }
  BookPolicy policy() const noexcept { return policy_; }
  const FaultCounts& faults() const noexcept { return faults_; }
  std::size_t memory_bytes() const noexcept { return 0; }
  // Throws std::logic_error if a side is neither whole nor blank.
  void check() const;

 private:
  const LevelTotals& side(Side which) const noexcept { return which == Side::buy ? bid_ : ask_; }
  BookFault dispatch(const QuoteRecord& row) noexcept;

  LevelTotals bid_;
  LevelTotals ask_;
  FaultCounts faults_;
  BookPolicy policy_;
};

static_assert(ReadableBook<BestQuoteBook>);

}  // namespace pytrader
