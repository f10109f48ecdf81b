// Lists of orders that depend on one another: what each of them should be now, and what they hold back together.
#pragma once

#include <span>
#include <vector>

#include "book/slot_heap.hpp"
#include "execution/order_store.hpp"
#include "risk/exposure.hpp"

namespace pytrader {

// What is to be done to an order of a list so that it is what it should be.
struct ListStep {
  enum class Act : u8 {
    none,
    start,   // it waits, and may leave
    resize,  // its total quantity is to be another one
    cancel,
  };
  Act act = Act::none;
  i64 quantity = 0;  // of start and resize: the total
  RejectReason reason = RejectReason::none;
};

// Every step follows from what the orders of the list are now, not from the order in which that was told: late,
// repeated and re-ordered reports lead to the same end. docs/order_lists.md has the rules.
//
// An event of an order costs a walk of its list, of at most kMaxOrders. Bound: the orders of the run.
class OrderLists {
 public:
  static constexpr std::size_t kMaxOrders = 64;

  // Why these can not be a list; `wrong` is then the order that is to blame.
  static RejectReason check(std::span<const NewOrder> orders, std::size_t& wrong) noexcept;
  // Whether the first of them triggers the others.
  static bool has_parent(std::span<const NewOrder> orders) noexcept {
    return !orders.empty() && orders.front().contingency == Contingency::one_triggers_other;
  }
  // Of orders that passed check() and are to have the client order ids from `first` on.
  OrderListId add(std::span<const NewOrder> orders, ClientOrderId first, OtoTriggerMode trigger);
  // The flags that the core adds to the order at this place.
  u16 flags_of(OrderListId list, std::size_t place) const noexcept;

  // What the orders of the group hold back that the one at this place, or this order, shares with others.
  const Reservation& held(OrderListId list, std::size_t place) const noexcept {
    return held_[lists_[list - 1].offset + group_of(lists_[list - 1], place)];
  }
  const Reservation& held(const Order& order) const noexcept { return held(order.list, place_of(order)); }
  void hold(OrderListId list, std::size_t place, const Reservation& reservation) noexcept {
    held_[lists_[list - 1].offset + group_of(lists_[list - 1], place)] = reservation;
  }
  // ... and what they should, as they are now: the worst of those that work.
  Reservation worst_of(const Order& order, const OrderStore& store) const noexcept;
  std::size_t place_of(const Order& order) const noexcept {
    return order.client_order_id - lists_[order.list - 1].first;
  }

  // An order of a list begins to wait for its parent, and stops.
  void wait(const Order& order, i64 expire_time);
  void stop_waiting(const Order& order) noexcept;
  u32 waiting() const noexcept { return waiting_; }
  i64 next_expiry() const noexcept { return expiries_.empty() ? INT64_MAX : expiries_.first_key(); }
  // The order that expires first of those that wait, if it does until `now`; 0 for none. It stays until it stops.
  ClientOrderId next_expired(i64 now) const noexcept { return next_expiry() <= now ? expiring_[expiries_.first()] : 0; }

  // Something happened to an order of a list: its list is to be looked at.
  void touch(const Order& order);
  bool idle() const noexcept { return touched_.empty(); }
  // A list that was touched: its orders are those from first() on, count() of them; 0 for none.
  OrderListId take_touched() noexcept;
  ClientOrderId first(OrderListId list) const noexcept { return lists_[list - 1].first; }
  std::size_t count(OrderListId list) const noexcept { return lists_[list - 1].count; }
  ListStep step(const Order& order, const OrderStore& store) const noexcept;
  // Whether the quantity of this order is not its strategy's to choose.
  bool sizes(const Order& order) const noexcept;
  // Whether the order that this one waited for may still trade.
  bool may_grow(const Order& order, const OrderStore& store) const noexcept;

  // What lists hold back in all on a side. Walks all lists: for tests and debug runs.
  i64 held_lots(const OrderStore& store, StrategyIndex strategy, InstrumentIndex instrument, Side side) const noexcept;

 private:
  struct List {
    ClientOrderId first;
    ClientOrderId taken = 0;  // one cancels other: the first that traded or ended
    u32 count;
    u32 offset;  // of its orders in the vectors below
    Contingency among;
    OtoTriggerMode trigger;
    bool triggers;  // the first of them triggers the others
    bool touched = false;
  };
  static constexpr u32 kNone = UINT32_MAX;

  u32 group_of(const List& list, std::size_t place) const noexcept { return groups_[list.offset + place]; }
  i128 base_of(const List& list, std::size_t place, const OrderStore& store) const noexcept;
  i128 total_of(const List& list, std::size_t place, const OrderStore& store) const noexcept;

  std::vector<List> lists_;
  std::vector<i64> quantities_;    // of each order of each list, as it was submitted
  std::vector<u32> groups_;        // likewise: the place of the first order with its instrument and side
  std::vector<Reservation> held_;  // likewise, kept at that place
  std::vector<u32> rows_;          // likewise: the row of an order that waits and expires
  std::vector<ClientOrderId> expiring_;
  std::vector<u32> free_rows_;
  SlotHeap expiries_;
  std::vector<OrderListId> touched_;
  std::size_t taken_ = 0;
  u64 entries_ = 0;
  u32 waiting_ = 0;
};

}  // namespace pytrader
