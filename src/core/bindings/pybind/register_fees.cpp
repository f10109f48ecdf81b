// Binds fee rules and fee schedules: tables that Python writes and the core charges by.
#include <pybind11/stl.h>

#include "enum_arguments.hpp"
#include "fee_arguments.hpp"
#include "register.hpp"
#include "value_casters.hpp"

namespace pytrader::bindings {
namespace {

using namespace py::literals;

constexpr const char* kRuleDoc =
    R"(One line of a fee schedule.

Parameters
----------
basis : {"value", "unit", "fill", "order"}
    What the rate is a rate of: a share of the traded value; an amount for each unit (share, contract, coin) of quantity;
    an amount for each fill; an amount once for each order.
maker, taker : number
    The rates; negative is a rebate. Give them, or `tiers`.
tiers : sequence of (from_volume, maker, taker)
    Rates by the schedule's rolling volume, upwards from 0; at most 32.
side : {"buy", "sell"}, optional
    Whose fills pay it; both, if not given.
min_per_order, max_per_order : number
    Bounds of what one order pays by this rule; 0 is none. The maximum wins over the minimum.
max_share_per_order : number
    The most of an order's traded value that it pays (1 % is 0.01); 0 is none. It wins over the minimum.
max_per_fill : number
    The most that one fill pays; 0 is none.
rounding : str
    How amounts go to the minor units of the quote currency: ``"half_even"``, ``"up"``, ... as in `Fixed`.
name : str
    For people.

Numbers are str, int, Decimal or Fixed; a float is a TypeError. Amounts are in the quote currency.)";

constexpr const char* kScheduleDoc =
    R"(The fees of a venue or broker: a fill pays the sum of all rules.

Parameters
----------
rules : sequence of FeeRule
    At most 8, one of them at most with terms by the order.
volume : {"value", "unit"}, optional
    What the tiers count: traded value in the quote currency, or units of quantity.
window_days : int
    Length of the rolling window in whole UTC days, 1 to 366.
counts_today : bool
    Whether the day of the fill is the last of the window; if not, the window ends with the day before.
other_volume : number
    Part of every window: what the account trades elsewhere.
name : str
    For people.

Raises
------
InvalidArgument
    If the terms contradict one another; the message names the rule, the value and the fix.)";

Rounding parse_rounding_mode(const std::string& text) {
  Rounding rounding{};
  if (!parse_rounding(text, rounding)) {
    throw Error(ErrorCode::invalid_argument, "rounding is '" + text + "'; give a mode such as 'half_even' or 'up'");
  }
  return rounding;
}

template <class Member>
Member parse_word(const std::string& text, const char* what, const char* known) {
  Member member{};
  if (!from_text(text, member)) {
    throw Error(ErrorCode::invalid_argument, std::string(what) + " is '" + text + "'; give " + known);
  }
  return member;
}

std::vector<FeeTier> parse_tiers(const py::object& maker, const py::object& taker, const py::object& tiers) {
  if (tiers.is_none() == (maker.is_none() || taker.is_none())) {
    throw Error(ErrorCode::invalid_argument, "a fee rule needs either maker and taker, or tiers");
  }
  if (tiers.is_none()) return {{Fixed{}, parse_number(maker, "maker"), parse_number(taker, "taker")}};
  std::vector<FeeTier> made;
  for (const py::handle each : tiers) {
    if (!py::isinstance<py::tuple>(each) || py::len(each) != 3) {
      throw py::type_error("a tier must be a tuple (from_volume, maker, taker), got " +
                           py::repr(each).cast<std::string>());
    }
    const auto tier = py::reinterpret_borrow<py::tuple>(each);
    made.push_back(
        {parse_number(tier[0], "from_volume"), parse_number(tier[1], "maker"), parse_number(tier[2], "taker")});
  }
  return made;
}

FeeRule make_rule(const std::string& basis, const py::object& maker, const py::object& taker, const py::object& tiers,
                  const py::object& side, py::handle min_per_order, py::handle max_per_order,
                  py::handle max_share_per_order, py::handle max_per_fill, const std::string& rounding,
                  std::string name) {
  FeeRule rule;
  rule.name = name.empty() ? basis : std::move(name);
  rule.basis = parse_word<FeeBasis>(basis, "basis", "'value', 'unit', 'fill' or 'order'");
  rule.rounding = parse_rounding_mode(rounding);
  rule.tiers = parse_tiers(maker, taker, tiers);
  if (!side.is_none()) {
    rule.buys = parse_side(side) == Side::buy;
    rule.sells = !rule.buys;
  }
  rule.min_per_order = parse_number(min_per_order, "min_per_order");
  rule.max_per_order = parse_number(max_per_order, "max_per_order");
  rule.max_share_per_order = parse_number(max_share_per_order, "max_share_per_order");
  rule.max_per_fill = parse_number(max_per_fill, "max_per_fill");
  FeeSchedule alone;
  alone.name = rule.name;
  alone.measure = VolumeMeasure::value;
  alone.rules.push_back(rule);
  alone.check();
  return rule;
}

