// What one strategy holds of one instrument, by average cost.
#pragma once

#include "decimal/integers.hpp"

namespace pytrader {

// Money is in 10^-18 units of the instrument's quote currency.
struct PositionState {
  i64 quantity = 0;       // lots, negative is short
  i128 cost = 0;          // what the open quantity cost: paid for a long, negative (received) for a short
  i128 realized_pnl = 0;  // of closed quantity, before fees
  i128 fees = 0;          // paid so far; negative is a net rebate
  i128 income = 0;        // funding, dividends, borrow cost, rollover: received less paid
};

}  // namespace pytrader
