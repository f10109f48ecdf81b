// What one order has run up with the part of its fees that is judged order by order.
#pragma once

#include "decimal/integers.hpp"

namespace pytrader {

// 10^-18 units of the quote currency.
struct OrderFees {
  i128 accrued = 0;  // before minimum and maximum, not rounded
  i128 charged = 0;  // of it so far

  friend bool operator==(const OrderFees&, const OrderFees&) = default;
};

}  // namespace pytrader
