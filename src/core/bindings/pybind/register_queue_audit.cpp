// Binds the audit of queue models: the same own orders where the queue is known and where it is guessed.
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <memory>
#include <vector>

#include "matching/fill_log_audit.hpp"
#include "matching/queue_audit.hpp"
#include "register.hpp"
#include "row_arrays.hpp"
#include "value_bridge.hpp"

namespace pytrader::bindings {
namespace {

py::int_ wide_int(i128 value) {
  const py::int_ high(static_cast<i64>(value >> 64));
  const py::int_ low(static_cast<u64>(value));
  return py::int_((high << py::int_(64)) + low);
}

std::unique_ptr<QueueAudit> make_audit(const std::vector<QueueModelChoice>& models, py::handle life_rows,
                                       py::handle quantity_lots) {
  const i64 rows = parse_integer(life_rows, "life_rows");
  if (rows < 0) {
    throw Error(ErrorCode::invalid_argument, "life_rows is " + std::to_string(rows) + "; give 1 to 2^32 rows");
  }
  QueueAuditPlan plan;
  plan.life_rows = static_cast<u64>(rows);
  plan.quantity = parse_integer(quantity_lots, "quantity_lots");
  return std::make_unique<QueueAudit>(models, plan);
}

void apply_rows(QueueAudit& audit, py::handle rows) {
  const py::array kept = rows_from<L3Record>(rows, "rows", "L3_EVENT");
  const auto span = span_of<L3Record>(kept);
  for (const L3Record& row : span) audit.apply(row);
}

py::list dicts_of(const std::vector<QueueAuditFigures>& of_models) {
  py::list all;
  for (const QueueAuditFigures& each : of_models) {
    py::dict figures;
    figures["orders"] = each.orders;
    figures["ordered_lots"] = each.ordered_lots;
    figures["true_lots"] = each.true_lots;
    figures["filled_lots"] = each.filled_lots;
    figures["false_lots"] = each.false_lots;
    figures["missed_lots"] = each.missed_lots;
    figures["samples"] = each.samples;
    figures["error"] = wide_int(each.error);
    figures["absolute_error"] = wide_int(each.absolute_error);
    all.append(std::move(figures));
  }
  return all;
}

// Rows of one instrument in order of time; at one time trades come first, as in a back-test.
py::list audit_fill_log(const std::vector<QueueModelChoice>& models, py::handle orders, py::handle levels,
                        py::handle trades) {
  const py::array order_rows = rows_from<LoggedOrder>(orders, "orders", "LOGGED_ORDER");
  const py::array level_rows = rows_from<L2Record>(levels, "levels", "L2_EVENT");
  const py::array trade_rows = rows_from<TradeRecord>(trades, "trades", "TRADE");
  const auto logged = span_of<LoggedOrder>(order_rows);
  FillLogAudit audit(models, {logged.begin(), logged.end()});
  const auto prints = span_of<TradeRecord>(trade_rows);
  std::size_t next = 0;
  for (const L2Record& level : span_of<L2Record>(level_rows)) {
    for (; next < prints.size() && prints[next].ts_event <= level.ts_event; ++next) audit.apply_trade(prints[next]);
    audit.apply_l2(level);
  }
  for (; next < prints.size(); ++next) audit.apply_trade(prints[next]);
  return dicts_of(audit.finish());
}

}  // namespace

void register_queue_audit(py::module_& module) {
  PYBIND11_NUMPY_DTYPE(LoggedOrder, ts_joined, ts_left, side, price, quantity, filled);
  module.attr("LOGGED_ORDER") = py::dtype::of<LoggedOrder>();
  module.def("audit_fill_log", &audit_fill_log, py::arg("models"), py::arg("orders"), py::arg("levels"),
             py::arg("trades"), "What each model makes of one's own logged orders: one dict of whole numbers a model.");
  py::class_<QueueAudit>(module, "QueueAudit", py::is_final(),
                         "The same own orders at an order-by-order venue and, for each model, at a level venue.\n\n"
                         "`pytrader.simulation.measure_queue_models` is what users call.")
      .def(py::init(&make_audit), py::arg("models"), py::kw_only(), py::arg("life_rows"), py::arg("quantity_lots"))
      .def("apply", &apply_rows, py::arg("rows"), "Rows of L3_EVENT, in order; more may follow.")
      .def(
          "figures", [](const QueueAudit& self) { return dicts_of(self.figures()); },
          "One dict of whole numbers a model; errors are sums in 2**-32 lot.");
}

}  // namespace pytrader::bindings
