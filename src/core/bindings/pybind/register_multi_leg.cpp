// Binds the multi-leg market: outright and strategy books by name, single orders and arrays of messages.
#include <pybind11/numpy.h>
#include <pybind11/stl.h>

#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "book/combined_book.hpp"
#include "busy_guard.hpp"
#include "enum_arguments.hpp"
#include "feed_binding.hpp"
#include "level_values.hpp"
#include "matching/multi_leg_market.hpp"
#include "order_arguments.hpp"
#include "reading_binding.hpp"
#include "refusal.hpp"
#include "register.hpp"
#include "row_arrays.hpp"
#include "value_bridge.hpp"

namespace pytrader::bindings {
namespace {

using Names = std::vector<std::string>;
using InstrumentBook = KeptBook<BookSides>;

// Like a KeptBook, of a book that is made for it.
struct BothBooks {
  using Book = CombinedBook;

  CombinedBook book;
  const PriceGrid& grid;
  std::atomic<bool>& busy;
  DepthView view{};
};

// A trade as people read it: one row of an order's trades.
struct MultiLegTrade {
  std::string instrument;
  py::object price;
  py::object quantity;
  u64 taker_order_id;
  std::string taker_instrument;
  u64 maker_order_id;
  std::string maker_instrument;
  py::object maker_leaves_qty;
  Side taker_side;
  i64 trade;
};

struct MultiLegResult {
  Outcome outcome;
  RejectReason reason;
  std::vector<MultiLegTrade> trades;
};

ImpliedPriority parse_priority(const std::string& text) {
  if (text == "by_time") return ImpliedPriority::by_time;
  if (text == "outright_first") return ImpliedPriority::outright_first;
  refuse("priority is '" + text + "'; give one of: by_time, outright_first");
}

class PyMultiLegMarket {
 public:
  PyMultiLegMarket(const py::sequence& outrights, const py::dict& strategies, py::handle tick, py::handle lot,
                   const std::string& priority, const VenueRules& rules, py::handle max_orders)
      : grid_(tick, lot), market_(make_market(outrights, strategies, priority, rules, order_bound(max_orders))) {}

  py::tuple instruments() const { return py::tuple(py::cast(names_)); }

  MultiLegResult submit(py::handle instrument, py::handle order_id, py::handle side, py::handle order_type,
                        py::handle quantity, py::handle price, py::handle time_in_force, py::handle post_only) {
    OrderMessage message{};
    message.kind = static_cast<u8>(MessageKind::new_);
    message.order_id = parse_order_id(order_id);
    message.side = static_cast<u8>(parse_side(side));
    message.order_type = static_cast<u8>(parse_order_type(order_type));
    message.time_in_force = static_cast<u8>(parse_time_in_force(time_in_force));
    message.flags = parse_flag(post_only, "post_only") ? kPostOnly : 0;
    message.price = price.is_none() ? kNoPrice : grid_.ticks(price);
    message.quantity = grid_.lots(quantity);
    return apply_one(instrument, message);
  }

  MultiLegResult cancel(py::handle instrument, py::handle order_id) {
    OrderMessage message{};
    message.kind = static_cast<u8>(MessageKind::cancel);
    message.order_id = parse_order_id(order_id);
    return apply_one(instrument, message);
  }

  MultiLegResult replace(py::handle instrument, py::handle order_id, py::handle price, py::handle quantity) {
    OrderMessage message{};
    message.kind = static_cast<u8>(MessageKind::replace);
    message.order_id = parse_order_id(order_id);
    message.price = grid_.ticks(price);
    message.quantity = grid_.lots(quantity);
    return apply_one(instrument, message);
  }

