// Binds price bands, the widths of the U.S. limit-up limit-down plan, and the market-wide circuit breaker.
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <limits>
#include <string>
#include <vector>

#include "matching/circuit_breaker.hpp"
#include "matching/price_bands.hpp"
#include "policy_text.hpp"
#include "register.hpp"
#include "value_bridge.hpp"

namespace pytrader::bindings {
namespace {

namespace py = pybind11;

constexpr BandRounding kRoundings[] = {BandRounding::inward, BandRounding::nearest};
constexpr BandBreach kBreaches[] = {BandBreach::cancel_remainder, BandBreach::rest_at_band, BandBreach::interrupt};

i64 width_argument(py::handle both, py::handle one, const char* what) {
  const i64 symmetric = parse_integer(both, what);
  const i64 single = parse_integer(one, what);
  if (symmetric != 0 && single != 0) {
    throw Error(ErrorCode::invalid_argument,
                "bands: " + std::string(what) + " is given for both directions and for one; give one of the two");
  }
  return symmetric != 0 ? symmetric : single;
}

PriceBand make_band(py::handle ticks, py::handle basis_points, py::handle up_ticks, py::handle up_basis_points,
                    py::handle down_ticks, py::handle down_basis_points, bool greater) {
  PriceBand band;
  band.up = {width_argument(ticks, up_ticks, "ticks"), width_argument(basis_points, up_basis_points, "basis_points"),
             greater};
  band.down = {width_argument(ticks, down_ticks, "ticks"),
               width_argument(basis_points, down_basis_points, "basis_points"), greater};
  check(BandRules{band, false, {}, {}, BandRounding::inward, BandBreach::cancel_remainder, 0, 0});
  return band;
}

py::dict settings_of(const PriceBand& band) {
  py::dict settings;
  settings["up_ticks"] = band.up.ticks;
  settings["up_basis_points"] = band.up.basis_points;
  settings["down_ticks"] = band.down.ticks;
  settings["down_basis_points"] = band.down.basis_points;
  settings["greater"] = band.up.greater;
  return settings;
}

BandRules make_rules(const PriceBand& entry, bool entry_aggressive_only, const PriceBand& static_range,
                     const PriceBand& dynamic_range, const std::string& rounding, const std::string& breach,
                     py::handle limit_state_ns, py::handle pause_ns) {
  BandRules rules;
  rules.entry = entry;
  rules.entry_aggressive_only = entry_aggressive_only;
  rules.static_range = static_range;
  rules.dynamic_range = dynamic_range;
  rules.rounding = parse_policy(rounding, "rounding", kRoundings);
  rules.breach = parse_policy(breach, "breach", kBreaches);
  rules.limit_state_ns = parse_integer(limit_state_ns, "limit_state_ns");
  rules.pause_ns = parse_integer(pause_ns, "pause_ns");
  check(rules);
  return rules;
}

py::dict settings_of(const BandRules& rules) {
  py::dict settings;
  settings["entry"] = rules.entry;
  settings["entry_aggressive_only"] = rules.entry_aggressive_only;
  settings["static_range"] = rules.static_range;
  settings["dynamic_range"] = rules.dynamic_range;
  settings["rounding"] = to_text(rules.rounding);
  settings["breach"] = to_text(rules.breach);
  settings["limit_state_ns"] = rules.limit_state_ns;
  settings["pause_ns"] = rules.pause_ns;
  return settings;
}

py::object open_end(i64 price, i64 unbounded) {
  return price == unbounded ? py::object(py::none()) : py::int_(price);
}

py::tuple range_of(const PriceBand& band, py::handle reference, const std::string& rounding) {
  const PriceRange range =
      range_around(parse_integer(reference, "reference"), band, parse_policy(rounding, "rounding", kRoundings));
  return py::make_tuple(open_end(range.low, PriceRange{}.low), open_end(range.high, PriceRange{}.high));
}

PriceBand luld_band(py::handle tier, py::handle previous_close, py::handle ticks_per_dollar, bool doubled) {
  const i64 number = parse_integer(tier, "tier");
  return PriceBand::symmetric(luld_width(number == 1 || number == 2 ? static_cast<int>(number) : 0,
                                         parse_integer(previous_close, "previous_close"),
                                         parse_integer(ticks_per_dollar, "ticks_per_dollar"), doubled));
}

CircuitBreaker make_breaker(const py::object& levels) {
  if (levels.is_none()) return CircuitBreaker();
  std::vector<CircuitBreakerLevel> rows;
  for (const auto& level : levels.cast<py::sequence>()) {
    const auto row = level.cast<py::tuple>();
    if (row.size() != 3 || !py::isinstance<py::bool_>(row[2])) {
      throw py::type_error("circuit breaker: a level is (decline in basis points, halt in nanoseconds, until_cutoff)");
    }
    rows.push_back({parse_integer(row[0], "decline"), parse_integer(row[1], "halt"), row[2].cast<bool>()});
  }
  return CircuitBreaker(rows);
}

py::list levels_of(const CircuitBreaker& breaker) {
  py::list rows;
  for (const CircuitBreakerLevel& level : breaker.levels()) {
    rows.append(py::make_tuple(level.decline_basis_points, level.halt_ns, level.until_cutoff));
  }
  return rows;
}

py::object until_of(const CircuitBreakerDecision& decision) {
  return !decision.halted || decision.until == INT64_MAX ? py::object(py::none()) : py::int_(decision.until);
}

constexpr const char* kBandDoc = R"(How far from a reference price something may be, to both sides.

Parameters
----------
ticks, basis_points : int
    The width to both sides; of the reference price's magnitude in basis points. 0: not bounded in this way.
up_ticks, up_basis_points, down_ticks, down_basis_points : int
    The width to one side alone, where the two differ.
greater : bool
    With ticks and basis points both given, the lesser counts; or, if set, the greater.

Raises
------
InvalidArgument
    For a width below 0, or one that is given twice.)";

constexpr const char* kRulesDoc =
    R"(Where orders may be priced and trades may happen, and what becomes of those that would not.

Parameters
----------
entry : PriceBand
    A limit price outside it, around the reference price, is refused (PRICE_OUT_OF_RANGE).
entry_aggressive_only : bool
    Only a buy above the band or a sell below it is refused (CME price banding).
static_range, dynamic_range : PriceBand
    Where trades may happen: around the reference price, and around the last trade or auction price.
rounding : {"inward", "nearest"}
    What a bound between two ticks becomes.
breach : {"cancel_remainder", "rest_at_band", "interrupt"}
    What becomes of a taker that would have to trade outside: canceled (Binance), at rest at the bound (limit up, limit
    down), or at rest at its limit while a volatility auction begins (Xetra).
limit_state_ns, pause_ns : int
    A touch that stands at a bound for this long interrupts trading by a volatility auction, of this length; 0: none, and
    until a phase message ends it.

Raises
------
InvalidArgument
    For another text, a time below 0, or a pause without a limit state.

Notes
-----
docs/auctions.md states the rules and their sources.)";

