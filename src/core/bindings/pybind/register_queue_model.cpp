// Binds the choice of a queue model, and what a model does to one place in a queue.
#include <pybind11/operators.h>
#include <pybind11/pybind11.h>

#include <string>
#include <utility>

#include "matching/queue_model.hpp"
#include "register.hpp"
#include "value_bridge.hpp"

namespace pytrader::bindings {
namespace {

namespace py = pybind11;

// What a level of a book may show at most.
constexpr i64 kMostLots = INT64_MAX / 2;

i64 parse_lots(py::handle value, const char* what) {
  const i64 lots = parse_integer(value, what);
  if (lots < 0 || lots > kMostLots) {
    throw Error(ErrorCode::invalid_argument,
                std::string(what) + " is " + std::to_string(lots) + "; it must be 0 to 2^62 - 1 lots");
  }
  return lots;
}

u32 parse_fraction(py::handle value) {
  const i64 fraction = parse_integer(value, "fraction");
  if (fraction < 0 || fraction > UINT32_MAX) {
    throw Error(ErrorCode::invalid_argument,
                "fraction is " + std::to_string(fraction) + "; it must be 0 to 2^32 - 1, in 2^-32 lot");
  }
  return static_cast<u32>(fraction);
}

QueueModelChoice with_exponent(QueueModelKind kind, py::handle exponent) {
  const i64 number = parse_integer(exponent, "exponent");
  if (number < 1 || number > kMaxQueueExponent) {
    throw Error(ErrorCode::invalid_argument,
                "exponent is " + std::to_string(number) + "; it must be a whole number from 1 to 16");
  }
  return {kind, static_cast<u32>(number)};
}

u64 share_behind(const QueueModelChoice& choice, py::handle ahead, py::handle behind) {
  const u128 stands_ahead = static_cast<u128>(parse_lots(ahead, "ahead")) << 32;
  const u128 stands_behind = static_cast<u128>(parse_lots(behind, "behind")) << 32;
  if (stands_ahead + stands_behind == 0) {
    throw Error(ErrorCode::invalid_argument, "ahead and behind are both 0; something must stand in the queue");
  }
  return make_queue_model(choice)->share_behind(stands_ahead, stands_behind);
}

std::pair<i64, u32> after_level_of(const QueueModelChoice& choice, py::handle lots, py::handle fraction,
                                   py::handle before, py::handle after, py::handle traded) {
  const QueueAhead ahead =
      after_level(*make_queue_model(choice), {parse_lots(lots, "lots"), parse_fraction(fraction)},
                  parse_lots(before, "before"), parse_lots(after, "after"), parse_lots(traded, "traded"));
  return {ahead.lots, ahead.fraction};
}

}  // namespace

void register_queue_model(py::module_& module) {
  using Choice = QueueModelChoice;
  using Kind = QueueModelKind;
  py::class_<Choice>(
      module, "QueueModel", py::is_final(),
      "How a simulated venue guesses where in the queue of a price level a cancellation happened.\n\n"
      "Parameters\n----------\n"
      "text : str\n    'risk_averse', 'front', 'power:N', 'power_of_total:N', 'power_of_ahead:N', 'logarithm' or\n"
      "    'logarithm_of_total', N from 1 to 16. docs/queue_models.md has the formulas.")
      .def(py::init(&queue_model_from_text), py::arg("text"))
      .def_static(
          "risk_averse", [] { return Choice{}; }, "Cancels come from behind as long as anything is there.")
      .def_static(
          "front", [] { return Choice{Kind::front, 0}; }, "Cancels come from ahead as long as anything is there.")
      .def_static(
          "power", [](py::handle exponent) { return with_exponent(Kind::power, exponent); }, py::arg("exponent"),
          "Share behind: behind**n / (ahead**n + behind**n).")
      .def_static(
          "power_of_total", [](py::handle exponent) { return with_exponent(Kind::power_of_total, exponent); },
          py::arg("exponent"), "Share behind: behind**n / (ahead + behind)**n.")
      .def_static(
          "power_of_ahead", [](py::handle exponent) { return with_exponent(Kind::power_of_ahead, exponent); },
          py::arg("exponent"), "Share behind: 1 - ahead**n / (ahead + behind)**n.")
      .def_static(
          "logarithm", [] { return Choice{Kind::logarithm, 0}; },
          "Share behind: log(1 + behind) / (log(1 + ahead) + log(1 + behind)).")
      .def_static(
          "logarithm_of_total", [] { return Choice{Kind::logarithm_of_total, 0}; },
          "Share behind: log(1 + behind) / log(1 + ahead + behind).")
      .def("share_behind", &share_behind, py::arg("ahead"), py::arg("behind"),
           "Share, in 2**-32, of canceled lots that stood behind an order with so many lots ahead and behind.")
      .def("after_level", &after_level_of, py::arg("lots"), py::arg("fraction"), py::arg("before"), py::arg("after"),
           py::arg("traded") = 0,
           "What is ahead, as lots and 2**-32 lot, once a level of `before` lots shows `after`, of which `traded` "
           "traded.")
      .def("__str__", [](const Choice& self) { return to_text(self); })
      .def("__repr__", [](const Choice& self) { return "QueueModel('" + to_text(self) + "')"; })
      .def("__hash__", [](const Choice& self) { return py::hash(py::str(to_text(self))); })
      .def(py::self == py::self)
      .def(py::pickle([](const Choice& self) { return py::make_tuple(to_text(self)); },
                      [](const py::tuple& state) { return queue_model_from_text(state[0].cast<std::string>()); }));
}

}  // namespace pytrader::bindings
