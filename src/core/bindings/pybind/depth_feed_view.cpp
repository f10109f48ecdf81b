// What a depth feed tells Python: incidents to the user's handlers, and one error for what can not go on.
#include "depth_feed_view.hpp"

#include <pybind11/gil_safe_call_once.h>

#include <string_view>

namespace pytrader::bindings {
namespace {

constexpr std::size_t kQuoted = 24;

const py::object& incident_type() {
  static py::gil_safe_call_once_and_store<py::object> storage;
  return storage
      .call_once_and_store_result([] {
        using namespace py::literals;
        py::object made =
            py::module_::import("collections")
                .attr("namedtuple")("FeedIncident",
                                    py::make_tuple("kind", "venue", "symbol", "frame", "expected", "found"),
                                    "module"_a = "pytrader.data");
        made.attr("__doc__") =
            "What a depth feed found wrong with a book: 'gap' (expected: the book's last update id; found: the id that "
            "the "
            "frame follows, or its first), 'checksum' (expected: the venue's; found: the book's) or 'crossed' "
            "(expected: "
            "best bid; found: best ask). `frame` counts from 1.";
        return made;
      })
      .get_stored();
}

// The frame's text at the fault, so that the message shows the value.
std::string quote(std::string_view text, std::size_t offset) {
  std::string quoted;
  for (const char character : text.substr(std::min(offset, text.size()), kQuoted)) {
    quoted += character >= ' ' && character < 127 ? character : '?';
  }
  return quoted.empty() ? "the end" : quoted + (text.size() - offset > kQuoted ? "..." : "");
}

[[noreturn]] void raise(const BoundFeed& self, u64 frame, const std::string& message, const char* kind,
                        py::object symbol, const py::object& field, const py::object& offset) {
  using namespace py::literals;
  const py::object error =
      py::module_::import("pytrader.errors")
          .attr("FeedError")(message, "kind"_a = kind, "venue"_a = self.feed.venue().name, "frame"_a = frame,
                             "symbol"_a = std::move(symbol), "field"_a = field, "offset"_a = offset);
  PyErr_SetObject(py::type::handle_of(error).ptr(), error.ptr());
  throw py::error_already_set();
}

[[noreturn]] void raise_refused(const BoundFeed& self, const FrameFault& fault, std::string_view text) {
  const std::string field = fault.field;
  std::string problem = fault.problem;
  const bool sentence = problem.starts_with("is ") || problem.starts_with("must ") || problem.starts_with("has ") ||
                        problem.starts_with("does ") || problem.starts_with("stands ");
  if (!sentence) problem = "needs " + problem;
  raise(self, self.feed.counts().frames,
        field + " " + problem + ", at " + quote(text, fault.offset) + "; nothing of the frame was applied", "damaged",
        py::none(), py::str(field), py::int_(fault.offset));
}

struct IncidentText {
  const char* kind;
  const py::object& handler;
  std::string message;
  py::object expected;
  py::object found;
};

IncidentText describe(const BoundFeed& self, const FrameResult& result) {
  const std::string& symbol = self.feed.symbol(result.book);
  if (result.outcome == FrameOutcome::gap) {
    const auto id = [](i64 value) { return value == kNoSequenceId ? py::object(py::none()) : py::int_(value); };
    const auto text = [](i64 value) { return value == kNoSequenceId ? "no id" : "update " + std::to_string(value); };
    return {"gap", self.on_gap,
            "an update of " + symbol + " is missing: the book stands at " + text(result.expected) +
                ", the frame goes on from " + text(result.found) + "; a new snapshot mends it",
            id(result.expected), id(result.found)};
  }
  if (result.outcome == FrameOutcome::bad_checksum) {
    return {"checksum", self.on_checksum,
            "the book of " + symbol + " has checksum " + std::to_string(result.found) + ", the venue's is " +
                std::to_string(result.expected) + "; a new snapshot mends it",
            py::int_(result.expected), py::int_(result.found)};
  }
  const PriceGrid& grid = self.grids[result.book];
  py::object bid = grid.price(result.expected);
  py::object ask = grid.price(result.found);
  std::string message = "the best bid " + py::cast<std::string>(py::str(bid)) + " of " + symbol +
                        " reaches the best ask " + py::cast<std::string>(py::str(ask)) +
                        "; a new snapshot mends it, or keep_crossed=True in a call auction";
  return {"crossed", self.on_crossed, std::move(message), std::move(bid), std::move(ask)};
}

}  // namespace

void report(BoundFeed& self, const FrameResult& result, std::string_view text) {
  if (result.outcome == FrameOutcome::refused) raise_refused(self, result.fault, text);
  if (result.outcome == FrameOutcome::full) {
    throw Error(ErrorCode::capacity,
                std::string(self.feed.venue().name) + " frame " + std::to_string(self.feed.counts().frames) + ": " +
                    std::to_string(self.feed.settings().max_waiting) + " updates of " + self.feed.symbol(result.book) +
                    " wait for a snapshot, which is max_waiting: give the snapshot, or reset()");
  }
  const IncidentText incident = describe(self, result);
  const py::str symbol(self.feed.symbol(result.book));
  const u64 frame = self.feed.counts().frames;
  const py::object handler = incident.handler;
  if (!handler.is_none()) {
    handler(incident_type()(incident.kind, self.feed.venue().name, symbol, frame, incident.expected, incident.found));
  }
  const bool kept = result.outcome == FrameOutcome::crossed && self.feed.settings().keep_crossed;
  if (self.raises && !kept) raise(self, frame, incident.message, incident.kind, symbol, py::none(), py::none());
}

void register_feed_incident(py::module_& module) {
  module.attr("FeedIncident") = incident_type();
}

}  // namespace pytrader::bindings
