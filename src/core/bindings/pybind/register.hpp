// The parts of the module _core: each adds its classes and functions in its own register_*.cpp.
#pragma once

#include <pybind11/pybind11.h>

namespace pytrader::bindings {

void register_decimal(pybind11::module_& module);
void register_enums(pybind11::module_& module);
void register_fees(pybind11::module_& module);
void register_ledger(pybind11::module_& module);
void register_model(pybind11::module_& module);
void register_records(pybind11::module_& module);
void register_book(pybind11::module_& module);
void register_binance_capture(pybind11::module_& module);
void register_level_books(pybind11::module_& module);
void register_own_orders(pybind11::module_& module);
void register_feeds_json(pybind11::module_& module);
void register_dbn(pybind11::module_& module);
void register_itch(pybind11::module_& module);
void register_compiled(pybind11::module_& module);
void register_kernel(pybind11::module_& module);
void register_journal(pybind11::module_& module);
void register_allocation(pybind11::module_& module);
void register_matching(pybind11::module_& module);
void register_multi_leg(pybind11::module_& module);
void register_bands(pybind11::module_& module);
void register_latency(pybind11::module_& module);
void register_queue_audit(pybind11::module_& module);
void register_queue_model(pybind11::module_& module);
void register_session(pybind11::module_& module);

}  // namespace pytrader::bindings
