// One side of a book: its price levels, best first, over the whole 64-bit price range.
#pragma once

#include <bit>
#include <cstddef>
#include <vector>

#include "book/id_index.hpp"
#include "book/order_pool.hpp"
#include "book/page_order.hpp"
#include "decimal/integers.hpp"
#include "model/enums.hpp"

namespace pytrader {

// A price's queue and its totals. `head` is the oldest order.
struct Level {
  u32 head = kNone;
  u32 tail = kNone;
  i64 quantity = 0;
  u32 order_count = 0;
  // Decimals as the venue wrote them, where its checksum is over that text.
  u8 price_decimals = 0;
  u8 quantity_decimals = 0;
};

// Levels live in pages of 64 consecutive ticks with a bitmap of those in use; a small hash table finds a price's page,
// and the pages in use are linked in order. So the touch costs O(1) wherever it travels, a page that comes into use far
// from it a search of O(log pages), and there is no window to re-centre. Pages that fell empty stay where they are
// until another price needs one, so that memory follows the number of pages in use at once, not the way of the price.
//
// A level's handle is stable while the level is in use: an order keeps it and needs no look-up to leave.
// Inside, prices are ranks (a sell price is inverted bit by bit), so that the highest rank is the best of either side.
class Ladder {
 public:
  explicit Ladder(Side side) noexcept : flip_(side == Side::buy ? 0 : -1) {}

  bool empty() const noexcept { return best_ == kNone; }
  // Handle of the best level, kNone if the side is empty.
  u32 best() const noexcept { return best_; }
  // Handle of the worst level, kNone if the side is empty.
  u32 worst() const noexcept {
    const u32 last = in_use_.worst();
    return last == kNone ? kNone : last * kTicks + static_cast<u32>(std::countr_zero(page(last).occupied));
  }
  // The side must not be empty.
  i64 best_price() const noexcept { return best_rank_ ^ flip_; }
  std::size_t level_count() const noexcept { return level_count_; }
  // True if the first price is strictly better for this side.
  bool better(i64 price, i64 than) const noexcept { return (price ^ flip_) > (than ^ flip_); }

  // The level of a price, made if need be; it is not in use before occupied() or push_back(). Throws only if memory or
  // handles (2^32 ticks in touched pages) run out.
  u32 level_at(i64 price) {
    const i64 rank = price ^ flip_;
    if (last_page_ == kNone || page(last_page_).base != base_of(rank)) last_page_ = page_at(base_of(rank));
    return last_page_ * kTicks + offset_of(rank);
  }

  // For a price that is known some events ahead: asks the memory for what finds its page.
  [[gnu::always_inline]] void fetch_page_index(i64 price) const noexcept {
    index_.prefetch(static_cast<u64>(base_of(price ^ flip_)));
  }
  // Later: asks the memory for its level and returns the page to hand to
  // level_at, kNone if there is none yet. Inlined by force, as GCC 12 drops calls that only prefetch.
  [[gnu::always_inline]] u32 foresee(i64 price) const noexcept {
    const i64 rank = price ^ flip_;
    const u32 number = index_.guess(static_cast<u64>(base_of(rank)));
    if (number == kNone) return kNone;
    __builtin_prefetch(&page(number));
    __builtin_prefetch(&page(number).levels[offset_of(rank)]);
    return number;
  }
  // The same level as level_at(price), at once if `foreseen` still is its page.
  u32 level_at(i64 price, u32 foreseen) {
    const i64 rank = price ^ flip_;
    if (!is_page(foreseen) || page(foreseen).base != base_of(rank)) return level_at(price);
    return foreseen * kTicks + offset_of(rank);
  }
  // The newest order of a price's level on its foreseen page, kNone if there is none.
  u32 foresee_tail(i64 price, u32 foreseen) const noexcept {
    return is_page(foreseen) ? page(foreseen).levels[offset_of(price ^ flip_)].tail : kNone;
  }

  // The level of a price if it is in use, else kNone.
  u32 find(i64 price) const noexcept;
  // The next level in use behind this one, kNone after the last.
  u32 next_worse(u32 level) const noexcept;

  bool is_occupied(u32 level) const noexcept { return (page(level / kTicks).occupied >> (level % kTicks)) & 1; }
  i64 price_of(u32 level) const noexcept { return rank_of(level) ^ flip_; }
  Level& operator[](u32 level) noexcept { return page(level / kTicks).levels[level % kTicks]; }
  const Level& operator[](u32 level) const noexcept { return page(level / kTicks).levels[level % kTicks]; }

