// Folds reports and requests into orders by the state table, and keeps the lists of open orders.
#include "execution/order_store.hpp"

#include <string>

#include "decimal/error.hpp"

namespace pytrader {
namespace {

constexpr u64 kMaxOrders = 0xFFFFFFFEull;  // links are 32 bits, 0 is none

void fill_event(const Order& order, ExecType exec_type, i64 ts_event, i64 ts_init, OrderEvent& out) {
  out = OrderEvent{};
  out.ts_event = ts_event;
  out.ts_init = ts_init;
  out.client_order_id = order.client_order_id;
  out.venue_order_id = order.venue_order_id;
  out.price = order.price;
  out.stop_price = order.stop_price;
  out.order_qty = order.order_qty;
  out.cum_qty = order.cum_qty;
  out.leaves_qty = order.leaves_qty();
  out.strategy = order.strategy;
  out.instrument = order.instrument;
  out.exec_type = exec_type;
  out.ord_status = order.ord_status;
  out.side = order.side;
  out.liquidity = Liquidity::none;
  out.reason = RejectReason::none;
}

bool is_own(ExecType exec_type) {
  return exec_type == ExecType::initialized || exec_type == ExecType::denied || exec_type == ExecType::emulated ||
         exec_type == ExecType::released || exec_type == ExecType::pending_new ||
         exec_type == ExecType::pending_cancel || exec_type == ExecType::pending_replace;
}

void forget_replace(Order& order) {
  order.pending_price = order.pending_stop = kNoPrice;
  order.pending_qty = 0;
}

}  // namespace

const char* to_text(Applied applied) noexcept {
  switch (applied) {
    case Applied::taken:
      return "taken";
    case Applied::unknown_order:
      return "unknown_order";
    case Applied::illegal_transition:
      return "illegal_transition";
    case Applied::duplicate_execution:
      return "duplicate_execution";
    case Applied::overfill:
      return "overfill";
    case Applied::bad_quantity:
      return "bad_quantity";
    case Applied::value_overflow:
      return "value_overflow";
  }
  return "?";
}

void OrderStore::reserve(u64 orders, u64 partial_fills) {
  while (static_cast<u64>(chunks_.size()) * kChunkSize < orders)
    chunks_.push_back(std::make_unique<Order[]>(kChunkSize));
  execution_ids_.reserve(static_cast<std::size_t>(partial_fills));
}

Order& OrderStore::create(const NewOrder& request, i64 ts) {
  if (!open_.has(request.strategy, request.instrument)) {
    throw Error(ErrorCode::invalid_argument, "order for strategy " + std::to_string(request.strategy) +
                                                 ", instrument " + std::to_string(request.instrument) +
                                                 ": one of them was never added");
  }
  if (count_ >= kMaxOrders) {
    throw Error(ErrorCode::capacity, "a run holds at most " + std::to_string(kMaxOrders) + " orders");
  }
  if (count_ == static_cast<u64>(chunks_.size()) * kChunkSize) chunks_.push_back(std::make_unique<Order[]>(kChunkSize));
  ++count_;
  Order& order = at(count_);
  order.client_order_id = count_;
  order.price = request.price;
  order.order_qty = request.quantity;
  order.value_price = request.price == kNoPrice ? 0 : request.price;
  order.stop_price = request.terms.stop_price;
  order.parent = request.parent;
  order.list = request.list;
  order.ts_init = order.ts_last = ts;
  order.strategy = request.strategy;
  order.instrument = request.instrument;
  order.tag = request.tag;
  order.side = request.side;
  order.order_type = request.order_type;
  order.time_in_force = request.time_in_force;
  order.self_trade = request.self_trade;
  order.trigger_type = request.trigger_type;
  order.contingency = request.contingency;
  order.flags = request.flags;
  if (!(request.terms == OrderTerms{})) {
    terms_.push_back(request.terms);
    order.terms = static_cast<u32>(terms_.size());
  }
  return order;
}

Order* OrderStore::find(ClientOrderId id) noexcept {
  return id - 1 < count_ ? &at(id) : nullptr;
}
const Order* OrderStore::find(ClientOrderId id) const noexcept {
  return id - 1 < count_ ? &at(id) : nullptr;
}

Applied OrderStore::refuse(Applied why) noexcept {
  ++refused_[static_cast<u8>(why)];
  return why;
}

Applied OrderStore::apply(const ExecutionReport& report, i64 ts_init, OrderEvent& out) {
  Order* const found = find(report.client_order_id);
  if (found == nullptr) return refuse(Applied::unknown_order);
  Order& order = *found;
  if (is_own(report.exec_type)) return refuse(Applied::illegal_transition);

  Transition next{};
  Applied applied = Applied::taken;
  if (report.exec_type == ExecType::trade) {
    applied = apply_trade(order, report, next);
  } else if (report.exec_type == ExecType::replaced || report.exec_type == ExecType::new_ ||
             report.exec_type == ExecType::restated) {
    applied = apply_restatement(order, report, next);
  } else {
    next = transition(order.ord_status, report.exec_type, order.cum_qty > 0, false);
    if (!next.legal) applied = Applied::illegal_transition;
    if (next.legal && report.exec_type == ExecType::triggered) apply_trigger(order, report);
  }
  if (applied != Applied::taken) return refuse(applied);

  if (report.exec_type == ExecType::replace_rejected) forget_replace(order);
  if (report.venue_order_id != 0) order.venue_order_id = report.venue_order_id;
  order.ts_last = ts_init;
  move_to(order, next.next);
  fill_event(order, report.exec_type, report.ts_event, ts_init, out);
  out.reason = report.reason;
  if (report.exec_type == ExecType::trade) {
    out.exec_id = report.exec_id;
    out.last_px = report.last_px;
    out.last_qty = report.last_qty;
    out.liquidity = report.liquidity;
  }
  return Applied::taken;
}

Applied OrderStore::apply_trade(Order& order, const ExecutionReport& report, Transition& next) {
  const i64 leaves = order.leaves_qty();
  next = transition(order.ord_status, ExecType::trade, order.cum_qty > 0, report.last_qty == leaves);
  if (!next.legal) return Applied::illegal_transition;
  if (execution_ids_.contains(order.client_order_id, report.exec_id)) return Applied::duplicate_execution;
  if (report.last_qty <= 0) return Applied::bad_quantity;
  if (report.last_qty > leaves) return Applied::overfill;
  i128 cum_value = 0;
  const i128 value = static_cast<i128>(report.last_px) * report.last_qty;
  if (__builtin_add_overflow(order.cum_value, value, &cum_value)) return Applied::value_overflow;
  if (report.last_qty < leaves) execution_ids_.insert(order.client_order_id, report.exec_id);
  order.cum_value = cum_value;
  order.cum_qty += report.last_qty;
  return Applied::taken;
}

// new_, replaced and restated state the working price and total quantity.
Applied OrderStore::apply_restatement(Order& order, const ExecutionReport& report, Transition& next) {
  const bool nothing_left = report.quantity == order.cum_qty;
  next = transition(order.ord_status, report.exec_type, order.cum_qty > 0, nothing_left);
  if (!next.legal) return Applied::illegal_transition;
  if (report.quantity <= 0 || report.quantity < order.cum_qty) return Applied::bad_quantity;
  if (report.exec_type == ExecType::new_ && nothing_left) return Applied::bad_quantity;
  order.order_qty = report.quantity;
  if (order.price != kNoPrice) order.price = order.value_price = report.price;
  if (order.stop_price != kNoPrice && report.stop_price != kNoPrice) {
    order.stop_price = report.stop_price;
    if (order.price == kNoPrice) order.value_price = order.stop_price;
  }
  if (report.exec_type == ExecType::replaced) forget_replace(order);
  return Applied::taken;
}

// It waits no more, and works at the limit that the venue says; a stop order without a limit keeps none.
void OrderStore::apply_trigger(Order& order, const ExecutionReport& report) noexcept {
  order.stop_price = kNoPrice;
  if (report.price != kNoPrice) order.price = order.value_price = report.price;
}

Applied OrderStore::apply_own(ClientOrderId id, ExecType exec_type, RejectReason reason, i64 ts, OrderEvent& out) {
  Order* const order = find(id);
  if (order == nullptr) return refuse(Applied::unknown_order);
  // pending_replace carries numbers, so it has a way of its own: request_replace.
  const Transition next = transition(order->ord_status, exec_type, order->cum_qty > 0, false);
  if (!next.legal || !is_own(exec_type) || exec_type == ExecType::pending_replace) {
    return refuse(Applied::illegal_transition);
  }
  order->ts_last = ts;
  move_to(*order, next.next);
  fill_event(*order, exec_type, ts, ts, out);
  out.reason = reason;
  return Applied::taken;
}

Applied OrderStore::request_replace(const ReplaceRequest& request, i64 ts, OrderEvent& out) {
  Order* const order = find(request.client_order_id);
  if (order == nullptr || order->strategy != request.strategy) return refuse(Applied::unknown_order);
  const Transition next = transition(order->ord_status, ExecType::pending_replace, order->cum_qty > 0, false);
  if (!next.legal) return refuse(Applied::illegal_transition);
  if (request.quantity <= order->cum_qty) return refuse(Applied::bad_quantity);
  order->pending_price = request.price;
  order->pending_stop = request.stop_price;
  order->pending_qty = request.quantity;
  order->ts_last = ts;
  move_to(*order, next.next);
  fill_event(*order, ExecType::pending_replace, ts, ts, out);
  return Applied::taken;
}

void OrderStore::move_to(Order& order, OrderStatus next) {
  const bool was_open = is_open(order.ord_status);
  const bool opens = is_open(next);
  order.ord_status = next;
  if (opens && !was_open) link(order);
  if (was_open && !opens) {
    unlink(order);
    forget_replace(order);
  }
  // Holds by construction; a break means that memory or this file is wrong, and no further order may leave.
  if (opens && (order.cum_qty < 0 || order.cum_qty >= order.order_qty)) {
    throw Error(ErrorCode::invalid_state, "order " + std::to_string(order.client_order_id) + ": open with cum_qty " +
                                              std::to_string(order.cum_qty) + " of " + std::to_string(order.order_qty));
  }
}

void OrderStore::link(Order& order) {
  OpenList& list = open_.at(order.strategy, order.instrument);
  const auto handle = static_cast<u32>(order.client_order_id);
  order.prev_open = list.tail;
  order.next_open = 0;
  if (list.tail != 0) {
    at(list.tail).next_open = handle;
  } else {
    list.head = handle;
  }
  list.tail = handle;
  ++list.count;
  ++open_count_;
}

void OrderStore::unlink(Order& order) {
  OpenList& list = open_.at(order.strategy, order.instrument);
  (order.prev_open != 0 ? at(order.prev_open).next_open : list.head) = order.next_open;
  (order.next_open != 0 ? at(order.next_open).prev_open : list.tail) = order.prev_open;
  order.prev_open = order.next_open = 0;
  --list.count;
  --open_count_;
}

ClientOrderId OrderStore::first_open(StrategyIndex strategy, InstrumentIndex instrument) const noexcept {
  return open_.has(strategy, instrument) ? open_.at(strategy, instrument).head : 0;
}

ClientOrderId OrderStore::next_open(ClientOrderId id) const noexcept {
  const Order* const order = find(id);
  return order != nullptr ? order->next_open : 0;
}

u32 OrderStore::open_count(StrategyIndex strategy, InstrumentIndex instrument) const noexcept {
  return open_.has(strategy, instrument) ? open_.at(strategy, instrument).count : 0;
}

ClientOrderId OrderStore::first_inconsistent() const noexcept {
  u64 open_orders = 0;
  for (ClientOrderId id = 1; id <= count_; ++id) {
    const Order& order = at(id);
    const bool open = is_open(order.ord_status);
    open_orders += open ? 1 : 0;
    const bool sums = !open || order.cum_qty + order.leaves_qty() == order.order_qty;
    const bool closed_links = open || (order.next_open == 0 && order.prev_open == 0);
    const bool filled = order.ord_status != OrderStatus::filled || order.cum_qty == order.order_qty;
    if (!sums || !closed_links || !filled || order.cum_qty < 0) return id;
  }
  u64 linked = 0;
  for (StrategyIndex strategy = 0; strategy < open_.strategy_count(); ++strategy) {
    for (InstrumentIndex instrument = 0; instrument < open_.instrument_count(); ++instrument) {
      for (u32 id = open_.at(strategy, instrument).head; id != 0; id = at(id).next_open) {
        ++linked;
        if (!is_open(at(id).ord_status)) return id;
        if (linked > count_) return id;
      }
    }
  }
  return linked == open_orders && open_orders == open_count_ ? 0 : count_;
}

}  // namespace pytrader
