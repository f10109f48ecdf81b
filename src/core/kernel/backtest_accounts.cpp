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
  if (!event.is_liquidation) {
    const bool goes_on = kernel_.apply_cash_event(event.instrument, event.record, now_, event.twice_mark);
    move_positions(known);
    return goes_on;
  }
  const std::vector<MarginCall> called = kernel_.margin_desk().open_calls();
  const bool goes_on = kernel_.apply_liquidation(event.call, event.record.ts_event, now_);
  move_positions(known);
  if (recorder_.cash_events().size() != known) {
    end_positions(known, called);
  } else {
    restore_positions(event.call, called);
  }
  return goes_on;
}

// What a cross account got by fills that were on their way when it was called was not known to its venue's call.
void BacktestLoop::end_positions(std::size_t first, const std::vector<MarginCall>& called) {
  const std::vector<CashEventRow>& events = recorder_.cash_events();
  for (std::size_t i = first; i < events.size(); ++i) {
    if (static_cast<CashEventKind>(events[i].kind) != CashEventKind::liquidation) continue;
    const auto instrument = static_cast<InstrumentIndex>(events[i].instrument);
    const auto strategy = static_cast<StrategyIndex>(events[i].strategy);
    if (std::any_of(called.begin(), called.end(), [&](const MarginCall& call) {
          return call.instrument == instrument && call.strategy == strategy;
        })) {
      continue;
    }
    cancel_orders(strategy, instrument, RejectReason::liquidated);
    venues_[instrument]->end_position(strategy);
    schedule_.set(instrument, venues_[instrument]->next_due());
  }
  collect();
}

// A call that falls away has ended nothing: what the account held when it heard it the venue counted when it called.
void BacktestLoop::restore_positions(const MarginCall& heard, const std::vector<MarginCall>& called) {
  const MarginDesk& desk = kernel_.margin_desk();
  const auto is_heard = [&heard](const MarginCall& call) {
    return call.instrument == heard.instrument && call.strategy == heard.strategy;
  };
  // It waits for the others of its account.
  if (std::any_of(desk.open_calls().begin(), desk.open_calls().end(), is_heard)) return;
  for (const MarginCall& call : called) {
    if (!is_heard(call) && !desk.share_account(call.instrument, heard.instrument)) continue;
    const i64 held = call.heard ? call.held : kernel_.ledger().position(call.strategy, call.instrument).quantity;
    if (held != 0) venues_[call.instrument]->move_position(call.strategy, held);
  }
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

// Whether an instrument of the same cross account is marked at this time too, behind this row.
bool BacktestLoop::marks_follow(u32 index) const {
  for (u32 other = 0; other < merge_.size(); ++other) {
    const MarketStream& stream = merge_.stream(other);
    if (other == index || stream.kind != StreamKind::mark || merge_.venue_row(other) >= stream.rows) continue;
    const bool shared = kernel_.margin_desk().share_account(stream.instrument, merge_.stream(index).instrument);
    if (shared && merge_.venue_time(other) == merge_.venue_time(index)) return true;
  }
  return false;
}

// The venue looks at margins when it marks, and at what the account was told of until then; then at the orders that
// wait for the mark.
void BacktestLoop::take_mark(u32 index, const MarkRecord& record) {
  const InstrumentIndex instrument = merge_.stream(index).instrument;
  CashEventRecord at{};
  at.ts_event = record.ts_event;
  const std::vector<MarginCall>& calls =
      kernel_.margin_calls(instrument, record.mark_price, record.ts_event, marks_follow(index));
  for (InstrumentIndex other = 0; !calls.empty() && other < venues_.size(); ++other) {
    if (!kernel_.margin_desk().share_account(other, instrument)) continue;
    cancel_orders(other, RejectReason::liquidated);
    schedule_.set(other, venues_[other]->next_due());
  }
  for (const MarginCall& call : calls) {
    if (!kernel_.margin_desk().share_account(call.instrument, instrument)) {
      cancel_orders(call.strategy, call.instrument, RejectReason::liquidated);
    }
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
