// Orders that wait in the core for their price: which of them a market event fires, at the cost of those it touches.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "book/id_index.hpp"
#include "book/slot_heap.hpp"
#include "book/trigger_book.hpp"
#include "decimal/integers.hpp"
#include "emulator/held_order.hpp"
#include "emulator/trigger_prices.hpp"
#include "model/messages.hpp"

namespace pytrader {

// A market event is told by on_last, on_quote or on_mark; then next() gives what it does, one by one, until nothing is
// left; the next event may be told after that only. After an output that fired, not after one that moved, orders may be
// held, replaced and removed. Orders fire by price, then by the time at which they came to wait there, as TriggerBook
// has it.
//
// An event that fires nothing costs two comparisons for each price that it tells of, however many orders are held, and
// allocates nothing. An order whose price nobody tells waits. Bound: the open orders of the run.
//
// The instrument of an order is whose price it waits for here, be it what it trades or a synthetic one.
class Emulator {
 public:
  // ... or a synthetic one.
  void add_instrument();

  bool empty() const noexcept { return size_ == 0; }
  std::size_t size() const noexcept { return size_; }
  bool holds(ClientOrderId id) const noexcept { return find(id) != kNone; }

  // Whether a price of now reaches an order's stop price. A trailing order's never is: it begins with the market of
  // now.
  static bool reached(const NewOrder& order, const TriggerBook::Reach& now) noexcept;

  // Makes room for one order more that waits for this, so that nothing below can throw.
  void make_room(InstrumentIndex instrument, PriceSource source);
  // The order must have passed the gate and wait for a price; its trigger type must not be venue_default, nobody may
  // hold its id, and make_room must have been called for it. Returns the price that it waits for, kNoPrice while a
  // trailing order has not begun.
  i64 hold(const NewOrder& order, const TriggerBook::Reach& now) noexcept;
  // The order must be held.
  void remove(ClientOrderId id) noexcept;
  // Another stop price; of a trailing order the one that it has. With `keeps_place` it stays where it is.
  void replace(ClientOrderId id, i64 stop_price, bool keeps_place) noexcept;

  // Each says whether next() has something to tell of.
  bool on_last(InstrumentIndex instrument, i64 price) noexcept {
    return tell(instrument, PriceSource::last, {price, price});
  }
  // kNoPrice for a side that is empty.
  bool on_quote(InstrumentIndex instrument, i64 bid, i64 ask) noexcept {
    bool told = ask != kNoPrice && tell(instrument, PriceSource::ask, {ask, ask});
    told |= bid != kNoPrice && tell(instrument, PriceSource::bid, {bid, bid});
    if (bid != kNoPrice && ask != kNoPrice)
      told |= tell(instrument, PriceSource::mid, TriggerBook::Reach::half_way(bid, ask));
    return told;
  }
  bool on_mark(InstrumentIndex instrument, i64 price) noexcept {
    return tell(instrument, PriceSource::mark, {price, price});
  }

  // The same of a price that may lie between two ticks; nothing happens for kNoPrice.
  bool on_price(InstrumentIndex instrument, PriceSource source, const TriggerBook::Reach& price) noexcept {
    return price.from_below != kNoPrice && tell(instrument, source, price);
  }
  // Whether orders wait for this price.
  bool waits(InstrumentIndex instrument, PriceSource source) const noexcept {
    const std::unique_ptr<Desk>& desk = desks_[number_of(instrument, source)];
    return desk && desk->book.size() > 0;
  }

  struct Output {
    ClientOrderId client_order_id = 0;
    i64 stop_price = kNoPrice;  // that was reached, or to which a trailing order's stop has moved
    bool fired = false;         // and is held no more; else its stop has moved
  };
  // False when the event has done all that it does: it fires first, and then moves the stops that trail.
  bool next(Output& output) noexcept;

  // When the first order expires, INT64_MAX for never.
  i64 next_expiry() const noexcept { return expiries_.first_key(); }
  // The order that expires first, by its time and then by its entry, if it does until `now`: it goes. 0 for none.
  ClientOrderId next_expired(i64 now) noexcept;

  // Everything there is to know, oldest order first. Not while an event is under way.
  EmulatorState save() const;
  // The emulator must hold nothing and have the instruments. Throws Error(invalid_argument) for a state that no
  // emulator saved, and Error(invalid_state) where one holds orders already; nothing has changed then.
  void restore(const EmulatorState& state);

  // How often a price came to a book of orders, instead of passing them all by.
  u64 visits() const noexcept { return visits_; }
  // Throws std::logic_error if an order is not where it belongs.
  void check() const;

 private:
  // Nothing happens at a price below the first and above the second.
  struct Watch {
    i64 above = INT64_MAX;
    i64 below = INT64_MIN;
  };
  struct Desk {
    TriggerBook book;
    std::vector<u32> row_of;  // by slot of the book
    std::vector<u32> free;    // slots
  };
  struct Row {
    ClientOrderId client_order_id = 0;
    u32 desk = 0;
    u32 slot = kNone;  // in the desk's book, kNone while the row is free
    i64 expire_time = 0;
  };
  struct Told {
    u32 desk;
    TriggerBook::Reach price;
  };

  static constexpr u32 number_of(InstrumentIndex instrument, PriceSource source) noexcept {
    return instrument * kPriceSources + static_cast<u32>(source);
  }

  bool tell(InstrumentIndex instrument, PriceSource source, const TriggerBook::Reach& price) noexcept {
    const u32 desk = number_of(instrument, source);
    const Watch& watch = watches_[desk];
    if (price.from_below < watch.above && price.from_above > watch.below) return false;
    told_[told_count_++] = {desk, price};
    ++visits_;
    return true;
  }
  u32 find(ClientOrderId id) const noexcept {
    return index_.find(id, [this](u32 row) { return rows_[row].client_order_id; });
  }
  u32 take_row(ClientOrderId id, u32 desk, i64 expire_time) noexcept;
  void forget(u32 row) noexcept;
  void watch(u32 desk) noexcept;
  HeldRecord record_of(const Row& row) const;
  void put_back(const HeldRecord& record) noexcept;

  std::vector<Watch> watches_;                // by instrument and source
  std::vector<std::unique_ptr<Desk>> desks_;  // likewise; null before the first order
  std::vector<Row> rows_;
  std::vector<u32> free_rows_;
  IdIndex index_;  // client_order_id -> row
  SlotHeap expiries_;
  Told told_[kPriceSources] = {};
  u32 told_count_ = 0;
  u32 told_at_ = 0;
  std::size_t moved_at_ = 0;  // of the stops that the price under way has moved
  std::span<const u32> moved_;
  bool following_ = false;
  std::size_t size_ = 0;
  u64 time_ = 0;
  u64 visits_ = 0;
};

}  // namespace pytrader
