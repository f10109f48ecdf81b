// Orders in the order of a key and, at one key, of their time: what is due first is found and taken out first.
#pragma once

#include <cstddef>
#include <stdexcept>
#include <vector>

#include "book/id_index.hpp"
#include "decimal/integers.hpp"

namespace pytrader {

// A binary heap of slots, each of which knows its place in it: entering and leaving cost the logarithm of those inside.
// Bound: the slots that reserve() has made room for.
class SlotHeap {
 public:
  // Makes room for the slots below `slots`, so that push() can not throw.
  void reserve(std::size_t slots) {
    if (place_.size() >= slots) return;
    heap_.reserve(slots);
    place_.resize(slots, 0);
  }

  bool empty() const noexcept { return heap_.empty(); }
  std::size_t size() const noexcept { return heap_.size(); }
  bool contains(u32 slot) const noexcept { return slot < place_.size() && place_[slot] != 0; }
  // The heap must not be empty.
  u32 first() const noexcept { return heap_.front().slot; }
  // INT64_MAX if the heap is empty.
  i64 first_key() const noexcept { return first_key_; }

  // The slot must not be inside.
  void push(u32 slot, i64 key, u64 time) noexcept {
    heap_.push_back({key, time, slot});
    sift_up(heap_.size() - 1);
    first_key_ = heap_.front().key;
  }
  // The slot must be inside.
  void remove(u32 slot) noexcept {
    const std::size_t hole = place_[slot] - 1;
    place_[slot] = 0;
    const Entry last = heap_.back();
    heap_.pop_back();
    if (hole != heap_.size()) {
      put(hole, last);
      sift_up(hole);
      sift_down(place_[last.slot] - 1);
    }
    first_key_ = heap_.empty() ? INT64_MAX : heap_.front().key;
  }

  // Throws std::logic_error if an entry is out of order or out of place.
  void check() const {
    std::size_t placed = 0;
    for (const u32 place : place_) placed += place != 0 ? 1 : 0;
    if (placed != heap_.size()) throw std::logic_error("slot heap: an order is inside twice, or lost");
    for (std::size_t at = 0; at < heap_.size(); ++at) {
      if (place_[heap_[at].slot] != at + 1) throw std::logic_error("slot heap: an order is not in its place");
      if (at != 0 && heap_[at].before(heap_[(at - 1) / 2])) throw std::logic_error("slot heap: out of order");
    }
    if (first_key_ != (heap_.empty() ? INT64_MAX : heap_.front().key)) throw std::logic_error("slot heap: first key");
  }

 private:
  struct Entry {
    i64 key;
    u64 time;
    u32 slot;

    bool before(const Entry& other) const noexcept { return key != other.key ? key < other.key : time < other.time; }
  };

  void put(std::size_t at, const Entry& entry) noexcept {
    heap_[at] = entry;
    place_[entry.slot] = static_cast<u32>(at + 1);
  }
  void sift_up(std::size_t at) noexcept {
    const Entry entry = heap_[at];
    while (at != 0 && entry.before(heap_[(at - 1) / 2])) {
      put(at, heap_[(at - 1) / 2]);
      at = (at - 1) / 2;
    }
    put(at, entry);
  }
  void sift_down(std::size_t at) noexcept {
    const Entry entry = heap_[at];
    for (std::size_t child = 2 * at + 1; child < heap_.size(); child = 2 * at + 1) {
      if (child + 1 < heap_.size() && heap_[child + 1].before(heap_[child])) ++child;
      if (!heap_[child].before(entry)) break;
      put(at, heap_[child]);
      at = child;
    }
    put(at, entry);
  }

  std::vector<Entry> heap_;
  std::vector<u32> place_;  // by slot: 1 + place in the heap, 0 outside
  i64 first_key_ = INT64_MAX;
};

}  // namespace pytrader