  py::tuple apply(py::handle instruments, py::handle value) {
    const py::array messages = rows_from<OrderMessage>(value, "messages", "ORDER_MESSAGE");
    const py::array numbers = numbers_from(instruments, messages.size());
    py::array_t<u8> statuses(messages.size());
    u8* out = statuses.mutable_data();
    const auto rows = span_of<OrderMessage>(messages);
    const auto where = span_of<u32>(numbers);
    const BusyGuard guard(busy_);
    clear_output();
    {
      const py::gil_scoped_release released;
      for (std::size_t i = 0; i < rows.size(); ++i) {
        out[i] = market_.apply(where[i], rows[i], static_cast<i64>(i), output_);
      }
    }
    return py::make_tuple(statuses, copy_of(output_.fills));
  }

  py::array implied_updates() {
    const BusyGuard guard(busy_);
    return copy_of(output_.implied);
  }

  std::unique_ptr<InstrumentBook> real_book(py::handle instrument) {
    return std::unique_ptr<InstrumentBook>(new InstrumentBook{market_.book(number_of(instrument)), grid_, busy_});
  }

  std::unique_ptr<InstrumentBook> implied_book(py::handle instrument) {
    return std::unique_ptr<InstrumentBook>(
        new InstrumentBook{market_.implied_book(number_of(instrument)), grid_, busy_});
  }

  std::unique_ptr<BothBooks> combined_book(py::handle instrument) {
    const u32 number = number_of(instrument);
    const CombinedBook both(market_.book(number), market_.implied_book(number));
    return std::unique_ptr<BothBooks>(new BothBooks{both, grid_, busy_});
  }

  py::object order(py::handle instrument, py::handle order_id) {
    const u32 number = number_of(instrument);
    const u64 id = parse_order_id(order_id);
    const BusyGuard guard(busy_);
    RealOrder found{};
    if (!market_.book(number).order(id, found)) return py::none();
    return make_resting_order(id, found.side, found.price, found.leaves_qty, grid_);
  }

  void self_check() {
    const BusyGuard guard(busy_);
    market_.self_check();
  }

  std::string describe() const {
    std::string text = "MultiLegMarket(";
    for (const std::string& name : names_) text += (text.back() == '(' ? "" : ", ") + name;
    return text + ")";
  }

 private:
  static u32 order_bound(py::handle value) {
    const i64 bound = parse_integer(value, "max_orders");
    if (bound < 1 || bound > i64{OrderPool::kMaxOrders}) {
      refuse("max_orders is " + std::to_string(bound) + "; it must be 1 to 2^31");
    }
    return static_cast<u32>(bound);
  }

  // The names of the outrights must be known before a strategy can name them.
  MultiLegMarket make_market(const py::sequence& outrights, const py::dict& strategies, const std::string& priority,
                             const VenueRules& rules, u32 max_orders) {
    const u32 count = add_outrights(outrights);
    return MultiLegMarket(count, add_strategies(strategies, count), parse_priority(priority), rules, max_orders);
  }

  void add_name(const std::string& name) {
    if (name.empty()) refuse("an instrument has an empty name; give each a name of its own");
    if (!numbers_.emplace(name, static_cast<u32>(names_.size())).second) {
      refuse("instrument '" + name + "' is named twice; give each a name of its own");
    }
    names_.push_back(name);
  }

  u32 add_outrights(const py::sequence& outrights) {
    if (py::isinstance<py::str>(outrights)) {
      throw py::type_error("outrights must be a sequence of names, not one text; write [name]");
    }
    for (const py::handle name : outrights) add_name(parse_text(name, "the name of an instrument"));
    return static_cast<u32>(names_.size());
  }

