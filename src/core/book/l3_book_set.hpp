// Order-by-order books of many instruments whose order ids are unique across all of them: one pool, one id index.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "book/book_sides.hpp"
#include "book/bucket_index.hpp"
#include "book/l3_book.hpp"
#include "book/order_pool.hpp"
#include "decimal/integers.hpp"
#include "model/enums.hpp"

namespace pytrader {

class L3BookSet;

// One book of a set. The set's prices are whole units; the book counts in ticks of `tick_units` units, the coarsest of
// the set's ticks on which all of its prices lay so far.
class L3SetBook : public BookSides {
 public:
  L3SetBook(const L3BookSet& set, u32 number, u32 tick_units) : set_(set), number_(number), tick_units_(tick_units) {}

  u32 tick_units() const noexcept { return tick_units_; }
  u32 number() const noexcept { return number_; }
  // How often an order came whose price crossed the book.
  u64 crossings() const noexcept { return crossings_; }
  // Orders of this book, or of one of its sides; costs a step for each level.
  std::size_t order_count() const noexcept { return order_count(Side::buy) + order_count(Side::sell); }
  std::size_t order_count(Side which) const noexcept;
  void write_orders(Side which, QueuedOrder* out) const noexcept { write_queues(side(which), orders(), which, out); }
  // As with L3Book; an order of another book of the set does not rest here.
  u32 find(u64 order_id) const noexcept;
  OrderView order(u32 slot) const noexcept;
  i64 queue_ahead(u32 slot) const noexcept;
  const OrderPool& orders() const noexcept;
  Side side_of(u32 slot) const noexcept;
  // Of the levels; orders and index belong to the set.
  std::size_t memory_bytes() const noexcept {
    return sizeof *this + sides_[0].memory_bytes() + sides_[1].memory_bytes();
  }
  // Throws std::logic_error if queues, totals and ladders contradict one another.
  void check() const;

 private:
  friend class L3BookSet;
  std::size_t check_side(Side which) const;
  // An order is about to come. Only one that is better than the best can cross; the other side is not asked before.
  void note_crossing(Side which, i64 ticks) noexcept {
    if (!side(which).is_reached(ticks)) [[unlikely]]
      count_crossing(which, ticks);
  }
  [[gnu::noinline]] void count_crossing(Side which, i64 ticks) noexcept {
    if (reaches(which, ticks) && !crossed()) ++crossings_;
  }

  const L3BookSet& set_;
  u32 number_;
  u32 tick_units_;
  u64 crossings_ = 0;
};

// What the books share. The caller judges a message before it changes anything: each change here has conditions, and
// breaks none of the books if memory or orders run out (it throws and changes nothing).
class L3BookSet {
 public:
  static constexpr u32 kMaxBooks = u32{1} << 16;
  static constexpr u32 kMaxTags = u32{1} << 14;

  // `ticks`: in units, from the coarsest to the finest; each a multiple of the last one, which is 1.
  explicit L3BookSet(std::vector<u32> ticks, u32 max_orders = OrderPool::kMaxOrders);
  L3BookSet(const L3BookSet&) = delete;
  L3BookSet& operator=(const L3BookSet&) = delete;

  // The book of a number below kMaxBooks, made if need be. It stays where it is as long as the set.
  L3SetBook& open(u32 number);
  // nullptr if there is none.
  L3SetBook* book(u32 number) noexcept { return number < books_.size() ? books_[number].get() : nullptr; }
  const L3SetBook* book(u32 number) const noexcept { return number < books_.size() ? books_[number].get() : nullptr; }
  void reserve(std::size_t orders);

  u32 find(u64 order_id) const noexcept { return index_.find(order_id, ids()); }
  const OrderPool& orders() const noexcept { return orders_; }
  std::size_t order_count() const noexcept { return orders_.size(); }
  static Side side_of(const OrderNode& order) noexcept { return static_cast<Side>(order.attributes & 3); }
  static u32 book_of(const OrderNode& order) noexcept { return (order.attributes >> 2) & (kMaxBooks - 1); }
  // What add() was told, for the owner's use.
  static u32 tag_of(const OrderNode& order) noexcept { return order.attributes >> 18; }
  // In units.
  u32 price_of(const OrderNode& order) const noexcept {
    const L3SetBook& book = *books_[book_of(order)];
    return static_cast<u32>(book.side(side_of(order)).price_of(order.level)) * book.tick_units_;
  }

