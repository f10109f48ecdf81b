// Binds trading phases, what a venue decides about them, and the price of an auction.
#include <pybind11/native_enum.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <cctype>
#include <string>
#include <vector>

#include "enum_arguments.hpp"
#include "matching/trading_phase.hpp"
#include "policy_text.hpp"
#include "register.hpp"
#include "session_arguments.hpp"
#include "value_bridge.hpp"

namespace pytrader::bindings {

TradingPhase parse_phase(py::handle value) {
  return parse_member(value, "phase", kTradingPhases);
}

namespace {

constexpr ReferenceRule kReferenceRules[] = {ReferenceRule::nearest_limit, ReferenceRule::at_reference};

std::string upper(std::string text) {
  for (char& letter : text) letter = static_cast<char>(std::toupper(static_cast<unsigned char>(letter)));
  return text;
}

SessionRules make_rules(bool halt_accepts_orders, const std::string& auction_reference,
                        py::handle volatility_auction_ns, py::handle extension_basis_points, bool market_pressure) {
  const SessionRules rules{halt_accepts_orders, parse_policy(auction_reference, "auction_reference", kReferenceRules),
                           parse_integer(volatility_auction_ns, "volatility_auction_ns"),
                           parse_integer(extension_basis_points, "extension_basis_points"), market_pressure};
  check(rules);
  return rules;
}

py::dict settings_of(const SessionRules& rules) {
  py::dict settings;
  settings["halt_accepts_orders"] = rules.halt_accepts_orders;
  settings["auction_reference"] = to_text(rules.auction_reference);
  settings["volatility_auction_ns"] = rules.volatility_auction_ns;
  settings["extension_basis_points"] = rules.extension_basis_points;
  settings["market_pressure"] = rules.market_pressure;
  return settings;
}

std::vector<PriceQuantity> levels_from(const py::sequence& levels, const char* what) {
  std::vector<PriceQuantity> side;
  for (const auto& level : levels) {
    const auto pair = level.cast<py::sequence>();
    if (pair.size() != 2) {
      throw Error(ErrorCode::invalid_argument, std::string(what) + " has a level with " + std::to_string(pair.size()) +
                                                   " numbers; give (price, quantity)");
    }
    side.push_back({parse_integer(pair[0], "a price in ticks"), parse_integer(pair[1], "a quantity in lots")});
  }
  return side;
}

py::object find_auction_price(const py::sequence& bids, const py::sequence& asks, py::handle market_buy,
                              py::handle market_sell, py::handle reference, const std::string& rule,
                              bool market_pressure) {
  const std::vector<PriceQuantity> buyers = levels_from(bids, "bids");
  const std::vector<PriceQuantity> sellers = levels_from(asks, "asks");
  const AuctionPrice found =
      auction_price(buyers, sellers, parse_integer(market_buy, "market_buy"), parse_integer(market_sell, "market_sell"),
                    reference.is_none() ? kNoPrice : parse_integer(reference, "reference"),
                    {parse_policy(rule, "rule", kReferenceRules), market_pressure});
  return found.price == kNoPrice ? py::object(py::none()) : py::cast(found);
}

bool phase_accepts(py::handle phase, py::handle order_type, py::handle time_in_force) {
  const PhaseRules& rules = rules_of(parse_phase(phase));
  return (rules.order_types & members_of(parse_order_type(order_type))) != 0 &&
         (rules.times_in_force & members_of(parse_time_in_force(time_in_force))) != 0;
}

constexpr const char* kRulesDoc = R"(What a venue decides about its trading phases.

Parameters
----------
halt_accepts_orders : bool
    A halt collects orders as a pre-open does, instead of accepting cancels alone.
auction_reference : {"nearest_limit", "at_reference"}
    An auction's price when several limits are as good: the limit nearest to the reference price (Xetra, CME); or that
    price itself where it lies between them.
volatility_auction_ns : int
    A volatility auction ends by the clock after this long; 0: with a phase message.
extension_basis_points : int
    An auction whose price is farther from the last price than this is prolonged; 0: never.
market_pressure : bool
    With buyers' surplus at all limits that are as good an auction's price is the highest of them, with sellers' the
    lowest (Xetra, CME); without this rule the reference price decides (TSX).

Raises
------
InvalidArgument
    For another text or a number below 0.

Notes
-----
docs/auctions.md states the rules and their sources.)";

constexpr const char* kAuctionPriceDoc = R"(The price at which an auction trades most.

Parameters
----------
bids, asks : sequence of (int, int)
    Prices in ticks with the lots open there, icebergs in full; best first, each price once.
market_buy, market_sell : int
    Lots of market orders.
reference : int, optional
    The price that decides between limits that are as good; without it the highest of them.
rule : {"nearest_limit", "at_reference"}
    The limit nearest to it, the higher of two; or that price itself where it lies between them.
market_pressure : bool
    Whether a surplus of one side at all of them comes before the reference price (Xetra, CME; not TSX).

Returns
-------
AuctionPrice or None
    None if nothing trades.

Raises
------
InvalidArgument, CapacityError
    For levels that are no side of a book, or a side of 2**63 lots or more.

Notes
-----
The largest volume; then the least surplus; then market pressure: with buyers' surplus at all of them the highest limit,
with sellers' the lowest; then the reference price. Source: Xetra market model, price determination in auctions; CME
Globex, rules of the Indicative Opening Price.)";

}  // namespace

