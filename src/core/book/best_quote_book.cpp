// How each quote changes a book of best quotes.
#include "book/best_quote_book.hpp"

#include <stdexcept>

#include "model/messages.hpp"

namespace pytrader {
namespace {

// All zero for a side that the quote empties.
LevelTotals level_of(i64 price, i64 quantity) noexcept {
  return quantity == 0 ? LevelTotals{} : LevelTotals{price, quantity, 0};
}

}  // namespace

BookFault BestQuoteBook::apply(const QuoteRecord& row) noexcept {
  const BookFault fault = dispatch(row);
  if (fault != BookFault::none) [[unlikely]]
    faults_.add(fault);
  return fault;
}

BatchResult BestQuoteBook::apply(const QuoteColumns& columns, std::size_t first, CrossedWatch* watch) {
  return apply_rows(*this, first, columns.rows, watch, [&columns](std::size_t i) { return columns.row(i); });
}

BookFault BestQuoteBook::dispatch(const QuoteRecord& row) noexcept {
  if (row.bid_quantity != 0 && row.bid_price == kNoPrice) return BookFault::price_out_of_range;
  if (row.ask_quantity != 0 && row.ask_price == kNoPrice) return BookFault::price_out_of_range;
  if (row.bid_quantity < 0 || row.ask_quantity < 0) return BookFault::quantity_not_positive;
  const bool crosses = row.bid_quantity != 0 && row.ask_quantity != 0 && row.bid_price >= row.ask_price;
  if (crosses && policy_ == BookPolicy::strict) return BookFault::crossed;
  bid_ = level_of(row.bid_price, row.bid_quantity);
  ask_ = level_of(row.ask_price, row.ask_quantity);
  return crosses ? BookFault::crossed : BookFault::none;
}

void BestQuoteBook::check() const {
  for (const LevelTotals* level : {&bid_, &ask_}) {
    const bool blank = level->price == 0 && level->quantity == 0;
    if ((!blank && level->quantity <= 0) || level->order_count != 0) {
      throw std::logic_error("best quote book: a side is neither whole nor blank");
    }
  }
  if (policy_ == BookPolicy::strict && crossed()) throw std::logic_error("best quote book: a strict book is crossed");
}

}  // namespace pytrader
