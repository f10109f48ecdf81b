// Completing streams, and refusing rows by name.
#include "kernel/market_stream.hpp"

#include "decimal/error.hpp"

namespace pytrader {
namespace {

constexpr i64 kZero = 0;
constexpr i64 kLast = kFlagLast;
constexpr i64 kOne = 1;
constexpr i64 kUnsaid = kNoPrice;

struct Field {
  const char* name;
  const i64* absent;  // what an absent column reads as; null where it must be there
};

constexpr Field kFields[8][kMaxStreamColumns] = {
    {{"ts_event", nullptr},
     {"ts_init", &kZero},
     {"action", nullptr},
     {"side", nullptr},
     {"price", nullptr},
     {"quantity", nullptr},
     {"order_id", nullptr},
     {"flags", &kLast}},
    {{"ts_event", nullptr},
     {"ts_init", &kZero},
     {"action", nullptr},
     {"side", nullptr},
     {"price", nullptr},
     {"quantity", nullptr},
     {"order_count", &kZero},
     {"flags", &kLast}},
    {{"ts_event", nullptr},
     {"ts_init", &kZero},
     {"bid_price", nullptr},
     {"ask_price", nullptr},
     {"bid_quantity", nullptr},
     {"ask_quantity", nullptr},
     {nullptr, nullptr},
     {nullptr, nullptr}},
    {{"ts_event", nullptr},
     {"ts_init", &kZero},
     {"price", nullptr},
     {"quantity", nullptr},
     {"aggressor_side", &kZero},
     {"trade_id", &kZero},
     {nullptr, nullptr},
     {nullptr, nullptr}},
    {{"ts_event", nullptr},
     {"ts_init", &kZero},
     {"ts_open", nullptr},
     {"open", nullptr},
     {"high", nullptr},
     {"low", nullptr},
     {"close", nullptr},
     {"volume", &kZero}},
    {{"ts_event", nullptr}, {"ts_init", &kZero}, {"phase", nullptr}},
    {{"ts_event", nullptr}, {"ts_init", &kZero}, {"mark_price", nullptr}, {"index_price", &kUnsaid}},
    {{"ts_event", nullptr},
     {"ts_init", &kZero},
     {"kind", nullptr},
     {"amount", &kZero},
     {"amount_decimals", &kZero},
     {"per", &kOne},
     {"price", &kUnsaid},
     {"price_decimals", &kZero}},
};

}  // namespace

const char* to_text(StreamKind kind) noexcept {
  switch (kind) {
    case StreamKind::l3:
      return "l3";
    case StreamKind::l2:
      return "l2";
    case StreamKind::quote:
      return "quote";
    case StreamKind::trade:
      return "trade";
    case StreamKind::bar:
      return "bar";
    case StreamKind::status:
      return "status";
    case StreamKind::mark:
      return "mark";
    case StreamKind::cash_event:
      return "cash_event";
  }
  return "unknown";
}

MarketStream complete(MarketStream stream) {
  for (std::size_t i = 0; i < column_count(stream.kind); ++i) {
    const Field& field = kFields[static_cast<std::size_t>(stream.kind)][i];
    Column& column = stream.columns[i];
    if (column) continue;
    if (field.absent == nullptr && stream.rows > 0) {
      throw Error(ErrorCode::invalid_argument, "stream " + stream.name + ": the column " + field.name + " is missing");
    }
    column = {field.absent, 0};
  }
  if (stream.columns[kTsInit].data == &kZero) stream.columns[kTsInit] = stream.columns[kTsEvent];
  stream.packed = static_cast<const char*>(stream.columns[0].data);
  const auto width = static_cast<std::ptrdiff_t>(column_count(stream.kind) * sizeof(i64));
  for (std::size_t i = 0; i < column_count(stream.kind); ++i) {
    const Column& column = stream.columns[i];
    const bool in_place = column.data == stream.packed + i * sizeof(i64) && column.stride_bytes == width;
    if (!in_place) stream.packed = nullptr;
    if (!in_place) break;
  }
  if (reinterpret_cast<std::uintptr_t>(stream.packed) % alignof(i64) != 0) stream.packed = nullptr;
  if (stream.kind == StreamKind::bar && stream.duration_ns <= 0) {
    throw Error(ErrorCode::invalid_argument, "stream " + stream.name + ": the duration of its bars is " +
                                                 std::to_string(stream.duration_ns) + " ns; it must be positive");
  }
  // Rows are in order of time, so that it is the last one. Only a stream's end is as late as that.
  if (stream.rows > 0 && stream.columns[kTsEvent][stream.rows - 1] == INT64_MAX) {
    refuse_row(stream, stream.rows - 1, "ts_event is 2^63 - 1, which stands for a time that never comes");
  }
  return stream;
}

void refuse_row(const MarketStream& stream, std::size_t row, const std::string& why) {
  throw Error(ErrorCode::invalid_argument, "stream " + stream.name + ", row " + std::to_string(row) + ": " + why);
}

}  // namespace pytrader
