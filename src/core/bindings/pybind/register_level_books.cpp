// Binds the price-level book and the book of best quotes: single events by decimals, batches as NumPy columns.
#include <pybind11/numpy.h>

#include <cstddef>
#include <memory>
#include <string>

#include "book/best_quote_book.hpp"
#include "book/l2_book.hpp"
#include "feed_book.hpp"
#include "feed_columns.hpp"
#include "reading_binding.hpp"
#include "register.hpp"
#include "snapshot_columns.hpp"

namespace pytrader::bindings {
namespace {

using BoundL2 = FeedBook<L2Book>;
using BoundQuotes = FeedBook<BestQuoteBook>;

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

L2Record l2_row(BookAction action, Side side, i64 price, i64 quantity, i64 order_count) {
  return {0, 0, static_cast<i64>(action), static_cast<i64>(side), price, quantity, order_count, kFlagLast};
}

void bind_l2_events(py::class_<BoundL2>& bound) {
  bound.def(
      "set",
      [](BoundL2& self, py::handle side, py::handle price, py::handle quantity, py::handle count) {
        const L2Record row = l2_row(BookAction::replace, parse_side(side), self.grid.ticks(price),
                                    self.grid.lots(quantity), parse_integer(count, "count"));
        return apply_one(self, row, [] { return "level"; });
      },
      py::arg("side"), py::arg("price"), py::arg("quantity"), py::arg("count") = 0,
      "Set a level's total quantity (0 removes it) and how many orders it holds (0: the venue does not say). Returns "
      "whether it was applied (False only if lenient).");
  bound.def(
      "delete",
      [](BoundL2& self, py::handle side, py::handle price) {
        const L2Record row = l2_row(BookAction::erase, parse_side(side), self.grid.ticks(price), 0, 0);
        return apply_one(self, row, [] { return "level"; });
      },
      py::arg("side"), py::arg("price"), "Remove a level; one that is not there is a fault.");
  bound.def(
      "snapshot",
      [](BoundL2& self, py::handle bids, py::handle asks, py::handle sequence) {
        return snapshot_levels(self, bids, asks, sequence);
      },
      py::arg("bids"), py::arg("asks"), py::kw_only(), py::arg("sequence") = py::none(), kSnapshotDoc);
  bind_apply<L2Batch>(bound, "events", kApplyEventsDoc);
  bound.def(
      "__len__",
      [](BoundL2& self) {
        const BusyGuard guard(self.busy);
        return self.book.level_count();
      },
      "Levels of both sides.");
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
        const QuoteSide best_bid = read_side(bid, self.grid, "bid");
        const QuoteSide best_ask = read_side(ask, self.grid, "ask");
        return apply_one(self, QuoteRecord{0, 0, best_bid.price, best_ask.price, best_bid.quantity, best_ask.quantity},
                         [] { return "quote"; });
      },
      py::arg("bid"), py::arg("ask"), kQuoteSetDoc);
  bind_apply<QuoteBatch>(
      bound, "quotes",
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

  py::class_<BoundL2> l2(module, "L2Book", kL2Doc, py::is_final(), visible_callbacks<BoundL2>());
  bind_construction(l2);
  bind_l2_events(l2);
  bind_reading(l2);
  bind_state(l2);
  bind_repr(l2, "L2Book", "levels");

  py::class_<BoundQuotes> quotes(module, "BestQuoteBook", kQuotesDoc, py::is_final(), visible_callbacks<BoundQuotes>());
  bind_construction(quotes);
  bind_quote_events(quotes);
  bind_reading(quotes);
  bind_state(quotes);
  bind_repr(quotes, "BestQuoteBook", "sides");
}

}  // namespace pytrader::bindings
