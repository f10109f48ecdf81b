// What goes with what in an order, wherever it goes: the form that the risk gate and every matching engine ask for.
#pragma once

#include "decimal/integers.hpp"
#include "model/enums.hpp"
#include "model/messages.hpp"
#include "model/order_terms.hpp"

namespace pytrader {

constexpr bool rests_by(TimeInForce time_in_force) noexcept {
  return time_in_force == TimeInForce::gtc || time_in_force == TimeInForce::day || time_in_force == TimeInForce::gtd;
}
constexpr bool waits_for_auction(TimeInForce time_in_force) noexcept {
  return time_in_force == TimeInForce::at_the_open || time_in_force == TimeInForce::at_the_close ||
         time_in_force == TimeInForce::good_for_auction;
}
constexpr bool ends_with_day(TimeInForce time_in_force) noexcept {
  return time_in_force == TimeInForce::day || waits_for_auction(time_in_force);
}
constexpr bool trails(OrderType type) noexcept {
  return type == OrderType::trailing_stop || type == OrderType::trailing_stop_limit;
}
constexpr bool is_if_touched(OrderType type) noexcept {
  return type == OrderType::market_if_touched || type == OrderType::limit_if_touched;
}
constexpr bool waits_for_price(OrderType type) noexcept {
  return type == OrderType::stop || type == OrderType::stop_limit || is_if_touched(type) || trails(type);
}
// Elected by a price that comes from below.
constexpr bool rises(Side side, OrderType type) noexcept {
  return (side == Side::buy) != is_if_touched(type);
}

// What may go with an order type.
struct TypeRules {
  OrderType type;
  bool needs_price;
  bool takes_price;
  bool waits;  // for its stop price
  bool trails;
  bool has_limit;  // rests at a limit of its own: may be hidden or an iceberg
};
// Null for a type that is none of ours.
const TypeRules* rules_of(OrderType type) noexcept;
bool is_known(TimeInForce time_in_force) noexcept;
bool goes_with(OrderType type, TimeInForce time_in_force) noexcept;

// The display quantity against the order's; `parts_max` bounds how many tips of the smallest size it may make.
RejectReason check_display(i64 display_qty, i64 display_range, i64 quantity, i64 parts_max) noexcept;

// What stands in flags and terms beside a type and a time in force that go together. docs/order_rules.md has the order
// of the checks.
RejectReason check_terms(const TypeRules& type, TimeInForce time_in_force, u16 flags, i64 quantity,
                         const OrderTerms& terms, i64 parts_max) noexcept;

}  // namespace pytrader
