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
    renew,  // it is over, but there is more for it to do: another order takes its place
  };
  Act act = Act::none;
  i64 quantity = 0;  // of start, resize and renew: the order's total
  RejectReason reason = RejectReason::none;
};

// Every step follows from what the orders of the list are now, not from the order in which that was told: late,
// repeated and re-ordered reports lead to the same end. docs/order_lists.md has the rules.
//
// An order that is over and has more to do is renewed: another order takes its place in the list, and what both have
// traded counts for the place. An event of an order costs a walk of its list, of at most kMaxOrders places. Bound: the
// orders of the run.
class OrderLists {
 public:
  static constexpr std::size_t kMaxOrders = 64;
  // Requests of a list for the order at a place that may be lost in a row; then it asks for nothing more before
  // something else happens to the order or one of the list trades.
  static constexpr u32 kMaxLost = 100;
  // What lists may do at one time of the clock. Each event leads to one step for each order of its list at the most,
  // so only a venue that goes on and on at one time gets there.
  static constexpr u32 kMaxSteps = 262'144;

  // Why these can not be a list; `wrong` is then the order that is to blame.
  static RejectReason check(std::span<const NewOrder> orders, std::size_t& wrong) noexcept;
  // Whether the first of them triggers the others.
  static bool has_parent(std::span<const NewOrder> orders) noexcept {
    return !orders.empty() && orders.front().contingency == Contingency::one_triggers_other;
  }
  // Of orders that passed check() and are to have the client order ids from `first` on.
  OrderListId add(std::span<const NewOrder> orders, ClientOrderId first, OtoTriggerMode trigger);
  // Undoes the add() before, of which no order was made.
  void take_back() noexcept;
  // The flags that the core adds to the order at this place.
  u16 flags_of(OrderListId list, std::size_t place) const noexcept;

  // What the orders of the group hold back that the one at this place, or this order, shares with others.
  const Reservation& held(OrderListId list, std::size_t place) const noexcept { return group_at(list, place).held; }
  const Reservation& held(const Order& order) const noexcept { return held(order.list(), order.place()); }
  void hold(OrderListId list, std::size_t place, const Reservation& reservation) noexcept {
    slots_[lists_[list - 1].offset + slot_at(list, place).group].held = reservation;
  }
  // ... and what they should, as they are now: the worst of those that work.
  Reservation worst_of(const Order& order, const OrderStore& store) const noexcept;

  // An order of a list begins to wait for its parent, and stops.
  void wait(const Order& order, i64 expire_time);
  void stop_waiting(const Order& order) noexcept;
  u32 waiting() const noexcept { return waiting_; }
  i64 next_expiry() const noexcept { return expiries_.first_key(); }
  // The order that expires first of those that wait, if it does until `now`; 0 for none. It stays until it stops.
  ClientOrderId next_expired(i64 now) const noexcept { return next_expiry() <= now ? expiring_[expiries_.first()] : 0; }

  // Something happened to an order of a list: its list is to be looked at.
  void touch(const Order& order, ExecType exec_type, RejectReason reason);
  bool idle() const noexcept { return touched_.empty(); }
  // A list that was touched, 0 for none; order_at() has the count() orders of it that are at their places now.
  OrderListId take_touched() noexcept;
  // It could not be worked to its end: it is to be looked at again.
  void put_back(OrderListId list) noexcept;
  // Counts a step. Throws Error(capacity) beyond kMaxSteps at one time.
  void count_step(i64 now);
  std::size_t count(OrderListId list) const noexcept { return lists_[list - 1].count; }
  ClientOrderId order_at(OrderListId list, std::size_t place) const noexcept { return slot_at(list, place).order; }
  ListStep step(const Order& order, const OrderStore& store) const noexcept;
  // What was done about it: a request left for the venue, or the gate refused it, or another order took the place.
  void asked(const Order& order, const ListStep& step, i64 now) noexcept;
  void asked_earlier(const Order& order, i64 now) noexcept { slot_of(order).asking_earlier.ts = now; }
  void refused(const Order& order, const ListStep& step) noexcept;
  void renewed(const Order& order, const Order& over) noexcept;
  // An order that was renewed is told of late: what it traded counts anew. Walks those that were at its place.
  void recount(const Order& order, const OrderStore& store) noexcept;
  // Whether one of those that it renewed may be open again.
  bool reopened(const Order& order) const noexcept { return slot_of(order).reopened; }
  // ... and whether the venue refuses to cancel them.
  bool cancel_refused(const Order& order) const noexcept { return asking_of(order).cancel_refused; }
  bool lost_too_often(const Order& order) const noexcept { return asking_of(order).lost >= kMaxLost; }
  bool is_current(const Order& order) const noexcept { return slot_of(order).order == order.client_order_id; }
  // The price that the order waited for last, kNoPrice for one that waits for none.
  i64 stop_price(const Order& order) const noexcept { return slot_of(order).stop_price; }

