// Measures how long the matching engine takes for each message of an order stream, one call each: percentiles.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <numeric>
#include <stdexcept>
#include <string>
#include <vector>

#ifdef __x86_64__
#include <x86intrin.h>
#endif

#include "matching/matching_engine.hpp"
#include "order_streams.hpp"

using namespace pytrader;
using namespace pytrader::bench;

namespace {

// Counts at a steady rate; nothing before it is still at work, and nothing behind it has begun.
u64 clock_ticks() {
#ifdef __x86_64__
  unsigned processor = 0;
  const u64 ticks = __rdtscp(&processor);
  _mm_lfence();
  return ticks;
#else
  return static_cast<u64>(std::chrono::steady_clock::now().time_since_epoch().count());
#endif
}

double ticks_per_ns() {
  const auto start = std::chrono::steady_clock::now();
  const u64 first = clock_ticks();
  while (std::chrono::steady_clock::now() - start < std::chrono::milliseconds(200)) {
  }
  const u64 last = clock_ticks();
  const std::chrono::duration<double, std::nano> passed = std::chrono::steady_clock::now() - start;
  return static_cast<double>(last - first) / passed.count();
}

// What a pair of readings measures by itself, in ticks.
double clock_cost() {
  constexpr std::size_t kPairs = 100'000;
  std::vector<u64> pairs(kPairs);
  for (u64& pair : pairs) {
    const u64 start = clock_ticks();
    pair = clock_ticks() - start;
  }
  std::nth_element(pairs.begin(), pairs.begin() + kPairs / 2, pairs.end());
  return static_cast<double>(std::accumulate(pairs.begin(), pairs.begin() + kPairs / 2, u64{0})) / (kPairs / 2);
}

// What each message took, in ticks: the mean of the quicker half of the replays. The engine does the same each time,
// and what the machine does besides falls into the slower half; a mean is finer than the clock.
std::vector<double> message_ticks(const OrderStream& stream, std::size_t replays) {
  const std::size_t count = stream.messages.size();
  std::vector<u32> taken(count * replays);  // message by message
  EngineOutput output;
  output.fills.reserve(count);
  for (std::size_t replay = 0; replay < replays; ++replay) {
    MatchingEngine engine(stream_rules());
    output.fills.clear();
    for (std::size_t i = 0; i < count; ++i) {
      const u64 start = clock_ticks();
      engine.apply(stream.messages[i], 0, output);
      const u64 ticks = clock_ticks() - start;
      taken[i * replays + replay] = static_cast<u32>(std::min<u64>(ticks, UINT32_MAX));
    }
    if (checksum_of(output.fills) != stream.checksum) throw std::runtime_error("wrong trades in " + stream.name);
  }
  std::vector<double> means(count);
  const std::size_t third = (replays + 2) / 3;
  for (std::size_t i = 0; i < count; ++i) {
    const auto first = taken.begin() + static_cast<std::ptrdiff_t>(i * replays);
    const auto stop = first + static_cast<std::ptrdiff_t>(third);
    std::nth_element(first, stop, first + static_cast<std::ptrdiff_t>(replays));
    means[i] = static_cast<double>(std::accumulate(first, stop, u64{0})) / static_cast<double>(third);
  }
  return means;
}

void measure(const OrderStream& stream, std::size_t replays) {
  std::vector<double> ticks = message_ticks(stream, replays);
  std::sort(ticks.begin(), ticks.end());
  const double cost = clock_cost();
  const double scale = ticks_per_ns();
  const auto ns_at = [&](double share) {
    const auto at = static_cast<std::size_t>(share * static_cast<double>(ticks.size()));
    return (ticks[std::min(at, ticks.size() - 1)] - cost) / scale;
  };
  std::printf("%s: %zu messages, %zu replays, ns less the clock's own %.1f\n", stream.name.c_str(), ticks.size(),
              replays, cost / scale);
  std::printf("p50 %.1f  p90 %.1f  p99 %.1f  p99.9 %.1f  p99.99 %.1f  most %.1f;  p99.99 / p50 %.1f\n", ns_at(0.5),
              ns_at(0.9), ns_at(0.99), ns_at(0.999), ns_at(0.9999), ns_at(1), ns_at(0.9999) / ns_at(0.5));
}

}  // namespace

// bench_latency [--replays N] STREAM.npy ...
int main(int argc, char** argv) {
  std::size_t replays = 31;
  try {
    for (int i = 1; i < argc; ++i) {
      const std::string argument = argv[i];
      if (argument == "--replays" && i + 1 < argc) {
        replays = std::max<std::size_t>(std::strtoul(argv[++i], nullptr, 10), 1);
      } else {
        measure(read_stream(argument), replays);
      }
    }
  } catch (const std::exception& error) {
    std::printf("%s\n", error.what());
    return 1;
  }
}
