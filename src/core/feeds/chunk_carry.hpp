// Keeps the beginning of a message that a chunk of input cut off, until the next chunk brings the rest.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "decimal/integers.hpp"

namespace pytrader {

// Bound: one message.
class ChunkCarry {
 public:
  bool empty() const noexcept { return kept_.empty(); }
  const u8* data() const noexcept { return kept_.data(); }
  std::size_t size() const noexcept { return kept_.size(); }
  void keep(const u8* data, std::size_t size) { kept_.assign(data, data + size); }
  void clear() noexcept { kept_.clear(); }

  // Moves bytes from the input until the kept message is whole; false if the input ended before. `bytes_needed(data,
  // size)` says how many bytes the message has, or how many it takes to tell, which is more than `size`.
  template <class BytesNeeded>
  bool complete(const u8*& data, std::size_t& size, BytesNeeded&& bytes_needed) {
    for (;;) {
      const std::size_t needed = bytes_needed(kept_.data(), kept_.size());
      if (kept_.size() >= needed) return true;
      if (size == 0) return false;
      const std::size_t moved = std::min(needed - kept_.size(), size);
      kept_.insert(kept_.end(), data, data + moved);
      data += moved;
      size -= moved;
    }
  }

 private:
  std::vector<u8> kept_;
};

}  // namespace pytrader