  std::vector<std::vector<StrategyLeg>> add_strategies(const py::dict& strategies, std::size_t outrights) {
    std::vector<std::vector<StrategyLeg>> all;
    for (const auto& [name, legs] : strategies) {
      const std::string text = parse_text(name, "the name of a strategy");
      if (!py::isinstance<py::dict>(legs)) {
        throw py::type_error("the legs of strategy '" + text + "' must be a dict of names and ratios, not " +
                             Py_TYPE(legs.ptr())->tp_name);
      }
      std::vector<StrategyLeg> parsed;
      for (const auto& [leg, ratio] : py::reinterpret_borrow<py::dict>(legs)) {
        const std::string leg_name = parse_text(leg, "the name of a leg");
        const auto found = numbers_.find(leg_name);
        if (found == numbers_.end() || found->second >= outrights) {
          refuse("strategy '" + text + "' has the leg '" + leg_name + "', which is none of the outrights");
        }
        parsed.push_back({found->second, parse_integer(ratio, "the ratio of a leg")});
      }
      all.push_back(parsed);
    }
    for (const auto& [name, legs] : strategies) add_name(name.cast<std::string>());
    return all;
  }

  u32 number_of(py::handle instrument) const {
    const std::string name = parse_text(instrument, "instrument");
    const auto found = numbers_.find(name);
    if (found != numbers_.end()) return found->second;
    std::string known;
    for (const std::string& each : names_) known += (known.empty() ? "" : ", ") + each;
    refuse("instrument is '" + name + "'; this market has: " + known);
  }

  // One number a message, each an instrument of this market.
  py::array numbers_from(py::handle value, py::ssize_t rows) const {
    if (!py::isinstance<py::array>(value)) {
      throw py::type_error(std::string("instruments must be a NumPy array of integers, not ") +
                           Py_TYPE(value.ptr())->tp_name);
    }
    const auto given = py::reinterpret_borrow<py::array>(value);
    const char kind = given.dtype().kind();
    if ((kind != 'i' && kind != 'u') || given.ndim() != 1) {
      refuse("instruments must be one row of integers: the positions in `instruments` of this market");
    }
    if (given.size() != rows) {
      refuse("instruments has " + std::to_string(given.size()) + " rows and messages has " + std::to_string(rows) +
             "; give one instrument for each message");
    }
    const py::array_t<i64> wide = py::array_t<i64>::ensure(given);
    py::array_t<u32> numbers(rows);
    for (py::ssize_t i = 0; i < rows; ++i) {
      const i64 number = wide.at(i);
      if (number < 0 || number >= static_cast<i64>(names_.size())) {
        refuse("instruments[" + std::to_string(i) + "] is " + std::to_string(number) + "; this market has " +
               std::to_string(names_.size()) + " instruments, counted from 0");
      }
      numbers.mutable_at(i) = static_cast<u32>(number);
    }
    return numbers;
  }

  MultiLegResult apply_one(py::handle instrument, const OrderMessage& message) {
    const u32 number = number_of(instrument);
    const BusyGuard guard(busy_);
    clear_output();
    const MessageStatus status = market_.apply(number, message, 0, output_);
    MultiLegResult result{outcome_of(status), reason_of(status), {}};
    for (const MultiLegFill& fill : output_.fills) {
      result.trades.push_back({names_[fill.instrument], grid_.price(fill.price), grid_.quantity(fill.quantity),
                               fill.taker_order_id, names_[fill.taker_instrument], fill.maker_order_id,
                               names_[fill.maker_instrument], grid_.quantity(fill.maker_leaves_qty),
                               static_cast<Side>(fill.taker_side), fill.trade});
    }
    return result;
  }

  void clear_output() {
    output_.fills.clear();
    output_.implied.clear();
  }

