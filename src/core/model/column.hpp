// A column of 64-bit integers that somebody else owns: a NumPy array, a field of a structured array, a mapped file.
#pragma once

#include <cstddef>
#include <cstring>

#include "decimal/integers.hpp"

namespace pytrader {

// A column without data stands for one that the source does not have.
struct Column {
  const void* data = nullptr;
  std::ptrdiff_t stride_bytes = sizeof(i64);

  explicit operator bool() const noexcept { return data != nullptr; }
  // Copied byte by byte, because fields of packed rows need not be aligned.
  i64 operator[](std::size_t row) const noexcept {
    i64 value;
    std::memcpy(&value, static_cast<const char*>(data) + static_cast<std::ptrdiff_t>(row) * stride_bytes, sizeof value);
    return value;
  }
};

}  // namespace pytrader
