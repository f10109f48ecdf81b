// Reads the arguments of what can be read from every kind of book.
#include "reading_binding.hpp"

namespace pytrader::bindings {

RoundingArguments parse_rounding_arguments(py::handle digits, const std::string& mode) {
  const i64 decimals = parse_integer(digits, "digits");
  if (decimals < 0 || decimals > kMaxDecimals) {
    throw Error(ErrorCode::invalid_argument, "digits must lie in 0 .. 18, not " + std::to_string(decimals));
  }
  Rounding rounding;
  if (!parse_rounding(mode, rounding)) {
    throw Error(ErrorCode::invalid_argument,
                "rounding must be one of decimal's modes such as 'half_even', not '" + mode + "'");
  }
  return {static_cast<int>(decimals), rounding};
}

std::size_t parse_count(py::handle value, const char* what) {
  const i64 count = parse_integer(value, what);
  if (count < 0) {
    throw Error(ErrorCode::invalid_argument,
                std::string(what) + " must not be negative, but is " + std::to_string(count));
  }
  return static_cast<std::size_t>(count);
}

std::size_t parse_positive_count(py::handle value, const char* what) {
  const std::size_t count = parse_count(value, what);
  if (count == 0) throw Error(ErrorCode::invalid_argument, std::string(what) + " must be above zero");
  return count;
}

py::object rounded(const Fixed& unit, const Quotient& quotient, py::handle digits, const std::string& mode) {
  const RoundingArguments arguments = parse_rounding_arguments(digits, mode);
  return make_fixed(scaled(unit, quotient, arguments.digits, arguments.mode));
}

void require_quantity(i64 lots) {
  if (lots == 0) throw Error(ErrorCode::invalid_argument, "quantity must be above zero: nothing has no price");
}

}  // namespace pytrader::bindings
