// pybind11 casters: Fixed, Price, Quantity and Money cross as the Python values of pytrader._values, exact type only.
#pragma once

#include <pybind11/pybind11.h>

#include "value_bridge.hpp"

namespace pytrader::bindings {

// One C++ type for each Python type; the core itself computes with the Fixed inside.
struct PriceValue {
  Fixed value;
};
struct QuantityValue {
  Fixed value;
};

}  // namespace pytrader::bindings

namespace pybind11::detail {

template <>
struct type_caster<pytrader::Fixed> {
  PYBIND11_TYPE_CASTER(pytrader::Fixed, const_name("pytrader.Fixed"));
  bool load(handle source, bool) {
    if (!pytrader::bindings::is_fixed(source)) return false;
    value = pytrader::bindings::value_of_fixed(source);
    return true;
  }
  static handle cast(const pytrader::Fixed& source, return_value_policy, handle) {
    return pytrader::bindings::make_fixed(source).release();
  }
};

template <>
struct type_caster<pytrader::bindings::PriceValue> {
  PYBIND11_TYPE_CASTER(pytrader::bindings::PriceValue, const_name("pytrader.Price"));
  bool load(handle source, bool) {
    if (!pytrader::bindings::is_price(source)) return false;
    value.value = pytrader::bindings::value_of_price(source);
    return true;
  }
  static handle cast(const pytrader::bindings::PriceValue& source, return_value_policy, handle) {
    return pytrader::bindings::make_price(source.value).release();
  }
};

template <>
struct type_caster<pytrader::bindings::QuantityValue> {
  PYBIND11_TYPE_CASTER(pytrader::bindings::QuantityValue, const_name("pytrader.Quantity"));
  bool load(handle source, bool) {
    if (!pytrader::bindings::is_quantity(source)) return false;
    value.value = pytrader::bindings::value_of_quantity(source);
    return true;
  }
  static handle cast(const pytrader::bindings::QuantityValue& source, return_value_policy, handle) {
    return pytrader::bindings::make_quantity(source.value).release();
  }
};

template <>
struct type_caster<pytrader::bindings::MoneyAmount> {
  PYBIND11_TYPE_CASTER(pytrader::bindings::MoneyAmount, const_name("pytrader.Money"));
  bool load(handle source, bool) {
    if (!pytrader::bindings::is_money(source)) return false;
    value = pytrader::bindings::value_of_money(source);
    return true;
  }
  static handle cast(const pytrader::bindings::MoneyAmount& source, return_value_policy, handle) {
    return pytrader::bindings::make_money(source.value, source.currency).release();
  }
};

}  // namespace pybind11::detail
