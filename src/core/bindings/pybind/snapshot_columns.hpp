// Reads a snapshot of a book from Python: arrays as they lie, other iterables row by row.
#pragma once

#include <pybind11/pybind11.h>

#include <optional>
#include <vector>

#include "book/l2_book.hpp"
#include "book/l3_book.hpp"
#include "event_columns.hpp"
#include "price_grid.hpp"

namespace pytrader::bindings {

namespace py = pybind11;

// QUEUED_ORDER: a row is a QueuedOrder.
const py::dtype& queued_order_type();

// One side: an array of DEPTH_LEVEL (ticks, lots), or an iterable of (price, quantity) or (price, quantity, count).
class LevelRows {
 public:
  LevelRows(py::handle levels, const PriceGrid& grid, const char* what);
  const LevelColumns& columns() const noexcept { return columns_; }

 private:
  std::optional<EventColumns> arrays_;
  std::vector<LevelTotals> rows_;
  LevelColumns columns_;
};

// A whole book: an array of QUEUED_ORDER (ticks, lots), or an iterable of (order_id, side, price, quantity).
class OrderRows {
 public:
  OrderRows(py::handle orders, const PriceGrid& grid);
  const OrderColumns& columns() const noexcept { return columns_; }

 private:
  std::optional<EventColumns> arrays_;
  std::vector<QueuedOrder> rows_;
  OrderColumns columns_;
};

}  // namespace pytrader::bindings
