// Reads an exchange's rules, sessions and reference price from Python, and how long a run with one lasts.
#include "bind_exchange.hpp"

#include <string>

#include "session_arguments.hpp"
#include "value_bridge.hpp"

namespace pytrader::bindings {
namespace {

void add_exchange(BacktestEngine& self, InstrumentIndex instrument, const VenueRules& rules,
                  const py::sequence& sessions, py::handle reference_ticks, py::handle start_ns) {
  ExchangeSettings settings;
  settings.rules = rules;
  for (const auto& session : sessions) {
    const auto pair = session.cast<py::sequence>();
    if (pair.size() != 2) {
      throw Error(ErrorCode::invalid_argument,
                  "a session has " + std::to_string(pair.size()) + " parts; give (nanoseconds, phase)");
    }
    settings.sessions.push_back({parse_integer(pair[0], "a session's time"), parse_phase(pair[1])});
  }
  if (!reference_ticks.is_none()) settings.reference_price = parse_integer(reference_ticks, "reference_ticks");
  settings.start = parse_integer(start_ns, "start_ns");
  self.loop().add_exchange(instrument, settings);
}

}  // namespace

void bind_exchange(py::class_<BacktestEngine>& engine) {
  engine
      .def("add_exchange", &add_exchange, py::arg("instrument"), py::arg("rules"), py::arg("sessions") = py::tuple(),
           py::arg("reference_ticks") = py::none(), py::arg("start_ns") = INT64_MIN,
           "Strategies make the market of this instrument. `sessions` are (nanoseconds, phase), in order of time; "
           "without "
           "any it is closed before `start_ns`.")
      .def(
          "extend",
          [](BacktestEngine& self, py::handle start_ns, py::handle end_ns) {
            self.loop().extend(parse_integer(start_ns, "start_ns"), parse_integer(end_ns, "end_ns"));
          },
          py::arg("start_ns"), py::arg("end_ns"),
          "The run begins at `start_ns` at the latest, and lasts to `end_ns` at least.");
}

}  // namespace pytrader::bindings
