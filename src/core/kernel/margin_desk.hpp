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
  u32 splits = 0;      // of its instrument that the mark is behind
  bool heard = false;  // by the account, behind the fills before it
  i64 held = 0;        // lots, when it was heard
};

// Isolated: a position whose equity is below its maintenance is taken over at its bankruptcy price, where its margin is
// used up. Cross: when all that an account has of a currency is below the sum of its maintenances, all positions are
// taken over, the smallest maintenance first, at their marks; the last one at the price that leaves no cash. An account
// is called position by position, and judged again as a whole when it has heard of all of its calls.
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

  // Whose positions fall now that this instrument is marked so; a position is called once until it is liquidated. With
  // `more_follow` other marks of the same time do, and a cross account is looked at with the last of them. A mark is in
  // the units of its time, a position in those that the account has heard of. Good until the next call. Bound: all
  // positions.
  const std::vector<MarginCall>& calls(InstrumentIndex instrument, i64 mark_price, i64 ts_event, bool more_follow);
  // Calls that the account has not heard, or that wait for others of the account to be heard.
  const std::vector<MarginCall>& open_calls() const noexcept { return open_; }
  // The account hears a call. What came of it, position by position, good until the next call: nothing where other
  // calls of the account are still on their way, or where the fills before it took it out of danger.
  const std::vector<CashEvent>& hear(const MarginCall& call, i64 ts_event, i64 now);
  // Whether a call of this instrument is one of the other's account too.
  bool share_account(InstrumentIndex instrument, InstrumentIndex other) const {
    return mode_ == MarginMode::cross && currency_of(instrument) == currency_of(other);
  }

 private:
  struct Fund {
    std::string currency;
    i128 balance = 0;
    i128 uncovered = 0;
  };
  // As a venue marked its instrument last: 10^-18, and the splits that this is behind.
  struct Mark {
    i128 price = 0;
    u32 splits = 0;
    bool is_known = false;
  };
  struct Candidate {
    StrategyIndex strategy;
    i128 rank;
  };
  Fund& fund_of(const std::string& currency);
  const std::string& currency_of(InstrumentIndex instrument) const {
    return board_[instrument].instrument->definition().quote_currency;
  }
  MarginCall called_at_mark(InstrumentIndex instrument, StrategyIndex strategy) const;  // of a position that is open
  bool is_called(InstrumentIndex instrument, StrategyIndex strategy) const noexcept;
  void call_isolated(InstrumentIndex instrument);
  void call_cross(InstrumentIndex marked);
  MarginState state_of(const MarginCall& call) const;
  void list_positions(InstrumentIndex of, std::vector<MarginCall>& positions) const;
  void sort_by_maintenance(std::vector<MarginCall>& positions) const;
  bool is_covered(const std::vector<MarginCall>& positions) const;
  void hear_cross(const MarginCall& call, const CashEvent& event);
  // The account receives `value` for the position (a short pays: it is negative).
  void take_over(const MarginCall& call, i128 value, CashEvent event);
  // Lots that holders of the other side took over, as many as there are, at their share of the closing value.
  i64 deleverage(const MarginCall& call, i64 quantity, i128 value, CashEvent event);
  void close(CashEvent event, i64 change, i128 paid);

  OrderWay& way_;
  const MarketBoard& board_;
  MarginMode mode_ = MarginMode::none;
  std::vector<Fund> funds_;
  std::vector<Mark> marks_;       // by instrument
  std::vector<MarginCall> open_;  // called and not yet liquidated
  std::vector<MarginCall> new_;
  std::vector<CashEvent> done_;
};

}  // namespace pytrader
