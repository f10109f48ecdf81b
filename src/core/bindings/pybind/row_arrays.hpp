// Rows of plain structs in NumPy: taking a caller's array as it lies, and handing out copies of our vectors.
#pragma once

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <cstring>
#include <span>
#include <string>
#include <vector>

#include "decimal/error.hpp"

namespace pytrader::bindings {

namespace py = pybind11;

// An array of rows of one dtype, whole and aligned; a copy only if it is neither.
template <class Row>
py::array rows_from(py::handle value, const char* what, const char* dtype_name) {
  const py::dtype wanted = py::dtype::of<Row>();
  const std::string name(dtype_name);
  if (!py::isinstance<py::array>(value)) {
    throw py::type_error(std::string(what) + " must be a NumPy array of dtype " + name + ", not " +
                         py::str(py::type::of(value)).cast<std::string>());
  }
  auto array = py::reinterpret_borrow<py::array>(value);
  if (!array.dtype().is(wanted) && !array.dtype().equal(wanted)) {
    throw Error(ErrorCode::invalid_argument, std::string(what) + " have dtype " +
                                                 py::str(array.dtype()).cast<std::string>() +
                                                 "; make the array with dtype=pytrader.matching." + name);
  }
  if (array.ndim() != 1) {
    throw Error(ErrorCode::invalid_argument, std::string(what) + " have " + std::to_string(array.ndim()) +
                                                 " dimensions; an array of " + name + " must have one");
  }
  constexpr int wanted_flags = py::detail::npy_api::NPY_ARRAY_C_CONTIGUOUS_ | py::detail::npy_api::NPY_ARRAY_ALIGNED_;
  if ((array.flags() & wanted_flags) == wanted_flags) return array;
  return py::module_::import("numpy").attr("require")(array, py::none(), "CA").cast<py::array>();
}

template <class Row>
std::span<const Row> span_of(const py::array& array) {
  return {static_cast<const Row*>(array.data()), static_cast<std::size_t>(array.size())};
}

template <class Row>
py::array copy_of(const std::vector<Row>& rows) {
  py::array copy(py::dtype::of<Row>(), static_cast<py::ssize_t>(rows.size()));
  if (!rows.empty()) std::memcpy(copy.mutable_data(), rows.data(), rows.size() * sizeof(Row));
  return copy;
}

}  // namespace pytrader::bindings
