// Binds the reading of journals for audit: all that stands in one, as arrays by kind.
#include <pybind11/numpy.h>

#include <cstring>
#include <map>
#include <vector>

#include "journal/journal_reader.hpp"
#include "register.hpp"

namespace pytrader::bindings {
namespace {

namespace py = pybind11;

// Of each kind the number of the entry, its time and its words, row by row.
using Rows = std::map<JournalKind, std::vector<i64>>;

Rows rows_of(JournalReader& reader) {
  Rows rows;
  JournalFrame frame;
  for (i64 number = 0; reader.next(frame); ++number) {
    std::vector<i64>& of_kind = rows[frame.kind];
    of_kind.push_back(number);
    of_kind.push_back(frame.ts);
    const auto words = static_cast<std::ptrdiff_t>(words_of(frame.kind));
    of_kind.insert(of_kind.end(), frame.words.begin(), frame.words.begin() + words);
  }
  return rows;
}

py::tuple journal_rows(const std::string& path) {
  JournalReader reader(path);
  Rows rows;
  {
    const py::gil_scoped_release released;
    rows = rows_of(reader);
  }
  py::dict arrays;
  for (const auto& [kind, words] : rows) {
    const auto width = static_cast<py::ssize_t>(2 + words_of(kind));
    py::array_t<i64> array({static_cast<py::ssize_t>(words.size()) / width, width});
    std::memcpy(array.mutable_data(), words.data(), words.size() * sizeof(i64));
    arrays[to_text(kind)] = array;
  }
  return py::make_tuple(arrays, reader.inputs(), reader.ended(), reader.is_torn(), reader.offset());
}

}  // namespace

void register_journal(py::module_& module) {
  module.def("journal_rows", &journal_rows, py::arg("path"),
             "All entries of a journal by kind, and (inputs, whether it ended, whether it is torn, bytes).");
}

}  // namespace pytrader::bindings
