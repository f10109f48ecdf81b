// Binds what the back-test engine knows of strategies: adding them, their errors, and settings of the run.
#include "bind_strategies.hpp"

#include <algorithm>

#include "value_casters.hpp"

namespace pytrader::bindings {
namespace {

ErrorAction parse_action(const std::string& text) {
  for (const ErrorAction action : {ErrorAction::stop, ErrorAction::pause, ErrorAction::cancel, ErrorAction::flatten}) {
    if (text == to_text(action)) return action;
  }
  throw Error(ErrorCode::invalid_argument,
              "error policy '" + text + "' is none of 'stop', 'pause', 'cancel' and 'flatten'");
}

u32 parse_natural(py::handle value, const char* what) {
  const i64 count = parse_integer(value, what);
  if (count < 0 || count > UINT32_MAX) {
    throw Error(ErrorCode::invalid_argument,
                std::string(what) + " must be from 0 to 2**32 - 1, got " + std::to_string(count));
  }
  return static_cast<u32>(count);
}

StrategyIndex add_strategy(BacktestEngine& self, const py::capsule& port, py::object context, const RiskLimits& limits,
                           const std::string& action, py::handle errors, py::handle window_ns, py::handle cooldown_ns,
                           py::handle tag, bool compiled) {
  ErrorPolicy policy;
  policy.action = parse_action(action);
  policy.errors = parse_natural(errors, "errors");
  policy.window_ns = parse_integer(window_ns, "window_ns");
  policy.cooldown_ns = parse_integer(cooldown_ns, "cooldown_ns");
  policy.tag = parse_natural(tag, "tag");
  return self.add_strategy(port, std::move(context), limits, policy, compiled);
}

py::list error_rows(const BacktestEngine& engine) {
  py::list rows;
  for (const ErrorRecord& record : engine.loop().kernel().errors()) {
    const py::object settled =
        record.settled_ts == kNeverSettled ? py::object(py::none()) : py::cast(record.settled_ts);
    rows.append(py::make_tuple(record.strategy, record.ts, to_text(record.action), settled));
  }
  return rows;
}

}  // namespace

void bind_strategies(py::class_<BacktestEngine>& engine) {
  engine
      .def("add_strategy", &add_strategy, py::arg("port"), py::arg("context"), py::arg("limits"), py::kw_only(),
           py::arg("action") = "stop", py::arg("errors") = 1, py::arg("window_ns") = 0, py::arg("cooldown_ns") = 0,
           py::arg("tag") = 0, py::arg("compiled").noconvert() = false,
           "Its index. `port` is the capsule of `context`, which is kept for as long as this engine; the rest is what "
           "is done when a handler fails. `compiled`: it never runs Python; an engine whose strategies all are runs "
           "without the interpreter's lock.")
      .def(
          "add_setting",
          [](BacktestEngine& self, py::handle value) {
            self.loop().kernel().add_setting(parse_integer(value, "value"));
          },
          py::arg("value"), "A number that decides what happens, such as a seed: it goes into the digest.")
      .def("errors", &error_rows,
           "(strategy, ts_ns, action, settled_ns) of each handler that failed, in order; settled_ns is None when the "
           "run ended before all was done.");
}

}  // namespace pytrader::bindings
