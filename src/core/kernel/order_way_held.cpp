// The way of orders that wait in the core: held, released, replaced, canceled and expired there.
#include "kernel/order_way.hpp"

namespace pytrader {

bool OrderWay::release_next(i64 now) {
  Emulator::Output output;
  while (emulation_.emulator().next(output)) {
    Order& order = *store_.find(output.client_order_id);
    order.set_stop_price(output.stop_price);
    if (!output.fired) continue;
    release(order, now);
    settle_lists(now);
    return true;
  }
  return false;
}

bool OrderWay::expire_next(i64 now) {
  ClientOrderId id = emulation_.emulator().next_expired(now);
  if (id == 0) {
    id = lists_.next_expired(now);
    if (id == 0) return false;
    stop_holding(*store_.find(id));
  }
  tell(*store_.find(id), ExecType::expired, now);
  settle_lists(now);
  return true;
}

bool OrderWay::end_day(StrategyIndex strategy, InstrumentIndex instrument, i64 now) {
  for (ClientOrderId id = store_.first_open(strategy, instrument); id != 0;) {
    if (events_.is_half_full()) return false;
    Order& order = *store_.find(id);
    id = store_.next_open(id);
    if (order.ord_status != OrderStatus::emulated || order.time_in_force != TimeInForce::day) continue;
    stop_holding(order);
    tell(order, ExecType::expired, now);
  }
  settle_lists(now);
  return true;
}

bool OrderWay::cancel_held(StrategyIndex strategy, InstrumentIndex instrument, RejectReason reason, i64 now) {
  for (ClientOrderId id = store_.first_open(strategy, instrument); id != 0;) {
    if (events_.is_half_full()) return false;
    Order& order = *store_.find(id);
    id = store_.next_open(id);
    if (order.ord_status == OrderStatus::emulated) cancel_here(order, reason, now);
  }
  const bool ended = end_works(strategy, instrument, reason, now);
  settle_lists(now);
  return ended;
}

bool OrderWay::cancel_waiting_for(StrategyIndex strategy, InstrumentIndex component, RejectReason reason, i64 now) {
  for (InstrumentIndex instrument = 0; instrument < board_.size(); ++instrument) {
    for (ClientOrderId id = store_.first_open(strategy, instrument); id != 0;) {
      if (events_.is_half_full()) return false;
      Order& order = *store_.find(id);
      id = store_.next_open(id);
      const bool waits = order.ord_status == OrderStatus::emulated && order.trigger_symbol() != 0;
      if (waits && emulation_.synthetics().is_component(component, order.trigger_symbol()))
        cancel_here(order, reason, now);
    }
  }
  settle_lists(now);
  return true;
}

void OrderWay::hold(Order& order, i64 value_price, i64 now) {
  const bool waits = emulation_.hold(order, store_.terms(order));
  say(order, ExecType::emulated, RejectReason::none, now, value_price);
  if (!waits) release(order, now);
}

// Its stop price is reached: through the gate again, and on to the venue as a market or limit order. It is judged by
// what it has held back while it waited: a limit that is counted from its stop price may be dearer than that.
void OrderWay::release(Order& order, i64 now) {
  venue_.require_room();
  const OrderTerms terms = store_.terms(order);
  NewOrder sent = sent_order(order, terms);
  sent.price = limit_after(order, terms, order.stop_price());
  sent = released_form(sent);
  const RiskView view = view_of(order.strategy, order.instrument, now);
  Reservation shared;
  const RejectReason reason =
      gate_.check_release(sent, order, *instrument_of(order.instrument), view, shared_of(&order, shared));
  const i64 value_price = RiskGate::value_at_release(sent, order, view);
  tell(order, ExecType::triggered, now, sent.price);
  order.flags |= kReleased;
  say(order, ExecType::released, RejectReason::none, now);
  if (reason != RejectReason::none) return say(order, ExecType::denied, reason, now);
  send(order, value_price, now);
}

// A replace of an order that waits in the core: done at once.
RejectReason OrderWay::restate(Order& order, const ReplaceRequest& wanted, i64 now) {
  const OrderTerms terms = store_.terms(order);
  const bool waits = (order.flags & kWaiting) != 0;
  const RejectReason reason = waits ? RejectReason::none : emulation_.check_replace(wanted, order, terms);
  if (reason != RejectReason::none) return reason;
  venue_.require_room();
  const bool same_stop = wanted.stop_price == kNoPrice || wanted.stop_price == order.stop_price();
  const bool keeps_place = same_stop && wanted.quantity <= order.order_qty;
  const Reservation before = reservation_of(order);
  const RiskView view = view_of(order.strategy, order.instrument, now);
  order.value_price = RiskGate::value_at_replace(wanted, order, view, terms.limit_offset);
  exposure_changed(order, ExecType::replaced, before);
  tell(order, ExecType::replaced, now, wanted.price, wanted.quantity, wanted.stop_price);
  if (!waits && !emulation_.restate(order, terms, keeps_place)) release(order, now);
  return reason;
}

void OrderWay::cancel_here(Order& order, RejectReason reason, i64 now) {
  stop_holding(order);
  tell(order, ExecType::canceled, now, kNoPrice, 0, kNoPrice, reason);
}

void OrderWay::stop_holding(const Order& order) noexcept {
  if ((order.flags & kWaiting) != 0) {
    lists_.stop_waiting(order);
  } else {
    emulation_.remove(order);
  }
}

}  // namespace pytrader
