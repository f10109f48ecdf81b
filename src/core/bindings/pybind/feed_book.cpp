// A book that takes a feed, as Python holds it: numbers of events, and whom to tell of gaps and crossings.
#include "feed_book.hpp"

#include "value_bridge.hpp"

namespace pytrader::bindings {

const char* const kApplyEventsDoc = R"(Apply a batch of events in order.

Parameters
----------
events : numpy.ndarray or mapping
    One-dimensional structured array (cheapest with the exported dtype), or a mapping of its field names to int64
    columns of one length and any stride. Prices are in ticks, quantities in lots. Times are not read and may be absent;
    without ``flags`` every row ends its venue event. Nothing is copied; from 256 rows on other threads run meanwhile.
sequence : int, optional
    The feed's number of these events, or of the last of them; `first_sequence` is then that of the first. The numbers
    must follow on ``book.sequence`` without a gap.

Returns
-------
int
    How many rows were applied; none if the book has these events already.

Raises
------
BookError
    Under the strict policy, at the first faulty row: the rows before it are applied, its index is ``row``. Also for
    events that do not follow on the last ones (sequence_gap, sequence_older): nothing is applied.
InvalidArgument
    If the array or a column does not fit; nothing is applied.
CapacityError, MemoryError
    If orders, price levels or memory run out: the rows before are applied, the row itself changed nothing. A
    CapacityError names its index as ``row``.)";

NumberedEvents::NumberedEvents(py::handle sequence, py::handle first_sequence) : given(!sequence.is_none()) {
  if (!given) {
    if (first_sequence.is_none()) return;
    throw Error(ErrorCode::invalid_argument, "first_sequence needs sequence, the number of the last event");
  }
  last = parse_sequence(sequence, "sequence");
  first = first_sequence.is_none() ? last : parse_sequence(first_sequence, "first_sequence");
  if (first > last) {
    throw Error(ErrorCode::invalid_argument,
                "first_sequence " + std::to_string(first) + " is above sequence " + std::to_string(last));
  }
}

std::string NumberedEvents::text(const FeedNumbers& numbers) const {
  const std::string events = first == last ? "event " + std::to_string(first)
                                           : "events " + std::to_string(first) + " .. " + std::to_string(last);
  return events + " after " + std::to_string(numbers.last());
}

i64 parse_sequence(py::handle value, const char* what) {
  const i64 number = parse_integer(value, what);
  if (number < 0) {
    throw Error(ErrorCode::invalid_argument,
                std::string(what) + " must not be negative, but is " + std::to_string(number));
  }
  return number;
}

py::object parse_callback(py::handle callback, const char* what) {
  if (!callback.is_none() && PyCallable_Check(callback.ptr()) == 0) {
    throw py::type_error(std::string(what) + " must be callable or None");
  }
  return py::reinterpret_borrow<py::object>(callback);
}

}  // namespace pytrader::bindings
