// Binds the order-by-order and the price-level book: single events by decimals, batches as NumPy columns of integers.
#include <pybind11/numpy.h>

#include <algorithm>
#include <cstddef>
#include <vector>

#include "book/l2_book.hpp"
#include "book/l3_book.hpp"
#include "bound_book.hpp"
#include "event_columns.hpp"
#include "order_arguments.hpp"
#include "register.hpp"

namespace pytrader::bindings {
namespace {

using BoundL3 = BoundBook<L3Book>;
using BoundL2 = BoundBook<L2Book>;

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

constexpr const char* kL2Doc = R"(A price-level book of one instrument.

Parameters
----------
tick, lot : number
    Steps of price and quantity, above zero. Arrays count in them.
policy : {"strict", "lenient"}
    strict: a faulty event raises BookError and changes nothing. lenient: it is counted and skipped, except that crossed
    books are kept.

Numbers and threads: as with L3Book.)";

constexpr const char* kApplyDoc = R"(Apply a batch of events in order.

Parameters
----------
events : numpy.ndarray or mapping
    One-dimensional structured array (cheapest with the exported dtype), or a mapping of its field names to int64
    columns of one length and any stride. Prices are in ticks, quantities in lots. Times are not read and may be absent;
    without ``flags`` every row ends its venue event. Nothing is copied; from 256 rows on other threads run meanwhile.

Returns
-------
int
    How many rows were applied.

Raises
------
BookError
    Under the strict policy, at the first faulty row: the rows before it are applied, its index is ``row``.
InvalidArgument
    If the array or a column does not fit; nothing is applied.
CapacityError, MemoryError
    If orders, price levels or memory run out: the rows before are applied, the row itself changed nothing.)";

std::string order_text(u64 order_id) {
  return "order " + std::to_string(order_id);
}

L3Record l3_row(BookAction action, u64 order_id, i64 side, i64 price, i64 quantity) {
  return {0, 0, static_cast<i64>(action), side, price, quantity, order_id, kFlagLast};
}

bool change(BoundL3& self, const L3Record& row) {
  return self.judge(self.book.apply(row), order_text(row.order_id));
}

// Applies columns, with the interpreter lock released if there are many, and says how many rows were applied.
template <class Bound, class Columns>
std::size_t apply_columns(Bound& self, const Columns& columns) {
  const auto skipped = [&self] { return self.book.faults().total() - self.book.faults()[BookFault::crossed]; };
  const u64 before = skipped();
  BatchResult result;
  if (columns.rows < kRowsWorthUnlocking) {
    result = self.book.apply(columns);
  } else {
    const py::gil_scoped_release unlocked;
    result = self.book.apply(columns);
  }
  if (result.fault != BookFault::none) {
    const std::size_t i = result.rows;
    const std::string where = "event " + std::to_string(i) + " (action " + std::to_string(columns.action[i]) +
                              ", side " + std::to_string(columns.side[i]) + ", price " +
                              std::to_string(columns.price[i]) + " ticks, quantity " +
                              std::to_string(columns.quantity[i]) + " lots)";
    throw_book_error(result.fault, where, py::int_(i));
  }
  return result.rows - static_cast<std::size_t>(skipped() - before);
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
  return apply_columns(self, columns);
}

