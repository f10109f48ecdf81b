// Binds what can be read from every book that keeps the orders of its queues.
#pragma once

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <string>

#include "book/l3_book.hpp"
#include "bound_book.hpp"
#include "busy_guard.hpp"
#include "enum_arguments.hpp"
#include "level_values.hpp"
#include "order_arguments.hpp"
#include "snapshot_columns.hpp"

namespace pytrader::bindings {

namespace py = pybind11;

inline std::string order_text(u64 order_id) {
  return "order " + std::to_string(order_id);
}

// The orders of one side, or of both.
template <class Self>
py::array orders_of(Self& self, py::handle side) {
  const BusyGuard guard(self.busy);
  const bool both = side.is_none();
  const Side which = both ? Side::buy : parse_side(side);
  const std::size_t count = both ? self.book.order_count() : self.book.order_count(which);
  py::array array(queued_order_type(), static_cast<py::ssize_t>(count));
  auto* rows = static_cast<QueuedOrder*>(array.mutable_data());
  self.book.write_orders(which, rows);
  if (both) self.book.write_orders(Side::sell, rows + self.book.order_count(Side::buy));
  return array;
}

template <class Self>
py::list queue_at(Self& self, py::handle side, py::handle price) {
  const BusyGuard guard(self.busy);
  const Side which = parse_side(side);
  const i64 ticks = self.grid.ticks(price);
  py::list orders;
  const u32 level = self.book.side(which).find(ticks);
  if (level == kNone) return orders;
  for (u32 slot = self.book.side(which)[level].head; slot != kNone; slot = self.book.orders()[slot].next) {
    const OrderNode& node = self.book.orders()[slot];
    orders.append(make_resting_order(node.id, which, ticks, node.quantity, self.grid));
  }
  return orders;
}

template <class Self>
void bind_order_reading(py::class_<Self>& bound) {
  bound.def(
      "order",
      [](Self& self, py::handle order_id) -> py::object {
        const BusyGuard guard(self.busy);
        const u32 slot = self.book.find(parse_order_id(order_id));
        if (slot == kNone) return py::none();
        const OrderView order = self.book.order(slot);
        return make_resting_order(order.order_id, order.side, order.price, order.quantity, self.grid);
      },
      py::arg("order_id"), "RestingOrder, or None if no order with this id rests.");
  bound.def("orders", &orders_of<Self>, py::arg("side") = py::none(),
            "The orders of a side, or of both, as an array of QUEUED_ORDER: bids before asks, best price first, each "
            "price's in the order of its queue. Ticks and lots; `position` counts the orders in front.");
  bound.def("queue", &queue_at<Self>, py::arg("side"), py::arg("price"), "The orders at a price, oldest first.");
  bound.def(
      "queue_ahead",
      [](Self& self, py::handle order_id) {
        const BusyGuard guard(self.busy);
        const u64 id = parse_order_id(order_id);
        const u32 slot = self.book.find(id);
        if (slot == kNone) throw_book_error(BookFault::unknown_order, order_text(id), py::none());
        return self.grid.quantity(self.book.queue_ahead(slot));
      },
      py::arg("order_id"),
      "Quantity that must go before this order's turn at its price. BookError if it does not rest.");
  bound.def("__len__", [](Self& self) {
    const BusyGuard guard(self.busy);
    return self.book.order_count();
  });
  bound.def("__contains__", [](Self& self, py::handle order_id) {
    const BusyGuard guard(self.busy);
    return self.book.find(parse_order_id(order_id)) != kNone;
  });
}

}  // namespace pytrader::bindings
