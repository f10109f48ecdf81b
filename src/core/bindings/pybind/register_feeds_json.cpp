// Binds the depth feeds of venues that speak JSON: frames in, books to read out.
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <cstring>
#include <utility>

#include "bound_book.hpp"
#include "busy_guard.hpp"
#include "depth_feed_view.hpp"
#include "reading_binding.hpp"
#include "register.hpp"

namespace pytrader::bindings {
namespace {

using BoundDepthBook = BoundBook<DepthBookView>;
using FeedHolder = std::shared_ptr<BoundFeed>;

// Below this the interpreter lock is kept: releasing it costs more than it gives.
constexpr std::size_t kBytesWorthUnlocking = 1 << 14;

constexpr const char* kFeedDoc = R"(Books of one venue's depth feed, kept from its JSON frames.

`pytrader.data` has one class for each venue over this.

Parameters
----------
venue : str
    ``"binance_spot"``, ``"binance_futures"``, ``"kraken"``, ``"okx"`` or ``"bitget"``.
instruments : list of (symbol, tick, lot)
    The venue's symbols, and the steps of their prices and sizes; a step finer than the venue's will do.
depth : int
    Levels a side that were subscribed to; 0: all. Kraken's books are cut to it.
policy : {"strict", "resync"}
    What a gap, a wrong checksum or a crossed book does, when its handler has been called: raise FeedError, or go on. Either
    way the book is stale and empty until a snapshot.
keep_crossed : bool
    Keep crossed books, which call auctions show lawfully: they are counted and told, no more.
max_waiting : int
    Bound on the updates of one book that wait for its snapshot; reaching it raises CapacityError.
on_gap, on_checksum, on_crossed : callable, optional
    Called with a FeedIncident; what they raise ends the call of `apply`, with the feed as it stands.)";

constexpr const char* kApplyDoc = R"(Take one frame as it came: WebSocket text, or the answer to a snapshot request.

Parameters
----------
frame : bytes-like or str
    JSON text.
symbol : str, optional
    Whose snapshot it is. Answers to snapshot requests do not say; a feed of one symbol knows.

Returns
-------
str or None
    The symbol whose book has changed or was emptied; None if the frame waits for a snapshot, is older than the book or is
    about something else.

Raises
------
FeedError
    A frame that is damaged, or of an unknown symbol, or with a price or size off the grid: nothing of it was applied. Under
    the strict policy also a gap, a wrong checksum and a crossed book: then the book is stale.
CapacityError
    More than max_waiting updates wait for a snapshot; the frame was not kept.)";

constexpr const char* kApplyLinesDoc =
    R"(Take the frames of a recording: one a line, from the line's first brace or bracket on.

What stands before it, such as the time of receipt, is not read. Lines without one (a connection was opened, a keep-alive)
are passed over. From 16 KB on other threads run meanwhile.

Parameters
----------
buffer : bytes-like or str
    Whole lines.
symbol : str, optional
    As in `apply`.

Returns
-------
int
    How many frames changed a book.

Raises
------
FeedError, CapacityError
    As `apply`; the lines before are applied.)";

const DepthVenue& parse_venue(const std::string& name) {
  constexpr std::pair<const char*, const DepthVenue*> kVenues[] = {{"binance_spot", &kBinanceSpotDepth},
                                                                   {"binance_futures", &kBinanceFuturesDepth},
                                                                   {"kraken", &kKrakenDepth},
                                                                   {"okx", &kOkxDepth},
                                                                   {"bitget", &kBitgetDepth}};
  for (const auto& [known, venue] : kVenues) {
    if (name == known) return *venue;
  }
  throw Error(ErrorCode::invalid_argument,
              "venue '" + name + "' is not one of binance_spot, binance_futures, kraken, okx, bitget");
}

bool parse_feed_policy(const std::string& text) {
  if (text == "strict" || text == "resync") return text == "strict";
  throw Error(ErrorCode::invalid_argument, "policy must be 'strict' or 'resync', not '" + text + "'");
}

py::object parse_handler(const py::object& value, const char* what) {
  if (!value.is_none() && PyCallable_Check(value.ptr()) == 0) {
    throw py::type_error(std::string(what) + " must be callable or None");
  }
  return value;
}

