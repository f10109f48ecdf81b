// What money events do to cash and positions: income, trades at decimal prices, splits.
#include "decimal/fixed.hpp"
#include "ledger/checked_sums.hpp"
#include "ledger/ledger.hpp"

namespace pytrader {

void throw_event_overflow(const Instrument& instrument) {
  throw Error(ErrorCode::decimal_overflow,
              "money event of " + instrument.id() + ": the account would leave the range of exact numbers");
}

i128 Ledger::value_at(InstrumentIndex instrument, i64 lots, i128 price) const {
  const Instrument& of = *instruments_[instrument];
  CheckedSums sums;
  const i128 price_lots = sums.multiply(price, lots);
  if (sums.overflowed()) throw_event_overflow(of);
  return mul_div(price_lots, of.unit_value(), of.definition().tick_size.raw, Rounding::half_even);
}

// value * factor / divisor, rounded once to minor units of the quote currency.
i128 Ledger::in_minor_units(InstrumentIndex instrument, i128 value, i128 factor, i128 divisor) const {
  const Instrument& of = *instruments_[instrument];
  const auto unit = static_cast<i128>(power_of_ten(kMaxDecimals - of.definition().quote_decimals));
  CheckedSums sums;
  const i128 amount = sums.multiply(mul_div(value, factor, divisor * unit, Rounding::half_even), unit);
  if (sums.overflowed()) throw_event_overflow(of);
  return amount;
}

i128 Ledger::income_of(InstrumentIndex instrument, const CashEventRecord& event, i64 lots, i128 price) const {
  const auto kind = static_cast<CashEventKind>(event.kind);
  const bool by_value = kind == CashEventKind::funding || kind == CashEventKind::borrow;
  if (kind == CashEventKind::borrow && lots > 0) return 0;
  const i128 base = value_at(instrument, lots, by_value ? price : kFixedOne);
  // At most 10^12 * 10^6, and 10^18 minor units on top: 10^36 fits.
  const i128 divisor = static_cast<i128>(power_of_ten(static_cast<int>(event.amount_decimals))) * event.per;
  // Longs pay funding. The value of a short is negative, so what it pays to borrow is negative too.
  const i128 amount = kind == CashEventKind::funding ? -static_cast<i128>(event.amount) : event.amount;
  return in_minor_units(instrument, base, amount, divisor);
}

void Ledger::add_income(StrategyIndex strategy, InstrumentIndex instrument, i128 amount) {
  PositionState& position = positions_.at(strategy, instrument);
  CashTotals account = accounts_[account_of_[instrument]];
  CheckedSums sums;
  const i128 income = sums.add(position.income, amount);
  account.cash = sums.add(account.cash, amount);
  account.income = sums.add(account.income, amount);
  account.holds(sums);
  if (sums.overflowed()) throw_event_overflow(*instruments_[instrument]);
  position.income = income;
  static_cast<CashTotals&>(accounts_[account_of_[instrument]]) = account;
}

SplitPosting Ledger::apply_split(StrategyIndex strategy, InstrumentIndex instrument, i64 new_units, i64 old_units,
                                 i128 price) {
  const PositionState& position = positions_.at(strategy, instrument);
  if (position.quantity == 0) return {};
  // In parts of a lot, `old_units` of them a lot: the same sign as the position.
  const i128 parts = static_cast<i128>(position.quantity) * new_units;
  const i128 whole = parts / old_units;
  const i64 rest = static_cast<i64>(parts % old_units);
  if (whole > kNoLimit || whole < -kNoLimit) throw_event_overflow(*instruments_[instrument]);
  SplitPosting posting;
  if (rest != 0) posting.cash = in_minor_units(instrument, value_at(instrument, rest, price), 1, old_units);
  const i128 cost = rest == 0 ? 0 : mul_div(position.cost, rest, parts, Rounding::half_even);

  Plan plan = plan_of(strategy, instrument);
  CheckedSums sums;
  posting.realized_pnl = sums.subtract(posting.cash, cost);
  plan.position.quantity = static_cast<i64>(whole);
  plan.position.cost = sums.subtract(position.cost, cost);
  plan.position.realized_pnl = sums.add(position.realized_pnl, posting.realized_pnl);
  plan.account.cash = sums.add(plan.account.cash, posting.cash);
  plan.account.realized_pnl = sums.add(plan.account.realized_pnl, posting.realized_pnl);
  plan.account.open_cost = sums.subtract(plan.account.open_cost, cost);
  plan.account.holds(sums);
  if (sums.overflowed()) throw_event_overflow(*instruments_[instrument]);
  take(strategy, instrument, plan);
  histories_.at(strategy, instrument).settle(plan.position);
  return posting;
}

}  // namespace pytrader
