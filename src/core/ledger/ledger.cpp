// Posts fills to positions and cash in 128-bit integers, checked before anything changes.
#include "ledger/ledger.hpp"

#include "decimal/fixed.hpp"

namespace pytrader {
namespace {

// Sums that remember whether any of them overflowed, so that a posting is worked out whole and then taken or refused.
class CheckedSums {
 public:
  i128 add(i128 a, i128 b) noexcept {
    i128 sum = 0;
    overflowed_ |= __builtin_add_overflow(a, b, &sum);
    return sum;
  }
  i128 subtract(i128 a, i128 b) noexcept {
    i128 difference = 0;
    overflowed_ |= __builtin_sub_overflow(a, b, &difference);
    return difference;
  }
  i128 value(const Instrument& instrument, i128 price, i128 quantity) noexcept {
    i128 tick_lots = 0;
    i128 amount = 0;
    overflowed_ |= __builtin_mul_overflow(price, quantity, &tick_lots);
    overflowed_ |= !instrument.value_of(tick_lots, amount);
    return amount;
  }
  bool overflowed() const noexcept { return overflowed_; }

 private:
  bool overflowed_ = false;
};

constexpr i64 size_of(i64 quantity) noexcept {
  return quantity < 0 ? -quantity : quantity;
}

// The part of a position that a fill of the other side closes: the cost that leaves with it, and what is paid for it
// now.
struct Closing {
  i128 cost = 0;
  i128 paid = 0;  // negative: received
};

Closing closing_of(const PositionState& position, const Instrument& instrument, Side side, i64 price, i64 quantity,
                   CheckedSums& sums) {
  const bool buys = side == Side::buy;
  if (position.quantity == 0 || (position.quantity > 0) == buys) return {};
  const i64 held = size_of(position.quantity);
  const i128 signed_price = buys ? price : -static_cast<i128>(price);
  if (quantity >= held) return {position.cost, sums.value(instrument, signed_price, held)};
  return {mul_div(position.cost, quantity, held, Rounding::half_even), sums.value(instrument, signed_price, quantity)};
}

[[noreturn]] void throw_overflow(const Instrument& instrument, i64 price, i64 quantity) {
  throw Error(ErrorCode::decimal_overflow, "fill of " + std::to_string(quantity) + " lots at " + std::to_string(price) +
                                               " ticks of " + instrument.id() +
                                               ": the account would leave the range of exact numbers");
}

}  // namespace

void Ledger::add_instrument(const Instrument& instrument) {
  positions_.add_instrument();
  histories_.add_instrument();
  instruments_.push_back(&instrument);
  account_of_.push_back(account_index(instrument.definition().quote_currency));
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

void Ledger::check_fill(StrategyIndex strategy, InstrumentIndex instrument, Side side, i64 quantity) const {
  if (positions_.has(strategy, instrument) && valid(side) && quantity > 0) return;
  throw Error(ErrorCode::invalid_argument, "fill of " + std::to_string(quantity) + " lots for strategy " +
                                               std::to_string(strategy) + ", instrument " + std::to_string(instrument) +
                                               ": unknown strategy or instrument, bad side, or no quantity");
}

FillPosting Ledger::apply_fill(StrategyIndex strategy, InstrumentIndex instrument_index, Side side, i64 price,
                               i64 quantity, Liquidity liquidity) {
  check_fill(strategy, instrument_index, side, quantity);
  const Instrument& instrument = *instruments_[instrument_index];
  PositionState& position = positions_.at(strategy, instrument_index);
  CashAccount& account = accounts_[account_of_[instrument_index]];
  CheckedSums sums;

  FillPosting posting;
  posting.value = sums.value(instrument, price, quantity);
  const i128 paid = side == Side::buy ? posting.value : sums.subtract(0, posting.value);
  if (sums.overflowed()) throw_overflow(instrument, price, quantity);
  posting.fee = instrument.fee(posting.value, liquidity);
  const Closing closing = closing_of(position, instrument, side, price, quantity, sums);
  posting.realized_pnl = sums.subtract(0, sums.add(closing.paid, closing.cost));
  const i128 cost_change = sums.subtract(sums.subtract(paid, closing.paid), closing.cost);

  PositionState new_position;
  const bool too_many = __builtin_add_overflow(position.quantity, sign(side) * quantity, &new_position.quantity);
  new_position.cost = sums.add(position.cost, cost_change);
  new_position.realized_pnl = sums.add(position.realized_pnl, posting.realized_pnl);
  new_position.fees = sums.add(position.fees, posting.fee);
  const i128 cash = sums.subtract(account.cash, sums.add(paid, posting.fee));
  const i128 realized_pnl = sums.add(account.realized_pnl, posting.realized_pnl);
  const i128 fees = sums.add(account.fees, posting.fee);
  const i128 open_cost = sums.add(account.open_cost, cost_change);
  // capital() adds these up without a check of its own.
  sums.subtract(sums.add(account.opening, realized_pnl), fees);
  if (too_many || new_position.quantity == INT64_MIN || sums.overflowed()) throw_overflow(instrument, price, quantity);

  position = new_position;
  account.cash = cash;
  account.realized_pnl = realized_pnl;
  account.fees = fees;
  account.open_cost = open_cost;
  return posting;
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
    sum += position.realized_pnl - position.fees;
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
      sum.open_cost += position.cost;
    }
  }
  for (std::size_t i = 0; i < accounts_.size(); ++i) {
    const CashAccount& account = accounts_[i];
    if (account.realized_pnl != sums[i].realized_pnl || account.fees != sums[i].fees ||
        account.open_cost != sums[i].open_cost) {
      return false;
    }
    if (account.cash != account.opening + account.realized_pnl - account.fees - account.open_cost) return false;
  }
  return true;
}

}  // namespace pytrader
