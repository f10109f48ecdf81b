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
void OrderIndex::append(OrderChain& chain, u32 number) {
  places_[number - 1].*links = {0, chain.tail};
  if (chain.tail != 0) {
    (places_[chain.tail - 1].*links).next = number;
  } else {
    chain.head = number;
  }
  chain.tail = number;
  ++chain.count;
}

template <OrderIndex::Links links>
void OrderIndex::remove(OrderChain& chain, u32 number) {
  const OrderLinks own = places_[number - 1].*links;
  (own.prev != 0 ? (places_[own.prev - 1].*links).next : chain.head) = own.next;
  (own.next != 0 ? (places_[own.next - 1].*links).prev : chain.tail) = own.prev;
  --chain.count;
}

u32 OrderIndex::take_place(const Order& order) {
  const auto id = order.client_order_id;
  if (free_place_ == 0) {
    places_.push_back({id, {}, {}, {}, {}, {}});
    return static_cast<u32>(places_.size());
  }
  const u32 number = free_place_;
  OpenOrder& place = places_[number - 1];
  free_place_ = place.by_instrument.next;
  place.order = id;
  return number;
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
  const u32 place = order.open = take_place(order);
  Cell& cell = cells_.at(order.strategy, order.instrument);
  OfStrategy& of = strategies_[order.strategy];
  append<&OpenOrder::by_instrument>(cell.all, place);
  append<&OpenOrder::by_side>(cell.side[order.side == Side::buy ? 0 : 1], place);
  append<&OpenOrder::by_stage>(of.stages[static_cast<u8>(stage_of(order.ord_status))], place);
  const u32 number = tag_cell_of(of, order.tag);
  TagOrders& tag = tags_[number - 1];
  if (tag.orders.count == 0) {
    tag.prev = of.last_tag;
    tag.next = 0;
    (of.last_tag != 0 ? tags_[of.last_tag - 1].next : of.first_tag) = number;
    of.last_tag = number;
  }
  append<&OpenOrder::by_tag>(tag.orders, place);
  if (order.parent() != 0) append<&OpenOrder::by_parent>(orders_[order.parent()].own_rare_facts->children, place);
  ++open_count_;
}

// Called with the status that the order had while it was open.
void OrderIndex::closed(Order& order) {
  const u32 place = order.open;
  Cell& cell = cells_.at(order.strategy, order.instrument);
  OfStrategy& of = strategies_[order.strategy];
  remove<&OpenOrder::by_instrument>(cell.all, place);
  remove<&OpenOrder::by_side>(cell.side[order.side == Side::buy ? 0 : 1], place);
  remove<&OpenOrder::by_stage>(of.stages[static_cast<u8>(stage_of(order.ord_status))], place);
  TagOrders& tag = tags_[of.tag_cells[order.tag] - 1];
  remove<&OpenOrder::by_tag>(tag.orders, place);
  if (tag.orders.count == 0) {
    (tag.prev != 0 ? tags_[tag.prev - 1].next : of.first_tag) = tag.next;
    (tag.next != 0 ? tags_[tag.next - 1].prev : of.last_tag) = tag.prev;
    tag.next = tag.prev = 0;
  }
  if (order.parent() != 0) remove<&OpenOrder::by_parent>(orders_[order.parent()].own_rare_facts->children, place);
  places_[place - 1].by_instrument.next = free_place_;
  free_place_ = place;
  order.open = 0;
  --open_count_;
}

void OrderIndex::moved(const Order& order, OrderStage before, OrderStage after) {
  OfStrategy& of = strategies_[order.strategy];
  remove<&OpenOrder::by_stage>(of.stages[static_cast<u8>(before)], order.open);
  append<&OpenOrder::by_stage>(of.stages[static_cast<u8>(after)], order.open);
}

// In the order in which they got them: of two orders with one number the first is found.
void OrderIndex::enter_numbers() const {
  const auto number_of = [this](u32 id) { return orders_[id].venue_order_id; };
  for (u64 number = 1; number <= numbered_.size(); ++number) {
    const u32 id = numbered_[number];
    const Order& order = orders_[id];
    venue_numbers_[order.instrument].find_or_insert(order.venue_order_id, id, number_of);
  }
  numbered_.clear();
}

void OrderIndex::renumber(Order& order, VenueOrderId number) {
  enter_numbers();
  NeighbourIndex& index = venue_numbers_[order.instrument];
  const auto slot = order.client_order_id;
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
  for (u32 number = chain.head; number != 0; number = (place(number).*links).next) {
    if (++met > limit || number > places_.size() || place(number).order > limit) return limit + 1;
    const Order& order = orders_[place(number).order];
    if (!is_open(order.ord_status) || order.open != number || (place(number).*links).prev != before) return limit + 1;
    before = number;
  }
  return met == chain.count && before == chain.tail ? met : limit + 1;
}

bool OrderIndex::consistent(u64 count) const noexcept {
  u64 met[4] = {};
  for (StrategyIndex strategy = 0; strategy < cells_.strategy_count(); ++strategy) {
    for (InstrumentIndex instrument = 0; instrument < cells_.instrument_count(); ++instrument) {
      met[0] += walked(cells_.at(strategy, instrument).all, &OpenOrder::by_instrument, count);
      for (const OrderChain& side : cells_.at(strategy, instrument).side) {
        met[1] += walked(side, &OpenOrder::by_side, count);
      }
    }
    for (const OrderChain& stage : strategies_[strategy].stages) met[2] += walked(stage, &OpenOrder::by_stage, count);
    for (u32 cell = strategies_[strategy].first_tag; cell != 0; cell = tags_[cell - 1].next) {
      met[3] += walked(tags_[cell - 1].orders, &OpenOrder::by_tag, count);
      if (met[3] > count) return false;
    }
  }
  for (const u64 each : met) {
    if (each != open_count_) return false;
  }
  return true;
}

}  // namespace pytrader
