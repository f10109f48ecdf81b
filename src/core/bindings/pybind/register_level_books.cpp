// Binds the price-level book and the book of best quotes: single events by decimals, batches as NumPy columns.
#include <pybind11/numpy.h>

#include <cstddef>
#include <memory>
#include <string>

#include "book/best_quote_book.hpp"
#include "book/l2_book.hpp"
#include "bound_book.hpp"
#include "event_columns.hpp"
#include "reading_binding.hpp"
#include "register.hpp"
#include "snapshot_columns.hpp"

namespace pytrader::bindings {
namespace {

using BoundL2 = BoundBook<L2Book>;
using BoundQuotes = BoundBook<BestQuoteBook>;

constexpr const char* kL2Doc = R"(A price-level book of one instrument.

Parameters
----------
tick, lot : number
    Steps of price and quantity, above zero. Arrays count in them.
policy : {"strict", "lenient"}
    strict: a faulty event raises BookError and changes nothing. lenient: it is counted and skipped, except that crossed
    books are kept.

Numbers and threads: as with L3Book.)";

constexpr const char* kQuotesDoc = R"(A book of one instrument of which only the best bid and the best ask are known.

Parameters
----------
tick, lot : number
    Steps of price and quantity, above zero. Arrays count in them.
policy : {"strict", "lenient"}
    strict: a faulty quote raises BookError and changes nothing. lenient: it is counted and skipped, except that crossed
    quotes are kept.

It is read like the other books; what lies behind the best prices is not there. Numbers and threads: as with L3Book.)";

constexpr const char* kSnapshotDoc = R"(Replace both sides.

Parameters
----------
bids, asks : numpy.ndarray or iterable
    Rows of DEPTH_LEVEL, as ``depth_arrays()`` makes them, or an iterable of (price, quantity) or (price, quantity,
    count), in any order.

Raises
------
BookError
    Under the strict policy, at the first faulty level (a quantity of zero or a price that came before are faults too),
    whose index on its side is ``row``, or for a crossed book: nothing changed then but the fault counts.
CapacityError, MemoryError
    If price levels or memory run out; nothing changed.)";

constexpr const char* kQuoteSetDoc = R"(State both sides anew, each as (price, quantity), or None where nobody quotes.

Returns
-------
bool
    Whether it was applied (False only if lenient).)";

std::string row_text(const L2Columns& columns, std::size_t i) {
  return "action " + std::to_string(columns.action[i]) + ", side " + std::to_string(columns.side[i]) + ", price " +
         std::to_string(columns.price[i]) + " ticks, quantity " + std::to_string(columns.quantity[i]) + " lots";
}

std::string row_text(const QuoteColumns& columns, std::size_t i) {
  return "bid " + std::to_string(columns.bid_quantity[i]) + " at " + std::to_string(columns.bid_price[i]) +
         " ticks, ask " + std::to_string(columns.ask_quantity[i]) + " at " + std::to_string(columns.ask_price[i]) +
         " ticks";
}

L2Record l2_row(BookAction action, Side side, i64 price, i64 quantity, i64 order_count) {
  return {0, 0, static_cast<i64>(action), static_cast<i64>(side), price, quantity, order_count, kFlagLast};
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
  return apply_columns(self, columns, [&](std::size_t i) { return row_text(columns, i); });
}

bool snapshot(BoundL2& self, py::handle bids, py::handle asks) {
  const BusyGuard guard(self.busy);
  const LevelRows bid_rows(bids, self.grid, "bids");
  const LevelRows ask_rows(asks, self.grid, "asks");
  const std::size_t bid_count = bid_rows.columns().rows;
  const BatchResult result = self.book.snapshot(bid_rows.columns(), ask_rows.columns());
  if (result.fault == BookFault::none) return true;
  if (result.rows == bid_count + ask_rows.columns().rows) throw_book_error(result.fault, "snapshot", py::none());
  const bool is_bid = result.rows < bid_count;
  const LevelColumns& columns = is_bid ? bid_rows.columns() : ask_rows.columns();
  const std::size_t at = is_bid ? result.rows : result.rows - bid_count;
  throw_book_error(result.fault,
                   std::string("snapshot: ") + (is_bid ? "bids[" : "asks[") + std::to_string(at) + "] (price " +
                       std::to_string(columns.price[at]) + " ticks, quantity " + std::to_string(columns.quantity[at]) +
                       " lots)",
                   py::int_(at));
}

