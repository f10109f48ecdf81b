// A public book with our own orders in it: what others show, and what of it stands ahead of each of our orders.
#pragma once

#include <cstddef>

#include "book/book_fault.hpp"
#include "book/book_reading.hpp"
#include "book/feed_watch.hpp"
#include "book/l2_book.hpp"
#include "book/l3_book.hpp"
#include "book/own_orders.hpp"
#include "decimal/integers.hpp"
#include "model/enums.hpp"
#include "model/records.hpp"

namespace pytrader {

// What is read are the others' orders: the public book less those of our own that the feed shows. Own orders that it
// does not show change nothing in it.
template <class PublicBook>
class BookWithOwnOrders : public BookReading<BookWithOwnOrders<PublicBook>> {
 public:
  const PublicBook& public_book() const noexcept { return book_; }
  const OwnOrders& own() const noexcept { return own_; }

  bool empty(Side which) const noexcept { return best(which).quantity == 0; }
  // All zero if others show nothing.
  LevelTotals best(Side which) const noexcept { return this->first_walked(which); }
  LevelTotals level(Side which, i64 price) const noexcept { return others(which, book_.level(which, price)); }
  template <class Visit>
  void walk(Side which, Visit&& visit) const {
    book_.walk(which, [&](const LevelTotals& shown) {
      const LevelTotals level = others(which, shown);
      return level.quantity == 0 || visit(level);
    });
  }

  // It is out of the book, or only no longer ours where the feed shows it. False if there is none.
  bool remove(u64 order_id) noexcept;
  // So much of it is cancelled or filled, less than it has: it keeps its place. unknown_order, quantity_not_positive,
  // quantity_too_large.
  BookFault reduce(u64 order_id, i64 quantity) noexcept;

  bool applied(BookFault fault) const noexcept { return book_.applied(fault); }
  BookPolicy policy() const noexcept { return book_.policy(); }
  const FaultCounts& faults() const noexcept { return book_.faults(); }
  void count(BookFault fault) noexcept { book_.count(fault); }
  std::size_t memory_bytes() const noexcept { return book_.memory_bytes() + own_.memory_bytes(); }

 protected:
  template <class... Arguments>
  explicit BookWithOwnOrders(Arguments... arguments) : book_(arguments...) {}

  LevelTotals others(Side which, LevelTotals shown) const noexcept;
  BookFault judge_new(u64 order_id, i64 price, i64 quantity) const noexcept;

  PublicBook book_;
  OwnOrders own_;
  // Between a clear and the first row that is not part of a snapshot: places are not known anew yet.
  bool in_snapshot_ = false;
};

// Over an order-by-order feed every place is exact: an order that the feed does not show remembers behind whom it
// stands, one that it shows is found there. After a clear, an order that the feed does not show stands behind all that
// the snapshot's rows (kFlagSnapshot) bring.
class L3BookWithOwnOrders : public BookWithOwnOrders<L3Book> {
 public:
  explicit L3BookWithOwnOrders(BookPolicy policy = BookPolicy::strict, u32 max_orders = OrderPool::kMaxOrders)
      : BookWithOwnOrders(policy, max_orders) {}

  // A new order that the feed does not show, behind all that rests at its price. Faults: price, quantity, a known id.
  // Throws Error(capacity) beyond the bound of OwnOrders.
  BookFault insert(u64 order_id, Side side, i64 price, i64 quantity);
  // An order of the feed is ours; what the feed says of it from now on is said of ours, until it leaves.
  // unknown_order, duplicate_order.
  BookFault mark(u64 order_id);
  // As for any; bad_action for an order of the feed, which tells its quantity itself.
  BookFault reduce(u64 order_id, i64 quantity) noexcept;
  // What others have in front of an own order (by its slot in own()); costs a step for each order in front.
  i64 queue_ahead(u32 own_slot) const noexcept;

  BookFault apply(const L3Record& row);
  BatchResult apply(const L3Columns& columns, std::size_t first = 0, CrossedWatch* watch = nullptr);
  // As for the public book. Of the marked orders those stay ours that rest where they did.
  BatchResult snapshot(const OrderColumns& orders);
  void clear() noexcept;
  void check() const;

 private:
  // The order that a row names, before the row.
  struct Named {
    u32 slot = kNone;
    u32 prev = kNone;
    OrderView order{};
  };
  Named named_by(const L3Record& row) const noexcept;
  void follow(const L3Record& row, const Named& before) noexcept;
  void follow_ours(u32 own, u32 slot, bool requeued) noexcept;
  void end_snapshot() noexcept;
  bool is_ours(u64 order_id) const noexcept;
  i64 others_from(u32 slot) const noexcept;
};

// Over a price-level feed a place is the most that can be ahead: what others showed at the price when the order came,
// less what traded there since, and never more than they show. A trade row stands before the level rows that it
// changed. Rows without a side, and clears, tell nothing about a place.
class L2BookWithOwnOrders : public BookWithOwnOrders<L2Book> {
 public:
  explicit L2BookWithOwnOrders(BookPolicy policy = BookPolicy::strict) : BookWithOwnOrders(policy) {}

  // As over an order-by-order feed.
  BookFault insert(u64 order_id, Side side, i64 price, i64 quantity);
  // The back of a level's shown total is ours. Faults as for insert, and quantity_too_large if the level shows less.
  BookFault mark(u64 order_id, Side side, i64 price, i64 quantity);
  // The most that others can have in front of an own order (by its slot in own()).
  i64 queue_ahead(u32 own_slot) const noexcept { return own_.place(own_slot); }

  BookFault apply(const L2Record& row);
  BatchResult apply(const L2Columns& columns, std::size_t first = 0, CrossedWatch* watch = nullptr);
  BatchResult snapshot(const LevelColumns& bids, const LevelColumns& asks);
  void clear() noexcept;
  void check() const;

 private:
  void trade(Side side, i64 price, i64 quantity) noexcept;
  void hold_to_level(Side side, i64 price) noexcept;
  void end_snapshot() noexcept;
};

static_assert(ReadableBook<L3BookWithOwnOrders> && ReadableBook<L2BookWithOwnOrders>);

}  // namespace pytrader
