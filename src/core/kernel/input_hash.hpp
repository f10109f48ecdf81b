// What a row of market data adds to the running hash, whichever way it is taken.
#pragma once

#include <span>

#include "journal/running_hash.hpp"
#include "kernel/hash_mark.hpp"
#include "model/messages.hpp"
#include "model/records.hpp"

namespace pytrader {

[[gnu::always_inline]] inline void add_input(RunningHash& hash, InstrumentIndex instrument, const L3Record& record,
                                             i64 ts) noexcept {
  hash.add_row(marked(HashMark::l3, instrument), ts, record.ts_event, record.ts_init, record.action, record.side,
               record.price, record.quantity, record.order_id, record.flags);
}

[[gnu::always_inline]] inline void add_input(RunningHash& hash, InstrumentIndex instrument, const L2Record& record,
                                             i64 ts) noexcept {
  hash.add_row(marked(HashMark::l2, instrument), ts, record.ts_event, record.ts_init, record.action, record.side,
               record.price, record.quantity, record.order_count, record.flags);
}

[[gnu::always_inline]] inline void add_input(RunningHash& hash, InstrumentIndex instrument, const QuoteRecord& record,
                                             i64 ts) noexcept {
  hash.add_row(marked(HashMark::quote, instrument), ts, record.ts_event, record.ts_init, record.bid_price,
               record.ask_price, record.bid_quantity, record.ask_quantity);
}

[[gnu::always_inline]] inline void add_input(RunningHash& hash, InstrumentIndex instrument, const TradeRecord& record,
                                             i64 ts) noexcept {
  hash.add_row(marked(HashMark::trade, instrument), ts, record.ts_event, record.ts_init, record.price, record.quantity,
               record.aggressor_side, record.trade_id);
}

[[gnu::always_inline]] inline u64 link_of(InstrumentIndex instrument, const BarRecord& bar, i64 duration_ns,
                                          i64 ts) noexcept {
  return RunningHash::link_of(marked(HashMark::bar, instrument), ts, duration_ns, bar.ts_event, bar.ts_init,
                              bar.ts_open, bar.open, bar.high, bar.low, bar.close, bar.volume);
}
[[gnu::always_inline]] inline void add_input(RunningHash& hash, InstrumentIndex instrument, const BarRecord& bar,
                                             i64 duration_ns, i64 ts) noexcept {
  hash.add(link_of(instrument, bar, duration_ns, ts));
}
// Of bars that are received as they close.
inline void add_inputs(RunningHash& hash, InstrumentIndex instrument, std::span<const BarRecord> bars,
                       i64 duration_ns) noexcept {
  hash.add_rows(bars.size(),
                [&](std::size_t i) { return link_of(instrument, bars[i], duration_ns, bars[i].ts_event); });
}

}  // namespace pytrader
