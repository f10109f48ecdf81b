// What a DBN stream says about one instrument of one publisher: its book, its best quote, and the rows it made.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "book/book_fault.hpp"
#include "book/id_index.hpp"
#include "book/l2_book.hpp"
#include "book/l3_book.hpp"
#include "decimal/integers.hpp"
#include "model/records.hpp"

namespace pytrader {

// The venue tells a fill (F) before it takes the quantity off the order (C or M), in the same event. A book row is made
// of the fill, so that the order trades in its place; what is left of the later message is what the fill did not do.
struct DbnFill {
  u64 order_id;
  i64 taken;  // of the displayed quantity
  i64 side;
};

struct DbnInstrument {
  DbnInstrument(u16 publisher, u32 instrument, BookPolicy policy, u32 max_orders)
      : publisher_id(publisher), instrument_id(instrument), orders(policy, max_orders), levels(policy) {}

  u16 publisher_id;
  u32 instrument_id;
  std::string symbol;  // empty if no table names it
  bool kept = true;    // false: its records are counted alone, and none is judged
  i64 tick = 0;        // 10^-9; 0 while it is not known
  L3Book orders;       // of mbo records
  L2Book levels;       // of mbp records: one level a side, or ten
  QuoteRecord quote{};
  TradeRecord last_trade{};
  u64 volume = 0;
  // Not settled yet, and where an order's stands. Bound: 65,536.
  std::vector<DbnFill> fills;
  IdIndex fill_index;

  // Rows since they were last taken, if the feed records. Bound: the length of the input.
  std::vector<L3Record> order_rows;
  std::vector<L2Record> level_rows;
  std::vector<QuoteRecord> quotes;
  std::vector<TradeRecord> trades;
  std::vector<BarRecord> bars;
  u8 bar_kind = 0;  // of the first bar; a stream of bars has one length
};

}  // namespace pytrader