std::size_t apply_l2(BoundL2& self, py::handle events) {
  const BusyGuard guard(self.busy);
  static const py::dtype& type = *new py::dtype(py::dtype::of<L2Record>());
  EventColumns source(events, type);
  L2Columns columns;
  columns.action = source.get("action", offsetof(L2Record, action));
  columns.side = source.get("side", offsetof(L2Record, side));
  columns.price = source.get("price", offsetof(L2Record, price));
  columns.quantity = source.get("quantity", offsetof(L2Record, quantity));
  columns.order_count = source.get("order_count", offsetof(L2Record, order_count), false);
  columns.flags = source.get("flags", offsetof(L2Record, flags), false);
  columns.rows = source.rows();
  return apply_columns(self, columns);
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
  bound.def("apply", &apply_l3, py::arg("events"), kApplyDoc);
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

L2Record l2_row(i64 action, i64 side, i64 price, i64 quantity, i64 order_count, i64 flags) {
  return {0, 0, action, side, price, quantity, order_count, flags};
}

void read_side(const BoundL2& self, Side side, py::handle levels, std::vector<L2Record>& rows) {
  for (const py::handle level : levels) {
    const py::tuple pair = py::reinterpret_borrow<py::object>(level);
    if (pair.size() != 2) throw py::type_error("a level of a snapshot is (price, quantity)");
    rows.push_back(l2_row(static_cast<i64>(BookAction::add), static_cast<i64>(side), self.grid.ticks(pair[0]),
                          self.grid.lots(pair[1]), 0, kFlagSnapshot));
  }
}

// Judged as a whole before the old book goes, so that a refused snapshot leaves it as it was.
bool snapshot(BoundL2& self, py::handle bids, py::handle asks) {
  const BusyGuard guard(self.busy);
  std::vector<L2Record> rows;
  read_side(self, Side::buy, bids, rows);
  read_side(self, Side::sell, asks, rows);
  L2Book judge(self.book.policy());
  for (const L2Record& row : rows) judge.apply(row);
  if (judge.crossed() && self.book.policy() == BookPolicy::strict) {
    throw_book_error(BookFault::crossed, "snapshot", py::none());
  }
  if (!rows.empty()) rows.back().flags |= kFlagLast;
  self.book.clear();
  for (const L2Record& row : rows) self.book.apply(row);
  return true;
}

void bind_l2_events(py::class_<BoundL2>& bound) {
  bound.def(
      "set",
      [](BoundL2& self, py::handle side, py::handle price, py::handle quantity, py::handle count) {
        const BusyGuard guard(self.busy);
        const L2Record row =
            l2_row(static_cast<i64>(BookAction::replace), static_cast<i64>(parse_side(side)), self.grid.ticks(price),
                   self.grid.lots(quantity), parse_integer(count, "count"), kFlagLast);
        return self.judge(self.book.apply(row), "level");
      },
      py::arg("side"), py::arg("price"), py::arg("quantity"), py::arg("count") = 0,
      "Set a level's total quantity (0 removes it) and how many orders it holds (0: the venue does not say). Returns "
      "whether it was applied (False only if lenient).");
  bound.def(
      "delete",
      [](BoundL2& self, py::handle side, py::handle price) {
        const BusyGuard guard(self.busy);
        const L2Record row = l2_row(static_cast<i64>(BookAction::erase), static_cast<i64>(parse_side(side)),
                                    self.grid.ticks(price), 0, 0, kFlagLast);
        return self.judge(self.book.apply(row), "level");
      },
      py::arg("side"), py::arg("price"), "Remove a level; one that is not there is a fault.");
  bound.def("snapshot", &snapshot, py::arg("bids"), py::arg("asks"),
            "Replace both sides by iterables of (price, quantity), in any order.");
  bound.def("apply", &apply_l2, py::arg("events"), kApplyDoc);
  bound.def(
      "__len__",
      [](BoundL2& self) {
        const BusyGuard guard(self.busy);
        return self.book.level_count();
      },
      "Levels of both sides.");
}

template <class Book>
void bind_reading(py::class_<BoundBook<Book>>& bound) {
  bind_quotes<Book>(bound);
  bind_costs<Book>(bound);
  bind_state<Book>(bound);
}

}  // namespace

void register_book(py::module_& module) {
  register_level_values(module);
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
  bind_reading<L3Book>(l3);
  l3.def("__repr__", [](BoundL3& self) {
    const BusyGuard guard(self.busy);
    return "L3Book(tick=" + to_text(self.grid.tick()) + ", lot=" + to_text(self.grid.lot()) +
           ", orders=" + std::to_string(self.book.order_count()) + ")";
  });

  py::class_<BoundL2> l2(module, "L2Book", kL2Doc, py::is_final());
  l2.def(py::init([](py::handle tick, py::handle lot, const std::string& policy) {
           return std::make_unique<BoundL2>(tick, lot, parse_policy(policy));
         }),
         py::arg("tick"), py::arg("lot") = "1", py::kw_only(), py::arg("policy") = "strict");
  bind_l2_events(l2);
  bind_reading<L2Book>(l2);
  l2.def("__repr__", [](BoundL2& self) {
    const BusyGuard guard(self.busy);
    return "L2Book(tick=" + to_text(self.grid.tick()) + ", lot=" + to_text(self.grid.lot()) +
           ", levels=" + std::to_string(self.book.level_count()) + ")";
  });
}

}  // namespace pytrader::bindings
