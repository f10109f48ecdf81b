// Reads an order with all its terms from Python values: exact prices and quantities on the engine's grid.
#include "order_request.hpp"

#include "enum_arguments.hpp"
#include "order_arguments.hpp"
#include "refusal.hpp"
#include "text_argument.hpp"
#include "value_bridge.hpp"

namespace pytrader::bindings {
namespace {

i64 price_or_none(py::handle value, const char* what, const PriceGrid& grid) {
  return value.is_none() ? kNoPrice : grid.ticks(value, what);
}

i64 lots_or_none(py::handle value, const char* what, const PriceGrid& grid) {
  return value.is_none() ? 0 : grid.lots(value, what);
}

i64 number_or_none(py::handle value, const char* what) {
  return value.is_none() ? 0 : parse_integer(value, what);
}

u32 parse_owner(py::handle value) {
  const i64 owner = number_or_none(value, "owner");
  if (owner < 0 || owner > i64{UINT32_MAX}) {
    refuse("owner is " + std::to_string(owner) + "; give 0 (none) to 2^32 - 1");
  }
  return static_cast<u32>(owner);
}

i64 parse_trailing_unit(py::handle value) {
  const std::string text = parse_text(value, "trailing_unit");
  if (text == "ticks") return static_cast<i64>(TrailingUnit::ticks);
  if (text == "basis_points") return static_cast<i64>(TrailingUnit::basis_points);
  refuse("trailing_unit is '" + text + "'; give one of: ticks, basis_points");
}

i64 parse_peg(py::handle value) {
  if (value.is_none()) return static_cast<i64>(PegType::none);
  const std::string text = parse_text(value, "peg");
  if (text == "primary") return static_cast<i64>(PegType::primary);
  if (text == "midpoint") return static_cast<i64>(PegType::midpoint);
  refuse("peg is '" + text + "'; give one of: primary, midpoint");
}

}  // namespace

OrderRequest new_order(const OrderArguments& arguments, const PriceGrid& grid) {
  OrderRequest request;
  OrderMessage& message = request.message;
  message.kind = static_cast<u8>(MessageKind::new_);
  message.order_id = parse_order_id(arguments.order_id);
  message.side = static_cast<u8>(parse_side(arguments.side));
  message.order_type = static_cast<u8>(parse_order_type(arguments.order_type));
  message.time_in_force = static_cast<u8>(parse_time_in_force(arguments.time_in_force));
  message.self_trade = static_cast<u8>(parse_self_trade(arguments.self_trade));
  const auto flag = [](py::handle value, const char* what, u16 bit) { return parse_flag(value, what) ? bit : 0; };
  message.flags = static_cast<u16>(
      flag(arguments.post_only, "post_only", kPostOnly) | flag(arguments.reduce_only, "reduce_only", kReduceOnly) |
      flag(arguments.hidden, "hidden", kHidden) | flag(arguments.all_or_none, "all_or_none", kAllOrNone) |
      flag(arguments.lead_market_maker, "lead_market_maker", kLeadMarketMaker));
  message.price = price_or_none(arguments.price, "price", grid);
  message.quantity = grid.lots(arguments.quantity);
  message.owner = parse_owner(arguments.owner);
  OrderTerms& terms = request.terms;
  terms.stop_price = price_or_none(arguments.stop_price, "stop_price", grid);
  terms.activation_price = price_or_none(arguments.activation_price, "activation_price", grid);
  terms.trailing_offset = number_or_none(arguments.trailing_offset, "trailing_offset");
  terms.trailing_step = number_or_none(arguments.trailing_step, "trailing_step");
  terms.trailing_unit = parse_trailing_unit(arguments.trailing_unit);
  terms.limit_offset = number_or_none(arguments.limit_offset, "limit_offset");
  terms.display_qty = lots_or_none(arguments.display_qty, "display_qty", grid);
  terms.display_range = lots_or_none(arguments.display_range, "display_range", grid);
  terms.min_qty = lots_or_none(arguments.min_qty, "min_qty", grid);
  terms.peg_type = parse_peg(arguments.peg);
  terms.peg_offset = number_or_none(arguments.peg_offset, "peg_offset");
  terms.expire_time = number_or_none(arguments.expire_time, "expire_time");
  return request;
}

OrderRequest replace_order(py::handle order_id, py::handle price, py::handle quantity, py::handle stop_price,
                           py::handle display_qty, const PriceGrid& grid) {
  OrderRequest request;
  request.message.kind = static_cast<u8>(MessageKind::replace);
  request.message.order_id = parse_order_id(order_id);
  request.message.price = price_or_none(price, "price", grid);
  request.message.quantity = grid.lots(quantity);
  request.terms.stop_price = price_or_none(stop_price, "stop_price", grid);
  request.terms.display_qty = lots_or_none(display_qty, "display_qty", grid);
  return request;
}

OrderRequest control_message(MessageKind kind, py::handle owner, i64 quantity) {
  OrderRequest request;
  request.message.kind = static_cast<u8>(kind);
  request.message.owner = parse_owner(owner);
  request.message.quantity = quantity;
  return request;
}

}  // namespace pytrader::bindings
