// Reads a snapshot of a book from Python: arrays as they lie, other iterables row by row.
#pragma once

#include <pybind11/pybind11.h>

#include <optional>
#include <vector>

#include "book/l2_book.hpp"
#include "book/l3_book.hpp"
#include "event_columns.hpp"
#include "feed_book.hpp"
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

[[noreturn]] void throw_snapshot_error(const BatchResult& result, const OrderColumns& orders);
[[noreturn]] void throw_snapshot_error(const BatchResult& result, const LevelColumns& bids, const LevelColumns& asks);

// Replaces all orders of a book; raises BookError for what it refuses, naming the row.
template <class Self>
bool snapshot_orders(Self& self, py::handle orders, py::handle sequence) {
  if (!sequence.is_none()) parse_sequence(sequence, "sequence");
  const OrderRows rows(orders, self.grid);
  {
    const BusyGuard guard(self.busy);
    const BatchResult result = self.book.snapshot(rows.columns());
    if (result.fault != BookFault::none) throw_snapshot_error(result, rows.columns());
  }
  return begin_anew(self, sequence);
}

// Replaces both sides of a book; raises BookError for what it refuses, naming the row.
template <class Self>
bool snapshot_levels(Self& self, py::handle bids, py::handle asks, py::handle sequence) {
  if (!sequence.is_none()) parse_sequence(sequence, "sequence");
  const LevelRows bid_rows(bids, self.grid, "bids");
  const LevelRows ask_rows(asks, self.grid, "asks");
  {
    const BusyGuard guard(self.busy);
    const BatchResult result = self.book.snapshot(bid_rows.columns(), ask_rows.columns());
    if (result.fault != BookFault::none) throw_snapshot_error(result, bid_rows.columns(), ask_rows.columns());
  }
  return begin_anew(self, sequence);
}

}  // namespace pytrader::bindings
