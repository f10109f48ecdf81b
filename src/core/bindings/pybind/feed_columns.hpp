// Reads batches of feed rows from NumPy as the columns that books apply.
#pragma once

#include <pybind11/pybind11.h>

#include <cstddef>
#include <string>

#include "book/best_quote_book.hpp"
#include "book/l2_book.hpp"
#include "book/l3_book.hpp"
#include "event_columns.hpp"

namespace pytrader::bindings {

namespace py = pybind11;

// A batch that keeps its arrays alive. `text(row)` shows a row in an error's message.
struct L3Batch {
  explicit L3Batch(py::handle events);
  std::string text(std::size_t row) const;

  EventColumns source;
  L3Columns columns;
};

struct L2Batch {
  explicit L2Batch(py::handle events);
  std::string text(std::size_t row) const;

  EventColumns source;
  L2Columns columns;
};

struct QuoteBatch {
  explicit QuoteBatch(py::handle quotes);
  std::string text(std::size_t row) const;

  EventColumns source;
  QuoteColumns columns;
};

}  // namespace pytrader::bindings
