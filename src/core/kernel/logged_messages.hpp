// Reports and margin calls as frames of a journal, and back.
#pragma once

#include "journal/frame.hpp"
#include "journal/running_hash.hpp"
#include "kernel/margin_desk.hpp"
#include "model/messages.hpp"

namespace pytrader {

inline JournalFrame frame_of(const ExecutionReport& report, i64 ts) noexcept {
  const u64 codes = bytes_of(report.exec_type, report.liquidity, report.reason);
  return {
      JournalKind::report,
      ts,
      {place_of(report.instrument), report.ts_event, static_cast<i64>(report.client_order_id),
       static_cast<i64>(report.venue_order_id), static_cast<i64>(report.exec_id), report.price, report.quantity,
       report.last_px, report.last_qty, static_cast<i64>(codes), report.stop_price, static_cast<i64>(report.sequence)}};
}

inline ExecutionReport report_of(const JournalFrame& frame) noexcept {
  const auto& words = frame.words;
  const auto codes = static_cast<u64>(words[9]);
  ExecutionReport report{};
  report.instrument = instrument_of(words[0]);
  report.ts_event = words[1];
  report.client_order_id = static_cast<ClientOrderId>(words[2]);
  report.venue_order_id = static_cast<VenueOrderId>(words[3]);
  report.exec_id = static_cast<ExecId>(words[4]);
  report.price = words[5];
  report.quantity = words[6];
  report.last_px = words[7];
  report.last_qty = words[8];
  report.exec_type = static_cast<ExecType>(codes >> 16);
  report.liquidity = static_cast<Liquidity>(codes >> 8);
  report.reason = static_cast<RejectReason>(codes);
  report.stop_price = words[10];
  report.sequence = static_cast<u64>(words[11]);
  return report;
}

inline JournalFrame frame_of(const MarginCall& call, i64 ts_event, i64 ts) noexcept {
  return {JournalKind::liquidation,
          ts,
          {place_of(call.instrument), i64{call.strategy}, static_cast<i64>(call.mark),
           static_cast<i64>(call.mark >> 64), ts_event}};
}

// Without the time of the event, which is the frame's last word.
inline MarginCall margin_call_of(const JournalFrame& frame) noexcept {
  const auto& words = frame.words;
  const i128 mark = static_cast<i128>(words[3]) << 64 | static_cast<u64>(words[2]);
  return {instrument_of(words[0]), static_cast<StrategyIndex>(words[1]), mark};
}

}  // namespace pytrader
