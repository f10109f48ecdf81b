// The named tuples in which books show their levels and orders to Python.
#pragma once

#include <pybind11/pybind11.h>

#include "book/book_sides.hpp"
#include "price_grid.hpp"

namespace pytrader::bindings {

namespace py = pybind11;

// Adds Level, Sweep and RestingOrder to the module; they name pytrader.book as their home.
void register_level_values(py::module_& module);

// Level(price, quantity, count)
py::object make_level(const LevelTotals& level, const PriceGrid& grid);
// None if the side is empty.
py::object make_best(const BookSides& book, Side side, const PriceGrid& grid);
// ([bids], [asks]), best first, at most `count` a side.
py::tuple make_depth(const BookSides& book, std::size_t count, const PriceGrid& grid);
// Sweep(quantity, value, worst_price)
py::object make_sweep(const Sweep& sweep, const PriceGrid& grid);
// RestingOrder(order_id, side, price, quantity)
py::object make_resting_order(u64 order_id, Side side, i64 price, i64 quantity, const PriceGrid& grid);

}  // namespace pytrader::bindings
