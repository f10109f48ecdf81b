// Brings positions and accounts to what they would be had every fill been told rightly and in its order.
#include "decimal/error.hpp"
#include "ledger/ledger.hpp"

namespace pytrader {
namespace {

[[noreturn]] void throw_correction_overflow(const Instrument& instrument) {
  throw Error(ErrorCode::decimal_overflow,
              "corrected fill of " + instrument.id() + ": the account would leave the range of exact numbers");
}

}  // namespace

void Ledger::restate(StrategyIndex strategy, InstrumentIndex instrument, const PositionState& state) {
  PositionState& position = positions_.at(strategy, instrument);
  CashAccount& account = accounts_[account_of_[instrument]];
  i128 realized_pnl = 0;
  i128 fees = 0;
  i128 open_cost = 0;
  i128 cash = 0;
  bool overflows = __builtin_sub_overflow(state.realized_pnl, position.realized_pnl, &realized_pnl);
  overflows |= __builtin_sub_overflow(state.fees, position.fees, &fees);
  overflows |= __builtin_sub_overflow(state.cost, position.cost, &open_cost);
  overflows |= __builtin_sub_overflow(realized_pnl, fees, &cash);
  overflows |= __builtin_sub_overflow(cash, open_cost, &cash);
  overflows |= __builtin_add_overflow(account.cash, cash, &cash);
  overflows |= __builtin_add_overflow(account.realized_pnl, realized_pnl, &realized_pnl);
  overflows |= __builtin_add_overflow(account.fees, fees, &fees);
  overflows |= __builtin_add_overflow(account.open_cost, open_cost, &open_cost);
  if (overflows || state.quantity == INT64_MIN) throw_correction_overflow(*instruments_[instrument]);
  position.quantity = state.quantity;
  position.cost = state.cost;
  position.realized_pnl = state.realized_pnl;
  position.fees = state.fees;
  account.cash = cash;
  account.realized_pnl = realized_pnl;
  account.fees = fees;
  account.open_cost = open_cost;
}

void Ledger::note_fill(StrategyIndex strategy, InstrumentIndex instrument, const PositionFill& fill,
                       const PositionState& before) {
  FillHistory& history = histories_.at(strategy, instrument);
  if (history.add(fill, before, positions_.at(strategy, instrument))) return;
  PositionState state = positions_.at(strategy, instrument);
  if (!history.fold(fill.key(), *instruments_[instrument], state)) {
    throw_correction_overflow(*instruments_[instrument]);
  }
  restate(strategy, instrument, state);
}

FillPosting Ledger::correct_fill(StrategyIndex strategy, InstrumentIndex instrument, const FillKey& key, i64 price,
                                 i64 quantity, Liquidity liquidity) {
  FillHistory& history = histories_.at(strategy, instrument);
  const std::size_t found = history.find(key);
  if (found == history.size()) throw Error(ErrorCode::invalid_state, "a fill is corrected that was never booked");
  const Instrument& of = *instruments_[instrument];
  const PositionState before = positions_.at(strategy, instrument);
  const PositionFill old = history[found];
  FillPosting posting;
  if (!of.value_of(static_cast<i128>(price) * quantity, posting.value)) throw_correction_overflow(of);
  PositionFill fill = old;
  fill.price = price;
  fill.quantity = old.quantity < 0 ? -quantity : quantity;
  if (liquidity != Liquidity::none) fill.liquidity = liquidity;
  fill.fee = 0;
  if (quantity != 0) {
    const i128 value = posting.value < 0 ? -posting.value : posting.value;
    const Side side = fill.quantity < 0 ? Side::sell : Side::buy;
    fill.fee = fees_[instrument]->charge({key.placed.ts_event, value, value, quantity, side, fill.liquidity}, {}).fee;
  }

  PositionState state = before;
  const bool for_good = history.stands_for_good(found);
  history.change(found, fill);
  if (for_good) {
    PositionFill back = old;
    back.quantity = -old.quantity;
    back.fee = -old.fee;
    if (!add_fill(state, of, back) || !add_fill(state, of, fill)) throw_correction_overflow(of);
  } else if (!history.fold(old.key(), of, state)) {
    throw_correction_overflow(of);
  }
  restate(strategy, instrument, state);
  posting.fee = fill.fee - old.fee;
  posting.realized_pnl = state.realized_pnl - before.realized_pnl;
  return posting;
}

void Ledger::place_fill(StrategyIndex strategy, InstrumentIndex instrument, const FillKey& from, const FillKey& to) {
  FillHistory& history = histories_.at(strategy, instrument);
  history.place(from, to);
  PositionState state = positions_.at(strategy, instrument);
  if (!history.fold(is_before(from, to) ? from : to, *instruments_[instrument], state)) {
    throw_correction_overflow(*instruments_[instrument]);
  }
  restate(strategy, instrument, state);
}

}  // namespace pytrader
