// The vocabulary of a matching engine in Python: message rows, outcomes, status codes.
#include "matching_codes.hpp"

#include <pybind11/native_enum.h>
#include <pybind11/numpy.h>
#include <pybind11/stl.h>

#include <string>

#include "matching/order_message.hpp"
#include "value_bridge.hpp"

namespace pytrader::bindings {
namespace {

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

}  // namespace pytrader::bindings
