// Posts fills to positions and cash in 128-bit integers, checked before anything changes.
#include "ledger/ledger.hpp"

#include "decimal/fixed.hpp"
#include "ledger/checked_sums.hpp"

namespace pytrader {
namespace {

// The lots of a change that close, with the sign of the change.
i64 closing_lots(i64 held, i64 change) noexcept {
  if (held == 0 || (held > 0) == (change > 0)) return 0;
  const i64 size = held < 0 ? -held : held;
  if (change > 0) return change < size ? change : size;
  return -change < size ? change : -size;
}

// The cost that leaves with lots that close.
i128 cost_of(const PositionState& position, i64 closing) {
  if (closing == 0) return 0;
  if (closing == -position.quantity) return position.cost;
  return mul_div(position.cost, -closing, position.quantity, Rounding::half_even);
}

[[noreturn]] void throw_overflow(const Instrument& instrument, i64 price, i64 quantity) {
  throw Error(ErrorCode::decimal_overflow, "fill of " + std::to_string(quantity) + " lots at " + std::to_string(price) +
                                               " ticks of " + instrument.id() +
                                               ": the account would leave the range of exact numbers");
}

}  // namespace

bool CashTotals::holds(CheckedSums& sums) const noexcept {
  const i128 capital = sums.add(sums.subtract(sums.add(opening, realized_pnl), fees), income);
  return cash == sums.subtract(capital, open_cost);
}

FeeModel& Ledger::add_instrument(const Instrument& instrument, std::unique_ptr<FeeModel> fees) {
  positions_.add_instrument();
  histories_.add_instrument();
  instruments_.push_back(&instrument);
  account_of_.push_back(account_index(instrument.definition().quote_currency));
  if (!fees) fees = std::make_unique<InstrumentRates>(instrument);
  return *fees_.emplace_back(std::move(fees));
}

u32 Ledger::account_index(const std::string& currency) {
  for (u32 i = 0; i < accounts_.size(); ++i) {
    if (accounts_[i].currency == currency) return i;
  }
  accounts_.push_back({});
  accounts_.back().currency = currency;
  return static_cast<u32>(accounts_.size() - 1);
}

void Ledger::deposit(const std::string& currency, i128 amount) {
  CashAccount& account = accounts_[account_index(currency)];
  CheckedSums sums;
  const i128 opening = sums.add(account.opening, amount);
  const i128 cash = sums.add(account.cash, amount);
  if (sums.overflowed()) {
    throw Error(ErrorCode::decimal_overflow, "deposit of " + to_text(Fixed{amount, 0}) + " " + currency +
                                                 ": the account would leave the range of exact numbers");
  }
  account.opening = opening;
  account.cash = cash;
}

void Ledger::refuse_fill(const LedgerFill& fill) const {
  throw Error(ErrorCode::invalid_argument, "fill of " + std::to_string(fill.quantity) + " lots for strategy " +
                                               std::to_string(fill.strategy) + ", instrument " +
                                               std::to_string(fill.instrument) +
                                               ": unknown strategy or instrument, bad side, or no quantity");
}

FeeFill Ledger::fee_fill(const LedgerFill& fill, i128 value) const {
  i128 order_value = 0;
  if (!instruments_[fill.instrument]->value_of(fill.order_value, order_value)) {
    throw_overflow(*instruments_[fill.instrument], fill.price, fill.quantity);
  }
  return {
      fill.ts_event, value < 0 ? -value : value, order_value < 0 ? -order_value : order_value, fill.quantity, fill.side,
      fill.liquidity};
}

bool Ledger::work_out(const Trade& trade, Plan& plan) {
  PositionState& position = plan.position;
  CashTotals& account = plan.account;
  CheckedSums sums;
  const i128 cost = cost_of(position, trade.closing);
  plan.realized_pnl = sums.subtract(0, sums.add(trade.paid_for_closing, cost));
  const i128 cost_change = sums.subtract(sums.subtract(trade.paid, trade.paid_for_closing), cost);

  position.quantity = sums.add_lots(position.quantity, trade.change);
  position.cost = sums.add(position.cost, cost_change);
  position.realized_pnl = sums.add(position.realized_pnl, plan.realized_pnl);
  position.fees = sums.add(position.fees, trade.fee);
  account.cash = sums.subtract(account.cash, sums.add(trade.paid, trade.fee));
  account.realized_pnl = sums.add(account.realized_pnl, plan.realized_pnl);
  account.fees = sums.add(account.fees, trade.fee);
  account.open_cost = sums.add(account.open_cost, cost_change);
  return account.holds(sums) && !sums.overflowed();
}

void Ledger::take(StrategyIndex strategy, InstrumentIndex instrument, const Plan& plan) noexcept {
  positions_.at(strategy, instrument) = plan.position;
  static_cast<CashTotals&>(accounts_[account_of_[instrument]]) = plan.account;
}

FillPosting Ledger::apply_fill(const LedgerFill& fill, OrderFees& order) {
  if (!positions_.has(fill.strategy, fill.instrument) || !valid(fill.side) || fill.quantity <= 0) refuse_fill(fill);
  const Instrument& instrument = *instruments_[fill.instrument];
  CheckedSums sums;
  FillPosting posting;
  posting.value = sums.value(instrument, fill.price, fill.quantity);
  if (sums.overflowed()) throw_overflow(instrument, fill.price, fill.quantity);
  Trade trade;
  trade.change = sign(fill.side) * fill.quantity;
  trade.closing = closing_lots(positions_.at(fill.strategy, fill.instrument).quantity, trade.change);
  trade.paid = trade.change < 0 ? -posting.value : posting.value;
  trade.paid_for_closing = trade.paid;
  // A part of what is in range, and nearly always all of it or none.
  if (trade.closing == 0) trade.paid_for_closing = 0;
  if (trade.closing != 0 && trade.closing != trade.change) {
    trade.paid_for_closing = sums.value(instrument, fill.price, trade.closing);
  }
  const FeeFill charged = fee_fill(fill, posting.value);
  const FeeCharge charge = fees_[fill.instrument]->charge(charged, order);
  trade.fee = posting.fee = charge.fee;
  Plan plan = plan_of(fill.strategy, fill.instrument);
  if (!work_out(trade, plan)) throw_overflow(instrument, fill.price, fill.quantity);

  take(fill.strategy, fill.instrument, plan);
  order = charge.order;
  fees_[fill.instrument]->booked(charged);
  posting.realized_pnl = plan.realized_pnl;
  return posting;
}

i128 Ledger::trade_at(StrategyIndex strategy, InstrumentIndex instrument, i64 change, i128 price) {
  Trade trade;
  trade.change = change;
  trade.closing = closing_lots(positions_.at(strategy, instrument).quantity, change);
  trade.paid = value_at(instrument, change, price);
  trade.paid_for_closing = trade.closing == change ? trade.paid : value_at(instrument, trade.closing, price);
  Plan plan = plan_of(strategy, instrument);
  if (!work_out(trade, plan)) throw_event_overflow(*instruments_[instrument]);
  take(strategy, instrument, plan);
  histories_.at(strategy, instrument).settle(plan.position);
  return plan.realized_pnl;
}

i128 Ledger::close_for(StrategyIndex strategy, InstrumentIndex instrument, i64 change, i128 paid) {
  const Trade trade{change, change, paid, paid, 0};
  Plan plan = plan_of(strategy, instrument);
  if (closing_lots(positions_.at(strategy, instrument).quantity, change) != change || !work_out(trade, plan)) {
    throw_event_overflow(*instruments_[instrument]);
  }
  take(strategy, instrument, plan);
  histories_.at(strategy, instrument).settle(plan.position);
  return plan.realized_pnl;
}

bool Ledger::unrealized_pnl(StrategyIndex strategy, InstrumentIndex instrument, i64 mark_price,
                            i128& pnl) const noexcept {
  const PositionState& position = positions_.at(strategy, instrument);
  i128 value = 0;
  return instruments_[instrument]->value_of(static_cast<i128>(position.quantity) * mark_price, value) &&
         !__builtin_sub_overflow(value, position.cost, &pnl);
}

bool Ledger::position_value(StrategyIndex strategy, InstrumentIndex instrument, i64 twice_mark_price,
                            i128& twice_value) const noexcept {
  return instruments_[instrument]->value_of(
      static_cast<i128>(positions_.at(strategy, instrument).quantity) * twice_mark_price, twice_value);
}

// Parts of the account's sums, which 128 bits hold.
i128 Ledger::earned(StrategyIndex strategy, InstrumentIndex instrument) const noexcept {
  i128 sum = 0;
  for (InstrumentIndex other = 0; other < instruments_.size(); ++other) {
    if (account_of_[other] != account_of_[instrument]) continue;
    const PositionState& position = positions_.at(strategy, other);
    sum += position.realized_pnl - position.fees + position.income;
  }
  return sum;
}

i128 Ledger::cash(const std::string& currency) const noexcept {
  for (const CashAccount& account : accounts_) {
    if (account.currency == currency) return account.cash;
  }
  return 0;
}

bool Ledger::check() const noexcept {
  std::vector<CashAccount> sums(accounts_.size());
  for (InstrumentIndex instrument = 0; instrument < positions_.instrument_count(); ++instrument) {
    CashAccount& sum = sums[account_of_[instrument]];
    for (StrategyIndex strategy = 0; strategy < positions_.strategy_count(); ++strategy) {
      const PositionState& position = positions_.at(strategy, instrument);
      if (position.quantity == 0 && position.cost != 0) return false;
      sum.realized_pnl += position.realized_pnl;
      sum.fees += position.fees;
      sum.income += position.income;
      sum.open_cost += position.cost;
    }
  }
  for (std::size_t i = 0; i < accounts_.size(); ++i) {
    const CashAccount& account = accounts_[i];
    if (account.realized_pnl != sums[i].realized_pnl || account.fees != sums[i].fees ||
        account.open_cost != sums[i].open_cost || account.income != sums[i].income) {
      return false;
    }
    CheckedSums exact;
    if (!account.holds(exact) || exact.overflowed()) return false;
  }
  return true;
}

}  // namespace pytrader
