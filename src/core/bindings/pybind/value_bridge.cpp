// The one translation unit that includes the headers which Cython generates for pytrader._values.
#include "value_bridge.hpp"

#include "_values.h"
#include "_values_api.h"

namespace pytrader::bindings {
namespace {

void check(int status) {
  if (status < 0) throw py::error_already_set();
}

py::object own(PyObject* object) {
  if (object == nullptr) throw py::error_already_set();
  return py::reinterpret_steal<py::object>(object);
}

py::str text_of(std::string_view text) {
  return py::str(text.data(), text.size());
}

}  // namespace

// Both modules are compiled against the same struct; a difference would be a stale generated header.
static_assert(sizeof(PtPriceObject::v) == sizeof(Fixed) && alignof(Fixed) == alignof(i128));

void import_values() {
  check(import_pytrader___values());
}

Fixed parse_number(py::handle value, const char* what) {
  Fixed result;
  check(pt_to_fixed(value.ptr(), what, &result));
  return result;
}

Fixed parse_price(py::handle value, const char* what) {
  Fixed result;
  check(pt_to_price(value.ptr(), what, &result));
  return result;
}

Fixed parse_quantity(py::handle value, const char* what) {
  Fixed result;
  check(pt_to_quantity(value.ptr(), what, &result));
  return result;
}

i64 parse_integer(py::handle value, const char* what) {
  const i64 result = pt_to_integer(value.ptr(), what);
  if (result == -1 && PyErr_Occurred() != nullptr) throw py::error_already_set();
  return result;
}

std::string parse_currency(py::handle value) {
  const py::object currency = own(pt_currency(value.ptr()));
  return py::cast<std::string>(py::handle(reinterpret_cast<PtCurrencyObject*>(currency.ptr())->code));
}

int currency_decimals(py::handle value) {
  const int decimals = pt_currency_decimals(value.ptr());
  check(decimals);
  return decimals;
}

py::object make_fixed(const Fixed& value) {
  return own(pt_new_fixed(&value));
}
py::object make_price(const Fixed& value) {
  return own(pt_new_price(&value));
}
py::object make_quantity(const Fixed& value) {
  return own(pt_new_quantity(&value));
}
py::object make_money(const Fixed& value, std::string_view currency) {
  return own(pt_new_money(&value, text_of(currency).ptr()));
}
py::object make_currency(std::string_view code) {
  return own(pt_currency(text_of(code).ptr()));
}

bool is_fixed(py::handle value) noexcept {
  return Py_TYPE(value.ptr()) == &PtFixed_Type;
}
bool is_price(py::handle value) noexcept {
  return Py_TYPE(value.ptr()) == &PtPrice_Type;
}
bool is_quantity(py::handle value) noexcept {
  return Py_TYPE(value.ptr()) == &PtQuantity_Type;
}
bool is_money(py::handle value) noexcept {
  return Py_TYPE(value.ptr()) == &PtMoney_Type;
}
const Fixed& value_of_fixed(py::handle value) noexcept {
  return reinterpret_cast<PtFixedObject*>(value.ptr())->v;
}
const Fixed& value_of_price(py::handle value) noexcept {
  return reinterpret_cast<PtPriceObject*>(value.ptr())->v;
}
const Fixed& value_of_quantity(py::handle value) noexcept {
  return reinterpret_cast<PtQuantityObject*>(value.ptr())->v;
}
MoneyAmount value_of_money(py::handle value) {
  const auto* money = reinterpret_cast<PtMoneyObject*>(value.ptr());
  return {money->v, py::cast<std::string>(py::handle(money->currency->code))};
}

}  // namespace pytrader::bindings
