// What venue rules have in common in Python: settings that are words, their text, their hash, their pickle.
#pragma once

#include <pybind11/pybind11.h>

#include <string>

#include "decimal/error.hpp"

namespace pytrader::bindings {

namespace py = pybind11;

// The policy with this text; Error(invalid_argument) that names all for any other.
template <class Policy, std::size_t size>
Policy parse_policy(const std::string& text, const char* what, const Policy (&policies)[size]) {
  std::string known;
  for (const Policy policy : policies) {
    if (text == to_text(policy)) return policy;
    known += (known.empty() ? "" : ", ") + std::string(to_text(policy));
  }
  throw Error(ErrorCode::invalid_argument, std::string(what) + " is '" + text + "'; give one of: " + known);
}

// "Name(setting=value, ...)" with the settings that are not as usual.
inline std::string describe(const std::string& name, const py::dict& settings, const py::dict& usual) {
  std::string text;
  for (const auto& [key, value] : settings) {
    if (value.equal(usual[key])) continue;
    text += (text.empty() ? "" : ", ") + key.cast<std::string>() + "=" + py::repr(value).cast<std::string>();
  }
  return name + "(" + text + ")";
}

inline py::ssize_t hash_of_settings(const py::dict& settings) {
  return py::hash(py::tuple(py::list(settings.attr("values")())));
}

// Pickles rules as the arguments of their constructor.
template <class Rules, class SettingsOf>
auto pickle_by_settings(SettingsOf settings_of) {
  return py::pickle(
      [settings_of](const Rules& rules) { return py::make_tuple(settings_of(rules)); },
      [](const py::tuple& state) { return py::type::of<Rules>()(**state[0].cast<py::dict>()).template cast<Rules>(); });
}

}  // namespace pytrader::bindings
