// The vocabulary of a matching engine in Python: message rows, outcomes, status codes, venue rules.
#pragma once

#include <pybind11/pybind11.h>

namespace pytrader::bindings {

void register_matching_codes(pybind11::module_& module);
void register_venue_rules(pybind11::module_& module);

}  // namespace pytrader::bindings
