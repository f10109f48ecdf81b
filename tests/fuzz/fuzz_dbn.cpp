// Feeds arbitrary bytes, cut into arbitrary chunks, to the DBN reader; its books must stay sound whatever they say.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "feeds/dbn_feed.hpp"

using namespace pytrader;

namespace {

// What must hold however the same bytes arrive: cut into pieces they give what they give at once.
struct Outcome {
  u64 records, bytes, faults, volume;
  std::size_t orders, levels, rows;
  WireFault stop;
  bool operator==(const Outcome&) const = default;
};

Outcome outcome_of(const DbnFeed::Options& options, const u8* data, std::size_t size, std::size_t chunk) {
  DbnFeed feed(options);
  for (std::size_t at = 0; at < size; at += chunk) feed.apply(data + at, std::min(chunk, size - at));
  feed.finish();
  Outcome outcome{feed.records(), feed.bytes(), feed.faults().total(), 0, 0, 0, 0, feed.stop().fault};
  for (std::size_t i = 0; i < feed.instrument_count(); ++i) {
    const DbnInstrument& each = feed.instrument(i);
    each.orders.check();
    each.levels.check();
    outcome.volume += each.volume;
    outcome.orders += each.orders.order_count();
    outcome.levels += each.levels.level_count();
    outcome.rows += each.order_rows.size() + each.level_rows.size() + each.quotes.size() + each.trades.size();
  }
  return outcome;
}

}  // namespace

// The first byte chooses policy and chunks; every instrument has the same tick.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  DbnFeed::Options options;
  options.policy = (data[0] & 1) != 0 ? BookPolicy::lenient : BookPolicy::strict;
  options.ticks = {{"", 250'000'000}};
  options.record = true;
  const std::size_t chunk = 1 + (data[0] >> 1);
  const Outcome whole = outcome_of(options, data + 1, size - 1, size);
  if (!(whole == outcome_of(options, data + 1, size - 1, chunk))) std::abort();
  return 0;
}
