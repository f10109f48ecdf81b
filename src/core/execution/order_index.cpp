// Links open orders into the lists of what they share, and takes them out again.
#include "execution/order_index.hpp"

namespace pytrader {

OrderStage stage_of(OrderStatus status) noexcept {
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

void OrderIndex::add_strategy() {
  by_instrument_.add_strategy();
  by_side_.add_strategy();
  strategies_.emplace_back();
}

void OrderIndex::add_instrument() {
  by_instrument_.add_instrument();
  by_side_.add_instrument();
  venue_numbers_.emplace_back();
}

void OrderIndex::append(OrderChain& chain, Links links, Order& order) {
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

void OrderIndex::remove(OrderChain& chain, Links links, Order& order) {
  OrderLinks& own = order.*links;
  (own.prev != 0 ? (orders_[own.prev].*links).next : chain.head) = own.next;
  (own.next != 0 ? (orders_[own.next].*links).prev : chain.tail) = own.prev;
  own = {};
  --chain.count;
}

u32 OrderIndex::tag_cell_of(const Order& order) {
  std::vector<u32>& cells = strategies_[order.strategy].tag_cells;
  if (order.tag >= cells.size()) cells.resize(static_cast<std::size_t>(order.tag) + 1, 0);
  u32& cell = cells[order.tag];
  if (cell == 0) {
    tags_.push_back({order.tag, {}, 0, 0});
    cell = static_cast<u32>(tags_.size());
  }
  return cell;
}

void OrderIndex::opened(Order& order) {
  append(by_instrument_.at(order.strategy, order.instrument), &Order::by_instrument, order);
  append(by_side_.at(order.strategy, order.instrument).side[order.side == Side::buy ? 0 : 1], &Order::by_side, order);
  append(strategies_[order.strategy].stages[static_cast<u8>(stage_of(order.ord_status))], &Order::by_stage, order);
  const u32 cell = tag_cell_of(order);
  TagOrders& tag = tags_[cell - 1];
  if (tag.orders.count == 0) {
    OfStrategy& of = strategies_[order.strategy];
    tag.prev = of.last_tag;
    tag.next = 0;
    (of.last_tag != 0 ? tags_[of.last_tag - 1].next : of.first_tag) = cell;
    of.last_tag = cell;
  }
  append(tag.orders, &Order::by_tag, order);
  if (order.parent != 0) append(orders_[order.parent].children, &Order::by_parent, order);
  ++open_count_;
}

// Called with the status that the order had while it was open.
void OrderIndex::closed(Order& order) {
  remove(by_instrument_.at(order.strategy, order.instrument), &Order::by_instrument, order);
  remove(by_side_.at(order.strategy, order.instrument).side[order.side == Side::buy ? 0 : 1], &Order::by_side, order);
  remove(strategies_[order.strategy].stages[static_cast<u8>(stage_of(order.ord_status))], &Order::by_stage, order);
  TagOrders& tag = tags_[tag_cell_of(order) - 1];
  remove(tag.orders, &Order::by_tag, order);
  if (tag.orders.count == 0) {
    OfStrategy& of = strategies_[order.strategy];
    (tag.prev != 0 ? tags_[tag.prev - 1].next : of.first_tag) = tag.next;
    (tag.next != 0 ? tags_[tag.next - 1].prev : of.last_tag) = tag.prev;
    tag.next = tag.prev = 0;
  }
  if (order.parent != 0) remove(orders_[order.parent].children, &Order::by_parent, order);
  --open_count_;
}

void OrderIndex::moved(Order& order, OrderStage before, OrderStage after) {
  OfStrategy& of = strategies_[order.strategy];
  remove(of.stages[static_cast<u8>(before)], &Order::by_stage, order);
  append(of.stages[static_cast<u8>(after)], &Order::by_stage, order);
}

void OrderIndex::note_closed(Order& order) {
  if (order.has(kClosedOnce)) return;
  order.facts |= kClosedOnce;
  strategies_[order.strategy].closed.push_back(static_cast<u32>(order.client_order_id));
}

void OrderIndex::venue_number(Order& order, VenueOrderId number) {
  if (number == 0 || number == order.venue_order_id) return;
  NeighbourIndex& index = venue_numbers_[order.instrument];
  const auto slot = static_cast<u32>(order.client_order_id);
  const auto number_of = [this](u32 id) { return orders_[id].venue_order_id; };
  if (order.venue_order_id != 0 && index.find(order.venue_order_id, number_of) == slot) {
    index.erase(order.venue_order_id, slot);
  }
  order.venue_order_id = number;
  index.find_or_insert(number, slot, number_of);
}

OrderChain OrderIndex::open_with_tag(StrategyIndex strategy, TagIndex tag) const noexcept {
  const std::vector<u32>& cells = strategies_[strategy].tag_cells;
  return tag < cells.size() && cells[tag] != 0 ? tags_[cells[tag] - 1].orders : OrderChain{};
}

ClientOrderId OrderIndex::by_venue_number(InstrumentIndex instrument, VenueOrderId number) const noexcept {
  if (instrument >= venue_numbers_.size() || number == 0) return 0;
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
  for (StrategyIndex strategy = 0; strategy < by_instrument_.strategy_count(); ++strategy) {
    for (InstrumentIndex instrument = 0; instrument < by_instrument_.instrument_count(); ++instrument) {
      met[0] += walked(by_instrument_.at(strategy, instrument), &Order::by_instrument, count);
      for (const OrderChain& side : by_side_.at(strategy, instrument).side) {
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