  // The quantity must be above zero, the level's total within 64 bits, tag below kMaxTags. False, and nothing done, if
  // the id is known.
  bool add(L3SetBook& book, u64 order_id, Side side, u32 price, i64 quantity, u32 tag = 0);
  // A new order at the back of its price takes the place of a known one, with its book, side and tag. The new id must
  // be unknown, the quantity above zero, the level's total within 64 bits.
  void replace(u32 slot, u64 new_order_id, u32 price, i64 quantity);
  // A part of the order, which keeps its place, or all of it.
  void take(u32 slot, i64 quantity) noexcept;
  void erase(u32 slot) noexcept;

  // Looking ahead: stages of fetching what a later message will touch, each of which needs what the one before has
  // brought in. A wrong guess costs a fetch, nothing else. Inlined by force: GCC 12 takes a function of nothing but
  // prefetches for one without effect, and drops its calls.
  [[gnu::always_inline]] void fetch_index(u64 order_id) const noexcept { index_.prefetch(order_id); }
  [[gnu::always_inline]] u32 fetch_order(u64 order_id) const noexcept {
    const u32 slot = index_.guess(order_id);
    orders_.prefetch(slot);
    return slot;
  }
  // kNone if the price is of a page that was not asked for lately.
  [[gnu::always_inline]] u32 fetch_level(const Ladder& ladder, i64 ticks) const noexcept {
    u32 level = kNone;
    if (!ladder.recent_level(ticks, level)) return kNone;
    __builtin_prefetch(&ladder[level]);
    return level;
  }
  [[gnu::always_inline]] void fetch_tail(const Level& level) const noexcept {
    __builtin_prefetch(&level.order_count);  // may lie in the next line
    orders_.prefetch(level.tail);
  }
  [[gnu::always_inline]] void fetch_neighbours(u32 slot) const noexcept {
    if (slot == kNone) return;
    const OrderNode& order = orders_[slot];
    orders_.prefetch(order.prev);
    orders_.prefetch(order.next);
    if (order.level == kNone) return;
    const Level& level = books_[book_of(order)]->side(side_of(order))[order.level];
    __builtin_prefetch(&level);
    __builtin_prefetch(&level.order_count);
  }
  // The order of an id, faster if the guess of fetch_order still holds.
  u32 find(u64 order_id, u32 guess) const noexcept {
    if (guess == kNone) return find(order_id);
    const OrderNode& order = orders_[guess];
    return order.id == order_id && order.level != kNone ? guess : find(order_id);
  }

  std::size_t memory_bytes() const noexcept;
  void check() const;

 private:
  OrderIds ids() const noexcept { return {orders_}; }
  void make_room();
  Ladder& side_holding(const OrderNode& order) noexcept { return books_[book_of(order)]->mutable_side(side_of(order)); }
  i64 ticks_of(L3SetBook& book, u32 price) {
    const u32 ticks = price / book.tick_units_;
    return ticks * book.tick_units_ == price ? ticks : finer_ticks_of(book, price);
  }
  i64 finer_ticks_of(L3SetBook& book, u32 price);
  void refine(L3SetBook& book, u32 tick_units);

  OrderPool orders_;
  CompactBucketIndex index_;                       // has room for every node of the pool, free ones too
  std::vector<std::unique_ptr<L3SetBook>> books_;  // by number; bound: kMaxBooks
  std::vector<u32> ticks_;
};

// In the header, and inlined by force, as a feed calls them for every other message.
[[gnu::always_inline]] inline bool L3BookSet::add(L3SetBook& book, u64 order_id, Side side, u32 price, i64 quantity,
                                                  u32 tag) {
  CompactBucketIndex::Place place = index_.place_of(order_id);
  if (index_.find(place, order_id, ids()) != kNone) [[unlikely]]
    return false;
  const i64 ticks = ticks_of(book, price);
  Ladder& ladder = book.mutable_side(side);
  const u32 level = ladder.level_at(ticks);
  if (!orders_.has_free()) [[unlikely]] {
    make_room();
    place = index_.place_of(order_id);
  }
  if (!index_.is_roomy(index_.room_of(place))) [[unlikely]]
    index_.reserve_overflow();
  const u32 slot = orders_.acquire_free();
  index_.insert(place, order_id, slot);
  OrderNode& order = orders_[slot];
  order.quantity = quantity;
  order.id = order_id;
  order.attributes = static_cast<u32>(side) | book.number_ << 2 | tag << 18;
  book.note_crossing(side, ticks);
  ladder.push_back(level, slot, orders_);
  return true;
}

[[gnu::always_inline]] inline void L3BookSet::erase(u32 slot) noexcept {
  const OrderNode& order = orders_[slot];
  side_holding(order).unlink(slot, orders_);
  index_.erase(order.id, slot);
  orders_[slot].level = kNone;  // so that fetching ahead does not follow it
  orders_.release(slot);
}

}  // namespace pytrader
