// Binds instruments: a definition in Python's values, checked and made exact once, in C++.
#include <pybind11/operators.h>

#include <sstream>

#include "enum_arguments.hpp"
#include "model/instrument.hpp"
#include "register.hpp"
#include "value_casters.hpp"

namespace pytrader::bindings {
namespace {

using namespace py::literals;

constexpr const char* kInstrumentDoc =
    R"(What is traded: its price grid, lot, multiplier, currencies, limits and fees, all exact.

Parameters
----------
symbol, venue : str
    Letters, digits and ``-_/:.#=+@^&`` (venue: ``-_``); the id is ``SYMBOL.VENUE``.
kind : str or InstrumentKind
    ``"spot"``, ``"equity"``, ``"future"``, ``"perpetual"`` or ``"option"``.
base_currency : str or Currency
    What a quantity counts; empty where that is shares or contracts.
quote_currency : str or Currency
    What a price counts and what fills settle in.
tick_size, lot_size, multiplier : number
    Steps of price and quantity, and the contract's size; above zero. Their product must be exact in 18 decimals.
maker_fee, taker_fee : number
    Share of the traded value, between -1 and 1; negative is a rebate.
min_price, max_price, min_quantity, max_quantity : number, optional
    On the tick and lot. Unstated: one tick, one lot, and no maximum but that of exact numbers.
min_notional, max_notional : number, optional
    Value of one order in the quote currency.
underlying : str
    Id of the instrument that a contract is about; needed for physical settlement.
settlement : str
    ``"cash"`` or ``"physical"``: what an expiry does to a position.
right, strike : str, number
    Of an option: ``"call"`` or ``"put"``, and its price.
expire_time : int
    When the contract ends, nanoseconds since 1970 UTC; 0 where it does not, or nobody says.
initial_margin_rate, maintenance_margin_rate : number
    Of margin accounts: the share of its cost that a position must be backed by, above 0 and at most 1 (10 times leverage
    is 0.1), and the share of its value below which it is liquidated.

Numbers are str, int, Decimal, Fixed, Price or Quantity; a float is a TypeError.

Raises
------
InvalidInstrument
    If the numbers contradict one another or can not be held exactly.
OffTick, OffLot
    If a limit is no whole number of ticks or lots.)";

constexpr const char* kFields[] = {"symbol",
                                   "venue",
                                   "kind",
                                   "base_currency",
                                   "quote_currency",
                                   "tick_size",
                                   "lot_size",
                                   "multiplier",
                                   "maker_fee",
                                   "taker_fee",
                                   "min_price",
                                   "max_price",
                                   "min_quantity",
                                   "max_quantity",
                                   "min_notional",
                                   "max_notional",
                                   "underlying",
                                   "settlement",
                                   "right",
                                   "strike",
                                   "expire_time",
                                   "initial_margin_rate",
                                   "maintenance_margin_rate"};

bool given(const py::object& value) {
  return !value.is_none();
}

Rounding rounding_of(const std::string& mode, const py::object& side) {
  if (mode == "up") return Rounding::ceiling;
  if (mode == "down") return Rounding::floor;
  if (mode == "nearest") return Rounding::half_even;
  if (mode != "passive" && mode != "aggressive") {
    throw Error(ErrorCode::invalid_argument,
                "rounding mode is '" + mode + "'; give 'up', 'down', 'nearest', 'passive' or 'aggressive'");
  }
  if (!given(side)) {
    throw Error(ErrorCode::invalid_argument,
                "rounding mode '" + mode + "' needs a side: add side='buy' or side='sell'");
  }
  const bool buys = parse_side(side) == Side::buy;
  return buys == (mode == "passive") ? Rounding::floor : Rounding::ceiling;
}

std::string optional_currency(const py::object& value) {
  if (!given(value) || (py::isinstance<py::str>(value) && py::len(value) == 0)) return "";
  return parse_currency(value);
}

Settlement parse_settlement(const std::string& text) {
  for (const Settlement settlement : {Settlement::cash, Settlement::physical}) {
    if (text == to_text(settlement)) return settlement;
  }
  throw Error(ErrorCode::invalid_argument, "settlement is '" + text + "'; give 'cash' or 'physical'");
}

OptionRight parse_right(const py::object& right) {
  if (!given(right)) return OptionRight::none;
  const std::string text = parse_text(right, "right");
  for (const OptionRight each : {OptionRight::call, OptionRight::put}) {
    if (text == to_text(each)) return each;
  }
  throw Error(ErrorCode::invalid_argument, "right is '" + text + "'; give 'call' or 'put'");
}

Instrument make_instrument(std::string symbol, std::string venue, const py::object& kind,
                           const py::object& base_currency, const py::object& quote_currency,
                           const py::object& tick_size, const py::object& lot_size, const py::object& multiplier,
                           const py::object& maker_fee, const py::object& taker_fee, const py::object& min_price,
                           const py::object& max_price, const py::object& min_quantity, const py::object& max_quantity,
                           const py::object& min_notional, const py::object& max_notional, std::string underlying,
                           const std::string& settlement, const py::object& right, const py::object& strike,
                           const py::object& expire_time, const py::object& initial_margin_rate,
                           const py::object& maintenance_margin_rate) {
  InstrumentDefinition definition;
  definition.symbol = std::move(symbol);
  definition.venue = std::move(venue);
  definition.kind = parse_kind(kind);
  definition.base_currency = optional_currency(base_currency);
  definition.quote_currency = parse_currency(quote_currency);
  definition.quote_decimals = static_cast<u8>(currency_decimals(quote_currency));
  definition.tick_size = parse_price(tick_size, "tick_size");
  definition.lot_size = parse_quantity(lot_size, "lot_size");
  definition.multiplier = parse_number(multiplier, "multiplier");
  definition.maker_fee_rate = parse_number(maker_fee, "maker_fee");
  definition.taker_fee_rate = parse_number(taker_fee, "taker_fee");
  if (given(min_notional)) definition.min_notional = parse_number(min_notional, "min_notional");
  if (given(max_notional)) definition.max_notional = parse_number(max_notional, "max_notional");
  definition.contract = {std::move(underlying), parse_settlement(settlement), parse_right(right), Fixed{},
                         parse_integer(expire_time, "expire_time")};
  if (given(strike)) definition.contract.strike = parse_price(strike, "strike");
  definition.initial_margin_rate = parse_number(initial_margin_rate, "initial_margin_rate");
  definition.maintenance_margin_rate = parse_number(maintenance_margin_rate, "maintenance_margin_rate");
  // The grid is checked before the limits are put on it.
  const Instrument grid(definition, 0);
  if (given(min_price)) definition.min_price = grid.ticks(parse_price(min_price, "min_price"), "min_price");
  if (given(max_price)) definition.max_price = grid.ticks(parse_price(max_price, "max_price"), "max_price");
  if (given(min_quantity))
    definition.min_quantity = grid.lots(parse_quantity(min_quantity, "min_quantity"), "min_quantity");
  if (given(max_quantity))
    definition.max_quantity = grid.lots(parse_quantity(max_quantity, "max_quantity"), "max_quantity");
  return Instrument(std::move(definition), 0);
}

py::object optional_money(const Fixed& value, const Instrument& instrument) {
  if (value.raw == 0) return py::none();
  return make_money(value, instrument.definition().quote_currency);
}

py::object max_price_of(const Instrument& instrument) {
  if (!instrument.states_max_price()) return py::none();
  return make_price(instrument.price(instrument.definition().max_price));
}

py::object max_quantity_of(const Instrument& instrument) {
  if (!instrument.states_max_quantity()) return py::none();
  return make_quantity(instrument.quantity(instrument.definition().max_quantity));
}

// Every number as text, so that JSON and any language can carry it.
py::dict to_dict(const Instrument& instrument) {
  const InstrumentDefinition& d = instrument.definition();
  const auto text = [](const Fixed& value) { return py::str(to_text(value)); };
  py::dict made("symbol"_a = d.symbol, "venue"_a = d.venue, "kind"_a = to_text(d.kind),
                "base_currency"_a = d.base_currency, "quote_currency"_a = d.quote_currency,
                "tick_size"_a = text(d.tick_size), "lot_size"_a = text(d.lot_size), "multiplier"_a = text(d.multiplier),
                "maker_fee"_a = text(d.maker_fee_rate), "taker_fee"_a = text(d.taker_fee_rate),
                "min_price"_a = text(instrument.price(d.min_price)),
                "min_quantity"_a = text(instrument.quantity(d.min_quantity)));
  const auto add = [&](const char* name, bool stated, const Fixed& value) {
    if (stated) made[name] = text(value);
  };
  add("max_price", instrument.states_max_price(), instrument.price(d.max_price));
  add("max_quantity", instrument.states_max_quantity(), instrument.quantity(d.max_quantity));
  add("min_notional", d.min_notional.raw != 0, d.min_notional);
  add("max_notional", d.max_notional.raw != 0, d.max_notional);
  const ContractTerms& terms = d.contract;
  if (!terms.underlying.empty()) made["underlying"] = terms.underlying;
  if (terms.settlement != Settlement::cash) made["settlement"] = to_text(terms.settlement);
  if (terms.right != OptionRight::none) made["right"] = to_text(terms.right);
  add("strike", terms.right != OptionRight::none, terms.strike);
  add("initial_margin_rate", d.initial_margin_rate.raw != kFixedOne, d.initial_margin_rate);
  add("maintenance_margin_rate", d.maintenance_margin_rate.raw != 0, d.maintenance_margin_rate);
  if (terms.expire_time != 0) made["expire_time"] = std::to_string(terms.expire_time);
  return made;
}

// Through the constructor, so that a malformed field is refused as it is there.
Instrument from_dict(const py::dict& fields) {
  const auto known_field = [](const std::string& name) {
    for (const char* field : kFields) {
      if (name == field) return true;
    }
    return false;
  };
  for (const auto& [key, value] : fields) {
    const auto name = py::str(key).cast<std::string>();
    if (!py::isinstance<py::str>(key) || !known_field(name)) {
      std::string known;
      for (const char* field : kFields) known += (known.empty() ? "" : ", ") + std::string(field);
      throw Error(ErrorCode::invalid_argument, "an instrument has no field '" + name + "'; its fields are " + known);
    }
  }
  for (const char* needed : {"symbol", "venue", "quote_currency", "tick_size", "lot_size"}) {
    if (!fields.contains(needed)) {
      throw Error(ErrorCode::invalid_argument, "the instrument's field '" + std::string(needed) + "' is missing");
    }
  }
  py::dict arguments(**fields);
  if (fields.contains("expire_time") && py::isinstance<py::str>(fields["expire_time"])) {
    arguments["expire_time"] = py::int_(py::reinterpret_borrow<py::object>(fields["expire_time"]));
  }
  return py::type::of<Instrument>()(**arguments).cast<Instrument>();
}

std::string repr(const Instrument& instrument) {
  std::ostringstream out;
  const py::dict fields = to_dict(instrument);
  out << "Instrument(" << std::string(py::repr(fields["symbol"])) << ", " << std::string(py::repr(fields["venue"]));
  for (const auto& [name, value] : fields) {
    const auto key = name.cast<std::string>();
    if (key != "symbol" && key != "venue") out << ", " << key << "=" << std::string(py::repr(value));
  }
  out << ")";
  return out.str();
}

bool equal(const Instrument& a, const Instrument& b) {
  const InstrumentDefinition& x = a.definition();
  const InstrumentDefinition& y = b.definition();
  return a.id() == b.id() && x.kind == y.kind && x.base_currency == y.base_currency &&
         x.quote_currency == y.quote_currency && x.tick_size == y.tick_size && x.lot_size == y.lot_size &&
         x.multiplier == y.multiplier && x.maker_fee_rate == y.maker_fee_rate && x.taker_fee_rate == y.taker_fee_rate &&
         x.min_price == y.min_price && x.max_price == y.max_price && x.min_quantity == y.min_quantity &&
         x.max_quantity == y.max_quantity && x.min_notional == y.min_notional && x.max_notional == y.max_notional &&
         x.contract == y.contract && x.initial_margin_rate == y.initial_margin_rate &&
         x.maintenance_margin_rate == y.maintenance_margin_rate;
}

void add_attributes(py::class_<Instrument>& bound) {
  const auto definition = [&bound](const char* name, auto get, const char* doc) {
    bound.def_property_readonly(name, [get](const Instrument& i) { return get(i.definition()); }, doc);
  };
  using Definition = const InstrumentDefinition&;
  bound.def_property_readonly("id", [](const Instrument& i) { return i.id(); }, "``SYMBOL.VENUE``.");
  definition("symbol", [](Definition d) { return d.symbol; }, "The venue's name for it.");
  definition("venue", [](Definition d) { return d.venue; }, "Where it is traded.");
  definition("kind", [](Definition d) { return d.kind; }, "What kind of contract it is.");
  definition(
      "base_currency",
      [](Definition d) { return d.base_currency.empty() ? py::object(py::none()) : make_currency(d.base_currency); },
      "What a quantity counts; None for shares and contracts.");
  definition("quote_currency", [](Definition d) { return make_currency(d.quote_currency); }, "What a price counts.");
  definition("tick_size", [](Definition d) { return PriceValue{d.tick_size}; }, "The step of prices.");
  definition("lot_size", [](Definition d) { return QuantityValue{d.lot_size}; }, "The step of quantities.");
  definition("multiplier", [](Definition d) { return d.multiplier; }, "Size of one contract.");
  definition("maker_fee", [](Definition d) { return d.maker_fee_rate; }, "Share of the value; negative is a rebate.");
  definition("taker_fee", [](Definition d) { return d.taker_fee_rate; }, "Share of the value; negative is a rebate.");
  bound.def_property_readonly(
      "min_price", [](const Instrument& i) { return PriceValue{i.price(i.definition().min_price)}; }, "Lowest price.");
  bound.def_property_readonly("max_price", &max_price_of, "Highest price; None where none was stated.");
  bound.def_property_readonly(
      "min_quantity", [](const Instrument& i) { return QuantityValue{i.quantity(i.definition().min_quantity)}; },
      "Smallest quantity of an order.");
  bound.def_property_readonly("max_quantity", &max_quantity_of,
                              "Largest quantity of an order; None where none was stated.");
  bound.def_property_readonly(
      "min_notional", [](const Instrument& i) { return optional_money(i.definition().min_notional, i); },
      "Least value of an order; None where none was stated.");
  bound.def_property_readonly(
      "max_notional", [](const Instrument& i) { return optional_money(i.definition().max_notional, i); },
      "Greatest value of an order; None where none was stated.");
  definition("underlying", [](Definition d) { return d.contract.underlying; }, "Id of what a contract is about.");
  definition("settlement", [](Definition d) { return to_text(d.contract.settlement); }, "``cash`` or ``physical``.");
  definition(
      "right",
      [](Definition d) {
        return d.contract.right == OptionRight::none ? py::object(py::none()) : py::str(to_text(d.contract.right));
      },
      "``call`` or ``put`` of an option, else None.");
  definition(
      "strike",
      [](Definition d) {
        return d.contract.right == OptionRight::none ? py::object(py::none()) : make_price(d.contract.strike);
      },
      "Price of an option, else None.");
  definition(
      "expire_time", [](Definition d) { return d.contract.expire_time; },
      "When the contract ends, nanoseconds since 1970 UTC; 0 where it does not, or nobody said.");
  definition(
      "initial_margin_rate", [](Definition d) { return d.initial_margin_rate; },
      "Share of its cost that a margined position must be backed by.");
  definition(
      "maintenance_margin_rate", [](Definition d) { return d.maintenance_margin_rate; },
      "Share of its value below which a margined position is liquidated.");
  bound.def_property_readonly("price_decimals", &Instrument::price_decimals, "Decimals of the tick.");
  bound.def_property_readonly("quantity_decimals", &Instrument::quantity_decimals, "Decimals of the lot.");
}

void add_conversions(py::class_<Instrument>& bound) {
  bound.def(
      "notional",
      [](const Instrument& i, const py::object& price, const py::object& quantity) {
        Fixed value = multiply3(parse_price(price, "price"), parse_quantity(quantity, "quantity"),
                                i.definition().multiplier, kMaxDecimals, Rounding::exact);
        value.decimals = static_cast<u8>(decimals_needed(value.raw));
        return MoneyAmount{value, i.definition().quote_currency};
      },
      "price"_a, "quantity"_a, "Price times quantity times multiplier, exact; `Inexact` beyond 18 decimals.");
  bound.def(
      "round_price",
      [](const Instrument& i, const py::object& price, const std::string& mode, const py::object& side) {
        return PriceValue{
            round_to_multiple(parse_price(price, "price"), i.definition().tick_size, rounding_of(mode, side))};
      },
      "price"_a, "mode"_a, "side"_a = py::none(),
      "The tick that `mode` chooses: up, down, nearest (half even), passive or aggressive (these two by `side`).");
  bound.def(
      "round_quantity",
      [](const Instrument& i, const py::object& quantity, const std::string& mode) {
        if (mode == "passive" || mode == "aggressive") {
          throw Error(ErrorCode::invalid_argument,
                      "rounding mode is '" + mode + "'; a quantity rounds 'up', 'down' or 'nearest'");
        }
        return QuantityValue{round_to_multiple(parse_quantity(quantity, "quantity"), i.definition().lot_size,
                                               rounding_of(mode, py::none()))};
      },
      "quantity"_a, "mode"_a = "down", "The lot that `mode` chooses: up, down or nearest (half even).");
  bound.def(
      "price_ticks", [](const Instrument& i, const py::object& price) { return i.ticks(parse_price(price, "price")); },
      "price"_a, "The price as a whole number of ticks; `OffTick` if it is none.");
  bound.def(
      "quantity_lots",
      [](const Instrument& i, const py::object& quantity) { return i.lots(parse_quantity(quantity, "quantity")); },
      "quantity"_a, "The quantity as a whole number of lots; `OffLot` if it is none.");
  bound.def(
      "price",
      [](const Instrument& i, const py::object& ticks) { return PriceValue{i.price(parse_integer(ticks, "ticks"))}; },
      "ticks"_a, "The price of a whole number of ticks.");
  bound.def(
      "quantity",
      [](const Instrument& i, const py::object& lots) {
        const i64 count = parse_integer(lots, "lots");
        if (count < 0) {
          throw Error(ErrorCode::invalid_argument,
                      "lots is " + std::to_string(count) + "; a quantity is never negative");
        }
        return QuantityValue{i.quantity(count)};
      },
      "lots"_a, "The quantity of a whole number of lots, 0 or more.");
}

}  // namespace

