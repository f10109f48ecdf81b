// The kernel's inputs about positions: marks, money events, liquidations, and how strategies hear of them.
#include "kernel/hash_mark.hpp"
#include "kernel/kernel.hpp"

namespace pytrader {

void Kernel::set_margin_mode(MarginMode mode) {
  if (board_.size() > 0) {
    throw Error(ErrorCode::invalid_state, "kernel: the margin mode can not be changed after an instrument was added");
  }
  margin_desk_.set_mode(mode);
  if (mode != MarginMode::none) way_.gate().exposure().set_margined();
  hash_.add_all(HashMark::margin, mode);
}

void Kernel::add_insurance(const std::string& currency, i128 amount) {
  if (started_ || amount < 0) {
    throw Error(ErrorCode::invalid_argument, "kernel: insurance is added before start, and is not negative");
  }
  margin_desk_.add_insurance(currency, amount);
  hash_.add_all(HashMark::margin);
  add_text(hash_, currency);
  add_wide(hash_, amount);
}

bool Kernel::apply_mark(InstrumentIndex instrument, const MarkRecord& record, i64 ts) {
  if (log_ != nullptr) log(instrument, record, ts);
  if (!enter(ts)) return false;
  hash_.add_all(HashMark::mark, instrument, ts, record.ts_event, record.ts_init, record.mark_price, record.index_price);
  InstrumentMarket& at = market(instrument);
  if (!is_of_market(instrument, at, record.ts_event)) [[unlikely]]
    return !failed_;
  at.mark_price = record.mark_price;
  at.index_price = record.index_price;
  return tell_mark(instrument, record.mark_price);
}

bool Kernel::apply_cash_event(InstrumentIndex instrument, const CashEventRecord& record, i64 ts, i64 twice_mark) {
  if (log_ != nullptr) log(instrument, record, ts, twice_mark);
  if (!enter_report(ts)) return false;
  hash_.add_all(HashMark::cash_event, instrument, ts, record.ts_event, record.ts_init, record.kind, record.amount,
                record.amount_decimals, record.per, record.price, record.price_decimals, twice_mark);
  InstrumentMarket& at = market(instrument);
  check_cash_event(*at.instrument, record);
  const auto kind = static_cast<CashEventKind>(record.kind);
  const bool ends = kind == CashEventKind::expiry;
  at.expired |= ends;  // before strategies hear of it: nobody orders in between
  const RejectReason reason = ends ? RejectReason::instrument_expired : RejectReason::corporate_action;
  if ((ends || kind == CashEventKind::split) && !cancel_in_core(instrument, reason)) return false;
  return tell(cash_desk_.apply(instrument, record, now_, static_cast<StrategyIndex>(ports_.size()), twice_mark));
}

void Kernel::foretell_split(InstrumentIndex instrument, const CashEventRecord& record) {
  market(instrument).foretell_split({record.ts_event, record.amount, record.per});
  hash_.add_all(HashMark::cash_event, instrument, record.ts_event, record.amount, record.per);
}

// Orders that wait in the core for a price in old units wait for something else in new ones.
bool Kernel::enter_units(InstrumentIndex instrument, InstrumentMarket& at, i64 ts_event) {
  while (at.is_behind_split(ts_event)) {
    if (!cancel_in_core(instrument, RejectReason::corporate_action)) return false;
    at.pass_split();
  }
  if (ts_event < at.units_from) return false;
  at.take_up_units();
  return true;
}

bool Kernel::cancel_in_core(InstrumentIndex instrument, RejectReason reason) {
  for (StrategyIndex strategy = 0; strategy < ports_.size(); ++strategy) {
    if (!cancel_held(strategy, instrument, reason)) return false;
  }
  return cancel_synthetic(instrument, reason);
}

bool Kernel::cancel_held(StrategyIndex strategy, InstrumentIndex instrument, RejectReason reason) {
  if (orders().open_count(strategy, instrument) == 0) return true;
  while (!way_.cancel_held(strategy, instrument, reason, now_)) {
    if (!settle()) return false;
  }
  return settle();
}

bool Kernel::apply_liquidation(const MarginCall& call, i64 ts_event, i64 ts) {
  if (log_ != nullptr) log(call, ts_event, ts);
  if (!enter_report(ts)) return false;
  hash_.add_all(HashMark::liquidation, call.instrument, call.strategy, ts_event, ts, call.mark, call.mark >> 64);
  const std::vector<CashEvent>& done = margin_desk_.hear(call, ts_event, now_);
  if (done.empty()) return true;
  // Behind the booking: nobody orders with what is gone.
  for (InstrumentIndex instrument = 0; instrument < board_.size(); ++instrument) {
    const bool shared = margin_desk_.share_account(instrument, call.instrument);
    for (StrategyIndex strategy = 0; strategy < ports_.size(); ++strategy) {
      const bool called = instrument == call.instrument && strategy == call.strategy;
      if ((shared || called) && !cancel_held(strategy, instrument, RejectReason::liquidated)) return false;
    }
  }
  return tell(done);
}

bool Kernel::tell(const std::vector<CashEvent>& done) {
  for (const CashEvent& event : done) events_.record(event);
  for (const CashEvent& event : done) {
    Callback callback{CallbackKind::cash_event, event.instrument, 0, now_, {}};
    callback.cash_event = &event;
    if (!call(event.strategy, callback) || !settle()) return false;
  }
  return true;
}

}  // namespace pytrader
