// Binds what can be read from a book, the same for every kind of it.
#pragma once

#include <pybind11/pybind11.h>

#include <string>

#include "book/book_reading.hpp"
#include "busy_guard.hpp"
#include "depth_arrays.hpp"
#include "enum_arguments.hpp"
#include "level_values.hpp"
#include "price_grid.hpp"
#include "value_bridge.hpp"

namespace pytrader::bindings {

namespace py = pybind11;

// What the bound class of a book has: a ReadableBook `book`, the PriceGrid `grid` that it counts in, the flag `busy`
// that its BusyGuard takes, and the DepthView `view`.
template <class Self>
concept BoundReading = ReadableBook<typename Self::Book>;

struct RoundingArguments {
  int digits;
  Rounding mode;
};
// digits 0 .. 18, and a mode by its name in decimal.
RoundingArguments parse_rounding_arguments(py::handle digits, const std::string& mode);
std::size_t parse_count(py::handle value, const char* what);
// A count that must not be zero.
std::size_t parse_positive_count(py::handle value, const char* what);
py::object rounded(const Fixed& unit, const Quotient& quotient, py::handle digits, const std::string& mode);
// Throws Error(invalid_argument) for zero.
void require_quantity(i64 lots);

template <class Self>
void bind_quotes(py::class_<Self>& bound) {
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
      "level",
      [](Self& self, py::handle side, py::handle price) -> py::object {
        const BusyGuard guard(self.busy);
        const LevelTotals level = self.book.level(parse_side(side), self.grid.ticks(price));
        if (level.quantity == 0) return py::none();
        return make_level(level, self.grid);
      },
      py::arg("side"), py::arg("price"),
      "The level at a price, with its order count, or None if nothing of this side rests there.");
  bound.def_property_readonly(
      "crossed",
      [](Self& self) {
        const BusyGuard guard(self.busy);
        return self.book.crossed();
      },
      "Whether the best bid reaches the best ask (a locked book counts).");
  bound.def_property_readonly(
      "locked",
      [](Self& self) {
        const BusyGuard guard(self.busy);
        return self.book.locked();
      },
      "Whether the best bid equals the best ask.");
}

template <class Self>
void bind_depth(py::class_<Self>& bound) {
  bound.def(
      "depth",
      [](Self& self, py::handle levels) {
        const BusyGuard guard(self.busy);
        return make_depth(self.book, parse_count(levels, "levels"), self.grid);
      },
      py::arg("levels") = 10, "The best levels of both sides: ([bids], [asks]), best first, at most `levels` of each.");
  bound.def(
      "depth_arrays",
      [](Self& self, py::object levels, py::object out) -> py::tuple {
        const BusyGuard guard(self.busy);
        if (out.is_none()) {
          const std::size_t count = levels.is_none() ? 10 : parse_count(levels, "levels");
          return py::make_tuple(new_depth(self.book, Side::buy, count), new_depth(self.book, Side::sell, count));
        }
        if (!levels.is_none()) {
          throw Error(ErrorCode::invalid_argument, "give levels or out, not both: out has as many levels as its rows");
        }
        return fill_depth(self.book, out);
      },
      py::arg("levels") = py::none(), py::kw_only(), py::arg("out") = py::none(),
      R"(The best levels of both sides as arrays of DEPTH_LEVEL: (bids, asks), best first; ticks, lots, orders.

Parameters
----------
levels : int, optional
    At most so many of each side, 10 unless given; the arrays are new and the caller's.
out : numpy.ndarray, optional
    A writable array of DEPTH_LEVEL of shape (2, levels), bids and asks, which is filled in place: what is returned are
    views of it, and its rows behind the last level are zero. Nothing is allocated but the views.)");
  bound.def(
      "depth_view",
      [](Self& self, py::handle levels) {
        const BusyGuard guard(self.busy);
        return self.view.refreshed(self.book, parse_count(levels, "levels"));
      },
      py::arg("levels") = 10,
      R"(The best levels in an array that the book owns: DEPTH_LEVEL, shape (2, levels), bids and asks, read-only.

A call with the same `levels` overwrites and returns the same array, so that nothing is allocated; whoever wants to keep
what it shows copies it. Rows behind the last level are zero. The book keeps one array for each of 8 numbers of levels; a
ninth is a CapacityError.)");
}

