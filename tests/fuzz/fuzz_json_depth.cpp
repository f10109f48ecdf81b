// Feeds arbitrary frames to each depth feed; books must stay sound, and a refused frame must change nothing.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "feeds/depth_feed.hpp"

using namespace pytrader;

namespace {

constexpr const DepthVenue* kVenues[] = {&kBinanceSpotDepth, &kBinanceFuturesDepth, &kKrakenDepth, &kOkxDepth,
                                         &kBitgetDepth};

void require(bool holds) {
  if (!holds) std::abort();
}

struct State {
  std::size_t levels;
  i64 sequence;
  bool stale;
  std::size_t waiting;
  bool operator==(const State&) const = default;
};

State state_of(const DepthFeed& feed) {
  return {feed.book(0).level_count(), feed.sequence(0), feed.stale(0), feed.waiting(0)};
}

void take(DepthFeed& feed, std::string_view frame) {
  const State before = state_of(feed);
  const FrameResult result = feed.apply(frame);
  const State after = state_of(feed);
  feed.book(0).check();
  if (result.outcome == FrameOutcome::refused) {
    require(result.fault.problem != nullptr && result.fault.offset <= frame.size());
    require(before == after);
  }
  if (result.outcome == FrameOutcome::other || result.outcome == FrameOutcome::left_out) require(before == after);
  require(!after.stale || after.levels == 0);
  require(!feed.book(0).crossed());
}

}  // namespace

// The first byte chooses the venue; the others are frames, one a line.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  DepthFeedSettings settings;
  settings.depth = 10;
  settings.max_waiting = 4;
  DepthFeed feed(*kVenues[data[0] % 5], settings);
  feed.add_symbol("A", parse("0.5"), parse("0.01"));
  std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    take(feed, text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return 0;
}
