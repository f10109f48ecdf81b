// The open orders of a run by what they share, and every order by its venue's number, each at one cost.
#pragma once

#include <vector>

#include "book/id_index.hpp"
#include "book/large_block.hpp"
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
OrderStage stage_of(OrderStatus status) noexcept;

// Orders at stable addresses, by number. Blocks of memory are taken whole and filled one order after another, so that
// what no order has reached is never touched.
class OrderPages {
 public:
  Order& operator[](u64 id) noexcept { return chunks_[(id - 1) >> kBits][(id - 1) & (kSize - 1)]; }
  const Order& operator[](u64 id) const noexcept { return chunks_[(id - 1) >> kBits][(id - 1) & (kSize - 1)]; }
  void reserve(u64 orders) {
    while (static_cast<u64>(chunks_.size()) * kSize < orders) add_block();
  }
  // The order behind the last one; reserve() has made room for it.
  Order& add() noexcept {
    if (blocks_[filling_].size() == blocks_[filling_].capacity()) ++filling_;
    return blocks_[filling_].emplace_back();
  }

 private:
  static constexpr u32 kBits = 10;
  static constexpr u32 kSize = 1u << kBits;
  static constexpr u32 kSmallBlocks = 8;  // of one chunk, so that runs of few orders take little
  static constexpr u32 kChunksPerBlock = 8;

  void add_block() {
    const u32 chunks = blocks_.size() < kSmallBlocks ? 1 : kChunksPerBlock;
    std::vector<Order, LargeBlock<Order>> block;
    block.reserve(std::size_t{chunks} * kSize);
    chunks_.reserve(chunks_.size() + chunks);
    Order* const first = block.data();
    blocks_.push_back(std::move(block));
    for (u32 chunk = 0; chunk < chunks; ++chunk) chunks_.push_back(first + std::size_t{chunk} * kSize);
  }

  std::vector<Order*> chunks_;
  std::vector<std::vector<Order, LargeBlock<Order>>> blocks_;
  std::size_t filling_ = 0;  // the block that the next order goes to
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
    return by_instrument_.has(strategy, instrument);
  }

  // An order opened, closed, or went from one stage to another.
  void opened(Order& order);
  void closed(Order& order);
  void moved(Order& order, OrderStage before, OrderStage after);
  // An order that was denied, or was closed before: it stands among the strategy's closed ones once.
  void note_closed(Order& order);
  // The venue's number of an order is known now; its newest number is the one that finds it.
  void venue_number(Order& order, VenueOrderId number);

  const OrderChain& open(StrategyIndex strategy, InstrumentIndex instrument) const noexcept {
    return by_instrument_.at(strategy, instrument);
  }
  const OrderChain& open(StrategyIndex strategy, InstrumentIndex instrument, Side side) const noexcept {
    return by_side_.at(strategy, instrument).side[side == Side::buy ? 0 : 1];
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
  const std::vector<u32>& closed_orders(StrategyIndex strategy) const noexcept { return strategies_[strategy].closed; }
  // 0 where the venue never named this number.
  ClientOrderId by_venue_number(InstrumentIndex instrument, VenueOrderId number) const noexcept;

  u32 open_count() const noexcept { return open_count_; }
  // Whether every list holds exactly the open orders that belong to it. Walks all: for tests and debug runs.
  bool consistent(u64 count) const noexcept;

 private:
  struct SideChains {
    OrderChain side[2];
  };
  struct OfStrategy {
    OrderChain stages[kOrderStageCount];
    std::vector<u32> tag_cells;  // by tag: number of its cell, 0 is none
    std::vector<u32> closed;
    u32 first_tag = 0;
    u32 last_tag = 0;
  };
  using Links = OrderLinks Order::*;

  void append(OrderChain& chain, Links links, Order& order);
  void remove(OrderChain& chain, Links links, Order& order);
  u32 tag_cell_of(const Order& order);
  u64 walked(const OrderChain& chain, Links links, u64 limit) const noexcept;

  OrderPages& orders_;
  StrategyInstrumentTable<OrderChain> by_instrument_;
  StrategyInstrumentTable<SideChains> by_side_;
  std::vector<OfStrategy> strategies_;
  std::vector<TagOrders> tags_;
  std::vector<NeighbourIndex> venue_numbers_;  // by instrument
  u32 open_count_ = 0;
};

}  // namespace pytrader
