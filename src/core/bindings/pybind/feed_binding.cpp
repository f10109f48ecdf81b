// What the bound readers of binary feeds have in common: buffers and faults.
#include "feed_binding.hpp"

namespace pytrader::bindings {

ByteBuffer::ByteBuffer(py::handle source) {
  if (PyObject_GetBuffer(source.ptr(), &view_, PyBUF_ND) != 0) {
    PyErr_Clear();
    throw py::type_error("data must be bytes, a memoryview, an mmap or a contiguous array of bytes, not " +
                         std::string(Py_TYPE(source.ptr())->tp_name));
  }
  if (view_.itemsize != 1) {
    PyBuffer_Release(&view_);
    throw py::type_error("data must consist of single bytes: use .view('uint8') on an array of anything else");
  }
}

void throw_if_stopped(const WireStop& stop, const char* what, const std::string& type) {
  if (stop.fault == WireFault::none) return;
  const std::string message = std::string(what) + " " + std::to_string(stop.message) +
                              (type.empty() ? "" : " (" + type + ")") + " at byte " + std::to_string(stop.offset) +
                              ": " + to_text(stop.fault) + ": " + explain(stop.fault);
  const py::object error_class = py::module_::import("pytrader.errors").attr("DataError");
  const py::object error = error_class(message, py::arg("row") = stop.message);
  PyErr_SetObject(error_class.ptr(), error.ptr());
  throw py::error_already_set();
}

py::dict fault_counts(const WireFaultCounts& counts) {
  py::dict result;
  for (std::size_t kind = 1; kind < kWireFaultKinds; ++kind) {
    const auto fault = static_cast<WireFault>(kind);
    if (counts[fault] != 0) result[to_text(fault)] = counts[fault];
  }
  return result;
}

const char* policy_text(BookPolicy policy) noexcept {
  return policy == BookPolicy::strict ? "strict" : "lenient";
}

}  // namespace pytrader::bindings
