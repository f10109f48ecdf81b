// Reads a snapshot of a book from Python: arrays as they lie, other iterables row by row.
#include "snapshot_columns.hpp"

#include <pybind11/numpy.h>

#include <cstddef>
#include <string>

#include "bound_book.hpp"
#include "depth_arrays.hpp"
#include "enum_arguments.hpp"
#include "order_arguments.hpp"
#include "value_bridge.hpp"

namespace pytrader::bindings {
namespace {

// Whether rows are to be read as integers; an array without named columns is an iterable like any other.
bool has_columns(py::handle rows) {
  if (py::isinstance<py::array>(rows)) {
    return !py::reinterpret_borrow<py::array>(rows).dtype().attr("names").is_none();
  }
  return py::hasattr(rows, "keys");
}

template <class Row>
Column column_of(const std::vector<Row>& rows, std::size_t offset) {
  return {reinterpret_cast<const char*>(rows.data()) + offset, sizeof(Row)};
}

py::tuple fields_of(py::handle row, std::size_t least, std::size_t most, const char* what) {
  if (py::isinstance<py::str>(row)) throw py::type_error(std::string(what) + ", not text");
  const py::tuple fields = py::reinterpret_borrow<py::object>(row);
  if (fields.size() < least || fields.size() > most) {
    throw py::type_error(std::string(what) + ", not " + std::to_string(fields.size()) + " fields");
  }
  return fields;
}

}  // namespace

const py::dtype& queued_order_type() {
  static const py::dtype& type = *new py::dtype(py::dtype::of<QueuedOrder>());
  return type;
}

LevelRows::LevelRows(py::handle levels, const PriceGrid& grid, const char* what) {
  if (has_columns(levels)) {
    EventColumns& arrays = arrays_.emplace(levels, depth_level_type(), what);
    columns_ = {arrays.get("price", offsetof(LevelTotals, price)),
                arrays.get("quantity", offsetof(LevelTotals, quantity)),
                arrays.get("order_count", offsetof(LevelTotals, order_count), false), 0};
    columns_.rows = arrays.rows();
    return;
  }
  for (const py::handle level : levels) {
    const py::tuple fields =
        fields_of(level, 2, 3, "a level of a snapshot is (price, quantity) or (price, quantity, count)");
    const i64 count = fields.size() == 3 ? parse_integer(fields[2], "count") : 0;
    rows_.push_back({grid.ticks(fields[0]), grid.lots(fields[1]), count});
  }
  columns_ = {column_of(rows_, offsetof(LevelTotals, price)), column_of(rows_, offsetof(LevelTotals, quantity)),
              column_of(rows_, offsetof(LevelTotals, order_count)), rows_.size()};
}

OrderRows::OrderRows(py::handle orders, const PriceGrid& grid) {
  if (has_columns(orders)) {
    EventColumns& arrays = arrays_.emplace(orders, queued_order_type(), "orders");
    columns_ = {arrays.get("order_id", offsetof(QueuedOrder, order_id)),
                arrays.get("side", offsetof(QueuedOrder, side)),
                arrays.get("price", offsetof(QueuedOrder, price)),
                arrays.get("quantity", offsetof(QueuedOrder, quantity)),
                arrays.get("position", offsetof(QueuedOrder, position), false),
                0};
    columns_.rows = arrays.rows();
    return;
  }
  for (const py::handle order : orders) {
    const py::tuple fields = fields_of(order, 4, 4, "an order of a snapshot is (order_id, side, price, quantity)");
    rows_.push_back({parse_order_id(fields[0]), static_cast<i64>(parse_side(fields[1])), grid.ticks(fields[2]),
                     grid.lots(fields[3]), 0});
  }
  columns_ = {column_of(rows_, offsetof(QueuedOrder, order_id)),
              column_of(rows_, offsetof(QueuedOrder, side)),
              column_of(rows_, offsetof(QueuedOrder, price)),
              column_of(rows_, offsetof(QueuedOrder, quantity)),
              {},
              rows_.size()};
}

void throw_snapshot_error(const BatchResult& result, const OrderColumns& orders) {
  if (result.rows == orders.rows) throw_book_error(result.fault, "snapshot", py::none());
  throw_book_error(result.fault,
                   "snapshot: orders[" + std::to_string(result.rows) + "] (order " +
                       std::to_string(static_cast<u64>(orders.order_id[result.rows])) + ")",
                   py::int_(result.rows));
}

void throw_snapshot_error(const BatchResult& result, const LevelColumns& bids, const LevelColumns& asks) {
  if (result.rows == bids.rows + asks.rows) throw_book_error(result.fault, "snapshot", py::none());
  const bool is_bid = result.rows < bids.rows;
  const LevelColumns& columns = is_bid ? bids : asks;
  const std::size_t at = is_bid ? result.rows : result.rows - bids.rows;
  throw_book_error(result.fault,
                   std::string("snapshot: ") + (is_bid ? "bids[" : "asks[") + std::to_string(at) + "] (price " +
                       std::to_string(columns.price[at]) + " ticks, quantity " + std::to_string(columns.quantity[at]) +
                       " lots)",
                   py::int_(at));
}

}  // namespace pytrader::bindings
