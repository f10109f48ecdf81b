// Market-data records: rows of 64-bit integers, the same in memory, in NumPy arrays and in column files.
#pragma once

#include <type_traits>

#include "decimal/integers.hpp"

namespace pytrader {

// Times are nanoseconds since 1970-01-01 UTC. ts_event is the venue's clock, ts_init the moment we received it.
// Prices are whole ticks, quantities whole lots of the record's instrument. side is a Side (1 buy, 2 sell).

// What a book row does. `side` is always the side of the resting interest that the row touches.
enum class BookAction : i64 {
  add = 1,      // L3: a new order behind its price's queue. L2: the level's new total
  replace = 2,  // L3: new price and new total quantity; keeps its place only if the price stays and the quantity does
                // not grow. L2: the level's new total
  erase = 3,    // L3: the order leaves (quantity is not read). L2: the level leaves
  reduce = 4,   // L3: cancel part: quantity is what leaves
  execute = 5,  // L3: trade against this resting order: quantity is what traded, price the order's own
  trade = 6,    // a print that touches no displayed order (hidden liquidity, off-book); L2: every trade print
  clear = 7,    // both sides become empty (before a snapshot, after a gap)
};

// Flags of a book row.
constexpr i64 kFlagLast = 128;     // last row of one venue event: strategies see the book after it
constexpr i64 kFlagSnapshot = 32;  // part of a snapshot

// One row of an order-by-order feed.
struct L3Record {
  i64 ts_event;
  i64 ts_init;
  i64 action;  // BookAction
  i64 side;    // Side; 0 with clear
  i64 price;
  i64 quantity;
  u64 order_id;
  i64 flags;
};

// One row of a price-level feed; quantity is the level's total after the row, 0 removes it.
struct L2Record {
  i64 ts_event;
  i64 ts_init;
  i64 action;
  i64 side;
  i64 price;
  i64 quantity;
  i64 order_count;  // 0 where the venue does not say
  i64 flags;
};

// Best bid and offer; a quantity of 0 says that the side is empty.
struct QuoteRecord {
  i64 ts_event;
  i64 ts_init;
  i64 bid_price;
  i64 ask_price;
  i64 bid_quantity;
  i64 ask_quantity;
};

struct TradeRecord {
  i64 ts_event;
  i64 ts_init;
  i64 price;
  i64 quantity;
  i64 aggressor_side;  // Side, 0 where unknown
  u64 trade_id;
};

// ts_event is the close of the bar; ts_open its start.
struct BarRecord {
  i64 ts_event;
  i64 ts_init;
  i64 ts_open;
  i64 open;
  i64 high;
  i64 low;
  i64 close;
  i64 volume;
};

// The trading phase begins; phase is a TradingPhase.
struct StatusRecord {
  i64 ts_event;
  i64 ts_init;
  i64 phase;
};

static_assert(sizeof(StatusRecord) == 24);
static_assert(sizeof(L3Record) == 64 && sizeof(L2Record) == 64 && sizeof(QuoteRecord) == 48);
static_assert(sizeof(TradeRecord) == 48 && sizeof(BarRecord) == 64);
static_assert(std::is_trivially_copyable_v<L3Record>);

}  // namespace pytrader
