// An allocator for large arrays that are read all over: it asks for huge pages, so that an address is found faster.
#pragma once

#include <cstddef>
#include <cstdint>
#include <new>

#ifdef __linux__
#include <sys/mman.h>
#endif

namespace pytrader {

// With ordinary pages a random access into an array of megabytes costs a walk through the page tables besides the cache
// miss, and a prefetch waits for that walk. The advice to the kernel is only that: where it is not taken, nothing
// changes but the time.
inline constexpr std::size_t kHugePage = std::size_t{2} << 20;
// From here on an array is large: the heap would keep what it has had of this size.
inline constexpr std::size_t kLarge = std::size_t{64} << 10;

#ifdef __linux__
// The largest pages that systems have as their usual ones.
constexpr std::size_t in_whole_pages(std::size_t bytes) noexcept {
  constexpr std::size_t kPage = std::size_t{64} << 10;
  return (bytes + kPage - 1) & ~(kPage - 1);
}

// From the system itself, not from the heap, from the beginning of a huge page on: it has all of it back when it is
// freed, and no small object ever stands in between.
inline void* map_large(std::size_t bytes) {
  const std::size_t size = in_whole_pages(bytes);
  void* const room = mmap(nullptr, size + kHugePage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (room == MAP_FAILED) throw std::bad_alloc();
  const std::size_t before = -reinterpret_cast<std::uintptr_t>(room) & (kHugePage - 1);
  char* const block = static_cast<char*>(room) + before;
  if (before != 0) munmap(room, before);
  munmap(block + size, kHugePage - before);
  madvise(block, size, MADV_HUGEPAGE);
  return block;
}
inline void unmap_large(void* block, std::size_t bytes) noexcept {
  munmap(block, in_whole_pages(bytes));
}
#else
inline void* map_large(std::size_t bytes) {
  return ::operator new(bytes, std::align_val_t{kHugePage});
}
inline void unmap_large(void* block, std::size_t) noexcept {
  ::operator delete(block, std::align_val_t{kHugePage});
}
#endif

template <class Item>
struct LargeBlock {
  using value_type = Item;

  LargeBlock() noexcept = default;
  template <class Other>
  LargeBlock(const LargeBlock<Other>&) noexcept {}

  Item* allocate(std::size_t count) {
    if (count > (static_cast<std::size_t>(-1) - 2 * kHugePage) / sizeof(Item)) throw std::bad_array_new_length();
    const std::size_t bytes = count * sizeof(Item);
    return static_cast<Item*>(bytes < kLarge ? ::operator new(bytes, kAlignment) : map_large(bytes));
  }
  void deallocate(Item* block, std::size_t count) noexcept {
    const std::size_t bytes = count * sizeof(Item);
    if (bytes < kLarge) {
      ::operator delete(block, kAlignment);
    } else {
      unmap_large(block, bytes);
    }
  }

  bool operator==(const LargeBlock&) const noexcept { return true; }

 private:
  static constexpr std::align_val_t kAlignment{alignof(Item) < 16 ? 16 : alignof(Item)};
};

}  // namespace pytrader
