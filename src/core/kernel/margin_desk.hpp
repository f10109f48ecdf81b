// Watches margined positions: those that fall below their maintenance are liquidated, by the insurance fund or others.
#pragma once

#include <string>
#include <vector>

#include "kernel/market_board.hpp"
#include "kernel/order_way.hpp"
#include "ledger/margin.hpp"
#include "model/money_events.hpp"

namespace pytrader {

// A position that its venue takes over, and the mark at which that was decided, 10^-18.
struct MarginCall {
  InstrumentIndex instrument;
  StrategyIndex strategy;
  i128 mark;
  bool confirmed = false;  // by an account that had heard of all that happened until then
};

// Isolated: a position whose equity is below its maintenance is taken over at its bankruptcy price, where its margin is
// used up. Cross: when all that an account has of a currency is below the sum of its maintenances, all positions are
// taken over, the smallest maintenance first, at their marks; the last one at the price that leaves no cash.
//
// The insurance fund of the currency closes what it took over at the mark: it keeps what is better than bankruptcy and
// pays what is worse. What an isolated position would cost it beyond its balance goes to the holders of the other side
// instead, at the bankruptcy price: those with the largest profit times leverage first, then by their numbers.
class MarginDesk {
 public:
  MarginDesk(OrderWay& way, const MarketBoard& board) noexcept : way_(way), board_(board) {}

  void set_mode(MarginMode mode) noexcept { mode_ = mode; }
  MarginMode mode() const noexcept { return mode_; }
  void add_insurance(const std::string& currency, i128 amount) { fund_of(currency).balance += amount; }
  i128 insurance(const std::string& currency) const noexcept;
  // What neither a fund nor anybody of the other side paid.
  i128 uncovered(const std::string& currency) const noexcept;

  // Whose positions fall now that this instrument is marked so; a position is called once until it is liquidated. Good
  // until the next call. Bound: all positions.
  const std::vector<MarginCall>& calls(InstrumentIndex instrument, i64 mark_price);
  // Whether it is called still, now that the account has heard of the fills before it; if not, it is over.
  bool stands(const MarginCall& call);
  // What came of it, position by position; good until the next call.
  const std::vector<CashEvent>& liquidate(const MarginCall& call, i64 ts_event, i64 now);

 private:
  struct Fund {
    std::string currency;
    i128 balance = 0;
    i128 uncovered = 0;
  };
  struct Candidate {
    StrategyIndex strategy;
    i128 rank;
  };
  Fund& fund_of(const std::string& currency);
  const std::string& currency_of(InstrumentIndex instrument) const {
    return board_[instrument].instrument->definition().quote_currency;
  }
  i128 mark_of(InstrumentIndex instrument, StrategyIndex strategy) const;  // of a position that is open
  bool is_called(InstrumentIndex instrument, StrategyIndex strategy) const noexcept;
  void call_isolated(InstrumentIndex instrument, i128 mark);
  void call_cross(InstrumentIndex instrument, i128 mark);
  MarginState state_of(const MarginCall& call) const;
  void list_positions(const MarginCall& marked, std::vector<MarginCall>& positions) const;
  bool is_covered(const std::vector<MarginCall>& positions) const;
  i128 closing_value(const MarginCall& call, const MarginState& state) const;
  // Lots that holders of the other side took over, as many as there are, at their share of the closing value.
  i64 deleverage(const MarginCall& call, i64 quantity, i128 value, CashEvent event);
  void close(CashEvent event, i64 change, i128 paid);

  OrderWay& way_;
  const MarketBoard& board_;
  MarginMode mode_ = MarginMode::none;
  std::vector<Fund> funds_;
  std::vector<MarginCall> open_;  // called and not yet liquidated
  std::vector<MarginCall> new_;
  std::vector<CashEvent> done_;
};

}  // namespace pytrader
