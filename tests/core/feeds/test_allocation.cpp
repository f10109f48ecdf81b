// What the depth feeds ask of the allocator: nothing once warm, and no harm when it refuses.
#include <cstdlib>
#include <new>
#include <string>
#include <vector>

#include "doctest/doctest.h"
#include "feeds/depth_feed.hpp"

namespace {

// Counts every allocation of this test program, and refuses one when told to.
struct Allocator {
  static inline long made = 0;
  static inline long refuse_after = -1;

  static void* get(std::size_t size, std::size_t alignment) {
    if (refuse_after == 0) throw std::bad_alloc();
    if (refuse_after > 0) --refuse_after;
    ++made;
    void* memory = std::aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment);
    if (memory == nullptr) throw std::bad_alloc();
    return memory;
  }
};

}  // namespace

void* operator new(std::size_t size) {
  return Allocator::get(size == 0 ? 1 : size, alignof(std::max_align_t));
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  try {
    return Allocator::get(size == 0 ? 1 : size, alignof(std::max_align_t));
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
}
void* operator new(std::size_t size, std::align_val_t alignment) {
  return Allocator::get(size, static_cast<std::size_t>(alignment));
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}
void operator delete(void* memory, const std::nothrow_t&) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::align_val_t) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept {
  std::free(memory);
}

namespace pytrader {
namespace {

constexpr const char* kSnapshot = R"({"lastUpdateId":100,"bids":[["10.0","5"],["9.9","1"]],"asks":[["10.1","4"]]})";

// Differences that put levels near the touch and take them away again, the same prices over and over.
std::vector<std::string> differences(int count) {
  std::vector<std::string> frames;
  for (int id = 101; id < 101 + count; ++id) {
    const std::string price = "9." + std::to_string(id % 9 + 1);
    const std::string far = "1" + std::to_string(id % 7 + 2) + "00.0";
    const char* size = id / 63 % 2 == 0 ? "1.5" : "0.0";
    frames.push_back(R"({"stream":"ab@depth","data":{"e":"depthUpdate","E":1,"s":"AB","U":)" + std::to_string(id) +
                     R"(,"u":)" + std::to_string(id) + R"(,"b":[[")" + price + R"(",")" + size + R"("]],"a":[[")" +
                     far + R"(",")" + size + R"("]]}})");
  }
  return frames;
}

}  // namespace

TEST_CASE("a warm feed allocates for no frame") {
  DepthFeed feed(kBinanceSpotDepth);
  feed.add_symbol("AB", parse("0.1"), parse("0.5"));
  const std::vector<std::string> frames = differences(2'000);
  feed.apply(kSnapshot);
  std::size_t at = 0;
  for (; at < 1'000; ++at) feed.apply(frames[at]);
  const long before = Allocator::made;
  for (; at < frames.size(); ++at) feed.apply(frames[at]);
  CHECK(Allocator::made == before);
  CHECK(feed.counts().applied == 2'001);
}

TEST_CASE("without memory a frame leaves the book as it was or stale, whichever allocation is refused") {
  const std::vector<std::string> frames = differences(130);
  long refusals = 0;
  for (long n = 0;; ++n) {
    DepthFeed feed(kBinanceSpotDepth);
    feed.add_symbol("AB", parse("0.1"), parse("0.5"));
    Allocator::refuse_after = n;
    bool refused = false;
    try {
      for (int id = 0; id < 3; ++id) feed.apply(frames[static_cast<std::size_t>(id)]);
      feed.apply(kSnapshot);
      for (std::size_t id = 3; id < frames.size(); ++id) feed.apply(frames[id]);
    } catch (const std::bad_alloc&) {
      refused = true;
    }
    Allocator::refuse_after = -1;
    if (!refused) break;
    ++refusals;
    feed.book(0).check();
    if (feed.stale(0)) CHECK(feed.book(0).level_count() == 0);
    feed.reset(0);
    CHECK(feed.apply(kSnapshot).outcome == FrameOutcome::applied);
    CHECK(feed.apply(frames[0]).outcome == FrameOutcome::applied);
    CHECK(feed.book(0).level_count() == 3);
  }
  CHECK(refusals > 10);
}

}  // namespace pytrader
