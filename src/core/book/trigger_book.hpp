// Orders that wait for a trade price: stops, if-touched orders and trailing stops, and which of them a trade elects.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "book/slot_heap.hpp"
#include "decimal/integers.hpp"
#include "model/enums.hpp"
#include "model/order_terms.hpp"

namespace pytrader {

// How a trailing stop follows the market. Binance's FAQ "Spot trailing stop orders" has the rule in basis points.
struct TrailingTerms {
  i64 offset = 0;  // at least 1
  i64 step = 0;    // the least move of the stop; 0 means 1 tick
  TrailingUnit unit = TrailingUnit::ticks;
};

// Where the stop of an order of this side belongs when `extreme` is the best trade that it has seen. In basis points
// the distance is rounded up to whole ticks. The result is kept within the prices that there are.
i64 trailing_stop_price(Side side, const TrailingTerms& terms, i64 extreme) noexcept;

// A rising trigger is reached from below: buy stops, sell if-touched orders. A falling one from above: sell stops, buy
// if-touched orders. At one trade the rising ones go first, lowest first, then the falling ones, highest first; at one
// trigger price the one that queued first. Every order has a place in a heap by its trigger, and a trailing one another
// by the trade price that would move it, so that a trade touches no order that it neither elects nor moves (but for a
// few within the rounding of basis points).
class TriggerBook {
 public:
  // Makes room for the slots below `slots`, so that nothing below can throw.
  void reserve(std::size_t slots);

  std::size_t size() const noexcept { return size_; }
  std::size_t trailing_count() const noexcept { return trailing_count_; }
  // kNoPrice while a trailing stop does not track yet. The order must wait here.
  i64 stop_price(u32 slot) const noexcept { return rows_[slot].stop; }
  static bool reached(bool rising, i64 stop, i64 trade) noexcept { return rising ? trade >= stop : trade <= stop; }

  // The ticks that a price has reached: the highest from below, the lowest from above. They are two where it lies half
  // way between them. kNoPrice for no price.
  struct Reach {
    i64 from_below = kNoPrice;
    i64 from_above = kNoPrice;

    // Half way between the best prices, none if one of them is kNoPrice.
    static Reach half_way(i64 bid, i64 ask) noexcept;
    i64 reached(bool rising) const noexcept { return rising ? from_below : from_above; }
    // What a trailing order follows: the extreme of a sell is the highest price, that of a buy the lowest.
    i64 reached(Side trailing) const noexcept { return reached(trailing == Side::sell); }
    friend bool operator==(const Reach&, const Reach&) = default;
  };

  void add(u32 slot, bool rising, i64 stop, u64 time) noexcept;
  // Where a trailing order begins: at a trade at or beyond `price` in this direction. kNoPrice: at any trade.
  struct Activation {
    i64 price = kNoPrice;
    bool upwards = true;
  };
  // The activation price is met from the side of it on which the price stands now, be that between two ticks. Where
  // they are equal, or there is none now, a sell begins at or above it, a buy at or below.
  static Activation activation_from(Side side, i64 price, const Reach& now) noexcept;
  static Activation activation_from(Side side, i64 price, i64 last) noexcept {
    return activation_from(side, price, Reach{last, last});
  }
  // Tracks from now on if there is a price that meets the activation.
  void add_trailing(u32 slot, Side side, const TrailingTerms& terms, const Activation& activation, const Reach& now,
                    u64 time) noexcept;
  void add_trailing(u32 slot, Side side, const TrailingTerms& terms, const Activation& activation, i64 last,
                    u64 time) noexcept {
    add_trailing(slot, side, terms, activation, Reach{last, last}, time);
  }
  // Queues behind the others at the new stop price. Not for trailing orders.
  void move(u32 slot, i64 stop, u64 time) noexcept;
  void remove(u32 slot) noexcept;

  // The price of the next rising or falling trigger, kNoPrice if there is none.
  i64 next_stop(bool rising) const noexcept {
    const SlotHeap& waiting = rising ? rising_ : falling_;
    return waiting.empty() ? kNoPrice : key_of(rising, waiting.first_key());
  }
  // The next order that a trade at this price elects, which leaves; kNone after the last.
  u32 elect(i64 trade) noexcept { return elect({trade, trade}); }
  // Moves the stops that a trade at this price moves or begins, and names them in the order in which they came. Each
  // takes its time, and so its place behind others at its new stop price, from `time`, which counts on.
  std::span<const u32> follow(i64 trade, u64& time) noexcept { return follow({trade, trade}, time); }
  // The same for a price that may lie between two ticks.
  u32 elect(const Reach& price) noexcept;
  std::span<const u32> follow(const Reach& price, u64& time) noexcept;
  // Nothing is elected, moved or begun by a price below the first and above the second.
  i64 nearest_above() const noexcept;
  i64 nearest_below() const noexcept;

  // All that is known of a waiting order, to be kept and put back with its place among the others.
  struct Row {
    i64 stop = kNoPrice;
    i64 extreme = kNoPrice;  // a trailing order's best price so far
    Activation activation;
    TrailingTerms terms;
    u64 entered = 0;
    u64 queued = 0;         // when it came to where it waits now
    Side side = Side::buy;  // of a trailing order
    bool rising = false;
    bool trails = false;
    bool waits = false;
  };
  const Row& row(u32 slot) const noexcept { return rows_[slot]; }
  void restore(u32 slot, const Row& row) noexcept;
  // The order that left last from this slot waits again as it did, behind the others at its stop price.
  void put_back(u32 slot, u64 time) noexcept {
    rows_[slot].queued = time;
    restore(slot, rows_[slot]);
  }
  // Behind the others at its stop price, and what it has seen stays.
  void requeue(u32 slot, u64 time) noexcept {
    remove(slot);
    put_back(slot, time);
  }

  // Throws std::logic_error if an order is not where its stop price says.
  void check() const;

 private:
  // Heaps have their smallest key first; a bitwise complement turns the order round without overflow.
  static i64 key_of(bool upwards, i64 price) noexcept { return upwards ? price : ~price; }
  SlotHeap& triggers(bool rising) noexcept { return rising ? rising_ : falling_; }
  // A sell stop follows rising trades, a buy stop falling ones, once it tracks.
  static bool moves_upwards(const Row& row) noexcept {
    return row.stop == kNoPrice ? row.activation.upwards : row.side == Side::sell;
  }
  SlotHeap& movers(const Row& row) noexcept { return moves_upwards(row) ? up_ : down_; }
  i64 least_move(const Row& row, i64 extreme) const noexcept;
  i64 mover_key(const Row& row) const noexcept;
  bool touch(u32 slot, const Reach& price) noexcept;
  void collect(SlotHeap& heap, bool upwards, const Reach& price) noexcept;

  SlotHeap rising_;
  SlotHeap falling_;
  SlotHeap up_;            // by the lowest trade that would move or begin it
  SlotHeap down_;          // by the highest
  std::vector<Row> rows_;  // by slot
  std::vector<u32> moved_;
  std::vector<u32> touched_;
  std::size_t size_ = 0;
  std::size_t trailing_count_ = 0;
};

}  // namespace pytrader
