// A parent that an execution algorithm works: the core is its venue, and sees that its children never exceed it.
#include "kernel/order_way.hpp"

namespace pytrader {
namespace {

// Whether a child at this price, kNoPrice for none, keeps to the parent's limit.
bool keeps_limit(Side side, i64 parent_price, i64 price) noexcept {
  if (parent_price == kNoPrice) return true;
  return price != kNoPrice && (side == Side::buy ? price <= parent_price : price >= parent_price);
}

}  // namespace

// Lots that children have traded and nobody has told of yet: what ended with them is not the parent's again.
i128 OrderWay::untold_of_children(const Order& parent) const noexcept {
  i128 untold = 0;
  for (const ClientOrderId id : store_.untold()) {
    const Order& order = *store_.find(id);
    if (order.parent() == parent.client_order_id && (order.flags & kChild) != 0) untold += order.untold_qty();
  }
  return untold;
}

// Lots that open children may still trade, a replace under way included.
i128 OrderWay::given_to_children(const Order& parent) const noexcept {
  i128 given = untold_of_children(parent);
  for (ClientOrderId id = store_.first_child(parent); id != 0;) {
    const Order& child = *store_.find(id);
    given += own_reservation(child).quantity;
    id = store_.next_child(child);
  }
  return given;
}

RejectReason OrderWay::judge_child(const NewOrder& command, const Order& parent, const RiskView& view) const {
  if (!is_open(parent.ord_status) || parent.ord_status == OrderStatus::pending_cancel) {
    return RejectReason::parent_ended;
  }
  const bool alike = command.instrument == parent.instrument && command.side == parent.side &&
                     command.contingency == Contingency::none && command.list == 0 &&
                     (command.flags & (kAlgorithm | kReduceOnly)) == (parent.flags & kReduceOnly);
  const bool fits = command.quantity <= parent.leaves_qty() - given_to_children(parent);
  if (!alike || !fits || !keeps_limit(parent.side, parent.price, command.price)) return RejectReason::exceeds_parent;
  const Reservation shared = reservation_of(parent);
  return gate_.check_new(command, instrument_of(command.instrument), view, &shared);
}

// Of a replace: that children stay within their parent, whichever of them it is for.
RejectReason OrderWay::judge_family(const ReplaceRequest& command, const Order& order) const {
  if ((order.flags & kAlgorithm) != 0) {
    if (command.quantity < order.cum_qty + given_to_children(order)) return RejectReason::exceeds_parent;
    for (ClientOrderId id = store_.first_child(order); id != 0;) {
      const Order& child = *store_.find(id);
      // While a replace is under way either of its prices may trade.
      const bool keeps = keeps_limit(order.side, command.price, child.price) &&
                         (child.pending_qty() == 0 || keeps_limit(order.side, command.price, child.pending_price()));
      if (!keeps) return RejectReason::exceeds_parent;
      id = store_.next_child(child);
    }
    return RejectReason::none;
  }
  const Order& parent = *store_.find(order.parent());
  const i128 free = parent.leaves_qty() - given_to_children(parent) + own_reservation(order).quantity;
  const bool fits = i128{command.quantity} - order.cum_qty <= free;
  return fits && keeps_limit(parent.side, parent.price, command.price) ? RejectReason::none
                                                                       : RejectReason::exceeds_parent;
}

// The parent holds back at the highest price that a child may pay.
void OrderWay::raise_value(const Order& child, i64 price) {
  if (price == kNoPrice) return;
  Order& parent = *store_.find(child.parent());
  const auto size_of = [](i64 value) { return value < 0 ? -value : value; };
  if (size_of(price) <= size_of(parent.value_price)) return;
  const Reservation before = reservation_of(parent);
  parent.value_price = price;
  gate_.exposure().order_changed(parent, before);
}

// It works as soon as it is there.
void OrderWay::begin_work(Order& parent, i64 value_price, i64 now) {
  say(parent, ExecType::pending_new, RejectReason::none, now, value_price);
  tell(parent, ExecType::new_, now, parent.price, parent.order_qty);
}

// A replace of the parent is done at once; its children's prices go on to count.
RejectReason OrderWay::restate_work(Order& parent, const ReplaceRequest& wanted, i64 now) {
  tell(parent, ExecType::replaced, now, wanted.price, wanted.quantity);
  for (ClientOrderId id = store_.first_child(parent); id != 0;) {
    const Order& child = *store_.find(id);
    raise_value(child, own_reservation(child).price);
    id = store_.next_child(child);
  }
  return RejectReason::none;
}

// The parent ends when the last of its children has.
void OrderWay::end_work(Order& parent, RejectReason reason, i64 now) {
  const u32 children = parent.rare_facts().children.count;
  venue_.require_room(children);
  events_.require_room(kEventsOfOrder * (children + std::size_t{1}));
  if (parent.ord_status != OrderStatus::pending_cancel) say(parent, ExecType::pending_cancel, reason, now);
  for (ClientOrderId id = store_.first_child(parent); id != 0;) {
    Order& child = *store_.find(id);
    id = store_.next_child(child);
    if (child.ord_status != OrderStatus::pending_cancel) cancel(child, reason, now);
  }
  // A child that waited in the core has ended it already.
  if (store_.first_child(parent) == 0 && parent.ord_status == OrderStatus::pending_cancel) {
    end_parent(parent, now);
  }
}

void OrderWay::end_parent(const Order& parent, i64 now) {
  const i128 traded = parent.cum_qty + untold_of_children(parent);
  tell(parent, ExecType::canceled, now, kNoPrice, static_cast<i64>(std::min<i128>(traded, parent.order_qty)));
}

// All of a strategy's in an instrument, of which no order waits in the core any more: the walk stands on orders that
// stay open. False as in end_day().
bool OrderWay::end_works(StrategyIndex strategy, InstrumentIndex instrument, RejectReason reason, i64 now) {
  for (ClientOrderId id = store_.first_open(strategy, instrument); id != 0;) {
    if (events_.is_half_full()) return false;
    Order& order = *store_.find(id);
    id = store_.next_open(id);
    if ((order.flags & kAlgorithm) == 0 || order.ord_status == OrderStatus::pending_cancel) continue;
    end_work(order, reason, now);
  }
  return true;
}

// A trade that is told late, or undone, can leave open children more than their parent has: the newest are canceled.
void OrderWay::withdraw_excess(const Order& parent, i64 now) {
  i128 room = parent.leaves_qty() - untold_of_children(parent);
  for (ClientOrderId id = store_.first_child(parent); id != 0;) {
    Order& child = *store_.find(id);
    id = store_.next_child(child);
    room -= own_reservation(child).quantity;
    if (room < 0 && child.ord_status != OrderStatus::pending_cancel) cancel(child, RejectReason::exceeds_parent, now);
  }
}

// What a child trades its parent trades, and so it is corrected and busted; the ledger books it once, for the child.
void OrderWay::child_told(const Order& child, const ExecutionReport& report, i64 now) {
  Order& parent = *store_.find(child.parent());
  const bool undone = report.exec_type == ExecType::trade_correct || report.exec_type == ExecType::trade_cancel;
  if (undone || report.exec_type == ExecType::trade) {
    const bool ended = is_closed(parent.ord_status);
    ExecutionReport told = report;
    told.client_order_id = child.parent();
    told.venue_order_id = 0;  // it is the child's
    apply(told, now);
    // Its algorithm ended with it: what a trade that is undone leaves of it is canceled.
    if (ended && is_open(parent.ord_status)) return end_work(parent, RejectReason::none, now);
  }
  if (undone || report.exec_type == ExecType::restated || is_closed(child.ord_status)) withdraw_excess(parent, now);
  if (parent.ord_status != OrderStatus::pending_cancel) return;
  if (store_.first_child(parent) == 0) return end_parent(parent, now);
  // One that has traded all that its venue knew of ends, or grows, with the answer to its replace.
  const bool stays =
      is_open(child.ord_status) && child.ord_status != OrderStatus::pending_cancel && child.cum_qty < child.order_qty;
  if (stays && report.exec_type == ExecType::replaced)
    return cancel(*store_.find(child.client_order_id), RejectReason::none, now);
  if (stays && report.exec_type == ExecType::cancel_rejected) {
    tell(parent, ExecType::cancel_rejected, now, kNoPrice, 0, kNoPrice, report.reason);
  }
}

}  // namespace pytrader
