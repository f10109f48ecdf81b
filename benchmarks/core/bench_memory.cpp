// Measures the memory of matching engines and books: empty ones by the ten thousand, and what each live order takes.
#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <exception>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "book/l2_book.hpp"
#include "book/l3_book.hpp"
#include "counted_allocation.hpp"
#include "matching/matching_engine.hpp"
#include "order_streams.hpp"

using namespace pytrader;
using namespace pytrader::bench;
using pytrader::testing::bytes_in_use;

namespace {

constexpr std::size_t kInstruments = 10'000;

template <class Kind>
void measure_empty(const char* what) {
  std::vector<std::unique_ptr<Kind>> all;
  all.reserve(kInstruments);
  const std::size_t before = bytes_in_use();
  for (std::size_t i = 0; i < kInstruments; ++i) all.push_back(std::make_unique<Kind>());
  const std::size_t empty = (bytes_in_use() - before) / kInstruments;
  std::printf("%-16s %6zu bytes each, of %zu empty ones\n", what, empty, kInstruments);
}

// An engine with a bid and an offer.
void measure_first_orders() {
  std::vector<std::unique_ptr<MatchingEngine>> all;
  all.reserve(kInstruments);
  EngineOutput output;
  const std::size_t before = bytes_in_use();
  for (std::size_t i = 0; i < kInstruments; ++i) {
    all.push_back(std::make_unique<MatchingEngine>());
    for (const u8 side : {u8{1}, u8{2}}) {
      all.back()->apply({static_cast<u8>(MessageKind::new_), side, static_cast<u8>(OrderType::limit),
                         static_cast<u8>(TimeInForce::gtc), 0, 0, 0, 100 + side, 5, side, 0, 0},
                        0, output);
    }
  }
  std::printf("%-16s %6zu bytes each, of %zu with a bid and an offer\n", "MatchingEngine",
              (bytes_in_use() - before) / kInstruments, kInstruments);
}

// Memory of this process that is really there: what was asked for and never touched is not.
std::size_t resident() {
  malloc_trim(0);
  std::ifstream pages("/proc/self/statm");
  std::size_t all = 0;
  std::size_t here = 0;
  pages >> all >> here;
  return here * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

struct Taken {
  std::size_t orders = 0;     // that lived at once, at the most
  std::size_t asked_for = 0;  // bytes
  std::size_t touched = 0;
};

Taken memory_of(const OrderStream& stream, u32 reserved) {
  EngineOutput output;
  output.fills.resize(stream.messages.size() / 8);
  output.fills.clear();
  const std::size_t before = bytes_in_use();
  const std::size_t resident_before = resident();
  const auto engine = std::make_unique<MatchingEngine>(stream_rules());
  engine->reserve(reserved);
  Taken taken;
  for (const OrderMessage& message : stream.messages) {
    engine->apply(message, 0, output);
    taken.orders = std::max(taken.orders, engine->order_count());
  }
  taken.asked_for = bytes_in_use() - before;
  taken.touched = resident() - resident_before;
  if (checksum_of(output.fills) != stream.checksum) throw std::runtime_error("wrong trades in " + stream.name);
  return taken;
}

void measure_orders(const OrderStream& stream) {
  const Taken grown = memory_of(stream, 0);
  const Taken reserved = memory_of(stream, static_cast<u32>(grown.orders));
  const auto each = [&grown](std::size_t bytes) {
    return static_cast<double>(bytes) / static_cast<double>(grown.orders);
  };
  std::printf("%-16s %6.1f bytes an order, %.1f of them resident; %.1f after reserve(%zu)\n", stream.name.c_str(),
              each(grown.asked_for), each(grown.touched), each(reserved.asked_for), grown.orders);
}

}  // namespace

// bench_memory [STREAM.npy ...]
int main(int argc, char** argv) {
  try {
    measure_empty<MatchingEngine>("MatchingEngine");
    measure_empty<L3Book>("L3Book");
    measure_empty<L2Book>("L2Book");
    measure_first_orders();
    for (int i = 1; i < argc; ++i) measure_orders(read_stream(argv[i]));
  } catch (const std::exception& error) {
    std::printf("%s\n", error.what());
    return 1;
  }
}
