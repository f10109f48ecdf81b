// What strategies have been told of so far, for series and indicators that are added when rows have passed already.
#pragma once

#include <functional>

#include "model/messages.hpp"
#include "model/records.hpp"

namespace pytrader {

// Rows that were received, in the order in which they were; none that is still to come.
class PastRows {
 public:
  // A trade and the kernel's time at which it was received.
  using TakeTrade = std::function<void(const TradeRecord&, i64)>;
  using TakeBar = std::function<void(const BarRecord&)>;
  using TakeMid = std::function<void(i64 twice_mid)>;

  virtual ~PastRows() = default;
  // Throws Error(invalid_argument) where there are and will be neither bars of this length nor trades to build them
  // from: a series that nothing can fill would keep a strategy waiting in silence.
  virtual void require_bars(InstrumentIndex instrument, i64 duration_ns) const = 0;
  // Of trade records, and of executions and prints of books. The row that is being told now is left out unless
  // `with_current`, none where something else is.
  virtual void for_each_trade(InstrumentIndex instrument, bool with_current, const TakeTrade& take) const = 0;
  // Of bars that came as records of this length.
  virtual void for_each_bar(InstrumentIndex instrument, i64 duration_ns, const TakeBar& take) const = 0;
  // The mid price in half ticks after each row that made a new best bid or offer, where both sides had one.
  virtual void for_each_mid(InstrumentIndex instrument, bool with_current, const TakeMid& take) const = 0;
};

}  // namespace pytrader
