// Replaces operator new of a test program by one that counts its calls, and refuses them when told to.
#include "counted_allocation.hpp"

#include <malloc.h>

#include <atomic>
#include <cstdlib>
#include <new>

namespace {

std::atomic<std::size_t> made{0};
std::atomic<std::size_t> in_use{0};        // bytes
std::atomic<std::size_t> refused_from{0};  // the number of the first to refuse; 0 is none

void* count_and_allocate(std::size_t size, std::size_t alignment) {
  const std::size_t number = ++made;
  const std::size_t first = refused_from;
  if (first != 0 && number >= first) throw std::bad_alloc();
  void* memory = std::aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment);
  if (memory == nullptr) throw std::bad_alloc();
  in_use += malloc_usable_size(memory);
  return memory;
}

void release(void* memory) noexcept {
  if (memory != nullptr) in_use -= malloc_usable_size(memory);
  std::free(memory);
}

}  // namespace

std::size_t pytrader::testing::allocations() {
  return made;
}

std::size_t pytrader::testing::bytes_in_use() {
  return in_use;
}

void pytrader::testing::refuse_allocations_from(std::size_t n) {
  refused_from = n == 0 ? 0 : made + n;
}

void* operator new(std::size_t size) {
  return count_and_allocate(size, alignof(std::max_align_t));
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  try {
    return count_and_allocate(size, alignof(std::max_align_t));
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
}
void* operator new(std::size_t size, std::align_val_t alignment) {
  return count_and_allocate(size, static_cast<std::size_t>(alignment));
}
void operator delete(void* memory) noexcept {
  release(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  release(memory);
}
void operator delete(void* memory, const std::nothrow_t&) noexcept {
  release(memory);
}
void operator delete(void* memory, std::align_val_t) noexcept {
  release(memory);
}
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept {
  release(memory);
}
