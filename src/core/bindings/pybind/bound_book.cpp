// A book with its grid, as Python holds it: policies, faults and errors.
#include "bound_book.hpp"

#include "error_table.hpp"

namespace pytrader::bindings {
namespace {

[[noreturn]] void raise(const py::object& error) {
  PyErr_SetObject(py::type::handle_of(error).ptr(), error.ptr());
  throw py::error_already_set();
}

}  // namespace

const char* const kApplyEventsDoc = R"(Apply a batch of events in order.

Parameters
----------
events : numpy.ndarray or mapping
    One-dimensional structured array (cheapest with the exported dtype), or a mapping of its field names to int64
    columns of one length and any stride. Prices are in ticks, quantities in lots. Times are not read and may be absent;
    without ``flags`` every row ends its venue event. Nothing is copied; from 256 rows on other threads run meanwhile.

Returns
-------
int
    How many rows were applied.

Raises
------
BookError
    Under the strict policy, at the first faulty row: the rows before it are applied, its index is ``row``.
InvalidArgument
    If the array or a column does not fit; nothing is applied.
CapacityError, MemoryError
    If orders, price levels or memory run out: the rows before are applied, the row itself changed nothing. A
    CapacityError names its index as ``row``.)";

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