py::dict settings_of(const FeeRule& rule) {
  py::list tiers;
  for (const FeeTier& tier : rule.tiers) {
    tiers.append(py::make_tuple(make_fixed(tier.from), make_fixed(tier.maker), make_fixed(tier.taker)));
  }
  py::object side = py::none();
  if (rule.buys != rule.sells) side = py::str(rule.buys ? "buy" : "sell");
  return py::dict(
      "basis"_a = to_text(rule.basis), "tiers"_a = py::tuple(tiers), "side"_a = side,
      "min_per_order"_a = make_fixed(rule.min_per_order), "max_per_order"_a = make_fixed(rule.max_per_order),
      "max_share_per_order"_a = make_fixed(rule.max_share_per_order), "max_per_fill"_a = make_fixed(rule.max_per_fill),
      "rounding"_a = to_text(rule.rounding), "name"_a = rule.name);
}

std::shared_ptr<FeeSchedule> make_schedule(std::vector<FeeRule> rules, const py::object& volume, py::handle window_days,
                                           bool counts_today, py::handle other_volume, std::string name) {
  auto schedule = std::make_shared<FeeSchedule>();
  schedule->name = std::move(name);
  schedule->rules = std::move(rules);
  if (!volume.is_none()) {
    schedule->measure = parse_word<VolumeMeasure>(volume.cast<std::string>(), "volume", "'value' or 'unit'");
  }
  const i64 days = parse_integer(window_days, "window_days");
  schedule->window_days = days >= 0 && days <= UINT32_MAX ? static_cast<u32>(days) : 0;
  schedule->counts_today = counts_today;
  schedule->other_volume = parse_number(other_volume, "other_volume");
  schedule->check();
  return schedule;
}

py::dict settings_of(const FeeSchedule& schedule) {
  py::object volume = py::none();
  if (schedule.measure != VolumeMeasure::none) volume = py::str(to_text(schedule.measure));
  return py::dict("rules"_a = schedule.rules, "volume"_a = volume, "window_days"_a = schedule.window_days,
                  "counts_today"_a = schedule.counts_today, "other_volume"_a = make_fixed(schedule.other_volume),
                  "name"_a = schedule.name);
}

template <class Class>
void add_value_methods(Class& bound, const char* name) {
  using Value = typename Class::type;
  bound.def(
           "to_dict", [](const Value& self) { return settings_of(self); }, "The arguments that make it again.")
      .def("__repr__",
           [name](const Value& self) {
             return std::string(name) + "(" + py::repr(settings_of(self)).template cast<std::string>() + ")";
           })
      .def("__eq__",
           [](const Value& self, const py::object& other) {
             return py::isinstance<Value>(other) && settings_of(self).equal(settings_of(other.cast<const Value&>()));
           })
      .def("__hash__", [](const Value& self) { return py::hash(py::repr(settings_of(self))); });
}

}  // namespace

SharedSchedule schedule_of(py::handle schedule) {
  if (schedule.is_none()) return nullptr;
  return schedule.cast<std::shared_ptr<FeeSchedule>>();
}

void register_fees(py::module_& module) {
  py::class_<FeeRule> rule(module, "FeeRule", py::is_final(), kRuleDoc);
  rule.def(py::init(&make_rule), "basis"_a, "maker"_a = py::none(), "taker"_a = py::none(), py::kw_only(),
           "tiers"_a = py::none(), "side"_a = py::none(), "min_per_order"_a = 0, "max_per_order"_a = 0,
           "max_share_per_order"_a = 0, "max_per_fill"_a = 0, "rounding"_a = "half_even", "name"_a = "");
  add_value_methods(rule, "FeeRule");
  rule.def(py::pickle([](const FeeRule& self) { return settings_of(self); },
                      [](const py::dict& settings) { return py::type::of<FeeRule>()(**settings).cast<FeeRule>(); }));

  py::class_<FeeSchedule, std::shared_ptr<FeeSchedule>> schedule(module, "FeeSchedule", py::is_final(), kScheduleDoc);
  schedule.def(py::init(&make_schedule), "rules"_a, py::kw_only(), "volume"_a = py::none(), "window_days"_a = 30,
               "counts_today"_a = false, "other_volume"_a = 0, "name"_a = "");
  add_value_methods(schedule, "FeeSchedule");
  schedule
      .def_property_readonly(
          "rules", [](const FeeSchedule& self) { return py::tuple(py::cast(self.rules)); }, "Its rules.")
      .def_property_readonly(
          "name", [](const FeeSchedule& self) { return self.name; }, "For people.")
      .def(py::pickle([](const FeeSchedule& self) { return settings_of(self); },
                      [](const py::dict& settings) {
                        return py::type::of<FeeSchedule>()(**settings).cast<std::shared_ptr<FeeSchedule>>();
                      }));
}

}  // namespace pytrader::bindings
