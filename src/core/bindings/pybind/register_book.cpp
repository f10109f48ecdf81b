// Binds the order-by-order book: single events by decimals, batches as NumPy columns of integers.
#include <pybind11/numpy.h>

#include <cstddef>
#include <memory>
#include <string>

#include "book/l3_book.hpp"
#include "bound_book.hpp"
#include "event_columns.hpp"
#include "order_arguments.hpp"
#include "reading_binding.hpp"
#include "register.hpp"
#include "snapshot_columns.hpp"

namespace pytrader::bindings {
namespace {

using BoundL3 = BoundBook<L3Book>;

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

std::string order_text(u64 order_id) {
  return "order " + std::to_string(order_id);
}

L3Record l3_row(BookAction action, u64 order_id, i64 side, i64 price, i64 quantity) {
  return {0, 0, static_cast<i64>(action), side, price, quantity, order_id, kFlagLast};
}

bool change(BoundL3& self, const L3Record& row) {
  return self.judge(self.book.apply(row), order_text(row.order_id));
}

std::string row_text(const L3Columns& columns, std::size_t i) {
  return "action " + std::to_string(columns.action[i]) + ", side " + std::to_string(columns.side[i]) + ", price " +
         std::to_string(columns.price[i]) + " ticks, quantity " + std::to_string(columns.quantity[i]) +
         " lots, order " + std::to_string(static_cast<u64>(columns.order_id[i]));
}

std::size_t apply_l3(BoundL3& self, py::handle events) {
  const BusyGuard guard(self.busy);
  static const py::dtype& type = *new py::dtype(py::dtype::of<L3Record>());
  EventColumns source(events, type);
  L3Columns columns;
  columns.action = source.get("action", offsetof(L3Record, action));
  columns.side = source.get("side", offsetof(L3Record, side));
  columns.price = source.get("price", offsetof(L3Record, price));
  columns.quantity = source.get("quantity", offsetof(L3Record, quantity));
  columns.order_id = source.get("order_id", offsetof(L3Record, order_id));
  columns.flags = source.get("flags", offsetof(L3Record, flags), false);
  columns.rows = source.rows();
  return apply_columns(self, columns, [&](std::size_t i) { return row_text(columns, i); });
}

bool snapshot(BoundL3& self, py::handle orders) {
  const BusyGuard guard(self.busy);
  const OrderRows rows(orders, self.grid);
  const OrderColumns& columns = rows.columns();
  const BatchResult result = self.book.snapshot(columns);
  if (result.fault == BookFault::none) return true;
  if (result.rows == columns.rows) throw_book_error(result.fault, "snapshot", py::none());
  throw_book_error(result.fault,
                   "snapshot: orders[" + std::to_string(result.rows) + "] (" +
                       order_text(static_cast<u64>(columns.order_id[result.rows])) + ")",
                   py::int_(result.rows));
}

// The orders of one side, or of both.
py::array orders_of(BoundL3& self, py::handle side) {
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

u32 find_or_throw(const BoundL3& self, u64 order_id) {
  const u32 slot = self.book.find(order_id);
  if (slot == kNone) throw_book_error(BookFault::unknown_order, order_text(order_id), py::none());
  return slot;
}

void bind_l3_events(py::class_<BoundL3>& bound) {
  bound.def(
      "add",
      [](BoundL3& self, py::handle order_id, py::handle side, py::handle price, py::handle quantity) {
        const BusyGuard guard(self.busy);
        return change(self, l3_row(BookAction::add, parse_order_id(order_id), static_cast<i64>(parse_side(side)),
                                   self.grid.ticks(price), self.grid.lots(quantity)));
      },
      py::arg("order_id"), py::arg("side"), py::arg("price"), py::arg("quantity"),
      "Queue a new order behind the others of its price. Returns whether it was applied (False only if lenient).");
  bound.def(
      "replace",
      [](BoundL3& self, py::handle order_id, py::handle price, py::handle quantity) {
        const BusyGuard guard(self.busy);
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
        const BusyGuard guard(self.busy);
        return change(self, l3_row(BookAction::reduce, parse_order_id(order_id), 0, 0, self.grid.lots(quantity)));
      },
      py::arg("order_id"), py::arg("quantity"), "Cancel this much of an order; all of it makes it leave.");
  bound.def(
      "execute",
      [](BoundL3& self, py::handle order_id, py::handle quantity) {
        const BusyGuard guard(self.busy);
        return change(self, l3_row(BookAction::execute, parse_order_id(order_id), 0, 0, self.grid.lots(quantity)));
      },
      py::arg("order_id"), py::arg("quantity"), "Trade this much of an order; more than it has is a fault.");
  bound.def(
      "delete",
      [](BoundL3& self, py::handle order_id) {
        const BusyGuard guard(self.busy);
        return change(self, l3_row(BookAction::erase, parse_order_id(order_id), 0, 0, 0));
      },
      py::arg("order_id"), "Take an order out of the book.");
  bound.def("apply", &apply_l3, py::arg("events"), kApplyEventsDoc);
  bound.def("snapshot", &snapshot, py::arg("orders"), kSnapshotDoc);
}

void bind_l3_orders(py::class_<BoundL3>& bound) {
  bound.def(
      "order",
      [](BoundL3& self, py::handle order_id) -> py::object {
        const BusyGuard guard(self.busy);
        const u32 slot = self.book.find(parse_order_id(order_id));
        if (slot == kNone) return py::none();
        const OrderView order = self.book.order(slot);
        return make_resting_order(order.order_id, order.side, order.price, order.quantity, self.grid);
      },
      py::arg("order_id"), "RestingOrder, or None if no order with this id rests.");
  bound.def("orders", &orders_of, py::arg("side") = py::none(),
            "The orders of a side, or of both, as an array of QUEUED_ORDER: bids before asks, best price first, each "
            "price's in the order of its queue. Ticks and lots; `position` counts the orders in front.");
  bound.def(
      "queue",
      [](BoundL3& self, py::handle side, py::handle price) {
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
      },
      py::arg("side"), py::arg("price"), "The orders at a price, oldest first.");
  bound.def(
      "queue_ahead",
      [](BoundL3& self, py::handle order_id) {
        const BusyGuard guard(self.busy);
        return self.grid.quantity(self.book.queue_ahead(find_or_throw(self, parse_order_id(order_id))));
      },
      py::arg("order_id"),
      "Quantity that must go before this order's turn at its price. BookError if it does not rest.");
  bound.def(
      "reserve",
      [](BoundL3& self, py::handle orders) {
        const BusyGuard guard(self.busy);
        self.book.reserve(parse_count(orders, "orders"));
      },
      py::arg("orders"), "Make room for so many resting orders ahead of time.");
  bound.def("__len__", [](BoundL3& self) {
    const BusyGuard guard(self.busy);
    return self.book.order_count();
  });
  bound.def("__contains__", [](BoundL3& self, py::handle order_id) {
    const BusyGuard guard(self.busy);
    return self.book.find(parse_order_id(order_id)) != kNone;
  });
}

}  // namespace

void register_book(py::module_& module) {
  register_level_values(module);
  PYBIND11_NUMPY_DTYPE(QueuedOrder, order_id, side, price, quantity, position);
  module.attr("QUEUED_ORDER") = queued_order_type();
  py::class_<BoundL3> l3(module, "L3Book", kL3Doc, py::is_final());
  l3.def(py::init([](py::handle tick, py::handle lot, const std::string& policy, py::handle max_orders) {
           const i64 bound = parse_integer(max_orders, "max_orders");
           if (bound < 1 || bound > i64{OrderPool::kMaxOrders}) {
             throw Error(ErrorCode::invalid_argument, "max_orders must lie in 1 .. 2^31, not " + std::to_string(bound));
           }
           return std::make_unique<BoundL3>(tick, lot, parse_policy(policy), static_cast<u32>(bound));
         }),
         py::arg("tick"), py::arg("lot") = "1", py::kw_only(), py::arg("policy") = "strict",
         py::arg("max_orders") = i64{OrderPool::kMaxOrders});
  bind_l3_events(l3);
  bind_l3_orders(l3);
  bind_reading(l3);
  bind_state(l3);
  l3.def("__repr__", [](BoundL3& self) {
    const BusyGuard guard(self.busy);
    return "L3Book(tick=" + to_text(self.grid.tick()) + ", lot=" + to_text(self.grid.lot()) +
           ", orders=" + std::to_string(self.book.order_count()) + ")";
  });
}

}  // namespace pytrader::bindings
