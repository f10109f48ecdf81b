// Binds the matching engine: single orders with exact values, and arrays of messages without the interpreter lock.
#include <pybind11/numpy.h>
#include <pybind11/stl.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <string>
#include <vector>

#include "busy_guard.hpp"
#include "enum_arguments.hpp"
#include "event_columns.hpp"
#include "level_values.hpp"
#include "matching_codes.hpp"
#include "matching_reports.hpp"
#include "order_arguments.hpp"
#include "price_grid.hpp"
#include "register.hpp"
#include "row_arrays.hpp"
#include "value_bridge.hpp"

namespace pytrader::bindings {
namespace {

struct WorkingOrder {
  u64 order_id;
  Side side;
  py::object price;
  py::object leaves_qty;
  py::object cum_qty;
  bool post_only;
};

// The engine with its price grid, as Python holds it.
class PyMatchingEngine {
 public:
  PyMatchingEngine(py::handle tick, py::handle lot, const VenueRules& rules, py::handle max_orders)
      : grid_(tick, lot), engine_(rules, order_bound(max_orders)) {}

  const VenueRules& rules() const noexcept { return engine_.rules(); }

  Reports submit(py::handle order_id, py::handle side, py::handle order_type, py::handle quantity, py::handle price,
                 py::handle time_in_force, bool post_only) {
    OrderMessage message{};
    message.kind = static_cast<u8>(MessageKind::new_);
    message.order_id = parse_order_id(order_id);
    message.side = static_cast<u8>(parse_side(side));
    message.order_type = static_cast<u8>(parse_order_type(order_type));
    message.time_in_force = static_cast<u8>(parse_time_in_force(time_in_force));
    message.flags = post_only ? kPostOnly : 0;
    message.price = price.is_none() ? kNoPrice : grid_.ticks(price);
    message.quantity = grid_.lots(quantity);
    const BusyGuard guard(busy_);
    clear_output();
    const MessageStatus status = engine_.apply(message, 0, output_);
    return reports_of_new(message, status, output_.fills, grid_);
  }

  Reports cancel(py::handle order_id) {
    OrderMessage message{};
    message.kind = static_cast<u8>(MessageKind::cancel);
    message.order_id = parse_order_id(order_id);
    const BusyGuard guard(busy_);
    LiveOrder before{};
    engine_.order(message.order_id, before);
    clear_output();
    return reports_of_cancel(message.order_id, engine_.apply(message, 0, output_), before, grid_);
  }

  Reports replace(py::handle order_id, py::handle price, py::handle quantity) {
    OrderMessage message{};
    message.kind = static_cast<u8>(MessageKind::replace);
    message.order_id = parse_order_id(order_id);
    message.price = grid_.ticks(price);
    message.quantity = grid_.lots(quantity);
    const BusyGuard guard(busy_);
    LiveOrder found{};
    std::optional<LiveOrder> before;
    if (engine_.order(message.order_id, found)) before = found;
    clear_output();
    const MessageStatus status = engine_.apply(message, 0, output_);
    return reports_of_replace(message, status, output_.fills, before, engine_.rules().replace_quantity, grid_);
  }

  py::tuple apply(py::handle messages_given, py::handle terms_given) {
    const py::array messages = rows_from<OrderMessage>(messages_given, "messages", "ORDER_MESSAGE");
    py::array terms;
    if (!terms_given.is_none()) terms = rows_from<OrderTerms>(terms_given, "terms", "ORDER_TERMS");
    py::array_t<u8> statuses(messages.size());
    const BusyGuard guard(busy_);
    clear_output();
    const std::span<const OrderMessage> batch = span_of<OrderMessage>(messages);
    const std::span<const OrderTerms> batch_terms =
        terms_given.is_none() ? std::span<const OrderTerms>() : span_of<OrderTerms>(terms);
    u8* out = statuses.mutable_data();
    if (batch.size() >= kRowsWorthUnlocking) {
      const py::gil_scoped_release released;
      engine_.apply(batch, batch_terms, out, output_);
    } else {
      engine_.apply(batch, batch_terms, out, output_);
    }
    return py::make_tuple(statuses, copy_of(output_.fills));
  }

  py::array updates() {
    const BusyGuard guard(busy_);
    return copy_of(output_.updates);
  }

  py::object best(Side side) {
    const BusyGuard guard(busy_);
    return make_best(engine_, side, grid_);
  }

  py::object level(py::handle side, py::handle price) {
    const Side which = parse_side(side);
    const i64 ticks = grid_.ticks(price);
    const BusyGuard guard(busy_);
    const LevelTotals totals = engine_.level(which, ticks);
    return totals.order_count == 0 ? py::object(py::none()) : make_level(totals, grid_);
  }

  py::tuple depth(py::handle count) {
    const auto levels = static_cast<std::size_t>(count_argument(count, "count", 0));
    const BusyGuard guard(busy_);
    return make_depth(engine_, levels, grid_);
  }

  std::optional<WorkingOrder> order(py::handle order_id) {
    const u64 id = parse_order_id(order_id);
    const BusyGuard guard(busy_);
    LiveOrder found{};
    if (!engine_.order(id, found)) return std::nullopt;
    return in_book(found);
  }

