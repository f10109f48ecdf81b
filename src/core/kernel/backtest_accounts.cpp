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
    ++splits_at_venue_[stream.instrument];
    for (Suspended& each : suspended_) {
      if (each.instrument == stream.instrument) {
        each.lots = static_cast<i64>(i128{each.lots} * record.amount / record.per);
      }
    }
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
  const u64 last_order = kernel_.orders().size();
  const bool goes_on = kernel_.apply_liquidation(event.call, event.record.ts_event, now_);
  resume(called);
  move_positions(known);
  if (recorder_.cash_events().size() != known) take_over(event.call, last_order);
  return goes_on;
}

// The position is not the strategy's to reduce until the account has heard of the call.
void BacktestLoop::suspend(const MarginCall& call) {
  const i64 lots = venues_[call.instrument]->position(call.strategy);
  if (lots == 0) return;
  venues_[call.instrument]->move_position(call.strategy, -lots);
  if (i64* const known = suspended(call.instrument, call.strategy)) {
    *known += lots;
  } else {
    suspended_.push_back({call.instrument, call.strategy, lots});
  }
}

// Of the calls that were open those that are not any more, whether they were carried out or have fallen away.
void BacktestLoop::resume(const std::vector<MarginCall>& called) {
  const std::vector<MarginCall>& open = kernel_.margin_desk().open_calls();
  for (const MarginCall& call : called) {
    const auto same = [&call](const auto& other) {
      return other.instrument == call.instrument && other.strategy == call.strategy;
    };
    if (std::any_of(open.begin(), open.end(), same)) continue;
    const auto entry = std::find_if(suspended_.begin(), suspended_.end(), same);
    if (entry == suspended_.end()) continue;
    venues_[call.instrument]->move_position(call.strategy, entry->lots);
    suspended_.erase(entry);
  }
}

i64* BacktestLoop::suspended(InstrumentIndex instrument, StrategyIndex strategy) noexcept {
  for (Suspended& each : suspended_) {
    if (each.instrument == instrument && each.strategy == strategy) return &each.lots;
  }
  return nullptr;
}

// Lots as the account counts them, as the venue does: it may have passed splits that the account has not heard of.
i64 BacktestLoop::at_venue(InstrumentIndex instrument, i64 lots) const {
  const InstrumentMarket& market = kernel_.market(instrument);
  i128 converted = lots;
  for (u32 split = market.heard; split < splits_at_venue_[instrument]; ++split) {
    converted = converted * market.splits[split].new_units / market.splits[split].old_units;
  }
  return static_cast<i64>(converted);
}

// What events made of positions without a trade, and without the venue's own doing, it hears here.
void BacktestLoop::move_positions(std::size_t first) {
  const std::vector<CashEventRow>& events = recorder_.cash_events();
  for (std::size_t i = first; i < events.size(); ++i) {
    const auto kind = static_cast<CashEventKind>(events[i].kind);
    if (kind != CashEventKind::delivery && kind != CashEventKind::deleverage && kind != CashEventKind::liquidation) {
      continue;
    }
    const auto instrument = static_cast<InstrumentIndex>(events[i].instrument);
    const auto strategy = static_cast<StrategyIndex>(events[i].strategy);
    // A split cuts positions as a whole, not what became of them since.
    const i64 change = at_venue(instrument, events[i].quantity_after) - at_venue(instrument, events[i].quantity_before);
    if (i64* const lots = suspended(instrument, strategy)) {
      *lots += change;
    } else {
      venues_[instrument]->move_position(strategy, change);
    }
  }
}

// The account, or the position, is another's now: what works of it at its venues is canceled, and what is still on its
// way there will be refused.
void BacktestLoop::take_over(const MarginCall& call, u64 last_order) {
  const MarginDesk& desk = kernel_.margin_desk();
  for (InstrumentIndex instrument = 0; instrument < venues_.size(); ++instrument) {
    const bool shared = desk.share_account(instrument, call.instrument);
    for (StrategyIndex strategy = 0; strategy < kernel_.strategy_count(); ++strategy) {
      const bool called = instrument == call.instrument && strategy == call.strategy;
      if (shared || called) revoke(strategy, instrument, last_order);
    }
  }
  collect();
}

void BacktestLoop::revoke(StrategyIndex strategy, InstrumentIndex instrument, u64 last_order) {
  taken_over_.resize(venues_.size() * kernel_.strategy_count());
  taken_over_[instrument * kernel_.strategy_count() + strategy] = last_order;
  cancel_orders(strategy, instrument, RejectReason::liquidated);
  schedule_.set(instrument, venues_[instrument]->next_due());
}

// From the call on until the account has heard of it the venue takes nothing new, and later nothing that was sent
// before that.
bool BacktestLoop::is_taken_over(const NewOrder& order) const {
  const MarginDesk& desk = kernel_.margin_desk();
  for (const MarginCall& call : desk.open_calls()) {
    const bool called = call.instrument == order.instrument && call.strategy == order.strategy;
    if (called || desk.share_account(order.instrument, call.instrument)) return true;
  }
  return !taken_over_.empty() &&
         order.client_order_id <= taken_over_[order.instrument * kernel_.strategy_count() + order.strategy];
}

void BacktestLoop::refuse(const NewOrder& order, RejectReason reason) {
  ExecutionReport& refusal = said_.emplace_back();
  refusal.ts_event = now_;
  refusal.client_order_id = order.client_order_id;
  refusal.instrument = order.instrument;
  refusal.exec_type = ExecType::rejected;
  refusal.reason = reason;
}

// Where nothing is on its way to it, the account has what the venues count.
void BacktestLoop::check_positions() const {
  if (!responses_.empty() || !said_.empty() || !suspended_.empty()) return;
  for (InstrumentIndex instrument = 0; instrument < venues_.size(); ++instrument) {
    for (StrategyIndex strategy = 0; strategy < kernel_.strategy_count(); ++strategy) {
      const i64 known = kernel_.ledger().position(strategy, instrument).quantity;
      const i64 counted = venues_[instrument]->position(strategy);
      if (known == counted) continue;
      throw Error(ErrorCode::invalid_state, "back-test: the venue of " + kernel_.instrument(instrument).id() +
                                                " counts " + std::to_string(counted) + " lots of strategy " +
                                                std::to_string(strategy) + ", which has " + std::to_string(known));
    }
  }
}

// Whether the instrument, or one of the same cross account, is marked at this time too, behind this row.
bool BacktestLoop::marks_follow(u32 index) const {
  const MarketStream& own = merge_.stream(index);
  const std::size_t behind = merge_.venue_row(index) + 1;
  if (behind < own.rows && own.columns[kTsEvent][behind] == merge_.venue_time(index)) return true;
  for (u32 other = 0; other < merge_.size(); ++other) {
    const MarketStream& stream = merge_.stream(other);
    if (other == index || stream.kind != StreamKind::mark || merge_.venue_row(other) >= stream.rows) continue;
    const bool shared =
        stream.instrument == own.instrument || kernel_.margin_desk().share_account(stream.instrument, own.instrument);
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
    suspend(call);
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
