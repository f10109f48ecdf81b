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
  const char* packed = nullptr;  // set by complete(): the rows stand in memory as records, one behind the other
};

// Checks what can be checked at once and fills absent columns in. Throws Error(invalid_argument).
MarketStream complete(MarketStream stream);
// Throws Error(invalid_argument) naming stream, row, field and limit when numbers of the row make no sense.
[[noreturn]] void refuse_row(const MarketStream& stream, std::size_t row, const std::string& why);

// Twice a price must fit 64 bits, and so must the sum of some quantities.
constexpr i64 kMaxNumber = INT64_MAX / 4;
constexpr bool in_range(i64 value) noexcept {
  return value >= -kMaxNumber && value <= kMaxNumber;
}
// Whether the prices and the volume of a bar can be.
constexpr bool makes_sense(const BarRecord& bar) noexcept {
  return bar.low <= bar.open && bar.low <= bar.close && bar.low >= -kMaxNumber && bar.high >= bar.open &&
         bar.high >= bar.close && bar.high <= kMaxNumber && bar.volume >= 0;
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

template <class Record>
[[gnu::always_inline]] inline Record copied(const char* row) noexcept {
  Record record;
  std::memcpy(&record, row, sizeof record);
  return record;
}

template <class Record>
[[gnu::always_inline]] inline Record record_at(const MarketStream& stream, std::size_t row) noexcept {
  if (stream.packed == nullptr) [[unlikely]]
    return gathered<Record>(stream, row);
  return copied<Record>(stream.packed + row * sizeof(Record));
}

}  // namespace pytrader
