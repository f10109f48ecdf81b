// A book with its grid, as Python holds it, and the reading interface that both kinds of books share.
#pragma once

#include <pybind11/pybind11.h>

#include <atomic>
#include <string>

#include "book/book_fault.hpp"
#include "book/book_sides.hpp"
#include "busy_guard.hpp"
#include "enum_arguments.hpp"
#include "level_values.hpp"
#include "price_grid.hpp"
#include "value_bridge.hpp"

namespace pytrader::bindings {

namespace py = pybind11;

BookPolicy parse_policy(const std::string& text);
// Raises BookError: "where: fault: explanation"; its attributes are `fault` and `row` (None outside of a batch).
[[noreturn]] void throw_book_error(BookFault fault, const std::string& where, const py::object& row);
py::dict fault_counts(const FaultCounts& counts);
std::size_t parse_count(py::handle value, const char* what);
// The average at `digits` decimals, or None if the side holds less than asked for.
py::object average_price(const Sweep& sweep, i64 wanted, const PriceGrid& grid, py::handle digits,
                         const std::string& mode);

template <class Book>
struct BoundBook {
  template <class... Arguments>
  BoundBook(py::handle tick, py::handle lot, Arguments... arguments) : grid(tick, lot), book(arguments...) {}

  // Whether a row was applied; throws for a fault under the strict policy.
  bool judge(BookFault fault, const std::string& where) const {
    if (fault != BookFault::none && book.policy() == BookPolicy::strict) throw_book_error(fault, where, py::none());
    return book.applied(fault);
  }

  PriceGrid grid;
  Book book;
  std::atomic<bool> busy{false};
};

template <class Book>
void bind_quotes(py::class_<BoundBook<Book>>& bound) {
  using Self = BoundBook<Book>;
  bound.def_property_readonly(
      "best_bid",
      [](Self& self) {
        const BusyGuard guard(self.busy);
        return make_best(self.book, Side::buy, self.grid);
      },
      "Level or None: the highest price that somebody would buy at.");
  bound.def_property_readonly(
      "best_ask",
      [](Self& self) {
        const BusyGuard guard(self.busy);
        return make_best(self.book, Side::sell, self.grid);
      },
      "Level or None: the lowest price that somebody would sell at.");
  bound.def(
      "depth",
      [](Self& self, py::handle levels) {
        const BusyGuard guard(self.busy);
        return make_depth(self.book, parse_count(levels, "levels"), self.grid);
      },
      py::arg("levels") = 10, "The best levels of both sides: ([bids], [asks]), best first, at most `levels` of each.");
  bound.def(
      "level",
      [](Self& self, py::handle side, py::handle price) -> py::object {
        const BusyGuard guard(self.busy);
        const LevelTotals level = self.book.level(parse_side(side), self.grid.ticks(price));
        if (level.quantity == 0) return py::none();
        return make_level(level, self.grid);
      },
      py::arg("side"), py::arg("price"), "The level at a price, or None if nothing of this side rests there.");
}

template <class Book>
void bind_costs(py::class_<BoundBook<Book>>& bound) {
  using Self = BoundBook<Book>;
  bound.def(
      "sweep",
      [](Self& self, py::handle side, py::handle quantity) {
        const BusyGuard guard(self.busy);
        return make_sweep(self.book.sweep(parse_side(side), self.grid.lots(quantity)), self.grid);
      },
      py::arg("side"), py::arg("quantity"),
      R"(What an order of this side would get from the opposite side, as far as that reaches.

Parameters
----------
side : str or Side
    The taker's side: ``"buy"`` takes asks.
quantity : number
    On the lot.

Returns
-------
Sweep
    ``quantity`` got, exact ``value`` (sum of price times quantity), ``worst_price`` (None if nothing was got).)");
  bound.def(
      "average_price",
      [](Self& self, py::handle side, py::handle quantity, py::handle digits, const std::string& rounding) {
        const BusyGuard guard(self.busy);
        const i64 wanted = self.grid.lots(quantity);
        const Sweep sweep = self.book.sweep(parse_side(side), wanted);
        return average_price(sweep, wanted, self.grid, digits, rounding);
      },
      py::arg("side"), py::arg("quantity"), py::kw_only(), py::arg("digits") = 18, py::arg("rounding") = "half_even",
      R"(The average price that an order of this side would pay for all of `quantity`.

Returns
-------
Fixed or None
    Rounded once to `digits` decimals; None if the opposite side holds less. `sweep` gives the exact sum.)");
}

template <class Book>
void bind_state(py::class_<BoundBook<Book>>& bound) {
  using Self = BoundBook<Book>;
  bound.def_property_readonly("tick", [](const Self& self) { return make_price(self.grid.tick()); });
  bound.def_property_readonly("lot", [](const Self& self) { return make_quantity(self.grid.lot()); });
  bound.def_property_readonly(
      "policy", [](const Self& self) { return self.book.policy() == BookPolicy::strict ? "strict" : "lenient"; },
      "What happens to a faulty event: 'strict' raises, 'lenient' counts.");
  bound.def_property_readonly(
      "faults",
      [](Self& self) {
        const BusyGuard guard(self.busy);
        return fault_counts(self.book.faults());
      },
      "How many events of each kind of fault came since the book was made.");
  bound.def_property_readonly(
      "crossed",
      [](Self& self) {
        const BusyGuard guard(self.busy);
        return self.book.crossed();
      },
      "Whether the best bid reaches the best ask (a locked book counts).");
  bound.def_property_readonly(
      "memory_bytes",
      [](Self& self) {
        const BusyGuard guard(self.busy);
        return self.book.memory_bytes();
      },
      "Memory held for levels, orders and index.");
  bound.def(
      "clear",
      [](Self& self) {
        const BusyGuard guard(self.busy);
        self.book.clear();
      },
      "Empty both sides; the fault counts stay.");
  bound.def(
      "self_check",
      [](Self& self) {
        const BusyGuard guard(self.busy);
        self.book.check();
      },
      "Walk the whole book and raise RuntimeError if any of its parts contradict one another.");
}

}  // namespace pytrader::bindings
