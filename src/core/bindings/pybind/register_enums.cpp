// Binds the trade's enumerations and the order state table.
#include <pybind11/native_enum.h>

#include <cctype>

#include "decimal/error.hpp"
#include "enum_arguments.hpp"
#include "model/order.hpp"
#include "model/strategy_state.hpp"
#include "register.hpp"

namespace pytrader::bindings {

void refuse_member(const std::string& what, const std::string& text, const std::string& known) {
  throw Error(ErrorCode::invalid_argument, what + " is '" + text + "'; give " + known);
}

namespace {

std::string upper(std::string text) {
  for (char& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return text;
}

// An IntEnum prints as its number; people want its text.
template <class Member>
void print_as_text(py::module_& module, const char* name, const char* (*text_of)(Member) noexcept) {
  const py::object bound = module.attr(name);
  const auto text = [text_of](py::handle self) { return std::string(text_of(self.cast<Member>())); };
  bound.attr("__str__") = py::cpp_function(text, py::name("__str__"), py::is_method(bound));
  bound.attr("__format__") = py::cpp_function(
      [text](py::handle self, const py::str& spec) { return py::str(text(self)).attr("__format__")(spec); },
      py::name("__format__"), py::is_method(bound), py::arg("format_spec"), py::pos_only());
}

template <class Member, std::size_t size>
void add_enum(py::module_& module, const char* name, const char* doc, const Member (&members)[size]) {
  py::native_enum<Member> bound(module, name, "enum.IntEnum", doc);
  for (const Member member : members) bound.value(upper(to_text(member)).c_str(), member);
  bound.finalize();
  print_as_text<Member>(module, name, &to_text);
}

void add_reasons(py::module_& module) {
  py::native_enum<RejectReason> bound(module, "RejectReason", "enum.IntEnum",
                                      "Why an order or request was denied or rejected; see `reason_text`.");
  for (u8 code = 0; code < kRejectReasonCount; ++code) {
    const auto reason = static_cast<RejectReason>(code);
    bound.value(upper(name_of(reason)).c_str(), reason);
  }
  bound.finalize();
  print_as_text<RejectReason>(module, "RejectReason", &name_of);
}

py::object next_status(py::handle status, py::handle exec_type, bool has_fills, bool fills_completely) {
  const Transition next = transition(parse_member(status, "status", kOrderStatuses),
                                     parse_member(exec_type, "exec_type", kExecTypes), has_fills, fills_completely);
  return next.legal ? py::cast(next.next) : py::none();
}

}  // namespace

void register_enums(py::module_& module) {
  add_enum(module, "Side", "FIX 54 Side.", kSides);
  add_enum(module, "OrderType", "FIX 40 OrdType; types that FIX has no letter for are our own.", kOrderTypes);
  add_enum(module, "TimeInForce", "FIX 59 TimeInForce; GOOD_FOR_AUCTION is our own.", kTimesInForce);
  add_enum(module, "SelfTrade", "What happens instead of a trade between two orders of one owner.", kSelfTrades);
  add_enum(module, "TriggerType",
           "FIX 1107 TriggerPriceType: what a stop price is compared with; BID_ASK and MARK are our own.",
           kTriggerTypes);
  add_enum(module, "Contingency", "FIX 1385 ContingencyType: what an order means to the others of its list.",
           kContingencies);
  add_enum(module, "OrderStatus",
           "FIX 39 OrdStatus as the code of its letter; INITIALIZED, DENIED, EMULATED and RELEASED are our own.",
           kOrderStatuses);
  add_enum(module, "ExecType", "FIX 150 ExecType as the code of its letter, and what FIX says with other messages.",
           kExecTypes);
  add_enum(module, "Liquidity", "FIX 851 LastLiquidityInd.", kLiquidities);
  add_enum(module, "InstrumentKind", "What kind of contract an instrument is.", kInstrumentKinds);
  add_enum(module, "StrategyState", "Where the life of a strategy stands; see `docs/strategies.md`.", kStrategyStates);
  add_reasons(module);
  module.def(
      "reason_text", [](RejectReason reason) { return to_text(reason); }, py::arg("reason"), py::pos_only(),
      "One sentence for people on why something was denied or rejected.");
  module.def("next_status", &next_status, py::arg("status"), py::arg("exec_type"), py::kw_only(),
             py::arg("has_fills").noconvert() = false, py::arg("fills_completely").noconvert() = false,
             "The status of an order after an event, or None where the state table forbids the event.\n\n"
             "status and exec_type are members or texts; has_fills says whether the order has traded before, "
             "fills_completely whether the event leaves nothing of it.");
}

}  // namespace pytrader::bindings
