// The pages of a ladder that are in use, in the order of their prices.
#pragma once

#include <cstddef>
#include <vector>

#include "book/id_index.hpp"
#include "decimal/integers.hpp"

namespace pytrader {

// A list through the pages, best first, gives the neighbours at once; a treap over them (a search tree that scattered
// priorities keep shallow) finds a new page's place in it. So a page next to the best enters and leaves in O(1), and
// a page anywhere in O(log pages): nothing is moved to make room.
class PageOrder {
 public:
  // Makes room for pages 1 .. count, so that entering can not throw.
  void make_room(std::size_t count) {
    if (nodes_.size() <= count) nodes_.resize(count + 1);
  }

  std::size_t size() const noexcept { return size_; }
  // The page of the highest rank, kNone if none is in use.
  u32 best() const noexcept { return best_; }
  // The page of the lowest rank, kNone if none is in use.
  u32 worst() const noexcept { return worst_; }
  // The page of the next lower rank, kNone after the last.
  u32 worse(u32 page) const noexcept { return nodes_[page].worse; }

  // `base` is the page's lowest rank, which no page in use has.
  void enter(u32 page, i64 base) noexcept;
  void leave(u32 page) noexcept;
  // Forgets all pages and keeps the memory.
  void clear() noexcept;

  std::size_t memory_bytes() const noexcept { return nodes_.capacity() * sizeof(Node); }
  // Steps from the root to a page in use: what finding a place beside it costs.
  std::size_t depth(u32 page) const noexcept;
  // Throws std::logic_error if list and tree contradict one another.
  void check() const;

 private:
  // A page near the best is found along the list, without the tree.
  static constexpr int kStepsAlongList = 4;

  struct Node {
    i64 base = 0;
    u32 better = kNone;
    u32 worse = kNone;
    u32 parent = kNone;
    u32 left = kNone;   // lower ranks
    u32 right = kNone;  // higher ranks
    u32 priority = 0;   // no child's is higher
  };
  static_assert(sizeof(Node) == 32);

  u32 next_below(i64 base) const noexcept;
  void link(u32 page, u32 worse) noexcept;
  void replace_child(u32 parent, u32 old_child, u32 new_child) noexcept;
  void rotate_up(u32 page) noexcept;

  std::vector<Node> nodes_;  // by page
  std::size_t size_ = 0;
  u32 root_ = kNone;
  u32 best_ = kNone;
  u32 worst_ = kNone;
};

}  // namespace pytrader
