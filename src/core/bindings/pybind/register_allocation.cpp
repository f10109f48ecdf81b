// Binds the allocation rules of a venue, and the routine that shares a quantity among the orders at one price.
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <algorithm>
#include <limits>
#include <string>
#include <vector>

#include "matching/allocation.hpp"
#include "register.hpp"
#include "value_bridge.hpp"

namespace pytrader::bindings {
namespace {

namespace py = pybind11;

[[noreturn]] void refuse(const std::string& what) {
  throw Error(ErrorCode::invalid_argument, "allocation: " + what);
}

u32 parse_u32(py::handle value, const char* what) {
  const i64 number = parse_integer(value, what);
  if (number < 0 || number > std::numeric_limits<u32>::max()) {
    refuse(std::string(what) + " is " + std::to_string(number) + "; it must be 0 to 2^32 - 1");
  }
  return static_cast<u32>(number);
}

AllocationAlgorithm parse_algorithm(const std::string& text) {
  AllocationAlgorithm algorithm{};
  if (from_text(text, algorithm)) return algorithm;
  std::string known;
  for (const AlgorithmSteps& each : allocation_algorithms()) {
    known += (known.empty() ? "" : ", ") + std::string(each.name);
  }
  refuse("algorithm is '" + text + "'; give one of: " + known);
}

void set_lead_market_makers(AllocationRules& rules, const py::dict& percents) {
  if (percents.size() > rules.lead_market_makers.size()) {
    refuse(std::to_string(percents.size()) + " lead market makers; give at most " +
           std::to_string(rules.lead_market_makers.size()));
  }
  std::size_t i = 0;
  for (const auto& [owner, percent] : percents) {
    LeadMarketMaker& maker = rules.lead_market_makers[i++];
    maker = {parse_u32(owner, "lead market maker"), parse_u32(percent, "lead market maker's percentage")};
    if (maker.owner == 0) refuse("a lead market maker's owner is 0; account numbers begin at 1");
  }
  // Their order means nothing, so that rules that say the same compare equal.
  const auto by_owner = [](const LeadMarketMaker& a, const LeadMarketMaker& b) { return a.owner < b.owner; };
  std::sort(rules.lead_market_makers.begin(), rules.lead_market_makers.begin() + percents.size(), by_owner);
}

AllocationRules make_rules(const std::string& algorithm, py::handle fifo_percent, bool leveling, py::handle top_percent,
                           py::handle top_minimum, py::handle top_maximum, py::handle pro_rata_minimum,
                           py::handle board_lot, const py::dict& lead_market_makers, py::handle flagged_percent) {
  AllocationRules rules;
  rules.algorithm = parse_algorithm(algorithm);
  rules.leveling = leveling;
  rules.fifo_percent = parse_u32(fifo_percent, "fifo_percent");
  rules.top_percent = parse_u32(top_percent, "top_percent");
  rules.flagged_percent = parse_u32(flagged_percent, "flagged_percent");
  rules.top_minimum = parse_integer(top_minimum, "top_minimum");
  if (!top_maximum.is_none()) rules.top_maximum = parse_integer(top_maximum, "top_maximum");
  rules.pro_rata_minimum = parse_integer(pro_rata_minimum, "pro_rata_minimum");
  rules.board_lot = parse_integer(board_lot, "board_lot");
  set_lead_market_makers(rules, lead_market_makers);
  check(rules);
  return rules;
}

py::dict lead_market_makers_of(const AllocationRules& rules) {
  py::dict percents;
  for (const LeadMarketMaker& maker : rules.lead_market_makers) {
    if (maker.owner != 0) percents[py::int_(maker.owner)] = maker.percent;
  }
  return percents;
}

py::object top_maximum_of(const AllocationRules& rules) {
  return rules.top_maximum == AllocationRules::kNoMaximum ? py::object(py::none()) : py::int_(rules.top_maximum);
}

// Every setting by its name, in the order of the constructor.
py::dict settings_of(const AllocationRules& rules) {
  py::dict settings;
  settings["algorithm"] = to_text(rules.algorithm);
  settings["fifo_percent"] = rules.fifo_percent;
  settings["leveling"] = rules.leveling;
  settings["top_percent"] = rules.top_percent;
  settings["top_minimum"] = rules.top_minimum;
  settings["top_maximum"] = top_maximum_of(rules);
  settings["pro_rata_minimum"] = rules.pro_rata_minimum;
  settings["board_lot"] = rules.board_lot;
  settings["lead_market_makers"] = lead_market_makers_of(rules);
  settings["flagged_percent"] = rules.flagged_percent;
  return settings;
}

// The algorithm, and what is not as usual.
std::string describe(const AllocationRules& rules) {
  const py::dict usual = settings_of(AllocationRules{});
  std::string text;
  for (const auto& [name, value] : settings_of(rules)) {
    const bool is_algorithm = name.cast<std::string>() == "algorithm";
    if (!is_algorithm && value.equal(usual[name])) continue;
    text += (text.empty() ? "" : ", ") + name.cast<std::string>() + "=" + py::repr(value).cast<std::string>();
  }
  return "AllocationRules(" + text + ")";
}

py::ssize_t hash_of(const AllocationRules& rules) {
  return py::hash(py::str(describe(rules)));
}

std::vector<AllocationEntry> queue_from(const py::sequence& orders) {
  std::vector<AllocationEntry> queue;
  i64 open = 0;
  for (const auto& order : orders) {
    const i64 quantity = parse_integer(order, "an order's quantity");
    if (quantity < 1) refuse("an order's quantity is " + std::to_string(quantity) + "; it must be at least 1 lot");
    if (__builtin_add_overflow(open, quantity, &open)) refuse("the orders add up to 2^63 lots or more; give fewer");
    queue.push_back({quantity, 0, false, false});
  }
  return queue;
}

void check_length(const py::sequence& values, std::size_t length, const char* what) {
  if (values.size() == length) return;
  refuse(std::to_string(values.size()) + " " + what + " for " + std::to_string(length) + " orders; give one each");
}

std::vector<i64> allocate(const AllocationRules& rules, py::handle quantity, const py::sequence& orders, py::handle top,
                          const py::object& owners, const py::object& flagged) {
  const i64 incoming = parse_integer(quantity, "quantity");
  if (incoming < 1) refuse("quantity is " + std::to_string(incoming) + "; it must be at least 1 lot");
  std::vector<AllocationEntry> queue = queue_from(orders);
  if (!top.is_none()) {
    const i64 position = parse_integer(top, "top");
    if (position < 0 || position >= static_cast<i64>(queue.size())) {
      refuse("top is " + std::to_string(position) + "; it must be the position of one of the " +
             std::to_string(queue.size()) + " orders");
    }
    queue[static_cast<std::size_t>(position)].top = true;
  }
  if (!owners.is_none()) {
    const auto accounts = owners.cast<py::sequence>();
    check_length(accounts, queue.size(), "owners");
    for (std::size_t i = 0; i < queue.size(); ++i) queue[i].owner = parse_u32(accounts[i], "owner");
  }
  if (!flagged.is_none()) {
    const auto flags = flagged.cast<py::sequence>();
    check_length(flags, queue.size(), "flags");
    for (std::size_t i = 0; i < queue.size(); ++i) {
      const py::object flag = flags[i];
      if (!py::isinstance<py::bool_>(flag)) throw py::type_error("allocation: each flag must be True or False");
      queue[i].flagged = flag.cast<bool>();
    }
  }
  std::vector<i64> shares(queue.size());
  Allocation(rules).allocate(incoming, queue, shares);
  return shares;
}

constexpr const char* kRulesDoc = R"(How a venue shares an incoming quantity among the orders that rest at one price.

Parameters
----------
algorithm : str
    "price_time" (CME F), "allocation" (A), "pro_rata" (C), "configurable" (K), "threshold_pro_rata" (O),
    "threshold_pro_rata_lmm" (Q), "fifo_top_lmm" (S), "fifo_lmm" (T), "pro_rata_round_lot" or "pro_rata_round_up".
fifo_percent : int
    0 .. 100: what goes by time under "configurable"; the rest is pro-rata.
leveling : bool
    Whether "configurable" gives one lot to each order that pro-rata gave none.
top_percent, top_minimum, top_maximum : int
    Threshold algorithms: the TOP order gets at most this percentage (1 .. 100, rounded down) of an incoming order and at
    most this many lots (None: no bound); an order of fewer lots than the minimum does not become TOP.
pro_rata_minimum : int
    A pro-rata share of fewer lots becomes none.
board_lot : int
    Lots of a board lot, for "pro_rata_round_lot".
lead_market_makers : dict of int to int
    Percentages, 1 .. 50, by account number; at most 8, which add up to 50 at most with `flagged_percent`.
flagged_percent : int
    0 .. 50: for all orders flagged lead_market_maker whose owner is not listed, together.

Raises
------
InvalidArgument
    For a setting outside its range, or one that the algorithm does not read.

Notes
-----
Steps and order of steps: CME Globex Matching Algorithm Steps. docs/allocation.md states the rules and their sources.)";

constexpr const char* kAllocateDoc = R"(What each order of a queue trades of an incoming quantity.

Parameters
----------
rules : AllocationRules
quantity : int
    The incoming lots, at least 1.
orders : sequence of int
    The displayed lots of the orders at one price, the oldest first; at least 1 each, less than 2**63 together.
top : int, optional
    The position of the TOP order.
owners : sequence of int, optional
    The account number of each order; 0 is nobody.
flagged : sequence of bool, optional
    Whether each order is flagged lead_market_maker.

Returns
-------
list of int
    The lots of each order, 0 to what it has. They add up to `quantity`, or to the queue if that is less.

Raises
------
InvalidArgument, TypeError
    For arguments that are no queue.)";

}  // namespace