  Names names_;
  std::map<std::string, u32> numbers_;
  PriceGrid grid_;
  MultiLegMarket market_;
  MultiLegOutput output_;
  std::atomic<bool> busy_{false};
};

constexpr const char* kMarketDoc =
    R"(Outright instruments and strategies over them, each with a book; orders imply orders in one another's books.

Parameters
----------
outrights : sequence of str
    Names of the instruments that stand for themselves.
strategies : dict of str to dict of str to int
    Each strategy's legs: buying one buys `ratio` lots of a leg, or sells them where it is negative; 2 to 4 legs, ratios
    within 1 .. 16. A calendar spread is {"ESZ4": 1, "ESH5": -1}, a butterfly {"Z4": 1, "H5": -2, "M5": 1}.
tick, lot : str, int, Decimal or Fixed
    The steps of all prices and quantities, above zero.
priority : {"by_time", "outright_first"}
    Where an implied order stands at its price: as old as the youngest real order that makes it up, or behind every real
    order (CME Globex, "Futures Implied Order Matching Priority").
rules : VenueRules
    What a replace does to an order's place.
max_orders : int
    How many orders may rest in each book, 1 .. 2**31.

Raises
------
InvalidArgument, TypeError
    For names that are empty or given twice, unknown legs, or ratios out of range.

Notes
-----
Implied orders are of one generation: made of real orders only (CME Globex, "Implied Orders"). They never trade with one
another. The legs of an implied trade fill together or not at all. docs/implied.md states all rules.)";

constexpr const char* kSubmitDoc = R"(Enters an order into an instrument's book: limit (gtc, ioc, post-only) or market.

Returns
-------
MultiLegResult
    The outcome, the reason where rejected (nothing has changed then), and the trades in order.)";

constexpr const char* kApplyDoc = R"(Applies rows of ORDER_MESSAGE in order, without the interpreter lock.

Parameters
----------
instruments : ndarray of integers
    For each message its instrument, as a position in `instruments` of the market.
messages : ndarray of ORDER_MESSAGE

Returns
-------
status : ndarray of uint8
    One code a row, for `outcome` and `reject_reason`.
fills : ndarray of MULTI_LEG_FILL
    The trades in order; rows of one implied trade carry one number in `trade`.

Raises
------
InvalidArgument, TypeError
    If the arrays do not fit; nothing is applied.)";

void register_results(py::module_& module) {
  py::class_<MultiLegTrade>(module, "MultiLegTrade", R"(One row of what an order traded in a multi-leg market.

Attributes
----------
instrument : str
    Whose price it is.
price, quantity : Price, Quantity
taker_order_id, taker_instrument : int, str
    The order that took, and the book it was entered into.
maker_order_id, maker_instrument : int, str
    The order that gave; 0 in the row of a strategy whose maker is implied by the legs that follow.
maker_leaves_qty : Quantity
taker_side : Side
    The taker's side in `instrument`.
trade : int
    The same number in all rows of one implied trade.)",
                            py::is_final())
      .def_readonly("instrument", &MultiLegTrade::instrument)
      .def_readonly("price", &MultiLegTrade::price)
      .def_readonly("quantity", &MultiLegTrade::quantity)
      .def_readonly("taker_order_id", &MultiLegTrade::taker_order_id)
      .def_readonly("taker_instrument", &MultiLegTrade::taker_instrument)
      .def_readonly("maker_order_id", &MultiLegTrade::maker_order_id)
      .def_readonly("maker_instrument", &MultiLegTrade::maker_instrument)
      .def_readonly("maker_leaves_qty", &MultiLegTrade::maker_leaves_qty)
      .def_readonly("taker_side", &MultiLegTrade::taker_side)
      .def_readonly("trade", &MultiLegTrade::trade)
      .def("__repr__", [](const MultiLegTrade& t) {
        return py::str("MultiLegTrade(instrument={!r}, price={}, quantity={}, taker={}, maker={} of {!r}, trade={})")
            .format(t.instrument, t.price, t.quantity, t.taker_order_id, t.maker_order_id, t.maker_instrument, t.trade);
      });
  py::class_<MultiLegResult>(module, "MultiLegResult", R"(What became of one message of a multi-leg market.

Attributes
----------
outcome : Outcome
reason : RejectReason
    NONE unless the outcome is REJECTED.
trades : list of MultiLegTrade
    In order; those of orders that rested and fell into place too.)",
                             py::is_final())
      .def_readonly("outcome", &MultiLegResult::outcome)
      .def_readonly("reason", &MultiLegResult::reason)
      .def_readonly("trades", &MultiLegResult::trades)
      .def("__repr__", [](const MultiLegResult& r) {
        return py::str("MultiLegResult(outcome={!r}, reason={!r}, trades={!r})").format(r.outcome, r.reason, r.trades);
      });
}

