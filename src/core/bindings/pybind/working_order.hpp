// A live order of a matching engine, as Python sees it.
#pragma once

#include <pybind11/pybind11.h>

#include <optional>
#include <string>

#include "matching/matching_engine.hpp"
#include "price_grid.hpp"

namespace pytrader::bindings {

struct WorkingOrder {
  LiveOrder order;
  py::object price;  // Price or None
  py::object leaves_qty;
  py::object cum_qty;
  py::object display_qty;
  py::object stop_price;  // Price or None
};

WorkingOrder working_order(const LiveOrder& order, const PriceGrid& grid);

void register_working_order(py::module_& module);

}  // namespace pytrader::bindings