  std::vector<WorkingOrder> queue(py::handle side, py::handle price) {
    const Side which = parse_side(side);
    const i64 ticks = grid_.ticks(price);
    const BusyGuard guard(busy_);
    std::vector<LiveOrder> orders;
    engine_.queue(which, ticks, orders);
    std::vector<WorkingOrder> result;
    for (const LiveOrder& resting : orders) result.push_back(in_book(resting));
    return result;
  }

  py::object queue_ahead(py::handle order_id) {
    const u64 id = parse_order_id(order_id);
    const BusyGuard guard(busy_);
    i64 quantity = 0;
    if (!engine_.queue_ahead(id, quantity)) {
      throw Error(ErrorCode::book_error, "no order " + std::to_string(id) + " rests in this engine");
    }
    return grid_.quantity(quantity);
  }

  void reserve(py::handle orders) {
    const i64 count = count_argument(orders, "orders", 0);
    const BusyGuard guard(busy_);
    if (count > engine_.max_orders()) {
      throw Error(ErrorCode::invalid_argument, "orders is " + std::to_string(count) +
                                                   "; max_orders of this engine is " +
                                                   std::to_string(engine_.max_orders()));
    }
    engine_.reserve(static_cast<u32>(count));
  }

  void self_check() {
    const BusyGuard guard(busy_);
    engine_.self_check();
  }

  std::size_t size() {
    const BusyGuard guard(busy_);
    return engine_.order_count();
  }

  MatchingCounters counters() {
    const BusyGuard guard(busy_);
    return engine_.counters();
  }

  py::object volume() { return make_quantity(multiply_integer(grid_.lot(), counters().volume)); }
  py::object tick() const { return make_price(grid_.tick()); }
  py::object lot() const { return make_quantity(grid_.lot()); }

  std::string describe() {
    return "MatchingEngine(tick=" + to_text(grid_.tick()) + ", lot=" + to_text(grid_.lot()) +
           ", orders=" + std::to_string(size()) + ")";
  }

 private:
  static i64 count_argument(py::handle value, const char* what, i64 least) {
    const i64 count = parse_integer(value, what);
    if (count < least) {
      throw Error(ErrorCode::invalid_argument, std::string(what) + " is " + std::to_string(count) +
                                                   "; it must be at least " + std::to_string(least));
    }
    return count;
  }

  static u32 order_bound(py::handle value) {
    const i64 bound = count_argument(value, "max_orders", 1);
    if (bound > i64{OrderPool::kMaxOrders}) {
      throw Error(ErrorCode::invalid_argument, "max_orders is " + std::to_string(bound) + "; it must be at most 2^31");
    }
    return static_cast<u32>(bound);
  }

  WorkingOrder in_book(const LiveOrder& order) const {
    return {order.order_id,
            order.side,
            grid_.price(order.price),
            grid_.quantity(order.leaves_qty),
            grid_.quantity(order.cum_qty),
            order.terms.has(kPostOnly)};
  }

  void clear_output() noexcept {
    output_.fills.clear();
    output_.updates.clear();
  }

  PriceGrid grid_;
  MatchingEngine engine_;
  EngineOutput output_;
  std::atomic<bool> busy_{false};
};

py::dict faults_of(const MatchingCounters& counters) {
  py::dict faults;
  for (std::size_t code = 0; code < counters.rejections.size(); ++code) {
    if (counters.rejections[code] != 0) faults[name_of(static_cast<RejectReason>(code))] = counters.rejections[code];
  }
  return faults;
}

void register_working_order(py::module_& module) {
  py::class_<WorkingOrder>(module, "WorkingOrder", "An order that rests in a matching engine.", py::is_final())
      .def_readonly("order_id", &WorkingOrder::order_id)
      .def_readonly("side", &WorkingOrder::side)
      .def_readonly("price", &WorkingOrder::price)
      .def_readonly("leaves_qty", &WorkingOrder::leaves_qty, "What is open.")
      .def_readonly("cum_qty", &WorkingOrder::cum_qty, "What has been executed.")
      .def_readonly("post_only", &WorkingOrder::post_only)
      .def("__repr__", [](const WorkingOrder& order) {
        return py::str("WorkingOrder(order_id={}, side={}, price={}, leaves_qty={}, cum_qty={}, post_only={})")
            .format(order.order_id, to_text(order.side), order.price, order.leaves_qty, order.cum_qty, order.post_only);
      });
}

constexpr const char* kEngineDoc = R"(Continuous matching of one instrument by price, then time.

Parameters
----------
tick, lot : str, int, Decimal or Fixed
    The steps of prices and quantities, above zero.
rules : VenueRules
    What the venue does with amended and post-only orders.
max_orders : int
    How many orders may rest, 1 .. 2**31; a limit order beyond that is rejected (ORDER_LIMIT).

Notes
-----
A trade prints at the resting order's price. Every message is answered; a rejected one changes nothing. The open quantity
of one side stays below 2**63 lots. An engine may be used by one thread at a time; a second one that enters while a call
runs gets InvalidState. docs/matching.md states all rules.)";

constexpr const char* kSubmitDoc = R"(Enters an order and returns its reports: NEW, a TRADE for each maker, and CANCELED
for the remainder of a market or IOC order; or one REJECTED.

Parameters
----------
order_id : int
    0 .. 2**64 - 1, not that of an order that rests here.
side, order_type, time_in_force : text in any case, or members of Side, OrderType, TimeInForce
    Orders that may rest are "gtc"; a market order never rests.
price, quantity : str, int, Decimal, Price or Quantity
    Whole numbers of ticks and lots. A market order has no price; 0 says the same.

Raises
------
OffTick, OffLot, DecimalOverflow, InvalidDecimal, InvalidArgument, TypeError
    For arguments that are no order; nothing has changed then.)";