void register_session(py::module_& module) {
  py::native_enum<TradingPhase> phases(module, "TradingPhase", "enum.IntEnum", "A phase of a trading day.");
  for (const TradingPhase phase : kTradingPhases) phases.value(upper(to_text(phase)).c_str(), phase);
  phases.finalize();
  module.def("phase_accepts", &phase_accepts, py::arg("phase"), py::arg("order_type"), py::arg("time_in_force"),
             "Whether a phase accepts new orders of this type and time in force: members or texts.");

  using Rules = SessionRules;
  py::class_<Rules>(module, "SessionRules", kRulesDoc, py::is_final())
      .def(py::init(&make_rules), py::kw_only(), py::arg("halt_accepts_orders").noconvert() = false,
           py::arg("auction_reference") = "nearest_limit", py::arg("volatility_auction_ns") = 0,
           py::arg("extension_basis_points") = 0, py::arg("market_pressure").noconvert() = true)
      .def_readonly("halt_accepts_orders", &Rules::halt_accepts_orders)
      .def_property_readonly("auction_reference", [](const Rules& rules) { return to_text(rules.auction_reference); })
      .def_readonly("volatility_auction_ns", &Rules::volatility_auction_ns)
      .def_readonly("extension_basis_points", &Rules::extension_basis_points)
      .def_readonly("market_pressure", &Rules::market_pressure)
      .def(
          "__eq__", [](const Rules& a, const Rules& b) { return a == b; }, py::is_operator())
      .def("__hash__", [](const Rules& rules) { return hash_of_settings(settings_of(rules)); })
      .def("__repr__",
           [](const Rules& rules) { return describe("SessionRules", settings_of(rules), settings_of(Rules{})); })
      .def(pickle_by_settings<Rules>([](const Rules& rules) { return settings_of(rules); }));

  py::class_<AuctionPrice>(module, "AuctionPrice", "Where an auction trades, and what finds no other side there.",
                           py::is_final())
      .def_readonly("price", &AuctionPrice::price, "In ticks.")
      .def_readonly("volume", &AuctionPrice::volume, "Lots that trade.")
      .def_readonly("surplus", &AuctionPrice::surplus, "Lots of buyers left over at the price; below 0 of sellers.")
      .def("__repr__", [](const AuctionPrice& found) {
        return py::str("AuctionPrice(price={}, volume={}, surplus={})")
            .format(found.price, found.volume, found.surplus);
      });
  module.def("auction_price", &find_auction_price, py::arg("bids"), py::arg("asks"), py::kw_only(),
             py::arg("market_buy") = 0, py::arg("market_sell") = 0, py::arg("reference") = py::none(),
             py::arg("rule") = "nearest_limit", py::arg("market_pressure").noconvert() = true, kAuctionPriceDoc);
}

}  // namespace pytrader::bindings
