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

// As its venue marked it last; of an instrument that is never marked, by the market that strategies know. Where nothing
// is known of a position's price yet, it is worth what it cost.
MarginCall MarginDesk::called_at_mark(InstrumentIndex instrument, StrategyIndex strategy) const {
  if (instrument < marks_.size() && marks_[instrument].is_known) {
    return {instrument, strategy, marks_[instrument].price, marks_[instrument].splits};
  }
  const InstrumentMarket& market = board_[instrument];
  const ValuedAt at = market.valued_at();
  const PositionState& position = way_.ledger().position(strategy, instrument);
  const i128 price = at.twice_mark != kNoMark ? market.price_of(at)
                                              : price_of_value(*market.instrument, position.cost, position.quantity);
  return {instrument, strategy, price, market.heard};
}

MarginState MarginDesk::state_of(const MarginCall& call) const {
  const InstrumentMarket& market = board_[call.instrument];
  return margin_state(way_.ledger(), *market.instrument, call.strategy,
                      market.in_position_units(call.mark, call.splits));
}

bool MarginDesk::is_called(InstrumentIndex instrument, StrategyIndex strategy) const noexcept {
  return std::any_of(open_.begin(), open_.end(), [&](const MarginCall& call) {
    return call.instrument == instrument && call.strategy == strategy;
  });
}

const std::vector<MarginCall>& MarginDesk::calls(InstrumentIndex instrument, i64 mark_price, i64 ts_event,
                                                 bool more_follow) {
  new_.clear();
  if (mode_ == MarginMode::none) return new_;
  if (instrument >= marks_.size()) marks_.resize(board_.size());
  const InstrumentMarket& market = board_[instrument];
  marks_[instrument] = {static_cast<i128>(mark_price) * market.instrument->definition().tick_size.raw,
                        market.splits_until(ts_event), true};
  if (more_follow) return new_;
  if (mode_ == MarginMode::isolated) {
    call_isolated(instrument);
  } else {
    call_cross(instrument);
  }
  open_.insert(open_.end(), new_.begin(), new_.end());
  return new_;
}

void MarginDesk::call_isolated(InstrumentIndex instrument) {
  const Ledger& ledger = way_.ledger();
  for (StrategyIndex strategy = 0; strategy < ledger.strategy_count(); ++strategy) {
    if (ledger.position(strategy, instrument).quantity == 0 || is_called(instrument, strategy)) continue;
    const MarginCall call = called_at_mark(instrument, strategy);
    const MarginState state = state_of(call);
    if (state.equity() < state.maintenance) new_.push_back(call);
  }
}

// All of the currency; those that were called at the marks at which they were.
void MarginDesk::list_positions(InstrumentIndex of, std::vector<MarginCall>& positions) const {
  const Ledger& ledger = way_.ledger();
  for (InstrumentIndex instrument = 0; instrument < board_.size(); ++instrument) {
    if (currency_of(instrument) != currency_of(of)) continue;
    const auto called =
        std::find_if(open_.begin(), open_.end(), [&](const MarginCall& call) { return call.instrument == instrument; });
    for (StrategyIndex strategy = 0; strategy < ledger.strategy_count(); ++strategy) {
      if (ledger.position(strategy, instrument).quantity == 0) continue;
      MarginCall& call = positions.emplace_back(called_at_mark(instrument, strategy));
      if (called == open_.end()) continue;
      call.mark = called->mark;
      call.splits = called->splits;
    }
  }
}

void MarginDesk::sort_by_maintenance(std::vector<MarginCall>& positions) const {
  std::stable_sort(positions.begin(), positions.end(), [this](const MarginCall& a, const MarginCall& b) {
    return state_of(a).maintenance < state_of(b).maintenance;
  });
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

void MarginDesk::call_cross(InstrumentIndex marked) {
  list_positions(marked, new_);
  const bool is_under_way = std::any_of(
      new_.begin(), new_.end(), [this](const MarginCall& call) { return is_called(call.instrument, call.strategy); });
  if (new_.empty() || is_under_way || is_covered(new_)) {
    new_.clear();
    return;
  }
  sort_by_maintenance(new_);
}

const std::vector<CashEvent>& MarginDesk::hear(const MarginCall& call, i64 ts_event, i64 now) {
  done_.clear();
  const auto found = std::find_if(open_.begin(), open_.end(), [&call](const MarginCall& other) {
    return other.instrument == call.instrument && other.strategy == call.strategy;
  });
  if (found == open_.end()) return done_;
  const CashEvent event{ts_event, now, CashEventKind::liquidation, call.strategy, call.instrument, 0, 0, 0, 0, 0};
  if (mode_ == MarginMode::cross) {
    found->heard = true;
    found->held = way_.ledger().position(call.strategy, call.instrument).quantity;
    hear_cross(call, event);
    return done_;
  }
  const MarginCall own = *found;
  open_.erase(found);
  const MarginState state = state_of(own);
  if (state.equity() < state.maintenance) take_over(own, state.bankruptcy_value(), event);
  return done_;
}

// All that the account has now, also what fills on their way brought meanwhile.
void MarginDesk::hear_cross(const MarginCall& call, const CashEvent& event) {
  const auto same_account = [&](const MarginCall& other) { return share_account(other.instrument, call.instrument); };
  for (const MarginCall& other : open_) {
    if (same_account(other) && !other.heard) return;
  }
  std::vector<MarginCall> positions;
  list_positions(call.instrument, positions);
  std::erase_if(open_, same_account);
  if (positions.empty() || is_covered(positions)) return;
  sort_by_maintenance(positions);
  for (const MarginCall& position : positions) {
    const bool last = &position == &positions.back();
    CashEvent own = event;
    own.strategy = position.strategy;
    own.instrument = position.instrument;
    take_over(position, last ? -way_.ledger().cash(currency_of(call.instrument)) : state_of(position).value, own);
  }
}

void MarginDesk::take_over(const MarginCall& call, i128 value, CashEvent event) {
  const Instrument& instrument = *board_[call.instrument].instrument;
  const i64 quantity = way_.ledger().position(call.strategy, call.instrument).quantity;
  const MarginState state = state_of(call);
  event.price = price_of_value(instrument, value, quantity);
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
}

i64 MarginDesk::deleverage(const MarginCall& call, i64 quantity, i128 value, CashEvent event) {
  const Ledger& ledger = way_.ledger();
  std::vector<Candidate> queue;
  for (StrategyIndex strategy = 0; strategy < ledger.strategy_count(); ++strategy) {
    const PositionState& position = ledger.position(strategy, call.instrument);
    if (position.quantity == 0 || (position.quantity > 0) == (quantity > 0)) continue;
    const MarginState state = state_of({call.instrument, strategy, call.mark, call.splits});
    // One that is worth less than nothing itself is called by itself.
    if (state.equity() > 0) queue.push_back({strategy, deleverage_rank(state, position.cost)});
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
