// What happened, as compiled strategies are told of it: the structs of the plain-C interface from the kernel's records.
#pragma once

#include <array>

#include "bindings/strategy_api.h"
#include "book/book_reading.hpp"
#include "kernel/strategy_port.hpp"
#include "model/messages.hpp"
#include "model/money_events.hpp"
#include "model/records.hpp"

namespace pytrader::bindings {

// These are handed over as they are.
static_assert(sizeof(pytrader_quote) == sizeof(QuoteRecord) && sizeof(pytrader_trade) == sizeof(TradeRecord) &&
              sizeof(pytrader_bar) == sizeof(BarRecord) && sizeof(pytrader_status) == sizeof(StatusRecord) &&
              sizeof(pytrader_level) == sizeof(LevelTotals));

// The handler of this kind of event, as users write it.
inline const char* handler_name(CallbackKind kind) noexcept {
  static constexpr std::array kNames = {
      "on_start", "on_stop",     "on_quote",   "on_trade",  "on_book",  "on_bar",       "on_timer",  "on_order_event",
      "on_fill",  "on_position", "on_degrade", "on_resume", "on_fault", "on_condition", "on_status", "on_cash_event"};
  static_assert(kNames.size() == static_cast<std::size_t>(CallbackKind::cash_event) + 1);
  return kNames[static_cast<std::size_t>(kind)];
}

inline pytrader_order_event event_of(const OrderEvent& event) noexcept {
  return {event.ts_event,
          event.ts_init,
          event.client_order_id,
          event.venue_order_id,
          event.exec_id,
          event.price,
          event.order_qty,
          event.cum_qty,
          event.leaves_qty,
          event.last_px,
          event.last_qty,
          static_cast<i64>(event.exec_type),
          static_cast<i64>(event.ord_status),
          static_cast<i64>(event.side),
          static_cast<i64>(event.liquidity),
          static_cast<i64>(event.reason)};
}

inline pytrader_timer event_of(const TimerEvent& timer) noexcept {
  return {timer.ts_event, timer.ts_init, timer.timer_id, timer.name};
}

constexpr pytrader_exact exact_of(i128 value) noexcept {
  return {static_cast<std::uint64_t>(value), static_cast<i64>(value >> 64)};
}

inline pytrader_cash_event event_of(const CashEvent& event) noexcept {
  return {event.ts_event,       event.ts_init,          static_cast<i64>(event.kind), event.quantity_before,
          event.quantity_after, exact_of(event.amount), exact_of(event.realized_pnl), exact_of(event.price)};
}

}  // namespace pytrader::bindings
