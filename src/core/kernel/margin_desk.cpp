// Margin calls and what follows from them.
#include "kernel/margin_desk.hpp"

#include <algorithm>

#include "decimal/fixed.hpp"
#include "ledger/checked_sums.hpp"

namespace pytrader {
namespace {

i64 size_of(i64 lots) noexcept {
  return lots < 0 ? -lots : lots;
}

i128 price_of_value(const Instrument& instrument, i128 value, i64 lots) {
  return mul_div(value, instrument.definition().tick_size.raw, instrument.unit_value() * lots, Rounding::half_even);
}

}  // namespace

i128 MarginDesk::insurance(const std::string& currency) const noexcept {
  for (const Fund& fund : funds_) {
    if (fund.currency == currency) return fund.balance;
  }
  return 0;
}

i128 MarginDesk::uncovered(const std::string& currency) const noexcept {
  for (const Fund& fund : funds_) {
    if (fund.currency == currency) return fund.uncovered;
  }
  return 0;
}

MarginDesk::Fund& MarginDesk::fund_of(const std::string& currency) {
  for (Fund& fund : funds_) {
    if (fund.currency == currency) return fund;
  }
  return funds_.emplace_back(Fund{currency, 0, 0});
}

// Where nothing is known of a position's price yet, it is worth what it cost.
i128 MarginDesk::mark_of(InstrumentIndex instrument, StrategyIndex strategy) const {
  const Instrument& of = *board_[instrument].instrument;
  const i64 twice_mark = board_[instrument].twice_mark();
  if (twice_mark != kNoMark) return mul_div(twice_mark, of.definition().tick_size.raw, 2, Rounding::half_even);
  const PositionState& position = way_.ledger().position(strategy, instrument);
  return price_of_value(of, position.cost, position.quantity);
}

MarginState MarginDesk::state_of(const MarginCall& call) const {
  return margin_state(way_.ledger(), *board_[call.instrument].instrument, call.strategy, call.mark);
}

bool MarginDesk::is_called(InstrumentIndex instrument, StrategyIndex strategy) const noexcept {
  return std::any_of(open_.begin(), open_.end(), [&](const MarginCall& call) {
    return call.instrument == instrument && call.strategy == strategy;
  });
}

const std::vector<MarginCall>& MarginDesk::calls(InstrumentIndex instrument, i64 mark_price) {
  new_.clear();
  const i128 mark = static_cast<i128>(mark_price) * board_[instrument].instrument->definition().tick_size.raw;
  if (mode_ == MarginMode::isolated) call_isolated(instrument, mark);
  if (mode_ == MarginMode::cross) call_cross(instrument, mark);
  open_.insert(open_.end(), new_.begin(), new_.end());
  return new_;
}

void MarginDesk::call_isolated(InstrumentIndex instrument, i128 mark) {
  const Ledger& ledger = way_.ledger();
  for (StrategyIndex strategy = 0; strategy < ledger.strategy_count(); ++strategy) {
    if (ledger.position(strategy, instrument).quantity == 0 || is_called(instrument, strategy)) continue;
    const MarginState state = margin_state(ledger, *board_[instrument].instrument, strategy, mark);
    if (state.equity() < state.maintenance) new_.push_back({instrument, strategy, mark});
  }
}

// Other instruments at the marks of calls that are under way, else at their own.
void MarginDesk::list_positions(const MarginCall& marked, std::vector<MarginCall>& positions) const {
  const Ledger& ledger = way_.ledger();
  for (InstrumentIndex instrument = 0; instrument < board_.size(); ++instrument) {
    if (currency_of(instrument) != currency_of(marked.instrument)) continue;
    const auto called =
        std::find_if(open_.begin(), open_.end(), [&](const MarginCall& call) { return call.instrument == instrument; });
    for (StrategyIndex strategy = 0; strategy < ledger.strategy_count(); ++strategy) {
      if (ledger.position(strategy, instrument).quantity == 0) continue;
      i128 mark = marked.mark;
      if (instrument != marked.instrument) mark = called != open_.end() ? called->mark : mark_of(instrument, strategy);
      positions.push_back({instrument, strategy, mark});
    }
  }
}

// Whether the cash of a currency and all its positions, which are at least one, reach their maintenances.
bool MarginDesk::is_covered(const std::vector<MarginCall>& positions) const {
  CheckedSums sums;
  i128 equity = way_.ledger().cash(currency_of(positions.front().instrument));
  i128 maintenance = 0;
  for (const MarginCall& position : positions) {
    const MarginState state = state_of(position);
    equity = sums.add(equity, state.value);
    maintenance = sums.add(maintenance, state.maintenance);
  }
  if (sums.overflowed()) throw_event_overflow(*board_[positions.front().instrument].instrument);
  return equity >= maintenance;
}

void MarginDesk::call_cross(InstrumentIndex marked, i128 mark) {
  list_positions({marked, 0, mark}, new_);
  const bool is_under_way = std::any_of(
      new_.begin(), new_.end(), [this](const MarginCall& call) { return is_called(call.instrument, call.strategy); });
  if (new_.empty() || is_under_way || is_covered(new_)) {
    new_.clear();
    return;
  }
  std::stable_sort(new_.begin(), new_.end(), [&](const MarginCall& a, const MarginCall& b) {
    return state_of(a).maintenance < state_of(b).maintenance;
  });
}

// A cross account is looked at once, when it hears of the first of its calls.
bool MarginDesk::stands(const MarginCall& call) {
  const auto same_call = [&call](const MarginCall& other) {
    return other.instrument == call.instrument && other.strategy == call.strategy;
  };
  const auto same_account = [&](const MarginCall& other) {
    return currency_of(other.instrument) == currency_of(call.instrument);
  };
  const auto found = std::find_if(open_.begin(), open_.end(), same_call);
  if (found == open_.end()) return false;
  if (found->confirmed) return true;
  if (mode_ == MarginMode::isolated) {
    const MarginState state = state_of(call);
    found->confirmed = state.equity() < state.maintenance;
    if (!found->confirmed) open_.erase(found);
    return is_called(call.instrument, call.strategy);
  }
  std::vector<MarginCall> positions;
  list_positions(call, positions);
  if (positions.empty() || is_covered(positions)) {
    std::erase_if(open_, same_account);
    return false;
  }
  for (MarginCall& other : open_) other.confirmed |= same_account(other);
  return true;
}

// What the account receives for the position (a short pays: it is negative).
i128 MarginDesk::closing_value(const MarginCall& call, const MarginState& state) const {
  if (mode_ == MarginMode::isolated) return state.bankruptcy_value();
  const bool last = std::none_of(open_.begin(), open_.end(), [&](const MarginCall& other) {
    return currency_of(other.instrument) == currency_of(call.instrument);
  });
  return last ? -way_.ledger().cash(currency_of(call.instrument)) : state.value;
}

const std::vector<CashEvent>& MarginDesk::liquidate(const MarginCall& call, i64 ts_event, i64 now) {
  done_.clear();
  open_.erase(std::remove_if(open_.begin(), open_.end(),
                             [&](const MarginCall& other) {
                               return other.instrument == call.instrument && other.strategy == call.strategy;
                             }),
              open_.end());
  const i64 quantity = way_.ledger().position(call.strategy, call.instrument).quantity;
  if (quantity == 0) return done_;
  const Instrument& instrument = *board_[call.instrument].instrument;
  const MarginState state = state_of(call);
  const i128 value = closing_value(call, state);
  const i128 price = price_of_value(instrument, value, quantity);
  const CashEvent event{ts_event, now, CashEventKind::liquidation, call.strategy, call.instrument, 0, 0, 0, 0, price};
  Fund& fund = fund_of(currency_of(call.instrument));
  CheckedSums sums;
  const bool too_much = sums.add(fund.balance, sums.subtract(state.value, value)) < 0;
  if (sums.overflowed()) throw_event_overflow(instrument);
  const i64 taken = too_much && mode_ == MarginMode::isolated ? deleverage(call, quantity, value, event) : 0;
  const i128 rest = value - mul_div(value, taken, quantity, Rounding::half_even);
  const i128 rest_at_mark = state.value - mul_div(state.value, taken, quantity, Rounding::half_even);
  if (taken != quantity) close(event, taken - quantity, -rest);
  fund.balance += rest_at_mark - rest;
  if (fund.balance < 0) {
    fund.uncovered -= fund.balance;
    fund.balance = 0;
  }
  return done_;
}

i64 MarginDesk::deleverage(const MarginCall& call, i64 quantity, i128 value, CashEvent event) {
  const Ledger& ledger = way_.ledger();
  std::vector<Candidate> queue;
  for (StrategyIndex strategy = 0; strategy < ledger.strategy_count(); ++strategy) {
    const PositionState& position = ledger.position(strategy, call.instrument);
    if (position.quantity == 0 || (position.quantity > 0) == (quantity > 0)) continue;
    const MarginState state = margin_state(ledger, *board_[call.instrument].instrument, strategy, call.mark);
    const i128 rank = deleverage_rank(state, position.cost);
    if (rank > 0) queue.push_back({strategy, rank});
  }
  std::stable_sort(queue.begin(), queue.end(), [](const Candidate& a, const Candidate& b) { return a.rank > b.rank; });
  i64 taken = 0;
  i128 paid = 0;
  for (const Candidate& candidate : queue) {
    const i64 held = size_of(ledger.position(candidate.strategy, call.instrument).quantity);
    const i64 lots = std::min(held, size_of(quantity) - size_of(taken)) * (quantity > 0 ? 1 : -1);
    if (lots == 0) break;
    // Shares are cut so that their sum is the whole to the last unit.
    const i128 paid_then = mul_div(value, taken + lots, quantity, Rounding::half_even);
    const i128 share = paid_then - paid;
    close(event, -lots, -share);
    CashEvent other = event;
    other.kind = CashEventKind::deleverage;
    other.strategy = candidate.strategy;
    close(other, lots, share);
    taken += lots;
    paid = paid_then;
  }
  return taken;
}

void MarginDesk::close(CashEvent event, i64 change, i128 paid) {
  Ledger& ledger = way_.ledger();
  event.quantity_before = ledger.position(event.strategy, event.instrument).quantity;
  event.realized_pnl = ledger.close_for(event.strategy, event.instrument, change, paid);
  event.amount = -paid;
  const PositionState& position = ledger.position(event.strategy, event.instrument);
  event.quantity_after = position.quantity;
  way_.gate().exposure().position_changed(event.strategy, event.instrument, position.quantity, position.cost);
  done_.push_back(event);
}

}  // namespace pytrader
