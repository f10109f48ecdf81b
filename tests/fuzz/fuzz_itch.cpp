// Feeds arbitrary bytes, cut into arbitrary chunks, to the ITCH reader; its books must stay sound whatever they say.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "feeds/itch_feed.hpp"

using namespace pytrader;

namespace {

// What must hold however the same bytes arrive: cut into pieces they give what they give at once.
struct Outcome {
  u64 messages, bytes, faults;
  std::size_t orders;
  WireFault stop;
  bool operator==(const Outcome&) const = default;
};

Outcome outcome_of(ItchFeed::Options options, const u8* data, std::size_t size, std::size_t chunk) {
  options.recorded = {ItchSymbol{'A', ' ', ' ', ' ', ' ', ' ', ' ', ' '}};
  ItchFeed feed(options);
  for (std::size_t at = 0; at < size; at += chunk) feed.apply(data + at, std::min(chunk, size - at));
  feed.finish();
  feed.books().check();
  return {feed.messages(), feed.bytes(), feed.faults().total(), feed.books().order_count(), feed.stop().fault};
}

}  // namespace

// The first byte chooses policy, framing and chunks.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  ItchFeed::Options options;
  options.policy = (data[0] & 1) != 0 ? BookPolicy::lenient : BookPolicy::strict;
  options.framing = (data[0] & 2) != 0 ? ItchFraming::zero_prefixed : ItchFraming::length_prefixed;
  const std::size_t chunk = 1 + (data[0] >> 2);
  const Outcome whole = outcome_of(options, data + 1, size - 1, size);
  if (!(whole == outcome_of(options, data + 1, size - 1, chunk))) std::abort();
  return 0;
}