  // Whether the quantity of this order is not its strategy's to choose.
  bool sizes(const Order& order) const noexcept;
  // Whether the order that this one waited for may still trade.
  bool may_grow(const Order& order, const OrderStore& store) const noexcept;

  // What lists hold back in all on a side. Walks all lists: for tests and debug runs.
  i64 held_lots(const OrderStore& store, StrategyIndex strategy, InstrumentIndex instrument, Side side) const noexcept;

 private:
  static constexpr u32 kNone = UINT32_MAX;

  // The requests that a list makes for an order.
  struct Asking {
    i64 ts = INT64_MIN;           // of the last one that has no answer
    u32 lost = 0;                 // so many were lost in a row
    bool cancel_refused = false;  // by the venue: not asked for again before something else happens
    bool given_up = false;        // nor is anything that was lost too often

    // Whether what was asked for was lost and is asked for again, as it is not at the very moment of asking.
    bool answered(ExecType exec_type, RejectReason reason, bool works, i64 now) noexcept;
  };
  // One place of a list.
  struct Slot {
    ClientOrderId order;        // that is there now
    i64 quantity;               // as it was submitted
    u32 group;                  // the first place with its instrument and side that shares as it does
    bool shares;                // it is one of those that hold back together
    u32 row = kNone;            // among those that wait and expire
    Reservation held{};         // of the group that begins here
    i64 asked = 0;              // total of the replace under way that the list asked for, 0 for none
    i64 refused = 0;            // total that was refused last: it is not asked for again
    i64 stop_price = kNoPrice;  // that was waited for last
    i128 earlier = 0;           // what those traded that were there before
    Asking asking{};
    Asking asking_earlier{};  // of those that were there before
    bool ended_here = false;  // its list canceled it
    bool reopened = false;    // one of those that were there before is open
    bool cut = false;         // the venue cut it to the position: it does not grow before its parent trades
  };
  struct List {
    u32 count;
    u32 offset;         // of its slots
    u32 taken = kNone;  // one cancels other: the place that traded or ended first
    Contingency among;
    OtoTriggerMode trigger;
    bool triggers;  // the first of them triggers the others
    bool touched = false;
  };

  const Slot& slot_at(OrderListId list, std::size_t place) const noexcept {
    return slots_[lists_[list - 1].offset + place];
  }
  Slot& slot_of(const Order& order) noexcept { return slots_[lists_[order.list() - 1].offset + order.place()]; }
  const Slot& slot_of(const Order& order) const noexcept { return slot_at(order.list(), order.place()); }
  const Asking& asking_of(const Order& order) const noexcept {
    const Slot& slot = slot_of(order);
    return slot.order == order.client_order_id ? slot.asking : slot.asking_earlier;
  }
  const Slot& group_at(OrderListId list, std::size_t place) const noexcept {
    return slots_[lists_[list - 1].offset + slot_at(list, place).group];
  }
  // What the orders that have been at the place have traded.
  i128 traded(const List& list, std::size_t place, const OrderStore& store) const noexcept;
  i128 base_of(const List& list, std::size_t place, const OrderStore& store) const noexcept;
  i128 total_of(const List& list, std::size_t place, const OrderStore& store) const noexcept;
  void touch_slot(Slot& slot, const Order& order, ExecType exec_type, RejectReason reason) noexcept;
  bool is_growing(const List& list, std::size_t place, const OrderStore& store) const noexcept;
  ListStep open_step(const Order& order, const OrderStore& store) const noexcept;

  std::vector<List> lists_;
  std::vector<Slot> slots_;
  std::vector<ClientOrderId> expiring_;
  std::vector<u32> free_rows_;
  SlotHeap expiries_;
  std::vector<OrderListId> touched_;
  std::size_t taken_ = 0;
  u64 entries_ = 0;
  u32 waiting_ = 0;
  u32 steps_ = 0;  // at steps_ts_
  i64 steps_ts_ = INT64_MIN;
};

}  // namespace pytrader
