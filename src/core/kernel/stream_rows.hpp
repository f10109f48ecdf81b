// What a recorded row must be, and how its venue and the kernel are told of it.
#pragma once

#include <algorithm>
#include <string>
#include <type_traits>

#include "kernel/kernel.hpp"
#include "kernel/market_stream.hpp"
#include "matching/simulated_venue.hpp"

namespace pytrader {

// Rows that change books, quotes and last prices, one at a time.
template <class Record>
constexpr bool is_of_market = std::is_same_v<Record, L3Record> || std::is_same_v<Record, L2Record> ||
                              std::is_same_v<Record, QuoteRecord> || std::is_same_v<Record, TradeRecord>;

inline void check_row(const MarketStream& stream, std::size_t row, const L3Record& record) {
  if (!makes_sense(record)) refuse_row(stream, row, "price is beyond 2^61 ticks");
}
inline void check_row(const MarketStream& stream, std::size_t row, const L2Record& record) {
  if (!makes_sense(record)) refuse_row(stream, row, "price is beyond 2^61 ticks");
}
inline void check_row(const MarketStream& stream, std::size_t row, const QuoteRecord& quote) {
  if (makes_sense(quote)) [[likely]]
    return;
  if (quote.bid_quantity < 0 || quote.ask_quantity < 0) refuse_row(stream, row, "a quantity is negative");
  if (!in_range(quote.bid_price) || !in_range(quote.ask_price)) refuse_row(stream, row, "a price is beyond 2^61 ticks");
  refuse_row(stream, row, "a quantity is beyond 2^61 lots");
}
inline void check_row(const MarketStream& stream, std::size_t row, const TradeRecord& trade) {
  if (makes_sense(trade)) [[likely]]
    return;
  if (trade.quantity <= 0 || trade.quantity > kMaxNumber) {
    refuse_row(stream, row,
               "quantity is " + std::to_string(trade.quantity) + "; it must be positive and below 2^61 lots");
  }
  if (!in_range(trade.price)) refuse_row(stream, row, "price is beyond 2^61 ticks");
  refuse_row(stream, row,
             "aggressor_side is " + std::to_string(trade.aggressor_side) + "; it must be 1, 2 or 0 (unknown)");
}
inline void check_row(const MarketStream& stream, std::size_t row, const BarRecord& bar) {
  if (makes_sense(bar)) [[likely]]
    return;
  if (bar.low > std::min(bar.open, bar.close) || bar.high < std::max(bar.open, bar.close)) {
    refuse_row(stream, row, "open and close must lie between low and high");
  }
  if (!in_range(bar.low) || !in_range(bar.high)) refuse_row(stream, row, "a price is beyond 2^61 ticks");
  refuse_row(stream, row, "volume is negative");
}

inline void check_row(const MarketStream& stream, std::size_t row, const StatusRecord& status) {
  if (status.phase < 0 || status.phase >= kTradingPhaseCount) {
    refuse_row(stream, row, "phase is " + std::to_string(status.phase) + "; it must be 0 to 8, a TradingPhase");
  }
}
inline void check_row(const MarketStream& stream, std::size_t row, const MarkRecord& mark) {
  if (!in_range(mark.mark_price)) refuse_row(stream, row, "mark_price is beyond 2^61 ticks");
}
// Judged with its instrument, in take_cash_event().
inline void check_row(const MarketStream&, std::size_t, const CashEventRecord&) {}

// False if the venue can not have said anything, and is due when it was.
inline bool tell(SimulatedVenue& venue, const L3Record& record) {
  venue.apply_l3(record);
  return true;
}
[[gnu::always_inline]] inline bool tell(SimulatedVenue& venue, const L2Record& record) {
  return venue.apply_l2(record);
}
inline bool tell(SimulatedVenue& venue, const QuoteRecord& record) {
  venue.apply_quote(record);
  return true;
}
inline bool tell(SimulatedVenue& venue, const TradeRecord& record) {
  venue.apply_trade(record);
  return true;
}
inline bool tell(SimulatedVenue& venue, const BarRecord& record) {
  venue.close_bar(record);
  return true;
}
inline bool tell(SimulatedVenue& venue, const StatusRecord& record) {
  venue.apply_status(static_cast<TradingPhase>(record.phase), record.ts_event);
  return true;
}

inline bool tell(Kernel& kernel, const MarketStream& stream, const L3Record& record, i64 ts) {
  return kernel.apply_l3(stream.instrument, record, ts);
}
inline bool tell(Kernel& kernel, const MarketStream& stream, const L2Record& record, i64 ts) {
  return kernel.apply_l2(stream.instrument, record, ts);
}
inline bool tell(Kernel& kernel, const MarketStream& stream, const QuoteRecord& record, i64 ts) {
  return kernel.apply_quote(stream.instrument, record, ts);
}
inline bool tell(Kernel& kernel, const MarketStream& stream, const TradeRecord& record, i64 ts) {
  return kernel.apply_trade(stream.instrument, record, ts);
}
inline bool tell(Kernel& kernel, const MarketStream& stream, const BarRecord& record, i64 ts) {
  return kernel.apply_bar(stream.instrument, record, stream.duration_ns, ts);
}
inline bool tell(Kernel& kernel, const MarketStream& stream, const StatusRecord& record, i64 ts) {
  return kernel.apply_status(stream.instrument, record, ts);
}

inline bool tell(Kernel& kernel, const MarketStream& stream, const MarkRecord& record, i64 ts) {
  return kernel.apply_mark(stream.instrument, record, ts);
}
// Its account tells a strategy of it, not its data.
inline bool tell(Kernel&, const MarketStream&, const CashEventRecord&, i64) {
  return true;
}

}  // namespace pytrader