void register_books(py::module_& module) {
  py::class_<InstrumentBook> one(module, "MultiLegBook",
                                 "The real or the implied orders of one instrument of a MultiLegMarket, as they are "
                                 "now.",
                                 py::is_final());
  bind_reading(one);
  py::class_<BothBooks> both(module, "MultiLegCombinedBook",
                             "The real and the implied orders of one instrument of a MultiLegMarket, as they are now.",
                             py::is_final());
  bind_reading(both);
}

void register_market(py::module_& module) {
  using Market = PyMultiLegMarket;
  py::class_<Market>(module, "MultiLegMarket", kMarketDoc, py::is_final())
      .def(py::init<const py::sequence&, const py::dict&, py::handle, py::handle, const std::string&, const VenueRules&,
                    py::handle>(),
           py::kw_only(), py::arg("outrights"), py::arg("strategies"), py::arg("tick") = "0.01", py::arg("lot") = "1",
           py::arg("priority") = "by_time", py::arg("rules") = VenueRules{},
           py::arg("max_orders") = OrderPool::kMaxOrders)
      .def_property_readonly("instruments", &Market::instruments, "All names: the outrights, then the strategies.")
      .def("submit", &Market::submit, py::arg("instrument"), py::kw_only(), py::arg("order_id"), py::arg("side"),
           py::arg("order_type") = "limit", py::arg("quantity"), py::arg("price") = py::none(),
           py::arg("time_in_force") = "gtc", py::arg("post_only") = false, kSubmitDoc)
      .def("cancel", &Market::cancel, py::arg("instrument"), py::arg("order_id"), "Takes an order out of its book.")
      .def("replace", &Market::replace, py::arg("instrument"), py::arg("order_id"), py::kw_only(), py::arg("price"),
           py::arg("quantity"), "New price and new total; trades like a new order where it loses its place.")
      .def("apply", &Market::apply, py::arg("instruments"), py::arg("messages"), kApplyDoc)
      .def_property_readonly("implied_updates", &Market::implied_updates,
                             "IMPLIED_UPDATE rows of the last call: every change of a best implied price or quantity.")
      .def("book", &Market::real_book, py::arg("instrument"), py::keep_alive<0, 1>(), "The real orders.")
      .def("implied_book", &Market::implied_book, py::arg("instrument"), py::keep_alive<0, 1>(),
           "What is implied: the best level of each side, whose count is 0.")
      .def("combined_book", &Market::combined_book, py::arg("instrument"), py::keep_alive<0, 1>(),
           "Real and implied orders together; counts are those of the real ones.")
      .def("order", &Market::order, py::arg("instrument"), py::arg("order_id"), "The resting order, or None.")
      .def("self_check", &Market::self_check, "Raises RuntimeError if the books contradict themselves or one another.")
      .def("__repr__", &Market::describe);
}

}  // namespace

void register_multi_leg(py::module_& module) {
  PYBIND11_NUMPY_DTYPE(MultiLegFill, taker_order_id, maker_order_id, price, quantity, taker_leaves_qty,
                       maker_leaves_qty, instrument, taker_instrument, maker_instrument, taker_side, trade,
                       message_index);
  PYBIND11_NUMPY_DTYPE(ImpliedUpdate, message_index, price, quantity, instrument, side);
  module.attr("MULTI_LEG_FILL") = py::dtype::of<MultiLegFill>();
  module.attr("IMPLIED_UPDATE") = py::dtype::of<ImpliedUpdate>();
  register_results(module);
  register_books(module);
  register_market(module);
}

}  // namespace pytrader::bindings
