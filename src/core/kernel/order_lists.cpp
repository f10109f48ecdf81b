// The rules of contingent orders as quantities: what an order's parent traded, less what its siblings did.
#include "kernel/order_lists.hpp"

#include <algorithm>

namespace pytrader {
namespace {

constexpr bool updates(Contingency contingency) noexcept {
  return contingency == Contingency::one_updates_other_absolute ||
         contingency == Contingency::one_updates_other_proportional;
}

// At most one of such orders is to trade in full. Reduce-only, they can not do otherwise, whatever reaches the venue
// first.
constexpr bool shares(Contingency contingency, u16 flags) noexcept {
  return (contingency == Contingency::one_cancels_other || updates(contingency)) && (flags & kReduceOnly) != 0;
}

// By its trades: one that was ended while a replace was under way may have grown before.
bool is_filled(const Order& order) noexcept {
  return order.ord_status == OrderStatus::filled && order.ended == OrderStatus::initialized;
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
  list.count = static_cast<u32>(orders.size());
  list.offset = static_cast<u32>(slots_.size());
  list.triggers = has_parent(orders);
  list.among = orders.back().contingency;
  list.trigger = trigger;
  const std::size_t begin = list.triggers ? 1 : 0;
  const auto joins = [&](std::size_t place) { return place >= begin && shares(list.among, orders[place].flags); };
  for (std::size_t place = 0; place < orders.size(); ++place) {
    const NewOrder& order = orders[place];
    std::size_t group = place;  // the first that it shares with, itself at the latest
    if (joins(place)) {
      group = begin;
      while (!joins(group) || orders[group].instrument != order.instrument || orders[group].side != order.side) ++group;
    }
    slots_.push_back({first + place, order.quantity, static_cast<u32>(group), joins(place)});
    slots_.back().stop_price = order.terms.stop_price;
  }
  lists_.push_back(list);
  return static_cast<OrderListId>(lists_.size());
}

void OrderLists::take_back() noexcept {
  slots_.erase(slots_.begin() + lists_.back().offset, slots_.end());
  lists_.pop_back();
}

u16 OrderLists::flags_of(OrderListId number, std::size_t place) const noexcept {
  const List& list = lists_[number - 1];
  if (list.triggers && place == 0) return 0;
  return static_cast<u16>((list.triggers ? kWaiting : 0) | (slot_at(number, place).shares ? kShared : 0));
}

Reservation OrderLists::worst_of(const Order& order, const OrderStore& store) const noexcept {
  const List& list = lists_[order.list() - 1];
  const u32 group = slot_of(order).group;
  Reservation worst{};
  for (std::size_t place = group; place < list.count; ++place) {
    const Slot& slot = slot_at(order.list(), place);
    if (slot.group != group) continue;
    const Order& other = *store.find(slot.order);
    if ((other.flags & kWaiting) == 0) worst = worse_of(worst, own_reservation(other));
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
    slot_of(order).row = row;
    expiries_.push(row, expire_time, ++entries_);
  }
  ++waiting_;
}

void OrderLists::stop_waiting(const Order& order) noexcept {
  u32& row = slot_of(order).row;
  if (row != kNone) {
    expiries_.remove(row);
    free_rows_.push_back(row);
    row = kNone;
  }
  --waiting_;
}

// A request that came to its venue before its order is as one that was lost.
bool OrderLists::Asking::answered(ExecType exec_type, RejectReason reason, bool works, i64 now) noexcept {
  const bool rejected = exec_type == ExecType::cancel_rejected || exec_type == ExecType::replace_rejected;
  const bool missed = reason == RejectReason::request_lost || (reason == RejectReason::unknown_order && works);
  const bool again = rejected && missed && ts != now;
  const bool by_list = ts != INT64_MIN;
  lost = again ? lost + (by_list ? 1 : 0) : 0;
  cancel_refused = exec_type == ExecType::cancel_rejected && !again;
  given_up = rejected && reason == RejectReason::lost_too_often;
  if (rejected || exec_type == ExecType::replaced) ts = INT64_MIN;
  return again;
}

// What the event says of requests and of the price that is waited for.
void OrderLists::touch_slot(Slot& slot, const Order& order, ExecType exec_type, RejectReason reason) noexcept {
  const bool is_current = slot.order == order.client_order_id;
  Asking& asking = is_current ? slot.asking : slot.asking_earlier;
  const bool again = asking.answered(exec_type, reason, order.leaves_qty() > 0, order.ts_last);
  if (!is_current) return;
  if (exec_type == ExecType::cancel_rejected) slot.ended_here = false;
  if (order.stop_price() != kNoPrice) slot.stop_price = order.stop_price();
  if (exec_type == ExecType::replace_rejected && slot.asked != 0 && !again) slot.refused = slot.asked;
  if (exec_type == ExecType::replace_rejected || exec_type == ExecType::replaced) slot.asked = 0;
  if (exec_type == ExecType::restated && reason == RejectReason::reduce_only_would_increase) slot.cut = true;
}

void OrderLists::touch(const Order& order, ExecType exec_type, RejectReason reason) {
  // What is asked for waits for its answer.
  if (exec_type == ExecType::pending_new || exec_type == ExecType::pending_cancel ||
      exec_type == ExecType::pending_replace) {
    return;
  }
  List& list = lists_[order.list() - 1];
  Slot& slot = slot_of(order);
  const bool is_parent = list.triggers && order.place() == 0;
  touch_slot(slot, order, exec_type, reason);
  // Of an order that was renewed only a trade says something new.
  const bool is_current = slot.order == order.client_order_id;
  const bool traded = order.cum_qty > 0 && (is_current || exec_type == ExecType::trade);
  const bool ended = is_current && is_closed(order.ord_status) && !slot.ended_here;
  if (!is_parent && list.taken == kNone && (traded || ended)) list.taken = order.place();
  if (exec_type == ExecType::trade) {
    for (std::size_t place = 0; place < list.count; ++place) {
      Slot& other = slots_[list.offset + place];
      other.asking.cancel_refused = other.asking.given_up = other.asking_earlier.cancel_refused = false;
      other.asking.lost = other.asking_earlier.lost = 0;
      if (is_parent) other.cut = false;
    }
  }
  if (list.touched) return;
  list.touched = true;
  touched_.push_back(order.list());
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

void OrderLists::put_back(OrderListId list) noexcept {
  if (lists_[list - 1].touched) return;
  lists_[list - 1].touched = true;
  touched_[--taken_] = list;
}

void OrderLists::count_step(i64 now) {
  if (now != steps_ts_) steps_ = 0;
  steps_ts_ = now;
  if (++steps_ > kMaxSteps) {
    throw Error(ErrorCode::capacity, "order lists: more than " + std::to_string(kMaxSteps) +
                                         " cancels, replaces and orders of lists without time passing");
  }
}

void OrderLists::asked(const Order& order, const ListStep& step, i64 now) noexcept {
  Slot& slot = slot_of(order);
  if (step.act == ListStep::Act::resize) slot.asked = step.quantity;
  slot.asking.ts = now;
  slot.ended_here |= step.act == ListStep::Act::cancel;
}

void OrderLists::renewed(const Order& order, const Order& over) noexcept {
  List& list = lists_[order.list() - 1];
  Slot& slot = slot_of(order);
  slot.order = order.client_order_id;
  slot.earlier += over.cum_qty;
  slot.asked = slot.refused = 0;
  slot.asking = slot.asking_earlier = {};
  slot.ended_here = slot.cut = false;
  // The one that traded is over: they begin anew.
  list.taken = kNone;
}

void OrderLists::recount(const Order& order, const OrderStore& store) noexcept {
  Slot& slot = slot_of(order);
  slot.earlier = 0;
  slot.reopened = false;
  for (ClientOrderId id = store.find(slot.order)->renews(); id != 0; id = store.find(id)->renews()) {
    const Order& earlier = *store.find(id);
    slot.earlier += earlier.cum_qty;
    slot.reopened |= is_open(earlier.ord_status);
  }
}

void OrderLists::refused(const Order& order, const ListStep& step) noexcept {
  slot_of(order).refused = step.quantity;
}

i128 OrderLists::traded(const List& list, std::size_t place, const OrderStore& store) const noexcept {
  const Slot& slot = slots_[list.offset + place];
  return slot.earlier + store.find(slot.order)->cum_qty;
}

// What the order would be for if its siblings never traded.
i128 OrderLists::base_of(const List& list, std::size_t place, const OrderStore& store) const noexcept {
  const i128 quantity = slots_[list.offset + place].quantity;
  if (!list.triggers) return quantity;
  const Slot& first = slots_[list.offset];
  const Order& parent = *store.find(first.order);
  if (list.trigger == OtoTriggerMode::full && !is_closed(parent.ord_status)) return 0;
  return quantity * parent.cum_qty / first.quantity;
}

i128 OrderLists::total_of(const List& list, std::size_t place, const OrderStore& store) const noexcept {
  const i128 base = base_of(list, place, store);
  if (list.among == Contingency::none) return base;
  i128 total = base;
  for (std::size_t other = list.triggers ? 1 : 0; other < list.count; ++other) {
    const i128 lots = other == place ? 0 : traded(list, other, store);
    if (lots == 0) continue;
    // One that its venue cut down to the position, and that was filled, has closed all that there was to close.
    const Slot& sibling = slots_[list.offset + other];
    if (sibling.cut && store.find(sibling.order)->ord_status == OrderStatus::filled) return 0;
    const i128 others = list.among == Contingency::one_updates_other_absolute ? base : base_of(list, other, store);
    // A sibling that traded although it should be for nothing leaves nothing.
    total -= others > 0 ? divide_up(lots * base, others) : base;
  }
  return total;
}

ListStep OrderLists::step(const Order& order, const OrderStore& store) const noexcept {
  const List& list = lists_[order.list() - 1];
  if (list.triggers && order.place() == 0) return {};
  if (is_open(order.ord_status)) return open_step(order, store);
  // Over: it is renewed where it was filled or its list ended it, and not where its strategy or venue did.
  const bool is_over = is_filled(order) || slot_of(order).ended_here;
  if (!list.triggers || !is_over || slot_of(order).cut) return {};
  // Of orders of which one cancels the others, when that one is filled.
  const bool passed =
      list.among == Contingency::one_cancels_other && list.taken != kNone && list.taken != order.place();
  if (passed && !is_filled(*store.find(slots_[list.offset + list.taken].order))) return {};
  const i128 more = total_of(list, order.place(), store) - traded(list, order.place(), store);
  if (more <= 0) return {};
  return {ListStep::Act::renew, static_cast<i64>(std::min<i128>(more, INT64_MAX)), RejectReason::none};
}

// Whether the order traded all that its venue knew of, and has been asked to grow: refused, it will be renewed.
bool OrderLists::is_growing(const List& list, std::size_t place, const OrderStore& store) const noexcept {
  if (!list.triggers) return false;  // nothing is renewed
  const Order& order = *store.find(slots_[list.offset + place].order);
  return is_open(order.ord_status) && order.cum_qty >= order.order_qty &&
         total_of(list, place, store) > traded(list, place, store);
}

ListStep OrderLists::open_step(const Order& order, const OrderStore& store) const noexcept {
  using Act = ListStep::Act;
  const List& list = lists_[order.list() - 1];
  const Slot& slot = slot_of(order);
  const bool waits = (order.flags & kWaiting) != 0;
  const ListStep cancel{slot.asking.cancel_refused ? Act::none : Act::cancel, 0, RejectReason::contingency};
  if (waits && !may_grow(order, store) && base_of(list, order.place(), store) == 0) {
    return {Act::cancel, 0, RejectReason::parent_ended};
  }
  const bool passed =
      list.among == Contingency::one_cancels_other && list.taken != kNone && list.taken != order.place();
  if (passed && !is_growing(list, list.taken, store)) return cancel;
  if (!sizes(order)) return {};
  const i128 earlier = traded(list, order.place(), store) - order.cum_qty;
  const i128 total = total_of(list, order.place(), store) - earlier;
  if (total <= order.cum_qty) return waits && may_grow(order, store) ? ListStep{} : cancel;
  const i64 quantity = static_cast<i64>(std::min<i128>(total, INT64_MAX));
  if (waits) return {Act::start, quantity, RejectReason::none};
  const i64 known = order.pending_qty() != 0 ? order.pending_qty() : order.order_qty;
  const bool asks =
      quantity != known && quantity != slot.refused && !(slot.cut && quantity > known) && !slot.asking.given_up;
  return {asks ? Act::resize : Act::none, quantity, RejectReason::none};
}

bool OrderLists::sizes(const Order& order) const noexcept {
  const List& list = lists_[order.list() - 1];
  return list.triggers ? order.place() != 0 : updates(list.among);
}

bool OrderLists::may_grow(const Order& order, const OrderStore& store) const noexcept {
  const List& list = lists_[order.list() - 1];
  return list.triggers && is_open(store.find(slots_[list.offset].order)->ord_status);
}

i64 OrderLists::held_lots(const OrderStore& store, StrategyIndex strategy, InstrumentIndex instrument,
                          Side side) const noexcept {
  i64 lots = 0;
  for (const Slot& slot : slots_) {
    const Order& order = *store.find(slot.order);
    const bool asked = order.strategy == strategy && order.instrument == instrument && order.side == side;
    if (asked) lots += slot.held.quantity;
  }
  return lots;
}

}  // namespace pytrader
