// Binds the instruments of a run on which strategies trade with one another.
#pragma once

#include <pybind11/pybind11.h>

#include "backtest_engine.hpp"

namespace pytrader::bindings {

void bind_exchange(py::class_<BacktestEngine>& engine);

}  // namespace pytrader::bindings
