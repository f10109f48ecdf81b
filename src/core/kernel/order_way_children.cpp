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

// Lots that open children may still trade, a replace under way included.
i128 OrderWay::given_to_children(const Order& parent) const noexcept {
  i128 given = 0;
  for (ClientOrderId id = parent.children.head; id != 0;) {
    const Order& child = *store_.find(id);
    given += own_reservation(child).quantity;
    id = child.by_parent.next;
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
    for (ClientOrderId id = order.children.head; id != 0;) {
      const Order& child = *store_.find(id);
      const i64 asked = child.pending_qty != 0 ? child.pending_price : child.price;
      if (!keeps_limit(order.side, command.price, asked)) return RejectReason::exceeds_parent;
      id = child.by_parent.next;
    }
    return RejectReason::none;
  }
  const Order& parent = *store_.find(order.parent);
  const i128 free = parent.leaves_qty() - given_to_children(parent) + own_reservation(order).quantity;
  const bool fits = i128{command.quantity} - order.cum_qty <= free;
  return fits && keeps_limit(parent.side, parent.price, command.price) ? RejectReason::none
                                                                       : RejectReason::exceeds_parent;
}

void OrderWay::adopt(Order& child, Order& parent, i64 value_price) {
  child.flags |= kChild;
  child.parent = parent.client_order_id;
  raise_value(child, value_price);
}

// The parent holds back at the highest price that a child may pay.
void OrderWay::raise_value(const Order& child, i64 price) {
  if (price == kNoPrice) return;
  Order& parent = *store_.find(child.parent);
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

// The parent ends when the last of its children has.
void OrderWay::end_work(Order& parent, RejectReason reason, i64 now) {
  say(parent, ExecType::pending_cancel, reason, now);
  for (ClientOrderId id = parent.children.head; id != 0;) {
    Order& child = *store_.find(id);
    id = child.by_parent.next;
    if (child.ord_status != OrderStatus::pending_cancel) cancel(child, reason, now);
  }
  // A child that waited in the core has ended it already.
  if (parent.children.head == 0 && parent.ord_status == OrderStatus::pending_cancel) {
    tell(parent, ExecType::canceled, now);
  }
}

// What a child trades its parent trades, and so it is corrected and busted; the ledger books it once, for the child.
void OrderWay::child_told(const Order& child, const ExecutionReport& report, i64 now) {
  const bool trades = report.exec_type == ExecType::trade || report.exec_type == ExecType::trade_correct ||
                      report.exec_type == ExecType::trade_cancel;
  if (trades) {
    ExecutionReport told = report;
    told.client_order_id = child.parent;
    apply(told, now);
  }
  const Order& parent = *store_.find(child.parent);
  if (parent.children.head == 0 && parent.ord_status == OrderStatus::pending_cancel) {
    tell(parent, ExecType::canceled, now);
  }
}

}  // namespace pytrader
