// How a page finds its place among those in use, and gives it up.
#include "book/page_order.hpp"

#include <stdexcept>

namespace pytrader {
namespace {

// Neighbouring pages must get unrelated priorities, or the tree would follow the pattern of the prices.
u32 scattered(i64 base) noexcept {
  u64 bits = static_cast<u64>(base);
  bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9ULL;
  bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EBULL;
  return static_cast<u32>(bits >> 32);
}

}  // namespace

void PageOrder::enter(u32 page, i64 base) noexcept {
  const u32 worse = next_below(base);
  Node& node = nodes_[page];
  node = Node{};
  node.base = base;
  node.priority = scattered(base);
  link(page, worse);
  ++size_;
  // Of two neighbours in rank, one is below the other in the tree: the free place between them is on the lower one.
  if (worse != kNone && nodes_[worse].right == kNone) {
    node.parent = worse;
    nodes_[worse].right = page;
  } else if (node.better != kNone) {
    node.parent = node.better;
    nodes_[node.better].left = page;
  } else {
    root_ = page;
  }
  while (node.parent != kNone && nodes_[node.parent].priority < node.priority) rotate_up(page);
}

void PageOrder::leave(u32 page) noexcept {
  const Node& node = nodes_[page];
  while (node.left != kNone || node.right != kNone) {
    const bool left_rises =
        node.right == kNone || (node.left != kNone && nodes_[node.left].priority > nodes_[node.right].priority);
    rotate_up(left_rises ? node.left : node.right);
  }
  replace_child(node.parent, page, kNone);
  (node.better != kNone ? nodes_[node.better].worse : best_) = node.worse;
  (node.worse != kNone ? nodes_[node.worse].better : worst_) = node.better;
  --size_;
}

void PageOrder::clear() noexcept {
  size_ = 0;
  root_ = best_ = worst_ = kNone;
}

// The page of the highest rank below this one, kNone if there is none.
u32 PageOrder::next_below(i64 base) const noexcept {
  u32 at = best_;
  for (int step = 0; step < kStepsAlongList; ++step) {
    if (at == kNone || nodes_[at].base < base) return at;
    at = nodes_[at].worse;
  }
  u32 found = kNone;
  for (at = root_; at != kNone;) {
    const bool below = nodes_[at].base < base;
    if (below) found = at;
    at = below ? nodes_[at].right : nodes_[at].left;
  }
  return found;
}

void PageOrder::link(u32 page, u32 worse) noexcept {
  Node& node = nodes_[page];
  node.worse = worse;
  node.better = worse != kNone ? nodes_[worse].better : worst_;
  (node.better != kNone ? nodes_[node.better].worse : best_) = page;
  (worse != kNone ? nodes_[worse].better : worst_) = page;
}

void PageOrder::replace_child(u32 parent, u32 old_child, u32 new_child) noexcept {
  if (parent == kNone) {
    root_ = new_child;
  } else {
    (nodes_[parent].left == old_child ? nodes_[parent].left : nodes_[parent].right) = new_child;
  }
}

// The page takes its parent's place, and the parent becomes its child.
void PageOrder::rotate_up(u32 page) noexcept {
  Node& node = nodes_[page];
  const u32 lower = node.parent;
  Node& parent = nodes_[lower];
  replace_child(parent.parent, lower, page);
  const bool was_left = parent.left == page;
  const u32 moved = was_left ? node.right : node.left;
  (was_left ? parent.left : parent.right) = moved;
  if (moved != kNone) nodes_[moved].parent = lower;
  (was_left ? node.right : node.left) = lower;
  node.parent = parent.parent;
  parent.parent = page;
}

std::size_t PageOrder::depth(u32 page) const noexcept {
  std::size_t steps = 0;
  for (u32 at = nodes_[page].parent; at != kNone; at = nodes_[at].parent) ++steps;
  return steps;
}

void PageOrder::check() const {
  const auto require = [](bool holds, const char* what) {
    if (!holds) throw std::logic_error(what);
  };
  require((root_ == kNone) == (size_ == 0), "page order: the root is wrong");
  std::size_t seen = 0;
  u32 better = kNone;
  for (u32 at = best_; at != kNone; at = nodes_[at].worse) {
    const Node& node = nodes_[at];
    require(++seen <= size_ && node.better == better, "page order: the list is broken");
    require(better == kNone || node.base < nodes_[better].base, "page order: the pages are not sorted");
    const u32 parent = node.parent;
    if (parent == kNone) {
      require(root_ == at, "page order: a page hangs on nothing");
    } else {
      const bool lower = node.base < nodes_[parent].base;
      require((lower ? nodes_[parent].left : nodes_[parent].right) == at, "page order: a page is on the wrong side");
      require(node.priority <= nodes_[parent].priority, "page order: the tree is out of balance");
    }
    for (u32 child : {node.left, node.right}) {
      require(child == kNone || nodes_[child].parent == at, "page order: a child hangs on another page");
    }
    better = at;
  }
  require(seen == size_ && worst_ == better, "page order: the list's end is wrong");
}

}  // namespace pytrader
