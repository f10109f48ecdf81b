// What a venue is told of an order, and what becomes of one that has waited in the core when its price is reached.
#pragma once

#include <algorithm>

#include "decimal/integers.hpp"
#include "model/order.hpp"
#include "model/order_form.hpp"

namespace pytrader {

// The limit at which an order enters that waited for `stop`; kNoPrice for one that enters as a market order.
inline i64 limit_after(const Order& order, const OrderTerms& terms, i64 stop) noexcept {
  if (order.order_type != OrderType::trailing_stop_limit) return order.price;
  const i128 limit = i128{stop} + sign(order.side) * i128{terms.limit_offset};
  return static_cast<i64>(std::clamp<i128>(limit, i128{kNoPrice} + 1, i128{INT64_MAX}));
}

// What an order without a limit is valued at that waits for `stop`: a buy may cost what its limit will be.
inline i64 value_at_stop(Side side, i64 stop, i64 limit_offset) noexcept {
  if (side == Side::sell) return stop;
  return static_cast<i64>(std::min<i128>(i128{stop} + limit_offset, i128{INT64_MAX}));
}

// Plain once it has been released: a limit order with all that goes with one, or a market order, which does not rest.
inline NewOrder released_form(NewOrder order) noexcept {
  const OrderTerms given = order.terms;
  order.terms = OrderTerms{};
  order.trigger_type = TriggerType::venue_default;
  order.trigger_symbol = 0;
  if (order.price == kNoPrice) {
    order.order_type = OrderType::market;
    if (order.time_in_force != TimeInForce::fok) order.time_in_force = TimeInForce::ioc;
    return order;
  }
  order.order_type = OrderType::limit;
  order.terms.display_qty = given.display_qty;
  order.terms.display_range = given.display_range;
  order.terms.min_qty = given.min_qty;
  order.terms.expire_time = given.expire_time;
  return order;
}

// Writes all of `sent`. `terms` are those that the order was submitted with.
inline void write_sent_order(const Order& order, const OrderTerms& terms, NewOrder& sent) noexcept {
  sent.client_order_id = order.client_order_id;
  sent.price = order.price;
  sent.quantity = order.order_qty;
  sent.strategy = order.strategy;
  sent.instrument = order.instrument;
  sent.tag = order.tag;
  sent.side = order.side;
  sent.order_type = order.order_type;
  sent.time_in_force = order.time_in_force;
  sent.flags = static_cast<u16>(order.flags & ~(kEmulate | kAlgorithm | kSetByCore));
  sent.self_trade = order.self_trade;
  sent.trigger_type = order.trigger_type;
  sent.contingency = order.contingency();
  sent.list = order.list();
  sent.trigger_symbol = order.trigger_symbol();
  sent.parent = order.parent();
  sent.terms = terms;
  sent.terms.stop_price = order.stop_price();
  if ((order.flags & kReleased) != 0) sent = released_form(sent);
}
inline NewOrder sent_order(const Order& order, const OrderTerms& terms) noexcept {
  NewOrder sent;
  write_sent_order(order, terms, sent);
  return sent;
}

}  // namespace pytrader
