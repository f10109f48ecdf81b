// Order events and refused reports as rows of integers, for results.
#pragma once

#include "execution/refused_reports.hpp"
#include "model/messages.hpp"

namespace pytrader {

// Prices in ticks (kNoPrice for none), quantities in lots, times in nanoseconds, enumerations by their values. Rows
// have no padding.
struct EventRow {
  i64 ts_event;
  i64 ts_init;
  i64 client_order_id;
  i64 venue_order_id;
  i64 exec_id;
  u32 strategy;
  u32 instrument;
  i32 exec_type;
  i32 ord_status;
  i32 side;
  i32 reason;
  i64 price;
  i64 stop_price;
  i64 order_qty;
  i64 cum_qty;
  i64 leaves_qty;
  i64 last_px;
  i64 last_qty;
  i32 liquidity;
  u32 trigger_symbol;  // as in OrderRow
};
inline EventRow row_of(const OrderEvent& event, u32 trigger_symbol) noexcept {
  return {event.ts_event,
          event.ts_init,
          static_cast<i64>(event.client_order_id),
          static_cast<i64>(event.venue_order_id),
          static_cast<i64>(event.exec_id),
          event.strategy,
          event.instrument,
          static_cast<i32>(event.exec_type),
          static_cast<i32>(event.ord_status),
          static_cast<i32>(event.side),
          static_cast<i32>(event.reason),
          event.price,
          event.stop_price,
          event.order_qty,
          event.cum_qty,
          event.leaves_qty,
          event.last_px,
          event.last_qty,
          static_cast<i32>(event.liquidity),
          trigger_symbol};
}

struct RefusedRow {
  i64 ts_event;
  i64 ts_init;
  i64 client_order_id;
  i64 venue_order_id;
  i64 exec_id;
  i64 sequence;
  i64 exec_type;
  i64 ord_status;  // of the order when the report came; initialized for no order
  i64 price;
  i64 quantity;
  i64 last_px;
  i64 last_qty;
  i64 why;  // Applied
};
inline RefusedRow row_of(const RefusedReport& refused) noexcept {
  const ExecutionReport& report = refused.report;
  return {report.ts_event,
          refused.ts_init,
          static_cast<i64>(report.client_order_id),
          static_cast<i64>(report.venue_order_id),
          static_cast<i64>(report.exec_id),
          static_cast<i64>(report.sequence),
          static_cast<i64>(report.exec_type),
          static_cast<i64>(refused.ord_status),
          report.price,
          report.quantity,
          report.last_px,
          report.last_qty,
          static_cast<i64>(refused.why)};
}

static_assert(sizeof(EventRow) == 16 * 8 && sizeof(RefusedRow) == 13 * 8);

}  // namespace pytrader
