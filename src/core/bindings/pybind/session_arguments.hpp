// Reads a trading phase from Python: a member of TradingPhase or its text.
#pragma once

#include <pybind11/pybind11.h>

#include "matching/trading_phase.hpp"

namespace pytrader::bindings {

TradingPhase parse_phase(pybind11::handle value);

}  // namespace pytrader::bindings
