// One recorded stream of market data as columns of 64-bit integers, and how a row of it becomes a record.
#pragma once

#include <array>
#include <cstddef>
#include <cstring>
#include <string>

#include "decimal/integers.hpp"
#include "model/column.hpp"
#include "model/messages.hpp"
#include "model/records.hpp"

namespace pytrader {

enum class StreamKind : u8 { l3, l2, quote, trade, bar, status, mark, cash_event };
const char* to_text(StreamKind kind) noexcept;
// Whether rows of this kind tell of orders and trades; others tell of what becomes of positions.
constexpr bool is_of_orders(StreamKind kind) noexcept {
  return kind != StreamKind::mark && kind != StreamKind::cash_event;
}

// Fields of the kind's record, in its order; the owner keeps the memory until the run is over.
constexpr std::size_t kMaxStreamColumns = 8;
constexpr std::size_t kTsEvent = 0;  // columns of every kind
constexpr std::size_t kTsInit = 1;
constexpr std::size_t kBarOpenColumn = 2;  // ts_open
constexpr std::size_t column_count(StreamKind kind) noexcept {
  if (kind == StreamKind::status) return 3;
  if (kind == StreamKind::mark) return 4;
  return kind == StreamKind::quote || kind == StreamKind::trade ? 6 : 8;
}

// What a user of the loop hands over. A column without data is one that the source does not have: ts_init (then it is
// ts_event), flags (then every row is the last of its event), order_count, aggressor_side, trade_id and volume (0),
// index_price and a money event's price (not said), its amount and decimals (0) and `per` (1).
struct MarketStream {
  std::string name;  // for error messages
  InstrumentIndex instrument = 0;
  StreamKind kind = StreamKind::quote;
  i64 duration_ns = 0;  // bars only
  std::size_t rows = 0;
  std::array<Column, kMaxStreamColumns> columns{};
  // Set by complete(): the rows stand in memory as records, one behind the other, each where a record may stand.
  const char* packed = nullptr;
};

// Checks what can be checked at once and fills absent columns in. Throws Error(invalid_argument).
MarketStream complete(MarketStream stream);
// Throws Error(invalid_argument) naming stream, row, field and limit when numbers of the row make no sense.
[[noreturn]] void refuse_row(const MarketStream& stream, std::size_t row, const std::string& why);

// Twice a price must fit 64 bits, and so must the sum of some quantities.
constexpr i64 kMaxNumber = INT64_MAX / 4;
constexpr bool in_range(i64 value) noexcept {
  return static_cast<u64>(value) + static_cast<u64>(kMaxNumber) <= 2 * static_cast<u64>(kMaxNumber);
}
// Whether the prices and the volume of a bar can be.
constexpr bool makes_sense(const BarRecord& bar) noexcept {
  return bar.low <= bar.open && bar.low <= bar.close && bar.low >= -kMaxNumber && bar.high >= bar.open &&
         bar.high >= bar.close && bar.high <= kMaxNumber && bar.volume >= 0;
}
// What else can be wrong with a row of a book, the book counts.
constexpr bool makes_sense(const L3Record& record) noexcept {
  return in_range(record.price);
}
constexpr bool makes_sense(const L2Record& record) noexcept {
  return in_range(record.price);
}
constexpr bool makes_sense(const QuoteRecord& quote) noexcept {
  return quote.bid_quantity >= 0 && quote.bid_quantity <= kMaxNumber && quote.ask_quantity >= 0 &&
         quote.ask_quantity <= kMaxNumber && in_range(quote.bid_price) && in_range(quote.ask_price);
}
constexpr bool makes_sense(const TradeRecord& trade) noexcept {
  return trade.quantity > 0 && trade.quantity <= kMaxNumber && in_range(trade.price) && trade.aggressor_side >= 0 &&
         trade.aggressor_side <= 2;
}

template <class Record>
[[gnu::noinline]] Record gathered(const MarketStream& stream, std::size_t row) noexcept {
  constexpr std::size_t kFields = sizeof(Record) / sizeof(i64);
  i64 fields[kFields];
  for (std::size_t field = 0; field < kFields; ++field) fields[field] = stream.columns[field][row];
  Record record;
  std::memcpy(&record, fields, sizeof record);
  return record;
}

// Where the rows stand as records, the row itself, else what `room` then holds.
template <class Record>
[[gnu::always_inline]] inline const Record& record_at(const MarketStream& stream, std::size_t row,
                                                      Record& room) noexcept {
  if (stream.packed == nullptr) [[unlikely]]
    return room = gathered<Record>(stream, row);
  return *reinterpret_cast<const Record*>(stream.packed + row * sizeof(Record));
}
template <class Record>
[[gnu::always_inline]] inline Record record_at(const MarketStream& stream, std::size_t row) noexcept {
  Record room;
  return record_at(stream, row, room);
}

// The rows of a stream where they stand as records, and where they do not.
template <class Record>
struct PackedRows {
  explicit PackedRows(const MarketStream& stream) noexcept : records(reinterpret_cast<const Record*>(stream.packed)) {}
  const Record* records;
  const Record& operator[](std::size_t row) const noexcept { return records[row]; }
  i64 ts_event(std::size_t row) const noexcept { return records[row].ts_event; }
};
template <class Record>
struct GatheredRows {
  explicit GatheredRows(const MarketStream& rows) noexcept : stream(rows) {}
  const MarketStream& stream;
  Record room;
  const Record& operator[](std::size_t row) noexcept { return room = gathered<Record>(stream, row); }
  i64 ts_event(std::size_t row) const noexcept { return stream.columns[kTsEvent][row]; }
};

}  // namespace pytrader