constexpr const char* kBreakerDoc =
    R"(A market-wide circuit breaker: fed with an index, it says when to halt and until when.

Parameters
----------
levels : sequence of (int, int, bool), optional
    Declines in basis points, the shallowest first; the halt in nanoseconds (0: for the rest of the day); whether it
    halts only up to the day's cut-off. Without it those of the U.S. stock exchanges: 7 % and 13 % halt 15 minutes,
    20 % for the rest of the day.

Raises
------
InvalidArgument
    For no or more than 4 levels, or declines that do not grow.

Notes
-----
Each level halts once a day. Source: NYSE Rule 7.12.)";

void register_price_band(py::module_& module) {
  py::class_<PriceBand>(module, "PriceBand", kBandDoc, py::is_final())
      .def(py::init(&make_band), py::kw_only(), py::arg("ticks") = 0, py::arg("basis_points") = 0,
           py::arg("up_ticks") = 0, py::arg("up_basis_points") = 0, py::arg("down_ticks") = 0,
           py::arg("down_basis_points") = 0, py::arg("greater").noconvert() = false)
      .def_property_readonly("up_ticks", [](const PriceBand& band) { return band.up.ticks; })
      .def_property_readonly("up_basis_points", [](const PriceBand& band) { return band.up.basis_points; })
      .def_property_readonly("down_ticks", [](const PriceBand& band) { return band.down.ticks; })
      .def_property_readonly("down_basis_points", [](const PriceBand& band) { return band.down.basis_points; })
      .def_property_readonly("greater", [](const PriceBand& band) { return band.up.greater; })
      .def("range_around", &range_of, py::arg("reference"), py::kw_only(), py::arg("rounding") = "inward",
           "The lowest and highest price in ticks that the band allows around a reference; None for an open end.")
      .def(
          "__eq__", [](const PriceBand& a, const PriceBand& b) { return a == b; }, py::is_operator())
      .def("__hash__", [](const PriceBand& band) { return hash_of_settings(settings_of(band)); })
      .def("__repr__",
           [](const PriceBand& band) { return describe("PriceBand", settings_of(band), settings_of(PriceBand{})); })
      .def(pickle_by_settings<PriceBand>([](const PriceBand& band) { return settings_of(band); }));
}

