// A live order of a matching engine, as Python sees it.
#include "working_order.hpp"

#include <pybind11/stl.h>

namespace pytrader::bindings {

WorkingOrder working_order(const LiveOrder& order, const PriceGrid& grid) {
  const auto price = [&grid](i64 ticks) { return ticks == kNoPrice ? py::object(py::none()) : grid.price(ticks); };
  return {order,
          price(order.price),
          grid.quantity(order.leaves_qty),
          grid.quantity(order.cum_qty),
          grid.quantity(order.displayed_qty),
          price(order.stop_price)};
}

void register_working_order(py::module_& module) {
  using Order = WorkingOrder;
  const auto has = [](u16 flag) { return [flag](const Order& order) { return order.order.terms.has(flag); }; };
  py::class_<Order>(module, "WorkingOrder", R"(A live order of a matching engine: at rest in the book, or waiting.

Attributes
----------
price : Price or None
    Where it stands in the book; before, its limit, None if it has none.
leaves_qty, cum_qty, display_qty : Quantity
    What is open (reserve included), what has been executed, what the book displays of it now.
state : str
    "displayed", "hidden", "pegged" and "all_or_none" stand in the book; "triggers" waits for its stop price, "elected" has
    reached it, "unpriced" waits for its reference, "parked" for an auction, "market" is a market order in one.
stop_price : Price or None
    Of an order that waits for one; None while a trailing stop does not track yet.
owner : int
    Account number, 0 for none.)",
                    py::is_final())
      .def_property_readonly("order_id", [](const Order& order) { return order.order.order_id; })
      .def_property_readonly("side", [](const Order& order) { return order.order.side; })
      .def_property_readonly("order_type", [](const Order& order) { return order.order.terms.order_type; })
      .def_property_readonly("time_in_force", [](const Order& order) { return order.order.terms.time_in_force; })
      .def_readonly("price", &Order::price)
      .def_readonly("leaves_qty", &Order::leaves_qty)
      .def_readonly("cum_qty", &Order::cum_qty)
      .def_readonly("display_qty", &Order::display_qty)
      .def_readonly("stop_price", &Order::stop_price)
      .def_property_readonly("state", [](const Order& order) { return to_text(order.order.terms.place); })
      .def_property_readonly("owner", [](const Order& order) { return order.order.terms.owner; })
      .def_property_readonly("post_only", has(kPostOnly))
      .def_property_readonly("reduce_only", has(kReduceOnly))
      .def_property_readonly("hidden", has(kHidden))
      .def_property_readonly("all_or_none", has(kAllOrNone))
      .def("__repr__", [](const Order& order) {
        return py::str("WorkingOrder(order_id={}, side={}, price={}, leaves_qty={}, cum_qty={}, state={})")
            .format(order.order.order_id, to_text(order.order.side), order.price, order.leaves_qty, order.cum_qty,
                    to_text(order.order.terms.place));
      });
}

}  // namespace pytrader::bindings
