// The rules of contingent orders as quantities: what an order's parent traded, less what its siblings did.
#include "kernel/order_lists.hpp"

#include <algorithm>

namespace pytrader {
namespace {

constexpr bool updates(Contingency contingency) noexcept {
  return contingency == Contingency::one_updates_other_absolute ||
         contingency == Contingency::one_updates_other_proportional;
}

// At most one of such orders trades in full.
constexpr bool excludes(Contingency contingency) noexcept {
  return contingency == Contingency::one_cancels_other || updates(contingency);
}

constexpr i128 divide_up(i128 value, i128 by) noexcept {
  return (value + by - 1) / by;
}

}  // namespace

RejectReason OrderLists::check(std::span<const NewOrder> orders, std::size_t& wrong) noexcept {
  wrong = 0;
  if (orders.empty() || orders.size() > kMaxOrders) return RejectReason::list_not_valid;
  const std::size_t begin = has_parent(orders) ? 1 : 0;
  if (begin == orders.size()) return RejectReason::list_not_valid;
  const NewOrder& model = orders[begin];
  for (wrong = 0; wrong < orders.size(); ++wrong) {
    const NewOrder& order = orders[wrong];
    const bool known = order.list == 0 && order.parent == 0 && order.strategy == orders.front().strategy &&
                       (order.flags & kAlgorithm) == 0;
    if (!known) return RejectReason::list_not_valid;
    if (wrong < begin) continue;
    const bool alike = order.contingency == model.contingency && order.contingency != Contingency::one_triggers_other;
    // What one instrument's lots leave of another one's is a matter of shares.
    const bool countable =
        order.contingency != Contingency::one_updates_other_absolute || order.instrument == model.instrument;
    if (!alike || !countable) return RejectReason::list_not_valid;
  }
  return RejectReason::none;
}

OrderListId OrderLists::add(std::span<const NewOrder> orders, ClientOrderId first, OtoTriggerMode trigger) {
  List list{};
  list.first = first;
  list.count = static_cast<u32>(orders.size());
  list.offset = static_cast<u32>(quantities_.size());
  list.triggers = has_parent(orders);
  list.among = orders.back().contingency;
  list.trigger = trigger;
  for (std::size_t place = 0; place < orders.size(); ++place) {
    const NewOrder& order = orders[place];
    std::size_t group = list.triggers && place > 0 ? 1 : 0;
    while (orders[group].instrument != order.instrument || orders[group].side != order.side) ++group;
    quantities_.push_back(order.quantity);
    groups_.push_back(static_cast<u32>(group));
    held_.emplace_back();
    rows_.push_back(kNone);
  }
  lists_.push_back(list);
  return static_cast<OrderListId>(lists_.size());
}

u16 OrderLists::flags_of(OrderListId number, std::size_t place) const noexcept {
  const List& list = lists_[number - 1];
  if (list.triggers && place == 0) return 0;
  return static_cast<u16>((list.triggers ? kWaiting : 0) | (excludes(list.among) ? kShared : 0));
}

Reservation OrderLists::worst_of(const Order& order, const OrderStore& store) const noexcept {
  const List& list = lists_[order.list - 1];
  const u32 group = group_of(list, place_of(order));
  Reservation worst{};
  for (std::size_t place = group; place < list.count; ++place) {
    const Order& other = *store.find(list.first + place);
    if (group_of(list, place) == group && (other.flags & kWaiting) == 0)
      worst = worse_of(worst, own_reservation(other));
  }
  return worst;
}

void OrderLists::wait(const Order& order, i64 expire_time) {
  if (expire_time != 0) {
    if (free_rows_.empty()) {
      expiring_.push_back(0);
      free_rows_.push_back(static_cast<u32>(expiring_.size() - 1));
      expiries_.reserve(expiring_.size());
    }
    const u32 row = free_rows_.back();
    free_rows_.pop_back();
    expiring_[row] = order.client_order_id;
    rows_[lists_[order.list - 1].offset + place_of(order)] = row;
    expiries_.push(row, expire_time, ++entries_);
  }
  ++waiting_;
}

void OrderLists::stop_waiting(const Order& order) noexcept {
  u32& row = rows_[lists_[order.list - 1].offset + place_of(order)];
  if (row != kNone) {
    expiries_.remove(row);
    free_rows_.push_back(row);
    row = kNone;
  }
  --waiting_;
}

void OrderLists::touch(const Order& order) {
  List& list = lists_[order.list - 1];
  const bool is_parent = list.triggers && order.client_order_id == list.first;
  if (!is_parent && list.taken == 0 && (order.cum_qty > 0 || is_closed(order.ord_status))) {
    list.taken = order.client_order_id;
  }
  if (list.touched) return;
  list.touched = true;
  touched_.push_back(order.list);
}

OrderListId OrderLists::take_touched() noexcept {
  if (taken_ == touched_.size()) {
    touched_.clear();
    taken_ = 0;
    return 0;
  }
  const OrderListId list = touched_[taken_++];
  lists_[list - 1].touched = false;
  return list;
}

// What the order would be for if its siblings never traded.
i128 OrderLists::base_of(const List& list, std::size_t place, const OrderStore& store) const noexcept {
  const i128 quantity = quantities_[list.offset + place];
  if (!list.triggers) return quantity;
  const Order& parent = *store.find(list.first);
  const bool is_over = is_closed(parent.ord_status);
  if (list.trigger == OtoTriggerMode::full && !is_over) return 0;
  return quantity * parent.cum_qty / quantities_[list.offset];
}

i128 OrderLists::total_of(const List& list, std::size_t place, const OrderStore& store) const noexcept {
  const i128 base = base_of(list, place, store);
  if (!updates(list.among)) return base;
  i128 total = base;
  for (std::size_t other = list.triggers ? 1 : 0; other < list.count; ++other) {
    const i128 traded = store.find(list.first + other)->cum_qty;
    if (other == place || traded == 0) continue;
    const i128 others = list.among == Contingency::one_updates_other_proportional ? base_of(list, other, store) : base;
    // A sibling that traded although it should be for nothing leaves nothing.
    total -= others > 0 ? divide_up(traded * base, others) : base;
  }
  return total;
}

ListStep OrderLists::step(const Order& order, const OrderStore& store) const noexcept {
  using Act = ListStep::Act;
  const List& list = lists_[order.list - 1];
  const std::size_t place = place_of(order);
  if (!is_open(order.ord_status) || (list.triggers && place == 0)) return {};
  const bool waits = (order.flags & kWaiting) != 0;
  if (waits && !may_grow(order, store) && base_of(list, place, store) == 0) {
    return {Act::cancel, 0, RejectReason::parent_ended};
  }
  if (list.among == Contingency::one_cancels_other && list.taken != 0 && list.taken != order.client_order_id) {
    return {Act::cancel, 0, RejectReason::contingency};
  }
  if (!sizes(order)) return {};
  const i128 total = total_of(list, place, store);
  if (total <= order.cum_qty) {
    return {waits && may_grow(order, store) ? Act::none : Act::cancel, 0, RejectReason::contingency};
  }
  const i64 quantity = static_cast<i64>(std::min<i128>(total, INT64_MAX));
  if (waits) return {Act::start, quantity, RejectReason::none};
  const i64 now = order.pending_qty != 0 ? order.pending_qty : order.order_qty;
  return {quantity != now ? Act::resize : Act::none, quantity, RejectReason::none};
}

bool OrderLists::sizes(const Order& order) const noexcept {
  const List& list = lists_[order.list - 1];
  return list.triggers ? order.client_order_id != list.first : updates(list.among);
}

bool OrderLists::may_grow(const Order& order, const OrderStore& store) const noexcept {
  const List& list = lists_[order.list - 1];
  return list.triggers && is_open(store.find(list.first)->ord_status);
}

i64 OrderLists::held_lots(const OrderStore& store, StrategyIndex strategy, InstrumentIndex instrument,
                          Side side) const noexcept {
  i64 lots = 0;
  for (const List& list : lists_) {
    for (std::size_t place = 0; place < list.count; ++place) {
      const Order& order = *store.find(list.first + place);
      const bool asked = order.strategy == strategy && order.instrument == instrument && order.side == side;
      if (asked && group_of(list, place) == place) lots += held_[list.offset + place].quantity;
    }
  }
  return lots;
}

}  // namespace pytrader
