// Reads a batch of events from NumPy: a structured array, or a mapping of names to columns of 64-bit integers.
#include "event_columns.hpp"

#include <string>

#include "refusal.hpp"

namespace pytrader::bindings {
namespace {

std::string text(py::handle value) {
  return py::cast<std::string>(py::str(value));
}

// A mask says that values are not to be used, and there is no way to leave them out.
void refuse_masked(py::handle array, const std::string& what) {
  if (Py_TYPE(array.ptr()) == py::detail::npy_api::get().PyArray_Type_) return;
  if (!py::isinstance(array, py::module_::import("numpy.ma").attr("MaskedArray"))) return;
  refuse(what + " must not be a masked array: drop the masked rows, or fill them, first");
}

void check_names(py::handle names, const py::dtype& expected, const std::string& what) {
  const py::object known = expected.attr("names");
  for (const py::handle name : names) {
    if (!known.contains(name)) refuse(what + " have an unknown column " + text(name) + "; known are " + text(known));
  }
}

}  // namespace

EventColumns::EventColumns(py::handle events, const py::dtype& expected, const char* what)
    : what_(what), source_(py::reinterpret_borrow<py::object>(events)), is_array_(py::isinstance<py::array>(events)) {
  if (!is_array_) {
    if (!py::hasattr(events, "keys")) {
      refuse(what_ + " must be a structured array or a mapping of names to columns, not " +
             text(py::type::handle_of(events).attr("__name__")));
    }
    check_names(events.attr("keys")(), expected, what_);
    return;
  }
  refuse_masked(events, what_);
  const auto array = py::reinterpret_borrow<py::array>(events);
  if (array.ndim() != 1) refuse(what_ + " must have one dimension, not " + std::to_string(array.ndim()));
  const py::dtype type = array.dtype();
  if (type.ptr() == expected.ptr() || type.equal(expected)) {
    records_ = static_cast<const char*>(array.data());
    stride_ = array.strides(0);
    rows_ = static_cast<std::size_t>(array.shape(0));
    return;
  }
  const py::object names = type.attr("names");
  if (names.is_none()) refuse(what_ + " must be an array of " + text(expected) + ", not of " + text(type));
  check_names(names, expected, what_);
}

Column EventColumns::get(const char* name, std::size_t offset, bool required) {
  if (records_ != nullptr) return {records_ + offset, stride_};
  const py::object value = find(name);
  if (!value.is_none()) return take_column(value, name);
  if (required) refuse(what_ + " lack the column " + name);
  return {};
}

py::object EventColumns::find(const char* name) const {
  const py::str key(name);
  const bool present = is_array_ ? source_.attr("dtype").attr("names").contains(key) : source_.contains(key);
  return present ? py::object(source_[key]) : py::none();
}

Column EventColumns::take_column(py::handle value, const char* name) {
  const std::string called = std::string("column ") + name;
  if (!py::isinstance<py::array>(value)) refuse(called + " must be a NumPy array of int64");
  refuse_masked(value, called);
  auto array = py::reinterpret_borrow<py::array>(value);
  const py::dtype type = array.dtype();
  const bool of_ids = called.ends_with("_id");
  const bool fits = type.kind() == 'i' || (type.kind() == 'u' && of_ids);
  if (!fits || type.itemsize() != 8 || type.byteorder() == '>') {
    refuse(called + " must be of int64" + (of_ids ? " or uint64" : "") + ", not " + text(type));
  }
  if (array.ndim() != 1) refuse(called + " must have one dimension, not " + std::to_string(array.ndim()));
  const auto rows = static_cast<std::size_t>(array.shape(0));
  if (!columns_.empty() && rows != rows_) {
    refuse(called + " has " + std::to_string(rows) + " rows, the others have " + std::to_string(rows_));
  }
  rows_ = rows;
  columns_.push_back(array);
  return {array.data(), array.strides(0)};
}

}  // namespace pytrader::bindings
