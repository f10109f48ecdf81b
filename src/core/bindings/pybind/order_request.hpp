// Reads an order with all its terms from Python values: exact prices and quantities on the engine's grid.
#pragma once

#include <pybind11/pybind11.h>

#include <string>

#include "matching/order_message.hpp"
#include "price_grid.hpp"

namespace pytrader::bindings {

struct OrderRequest {
  OrderMessage message{};
  OrderTerms terms;
};

// The arguments of MatchingEngine.submit; what is absent is None.
struct OrderArguments {
  py::handle order_id, side, order_type, quantity, price, time_in_force;
  py::handle post_only, reduce_only, hidden, all_or_none, lead_market_maker;
  py::handle stop_price, activation_price, trailing_offset, trailing_step, trailing_unit, limit_offset;
  py::handle display_qty, display_range, min_qty, peg, peg_offset, expire_time, owner, self_trade;
};

OrderRequest new_order(const OrderArguments& arguments, const PriceGrid& grid);
// Price and stop price may be None: then the order has none, or keeps it.
OrderRequest replace_order(py::handle order_id, py::handle price, py::handle quantity, py::handle stop_price,
                           py::handle display_qty, const PriceGrid& grid);
OrderRequest control_message(MessageKind kind, py::handle owner, i64 quantity);

}  // namespace pytrader::bindings