template <class Self>
void bind_prices(py::class_<Self>& bound) {
  bound.def_property_readonly(
      "spread",
      [](Self& self) -> py::object {
        const BusyGuard guard(self.busy);
        if (self.book.one_sided()) return py::none();
        const i128 ticks = static_cast<i128>(self.book.best(Side::sell).price) - self.book.best(Side::buy).price;
        return make_fixed(multiply_integer(self.grid.tick(), ticks));
      },
      "Fixed or None: best ask less best bid, below zero in a crossed book; None if a side is empty.");
  bound.def_property_readonly(
      "mid",
      [](Self& self) -> py::object {
        const BusyGuard guard(self.busy);
        if (self.book.one_sided()) return py::none();
        const i128 ticks = static_cast<i128>(self.book.best(Side::sell).price) + self.book.best(Side::buy).price;
        return make_fixed(divide_exact(multiply_integer(self.grid.tick(), ticks), Fixed{2 * kFixedOne, 0}));
      },
      "Fixed or None: halfway between best bid and best ask, exactly; None if a side is empty. Inexact if half a tick "
      "needs more than 18 decimals.");
  bound.def(
      "micro_price",
      [](Self& self, py::handle digits, const std::string& rounding) -> py::object {
        const BusyGuard guard(self.busy);
        if (self.book.one_sided()) return py::none();
        return rounded(self.grid.tick(), self.book.micro_price(), digits, rounding);
      },
      py::kw_only(), py::arg("digits") = 18, py::arg("rounding") = "half_even",
      R"((bid * ask quantity + ask * bid quantity) / (bid quantity + ask quantity) of the best levels.

The mid drawn towards the side that is about to give way (J. Gatheral and R. Oomen, Zero-intelligence realized variance
estimation, Finance and Stochastics 14, 2010).

Returns
-------
Fixed or None
    Rounded once to `digits` decimals; None if a side is empty.)");
  bound.def(
      "imbalance",
      [](Self& self, py::handle levels, py::handle digits, const std::string& rounding) -> py::object {
        const BusyGuard guard(self.busy);
        const std::size_t count = parse_positive_count(levels, "levels");
        if (self.book.empty(Side::buy) && self.book.empty(Side::sell)) return py::none();
        return rounded(Fixed{kFixedOne, 0}, self.book.imbalance(count), digits, rounding);
      },
      py::arg("levels") = 1, py::kw_only(), py::arg("digits") = 18, py::arg("rounding") = "half_even",
      R"((bids - asks) / (bids + asks), the quantities of the best `levels` of each side: from -1 to 1.

(M. Gould and J. Bonart, Queue imbalance as a one-tick-ahead price predictor in a limit order book, Market
Microstructure and Liquidity 2, 2016.)

Returns
-------
Fixed or None
    Rounded once to `digits` decimals; 1 or -1 if one side is empty, None if both are.)");
}

template <class Self>
void bind_costs(py::class_<Self>& bound) {
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
      [](Self& self, py::handle side, py::handle quantity, py::handle digits,
         const std::string& rounding) -> py::object {
        const BusyGuard guard(self.busy);
        const i64 wanted = self.grid.lots(quantity);
        require_quantity(wanted);
        const Sweep sweep = self.book.sweep(parse_side(side), wanted);
        if (sweep.filled < wanted) return py::none();
        return rounded(self.grid.tick(), {sweep.tick_lots, wanted}, digits, rounding);
      },
      py::arg("side"), py::arg("quantity"), py::kw_only(), py::arg("digits") = 18, py::arg("rounding") = "half_even",
      R"(The average price that an order of this side would pay for all of `quantity`.

Returns
-------
Fixed or None
    Rounded once to `digits` decimals; None if the opposite side holds less. `sweep` gives the exact sum.)");
  bound.def(
      "worst_price",
      [](Self& self, py::handle side, py::handle quantity) -> py::object {
        const BusyGuard guard(self.busy);
        const i64 wanted = self.grid.lots(quantity);
        require_quantity(wanted);
        const Sweep sweep = self.book.sweep(parse_side(side), wanted);
        if (sweep.filled < wanted) return py::none();
        return self.grid.price(sweep.worst_price);
      },
      py::arg("side"), py::arg("quantity"),
      "Price or None: the last price that an order of this side would reach for all of `quantity`; None if the "
      "opposite "
      "side holds less.");
  bound.def(
      "quantity_to",
      [](Self& self, py::handle side, py::handle price) {
        const BusyGuard guard(self.busy);
        const i128 lots = self.book.quantity_to(parse_side(side), self.grid.ticks(price));
        return make_quantity(multiply_integer(self.grid.lot(), lots));
      },
      py::arg("side"), py::arg("price"),
      "Quantity that an order of this side could take from the opposite side at this limit or better.");
}

// All of it: what every kind of book has in common.
template <BoundReading Self>
void bind_reading(py::class_<Self>& bound) {
  bound.def_property_readonly("tick", [](const Self& self) { return make_price(self.grid.tick()); });
  bound.def_property_readonly("lot", [](const Self& self) { return make_quantity(self.grid.lot()); });
  bind_quotes(bound);
  bind_depth(bound);
  bind_prices(bound);
  bind_costs(bound);
}

}  // namespace pytrader::bindings
