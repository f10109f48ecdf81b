// What the back-test engine's binding has of strategies.
#pragma once

#include "backtest_engine.hpp"

namespace pytrader::bindings {

void bind_strategies(py::class_<BacktestEngine>& engine);
void register_once_set(py::module_& module);

}  // namespace pytrader::bindings
