// Cash and positions, exact: what fills and money events do to them, and the sum that must always hold.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "ledger/fill_history.hpp"
#include "ledger/position.hpp"
#include "model/fee_model.hpp"
#include "model/instrument.hpp"
#include "model/messages.hpp"
#include "model/money_events.hpp"
#include "model/strategy_instrument_table.hpp"

namespace pytrader {

class CheckedSums;

// One currency's account; all in 10^-18 units. At all times, to the last unit:
//   cash = opening + realized_pnl - fees + income - open_cost
struct CashTotals {
  i128 opening = 0;  // deposits, less withdrawals
  i128 cash = 0;
  i128 realized_pnl = 0;  // sums over all positions settled in this currency
  i128 fees = 0;
  i128 income = 0;  // funding, dividends, borrow cost, rollover: received less paid
  i128 open_cost = 0;

  // What orders may be backed with: open positions counted at cost.
  i128 capital() const noexcept { return opening + realized_pnl - fees + income; }
  // Whether the sum above does hold.
  bool holds(CheckedSums& sums) const noexcept;
};

struct CashAccount : CashTotals {
  std::string currency;
};

struct LedgerFill {
  StrategyIndex strategy;
  InstrumentIndex instrument;
  Side side;
  Liquidity liquidity;
  i64 price;         // ticks
  i64 quantity;      // lots
  i64 ts_event;      // venue's clock
  i128 order_value;  // of all that the order has traded, this fill too, in ticks times lots
};

// What one fill did.
struct FillPosting {
  i128 value = 0;         // price times quantity, with the sign of the price
  i128 fee = 0;           // negative is a rebate
  i128 realized_pnl = 0;  // of what it closed, before the fee
};

// What a split did.
struct SplitPosting {
  i128 cash = 0;  // for the fraction of a lot, half-even in minor units
  i128 realized_pnl = 0;
};

[[noreturn]] void throw_event_overflow(const Instrument& instrument);

class Ledger {
 public:
  void add_strategy() {
    positions_.add_strategy();
    histories_.add_strategy();
  }
  // Keeps a pointer: the instrument must stay where it is. Without a model its own rates hold.
  FeeModel& add_instrument(const Instrument& instrument, std::unique_ptr<FeeModel> fees = nullptr);
  // Opening cash or a later deposit (negative: a withdrawal). Error(decimal_overflow).
  void deposit(const std::string& currency, i128 amount);

  // Positions are held by average cost: a part that closes takes its share of the cost with it, rounded half-even to
  // 10^-18; a fill that turns a position closes all of it and opens the rest at the fill's price.
  // Throws Error(decimal_overflow) or Error(invalid_argument) before anything changed.
  FillPosting apply_fill(const LedgerFill& fill, OrderFees& order);
  // A fill that is an order of its own.
  FillPosting apply_fill(StrategyIndex strategy, InstrumentIndex instrument, Side side, i64 price, i64 quantity,
                         Liquidity liquidity, i64 ts_event = 0) {
    OrderFees order;
    return apply_fill(
        {strategy, instrument, side, liquidity, price, quantity, ts_event, static_cast<i128>(price) * quantity}, order);
  }

  // Fills that were booked may come to be known as late, wrong or void. The position and the account then become what
  // the fold over the fills that count, in the order in which they happened, would have made of them; where a money
  // event stands between, the difference is booked now, as if the wrong fill were taken back and the right one made. A
  // corrected fill pays the fee of its new value, as an order of its own; a busted one gets its fee back.
  // After apply_fill: `fill` is what it booked, `before` the position that it found.
  void note_fill(StrategyIndex strategy, InstrumentIndex instrument, const PositionFill& fill,
                 const PositionState& before);
  // Quantity 0 busts; liquidity none stays what it was. Gives what changed. Throws Error(invalid_state) for a fill that
  // was never noted.
  FillPosting correct_fill(StrategyIndex strategy, InstrumentIndex instrument, const FillKey& key, i64 price,
                           i64 quantity, Liquidity liquidity);
  // The fill happened at another time than was known.
  void place_fill(StrategyIndex strategy, InstrumentIndex instrument, const FillKey& from, const FillKey& to);

