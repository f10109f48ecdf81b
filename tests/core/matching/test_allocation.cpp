// No message allocates once the engine is warm: counted by this program's own operator new.
#include <atomic>
#include <cstdlib>
#include <new>
#include <vector>

#include "../book/random_source.hpp"
#include "doctest/doctest.h"
#include "matching/matching_engine.hpp"

namespace {
std::atomic<std::size_t> allocations{0};

void* count_and_allocate(std::size_t size, std::size_t alignment) {
  ++allocations;
  void* memory = std::aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}
}  // namespace

void* operator new(std::size_t size) {
  return count_and_allocate(size, alignof(std::max_align_t));
}
void* operator new(std::size_t size, std::align_val_t alignment) {
  return count_and_allocate(size, static_cast<std::size_t>(alignment));
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::align_val_t) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept {
  std::free(memory);
}

namespace {

using namespace pytrader;

// A book of hundreds of orders around a price that travels to and fro, with trades, cancels and replaces.
void play(MatchingEngine& engine, testing::RandomSource& random, int messages, std::vector<Fill>& fills) {
  for (int i = 0; i < messages; ++i) {
    OrderMessage message{};
    message.order_id = random.below(3000);
    const u64 kind = random.below(10);
    message.kind = kind < 4 ? 2 : kind < 6 ? 3 : 1;
    message.side = 1 + static_cast<i64>(random.below(2));
    message.order_type = kind == 9 ? 1 : 2;
    message.time_in_force = kind == 8 ? 3 : 1;
    const i64 middle = 10'000 + std::abs(i % 4000 - 2000) / 10;
    const i64 away = random.between(0, 40);
    message.price = kind == 9 ? 0 : message.side == 1 ? middle - away : middle + away;
    message.quantity = random.between(1, 30);
    fills.clear();
    engine.apply(message, i, fills);
  }
}

}  // namespace

TEST_CASE("a warm engine allocates nothing") {
  MatchingEngine engine;
  testing::RandomSource random(3);
  std::vector<Fill> fills;
  fills.reserve(4096);
  engine.reserve(3000);
  play(engine, random, 50'000, fills);
  const std::size_t before = allocations.load();
  play(engine, random, 100'000, fills);
  const std::size_t after = allocations.load();
  CHECK(after == before);
  CHECK(engine.counters().fills > 1000);
  CHECK(engine.order_count() > 100);
  engine.self_check();
}
