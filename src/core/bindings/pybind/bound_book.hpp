// A book with its grid, as Python holds it, and what the books that take feeds have in common.
#pragma once

#include <pybind11/pybind11.h>

#include <atomic>
#include <string>

#include "book/book_fault.hpp"
#include "busy_guard.hpp"
#include "depth_arrays.hpp"
#include "event_columns.hpp"
#include "price_grid.hpp"

namespace pytrader::bindings {

namespace py = pybind11;

// What the docstring of every kind's apply() says.
extern const char* const kApplyEventsDoc;

BookPolicy parse_policy(const std::string& text);
// Raises BookError: "where: fault: explanation"; its attributes are `fault` and `row` (None outside of a batch).
[[noreturn]] void throw_book_error(BookFault fault, const std::string& where, const py::object& row);
// Raises the error's class, with the row as its attribute `row`.
[[noreturn]] void throw_row_error(const RowError& error);
py::dict fault_counts(const FaultCounts& counts);

template <class Kind>
struct BoundBook {
  using Book = Kind;

  template <class... Arguments>
  BoundBook(py::handle tick, py::handle lot, Arguments... arguments) : grid(tick, lot), book(arguments...) {}

  // Whether a row was applied; throws for a fault under the strict policy.
  bool judge(BookFault fault, const std::string& where) const {
    if (fault != BookFault::none && book.policy() == BookPolicy::strict) throw_book_error(fault, where, py::none());
    return book.applied(fault);
  }

  PriceGrid grid;
  Book book;
  DepthView view;
  std::atomic<bool> busy{false};
};

// Applies columns, with the interpreter lock released if there are many, and says how many rows were applied.
// `text_of(row)` shows a row in an error's message.
template <class Bound, class Columns, class TextOf>
std::size_t apply_columns(Bound& self, const Columns& columns, TextOf&& text_of) {
  const auto skipped = [&self] { return self.book.faults().total() - self.book.faults()[BookFault::crossed]; };
  const u64 before = skipped();
  BatchResult result;
  try {
    if (columns.rows < kRowsWorthUnlocking) {
      result = self.book.apply(columns);
    } else {
      const py::gil_scoped_release unlocked;
      result = self.book.apply(columns);
    }
  } catch (const RowError& error) {
    throw_row_error(error);
  }
  if (result.fault != BookFault::none) {
    throw_book_error(result.fault, "event " + std::to_string(result.rows) + " (" + text_of(result.rows) + ")",
                     py::int_(result.rows));
  }
  return result.rows - static_cast<std::size_t>(skipped() - before);
}

template <class Self>
void bind_state(py::class_<Self>& bound) {
  bound.def_property_readonly(
      "policy", [](const Self& self) { return self.book.policy() == BookPolicy::strict ? "strict" : "lenient"; },
      "What happens to a faulty event: 'strict' raises, 'lenient' counts.");
  bound.def_property_readonly(
      "faults",
      [](Self& self) {
        const BusyGuard guard(self.busy);
        return fault_counts(self.book.faults());
      },
      "How many events of each kind of fault came since the book was made.");
  bound.def_property_readonly(
      "memory_bytes",
      [](Self& self) {
        const BusyGuard guard(self.busy);
        return self.book.memory_bytes();
      },
      "Memory held for levels, orders and index, besides the book itself.");
  bound.def(
      "clear",
      [](Self& self) {
        const BusyGuard guard(self.busy);
        self.book.clear();
      },
      "Empty both sides; the fault counts stay.");
  bound.def(
      "self_check",
      [](Self& self) {
        const BusyGuard guard(self.busy);
        self.book.check();
      },
      "Walk the whole book and raise RuntimeError if any of its parts contradict one another.");
}

}  // namespace pytrader::bindings
