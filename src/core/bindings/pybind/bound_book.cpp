// A book with its grid, as Python holds it: policies, faults and errors.
#include "bound_book.hpp"

#include "book/order_pool.hpp"
#include "error_table.hpp"
#include "value_bridge.hpp"

namespace pytrader::bindings {
namespace {

[[noreturn]] void raise(const py::object& error) {
  PyErr_SetObject(py::type::handle_of(error).ptr(), error.ptr());
  throw py::error_already_set();
}

}  // namespace

BookPolicy parse_policy(const std::string& text) {
  if (text == "strict") return BookPolicy::strict;
  if (text == "lenient") return BookPolicy::lenient;
  throw Error(ErrorCode::invalid_argument, "policy must be 'strict' or 'lenient', not '" + text + "'");
}

u32 parse_max_orders(py::handle value) {
  const i64 bound = parse_integer(value, "max_orders");
  if (bound < 1 || bound > i64{OrderPool::kMaxOrders}) {
    throw Error(ErrorCode::invalid_argument, "max_orders must lie in 1 .. 2^31, not " + std::to_string(bound));
  }
  return static_cast<u32>(bound);
}

void throw_book_error(BookFault fault, const std::string& where, const py::object& row) {
  const std::string message = where + ": " + to_text(fault) + ": " + explain(fault);
  const py::object error = py::module_::import("pytrader.errors").attr("BookError")(message);
  error.attr("fault") = to_text(fault);
  error.attr("row") = row;
  raise(error);
}

void throw_row_error(const RowError& error) {
  const char* name = kErrorClasses.at(static_cast<std::size_t>(error.code()));
  const py::object raised = py::module_::import("pytrader.errors").attr(name)(error.what());
  raised.attr("row") = error.row();
  raise(raised);
}

py::dict fault_counts(const FaultCounts& counts) {
  py::dict result;
  for (std::size_t kind = 1; kind < kBookFaultKinds; ++kind) {
    const auto fault = static_cast<BookFault>(kind);
    result[to_text(fault)] = counts[fault];
  }
  return result;
}

}  // namespace pytrader::bindings
