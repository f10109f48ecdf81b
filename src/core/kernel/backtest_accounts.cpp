// What money events and marks do at the venue, and how the account hears of them among the reports.
#include <algorithm>

#include "kernel/backtest_loop.hpp"
#include "kernel/cash_desk.hpp"
#include "matching/closed_venue.hpp"

namespace pytrader {

void BacktestLoop::take_cash_event(const MarketStream& stream, std::size_t row, const CashEventRecord& record) {
  try {
    check_cash_event(kernel_.instrument(stream.instrument), record);
  } catch (const Error& error) {
    refuse_row(stream, row, error.what());
  }
  const auto kind = static_cast<CashEventKind>(record.kind);
  if (kind == CashEventKind::split) cancel_orders(stream.instrument, RejectReason::corporate_action);
  if (kind == CashEventKind::expiry) {
    cancel_orders(stream.instrument, RejectReason::instrument_expired);
    for (u32 other = 0; other < merge_.size(); ++other) {
      if (merge_.stream(other).instrument == stream.instrument) market_of_[other] = nullptr;
    }
    auto closed = std::make_unique<ClosedVenue>(stream.instrument, RejectReason::instrument_expired, said_);
    venues_[stream.instrument]->hand_over(*closed, now_);
    venues_[stream.instrument] = std::move(closed);
  }
  schedule_.set(stream.instrument, venues_[stream.instrument]->next_due());
  tell_account({stream.instrument, record, {}, false});
}

bool BacktestLoop::report_arrives() {
  const Response response = responses_.front();
  responses_.pop();
  if (!response.is_cash_event) return kernel_.apply_report(response.report, now_);
  const AccountEvent event = cash_events_.front();
  cash_events_.pop();
  if (event.is_liquidation) return kernel_.apply_liquidation(event.call, event.record.ts_event, now_);
  return kernel_.apply_cash_event(event.instrument, event.record, now_);
}

// The venue looks at margins when it marks, and at what the account was told of until then; then at the orders that
// wait for the mark.
void BacktestLoop::take_mark(u32 index, const MarkRecord& record) {
  const InstrumentIndex instrument = merge_.stream(index).instrument;
  CashEventRecord at{};
  at.ts_event = record.ts_event;
  for (const MarginCall& call : kernel_.margin_calls(instrument, record.mark_price)) {
    cancel_orders(call.strategy, call.instrument, RejectReason::liquidated);
    schedule_.set(call.instrument, venues_[call.instrument]->next_due());
    tell_account({call.instrument, at, call, true});
  }
  if (market_of_[index] != nullptr) {
    market_of_[index]->apply_mark(record.mark_price, record.ts_event);
    schedule_.set(instrument, market_of_[index]->next_due());
  }
  collect();
}

// The venue cancels what works of an instrument by itself. Orders that are on their way to it, or closed there already,
// it does not have.
void BacktestLoop::cancel_orders(InstrumentIndex instrument, RejectReason reason) {
  for (StrategyIndex strategy = 0; strategy < kernel_.strategy_count(); ++strategy) {
    cancel_orders(strategy, instrument, reason);
  }
}

void BacktestLoop::cancel_orders(StrategyIndex strategy, InstrumentIndex instrument, RejectReason reason) {
  const OrderStore& store = kernel_.orders();
  const std::size_t already_said = said_.size();
  for (ClientOrderId id = store.first_open(strategy, instrument); id != 0; id = store.next_open(id)) {
    venues_[instrument]->revoke(id, now_);
  }
  const auto first = said_.begin() + static_cast<std::ptrdiff_t>(already_said);
  said_.erase(std::remove_if(first, said_.end(),
                             [](const ExecutionReport& said) { return said.exec_type == ExecType::cancel_rejected; }),
              said_.end());
  for (std::size_t i = already_said; i < said_.size(); ++i) said_[i].reason = reason;
}

}  // namespace pytrader
