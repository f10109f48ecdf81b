// Reads texts, flags and sequences from Python so that what is refused names its argument.
#pragma once

#include <pybind11/pybind11.h>

#include <string>
#include <string_view>

#include "refusal.hpp"

namespace pytrader::bindings {

namespace py = pybind11;

[[noreturn]] inline void refuse_type(const char* what, const char* wanted, py::handle value) {
  throw py::type_error(std::string(what) + " must be " + wanted + ", not " + Py_TYPE(value.ptr())->tp_name);
}

// TypeError for what is no text; Error(invalid_argument) for one with a lone surrogate, which has no UTF-8.
inline std::string parse_text(py::handle value, const char* what) {
  if (!py::isinstance<py::str>(value)) refuse_type(what, "text", value);
  Py_ssize_t size = 0;
  const char* text = PyUnicode_AsUTF8AndSize(value.ptr(), &size);
  if (text == nullptr) {
    PyErr_Clear();
    refuse(std::string(what) + " is " + py::repr(value).cast<std::string>() +
           ", which holds half of a surrogate pair; give text that has a UTF-8 form");
  }
  return {text, static_cast<std::size_t>(size)};
}

// True or False, NumPy's too; no number stands for them.
inline bool parse_flag(py::handle value, const char* what) {
  const std::string_view type = Py_TYPE(value.ptr())->tp_name;
  if (!PyBool_Check(value.ptr()) && type != "numpy.bool" && type != "numpy.bool_") {
    refuse_type(what, "True or False", value);
  }
  return PyObject_IsTrue(value.ptr()) == 1;
}

// A text is a sequence of texts, which is hardly meant; bytes are one of numbers.
inline py::sequence parse_members(py::handle value, const char* what) {
  const bool meant = PySequence_Check(value.ptr()) == 1 && !PyUnicode_Check(value.ptr()) && !PyBytes_Check(value.ptr());
  if (!meant) refuse_type(what, "a sequence of members or their texts", value);
  return py::reinterpret_borrow<py::sequence>(value);
}

}  // namespace pytrader::bindings
