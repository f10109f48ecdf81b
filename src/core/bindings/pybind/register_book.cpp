// Binds the order-by-order book: single events by decimals, batches as NumPy columns of integers.
#include <pybind11/numpy.h>

#include <cstddef>
#include <memory>
#include <string>

#include "book/l3_book.hpp"
#include "feed_book.hpp"
#include "feed_columns.hpp"
#include "order_arguments.hpp"
#include "order_reading.hpp"
#include "reading_binding.hpp"
#include "register.hpp"
#include "snapshot_columns.hpp"

namespace pytrader::bindings {
namespace {

using BoundL3 = FeedBook<L3Book>;

constexpr const char* kL3Doc = R"(An order-by-order book of one instrument.

Parameters
----------
tick, lot : number
    Steps of price and quantity, above zero. Arrays count in them.
policy : {"strict", "lenient"}
    strict: a faulty event raises BookError and changes nothing. lenient: it is counted and skipped, except that crossed
    books are kept.
max_orders : int
    Bound on the orders that rest at once; reaching it raises CapacityError.

Prices may be negative. Numbers are str, int, Decimal, Price or Quantity; a float is a TypeError, a price off the tick
OffTick, a quantity off the lot OffLot. The book may be handed from thread to thread, but not used by two at once:
InvalidState.)";

constexpr const char* kSnapshotDoc = R"(Replace the whole book.

Parameters
----------
orders : numpy.ndarray or iterable
    Rows of QUEUED_ORDER, as ``orders()`` makes them (a ``position`` must count the orders of its price from 0, or be
    left out), or an iterable of (order_id, side, price, quantity). Prices in any order, each price's orders in that of
    its queue.

Raises
------
BookError
    Under the strict policy, at the first faulty order, whose index is ``row``, or for a crossed book: nothing changed
    then but the fault counts.
CapacityError, MemoryError
    If orders or memory run out; nothing changed.)";

L3Record l3_row(BookAction action, u64 order_id, i64 side, i64 price, i64 quantity) {
  return {0, 0, static_cast<i64>(action), side, price, quantity, order_id, kFlagLast};
}

bool change(BoundL3& self, const L3Record& row) {
  return apply_one(self, row, [&row] { return order_text(row.order_id); });
}

void bind_l3_events(py::class_<BoundL3>& bound) {
  bound.def(
      "add",
      [](BoundL3& self, py::handle order_id, py::handle side, py::handle price, py::handle quantity) {
        return change(self, l3_row(BookAction::add, parse_order_id(order_id), static_cast<i64>(parse_side(side)),
                                   self.grid.ticks(price), self.grid.lots(quantity)));
      },
      py::arg("order_id"), py::arg("side"), py::arg("price"), py::arg("quantity"),
      "Queue a new order behind the others of its price. Returns whether it was applied (False only if lenient).");
  bound.def(
      "replace",
      [](BoundL3& self, py::handle order_id, py::handle price, py::handle quantity) {
        return change(self, l3_row(BookAction::replace, parse_order_id(order_id), 0, self.grid.ticks(price),
                                   self.grid.lots(quantity)));
      },
      py::arg("order_id"), py::arg("price"), py::arg("quantity"),
      "Give an order a new price and total quantity; it keeps its place only if the price stays and the quantity does "
      "not "
      "grow.");
  bound.def(
      "reduce",
      [](BoundL3& self, py::handle order_id, py::handle quantity) {
        return change(self, l3_row(BookAction::reduce, parse_order_id(order_id), 0, 0, self.grid.lots(quantity)));
      },
      py::arg("order_id"), py::arg("quantity"), "Cancel this much of an order; all of it makes it leave.");
  bound.def(
      "execute",
      [](BoundL3& self, py::handle order_id, py::handle quantity) {
        return change(self, l3_row(BookAction::execute, parse_order_id(order_id), 0, 0, self.grid.lots(quantity)));
      },
      py::arg("order_id"), py::arg("quantity"), "Trade this much of an order; more than it has is a fault.");
  bound.def(
      "delete",
      [](BoundL3& self, py::handle order_id) {
        return change(self, l3_row(BookAction::erase, parse_order_id(order_id), 0, 0, 0));
      },
      py::arg("order_id"), "Take an order out of the book.");
  bind_apply<L3Batch>(bound, "events", kApplyEventsDoc);
  bound.def(
      "snapshot",
      [](BoundL3& self, py::handle orders, py::handle sequence) { return snapshot_orders(self, orders, sequence); },
      py::arg("orders"), py::kw_only(), py::arg("sequence") = py::none(), kSnapshotDoc);
}

}  // namespace

void register_book(py::module_& module) {
  register_level_values(module);
  PYBIND11_NUMPY_DTYPE(QueuedOrder, order_id, side, price, quantity, position);
  module.attr("QUEUED_ORDER") = queued_order_type();
  py::class_<BoundL3> l3(module, "L3Book", kL3Doc, py::is_final(), visible_callbacks<BoundL3>());
  l3.def(py::init([](py::handle tick, py::handle lot, const std::string& policy, py::handle max_orders) {
           return std::make_unique<BoundL3>(tick, lot, parse_policy(policy), parse_max_orders(max_orders));
         }),
         py::arg("tick"), py::arg("lot") = "1", py::kw_only(), py::arg("policy") = "strict",
         py::arg("max_orders") = i64{OrderPool::kMaxOrders});
  bind_l3_events(l3);
  bind_order_reading(l3);
  l3.def(
      "reserve",
      [](BoundL3& self, py::handle orders) {
        const BusyGuard guard(self.busy);
        self.book.reserve(parse_count(orders, "orders"));
      },
      py::arg("orders"), "Make room for so many resting orders ahead of time.");
  bind_reading(l3);
  bind_state(l3);
  l3.def("__repr__", [](BoundL3& self) {
    const BusyGuard guard(self.busy);
    return "L3Book(tick=" + to_text(self.grid.tick()) + ", lot=" + to_text(self.grid.lot()) +
           ", orders=" + std::to_string(self.book.order_count()) + ")";
  });
}

}  // namespace pytrader::bindings
