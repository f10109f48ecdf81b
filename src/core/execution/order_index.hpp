// The open orders of a run by what they share, and every order by its venue's number, each at one cost.
#pragma once

#include <vector>

#include "book/id_index.hpp"
#include "book/large_block.hpp"
#include "book/record_pages.hpp"
#include "model/order.hpp"
#include "model/strategy_instrument_table.hpp"

namespace pytrader {

// Where an open order is.
enum class OrderStage : u8 {
  emulated,   // by the core, until its trigger (released included)
  in_flight,  // the venue has yet to answer: pending_new, pending_cancel, pending_replace
  working,    // new, partially_filled
};
constexpr u8 kOrderStageCount = 3;
constexpr OrderStage stage_of(OrderStatus status) noexcept {
  switch (status) {
    case OrderStatus::emulated:
    case OrderStatus::released:
      return OrderStage::emulated;
    case OrderStatus::new_:
    case OrderStatus::partially_filled:
      return OrderStage::working;
    default:
      return OrderStage::in_flight;
  }
}

using OrderPages = RecordPages<Order>;

// Numbers of places, 0 is none.
struct OrderLinks {
  u32 next = 0;
  u32 prev = 0;
};
// The place of an open order among those that share something with it. When the order closes, the next one to open
// takes it.
struct OpenOrder {
  u32 order = 0;             // client order id
  OrderLinks by_instrument;  // one strategy's in one instrument
  OrderLinks by_side;        // ... of one side
  OrderLinks by_tag;         // one strategy's with one tag
  OrderLinks by_stage;       // one strategy's that are emulated, in flight or working
  OrderLinks by_parent;      // children of one parent
};

// One strategy's open orders of one tag.
struct TagOrders {
  TagIndex tag = 0;
  OrderChain orders;
  u32 next = 0;  // among the strategy's tags with open orders; numbers of tag cells, 0 is none
  u32 prev = 0;
};

class OrderIndex {
 public:
  explicit OrderIndex(OrderPages& orders) noexcept : orders_(orders) {}

  void add_strategy();
  void add_instrument();
  bool has(StrategyIndex strategy, InstrumentIndex instrument) const noexcept {
    return cells_.has(strategy, instrument);
  }

  // An order opened, closed, or went from one stage to another.
  void opened(Order& order);
  void closed(Order& order);
  void moved(const Order& order, OrderStage before, OrderStage after);
  // An order that was denied, or was closed before: it stands among the strategy's closed ones once.
  void note_closed(Order& order) {
    if (order.has(kClosedOnce)) return;
    strategies_[order.strategy].closed.add(order.client_order_id);
    order.facts |= kClosedOnce;
  }
  // The venue's number of an order is known now; its newest number is the one that finds it.
  void venue_number(Order& order, VenueOrderId number) {
    if (number == 0 || number == order.venue_order_id) return;
    if (order.venue_order_id != 0) return renumber(order, number);
    numbered_.add(order.client_order_id);
    order.venue_order_id = number;
  }

  const OrderChain& open(StrategyIndex strategy, InstrumentIndex instrument) const noexcept {
    return cells_.at(strategy, instrument).all;
  }
  const OrderChain& open(StrategyIndex strategy, InstrumentIndex instrument, Side side) const noexcept {
    return cells_.at(strategy, instrument).side[side == Side::buy ? 0 : 1];
  }
  const OrderChain& in_stage(StrategyIndex strategy, OrderStage stage) const noexcept {
    return strategies_[strategy].stages[static_cast<u8>(stage)];
  }
  // The strategy's tags with open orders: a walk of tag cells, 0 ends it. Orders without a tag have the tag 0.
  u32 first_open_tag(StrategyIndex strategy) const noexcept { return strategies_[strategy].first_tag; }
  const TagOrders& tag_cell(u32 cell) const noexcept { return tags_[cell - 1]; }
  // The open orders of one tag; empty where there are none.
  OrderChain open_with_tag(StrategyIndex strategy, TagIndex tag) const noexcept;
  // Orders that have closed, in the order in which they first did; one that opened again stands among them.
  using Numbers = RecordPages<u32>;
  const Numbers& closed_orders(StrategyIndex strategy) const noexcept { return strategies_[strategy].closed; }
  // 0 where the venue never named this number. Orders that got their number since the last call are entered now: a run
  // that never asks keeps no table of numbers.
  ClientOrderId by_venue_number(InstrumentIndex instrument, VenueOrderId number) const;

  const OpenOrder& place(u32 number) const noexcept { return places_[number - 1]; }
  // The first order of a chain, and the one after an order in its chain; 0 ends the walk, and is after a closed order.
  ClientOrderId first(const OrderChain& chain) const noexcept { return chain.head != 0 ? place(chain.head).order : 0; }
  ClientOrderId next(const Order& order, OrderLinks OpenOrder::* links) const noexcept {
    const u32 after = order.open != 0 ? (place(order.open).*links).next : 0;
    return after != 0 ? place(after).order : 0;
  }

  u32 open_count() const noexcept { return open_count_; }
  // Whether every list holds exactly the open orders that belong to it. Walks all: for tests and debug runs.
  bool consistent(u64 count) const noexcept;

 private:
  struct Cell {
    OrderChain all;
    OrderChain side[2];
  };
  struct OfStrategy {
    OrderChain stages[kOrderStageCount];
    std::vector<u32> tag_cells;  // by tag: number of its cell, 0 is none
    Numbers closed;
    u32 first_tag = 0;
    u32 last_tag = 0;
  };
  using Links = OrderLinks OpenOrder::*;

  template <Links links>
  void append(OrderChain& chain, u32 number);
  template <Links links>
  void remove(OrderChain& chain, u32 number);
  u32 take_place(const Order& order);
  u32 tag_cell_of(OfStrategy& of, TagIndex tag);
  void renumber(Order& order, VenueOrderId number);
  void enter_numbers() const;
  u64 walked(const OrderChain& chain, Links links, u64 limit) const noexcept;

  OrderPages& orders_;
  std::vector<OpenOrder> places_;
  u32 free_place_ = 0;  // the last that was left; by_instrument.next leads to the one left before
  StrategyInstrumentTable<Cell> cells_;
  std::vector<OfStrategy> strategies_;
  std::vector<TagOrders> tags_;
  mutable std::vector<NeighbourIndex> venue_numbers_;  // by instrument
  mutable Numbers numbered_;                           // orders with a first number that is not in venue_numbers_ yet
  u32 open_count_ = 0;
};

}  // namespace pytrader
