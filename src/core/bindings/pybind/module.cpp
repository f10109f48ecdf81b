// The extension module pytrader._core: what is made once per run, and work on whole arrays.
#include <pybind11/pybind11.h>

#include "error_table.hpp"
#include "register.hpp"
#include "value_bridge.hpp"

namespace pytrader::bindings {
namespace {

void translate(std::exception_ptr pointer) {
  try {
    if (pointer) std::rethrow_exception(pointer);
  } catch (const Error& error) {
    set_python_error(error);
  }
}

}  // namespace

PYBIND11_MODULE(_core, module) {
  import_values();
  pybind11::register_local_exception_translator(&translate);
  register_decimal(module);
  register_enums(module);
  register_model(module);
  register_fees(module);
  register_ledger(module);
  register_records(module);
  register_book(module);
  register_binance_capture(module);
  register_level_books(module);
  register_own_orders(module);
  register_feeds_json(module);
  register_itch(module);
  register_dbn(module);
  register_queue_model(module);
  register_queue_audit(module);
  register_latency(module);
  register_bands(module);
  register_session(module);
  register_allocation(module);
  register_matching(module);
  register_multi_leg(module);
  register_kernel(module);
  register_journal(module);
  register_compiled(module);
}

}  // namespace pytrader::bindings
