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
  const i64 twice_mark = venues_[stream.instrument]->twice_mark();
  if (kind == CashEventKind::split) {
    cancel_orders(stream.instrument, RejectReason::corporate_action);
    venues_[stream.instrument]->split(record.amount, record.per);
  }
  if (kind == CashEventKind::expiry) {
    cancel_orders(stream.instrument, RejectReason::instrument_expired);
    venues_[stream.instrument]->end(RejectReason::instrument_expired, now_);
    if (journal_ != nullptr) journal_->note({JournalKind::venue_closed, now_, {place_of(stream.instrument)}});
    for (u32 other = 0; other < merge_.size(); ++other) {
      if (merge_.stream(other).instrument == stream.instrument) market_of_[other] = nullptr;
    }
    auto closed = std::make_unique<ClosedVenue>(stream.instrument, RejectReason::instrument_expired, said_);
    venues_[stream.instrument]->hand_over(*closed, now_);
    venues_[stream.instrument] = std::move(closed);
  }
  schedule_.set(stream.instrument, venues_[stream.instrument]->next_due());
  tell_account({stream.instrument, record, twice_mark, {}, false});
}

bool BacktestLoop::report_arrives() {
  if (const Response& response = responses_.front(); !response.is_cash_event) {
    const ExecutionReport report = response.report;  // what it brings about may be sent to its place
    responses_.pop();
    return kernel_.apply_report(report, now_);
  }
  BoundedQueue<AccountEvent>& events = connection_to(responses_.front().report.instrument).cash_events;
  responses_.pop();
  const AccountEvent event = events.front();
  events.pop();
  const std::size_t known = recorder_.cash_events().size();
  const bool goes_on = event.is_liquidation
                           ? kernel_.apply_liquidation(event.call, event.record.ts_event, now_)
                           : kernel_.apply_cash_event(event.instrument, event.record, now_, event.twice_mark);
  move_positions(known);
  if (event.is_liquidation && recorder_.cash_events().size() == known) restore_position(event.call);
  return goes_on;
}

// A call that falls away has ended nothing, and what the account holds now its venue counted when it called.
void BacktestLoop::restore_position(const MarginCall& call) {
  const i64 held = kernel_.ledger().position(call.strategy, call.instrument).quantity;
  if (held != 0) venues_[call.instrument]->move_position(call.strategy, held);
}

// What an event of another instrument or strategy made of a position, its venue hears here; of its own events it knows.
void BacktestLoop::move_positions(std::size_t first) {
  const std::vector<CashEventRow>& events = recorder_.cash_events();
  for (std::size_t i = first; i < events.size(); ++i) {
    const auto kind = static_cast<CashEventKind>(events[i].kind);
    if (kind != CashEventKind::delivery && kind != CashEventKind::deleverage) continue;
    venues_[static_cast<InstrumentIndex>(events[i].instrument)]->move_position(
        static_cast<StrategyIndex>(events[i].strategy), events[i].quantity_after - events[i].quantity_before);
  }
}

// The venue looks at margins when it marks, and at what the account was told of until then; then at the orders that
// wait for the mark.
void BacktestLoop::take_mark(u32 index, const MarkRecord& record) {
  const InstrumentIndex instrument = merge_.stream(index).instrument;
  CashEventRecord at{};
  at.ts_event = record.ts_event;
  for (const MarginCall& call : kernel_.margin_calls(instrument, record.mark_price)) {
    cancel_orders(call.strategy, call.instrument, RejectReason::liquidated);
    venues_[call.instrument]->end_position(call.strategy);
    schedule_.set(call.instrument, venues_[call.instrument]->next_due());
    tell_account({call.instrument, at, kNoMark, call, true});
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
