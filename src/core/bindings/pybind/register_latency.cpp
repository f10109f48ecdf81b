// Binds latency models: the numbers that choose one, and what it draws.
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <array>
#include <string>
#include <vector>

#include "kernel/latency_model.hpp"
#include "register.hpp"
#include "value_bridge.hpp"

namespace pytrader::bindings {
namespace {

namespace py = pybind11;

using Int64s = py::array_t<i64, py::array::c_style>;

constexpr std::array<const char*, 6> kKindNames = {"constant", "uniform",   "exponential",
                                                   "normal",   "lognormal", "measured"};

LatencyKind parse_kind(const std::string& text) {
  std::string known;
  for (std::size_t i = 0; i < kKindNames.size(); ++i) {
    if (text == kKindNames[i]) return static_cast<LatencyKind>(i);
    known += (i == 0 ? "" : ", ") + std::string(kKindNames[i]);
  }
  throw Error(ErrorCode::invalid_argument, "latency kind '" + text + "' is none of " + known);
}

u64 parse_seed(py::handle value) {
  const i64 seed = parse_integer(value, "seed");
  if (seed < 0) {
    throw Error(ErrorCode::invalid_argument, "seed is " + std::to_string(seed) + "; it must be 0 to 2^63 - 1");
  }
  return static_cast<u64>(seed);
}

std::vector<LatencyPoint> points_of(const Int64s& times, const Int64s& latencies) {
  if (times.ndim() != 1 || latencies.ndim() != 1 || times.size() != latencies.size()) {
    throw Error(ErrorCode::invalid_argument, "points: times and latencies must be columns of one length");
  }
  std::vector<LatencyPoint> points;
  points.reserve(static_cast<std::size_t>(times.size()));
  for (py::ssize_t i = 0; i < times.size(); ++i) points.push_back({times.data()[i], latencies.data()[i]});
  return points;
}

LatencyChoice make_choice(const std::string& kind, py::handle minimum_ns, py::handle maximum_ns, py::handle location_ns,
                          py::handle scale, py::handle seed, bool may_overtake, const Int64s& times,
                          const Int64s& latencies) {
  LatencyChoice choice;
  choice.kind = parse_kind(kind);
  choice.minimum_ns = parse_integer(minimum_ns, "minimum_ns");
  choice.maximum_ns = parse_integer(maximum_ns, "maximum_ns");
  choice.location_ns = parse_integer(location_ns, "location_ns");
  choice.scale = parse_integer(scale, "scale");
  choice.seed = parse_seed(seed);
  choice.may_overtake = may_overtake;
  choice.points = points_of(times, latencies);
  check(choice, "latency", true);
  return choice;
}

Int64s draws_of(const LatencyChoice& choice, const Int64s& times, py::handle stream) {
  const auto model = make_latency_model(choice, static_cast<u64>(parse_integer(stream, "stream")));
  Int64s drawn(times.size());
  for (py::ssize_t i = 0; i < times.size(); ++i) drawn.mutable_data()[i] = model->next(times.data()[i]);
  return drawn;
}

}  // namespace

void register_latency(py::module_& module) {
  py::class_<LatencyChoice>(module, "LatencyModel", py::is_final(),
                            "How long messages are on their way, in whole nanoseconds.\n\n"
                            "`pytrader.backtest.Latency` is what users write.")
      .def(py::init(&make_choice), py::arg("kind"), py::kw_only(), py::arg("minimum_ns") = 0, py::arg("maximum_ns") = 0,
           py::arg("location_ns") = 0, py::arg("scale") = 0, py::arg("seed") = 0,
           py::arg("may_overtake").noconvert() = false, py::arg("times").noconvert() = Int64s(0),
           py::arg("latencies").noconvert() = Int64s(0))
      .def("draws", &draws_of, py::arg("times").noconvert(), py::arg("stream") = 0,
           "The latencies of messages that leave at these times, as the hop of this number draws them.");
}

}  // namespace pytrader::bindings
