// Binds the reader of recorded Binance lines: files in, columns of times, ids and places of numbers out.
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <string_view>
#include <vector>

#include "feeds/binance_capture.hpp"
#include "register.hpp"

namespace pytrader::bindings {
namespace {

namespace py = pybind11;

constexpr const char* kDoc = R"(Recorded lines of Binance (time of receipt in ns, a space, a frame) as columns.

Numbers stay where they stand: a column holds the offsets of their text's begin and end in the file.

Parameters
----------
clear_at_gaps : bool
    What a gap in the depth differences does: empty the book until the next snapshot, or stop the capture.)";

py::array_t<i64> column_of(const std::vector<i64>& values) {
  return py::array_t<i64>(static_cast<py::ssize_t>(values.size()), values.data());
}

template <class Columns>
py::tuple columns_of(const Columns& columns) {
  py::tuple made(columns.size());
  for (std::size_t place = 0; place < columns.size(); ++place) made[place] = column_of(columns[place]);
  return made;
}

const char* name_of(CaptureFault fault) noexcept {
  switch (fault) {
    case CaptureFault::not_a_line:
      return "not_a_line";
    case CaptureFault::time_backwards:
      return "time_backwards";
    case CaptureFault::other_symbol:
      return "other_symbol";
    case CaptureFault::other_market:
      return "other_market";
    case CaptureFault::not_text:
      return "not_text";
    case CaptureFault::gap:
      return "gap";
    case CaptureFault::too_many_waiting:
      return "too_many_waiting";
    case CaptureFault::none:
      break;
  }
  return "none";
}

// Text of a file, which may hold any bytes.
py::object text_of(std::string_view bytes) {
  PyObject* text = PyUnicode_DecodeUTF8(bytes.data(), static_cast<Py_ssize_t>(bytes.size()), "replace");
  if (text == nullptr) throw py::error_already_set();
  return py::reinterpret_steal<py::object>(text);
}

py::object read(BinanceCapture& self, const py::bytes& data) {
  const std::string_view text = data;
  bool whole = false;
  {
    const py::gil_scoped_release unlocked;
    whole = self.read(text);
  }
  if (whole) return py::none();
  const CaptureStop& stop = self.stop();
  return py::make_tuple(name_of(stop.fault), stop.file, stop.line, text_of(stop.text), stop.first, stop.last);
}

py::array_t<i64> events_of(const BinanceCapture& self) {
  static_assert(sizeof(CaptureEvent) == 8 * sizeof(i64));
  const std::vector<CaptureEvent>& events = self.events();
  const auto rows = static_cast<py::ssize_t>(events.size());
  return py::array_t<i64>({rows, py::ssize_t{8}}, reinterpret_cast<const i64*>(events.data()));
}

py::dict unread_of(const BinanceCapture& self) {
  py::dict counts;
  for (const auto& [kind, count] : self.unread()) counts[text_of(kind)] = count;
  return counts;
}

}  // namespace

void register_binance_capture(py::module_& module) {
  py::class_<BinanceCapture> bound(module, "BinanceCapture", kDoc, py::is_final());
  bound.def(py::init<bool>(), py::arg("clear_at_gaps"));
  bound.def("read", &read, py::arg("data"),
            "Read a file. Returns None, or what stopped it: (fault, file counted from 0, line, text, first, last).");
  bound.def_property_readonly(
      "levels", [](const BinanceCapture& self) { return columns_of(self.levels()); },
      "Of the last file, each depth level: begin and end of price, of size; line.");
  bound.def_property_readonly(
      "quotes", [](const BinanceCapture& self) { return columns_of(self.quotes()); },
      "Of the last file: ts_event (-1: not said), ts_init, line, then begin and end of bid price, bid size, ask price, "
      "ask size.");
  bound.def_property_readonly(
      "trades", [](const BinanceCapture& self) { return columns_of(self.trades()); },
      "Of the last file: ts_event, ts_init, line, begin and end of price, of size, whether the buyer is maker, trade "
      "id.");
  bound.def_property_readonly(
      "events", &events_of,
      "Of all files, each event of the book: ts_event, ts_init, first bid level, bids, first ask "
      "level, asks, clears, snapshot. Levels count over all files.");
  bound.def_property_readonly(
      "symbol", [](const BinanceCapture& self) { return text_of(self.symbol()); },
      "As the JSON has it, escapes and all; empty if no frame said one.");
  bound.def_property_readonly("market", &BinanceCapture::market, "SPOT, USDM or COINM.");
  bound.def_property_readonly("lead_ns", &BinanceCapture::lead_ns,
                              "How far the venue's clock was seen ahead of ours at most; 0 where it never was.");
  bound.def_property_readonly("unread", &unread_of, "How many frames of each kind that makes no stream.");
  bound.def_property_readonly("snapshots", &BinanceCapture::snapshots, "Depth snapshots.");
  bound.def_property_readonly("gaps", &BinanceCapture::gaps, "Gaps after which the book was emptied.");
  bound.def_property_readonly("older", &BinanceCapture::older, "Differences older than the book.");
  bound.def_property_readonly("waiting", &BinanceCapture::waiting, "Differences that wait for a snapshot.");
  bound.def_property_readonly("lines", &BinanceCapture::lines, "Lines of the last file.");
}

}  // namespace pytrader::bindings
