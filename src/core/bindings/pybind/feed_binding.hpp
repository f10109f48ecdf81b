// What the bound readers of binary feeds have in common: buffers, faults, and views of the books that they keep.
#pragma once

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <atomic>
#include <string>
#include <utility>
#include <vector>

#include "depth_arrays.hpp"
#include "feeds/wire_fault.hpp"
#include "price_grid.hpp"

namespace pytrader::bindings {

namespace py = pybind11;

// A book that a feed keeps, to be read like any other; the feed lives as long as the view.
template <class Kind>
struct KeptBook {
  using Book = Kind;

  const Book& book;
  const PriceGrid& grid;
  std::atomic<bool>& busy;
  DepthView view{};
};

// The bytes of bytes, a memoryview, an mmap or an array of bytes, as they lie and held until the object goes.
class ByteBuffer {
 public:
  // TypeError for what has no contiguous bytes.
  explicit ByteBuffer(py::handle source);
  ~ByteBuffer() { PyBuffer_Release(&view_); }
  ByteBuffer(const ByteBuffer&) = delete;
  ByteBuffer& operator=(const ByteBuffer&) = delete;

  const u8* data() const noexcept { return static_cast<const u8*>(view_.buf); }
  std::size_t size() const noexcept { return static_cast<std::size_t>(view_.len); }

 private:
  Py_buffer view_;
};

// Raises DataError if the feed stopped: "ITCH message 7 (type 'E') at byte 301: fault: explanation"; `what` is the
// format's word for a message, `type` how it shows the message's type, empty if it can not.
void throw_if_stopped(const WireStop& stop, const char* what, const std::string& type);
// By fault, without those that never came.
py::dict fault_counts(const WireFaultCounts& counts);
// 'strict' or 'lenient'; a text for a Python string that is printable ASCII.
const char* policy_text(BookPolicy policy) noexcept;
template <class Letters>
py::str text_of(const Letters& letters) {
  std::string text;
  for (const u8 letter : letters) text += letter >= 0x20 && letter < 0x7F ? static_cast<char>(letter) : '?';
  return py::str(text.substr(0, text.find_last_not_of(' ') + 1));
}
inline py::str text_of(u8 letter) {
  return text_of(std::string(1, static_cast<char>(letter)));
}
// Gives the rows away as an array that owns them, and leaves none.
template <class Row>
py::array taken(std::vector<Row>& rows) {
  auto* kept = new std::vector<Row>(std::move(rows));
  rows.clear();
  const py::capsule owner(kept, [](void* pointer) { delete static_cast<std::vector<Row>*>(pointer); });
  return py::array_t<Row>(static_cast<py::ssize_t>(kept->size()), kept->data(), owner);
}

}  // namespace pytrader::bindings
