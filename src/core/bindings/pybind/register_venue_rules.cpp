// Binds the rules by which a venue matches: a value of settings, and the presets of venues.
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <string>

#include "enum_arguments.hpp"
#include "matching/venue_rules.hpp"
#include "matching_codes.hpp"
#include "policy_text.hpp"
#include "value_bridge.hpp"

namespace pytrader::bindings {
namespace {

constexpr AmendPolicy kAmends[] = {AmendPolicy::keeps_on_decrease, AmendPolicy::always_loses};
constexpr PostOnlyPolicy kPostOnlies[] = {PostOnlyPolicy::reject, PostOnlyPolicy::slide, PostOnlyPolicy::not_offered};
constexpr ReplaceQuantity kQuantities[] = {ReplaceQuantity::total, ReplaceQuantity::open};
constexpr ImmediateTrigger kImmediates[] = {ImmediateTrigger::elect, ImmediateTrigger::reject,
                                            ImmediateTrigger::reject_activation};
constexpr IcebergSweep kSweeps[] = {IcebergSweep::by_refill, IcebergSweep::displayed_first};
constexpr SelfTradeScope kScopes[] = {SelfTradeScope::account, SelfTradeScope::group};
constexpr SelfTradeDecider kDeciders[] = {SelfTradeDecider::taker, SelfTradeDecider::maker};

// None stands for all there are.
template <class Member, std::size_t size>
u16 parse_set(py::handle members, const char* what, const Member (&all)[size]) {
  if (members.is_none()) return (1U << size) - 1;
  u16 set = 0;
  for (const auto& each : parse_members(members, what)) set |= members_of(parse_member(each, what, all));
  return set;
}

u16 parse_instructions(py::handle members) {
  if (members.is_none()) return kAllInstructions;
  u16 set = 0;
  for (const auto& each : parse_members(members, "instructions")) {
    set |= members_of(parse_policy(parse_text(each, "instructions"), "instructions", kInstructions));
  }
  return set;
}

template <class Member, std::size_t size>
py::tuple set_of(u16 set, const Member (&all)[size]) {
  py::list members;
  for (const Member each : all) {
    if ((set & members_of(each)) != 0) members.append(to_text(each));
  }
  return py::tuple(members);
}

u64 parse_seed(py::handle value) {
  const i64 seed = parse_integer(value, "seed");
  if (seed < 0) throw Error(ErrorCode::invalid_argument, "seed is " + std::to_string(seed) + "; give 0 to 2^63 - 1");
  return static_cast<u64>(seed);
}

VenueRules make_rules(const std::string& amend, const std::string& post_only, const std::string& replace_quantity,
                      const std::string& immediate_trigger, const std::string& iceberg_sweep, py::handle self_trade,
                      const std::string& self_trade_scope, const std::string& self_trade_decider,
                      py::handle stop_protection_ticks, py::handle market_protection_ticks,
                      py::handle iceberg_parts_max, py::handle seed, py::handle order_types, py::handle times_in_force,
                      py::handle instructions, const AllocationRules& allocation, const SessionRules& session,
                      const BandRules& bands) {
  VenueRules rules;
  rules.amend = parse_policy(amend, "amend", kAmends);
  rules.post_only = parse_policy(post_only, "post_only", kPostOnlies);
  rules.replace_quantity = parse_policy(replace_quantity, "replace_quantity", kQuantities);
  rules.immediate_trigger = parse_policy(immediate_trigger, "immediate_trigger", kImmediates);
  rules.iceberg_sweep = parse_policy(iceberg_sweep, "iceberg_sweep", kSweeps);
  rules.self_trade = parse_self_trade(self_trade);
  rules.self_trade_scope = parse_policy(self_trade_scope, "self_trade_scope", kScopes);
  rules.self_trade_decider = parse_policy(self_trade_decider, "self_trade_decider", kDeciders);
  rules.stop_protection_ticks = parse_integer(stop_protection_ticks, "stop_protection_ticks");
  rules.market_protection_ticks = parse_integer(market_protection_ticks, "market_protection_ticks");
  rules.iceberg_parts_max = parse_integer(iceberg_parts_max, "iceberg_parts_max");
  rules.seed = parse_seed(seed);
  rules.order_types = parse_set(order_types, "order_types", kOrderTypes);
  rules.times_in_force = parse_set(times_in_force, "times_in_force", kTimesInForce);
  rules.instructions = parse_instructions(instructions);
  rules.allocation = allocation;
  rules.session = session;
  rules.bands = bands;
  check(rules);
  return rules;
}

py::dict settings_of(const VenueRules& rules) {
  py::dict settings;
  settings["amend"] = to_text(rules.amend);
  settings["post_only"] = to_text(rules.post_only);
  settings["replace_quantity"] = to_text(rules.replace_quantity);
  settings["immediate_trigger"] = to_text(rules.immediate_trigger);
  settings["iceberg_sweep"] = to_text(rules.iceberg_sweep);
  settings["self_trade"] = to_text(rules.self_trade);
  settings["self_trade_scope"] = to_text(rules.self_trade_scope);
  settings["self_trade_decider"] = to_text(rules.self_trade_decider);
  settings["stop_protection_ticks"] = rules.stop_protection_ticks;
  settings["market_protection_ticks"] = rules.market_protection_ticks;
  settings["iceberg_parts_max"] = rules.iceberg_parts_max;
  settings["seed"] = rules.seed;
  settings["order_types"] = set_of(rules.order_types, kOrderTypes);
  settings["times_in_force"] = set_of(rules.times_in_force, kTimesInForce);
  settings["instructions"] = set_of(rules.instructions, kInstructions);
  settings["allocation"] = rules.allocation;
  settings["session"] = rules.session;
  settings["bands"] = rules.bands;
  return settings;
}

// The same rules but for some settings.
VenueRules changed(const VenueRules& rules, const py::kwargs& changes) {
  py::dict settings = settings_of(rules);
  settings.attr("update")(changes);
  return py::type::of<VenueRules>()(**settings).cast<VenueRules>();
}

constexpr const char* kRulesDoc = R"(What one venue does differently from another when it matches.

Parameters
----------
amend : {"keeps_on_decrease", "always_loses"}
    Whether a replaced order keeps its place when its price stays and its quantity does not grow.
post_only : {"reject", "slide", "not_offered"}
    A post-only order that would take is rejected, or rests one tick from the best opposite price; or the venue knows
    none and rejects each.
replace_quantity : {"total", "open"}
    What the quantity of a replace counts: FIX OrderQty, with what has been executed; or what shall be open.
immediate_trigger : {"elect", "reject", "reject_activation"}
    What becomes of a stop whose price the last trade has reached already; "reject_activation" also refuses a trailing
    order whose activation price is reached (a sell's at or below the last trade, a buy's at or above).
iceberg_sweep : {"by_refill", "displayed_first"}
    A taker meets refilled tips in the order of the queue (CME); or all that is displayed, then the reserves (TSX).
self_trade : SelfTrade or text
    What happens between two orders of one owner where the order does not say.
self_trade_scope : {"account", "group"}
    Whose orders count as one house.
self_trade_decider : {"taker", "maker"}
    Whose instruction counts.
stop_protection_ticks, market_protection_ticks : int
    How far beyond its trigger an elected stop trades and then rests, 0: without limit; how far beyond the best opposite
    price a market order with protection does, 0: not offered.
iceberg_parts_max : int
    Into how many tips an iceberg may split, 1 .. 1000000.
seed : int
    Of the stream that draws the tips of icebergs with a display range, 0 .. 2**63 - 1.
order_types, times_in_force, instructions : sequence of text, or None
    What the venue offers; None is all. Instructions: "reduce_only", "hidden", "all_or_none", "iceberg",
    "minimum_quantity".
allocation : AllocationRules
session : SessionRules
bands : BandRules

Raises
------
InvalidArgument
    For any other text, or a number outside its range.

Notes
-----
docs/order_rules.md states what each setting does, docs/matching.md has the presets and their sources.)";

}  // namespace

