// Cash and positions, exact: what every fill does to them, and the sum that must always hold.
#pragma once

#include <string>
#include <vector>

#include "ledger/fill_history.hpp"
#include "ledger/position.hpp"
#include "model/instrument.hpp"
#include "model/messages.hpp"
#include "model/strategy_instrument_table.hpp"

namespace pytrader {

// One currency's account; all in 10^-18 units. At all times, to the last unit:
//   cash = opening + realized_pnl - fees - open_cost
struct CashAccount {
  std::string currency;
  i128 opening = 0;  // deposits, less withdrawals
  i128 cash = 0;
  i128 realized_pnl = 0;  // sums over all positions settled in this currency
  i128 fees = 0;
  i128 open_cost = 0;

  // What orders may be backed with: open positions counted at cost.
  i128 capital() const noexcept { return opening + realized_pnl - fees; }
};

// What one fill did.
struct FillPosting {
  i128 value = 0;         // price times quantity, with the sign of the price
  i128 fee = 0;           // negative is a rebate
  i128 realized_pnl = 0;  // of what it closed, before the fee
};

class Ledger {
 public:
  void add_strategy() {
    positions_.add_strategy();
    histories_.add_strategy();
  }
  // Keeps a pointer: the instrument must stay where it is.
  void add_instrument(const Instrument& instrument);
  // Opening cash or a later deposit (negative: a withdrawal). Error(decimal_overflow).
  void deposit(const std::string& currency, i128 amount);

  // Positions are held by average cost: a part that closes takes its share of the cost with it, rounded half-even to
  // 10^-18; a fill that turns a position closes all of it and opens the rest at the fill's price.
  // Throws Error(decimal_overflow) or Error(invalid_argument) before anything changed.
  FillPosting apply_fill(StrategyIndex strategy, InstrumentIndex instrument, Side side, i64 price, i64 quantity,
                         Liquidity liquidity);

  // Fills that were booked may come to be known as late, wrong or void. The position and the account then become what
  // the fold over the fills that count, in the order in which they happened, would have made of them; where a money
  // event stands between, the difference is booked now, as if the wrong fill were taken back and the right one made. A
  // corrected fill pays the fee of its new value, a busted one gets its fee back.
  // After apply_fill: `fill` is what it booked, `before` the position that it found.
  void note_fill(StrategyIndex strategy, InstrumentIndex instrument, const PositionFill& fill,
                 const PositionState& before);
  // Quantity 0 busts; liquidity none stays what it was. Gives what changed. Throws Error(invalid_state) for a fill that
  // was never noted.
  FillPosting correct_fill(StrategyIndex strategy, InstrumentIndex instrument, const FillKey& key, i64 price,
                           i64 quantity, Liquidity liquidity);
  // The fill happened at another time than was known.
  void place_fill(StrategyIndex strategy, InstrumentIndex instrument, const FillKey& from, const FillKey& to);

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
  void check_fill(StrategyIndex strategy, InstrumentIndex instrument, Side side, i64 quantity) const;
  u32 account_index(const std::string& currency);
  void restate(StrategyIndex strategy, InstrumentIndex instrument, const PositionState& state);

  StrategyInstrumentTable<PositionState> positions_;
  StrategyInstrumentTable<FillHistory> histories_;
  std::vector<const Instrument*> instruments_;
  std::vector<u32> account_of_;
  std::vector<CashAccount> accounts_;
};

}  // namespace pytrader