  // Money events; each throws Error(decimal_overflow) before anything changed.
  // Value of so many (signed) lots at a price that is a decimal of its own, 10^-18; rounded half-even to 10^-18.
  i128 value_at(InstrumentIndex instrument, i64 lots, i128 price) const;
  // Funding, dividend, borrow and rollover: what a position of so many lots receives, half-even in minor units.
  i128 income_of(InstrumentIndex instrument, const CashEventRecord& event, i64 lots, i128 price) const;
  void add_income(StrategyIndex strategy, InstrumentIndex instrument, i128 amount);
  // Lots bought (negative: sold) at such a price, without a fee; gives the realized PnL.
  i128 trade_at(StrategyIndex strategy, InstrumentIndex instrument, i64 change, i128 price);
  // Lots of a position that close, for a payment (negative: received) in all; gives the realized PnL.
  i128 close_for(StrategyIndex strategy, InstrumentIndex instrument, i64 change, i128 paid);
  // `old_units` become `new_units`; what makes no whole lot is paid out at `price` (of a new unit).
  SplitPosting apply_split(StrategyIndex strategy, InstrumentIndex instrument, i64 new_units, i64 old_units,
                           i128 price);

  // After the last fill: gives back what only corrections, busts and late fills would need.
  void forget_fills() noexcept { histories_ = {}; }

  u32 strategy_count() const noexcept { return positions_.strategy_count(); }
  const PositionState& position(StrategyIndex strategy, InstrumentIndex instrument) const noexcept {
    return positions_.at(strategy, instrument);
  }
  // Value of the position at a mark, less its cost; false on overflow of 128 bits.
  bool unrealized_pnl(StrategyIndex strategy, InstrumentIndex instrument, i64 mark_price, i128& pnl) const noexcept;
  // Value of the position at a mark, in twice the ticks so that a mid price is exact; false on overflow.
  bool position_value(StrategyIndex strategy, InstrumentIndex instrument, i64 twice_mark_price,
                      i128& twice_value) const noexcept;

  // The account of a currency; 0 cash where nothing was ever booked.
  i128 cash(const std::string& currency) const noexcept;
  const CashAccount& account_of(InstrumentIndex instrument) const noexcept {
    return accounts_[account_of_[instrument]];
  }
  // Realized PnL less fees of one strategy in this instrument's account: walks the instruments.
  i128 earned(StrategyIndex strategy, InstrumentIndex instrument) const noexcept;
  const std::vector<CashAccount>& accounts() const noexcept { return accounts_; }

  // Whether every account's sum holds and is the sum of its positions. Walks all positions: for tests and debug runs.
  bool check() const noexcept;

 private:
  // What is paid (negative: received) for a change of a position, and how much of both closes.
  struct Trade {
    i64 change = 0;
    i64 closing = 0;
    i128 paid = 0;
    i128 paid_for_closing = 0;
    i128 fee = 0;
  };
  // A posting that is worked out and not yet taken: it begins as what there is.
  struct Plan {
    PositionState position;
    CashTotals account;
    i128 realized_pnl = 0;
  };
  Plan plan_of(StrategyIndex strategy, InstrumentIndex instrument) const noexcept {
    return {positions_.at(strategy, instrument), accounts_[account_of_[instrument]], 0};
  }
  // False when something would leave 128 bits.
  static bool work_out(const Trade& trade, Plan& plan);
  void take(StrategyIndex strategy, InstrumentIndex instrument, const Plan& plan) noexcept;
  i128 in_minor_units(InstrumentIndex instrument, i128 value, i128 factor, i128 divisor) const;
  [[noreturn]] void refuse_fill(const LedgerFill& fill) const;
  FeeFill fee_fill(const LedgerFill& fill, i128 value) const;
  u32 account_index(const std::string& currency);
  void restate(StrategyIndex strategy, InstrumentIndex instrument, const PositionState& state);

  StrategyInstrumentTable<PositionState> positions_;
  StrategyInstrumentTable<FillHistory> histories_;
  std::vector<const Instrument*> instruments_;
  std::vector<std::unique_ptr<FeeModel>> fees_;  // by instrument
  std::vector<u32> account_of_;
  std::vector<CashAccount> accounts_;
};

}  // namespace pytrader
