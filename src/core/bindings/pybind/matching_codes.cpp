// The vocabulary of a matching engine in Python: message rows, outcomes, status codes, venue rules.
#include "matching_codes.hpp"

#include <pybind11/native_enum.h>
#include <pybind11/numpy.h>
#include <pybind11/stl.h>

#include <string>

#include "matching/order_message.hpp"
#include "matching/venue_rules.hpp"
#include "policy_text.hpp"
#include "value_bridge.hpp"

namespace pytrader::bindings {
namespace {

VenueRules make_rules(const std::string& amend, const std::string& post_only, const std::string& replace_quantity) {
  constexpr AmendPolicy amends[] = {AmendPolicy::keeps_on_decrease, AmendPolicy::always_loses};
  constexpr PostOnlyPolicy post_onlies[] = {PostOnlyPolicy::reject, PostOnlyPolicy::not_offered};
  constexpr ReplaceQuantity quantities[] = {ReplaceQuantity::total, ReplaceQuantity::open};
  VenueRules rules;
  rules.amend = parse_policy(amend, "amend", amends);
  rules.post_only = parse_policy(post_only, "post_only", post_onlies);
  rules.replace_quantity = parse_policy(replace_quantity, "replace_quantity", quantities);
  return rules;
}

py::tuple texts_of(const VenueRules& rules) {
  return py::make_tuple(to_text(rules.amend), to_text(rules.post_only), to_text(rules.replace_quantity));
}

Outcome checked_outcome(py::handle status) {
  const i64 code = parse_integer(status, "status");
  const i64 last = static_cast<i64>(Outcome::accepted);
  const bool accepted =
      code >= static_cast<i64>(Outcome::rested) && code <= last && code != static_cast<i64>(Outcome::rejected);
  const bool rejected = code > kRejected && code < kRejected + kRejectReasonCount;
  if (!accepted && !rejected) {
    throw Error(ErrorCode::invalid_argument,
                "status is " + std::to_string(code) + "; give one of the codes that MatchingEngine.apply returns");
  }
  return outcome_of(static_cast<MessageStatus>(code));
}

void register_code_enums(py::module_& module) {
  py::native_enum<MessageKind>(module, "MessageKind", "enum.IntEnum", "What an ORDER_MESSAGE row asks for.")
      .value("NEW", MessageKind::new_)
      .value("CANCEL", MessageKind::cancel)
      .value("REPLACE", MessageKind::replace)
      .value("CLOCK", MessageKind::clock)
      .value("PHASE", MessageKind::phase)
      .value("REFERENCE_PRICE", MessageKind::reference_price)
      .value("MASS_CANCEL", MessageKind::mass_cancel)
      .value("POSITION", MessageKind::position)
      .value("GROUP", MessageKind::group)
      .finalize();
  py::native_enum<UpdateKind>(module, "UpdateKind", "enum.IntEnum", "What an ORDER_UPDATE row tells.")
      .value("TRIGGERED", UpdateKind::triggered)
      .value("REFILLED", UpdateKind::refilled)
      .value("REPRICED", UpdateKind::repriced)
      .value("CANCELED", UpdateKind::canceled)
      .value("EXPIRED", UpdateKind::expired)
      .value("DECREMENTED", UpdateKind::decremented)
      .value("ACTIVATED", UpdateKind::activated)
      .value("STOP_MOVED", UpdateKind::stop_moved)
      .value("PHASE_CHANGED", UpdateKind::phase_changed)
      .value("INDICATIVE", UpdateKind::indicative)
      .value("AUCTION_PRICE", UpdateKind::auction_price)
      .value("BAND_CHANGED", UpdateKind::band_changed)
      .value("LIMIT_STATE", UpdateKind::limit_state)
      .finalize();
  py::native_enum<Outcome>(module, "Outcome", "enum.IntEnum", "What became of an ORDER_MESSAGE row.")
      .value("RESTED", Outcome::rested)
      .value("FILLED", Outcome::filled)
      .value("REMAINDER_CANCELED", Outcome::remainder_canceled)
      .value("CANCELED", Outcome::canceled)
      .value("REPLACED", Outcome::replaced)
      .value("REQUEUED", Outcome::requeued)
      .value("REPLACED_FILLED", Outcome::replaced_filled)
      .value("REPLACED_CLOSED", Outcome::replaced_closed)
      .value("REJECTED", Outcome::rejected)
      .value("PARKED", Outcome::parked)
      .value("ACCEPTED", Outcome::accepted)
      .finalize();
}

}  // namespace

void register_matching_codes(py::module_& module) {
  PYBIND11_NUMPY_DTYPE(OrderMessage, kind, side, order_type, time_in_force, flags, self_trade, reserved, price,
                       quantity, order_id, owner, terms);
  PYBIND11_NUMPY_DTYPE(OrderTerms, stop_price, activation_price, trailing_offset, trailing_step, trailing_unit,
                       display_qty, display_range, min_qty, peg_type, peg_offset, expire_time, limit_offset);
  PYBIND11_NUMPY_DTYPE(OrderUpdate, kind, side, reason, detail, owner, order_id, price, quantity, leaves_qty,
                       fill_index, message_index, ts);
  PYBIND11_NUMPY_DTYPE(Fill, taker_order_id, maker_order_id, price, quantity, taker_leaves_qty, maker_leaves_qty,
                       taker_side, message_index);
  module.attr("ORDER_MESSAGE") = py::dtype::of<OrderMessage>();
  module.attr("ORDER_TERMS") = py::dtype::of<OrderTerms>();
  module.attr("ORDER_UPDATE") = py::dtype::of<OrderUpdate>();
  module.attr("FILL") = py::dtype::of<Fill>();
  module.attr("NO_PRICE") = kNoPrice;
  module.attr("POST_ONLY") = static_cast<i64>(kPostOnly);
  module.attr("REDUCE_ONLY") = static_cast<i64>(kReduceOnly);
  module.attr("HIDDEN") = static_cast<i64>(kHidden);
  module.attr("ALL_OR_NONE") = static_cast<i64>(kAllOrNone);
  module.attr("LEAD_MARKET_MAKER") = static_cast<i64>(kLeadMarketMaker);
  register_code_enums(module);
  module.def("outcome", &checked_outcome, py::arg("status"), py::pos_only(),
             "The outcome that a status code of MatchingEngine.apply stands for.");
  module.def(
      "reject_reason",
      [](py::handle status) {
        checked_outcome(status);
        return reason_of(static_cast<MessageStatus>(parse_integer(status, "status")));
      },
      py::arg("status"), py::pos_only(), "The reason in a status code of MatchingEngine.apply; NONE if accepted.");
}

void register_venue_rules(py::module_& module) {
  py::class_<VenueRules> rules(module, "VenueRules", R"(What one venue does differently from another when it matches.

Parameters
----------
amend : {"keeps_on_decrease", "always_loses"}
    Whether a replaced order keeps its place when its price stays and its quantity does not grow.
post_only : {"reject", "not_offered"}
    A post-only order that would take is rejected; or the venue knows none and rejects each.
replace_quantity : {"total", "open"}
    What the quantity of a replace counts: FIX OrderQty, with what has been executed; or what shall be open.

Raises
------
InvalidArgument
    For any other text.)",
                               py::is_final());
  rules.def(py::init(&make_rules), py::kw_only(), py::arg("amend") = "keeps_on_decrease",
            py::arg("post_only") = "reject", py::arg("replace_quantity") = "total");
  rules.def_property_readonly("amend", [](const VenueRules& r) { return to_text(r.amend); });
  rules.def_property_readonly("post_only", [](const VenueRules& r) { return to_text(r.post_only); });
  rules.def_property_readonly("replace_quantity", [](const VenueRules& r) { return to_text(r.replace_quantity); });
  rules.def("__eq__", [](const VenueRules& a, const VenueRules& b) { return a == b; }, py::is_operator());
  rules.def("__hash__", [](const VenueRules& r) { return py::hash(texts_of(r)); });
  rules.def("__repr__", [](const VenueRules& r) {
    return py::str("VenueRules(amend={!r}, post_only={!r}, replace_quantity={!r})").format(*texts_of(r));
  });
  rules.def(py::pickle(&texts_of, [](const py::tuple& state) {
    return make_rules(state[0].cast<std::string>(), state[1].cast<std::string>(), state[2].cast<std::string>());
  }));
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