void register_band_rules(py::module_& module) {
  using Rules = BandRules;
  py::class_<Rules>(module, "BandRules", kRulesDoc, py::is_final())
      .def(py::init(&make_rules), py::kw_only(), py::arg("entry") = PriceBand{},
           py::arg("entry_aggressive_only").noconvert() = false, py::arg("static_range") = PriceBand{},
           py::arg("dynamic_range") = PriceBand{}, py::arg("rounding") = "inward",
           py::arg("breach") = "cancel_remainder", py::arg("limit_state_ns") = 0, py::arg("pause_ns") = 0)
      .def_property_readonly("entry", [](const Rules& rules) { return rules.entry; })
      .def_readonly("entry_aggressive_only", &Rules::entry_aggressive_only)
      .def_property_readonly("static_range", [](const Rules& rules) { return rules.static_range; })
      .def_property_readonly("dynamic_range", [](const Rules& rules) { return rules.dynamic_range; })
      .def_property_readonly("rounding", [](const Rules& rules) { return to_text(rules.rounding); })
      .def_property_readonly("breach", [](const Rules& rules) { return to_text(rules.breach); })
      .def_readonly("limit_state_ns", &Rules::limit_state_ns)
      .def_readonly("pause_ns", &Rules::pause_ns)
      .def(
          "__eq__", [](const Rules& a, const Rules& b) { return a == b; }, py::is_operator())
      .def("__hash__", [](const Rules& rules) { return hash_of_settings(settings_of(rules)); })
      .def("__repr__",
           [](const Rules& rules) { return describe("BandRules", settings_of(rules), settings_of(Rules{})); })
      .def(pickle_by_settings<Rules>([](const Rules& rules) { return settings_of(rules); }));
}

void register_circuit_breaker(py::module_& module) {
  using Decision = CircuitBreakerDecision;
  py::class_<Decision>(module, "CircuitBreakerDecision", "What a level of the index means for trading.", py::is_final())
      .def_readonly("level", &Decision::level, "The level that this observation reached first; 0 is none.")
      .def_readonly("halted", &Decision::halted, "Whether trading is halted.")
      .def_property_readonly("until", &until_of,
                             "When the halt ends, nanoseconds; None if it is not halted, or not to go on that day.")
      .def("__repr__", [](const Decision& decision) {
        return py::str("CircuitBreakerDecision(level={}, halted={}, until={})")
            .format(decision.level, decision.halted, until_of(decision));
      });

  using Breaker = CircuitBreaker;
  py::class_<Breaker>(module, "CircuitBreaker", kBreakerDoc, py::is_final())
      .def(py::init(&make_breaker), py::arg("levels") = py::none())
      .def_property_readonly("levels", &levels_of)
      .def(
          "start_day",
          [](Breaker& breaker, py::handle reference_level, py::handle open, py::handle cutoff) {
            breaker.start_day(parse_integer(reference_level, "reference_level"), parse_integer(open, "open"),
                              parse_integer(cutoff, "cutoff"));
          },
          py::kw_only(), py::arg("reference_level"), py::arg("open"), py::arg("cutoff"),
          "Begins a day: the previous close in whole units of the index, the open and the cut-off in nanoseconds.")
      .def(
          "observe",
          [](Breaker& breaker, py::handle index_level, py::handle ts) {
            return breaker.observe(parse_integer(index_level, "index_level"), parse_integer(ts, "ts"));
          },
          py::arg("index_level"), py::arg("ts"),
          "Takes one level of the index, in order of time. InvalidState before the first day.")
      .def(
          "at", [](const Breaker& breaker, py::handle ts) { return breaker.at(parse_integer(ts, "ts")); },
          py::arg("ts"), "What holds at a time without a new observation.");
}

}  // namespace

void register_bands(py::module_& module) {
  register_price_band(module);
  register_band_rules(module);
  register_circuit_breaker(module);
  module.def(
      "luld_band", &luld_band, py::kw_only(), py::arg("tier"), py::arg("previous_close"),
      py::arg("ticks_per_dollar") = 100, py::arg("doubled").noconvert() = false,
      "The Limit Up-Limit Down band of a U.S. stock, by its tier (1 or 2) and previous close in ticks.\n\n"
      "`doubled` is for the last 25 minutes of regular trading. Source: the plan of SEC File 4-631, section V and "
      "appendix A. InvalidArgument for another tier, or numbers that are not above 0.");
}

}  // namespace pytrader::bindings
