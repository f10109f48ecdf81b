// Measures nanoseconds of thread CPU time for each message of a binary feed, parsing and book building together.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <memory>
#include <vector>

#include "feeds/itch_feed.hpp"

using namespace pytrader;

namespace {

i64 cpu_ns() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<i64>(now.tv_sec) * 1'000'000'000 + now.tv_nsec;
}

// The checksum of the workload's side-car: over the best level of every side of every book.
u64 top_of_books(const L3BookSet& books, u32 count) {
  u64 sum = 0;
  for (u32 symbol = 0; symbol < count; ++symbol) {
    const L3SetBook* book = books.book(symbol + 1);
    for (const Side side : {Side::buy, Side::sell}) {
      if (book == nullptr || book->side(side).empty()) continue;
      const LevelTotals best = book->best(side);
      const u64 price = static_cast<u64>(best.price * book->tick_units());
      sum = sum * 0x100000001B3ULL ^ (symbol * 0x9E3779B97F4A7C15ULL + (side == Side::sell) * 0xC2B2AE3D27D4EB4FULL +
                                      price * 0x165667B19E3779F9ULL + static_cast<u64>(best.quantity));
    }
  }
  return sum;
}

}  // namespace

// bench_feeds FILE [ROUNDS]: FILE is what `order_stream.py itch ... --itch-bin FILE` writes.
int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: bench_feeds ITCH_FILE [ROUNDS]\n");
    return 2;
  }
  std::ifstream file(argv[1], std::ios::binary | std::ios::ate);
  std::vector<char> bytes(static_cast<std::size_t>(std::max<std::streamoff>(file.tellg(), 0)));
  file.seekg(0).read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  const int rounds = argc > 2 ? std::atoi(argv[2]) : 9;
  std::size_t reserved = 0;
  for (const char* memory : {"growing", "reserved"}) {
    std::vector<double> times;
    for (int round = 0; round < rounds; ++round) {
      auto feed = std::make_unique<ItchFeed>(ItchFeed::Options{});
      feed->reserve(reserved);
      const i64 start = cpu_ns();
      const WireStop stop = feed->apply(reinterpret_cast<const u8*>(bytes.data()), bytes.size());
      times.push_back(static_cast<double>(cpu_ns() - start) / static_cast<double>(feed->messages()));
      if (stop.fault != WireFault::none || feed->messages() == 0) {
        std::fprintf(stderr, "stopped at byte %llu: %s\n", static_cast<unsigned long long>(stop.offset),
                     to_text(stop.fault));
        return 1;
      }
      if (round > 0) continue;
      std::printf(
          "messages %llu, orders %zu, %.1f MB, top of books %016llx\n",
          static_cast<unsigned long long>(feed->messages()), feed->books().order_count(),
          static_cast<double>(feed->books().memory_bytes()) / 1e6,
          static_cast<unsigned long long>(top_of_books(feed->books(), static_cast<u32>(feed->stock_count() - 1))));
      reserved = feed->books().orders().slots();
    }
    std::sort(times.begin(), times.end());
    std::printf("itch, parse and order-by-order books, memory %s: %.1f / %.1f ns a message (min / median of %d)\n",
                memory, times.front(), times[times.size() / 2], rounds);
  }
}