constexpr const char* kApplyDoc =
    R"(Applies rows of ORDER_MESSAGE in order, without the interpreter lock from 256 rows on.

Parameters
----------
messages : ndarray of ORDER_MESSAGE
    One row a message.
terms : ndarray of ORDER_TERMS, optional
    What only some orders have; a message's `terms` is 0 or 1 + its row here.

Returns
-------
status : ndarray of uint8
    One code a row, for `outcome` and `reject_reason`: an Outcome, or 128 + RejectReason where rejected.
fills : ndarray of FILL
    The trades in order; message_index is the row that took. Prices in ticks, quantities in lots.

Raises
------
TypeError, InvalidArgument
    If `messages` is no array of ORDER_MESSAGE, or `terms` none of ORDER_TERMS; nothing is applied.
MemoryError, CapacityError
    If memory or price levels run out at a row: that row changed nothing, the rows before it are applied, and
    `message_count` has grown by their number; their statuses and fills are lost.)";

constexpr const char* kUpdatesDoc =
    R"(Rows of ORDER_UPDATE: what the last call did to orders and session beyond its statuses and fills.

A new copy at each reading. `fill_index` says how many fills of the call came before.)";

}  // namespace

void register_matching(py::module_& module) {
  register_matching_codes(module);
  register_venue_rules(module);
  register_reports(module);
  register_working_order(module);
  using Engine = PyMatchingEngine;
  py::class_<Engine>(module, "MatchingEngine", kEngineDoc, py::is_final())
      .def(py::init<py::handle, py::handle, const VenueRules&, py::handle>(), py::kw_only(), py::arg("tick") = "0.01",
           py::arg("lot") = "1", py::arg("rules") = VenueRules{}, py::arg("max_orders") = OrderPool::kMaxOrders)
      .def("submit", &Engine::submit, py::kw_only(), py::arg("order_id"), py::arg("side"),
           py::arg("order_type") = "limit", py::arg("quantity"), py::arg("price") = py::none(),
           py::arg("time_in_force") = "gtc", py::arg("post_only").noconvert() = false, kSubmitDoc)
      .def("cancel", &Engine::cancel, py::arg("order_id"), "Reports CANCELED, or CANCEL_REJECTED for an unknown id.")
      .def("replace", &Engine::replace, py::arg("order_id"), py::kw_only(), py::arg("price"), py::arg("quantity"),
           "Reports REPLACED and trades, CANCELED where the new total is executed already, or REPLACE_REJECTED.")
      .def("apply", &Engine::apply, py::arg("messages"), py::arg("terms") = py::none(), kApplyDoc)
      .def_property_readonly("updates", &Engine::updates, kUpdatesDoc)
      .def_property_readonly("best_bid", [](Engine& engine) { return engine.best(Side::buy); })
      .def_property_readonly("best_ask", [](Engine& engine) { return engine.best(Side::sell); })
      .def("level", &Engine::level, py::arg("side"), py::arg("price"), "The level at a price, or None.")
      .def("depth", &Engine::depth, py::arg("count"), "Bids and asks, at most `count` levels each, best first.")
      .def("order", &Engine::order, py::arg("order_id"), "The resting order with this id, or None.")
      .def("queue", &Engine::queue, py::arg("side"), py::arg("price"),
           "The orders at a price, first in the queue first.")
      .def("queue_ahead", &Engine::queue_ahead, py::arg("order_id"),
           "Open quantity before this order at its price; BookError if no such order rests.")
      .def("reserve", &Engine::reserve, py::arg("orders"), "Makes room for this many resting orders.")
      .def("self_check", &Engine::self_check,
           "Raises RuntimeError if totals, links and indexes contradict one another.")
      .def("__len__", &Engine::size, "How many orders rest.")
      .def("__repr__", &Engine::describe)
      .def_property_readonly("tick", &Engine::tick)
      .def_property_readonly("lot", &Engine::lot)
      .def_property_readonly("rules", &Engine::rules)
      .def_property_readonly("faults", [](Engine& engine) { return faults_of(engine.counters()); })
      .def_property_readonly("message_count", [](Engine& engine) { return engine.counters().messages; })
      .def_property_readonly("fill_count", [](Engine& engine) { return engine.counters().fills; })
      .def_property_readonly("volume", &Engine::volume);
}

}  // namespace pytrader::bindings
