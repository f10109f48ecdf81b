// A book that takes a feed, as Python holds it: numbers of events, and whom to tell of gaps and crossings.
#pragma once

#include <pybind11/pybind11.h>

#include <string>
#include <type_traits>
#include <utility>

#include "book/best_quote_book.hpp"
#include "book/feed_watch.hpp"
#include "bound_book.hpp"
#include "busy_guard.hpp"
#include "event_columns.hpp"

namespace pytrader::bindings {

namespace py = pybind11;

// What the docstring of every kind's apply() says.
extern const char* const kApplyEventsDoc;

// Not negative.
i64 parse_sequence(py::handle value, const char* what);
// TypeError for what is neither callable nor None.
py::object parse_callback(py::handle callback, const char* what);

template <class Kind>
struct FeedBook : BoundBook<Kind> {
  using BoundBook<Kind>::BoundBook;

  // Whether every event states the whole book.
  static constexpr bool kStatesWhole = std::is_same_v<Kind, BestQuoteBook>;

  FeedNumbers numbers;
  CrossedWatch watch;  // kept while somebody is to be told
  py::object on_gap = py::none();
  py::object on_crossed = py::none();
};

// The numbers of a batch, if it has any.
struct NumberedEvents {
  NumberedEvents(py::handle sequence, py::handle first_sequence);
  std::string text(const FeedNumbers& numbers) const;

