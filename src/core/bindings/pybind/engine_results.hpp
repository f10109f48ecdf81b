// What a run leaves behind, as NumPy arrays and Python values.
#pragma once

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include "kernel/backtest_loop.hpp"

namespace pytrader::bindings {

namespace py = pybind11;

// The dtypes ORDER_ROW, FILL_ROW, EQUITY_ROW, EVENT_ROW and REFUSED_ROW.
void register_rows(py::module_& module);

// After the end, once: orders, fills and order events. They are most of what a run keeps, so that their memory is given
// back row by row: not everything is there twice.
py::tuple take_records(BacktestLoop& loop);
py::array refused_rows(const BacktestLoop& loop);
py::array equity_rows(const BacktestLoop& loop);
py::array cash_event_rows(const BacktestLoop& loop);
// (name, tick size) of each synthetic price, in order of its number.
py::list synthetics(const BacktestLoop& loop);
py::list insurance(const BacktestLoop& loop);
// (currency, opening, cash, equity) of each account.
py::list accounts(const BacktestLoop& loop);
// (strategy, instrument, quantity, average_price, realized_pnl, unrealized_pnl, fees, max_position, last_price) of each
// strategy and instrument; None for a price or profit that is not known.
py::list positions(const BacktestLoop& loop);
// (instrument, fault, count) of each kind of fault that the books found in the rows of their feeds.
py::list book_faults(const BacktestLoop& loop);

}  // namespace pytrader::bindings