void bind_l2_events(py::class_<BoundL2>& bound) {
  bound.def(
      "set",
      [](BoundL2& self, py::handle side, py::handle price, py::handle quantity, py::handle count) {
        const BusyGuard guard(self.busy);
        const L2Record row = l2_row(BookAction::replace, parse_side(side), self.grid.ticks(price),
                                    self.grid.lots(quantity), parse_integer(count, "count"));
        return self.judge(self.book.apply(row), "level");
      },
      py::arg("side"), py::arg("price"), py::arg("quantity"), py::arg("count") = 0,
      "Set a level's total quantity (0 removes it) and how many orders it holds (0: the venue does not say). Returns "
      "whether it was applied (False only if lenient).");
  bound.def(
      "delete",
      [](BoundL2& self, py::handle side, py::handle price) {
        const BusyGuard guard(self.busy);
        const L2Record row = l2_row(BookAction::erase, parse_side(side), self.grid.ticks(price), 0, 0);
        return self.judge(self.book.apply(row), "level");
      },
      py::arg("side"), py::arg("price"), "Remove a level; one that is not there is a fault.");
  bound.def("snapshot", &snapshot, py::arg("bids"), py::arg("asks"), kSnapshotDoc);
  bound.def("apply", &apply_l2, py::arg("events"), kApplyEventsDoc);
  bound.def(
      "__len__",
      [](BoundL2& self) {
        const BusyGuard guard(self.busy);
        return self.book.level_count();
      },
      "Levels of both sides.");
}

std::size_t apply_quotes(BoundQuotes& self, py::handle quotes) {
  const BusyGuard guard(self.busy);
  static const py::dtype& type = *new py::dtype(py::dtype::of<QuoteRecord>());
  EventColumns source(quotes, type, "quotes");
  QuoteColumns columns;
  columns.bid_price = source.get("bid_price", offsetof(QuoteRecord, bid_price));
  columns.ask_price = source.get("ask_price", offsetof(QuoteRecord, ask_price));
  columns.bid_quantity = source.get("bid_quantity", offsetof(QuoteRecord, bid_quantity));
  columns.ask_quantity = source.get("ask_quantity", offsetof(QuoteRecord, ask_quantity));
  columns.rows = source.rows();
  return apply_columns(self, columns, [&](std::size_t i) { return row_text(columns, i); });
}

struct QuoteSide {
  i64 price = 0;
  i64 quantity = 0;
};

QuoteSide read_side(py::handle side, const PriceGrid& grid, const char* what) {
  if (side.is_none()) return {};
  const py::tuple pair = py::reinterpret_borrow<py::object>(side);
  if (py::isinstance<py::str>(side) || pair.size() != 2) {
    throw py::type_error(std::string(what) + " must be (price, quantity) or None");
  }
  return {grid.ticks(pair[0]), grid.lots(pair[1])};
}

void bind_quote_events(py::class_<BoundQuotes>& bound) {
  bound.def(
      "set",
      [](BoundQuotes& self, py::handle bid, py::handle ask) {
        const BusyGuard guard(self.busy);
        const QuoteSide best_bid = read_side(bid, self.grid, "bid");
        const QuoteSide best_ask = read_side(ask, self.grid, "ask");
        return self.judge(
            self.book.apply(QuoteRecord{0, 0, best_bid.price, best_ask.price, best_bid.quantity, best_ask.quantity}),
            "quote");
      },
      py::arg("bid"), py::arg("ask"), kQuoteSetDoc);
  bound.def(
      "apply", &apply_quotes, py::arg("quotes"),
      "Apply an array of QUOTE, or a mapping of its field names to int64 columns, in order; every quote is a venue "
      "event of its own. Otherwise as with L3Book.");
  bound.def(
      "__len__",
      [](BoundQuotes& self) {
        const BusyGuard guard(self.busy);
        return self.book.level_count();
      },
      "Sides that are quoted: 0, 1 or 2.");
}

template <class Self>
void bind_repr(py::class_<Self>& bound, const std::string& name, const std::string& counted) {
  bound.def("__repr__", [name, counted](Self& self) {
    const BusyGuard guard(self.busy);
    return name + "(tick=" + to_text(self.grid.tick()) + ", lot=" + to_text(self.grid.lot()) + ", " + counted + "=" +
           std::to_string(self.book.level_count()) + ")";
  });
}

template <class Self>
void bind_construction(py::class_<Self>& bound) {
  bound.def(py::init([](py::handle tick, py::handle lot, const std::string& policy) {
              return std::make_unique<Self>(tick, lot, parse_policy(policy));
            }),
            py::arg("tick"), py::arg("lot") = "1", py::kw_only(), py::arg("policy") = "strict");
}

}  // namespace

void register_level_books(py::module_& module) {
  PYBIND11_NUMPY_DTYPE(LevelTotals, price, quantity, order_count);
  module.attr("DEPTH_LEVEL") = depth_level_type();

  py::class_<BoundL2> l2(module, "L2Book", kL2Doc, py::is_final());
  bind_construction(l2);
  bind_l2_events(l2);
  bind_reading(l2);
  bind_state(l2);
  bind_repr(l2, "L2Book", "levels");

  py::class_<BoundQuotes> quotes(module, "BestQuoteBook", kQuotesDoc, py::is_final());
  bind_construction(quotes);
  bind_quote_events(quotes);
  bind_reading(quotes);
  bind_state(quotes);
  bind_repr(quotes, "BestQuoteBook", "sides");
}

}  // namespace pytrader::bindings
