// One writer publishes whole versions of a value; any number of threads read the latest, and nobody waits for anybody.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>

#include "decimal/integers.hpp"

namespace pytrader {

// A few copies of the value, of which one is current. A reader counts itself into the current copy and looks again
// whether it still is; the writer fills a copy that is not current and has no reader. The four operations that decide
// are sequentially consistent: a reader whom the writer did not see sees that the copy is current no more.
template <class Value, u32 copies = 8>
class Versions {
  static_assert(copies >= 2);

 public:
  // By the writer's thread alone: `fill(Value&)` writes the new version over an older one, whose memory it may use
  // again. False, and nothing is published, when readers are in all other copies; they leave soon.
  template <class Fill>
  bool publish(Fill&& fill) {
    const u32 current = current_.load(std::memory_order_relaxed);
    for (u32 step = 1; step <= copies; ++step) {
      const u32 place = current == kNothing ? step - 1 : (current + step) % copies;
      if (place == current || copies_[place].readers.load() != 0) continue;
      fill(copies_[place].value);
      copies_[place].version = ++version_;
      current_.store(place);
      return true;
    }
    return false;
  }

  // In any thread: `read(const Value&, version)` of the latest version, 1, 2, 3, ...; it must be short. False when none
  // was published.
  template <class Read>
  bool read(Read&& read) const {
    for (;;) {
      const u32 place = current_.load();
      if (place == kNothing) return false;
      const Copy& copy = copies_[place];
      const Stay stay(copy.readers);
      if (current_.load() != place) continue;
      read(copy.value, copy.version);
      return true;
    }
  }

 private:
  static constexpr u32 kNothing = UINT32_MAX;

  struct Copy {
    Value value{};
    u64 version = 0;
    mutable std::atomic<u32> readers{0};
  };
  struct Stay {
    explicit Stay(std::atomic<u32>& count) : readers(count) { readers.fetch_add(1); }
    Stay(const Stay&) = delete;
    Stay& operator=(const Stay&) = delete;
    ~Stay() { readers.fetch_sub(1); }
    std::atomic<u32>& readers;
  };

  std::array<Copy, copies> copies_;
  std::atomic<u32> current_{kNothing};
  u64 version_ = 0;  // the writer's
};

}  // namespace pytrader