  // Takes a level into use; it must not be in use.
  void occupied(u32 level) noexcept {
    Page& at = page(level / kTicks);
    if (at.occupied == 0) enter(level / kTicks);
    at.occupied |= u64{1} << (level % kTicks);
    ++level_count_;
    const i64 rank = rank_of(level);
    if (best_ == kNone || rank > best_rank_) {
      best_ = level;
      best_rank_ = rank;
    }
  }

  // Gives a level that is in use back, and zeroes it.
  void vacated(u32 level) noexcept {
    Page& at = page(level / kTicks);
    at.levels[level % kTicks] = Level{};
    at.occupied &= ~(u64{1} << (level % kTicks));
    --level_count_;
    if (at.occupied == 0) leave(level / kTicks);
    if (level == best_) find_best();
  }

  // Queues an order, whose quantity is set, behind the others of a level. The level's total must not overflow.
  void push_back(u32 level, u32 slot, OrderPool& pool) noexcept {
    Level& queue = (*this)[level];
    OrderNode& node = pool[slot];
    node.level = level;
    node.prev = queue.tail;
    node.next = kNone;
    (queue.tail != kNone ? pool[queue.tail].next : queue.head) = slot;
    queue.tail = slot;
    queue.quantity += node.quantity;
    if (queue.order_count++ == 0) occupied(level);
  }

  // Takes an order out of its queue; its slot stays acquired.
  void unlink(u32 slot, OrderPool& pool) noexcept {
    const OrderNode& node = pool[slot];
    Level& queue = (*this)[node.level];
    (node.prev != kNone ? pool[node.prev].next : queue.head) = node.next;
    (node.next != kNone ? pool[node.next].prev : queue.tail) = node.prev;
    queue.quantity -= node.quantity;
    if (--queue.order_count == 0) vacated(node.level);
  }

  // Takes a part, less than the order's quantity, off an order that keeps its place.
  void reduce(u32 slot, i64 quantity, OrderPool& pool) noexcept {
    OrderNode& node = pool[slot];
    node.quantity -= quantity;
    (*this)[node.level].quantity -= quantity;
  }

  // Empties the side and keeps the memory.
  void clear() noexcept;

  std::size_t memory_bytes() const noexcept;
  // Throws std::logic_error if bitmaps, page lists, hash table, best level or count contradict one another.
  void check() const;

 private:
  static constexpr u32 kTicks = 64;          // per page: one word of bitmap
  static constexpr u32 kEmptyPagesKept = 8;  // the touch may flicker over page borders without moving pages
  static constexpr std::size_t kMaxPages = (std::size_t{1} << 26) - 1;

  // Numbered from 1, so that no level has the handle kNone.
  struct Page {
    i64 base = 0;  // rank of the first tick
    u64 occupied = 0;
    u32 older = kNone;  // links of the empty pages
    u32 newer = kNone;
    Level levels[kTicks];
  };

  static i64 base_of(i64 rank) noexcept { return rank & ~i64{kTicks - 1}; }
  static u32 offset_of(i64 rank) noexcept { return static_cast<u32>(rank & (kTicks - 1)); }
  static u32 highest(u64 bits) noexcept { return kTicks - 1 - static_cast<u32>(std::countl_zero(bits)); }
  Page& page(u32 number) noexcept { return *(pages_.data() + (number - 1)); }
  const Page& page(u32 number) const noexcept { return *(pages_.data() + (number - 1)); }
  i64 rank_of(u32 level) const noexcept { return page(level / kTicks).base + level % kTicks; }
  bool is_page(u32 number) const noexcept { return number - 1 < pages_.size(); }
  u32 find_page(i64 base) const noexcept {
    return index_.find(static_cast<u64>(base), [this](u32 number) { return static_cast<u64>(page(number).base); });
  }

  u32 page_at(i64 base);
  void enter(u32 number) noexcept;
  void leave(u32 number) noexcept;
  void push_empty(u32 number) noexcept;
  void unlink_empty(u32 number) noexcept;
  void find_best() noexcept;

  std::vector<Page> pages_;  // bound: the most pages in use at once plus kEmptyPagesKept + 1
  PageOrder in_use_;         // room for every page is kept
  IdIndex index_;            // base -> page
  i64 flip_;
  i64 best_rank_ = 0;
  u32 best_ = kNone;
  u32 last_page_ = kNone;  // the page of the last level_at: events cluster
  u32 oldest_empty_ = kNone;
  u32 newest_empty_ = kNone;
  u32 empty_count_ = 0;
  std::size_t level_count_ = 0;
};

}  // namespace pytrader
