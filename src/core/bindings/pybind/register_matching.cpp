// Binds the matching engine: single orders with exact values, and arrays of messages without the interpreter lock.
#include <pybind11/numpy.h>
#include <pybind11/stl.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include "bound_book.hpp"
#include "busy_guard.hpp"
#include "enum_arguments.hpp"
#include "event_columns.hpp"
#include "matching_codes.hpp"
#include "matching_reports.hpp"
#include "order_arguments.hpp"
#include "order_entry.hpp"
#include "order_request.hpp"
#include "reading_binding.hpp"
#include "register.hpp"
#include "row_arrays.hpp"
#include "session_arguments.hpp"
#include "value_bridge.hpp"
#include "working_order.hpp"

namespace pytrader::bindings {
namespace {

// The engine as Python holds it: a book that matches.
class PyMatchingEngine : public BoundBook<MatchingEngine> {
 public:
  PyMatchingEngine(py::handle tick, py::handle lot, const VenueRules& rules, py::handle max_orders)
      : BoundBook(tick, lot, rules, parse_max_orders(max_orders)) {}

  const VenueRules& rules() const noexcept { return book.rules(); }

  Reports submit(py::handle order_id, py::handle side, py::handle order_type, py::handle quantity, py::handle price,
                 py::handle time_in_force, py::handle post_only, py::handle reduce_only, py::handle hidden,
                 py::handle all_or_none, py::handle lead_market_maker, py::handle stop_price,
                 py::handle activation_price, py::handle trailing_offset, py::handle trailing_step,
                 py::handle trailing_unit, py::handle limit_offset, py::handle display_qty, py::handle display_range,
                 py::handle min_qty, py::handle peg, py::handle peg_offset, py::handle expire_time, py::handle owner,
                 py::handle self_trade) {
    return send(new_order({order_id,
                           side,
                           order_type,
                           quantity,
                           price,
                           time_in_force,
                           post_only,
                           reduce_only,
                           hidden,
                           all_or_none,
                           lead_market_maker,
                           stop_price,
                           activation_price,
                           trailing_offset,
                           trailing_step,
                           trailing_unit,
                           limit_offset,
                           display_qty,
                           display_range,
                           min_qty,
                           peg,
                           peg_offset,
                           expire_time,
                           owner,
                           self_trade},
                          grid));
  }

  Reports cancel(py::handle order_id) {
    OrderRequest request;
    request.message.kind = static_cast<u8>(MessageKind::cancel);
    request.message.order_id = parse_order_id(order_id);
    return send(request);
  }

  Reports replace(py::handle order_id, py::handle price, py::handle quantity, py::handle stop_price,
                  py::handle display_qty) {
    return send(replace_order(order_id, price, quantity, stop_price, display_qty, grid));
  }

  Reports advance_clock(py::handle ts) {
    return send(control_message(MessageKind::clock, py::none(), parse_integer(ts, "ts")));
  }

  Reports set_phase(py::handle phase) {
    return send(control_message(MessageKind::phase, py::none(), static_cast<i64>(parse_phase(phase))));
  }

  Reports set_reference_price(py::handle price) {
    OrderRequest request = control_message(MessageKind::reference_price, py::none(), 0);
    request.message.price = grid.ticks(price);
    return send(request);
  }

  Reports mass_cancel(py::handle owner) { return send(control_message(MessageKind::mass_cancel, owner, 0)); }

  Reports set_position(py::handle owner, py::handle position) {
    const Fixed signed_quantity = parse_number(position, "position");
    const bool is_short = signed_quantity < Fixed{};
    const i64 lots = grid.lots(make_quantity(is_short ? negate(signed_quantity) : signed_quantity));
    return send(control_message(MessageKind::position, owner, is_short ? -lots : lots));
  }

  Reports set_group(py::handle owner, py::handle group) {
    return send(control_message(MessageKind::group, owner, parse_integer(group, "group")));
  }

