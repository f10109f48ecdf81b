// The limits that a strategy trades under; the gate has no way round them.
#pragma once

#include "decimal/integers.hpp"

namespace pytrader {

// Per strategy. 0 means that only the instrument's own limits hold.
struct RiskLimits {
  i64 max_order_quantity = 0;   // lots of one order
  i128 max_order_notional = 0;  // value of one order, 10^-18 units of quote currency
  i64 max_position = 0;         // lots per instrument, long or short, all working orders counted as filled
  u32 max_open_orders = 0;      // over all instruments
};

}  // namespace pytrader