  bool given;
  i64 first = 0;
  i64 last = 0;
};

// The Python object of a bound book.
template <class Self>
py::object object_of(Self& self) {
  return py::cast(&self, py::return_value_policy::reference);
}

template <class Self>
void tell_crossed(Self& self, const py::object& row) {
  const py::object told = self.on_crossed;
  if (!told.is_none()) told(object_of(self), row);
}

// After events that are not rows of a batch: tells of a book that they newly left crossed.
template <class Self>
void look_whether_crossed(Self& self) {
  bool crossed = false;
  {
    const BusyGuard guard(self.busy);
    crossed = self.book.crossed();
  }
  if (!std::exchange(self.watch.crossed, crossed) && crossed) tell_crossed(self, py::none());
}

// Whether numbered events are to be applied. Tells of a gap, which whoever is told may mend by a snapshot; raises
// BookError under the strict policy for events that do not follow.
template <class Self>
bool joins(Self& self, const NumberedEvents& events) {
  SequenceVerdict verdict = self.numbers.judge(events.first, events.last);
  if (verdict == SequenceVerdict::follows) return true;
  const bool gap = verdict == SequenceVerdict::gap;
  const BookFault fault = gap ? BookFault::sequence_gap : BookFault::sequence_older;
  {
    const BusyGuard guard(self.busy);
    self.book.count(fault);
  }
  if (gap) {
    const py::object told = self.on_gap;
    self.numbers.miss();
    if (!told.is_none()) told(object_of(self), self.numbers.last() + 1, events.first);
    verdict = self.numbers.judge(events.first, events.last);
    if (verdict == SequenceVerdict::follows) return true;
    if (verdict == SequenceVerdict::older) return false;
    self.numbers.miss();
  }
  if (self.book.policy() == BookPolicy::strict) throw_book_error(fault, events.text(self.numbers), py::none());
  return gap;
}

// Whether the rest of a numbered batch is to be applied behind a snapshot that was taken amid it. Rows have no numbers
// of their own, so that what an older snapshot replaced can not be applied again: it is missing.
template <class Self>
bool goes_on(Self& self, const NumberedEvents& events) {
  if (!self.numbers.known()) return true;
  if (self.numbers.last() >= events.last) return false;
  const BusyGuard guard(self.busy);
  self.book.count(BookFault::sequence_gap);
  self.numbers.miss();
  return true;
}

// Applies a part of a batch, with the interpreter lock released if it is long, and counts in `applied`.
template <class Self, class Batch>
BatchResult apply_part(Self& self, const Batch& batch, std::size_t first, CrossedWatch* watch, std::size_t& applied) {
  const BusyGuard guard(self.busy);
  const auto skipped = [&self] { return self.book.faults().total() - self.book.faults()[BookFault::crossed]; };
  const u64 before = skipped();
  BatchResult result;
  try {
    if (batch.columns.rows - first < kRowsWorthUnlocking) {
      result = self.book.apply(batch.columns, first, watch);
    } else {
      const py::gil_scoped_release unlocked;
      result = self.book.apply(batch.columns, first, watch);
    }
  } catch (const RowError& error) {
    throw_row_error(error);
  }
  applied += result.rows - first - static_cast<std::size_t>(skipped() - before);
  return result;
}

// Applies a batch and says how many rows were applied.
template <class Self, class Batch>
std::size_t apply_batch(Self& self, const Batch& batch, py::handle sequence, py::handle first_sequence) {
  const NumberedEvents events(sequence, first_sequence);
  if (events.given && !joins(self, events)) return 0;
  std::size_t applied = 0;
  std::size_t first = 0;
  for (;;) {
    CrossedWatch* watch = self.on_crossed.is_none() ? nullptr : &self.watch;
    const BatchResult result = apply_part(self, batch, first, watch, applied);
    if (result.fault == BookFault::none) break;
    if (!self.book.applied(result.fault)) {
      throw_book_error(result.fault, "event " + std::to_string(result.rows) + " (" + batch.text(result.rows) + ")",
                       py::int_(result.rows));
    }
    first = result.rows;
    const u64 begun = self.numbers.begun();
    tell_crossed(self, py::int_(first - 1));
    if (events.given && self.numbers.begun() != begun && !goes_on(self, events)) return applied;
  }
  if (Self::kStatesWhole && applied != 0) self.numbers.state();
  if (events.given) self.numbers.accept(events.last);
  return applied;
}

// Applies one row, which is a venue event, and says whether it was applied. `where()` names it in an error's message.
template <class Self, class Row, class Where>
bool apply_one(Self& self, const Row& row, Where&& where) {
  BookFault fault = BookFault::none;
  {
    const BusyGuard guard(self.busy);
    fault = self.book.apply(row);
    if (Self::kStatesWhole && self.book.applied(fault)) self.numbers.state();
  }
  if (fault == BookFault::none) {
    self.watch.crossed = false;
    return true;
  }
  if (self.book.policy() == BookPolicy::strict) throw_book_error(fault, where(), py::none());
  if (fault == BookFault::crossed && !std::exchange(self.watch.crossed, true)) tell_crossed(self, py::none());
  return self.book.applied(fault);
}

// What follows on a snapshot that was taken.
template <class Self>
bool begin_anew(Self& self, py::handle sequence) {
  self.numbers.begin(sequence.is_none() ? kNoSequenceId : parse_sequence(sequence, "sequence"));
  look_whether_crossed(self);
  return true;
}

// Batch: what reads `events` from Python.
template <class Batch, class Self>
void bind_apply(py::class_<Self>& bound, const char* events, const char* doc) {
  bound.def(
      "apply",
      [](Self& self, py::handle rows, py::handle sequence, py::handle first_sequence) {
        return apply_batch(self, Batch(rows), sequence, first_sequence);
      },
      py::arg(events), py::kw_only(), py::arg("sequence") = py::none(), py::arg("first_sequence") = py::none(), doc);
}

template <class Self>
void bind_hooks(py::class_<Self>& bound) {
  bound.def_property_readonly(
      "sequence",
      [](const Self& self) -> py::object {
        if (!self.numbers.known()) return py::none();
        return py::int_(self.numbers.last());
      },
      "int or None: the number of the last event or snapshot, where the feed was given with numbers.");
  bound.def_property_readonly(
      "stale", [](const Self& self) { return self.numbers.stale(); },
      "Whether events are missing since the book was last stated as a whole: by ``snapshot``, or in a BestQuoteBook by "
      "any quote.");
  bound.def_property(
      "on_gap", [](const Self& self) { return self.on_gap; },
      [](Self& self, py::handle callback) { self.on_gap = parse_callback(callback, "on_gap"); },
      R"(Called as on_gap(book, expected, received) when numbers of events are missing, before anything is applied.

It may take a snapshot: events that follow on that one are applied, older ones are skipped. Otherwise a strict book raises
BookError, a lenient one applies the events; either is stale. What it raises ends the call.)");
  bound.def_property(
      "on_crossed", [](const Self& self) { return self.on_crossed; },
      [](Self& self, py::handle callback) {
        const BusyGuard guard(self.busy);
        self.on_crossed = parse_callback(callback, "on_crossed");
        self.watch.crossed = self.book.crossed();
      },
      R"(Called as on_crossed(book, row) behind the event that newly leaves a lenient book crossed or locked.

`row` is its last row's index in the batch, None for a single event or a snapshot. It may read and change the book. After
a snapshot of the number of the batch's last event or a later one, the rest of the batch is skipped; after an older one
it is applied, and the book is stale. What it raises ends the call: the rows up to this one are applied.)");
}

// Lets the garbage collector see what a book calls, which mostly knows the book.
template <class Self>
py::custom_type_setup visible_callbacks() {
  return py::custom_type_setup([](PyHeapTypeObject* heap_type) {
    PyTypeObject* type = &heap_type->ht_type;
    type->tp_flags |= Py_TPFLAGS_HAVE_GC;
    type->tp_traverse = [](PyObject* object, visitproc visit, void* arg) {
      Py_VISIT(Py_TYPE(object));
      if (!py::detail::is_holder_constructed(object)) return 0;
      auto& self = py::cast<Self&>(py::handle(object));
      Py_VISIT(self.on_gap.ptr());
      Py_VISIT(self.on_crossed.ptr());
      return 0;
    };
    type->tp_clear = [](PyObject* object) {
      if (!py::detail::is_holder_constructed(object)) return 0;
      auto& self = py::cast<Self&>(py::handle(object));
      self.on_gap = py::none();
      self.on_crossed = py::none();
      return 0;
    };
  });
}

template <class Self>
void bind_state(py::class_<Self>& bound) {
  bind_hooks(bound);
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
        self.numbers.forget();
        self.watch.crossed = false;
      },
      "Empty both sides and forget the sequence; the fault counts stay, and a stale book stays stale.");
  bound.def(
      "self_check",
      [](Self& self) {
        const BusyGuard guard(self.busy);
        self.book.check();
      },
      "Walk the whole book and raise RuntimeError if any of its parts contradict one another.");
}

}  // namespace pytrader::bindings
