// The named tuples in which books show their levels and orders to Python.
#pragma once

#include <pybind11/pybind11.h>

#include <cstddef>

#include "book/book_reading.hpp"
#include "book/own_orders.hpp"
#include "price_grid.hpp"

namespace pytrader::bindings {

namespace py = pybind11;

// Adds Level, Sweep, RestingOrder and OwnOrder to the module; they name pytrader.book as their home.
void register_level_values(py::module_& module);

// Level(price, quantity, count)
py::object make_level(const LevelTotals& level, const PriceGrid& grid);
// None if the side is empty.
template <class Book>
py::object make_best(const Book& book, Side side, const PriceGrid& grid) {
  if (book.empty(side)) return py::none();
  return make_level(book.best(side), grid);
}
template <class Book>
py::list make_levels(const Book& book, Side side, std::size_t count, const PriceGrid& grid) {
  py::list levels;
  if (count == 0) return levels;
  book.walk(side, [&](const LevelTotals& level) {
    levels.append(make_level(level, grid));
    return levels.size() < count;
  });
  return levels;
}
// ([bids], [asks]), best first, at most `count` a side.
template <class Book>
py::tuple make_depth(const Book& book, std::size_t count, const PriceGrid& grid) {
  return py::make_tuple(make_levels(book, Side::buy, count, grid), make_levels(book, Side::sell, count, grid));
}
// Sweep(quantity, value, worst_price)
py::object make_sweep(const Sweep& sweep, const PriceGrid& grid);
// OwnOrder(order_id, side, price, quantity, in_feed, queue_ahead)
py::object make_own_order(const OwnOrder& order, i64 queue_ahead, const PriceGrid& grid);
// RestingOrder(order_id, side, price, quantity)
py::object make_resting_order(u64 order_id, Side side, i64 price, i64 quantity, const PriceGrid& grid);

}  // namespace pytrader::bindings