  py::tuple apply(py::handle messages_given, py::handle terms_given) {
    const py::array messages = rows_from<OrderMessage>(messages_given, "messages", "ORDER_MESSAGE");
    py::array terms;
    if (!terms_given.is_none()) terms = rows_from<OrderTerms>(terms_given, "terms", "ORDER_TERMS");
    py::array_t<u8> statuses(messages.size());
    const BusyGuard guard(busy);
    clear_output();
    const std::span<const OrderMessage> batch = span_of<OrderMessage>(messages);
    const std::span<const OrderTerms> batch_terms =
        terms_given.is_none() ? std::span<const OrderTerms>() : span_of<OrderTerms>(terms);
    u8* out = statuses.mutable_data();
    if (batch.size() >= kRowsWorthUnlocking) {
      const py::gil_scoped_release released;
      book.apply(batch, batch_terms, out, output_);
    } else {
      book.apply(batch, batch_terms, out, output_);
    }
    return py::make_tuple(statuses, copy_of(output_.fills));
  }

  py::array updates() {
    const BusyGuard guard(busy);
    return copy_of(output_.updates);
  }

  std::optional<WorkingOrder> order(py::handle order_id) {
    const u64 id = parse_order_id(order_id);
    const BusyGuard guard(busy);
    LiveOrder found;
    if (!book.order(id, found)) return std::nullopt;
    return working_order(found, grid);
  }

  std::vector<WorkingOrder> queue(py::handle side, py::handle price, bool displayed_only) {
    const Side which = parse_side(side);
    const i64 ticks = grid.ticks(price);
    const BusyGuard guard(busy);
    std::vector<LiveOrder> orders;
    book.queue(which, ticks, orders);
    std::vector<WorkingOrder> result;
    for (const LiveOrder& resting : orders) {
      if (displayed_only && resting.terms.place != OrderPlace::displayed) continue;
      result.push_back(working_order(resting, grid));
    }
    return result;
  }

  std::vector<WorkingOrder> orders() {
    const BusyGuard guard(busy);
    std::vector<LiveOrder> live;
    book.live_orders(live);
    std::vector<WorkingOrder> result;
    for (const LiveOrder& each : live) result.push_back(working_order(each, grid));
    return result;
  }

  py::object position(py::handle owner) {
    const u32 account = control_message(MessageKind::position, owner, 0).message.owner;
    const BusyGuard guard(busy);
    return make_fixed(multiply_integer(grid.lot(), book.position(account)));
  }

  i64 clock() {
    const BusyGuard guard(busy);
    return book.clock();
  }

  TradingPhase phase() {
    const BusyGuard guard(busy);
    return book.phase();
  }

  py::object queue_ahead(py::handle order_id) {
    const u64 id = parse_order_id(order_id);
    const BusyGuard guard(busy);
    i64 quantity = 0;
    if (!book.queue_ahead(id, quantity)) {
      throw Error(ErrorCode::book_error, "no order " + std::to_string(id) + " rests in this engine");
    }
    return grid.quantity(quantity);
  }

  void reserve(py::handle orders) {
    const std::size_t count = parse_count(orders, "orders");
    const BusyGuard guard(busy);
    if (count > book.max_orders()) {
      throw Error(
          ErrorCode::invalid_argument,
          "orders is " + std::to_string(count) + "; max_orders of this engine is " + std::to_string(book.max_orders()));
    }
    book.reserve(static_cast<u32>(count));
  }

  void self_check() {
    const BusyGuard guard(busy);
    book.self_check();
  }

  std::size_t size() {
    const BusyGuard guard(busy);
    return book.order_count();
  }

  MatchingCounters counters() {
    const BusyGuard guard(busy);
    return book.counters();
  }

  py::capsule handle() { return py::capsule(&handle_, kEngineHandleName); }

  py::object volume() { return make_quantity(multiply_integer(grid.lot(), counters().volume)); }

  std::string describe() {
    return "MatchingEngine(tick=" + to_text(grid.tick()) + ", lot=" + to_text(grid.lot()) +
           ", orders=" + std::to_string(size()) + ")";
  }

