// One side of a book: its price levels, best first, over the whole 64-bit price range.
#pragma once

#include <array>
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
  explicit Ladder(Side side) noexcept : flip_(side == Side::buy ? 0 : -1) {
    for (std::size_t entry = 0; entry < kRecentPages; ++entry) forget_recent(entry);
  }

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
  // True if an order at this price of the other side would trade with the best level.
  bool is_reached(i64 price) const noexcept { return (price ^ flip_) <= best_rank_ && best_ != kNone; }
  // True if the first price is strictly better for this side.
  bool better(i64 price, i64 than) const noexcept { return (price ^ flip_) > (than ^ flip_); }

  // The level of a price, made if need be; it is not in use before occupied() or push_back(). Throws only if memory or
  // handles (2^32 ticks in touched pages) run out.
  u32 level_at(i64 price) {
    u32 level = kNone;
    return recent_level(price, level) ? level : search_level(price);
  }
  // The same level, if a page that was asked for lately has the price; for INT64_MIN none has.
  bool recent_level(i64 price, u32& level) const noexcept {
    const i64 rank = price ^ flip_;
    const RecentPage& recent = recent_[recent_of(rank)];
    const u64 offset = static_cast<u64>(rank) - static_cast<u64>(recent.base);
    level = recent.first + static_cast<u32>(offset);
    return offset < kTicks;
  }

  // The level of a price if it is in use, else kNone.
  u32 find(i64 price) const noexcept {
    u32 level = kNone;
    if (!recent_level(price, level)) [[unlikely]]
      return find_elsewhere(price);
    return is_occupied(level) ? level : kNone;
  }
  // The next level in use behind this one, kNone after the last.
  u32 next_worse(u32 level) const noexcept;

  bool is_occupied(u32 level) const noexcept { return (page(level / kTicks).occupied >> (level % kTicks)) & 1; }
  i64 price_of(u32 level) const noexcept { return rank_of(level) ^ flip_; }
  Level& operator[](u32 level) noexcept { return *(levels_.data() + (std::size_t{level} - kTicks)); }
  const Level& operator[](u32 level) const noexcept { return *(levels_.data() + (std::size_t{level} - kTicks)); }

  // Takes a level into use; it must not be in use.
  void occupied(u32 level) noexcept {
    Page& at = page(level / kTicks);
    if (at.occupied == 0) enter(level / kTicks);
    at.occupied |= u64{1} << (level % kTicks);
    ++level_count_;
    const i64 rank = rank_of(level);
    if (rank > best_rank_ || best_ == kNone) {
      best_ = level;
      best_rank_ = rank;
    }
  }

  // Gives a level that is in use back, and zeroes it.
  void vacated(u32 level) noexcept {
    const u32 number = level / kTicks;
    Page& at = page(number);
    (*this)[level] = Level{};
    const u64 others = at.occupied & ~(u64{1} << (level % kTicks));
    at.occupied = others;
    --level_count_;
    if (others == 0) [[unlikely]] {
      leave(number, level == best_);
    } else if (level == best_) {
      set_best(number, highest(others));
    }
  }

  // Queues an order, whose quantity is set, behind the others of a level. The level's total must not overflow.
  [[gnu::always_inline]] void push_back(u32 level, u32 slot, OrderPool& pool) noexcept {
    Level& queue = (*this)[level];
    OrderNode& node = pool[slot];
    const u32 tail = queue.tail;
    node.level = level;
    node.prev = tail;
    node.next = kNone;
    pool[tail].next = slot;  // nobody's if there is no tail
    queue.tail = slot;
    queue.quantity += node.quantity;
    ++queue.order_count;
    if (tail == kNone) [[unlikely]] {
      queue.head = slot;
      occupied(level);
    }
  }

  // Takes an order out of its queue; its slot stays acquired.
  [[gnu::always_inline]] void unlink(u32 slot, OrderPool& pool) noexcept {
    const OrderNode& node = pool[slot];
    Level& queue = (*this)[node.level];
    const u32 next = node.next;
    const u32 prev = node.prev;
    // Whether others are before or behind is as good as random: no branch, but writes that are nobody's or change
    // nothing.
    pool[next].prev = prev;
    const u32 tail = queue.tail;
    queue.tail = next != kNone ? tail : prev;
    pool[prev].next = next;
    const u32 head = queue.head;
    queue.head = prev != kNone ? head : next;
    queue.quantity -= node.quantity;
    if (--queue.order_count == 0) [[unlikely]]
      vacated(node.level);
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
  static constexpr u32 kTicks = 64;  // per page: one word of bitmap
  static constexpr i64 kLowestRank = INT64_MIN;
  static constexpr u32 kEmptyPagesKept = 8;  // the touch may flicker over page borders without moving pages
  static constexpr std::size_t kMaxPages = (std::size_t{1} << 26) - 1;

  // Numbered from 1, so that no level has the handle kNone.
  struct Page {
    i64 base = 0;  // rank of the first tick
    u64 occupied = 0;
    u32 older = kNone;  // links of the empty pages
    u32 newer = kNone;
  };
  // The page of a price that level_at was asked for.
  struct RecentPage {
    i64 base;
    u32 first;  // the handle of its first level
  };
  // Neighbouring pages do not share an entry: so many pages around the touch are found without a search.
  static constexpr std::size_t kRecentPages = 16;

  static i64 base_of(i64 rank) noexcept { return rank & ~i64{kTicks - 1}; }
  static u32 offset_of(i64 rank) noexcept { return static_cast<u32>(rank & (kTicks - 1)); }
  static std::size_t recent_of(i64 rank) noexcept {
    return static_cast<std::size_t>(static_cast<u64>(rank) / kTicks % kRecentPages);
  }
  static u32 highest(u64 bits) noexcept { return kTicks - 1 - static_cast<u32>(std::countl_zero(bits)); }
  Page& page(u32 number) noexcept { return *(pages_.data() + (number - 1)); }
  const Page& page(u32 number) const noexcept { return *(pages_.data() + (number - 1)); }
  i64 rank_of(u32 level) const noexcept { return page(level / kTicks).base + level % kTicks; }
  u32 find_page(i64 base) const noexcept {
    return index_.find(static_cast<u64>(base), [this](u32 number) { return static_cast<u64>(page(number).base); });
  }

  u32 search_level(i64 price);
  u32 find_elsewhere(i64 price) const noexcept;
  void forget_recent(std::size_t entry) noexcept {
    // The page of no price that is looked for in this entry.
    recent_[entry] = {static_cast<i64>((entry + 1) % kRecentPages * kTicks), kNone};
  }
  u32 make_page(i64 base);
  // Kept out of their callers, which are short without them.
  [[gnu::noinline]] void enter(u32 number) noexcept;
  [[gnu::noinline]] void leave(u32 number, bool was_best) noexcept;
  void push_empty(u32 number) noexcept;
  void unlink_empty(u32 number) noexcept;
  void find_best() noexcept;
  void set_best(u32 number, u32 offset) noexcept {
    best_ = number * kTicks + offset;
    best_rank_ = page(number).base + offset;
  }

  i64 flip_;
  i64 best_rank_ = kLowestRank;  // that of an empty side
  u32 best_ = kNone;
  std::array<RecentPage, kRecentPages> recent_;
  std::vector<Level>
      levels_;  // those of page 1, those of page 2, ...: apart, so that a handle leads to its level at once
  std::vector<Page> pages_;  // bound: the most pages in use at once plus kEmptyPagesKept + 1
  PageOrder in_use_;         // room for every page is kept
  IdIndex index_;            // base -> page
  u32 oldest_empty_ = kNone;
  u32 newest_empty_ = kNone;
  u32 empty_count_ = 0;
  std::size_t level_count_ = 0;
};

}  // namespace pytrader
