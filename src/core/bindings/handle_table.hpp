// Finds the handle of an order by its number for as long as somebody holds the handle; keeps none alive.
#pragma once

#include <cstddef>
#include <vector>

#include "decimal/integers.hpp"

namespace pytrader::bindings {

class HandleTable;

// A handle's place in a table. It leaves the table when the handle is freed.
class HandleLink {
 public:
  HandleLink() = default;
  HandleLink(const HandleLink&) = delete;
  HandleLink& operator=(const HandleLink&) = delete;
  ~HandleLink() { leave(); }
  void leave() noexcept;

 private:
  friend class HandleTable;
  HandleTable* table_ = nullptr;
  HandleLink* next_ = nullptr;  // in its bucket
  void* handle_ = nullptr;
  u64 number_ = 0;
};

// Buckets of links that stand in the handles themselves: adding one allocates nothing but more buckets, now and then.
class HandleTable {
 public:
  HandleTable() : buckets_(64) {}
  HandleTable(const HandleTable&) = delete;
  HandleTable& operator=(const HandleTable&) = delete;
  ~HandleTable() {
    for (HandleLink* link : buckets_) {
      for (; link != nullptr; link = link->next_) link->table_ = nullptr;
    }
  }

  // The link must be in no table, and the number must not be taken.
  void add(HandleLink& link, u64 number, void* handle) {
    if (count_ == buckets_.size()) grow();
    link.table_ = this;
    link.handle_ = handle;
    link.number_ = number;
    put(buckets_, link);
    ++count_;
  }
  // Null where nobody holds a handle of this number.
  void* find(u64 number) const noexcept {
    for (HandleLink* link = buckets_[number & (buckets_.size() - 1)]; link != nullptr; link = link->next_) {
      if (link->number_ == number) return link->handle_;
    }
    return nullptr;
  }
  // One of them, null if there is none; each is found once while whoever asks takes the found ones out.
  void* any() noexcept {
    if (count_ == 0) return nullptr;
    while (buckets_[first_] == nullptr) first_ = (first_ + 1) & (buckets_.size() - 1);
    return buckets_[first_]->handle_;
  }

 private:
  friend class HandleLink;

  static void put(std::vector<HandleLink*>& buckets, HandleLink& link) noexcept {
    HandleLink*& head = buckets[link.number_ & (buckets.size() - 1)];
    link.next_ = head;
    head = &link;
  }
  void grow() {
    std::vector<HandleLink*> larger(2 * buckets_.size());
    for (HandleLink* link : buckets_) {
      while (link != nullptr) {
        HandleLink* const next = link->next_;
        put(larger, *link);
        link = next;
      }
    }
    buckets_.swap(larger);
    first_ = 0;
  }
  void remove(HandleLink& link) noexcept {
    HandleLink** at = &buckets_[link.number_ & (buckets_.size() - 1)];
    while (*at != &link) at = &(*at)->next_;
    *at = link.next_;
    --count_;
  }

  std::vector<HandleLink*> buckets_;  // a power of two of them, numbers follow one another
  std::size_t count_ = 0;
  std::size_t first_ = 0;  // where any() looks next
};

inline void HandleLink::leave() noexcept {
  if (table_ == nullptr) return;
  table_->remove(*this);
  table_ = nullptr;
}

}  // namespace pytrader::bindings
