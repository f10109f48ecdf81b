// Writes the levels of a book into NumPy arrays, without a Python object for any of them.
#pragma once

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <algorithm>
#include <cstddef>
#include <vector>

#include "book/book_reading.hpp"

namespace pytrader::bindings {

namespace py = pybind11;

// DEPTH_LEVEL: a row is a LevelTotals.
const py::dtype& depth_level_type();

// The two rows of an array of shape (2, levels): bids and asks.
struct DepthRows {
  LevelTotals* bids = nullptr;
  LevelTotals* asks = nullptr;
  std::size_t levels = 0;
};

// Throws Error(invalid_argument) unless `out` is a writable, aligned array of DEPTH_LEVEL of shape (2, levels) whose
// rows lie in one piece.
DepthRows depth_rows(py::handle out);
// An array over `count` rows that `owner` keeps alive.
py::array view_of(LevelTotals* rows, std::size_t count, py::handle owner);

// Writes the best levels and blanks the rest of the row; returns how many there are.
template <class Book>
std::size_t fill_row(const Book& book, Side side, LevelTotals* row, std::size_t levels) {
  const std::size_t found = book.depth(side, levels, row);
  std::fill(row + found, row + levels, LevelTotals{});
  return found;
}

// The (bids, asks) within `out`.
template <class Book>
py::tuple fill_depth(const Book& book, py::handle out) {
  const DepthRows rows = depth_rows(out);
  const std::size_t bids = fill_row(book, Side::buy, rows.bids, rows.levels);
  const std::size_t asks = fill_row(book, Side::sell, rows.asks, rows.levels);
  return py::make_tuple(view_of(rows.bids, bids, out), view_of(rows.asks, asks, out));
}

template <class Book>
py::array new_depth(const Book& book, Side side, std::size_t levels) {
  std::size_t found = 0;
  if (levels != 0) book.walk(side, [&](const LevelTotals&) { return ++found < levels; });
  py::array array(depth_level_type(), static_cast<py::ssize_t>(found));
  book.depth(side, found, static_cast<LevelTotals*>(array.mutable_data()));
  return array;
}

// Read-only arrays of shape (2, levels), one for each number of levels that was asked for, that a book owns and
// overwrites whenever it is asked for them.
class DepthView {
 public:
  static constexpr std::size_t kMaxArrays = 8;

  template <class Book>
  py::array refreshed(const Book& book, std::size_t levels) {
    const Kept& kept = find(levels);
    fill_row(book, Side::buy, kept.rows.bids, levels);
    fill_row(book, Side::sell, kept.rows.asks, levels);
    return kept.array;
  }

 private:
  // Python can neither write nor free memory that a capsule owns.
  struct Kept {
    DepthRows rows;
    py::capsule memory;
    py::array array;
  };

  // Throws Error(capacity) for one number of levels too many.
  const Kept& find(std::size_t levels);

  std::vector<Kept> kept_;
};

}  // namespace pytrader::bindings
