// Reads order ids from Python objects, refusing what only looks like them.
#pragma once

#include <pybind11/pybind11.h>

#include "decimal/integers.hpp"

namespace pytrader::bindings {

namespace py = pybind11;

// An int, or what has __index__, in 0 .. 2^64 - 1; no bool, float or Decimal.
u64 parse_order_id(py::handle value);

}  // namespace pytrader::bindings
