// Links open orders into the lists of what they share, and takes them out again.
#include "execution/order_index.hpp"

namespace pytrader {

void OrderIndex::add_strategy() {
  cells_.add_strategy();
  strategies_.emplace_back();
}

void OrderIndex::add_instrument() {
  cells_.add_instrument();
  venue_numbers_.emplace_back();
}

template <OrderIndex::Links links>
void OrderIndex::append(OrderChain& chain, Order& order) {
  const auto id = static_cast<u32>(order.client_order_id);
  order.*links = {0, chain.tail};
  if (chain.tail != 0) {
    (orders_[chain.tail].*links).next = id;
  } else {
    chain.head = id;
  }
  chain.tail = id;
  ++chain.count;
}

template <OrderIndex::Links links>
void OrderIndex::remove(OrderChain& chain, Order& order) {
  OrderLinks& own = order.*links;
  (own.prev != 0 ? (orders_[own.prev].*links).next : chain.head) = own.next;
  (own.next != 0 ? (orders_[own.next].*links).prev : chain.tail) = own.prev;
  own = {};
  --chain.count;
}

u32 OrderIndex::tag_cell_of(OfStrategy& of, TagIndex tag) {
  if (tag >= of.tag_cells.size()) of.tag_cells.resize(static_cast<std::size_t>(tag) + 1, 0);
  u32& cell = of.tag_cells[tag];
  if (cell == 0) {
    tags_.push_back({tag, {}, 0, 0});
    cell = static_cast<u32>(tags_.size());
  }
  return cell;
}

void OrderIndex::opened(Order& order) {
  Cell& cell = cells_.at(order.strategy, order.instrument);
  OfStrategy& of = strategies_[order.strategy];
  append<&Order::by_instrument>(cell.all, order);
  append<&Order::by_side>(cell.side[order.side == Side::buy ? 0 : 1], order);
  append<&Order::by_stage>(of.stages[static_cast<u8>(stage_of(order.ord_status))], order);
  const u32 number = tag_cell_of(of, order.tag);
  TagOrders& tag = tags_[number - 1];
  if (tag.orders.count == 0) {
    tag.prev = of.last_tag;
    tag.next = 0;
    (of.last_tag != 0 ? tags_[of.last_tag - 1].next : of.first_tag) = number;
    of.last_tag = number;
  }
  append<&Order::by_tag>(tag.orders, order);
  if (order.parent != 0) append<&Order::by_parent>(orders_[order.parent].children, order);
  ++open_count_;
}

// Called with the status that the order had while it was open.
void OrderIndex::closed(Order& order) {
  Cell& cell = cells_.at(order.strategy, order.instrument);
  OfStrategy& of = strategies_[order.strategy];
  remove<&Order::by_instrument>(cell.all, order);
  remove<&Order::by_side>(cell.side[order.side == Side::buy ? 0 : 1], order);
  remove<&Order::by_stage>(of.stages[static_cast<u8>(stage_of(order.ord_status))], order);
  TagOrders& tag = tags_[of.tag_cells[order.tag] - 1];
  remove<&Order::by_tag>(tag.orders, order);
  if (tag.orders.count == 0) {
    (tag.prev != 0 ? tags_[tag.prev - 1].next : of.first_tag) = tag.next;
    (tag.next != 0 ? tags_[tag.next - 1].prev : of.last_tag) = tag.prev;
    tag.next = tag.prev = 0;
  }
  if (order.parent != 0) remove<&Order::by_parent>(orders_[order.parent].children, order);
  --open_count_;
}

void OrderIndex::moved(Order& order, OrderStage before, OrderStage after) {
  OfStrategy& of = strategies_[order.strategy];
  remove<&Order::by_stage>(of.stages[static_cast<u8>(before)], order);
  append<&Order::by_stage>(of.stages[static_cast<u8>(after)], order);
}

// In the order in which they got them: of two orders with one number the first is found.
void OrderIndex::enter_numbers() const {
  const auto number_of = [this](u32 id) { return orders_[id].venue_order_id; };
  for (const u32 id : numbered_) {
    const Order& order = orders_[id];
    venue_numbers_[order.instrument].find_or_insert(order.venue_order_id, id, number_of);
  }
  numbered_.clear();
}

void OrderIndex::renumber(Order& order, VenueOrderId number) {
  enter_numbers();
  NeighbourIndex& index = venue_numbers_[order.instrument];
  const auto slot = static_cast<u32>(order.client_order_id);
  const auto number_of = [this](u32 id) { return orders_[id].venue_order_id; };
  if (index.find(order.venue_order_id, number_of) == slot) index.erase(order.venue_order_id, slot);
  order.venue_order_id = number;
  index.find_or_insert(number, slot, number_of);
}

OrderChain OrderIndex::open_with_tag(StrategyIndex strategy, TagIndex tag) const noexcept {
  const std::vector<u32>& cells = strategies_[strategy].tag_cells;
  return tag < cells.size() && cells[tag] != 0 ? tags_[cells[tag] - 1].orders : OrderChain{};
}

ClientOrderId OrderIndex::by_venue_number(InstrumentIndex instrument, VenueOrderId number) const {
  if (instrument >= venue_numbers_.size() || number == 0) return 0;
  enter_numbers();
  return venue_numbers_[instrument].find(number, [this](u32 id) { return orders_[id].venue_order_id; });
}

// How many orders the walk meets; `limit` + 1 where a link leads astray.
u64 OrderIndex::walked(const OrderChain& chain, Links links, u64 limit) const noexcept {
  u64 met = 0;
  u32 before = 0;
  for (u32 id = chain.head; id != 0; id = (orders_[id].*links).next) {
    if (++met > limit || id > limit || !is_open(orders_[id].ord_status)) return limit + 1;
    if ((orders_[id].*links).prev != before) return limit + 1;
    before = id;
  }
  return met == chain.count && before == chain.tail ? met : limit + 1;
}

bool OrderIndex::consistent(u64 count) const noexcept {
  u64 met[4] = {};
  for (StrategyIndex strategy = 0; strategy < cells_.strategy_count(); ++strategy) {
    for (InstrumentIndex instrument = 0; instrument < cells_.instrument_count(); ++instrument) {
      met[0] += walked(cells_.at(strategy, instrument).all, &Order::by_instrument, count);
      for (const OrderChain& side : cells_.at(strategy, instrument).side) {
        met[1] += walked(side, &Order::by_side, count);
      }
    }
    for (const OrderChain& stage : strategies_[strategy].stages) met[2] += walked(stage, &Order::by_stage, count);
    for (u32 cell = strategies_[strategy].first_tag; cell != 0; cell = tags_[cell - 1].next) {
      met[3] += walked(tags_[cell - 1].orders, &Order::by_tag, count);
      if (met[3] > count) return false;
    }
  }
  for (const u64 each : met) {
    if (each != open_count_) return false;
  }
  return true;
}

}  // namespace pytrader
