// Reads members of the trade's enumerations from Python: the member itself or its text in any case.
#pragma once

#include <pybind11/pybind11.h>

#include <string>

#include "model/enums.hpp"
#include "text_argument.hpp"

namespace pytrader::bindings {

namespace py = pybind11;

// "side is 'bid'; give 'buy', 'sell'": refuses a text that names no member.
[[noreturn]] void refuse_member(const std::string& what, const std::string& text, const std::string& known);

// `members` are all there are, `what` names the argument in messages. TypeError for what is neither member nor text.
template <class Member, std::size_t size>
Member parse_member(py::handle value, const char* what, const Member (&members)[size]) {
  if (py::isinstance<py::str>(value)) {
    const std::string text = parse_text(value, what);
    Member member{};
    if (from_text(text, member)) return member;
    std::string known;
    for (const Member each : members) known += (known.empty() ? "'" : ", '") + std::string(to_text(each)) + "'";
    refuse_member(what, text, known);
  }
  if (py::isinstance<Member>(value)) return value.cast<Member>();
  throw py::type_error(std::string(what) + " must be text such as '" + to_text(members[0]) +
                       "' or a member of the enumeration, not " + Py_TYPE(value.ptr())->tp_name);
}

inline Side parse_side(py::handle value) {
  return parse_member(value, "side", kSides);
}
inline OrderType parse_order_type(py::handle value) {
  return parse_member(value, "order_type", kOrderTypes);
}
inline TimeInForce parse_time_in_force(py::handle value) {
  return parse_member(value, "time_in_force", kTimesInForce);
}
inline SelfTrade parse_self_trade(py::handle value) {
  return parse_member(value, "self_trade", kSelfTrades);
}
inline Liquidity parse_liquidity(py::handle value) {
  return parse_member(value, "liquidity", kLiquidities);
}
inline InstrumentKind parse_kind(py::handle value) {
  return parse_member(value, "kind", kInstrumentKinds);
}

}  // namespace pytrader::bindings
