// Applies money events to every strategy's position: what is due by funding, dividends, splits, borrowing and expiry.
#pragma once

#include <vector>

#include "journal/running_hash.hpp"
#include "kernel/market_board.hpp"
#include "kernel/order_way.hpp"
#include "model/money_events.hpp"

namespace pytrader {

// Throws Error(invalid_argument) naming instrument, value and fix when an event's numbers make no sense for its
// instrument; then nothing has changed.
void check_cash_event(const Instrument& instrument, const CashEventRecord& event);

class CashDesk {
 public:
  CashDesk(OrderWay& way, MarketBoard& board) noexcept : way_(way), board_(board) {}

  // What came of it, position by position; good until the next call. Bound: two for each strategy.
  const std::vector<CashEvent>& apply(InstrumentIndex instrument, const CashEventRecord& event, i64 now,
                                      StrategyIndex strategies, i64 twice_mark);

 private:
  // Lots of the underlying that one lot of the contract delivers, and at what price; no lots where nothing is
  // delivered.
  struct Delivery {
    InstrumentIndex underlying = 0;
    i64 lots = 0;
    i128 price = 0;
  };
  i128 price_of(InstrumentIndex instrument, const CashEventRecord& event, i64 twice_mark) const;
  Delivery delivery_of(InstrumentIndex instrument, i128 settlement_price) const;
  InstrumentIndex underlying_of(const Instrument& instrument) const;
  void pay(CashEvent event, const CashEventRecord& record);
  void split(CashEvent event, const CashEventRecord& record);
  void expire(CashEvent event, const Delivery& delivery);
  void post(CashEvent& event);

  OrderWay& way_;
  MarketBoard& board_;
  std::vector<CashEvent> done_;
};

}  // namespace pytrader