void register_venue_rules(py::module_& module) {
  using Rules = VenueRules;
  py::class_<Rules> rules(module, "VenueRules", kRulesDoc, py::is_final());
  rules.def(py::init(&make_rules), py::kw_only(), py::arg("amend") = "keeps_on_decrease",
            py::arg("post_only") = "reject", py::arg("replace_quantity") = "total",
            py::arg("immediate_trigger") = "elect", py::arg("iceberg_sweep") = "by_refill",
            py::arg("self_trade") = "none", py::arg("self_trade_scope") = "account",
            py::arg("self_trade_decider") = "taker", py::arg("stop_protection_ticks") = 0,
            py::arg("market_protection_ticks") = 0, py::arg("iceberg_parts_max") = Rules{}.iceberg_parts_max,
            py::arg("seed") = 0, py::arg("order_types") = py::none(), py::arg("times_in_force") = py::none(),
            py::arg("instructions") = py::none(), py::arg("allocation") = AllocationRules{},
            py::arg("session") = SessionRules{}, py::arg("bands") = BandRules{});
  for (const auto& [setting, value] : settings_of(Rules{})) {
    const auto name = setting.cast<std::string>();
    rules.def_property_readonly(name.c_str(),
                                [name](const Rules& r) { return py::object(settings_of(r)[name.c_str()]); });
  }
  rules.def("changed", &changed, "The same rules but for the settings given here, by the names of the constructor.");
  rules.def("__eq__", [](const Rules& a, const Rules& b) { return a == b; }, py::is_operator());
  rules.def("__hash__", [](const Rules& r) { return hash_of_settings(settings_of(r)); });
  rules.def("__repr__", [](const Rules& r) { return describe("VenueRules", settings_of(r), settings_of(Rules{})); });
  rules.def(pickle_by_settings<Rules>([](const Rules& r) { return settings_of(r); }));
  for (const VenuePreset& preset : venue_presets()) {
    rules.def_static(
        preset.name, [rules_of_venue = preset.rules] { return rules_of_venue; },
        "The rules of this venue; docs/matching.md has the table.");
  }
  rules.def_static(
      "presets",
      [] {
        py::dict presets;
        for (const VenuePreset& preset : venue_presets()) presets[preset.name] = py::cast(preset.rules);
        return presets;
      },
      "All presets by name.");
}

}  // namespace pytrader::bindings
