// Reads a batch of events from NumPy: a structured array, or a mapping of names to columns of 64-bit integers.
#pragma once

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <cstddef>
#include <string>
#include <vector>

#include "model/column.hpp"

namespace pytrader::bindings {

namespace py = pybind11;

// Batches shorter than this are worked through with the interpreter lock held: releasing it costs more than it gives.
constexpr std::size_t kRowsWorthUnlocking = 256;

// Nothing is copied: the columns point into the arrays, which this object keeps alive.
class EventColumns {
 public:
  // `expected` is the batch's record type, whose fields are the columns' names. An array of that very type (cheap) or
  // of an equal one is taken as it lies; any other structured array and a mapping are taken column by column. Masked
  // arrays are refused. Throws Error(invalid_argument) naming what does not fit; `what` names the batch in messages.
  EventColumns(py::handle events, const py::dtype& expected, const char* what = "events");

  std::size_t rows() const noexcept { return rows_; }
  // The column of a field. A column that is absent is an error if required, else it has no data.
  Column get(const char* name, std::size_t offset, bool required = true);

 private:
  py::object find(const char* name) const;
  Column take_column(py::handle value, const char* name);

  std::string what_;
  py::object source_;
  bool is_array_ = false;          // a structured array
  const char* records_ = nullptr;  // its rows, if they are of the expected type
  std::ptrdiff_t stride_ = 0;
  std::size_t rows_ = 0;
  std::vector<py::array> columns_;  // taken one by one
};

}  // namespace pytrader::bindings