void register_model(py::module_& module) {
  py::class_<Instrument> bound(module, "Instrument", kInstrumentDoc);
  bound.def(py::init(&make_instrument), "symbol"_a, "venue"_a, py::kw_only(), "kind"_a = "spot", "base_currency"_a = "",
            "quote_currency"_a, "tick_size"_a, "lot_size"_a, "multiplier"_a = "1", "maker_fee"_a = "0",
            "taker_fee"_a = "0", "min_price"_a = py::none(), "max_price"_a = py::none(), "min_quantity"_a = py::none(),
            "max_quantity"_a = py::none(), "min_notional"_a = py::none(), "max_notional"_a = py::none(),
            "underlying"_a = "", "settlement"_a = "cash", "right"_a = py::none(), "strike"_a = py::none(),
            "expire_time"_a = 0, "initial_margin_rate"_a = "1", "maintenance_margin_rate"_a = "0");
  add_attributes(bound);
  add_conversions(bound);
  bound.def("to_dict", &to_dict, "All fields with every number as text; `from_dict` takes it back.");
  bound.def_static("from_dict", &from_dict, "fields"_a, "An instrument from what `to_dict` gave.");
  bound.def("__repr__", &repr);
  bound.def("__eq__", [](const Instrument& a, const Instrument& b) { return equal(a, b); }, py::is_operator());
  bound.def("__hash__", [](const Instrument& i) { return py::hash(py::str(i.id())); });
  bound.def(py::pickle([](const Instrument& i) { return to_dict(i); },
                       [](const py::dict& fields) { return from_dict(fields); }));
}

}  // namespace pytrader::bindings
