// What only some orders have beyond side, price, quantity and time.
#pragma once

#include <type_traits>

#include "decimal/integers.hpp"

namespace pytrader {

constexpr i64 kNoPrice = INT64_MIN;  // the price of a market order; any price that is absent

enum class TrailingUnit : i64 { ticks = 0, basis_points = 1 };
enum class PegType : i64 { none = 0, primary = 1, midpoint = 2 };

// What only some orders have. Prices that are absent are kNoPrice, quantities and the rest 0.
struct OrderTerms {
  i64 stop_price = kNoPrice;
  i64 activation_price = kNoPrice;  // trailing begins when a trade reaches it, from either side
  i64 trailing_offset = 0;
  i64 trailing_step = 0;  // the least move of the stop; 0 means 1 tick
  i64 trailing_unit = 0;  // TrailingUnit of offset and step
  i64 display_qty = 0;
  i64 display_range = 0;
  i64 min_qty = 0;
  i64 peg_type = 0;  // PegType
  i64 peg_offset = 0;
  i64 expire_time = 0;   // nanoseconds UTC
  i64 limit_offset = 0;  // trailing_stop_limit: ticks from the elected stop to the limit

  friend bool operator==(const OrderTerms&, const OrderTerms&) = default;
};
static_assert(sizeof(OrderTerms) == 96 && std::is_trivially_copyable_v<OrderTerms>);

}  // namespace pytrader
