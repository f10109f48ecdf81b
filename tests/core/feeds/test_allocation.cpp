// What the depth feeds ask of the allocator: nothing once warm, and no harm when it refuses.
#include <new>
#include <string>
#include <vector>

#include "../counted_allocation.hpp"
#include "doctest/doctest.h"
#include "feeds/depth_feed.hpp"

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
  const std::size_t before = testing::allocations();
  for (; at < frames.size(); ++at) feed.apply(frames[at]);
  CHECK(testing::allocations() == before);
  CHECK(feed.counts().applied == 2'001);
}

TEST_CASE("without memory a frame leaves the book as it was or stale, whichever allocation is refused") {
  const std::vector<std::string> frames = differences(130);
  long refusals = 0;
  for (std::size_t n = 1;; ++n) {
    DepthFeed feed(kBinanceSpotDepth);
    feed.add_symbol("AB", parse("0.1"), parse("0.5"));
    testing::refuse_allocations_from(n);
    bool refused = false;
    try {
      for (int id = 0; id < 3; ++id) feed.apply(frames[static_cast<std::size_t>(id)]);
      feed.apply(kSnapshot);
      for (std::size_t id = 3; id < frames.size(); ++id) feed.apply(frames[id]);
    } catch (const std::bad_alloc&) {
      refused = true;
    }
    testing::refuse_allocations_from(0);
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