void register_allocation(py::module_& module) {
  const AllocationRules usual;
  py::class_<AllocationRules>(module, "AllocationRules", kRulesDoc, py::is_final())
      .def(py::init(&make_rules), py::kw_only(), py::arg("algorithm") = "price_time",
           py::arg("fifo_percent") = usual.fifo_percent, py::arg("leveling").noconvert() = usual.leveling,
           py::arg("top_percent") = usual.top_percent, py::arg("top_minimum") = usual.top_minimum,
           py::arg("top_maximum") = py::none(), py::arg("pro_rata_minimum") = usual.pro_rata_minimum,
           py::arg("board_lot") = usual.board_lot, py::arg("lead_market_makers") = py::dict(),
           py::arg("flagged_percent") = usual.flagged_percent)
      .def_property_readonly("algorithm", [](const AllocationRules& rules) { return to_text(rules.algorithm); })
      .def_readonly("fifo_percent", &AllocationRules::fifo_percent)
      .def_readonly("leveling", &AllocationRules::leveling)
      .def_readonly("top_percent", &AllocationRules::top_percent)
      .def_readonly("top_minimum", &AllocationRules::top_minimum)
      .def_property_readonly("top_maximum", &top_maximum_of)
      .def_readonly("pro_rata_minimum", &AllocationRules::pro_rata_minimum)
      .def_readonly("board_lot", &AllocationRules::board_lot)
      .def_property_readonly("lead_market_makers", &lead_market_makers_of)
      .def_readonly("flagged_percent", &AllocationRules::flagged_percent)
      .def(
          "__eq__", [](const AllocationRules& a, const AllocationRules& b) { return a == b; }, py::is_operator())
      .def("__hash__", &hash_of)
      .def("__repr__", &describe)
      .def(py::pickle([](const AllocationRules& rules) { return py::make_tuple(settings_of(rules)); },
                      [](const py::tuple& state) {
                        const auto type = py::type::of<AllocationRules>();
                        return type(**state[0].cast<py::dict>()).cast<AllocationRules>();
                      }));
  module.def("allocate", &allocate, py::arg("rules"), py::arg("quantity"), py::arg("orders"), py::kw_only(),
             py::arg("top") = py::none(), py::arg("owners") = py::none(), py::arg("flagged") = py::none(),
             kAllocateDoc);
}

}  // namespace pytrader::bindings