 private:
  Reports send(const OrderRequest& request) {
    OrderMessage message = request.message;
    static const OrderTerms no_terms;
    const bool has_terms = std::memcmp(&request.terms, &no_terms, sizeof(OrderTerms)) != 0;
    message.terms = has_terms ? 1 : 0;
    const BusyGuard guard(busy);
    LiveOrder found;
    std::optional<LiveOrder> before;
    const bool names_one = message.kind != static_cast<u8>(MessageKind::new_) && book.order(message.order_id, found);
    if (names_one) before = found;
    clear_output();
    const std::span<const OrderTerms> terms(&request.terms, has_terms ? 1 : 0);
    const MessageStatus status = book.apply(message, terms, 0, output_);
    return reports_of({message, status, output_, book.named_order(), before}, grid);
  }

  void clear_output() noexcept {
    output_.fills.clear();
    output_.updates.clear();
  }

  EngineOutput output_;
  EngineHandle handle_{&book, &busy};
};

py::dict faults_of(const MatchingCounters& counters) {
  py::dict faults;
  for (std::size_t code = 0; code < counters.rejections.size(); ++code) {
    if (counters.rejections[code] != 0) faults[name_of(static_cast<RejectReason>(code))] = counters.rejections[code];
  }
  return faults;
}

constexpr const char* kEngineDoc = R"(A matching engine for one instrument: continuous trading, auctions and phases.

Parameters
----------
tick, lot : str, int, Decimal or Fixed
    The steps of prices and quantities, above zero.
rules : VenueRules
    What the venue offers and how it matches.
max_orders : int
    How many orders may live at once, 1 .. 2**31; one beyond that is rejected (ORDER_LIMIT).

Notes
-----
Every message is answered; a rejected one changes nothing. The open quantity of one side stays below 2**63 lots. An engine
may be used by one thread at a time; a second one that enters while a call runs gets InvalidState. docs/matching.md and
docs/order_rules.md state all rules.)";

constexpr const char* kSubmitDoc = R"(Enters an order and returns what happens, as reports in the order of events.

Parameters
----------
order_id : int
    0 .. 2**64 - 1, not that of a live order.
side, order_type, time_in_force, self_trade : text in any case, or members of their enumerations
price, quantity, stop_price, activation_price : str, int, Decimal, Price or Quantity
    Whole numbers of ticks and lots. A market order has no price; 0 says the same.
display_qty, display_range, min_qty : like quantity
    Of an iceberg: the tip, and how far drawn tips may lie from it; the least that must trade at once.
trailing_offset, trailing_step : int
    In `trailing_unit`: "ticks" or "basis_points".
limit_offset, peg_offset : int
    Ticks from an elected trailing stop to its limit, and from the reference ("primary" or "midpoint") of a pegged order.
expire_time : int
    Nanoseconds UTC, for "gtd".
owner : int
    Account number, 0 for none.

Raises
------
OffTick, OffLot, DecimalOverflow, InvalidDecimal, InvalidArgument, TypeError
    For arguments that are no order; nothing has changed then.

Notes
-----
docs/order_rules.md says what goes with what.)";

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

void register_controls(py::class_<PyMatchingEngine>& bound) {
  using Engine = PyMatchingEngine;
  bound
      .def("advance_clock", &Engine::advance_clock, py::arg("ts"),
           "Sets the clock, nanoseconds UTC, never backwards; reports what expires and what that sets off.")
      .def("set_phase", &Engine::set_phase, py::arg("phase"),
           "Begins a trading phase; reports what that does to orders.")
      .def("set_reference_price", &Engine::set_reference_price, py::arg("price"),
           "The price that bands and auctions refer to.")
      .def("mass_cancel", &Engine::mass_cancel, py::arg("owner") = 0,
           "Cancels all orders of an owner, or of everybody; reports them by ascending id.")
      .def("set_position", &Engine::set_position, py::arg("owner"), py::arg("position"),
           "An owner's net position, short below zero; the engine goes on from there with each trade.")
      .def("set_group", &Engine::set_group, py::arg("owner"), py::arg("group"),
           "The group that an owner belongs to, 0 .. 2**32 - 1; 0 is none.")
      .def("position", &Engine::position, py::arg("owner"), "An owner's net position, 0 if it was never named.")
      .def_property_readonly("clock", &Engine::clock)
      .def_property_readonly("phase", &Engine::phase);
}

