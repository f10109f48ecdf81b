// Reads order ids from Python objects, refusing what only looks like them.
#include "order_arguments.hpp"

#include <string>

#include "decimal/error.hpp"

namespace pytrader::bindings {
namespace {

std::string shown(py::handle value) {
  return py::cast<std::string>(py::repr(value));
}

}  // namespace

u64 parse_order_id(py::handle value) {
  if (PyBool_Check(value.ptr()) || !PyIndex_Check(value.ptr())) {
    throw py::type_error("order_id must be an int, not " + shown(value));
  }
  const auto number = py::reinterpret_steal<py::object>(PyNumber_Index(value.ptr()));
  if (!number) throw py::error_already_set();
  const u64 id = PyLong_AsUnsignedLongLong(number.ptr());
  if (id == UINT64_MAX && PyErr_Occurred() != nullptr) {
    if (!PyErr_ExceptionMatches(PyExc_OverflowError)) throw py::error_already_set();
    PyErr_Clear();
    throw Error(ErrorCode::invalid_argument, "order_id must lie in 0 .. 2^64 - 1, not " + shown(number));
  }
  return id;
}

}  // namespace pytrader::bindings
