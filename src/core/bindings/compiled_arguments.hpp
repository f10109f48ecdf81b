// What a compiled strategy says in plain integers, as the kernel's types: checked, and refused by name.
#pragma once

#include <string>

#include "bindings/strategy_api.h"
#include "decimal/error.hpp"
#include "kernel/strategy_desk.hpp"
#include "model/messages.hpp"

namespace pytrader::bindings {

// A compiled strategy's own number for an order; lists of open orders are found by it, so it is small.
constexpr u64 kMostCompiledTag = 65'535;

// Refusals are functions of their own, so that what is called for every event is short enough to be inlined.
[[noreturn, gnu::noinline, gnu::cold]] inline void refuse_code(i64 value, const char* what) {
  throw Error(ErrorCode::invalid_argument,
              std::string(what) + " is " + std::to_string(value) + ": no code that exists");
}
[[noreturn, gnu::noinline, gnu::cold]] inline void refuse_number(u64 value, const char* what) {
  throw Error(ErrorCode::invalid_argument, std::string(what) + " " + std::to_string(value) + " does not exist");
}
[[noreturn, gnu::noinline, gnu::cold]] inline void refuse_above(u64 value, const char* what, u64 most) {
  throw Error(ErrorCode::invalid_argument,
              std::string(what) + " is " + std::to_string(value) + "; it must be from 0 to " + std::to_string(most));
}
[[noreturn, gnu::noinline, gnu::cold]] inline void refuse_side(i64 side) {
  if (side < 0 || side > 255) refuse_code(side, "side");
  throw Error(ErrorCode::invalid_argument, "side is " + std::to_string(side) + "; it must be 1 (buy) or 2 (sell)");
}

inline u8 small(i64 value, const char* what) {
  if (value < 0 || value > 255) [[unlikely]]
    refuse_code(value, what);
  return static_cast<u8>(value);
}

inline u32 number(u64 value, const char* what) {
  if (value >= UINT32_MAX) [[unlikely]]
    refuse_number(value, what);
  return static_cast<u32>(value);
}

inline TagIndex tag_of(u64 own) {
  if (own > kMostCompiledTag) [[unlikely]]
    refuse_above(own, "tag", kMostCompiledTag);
  return static_cast<u32>(own);
}

// The numbers above are those of the kernel's own timers.
inline u32 timer_name(u64 name) {
  if (name >= kFirstKernelTimer) [[unlikely]]
    refuse_above(name, "timer name", kFirstKernelTimer - 1);
  return static_cast<u32>(name);
}

inline Side side_of(i64 side) {
  if (side != static_cast<i64>(Side::buy) && side != static_cast<i64>(Side::sell)) [[unlikely]]
    refuse_side(side);
  return static_cast<Side>(side);
}

inline NewOrder order_of(StrategyIndex strategy, const pytrader_new_order& told) {
  NewOrder order{};
  order.price = told.price;
  order.quantity = told.quantity;
  order.strategy = strategy;
  order.instrument = number(static_cast<u64>(told.instrument), "instrument");
  order.tag = tag_of(static_cast<u64>(told.tag));
  order.side = side_of(told.side);
  order.order_type = static_cast<OrderType>(small(told.order_type, "order_type"));
  order.time_in_force = static_cast<TimeInForce>(small(told.time_in_force, "time_in_force"));
  order.flags = small(told.flags, "flags");
  order.trigger_type = static_cast<TriggerType>(small(told.trigger_type, "trigger_type"));
  order.terms.stop_price = told.stop_price;
  order.terms.activation_price = told.activation_price;
  order.terms.trailing_offset = told.trailing_offset;
  order.terms.trailing_step = told.trailing_step;
  order.terms.trailing_unit = told.trailing_unit;
  order.terms.limit_offset = told.limit_offset;
  order.terms.display_qty = told.display_qty;
  order.terms.display_range = told.display_range;
  order.terms.min_qty = told.min_qty;
  order.terms.peg_type = told.peg_type;
  order.terms.peg_offset = told.peg_offset;
  order.terms.expire_time = told.expire_time;
  return order;
}

}  // namespace pytrader::bindings
