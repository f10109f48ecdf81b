// Exports the record types of market data as NumPy dtypes.
#include <pybind11/native_enum.h>
#include <pybind11/numpy.h>

#include "model/records.hpp"
#include "register.hpp"

namespace pytrader::bindings {

namespace py = pybind11;

void register_records(py::module_& module) {
  PYBIND11_NUMPY_DTYPE(L3Record, ts_event, ts_init, action, side, price, quantity, order_id, flags);
  PYBIND11_NUMPY_DTYPE(L2Record, ts_event, ts_init, action, side, price, quantity, order_count, flags);
  PYBIND11_NUMPY_DTYPE(QuoteRecord, ts_event, ts_init, bid_price, ask_price, bid_quantity, ask_quantity);
  PYBIND11_NUMPY_DTYPE(TradeRecord, ts_event, ts_init, price, quantity, aggressor_side, trade_id);
  PYBIND11_NUMPY_DTYPE(BarRecord, ts_event, ts_init, ts_open, open, high, low, close, volume);
  PYBIND11_NUMPY_DTYPE(StatusRecord, ts_event, ts_init, phase);
  module.attr("L3_EVENT") = py::dtype::of<L3Record>();
  module.attr("L2_EVENT") = py::dtype::of<L2Record>();
  module.attr("QUOTE") = py::dtype::of<QuoteRecord>();
  module.attr("TRADE") = py::dtype::of<TradeRecord>();
  module.attr("BAR") = py::dtype::of<BarRecord>();
  module.attr("STATUS") = py::dtype::of<StatusRecord>();
  module.attr("FLAG_LAST") = kFlagLast;
  module.attr("FLAG_SNAPSHOT") = kFlagSnapshot;
  py::native_enum<BookAction>(module, "BookAction", "enum.IntEnum", "What a row of a book feed does.")
      .value("ADD", BookAction::add)
      .value("REPLACE", BookAction::replace)
      .value("ERASE", BookAction::erase)
      .value("REDUCE", BookAction::reduce)
      .value("EXECUTE", BookAction::execute)
      .value("TRADE", BookAction::trade)
      .value("CLEAR", BookAction::clear)
      .finalize();
}

}  // namespace pytrader::bindings