FeedHolder make_feed(const std::string& venue, const py::list& instruments, py::handle depth, const std::string& policy,
                     bool keep_crossed, py::handle max_waiting, const py::object& on_gap, const py::object& on_checksum,
                     const py::object& on_crossed) {
  DepthFeedSettings settings;
  settings.depth = parse_count(depth, "depth");
  settings.max_waiting = parse_count(max_waiting, "max_waiting");
  settings.keep_crossed = keep_crossed;
  auto made = std::make_shared<BoundFeed>(parse_venue(venue), settings, parse_feed_policy(policy));
  for (const py::handle row : instruments) {
    const auto instrument = py::reinterpret_borrow<py::tuple>(row);
    if (!py::isinstance<py::tuple>(row) || instrument.size() != 3 || !py::isinstance<py::str>(instrument[0])) {
      throw py::type_error("an instrument is (symbol, tick, lot)");
    }
    const PriceGrid grid(instrument[1], instrument[2]);
    made->feed.add_symbol(py::cast<std::string>(instrument[0]), grid.tick(), grid.lot());
    made->grids.push_back(grid);
  }
  if (made->feed.size() == 0) throw Error(ErrorCode::invalid_argument, "a feed needs at least one instrument");
  made->on_gap = parse_handler(on_gap, "on_gap");
  made->on_checksum = parse_handler(on_checksum, "on_checksum");
  made->on_crossed = parse_handler(on_crossed, "on_crossed");
  return made;
}

// Text that Python holds, as bytes; lives as long as its object is not changed.
class FrameText {
 public:
  explicit FrameText(py::handle value) {
    if (PyBytes_Check(value.ptr())) {
      text_ = {PyBytes_AS_STRING(value.ptr()), static_cast<std::size_t>(PyBytes_GET_SIZE(value.ptr()))};
    } else if (PyUnicode_Check(value.ptr())) {
      Py_ssize_t size = 0;
      const char* data = PyUnicode_AsUTF8AndSize(value.ptr(), &size);
      if (data == nullptr) throw py::error_already_set();
      text_ = {data, static_cast<std::size_t>(size)};
    } else {
      if (PyObject_GetBuffer(value.ptr(), &buffer_, PyBUF_SIMPLE) != 0) throw py::error_already_set();
      text_ = {static_cast<const char*>(buffer_.buf), static_cast<std::size_t>(buffer_.len)};
    }
  }
  ~FrameText() {
    if (buffer_.obj != nullptr) PyBuffer_Release(&buffer_);
  }
  FrameText(const FrameText&) = delete;
  FrameText& operator=(const FrameText&) = delete;
  std::string_view get() const noexcept { return text_; }

 private:
  Py_buffer buffer_{};
  std::string_view text_;
};

u32 find_symbol(const BoundFeed& self, py::handle symbol) {
  if (!py::isinstance<py::str>(symbol)) throw py::type_error("symbol must be str");
  const auto name = py::cast<std::string>(symbol);
  const u32 index = self.feed.find(name);
  if (index == DepthFeed::kNoSymbol) {
    throw Error(ErrorCode::invalid_argument, "symbol '" + name + "' is not in the feed; see symbols");
  }
  return index;
}

bool changes(FrameOutcome outcome) noexcept {
  return outcome == FrameOutcome::applied || outcome == FrameOutcome::gap || outcome == FrameOutcome::bad_checksum ||
         outcome == FrameOutcome::crossed;
}
bool needs_report(FrameOutcome outcome) noexcept {
  return outcome != FrameOutcome::applied &&
         (changes(outcome) || outcome == FrameOutcome::refused || outcome == FrameOutcome::full);
}

py::object apply(BoundFeed& self, py::handle frame, py::handle symbol) {
  const FrameText text(frame);
  const u32 whose = symbol.is_none() ? DepthFeed::kNoSymbol : find_symbol(self, symbol);
  FrameResult result;
  {
    const BusyGuard guard(self.busy);
    result = self.feed.apply(text.get(), whose);
  }
  if (needs_report(result.outcome)) report(self, result, text.get());
  if (!changes(result.outcome)) return py::none();
  return py::str(self.feed.symbol(result.book));
}

// Empty if the line has none.
std::string_view frame_of(std::string_view line) noexcept {
  const std::size_t begin = line.find_first_of("{[");
  return begin == std::string_view::npos ? std::string_view() : line.substr(begin);
}

