// Turns the core's exceptions into the classes of pytrader.errors; the one table that both bindings use.
#pragma once

#include <Python.h>

#include <array>
#include <cstring>
#include <new>
#include <stdexcept>

#include "decimal/error.hpp"

namespace pytrader::bindings {

// In the order of ErrorCode.
constexpr std::array<const char*, 13> kErrorClasses = {
    "InvalidDecimal", "Inexact",       "DecimalOverflow", "DivisionByZero",    "CurrencyMismatch",
    "OffTick",        "OffLot",        "InvalidArgument", "InvalidInstrument", "BookError",
    "InvalidState",   "CapacityError", "JournalError"};
static_assert(kErrorClasses.size() == static_cast<std::size_t>(ErrorCode::journal) + 1);

inline void set_python_error(const Error& error) {
  const auto index = static_cast<std::size_t>(error.code());
  PyObject* module = PyImport_ImportModule("pytrader.errors");
  if (module == nullptr) return;
  PyObject* error_class = PyObject_GetAttrString(module, kErrorClasses.at(index));
  // Text of a compiled strategy may be no UTF-8.
  const char* text = error.what();
  PyObject* message = PyUnicode_DecodeUTF8(text, static_cast<Py_ssize_t>(std::strlen(text)), "backslashreplace");
  if (error_class != nullptr && message != nullptr) PyErr_SetObject(error_class, message);
  Py_XDECREF(message);
  Py_XDECREF(error_class);
  Py_DECREF(module);
}

// For Cython's `except +`: called while an exception is being handled, with the interpreter lock held.
inline void translate_current_exception() {
  if (PyErr_Occurred() != nullptr) return;
  try {
    throw;
  } catch (const Error& error) {
    set_python_error(error);
  } catch (const std::bad_alloc&) {
    PyErr_NoMemory();
  } catch (const std::exception& error) {
    PyErr_SetString(PyExc_RuntimeError, error.what());
  }
}

}  // namespace pytrader::bindings
