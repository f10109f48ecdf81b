// Writes the levels of a book into NumPy arrays, without a Python object for any of them.
#include "depth_arrays.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "refusal.hpp"

namespace pytrader::bindings {
namespace {

constexpr auto kRowBytes = static_cast<py::ssize_t>(sizeof(LevelTotals));

}  // namespace

const py::dtype& depth_level_type() {
  static const py::dtype& type = *new py::dtype(py::dtype::of<LevelTotals>());
  return type;
}

DepthRows depth_rows(py::handle out) {
  if (!py::isinstance<py::array>(out)) refuse("out must be a NumPy array of DEPTH_LEVEL of shape (2, levels)");
  auto array = py::reinterpret_borrow<py::array>(out);
  const py::dtype type = array.dtype();
  if (type.ptr() != depth_level_type().ptr() && !type.equal(depth_level_type())) {
    refuse("out must be an array of DEPTH_LEVEL, not of " + py::cast<std::string>(py::str(type)));
  }
  if (array.ndim() != 2 || array.shape(0) != 2) refuse("out must have the shape (2, levels): bids and asks");
  if (!array.writeable()) refuse("out must be writable");
  auto* first = static_cast<char*>(array.mutable_data());
  // NumPy asks no alignment of rows whose dtype asks none.
  constexpr auto alignment = static_cast<py::ssize_t>(alignof(LevelTotals));
  const bool aligned =
      reinterpret_cast<std::uintptr_t>(first) % alignof(LevelTotals) == 0 && array.strides(0) % alignment == 0;
  if (!aligned || (array.shape(1) > 1 && array.strides(1) != kRowBytes)) {
    refuse("each row of out must be aligned and lie in one piece: make it with numpy.zeros((2, levels), DEPTH_LEVEL)");
  }
  return {reinterpret_cast<LevelTotals*>(first), reinterpret_cast<LevelTotals*>(first + array.strides(0)),
          static_cast<std::size_t>(array.shape(1))};
}

py::array view_of(LevelTotals* rows, std::size_t count, py::handle owner) {
  return py::array(depth_level_type(), std::vector<py::ssize_t>{static_cast<py::ssize_t>(count)},
                   std::vector<py::ssize_t>{kRowBytes}, rows, owner);
}

const DepthView::Kept& DepthView::find(std::size_t levels) {
  for (const Kept& kept : kept_) {
    if (kept.rows.levels == levels) return kept;
  }
  if (kept_.size() == kMaxArrays) {
    throw Error(ErrorCode::capacity, "depth_view keeps arrays for " + std::to_string(kMaxArrays) +
                                         " numbers of levels, and " + std::to_string(levels) +
                                         " would be one more: use depth_arrays()");
  }
  auto made = std::make_unique<LevelTotals[]>(2 * levels);
  py::capsule memory(made.get(), [](void* rows) { delete[] static_cast<LevelTotals*>(rows); });
  LevelTotals* rows = made.release();
  const auto count = static_cast<py::ssize_t>(levels);
  py::array array(depth_level_type(), std::vector<py::ssize_t>{2, count},
                  std::vector<py::ssize_t>{count * kRowBytes, kRowBytes}, rows, memory);
  array.attr("setflags")(py::arg("write") = false);
  kept_.push_back({{rows, rows + levels, levels}, std::move(memory), std::move(array)});
  return kept_.back();
}

}  // namespace pytrader::bindings