void register_terms(py::module_& module) {
  module.def(
      "order_terms",
      [](py::handle count) {
        py::array_t<OrderTerms> rows(static_cast<py::ssize_t>(parse_count(count, "count")));
        std::fill_n(rows.mutable_data(), rows.size(), OrderTerms{});
        return rows;
      },
      py::arg("count"), py::pos_only(),
      "Rows of ORDER_TERMS that say nothing: prices are NO_PRICE, everything else is 0. Set what an order has.");
}

}  // namespace

void register_matching(py::module_& module) {
  register_matching_codes(module);
  register_venue_rules(module);
  register_reports(module);
  register_working_order(module);
  register_terms(module);
  using Engine = PyMatchingEngine;
  py::class_<Engine> bound(module, "MatchingEngine", kEngineDoc, py::is_final());
  bound
      .def(py::init<py::handle, py::handle, const VenueRules&, py::handle>(), py::kw_only(), py::arg("tick") = "0.01",
           py::arg("lot") = "1", py::arg("rules") = VenueRules{}, py::arg("max_orders") = OrderPool::kMaxOrders)
      .def("submit", &Engine::submit, py::kw_only(), py::arg("order_id"), py::arg("side"),
           py::arg("order_type") = "limit", py::arg("quantity"), py::arg("price") = py::none(),
           py::arg("time_in_force") = "gtc", py::arg("post_only") = false, py::arg("reduce_only") = false,
           py::arg("hidden") = false, py::arg("all_or_none") = false, py::arg("lead_market_maker") = false,
           py::arg("stop_price") = py::none(), py::arg("activation_price") = py::none(),
           py::arg("trailing_offset") = py::none(), py::arg("trailing_step") = py::none(),
           py::arg("trailing_unit") = "ticks", py::arg("limit_offset") = py::none(),
           py::arg("display_qty") = py::none(), py::arg("display_range") = py::none(), py::arg("min_qty") = py::none(),
           py::arg("peg") = py::none(), py::arg("peg_offset") = py::none(), py::arg("expire_time") = py::none(),
           py::arg("owner") = 0, py::arg("self_trade") = "venue_default", kSubmitDoc)
      .def("cancel", &Engine::cancel, py::arg("order_id"),
           "Reports CANCELED and what that sets off, or CANCEL_REJECTED for an unknown id.")
      .def("replace", &Engine::replace, py::arg("order_id"), py::kw_only(), py::arg("price") = py::none(),
           py::arg("quantity"), py::arg("stop_price") = py::none(), py::arg("display_qty") = py::none(),
           "Reports REPLACED and trades, CANCELED where the new total is executed already, or REPLACE_REJECTED.")
      .def("apply", &Engine::apply, py::arg("messages"), py::arg("terms") = py::none(), kApplyDoc)
      .def_property_readonly("updates", &Engine::updates, kUpdatesDoc)
      .def("order", &Engine::order, py::arg("order_id"), "The live order with this id, at rest or waiting, or None.")
      .def("orders", &Engine::orders, "All live orders by ascending id.")
      .def("queue", &Engine::queue, py::arg("side"), py::arg("price"), py::kw_only(),
           py::arg("displayed_only").noconvert() = true,
           "The orders at a price in the order of their priority: those displayed, or those that are not, too.")
      .def("queue_ahead", &Engine::queue_ahead, py::arg("order_id"),
           "Open quantity before this order at its price; BookError if no such order rests.")
      .def("_handle", &Engine::handle, "The capsule that OrderEntry works through; it must not outlive the engine.")
      .def("reserve", &Engine::reserve, py::arg("orders"), "Makes room for this many resting orders.")
      .def("self_check", &Engine::self_check,
           "Raises RuntimeError if totals, links and indexes contradict one another.")
      .def("__len__", &Engine::size, "How many orders live, at rest or waiting.")
      .def("__repr__", &Engine::describe)
      .def_property_readonly("rules", &Engine::rules)
      .def_property_readonly("faults", [](Engine& engine) { return faults_of(engine.counters()); })
      .def_property_readonly("message_count", [](Engine& engine) { return engine.counters().messages; })
      .def_property_readonly("fill_count", [](Engine& engine) { return engine.counters().fills; })
      .def_property_readonly("volume", &Engine::volume);
  bind_reading(bound);
  register_controls(bound);
}

}  // namespace pytrader::bindings
