// C++'s way to the Python values of pytrader._values: reading arguments exactly and making results.
#pragma once

#include <pybind11/pybind11.h>

#include <string>
#include <string_view>

#include "decimal/fixed.hpp"

namespace pytrader::bindings {

namespace py = pybind11;

// Once, when the module _core is made; before any other function here.
void import_values();

// A number as str, int, Decimal, Fraction, Fixed, Price or Quantity, exactly. `what` names it in messages. A float or
// bool is refused with the line to write instead. A price does not take a Quantity, nor a quantity a Price.
Fixed parse_number(py::handle value, const char* what);
Fixed parse_price(py::handle value, const char* what);
Fixed parse_quantity(py::handle value, const char* what);
// A whole number: an int or what has __index__; no float, Decimal or bool.
i64 parse_integer(py::handle value, const char* what);

struct MoneyAmount {
  Fixed value;
  std::string currency;
};
// The code of a Currency or of text that names a known one, and its minor units.
std::string parse_currency(py::handle value);
int currency_decimals(py::handle value);

py::object make_fixed(const Fixed& value);
py::object make_price(const Fixed& value);
py::object make_quantity(const Fixed& value);
py::object make_money(const Fixed& value, std::string_view currency);
py::object make_currency(std::string_view code);

// For the casters: the exact type, no conversion.
bool is_fixed(py::handle value) noexcept;
bool is_price(py::handle value) noexcept;
bool is_quantity(py::handle value) noexcept;
bool is_money(py::handle value) noexcept;
const Fixed& value_of_fixed(py::handle value) noexcept;
const Fixed& value_of_price(py::handle value) noexcept;
const Fixed& value_of_quantity(py::handle value) noexcept;
MoneyAmount value_of_money(py::handle value);

}  // namespace pytrader::bindings