// Applies lines until one needs Python, which `line` then is; without it the text has ended.
FrameResult apply_until_report(BoundFeed& self, std::string_view& text, u32 whose, std::string_view& frame) {
  while (!text.empty()) {
    const auto* end = static_cast<const char*>(std::memchr(text.data(), '\n', text.size()));
    const std::size_t length = end == nullptr ? text.size() : static_cast<std::size_t>(end - text.data());
    frame = frame_of(text.substr(0, length));
    text.remove_prefix(end == nullptr ? length : length + 1);
    if (frame.empty()) continue;
    const FrameResult result = self.feed.apply(frame, whose);
    if (needs_report(result.outcome)) return result;
  }
  return {};
}

u64 apply_lines(BoundFeed& self, py::handle buffer, py::handle symbol) {
  const FrameText held(buffer);
  const u32 whose = symbol.is_none() ? DepthFeed::kNoSymbol : find_symbol(self, symbol);
  std::string_view text = held.get();
  const u64 before = self.feed.counts().applied;
  while (!text.empty()) {
    std::string_view frame;
    FrameResult result;
    {
      const BusyGuard guard(self.busy);
      if (text.size() < kBytesWorthUnlocking) {
        result = apply_until_report(self, text, whose, frame);
      } else {
        const py::gil_scoped_release unlocked;
        result = apply_until_report(self, text, whose, frame);
      }
    }
    if (needs_report(result.outcome)) report(self, result, frame);
  }
  return self.feed.counts().applied - before;
}

// Handlers may hold the feed that holds them: shows them to the collector of such circles.
int visit_handlers(PyObject* object, visitproc visit, void* arg) {
  Py_VISIT(Py_TYPE(object));
  if (!py::detail::is_holder_constructed(object)) return 0;
  const auto& self = py::cast<const BoundFeed&>(py::handle(object));
  Py_VISIT(self.on_gap.ptr());
  Py_VISIT(self.on_checksum.ptr());
  Py_VISIT(self.on_crossed.ptr());
  return 0;
}

int clear_handlers(PyObject* object) {
  if (!py::detail::is_holder_constructed(object)) return 0;
  auto& self = py::cast<BoundFeed&>(py::handle(object));
  self.on_gap = self.on_checksum = self.on_crossed = py::none();
  return 0;
}

void make_collectable(PyHeapTypeObject* heap_type) {
  PyTypeObject& type = heap_type->ht_type;
  type.tp_flags |= Py_TPFLAGS_HAVE_GC;
  type.tp_traverse = &visit_handlers;
  type.tp_clear = &clear_handlers;
}

void bind_counts(py::class_<BoundFeed, FeedHolder>& bound) {
  const auto count = [&bound](const char* name, u64 FeedCounts::* member, const char* doc) {
    bound.def_property_readonly(
        name,
        [member](BoundFeed& self) {
          const BusyGuard guard(self.busy);
          return self.feed.counts().*member;
        },
        doc);
  };
  count("frames", &FeedCounts::frames, "Frames seen, whatever they were.");
  count("applied", &FeedCounts::applied, "Frames that changed a book.");
  count("other", &FeedCounts::other, "Frames about something else than depth, and answers to keep-alives.");
  count("left_out", &FeedCounts::left_out, "Updates older than the book, or with no snapshot to apply them to.");
  count("snapshots", &FeedCounts::snapshots, "Snapshots taken.");
  count("gaps", &FeedCounts::gaps, "Updates that did not follow the one before.");
  count("crossed", &FeedCounts::crossed, "Frames after which a book was crossed.");
  count("checksums_matched", &FeedCounts::checksums_matched, "Frames whose checksum the book has.");
  count("checksums_failed", &FeedCounts::checksums_failed, "Frames whose checksum the book has not.");
}

