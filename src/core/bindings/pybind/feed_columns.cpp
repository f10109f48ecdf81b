// Reads batches of feed rows from NumPy as the columns that books apply.
#include "feed_columns.hpp"

#include <pybind11/numpy.h>

namespace pytrader::bindings {
namespace {

template <class Record>
const py::dtype& type_of() {
  static const py::dtype& type = *new py::dtype(py::dtype::of<Record>());
  return type;
}

}  // namespace

L3Batch::L3Batch(py::handle events) : source(events, type_of<L3Record>()) {
  columns.action = source.get("action", offsetof(L3Record, action));
  columns.side = source.get("side", offsetof(L3Record, side));
  columns.price = source.get("price", offsetof(L3Record, price));
  columns.quantity = source.get("quantity", offsetof(L3Record, quantity));
  columns.order_id = source.get("order_id", offsetof(L3Record, order_id));
  columns.flags = source.get("flags", offsetof(L3Record, flags), false);
  columns.rows = source.rows();
}

std::string L3Batch::text(std::size_t row) const {
  return "action " + std::to_string(columns.action[row]) + ", side " + std::to_string(columns.side[row]) + ", price " +
         std::to_string(columns.price[row]) + " ticks, quantity " + std::to_string(columns.quantity[row]) +
         " lots, order " + std::to_string(static_cast<u64>(columns.order_id[row]));
}

L2Batch::L2Batch(py::handle events) : source(events, type_of<L2Record>()) {
  columns.action = source.get("action", offsetof(L2Record, action));
  columns.side = source.get("side", offsetof(L2Record, side));
  columns.price = source.get("price", offsetof(L2Record, price));
  columns.quantity = source.get("quantity", offsetof(L2Record, quantity));
  columns.order_count = source.get("order_count", offsetof(L2Record, order_count), false);
  columns.flags = source.get("flags", offsetof(L2Record, flags), false);
  columns.rows = source.rows();
}

std::string L2Batch::text(std::size_t row) const {
  return "action " + std::to_string(columns.action[row]) + ", side " + std::to_string(columns.side[row]) + ", price " +
         std::to_string(columns.price[row]) + " ticks, quantity " + std::to_string(columns.quantity[row]) + " lots";
}

QuoteBatch::QuoteBatch(py::handle quotes) : source(quotes, type_of<QuoteRecord>(), "quotes") {
  columns.bid_price = source.get("bid_price", offsetof(QuoteRecord, bid_price));
  columns.ask_price = source.get("ask_price", offsetof(QuoteRecord, ask_price));
  columns.bid_quantity = source.get("bid_quantity", offsetof(QuoteRecord, bid_quantity));
  columns.ask_quantity = source.get("ask_quantity", offsetof(QuoteRecord, ask_quantity));
  columns.rows = source.rows();
}

std::string QuoteBatch::text(std::size_t row) const {
  return "bid " + std::to_string(columns.bid_quantity[row]) + " at " + std::to_string(columns.bid_price[row]) +
         " ticks, ask " + std::to_string(columns.ask_quantity[row]) + " at " + std::to_string(columns.ask_price[row]) +
         " ticks";
}

}  // namespace pytrader::bindings
