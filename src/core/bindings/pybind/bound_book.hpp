// A book with its grid, as Python holds it, and the errors that books raise.
#pragma once

#include <pybind11/pybind11.h>

#include <atomic>
#include <string>

#include "book/book_fault.hpp"
#include "depth_arrays.hpp"
#include "price_grid.hpp"

namespace pytrader::bindings {

namespace py = pybind11;

BookPolicy parse_policy(const std::string& text);
// 1 .. 2^31.
u32 parse_max_orders(py::handle value);
// Raises BookError: "where: fault: explanation"; its attributes are `fault` and `row` (None outside of a batch).
[[noreturn]] void throw_book_error(BookFault fault, const std::string& where, const py::object& row);
// Raises the error's class, with the row as its attribute `row`.
[[noreturn]] void throw_row_error(const RowError& error);
py::dict fault_counts(const FaultCounts& counts);

template <class Kind>
struct BoundBook {
  using Book = Kind;

  template <class... Arguments>
  BoundBook(py::handle tick, py::handle lot, Arguments... arguments) : grid(tick, lot), book(arguments...) {}

  PriceGrid grid;
  Book book;
  DepthView view;
  std::atomic<bool> busy{false};
};

}  // namespace pytrader::bindings