void bind_feed(py::class_<BoundFeed, FeedHolder>& bound) {
  bound.def("apply", &apply, py::arg("frame"), py::arg("symbol") = py::none(), kApplyDoc);
  bound.def("apply_lines", &apply_lines, py::arg("buffer"), py::arg("symbol") = py::none(), kApplyLinesDoc);
  bound.def(
      "book",
      [](const FeedHolder& self, py::handle symbol) {
        const u32 index = find_symbol(*self, symbol);
        const PriceGrid& grid = self->grids[index];
        return std::make_unique<BoundDepthBook>(make_price(grid.tick()), make_quantity(grid.lot()),
                                                DepthBookView(self, index));
      },
      py::arg("symbol"), "The book of a symbol, to read: it follows the feed.");
  bound.def(
      "reset",
      [](BoundFeed& self, py::handle symbol) {
        const BusyGuard guard(self.busy);
        self.feed.reset(find_symbol(self, symbol));
      },
      py::arg("symbol"), "Empty a book and wait for a snapshot, as when the connection was lost.");
  bound.def_property_readonly(
      "symbols",
      [](const BoundFeed& self) {
        py::list names;
        for (u32 index = 0; index < self.feed.size(); ++index) names.append(self.feed.symbol(index));
        return py::tuple(names);
      },
      "The symbols of the feed, in the order given.");
  bound.def_property_readonly(
      "stale",
      [](BoundFeed& self) {
        const BusyGuard guard(self.busy);
        py::list names;
        for (u32 index = 0; index < self.feed.size(); ++index) {
          if (self.feed.stale(index)) names.append(self.feed.symbol(index));
        }
        return py::tuple(names);
      },
      "The symbols whose books wait for a snapshot; their books are empty.");
  bound.def_property_readonly(
      "waiting",
      [](BoundFeed& self) {
        const BusyGuard guard(self.busy);
        std::size_t sum = 0;
        for (u32 index = 0; index < self.feed.size(); ++index) sum += self.feed.waiting(index);
        return sum;
      },
      "Updates kept for snapshots.");
  bound.def_property_readonly("venue", [](const BoundFeed& self) { return self.feed.venue().name; });
  bound.def("__repr__", [](BoundFeed& self) {
    const BusyGuard guard(self.busy);
    return std::string("<DepthFeed of ") + self.feed.venue().name + ": " + std::to_string(self.feed.size()) +
           " books, " + std::to_string(self.feed.counts().frames) + " frames>";
  });
}

void bind_book(py::class_<BoundDepthBook>& bound) {
  bound.def_property_readonly("symbol",
                              [](const BoundDepthBook& self) { return self.book.feed().symbol(self.book.index()); });
  bound.def_property_readonly(
      "stale", [](const BoundDepthBook& self) { return self.book.feed().stale(self.book.index()); },
      "Whether the book waits for a snapshot; it is empty until then.");
  bound.def_property_readonly(
      "sequence",
      [](const BoundDepthBook& self) -> py::object {
        const i64 id = self.book.feed().sequence(self.book.index());
        if (id == kNoSequenceId) return py::none();
        return py::int_(id);
      },
      "The venue's id of the last update or snapshot; None while stale, and where the venue has none.");
  bound.def_property_readonly(
      "ts_event",
      [](const BoundDepthBook& self) -> py::object {
        const i64 time = self.book.feed().ts_event(self.book.index());
        if (time == 0) return py::none();
        return py::int_(time);
      },
      "The venue's time of the last frame, ns since 1970-01-01 UTC; None where it says none.");
  bound.def_property_readonly(
      "memory_bytes", [](const BoundDepthBook& self) { return self.book.book().memory_bytes(); },
      "Memory held for levels.");
  bound.def(
      "self_check", [](const BoundDepthBook& self) { self.book.book().check(); },
      "Walk the whole book and raise RuntimeError if any of its parts contradict one another.");
  bound.def(
      "__len__", [](const BoundDepthBook& self) { return self.book.book().level_count(); }, "Levels of both sides.");
  bound.def("__repr__", [](const BoundDepthBook& self) {
    return "DepthBook(" + self.book.feed().symbol(self.book.index()) +
           ", levels=" + std::to_string(self.book.book().level_count()) +
           (self.book.feed().stale(self.book.index()) ? ", stale)" : ")");
  });
}

}  // namespace

void register_feeds_json(py::module_& module) {
  register_feed_incident(module);
  py::class_<BoundDepthBook> book(module, "DepthBook",
                                  "A book that a depth feed keeps: read as an L2Book, changed by the feed alone.",
                                  py::is_final());
  bind_book(book);
  bind_reading(book);
  py::class_<BoundFeed, FeedHolder> feed(module, "DepthFeed", kFeedDoc, py::custom_type_setup(&make_collectable));
  feed.def(py::init(&make_feed), py::arg("venue"), py::arg("instruments"), py::kw_only(), py::arg("depth") = 0,
           py::arg("policy") = "strict", py::arg("keep_crossed") = false, py::arg("max_waiting") = 10'000,
           py::arg("on_gap") = py::none(), py::arg("on_checksum") = py::none(), py::arg("on_crossed") = py::none());
  bind_feed(feed);
  bind_counts(feed);
}

}  // namespace pytrader::bindings
