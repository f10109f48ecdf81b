// A book with its grid, as Python holds it: policies, faults and averages.
#include "bound_book.hpp"

namespace pytrader::bindings {

BookPolicy parse_policy(const std::string& text) {
  if (text == "strict") return BookPolicy::strict;
  if (text == "lenient") return BookPolicy::lenient;
  throw Error(ErrorCode::invalid_argument, "policy must be 'strict' or 'lenient', not '" + text + "'");
}

void throw_book_error(BookFault fault, const std::string& where, const py::object& row) {
  const std::string message = where + ": " + to_text(fault) + ": " + explain(fault);
  const py::object error = py::module_::import("pytrader.errors").attr("BookError")(message);
  error.attr("fault") = to_text(fault);
  error.attr("row") = row;
  PyErr_SetObject(py::type::handle_of(error).ptr(), error.ptr());
  throw py::error_already_set();
}

py::dict fault_counts(const FaultCounts& counts) {
  py::dict result;
  for (std::size_t kind = 1; kind < kBookFaultKinds; ++kind) {
    const auto fault = static_cast<BookFault>(kind);
    result[to_text(fault)] = counts[fault];
  }
  return result;
}

std::size_t parse_count(py::handle value, const char* what) {
  const i64 count = parse_integer(value, what);
  if (count < 0) {
    throw Error(ErrorCode::invalid_argument,
                std::string(what) + " must not be negative, but is " + std::to_string(count));
  }
  return static_cast<std::size_t>(count);
}

py::object average_price(const Sweep& sweep, i64 wanted, const PriceGrid& grid, py::handle digits,
                         const std::string& mode) {
  const i64 decimals = parse_integer(digits, "digits");
  if (decimals < 0 || decimals > kMaxDecimals) {
    throw Error(ErrorCode::invalid_argument, "digits must lie in 0 .. 18, not " + std::to_string(decimals));
  }
  Rounding rounding;
  if (!parse_rounding(mode, rounding)) {
    throw Error(ErrorCode::invalid_argument,
                "rounding must be one of decimal's modes such as 'half_even', not '" + mode + "'");
  }
  if (wanted == 0)
    throw Error(ErrorCode::invalid_argument, "quantity must be above zero: nothing has no average price");
  if (sweep.filled < wanted) return py::none();
  return make_fixed(
      divide(grid.worth(sweep.tick_lots), multiply_integer(grid.lot(), wanted), static_cast<int>(decimals), rounding));
}

}  // namespace pytrader::bindings
