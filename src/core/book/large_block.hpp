// An allocator for large arrays that are read all over: it asks for huge pages, so that an address is found faster.
#pragma once

#include <cstddef>
#include <new>

#ifdef __linux__
#include <sys/mman.h>
#endif

namespace pytrader {

// With ordinary pages a random access into an array of megabytes costs a walk through the page tables besides the cache
// miss, and a prefetch waits for that walk. The advice to the kernel is only that: where it is not taken, nothing
// changes but the time.
template <class Item>
struct LargeBlock {
  using value_type = Item;

  LargeBlock() noexcept = default;
  template <class Other>
  LargeBlock(const LargeBlock<Other>&) noexcept {}

  Item* allocate(std::size_t count) {
    if (count > static_cast<std::size_t>(-1) / sizeof(Item)) throw std::bad_array_new_length();
    const std::size_t bytes = count * sizeof(Item);
    void* block = ::operator new(bytes, alignment(bytes));
#ifdef __linux__
    if (bytes >= kHugePage) madvise(block, bytes, MADV_HUGEPAGE);
#endif
    return static_cast<Item*>(block);
  }
  void deallocate(Item* block, std::size_t count) noexcept {
    ::operator delete(block, alignment(count * sizeof(Item)));
  }

  bool operator==(const LargeBlock&) const noexcept { return true; }

 private:
  static constexpr std::size_t kHugePage = std::size_t{2} << 20;
  static std::align_val_t alignment(std::size_t bytes) noexcept {
    return std::align_val_t{bytes >= kHugePage ? kHugePage : alignof(Item) < 16 ? 16 : alignof(Item)};
  }
};

}  // namespace pytrader
