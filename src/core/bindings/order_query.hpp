// Which of a strategy's orders fit what it asks for: walks the lists of those that do.
#pragma once

#include <algorithm>
#include <vector>

#include "kernel/kernel.hpp"

namespace pytrader::bindings {

enum class OrderGroup : u8 { open, closed, emulated, in_flight };

struct OrderQuery {
  StrategyIndex strategy = 0;
  OrderGroup group = OrderGroup::open;
  bool has_instrument = false;
  InstrumentIndex instrument = 0;
  bool has_side = false;
  Side side = Side::buy;
  bool has_tags = false;
  std::vector<TagIndex> tags;
};

namespace order_query {

inline bool fits(const OrderQuery& query, const Order& order) {
  if (query.has_instrument && order.instrument != query.instrument) return false;
  if (query.has_side && order.side != query.side) return false;
  if (query.has_tags && std::find(query.tags.begin(), query.tags.end(), order.tag) == query.tags.end()) return false;
  const bool open = is_open(order.ord_status);
  switch (query.group) {
    case OrderGroup::open:
      return open;
    case OrderGroup::closed:
      return is_closed(order.ord_status);
    case OrderGroup::emulated:
      return open && stage_of(order.ord_status) == OrderStage::emulated;
    case OrderGroup::in_flight:
      return open && stage_of(order.ord_status) == OrderStage::in_flight;
  }
  return false;
}

inline void walk(const Kernel& kernel, const OrderQuery& query, const OrderChain& chain, OrderLinks OpenOrder::* links,
                 std::vector<u64>& found) {
  const OrderIndex& index = kernel.orders().index();
  for (u32 number = chain.head; number != 0; number = (index.place(number).*links).next) {
    const u32 id = index.place(number).order;
    if (fits(query, *kernel.order(id))) found.push_back(id);
  }
}

}  // namespace order_query

// By number, lowest first.
inline void find_orders(const Kernel& kernel, const OrderQuery& query, std::vector<u64>& found) {
  using order_query::walk;
  const OrderIndex& index = kernel.orders().index();
  const StrategyIndex strategy = query.strategy;
  found.clear();
  if (query.group == OrderGroup::closed) {
    const OrderIndex::Numbers& closed = index.closed_orders(strategy);
    for (u64 number = 1; number <= closed.size(); ++number) {
      const u32 id = closed[number];
      if (order_query::fits(query, *kernel.order(id))) found.push_back(id);
    }
  } else if (query.has_tags) {
    for (const TagIndex tag : query.tags) {
      walk(kernel, query, index.open_with_tag(strategy, tag), &OpenOrder::by_tag, found);
    }
  } else if (query.has_side || query.has_instrument) {
    for (InstrumentIndex at = 0; at < kernel.instrument_count(); ++at) {
      if (query.has_instrument && at != query.instrument) continue;
      if (query.has_side) {
        walk(kernel, query, index.open(strategy, at, query.side), &OpenOrder::by_side, found);
      } else {
        walk(kernel, query, index.open(strategy, at), &OpenOrder::by_instrument, found);
      }
    }
  } else {
    for (u8 stage = 0; stage < kOrderStageCount; ++stage) {
      walk(kernel, query, index.in_stage(strategy, static_cast<OrderStage>(stage)), &OpenOrder::by_stage, found);
    }
  }
  std::sort(found.begin(), found.end());
}

// The tags of a strategy's open orders, each once; 0 is no tag.
inline void find_open_tags(const Kernel& kernel, StrategyIndex strategy, std::vector<TagIndex>& tags) {
  const OrderIndex& index = kernel.orders().index();
  tags.clear();
  for (u32 cell = index.first_open_tag(strategy); cell != 0; cell = index.tag_cell(cell).next) {
    tags.push_back(index.tag_cell(cell).tag);
  }
}

inline u64 find_venue_number(const Kernel& kernel, InstrumentIndex instrument, u64 number) {
  return kernel.orders().index().by_venue_number(instrument, number);
}

}  // namespace pytrader::bindings
