// Commands at the simulated venue: admission, taking, resting, replacing, canceling.
#include "matching/simulated_venue.hpp"

#include <algorithm>

namespace pytrader {
namespace {

// The worst price that a taker accepts.
i64 limit_of(Side side, i64 price) noexcept {
  if (price != kNoPrice) return price;
  return side == Side::buy ? INT64_MAX : INT64_MIN + 1;
}

bool may_rest(const RestingOrder& order) noexcept {
  return order.price != kNoPrice && order.time_in_force == TimeInForce::gtc;
}

}  // namespace

SimulatedVenue::SimulatedVenue(InstrumentIndex instrument, MarketKind kind, VenueNumbers& numbers,
                               std::vector<ExecutionReport>& reports)
    : instrument_(instrument), kind_(kind), numbers_(numbers), reports_(reports), market_(market_of(kind)) {}

VenueMarket& SimulatedVenue::market_of(MarketKind kind) noexcept {
  switch (kind) {
    case MarketKind::l3:
      return l3_;
    case MarketKind::l2:
      return l2_;
    case MarketKind::quotes:
      return quotes_;
    case MarketKind::bars:
      break;
  }
  return bars_;
}

void SimulatedVenue::submit(const NewOrder& order, i64 ts) {
  const RejectReason reason = refusal_of_new(order);
  if (reason != RejectReason::none) {
    report(ExecType::rejected, order.client_order_id, 0, ts).reason = reason;
    return;
  }
  RestingOrder resting;
  resting.venue_order_id = ++numbers_.last_venue_order_id;
  resting.price = order.price;
  resting.order_qty = order.quantity;
  resting.side = order.side;
  resting.time_in_force = order.time_in_force;
  resting.flags = order.flags;
  ExecutionReport& accepted = report(ExecType::new_, order.client_order_id, resting.venue_order_id, ts);
  accepted.price = order.price;
  accepted.quantity = order.quantity;
  if (kind_ == MarketKind::bars && !may_rest(resting)) {
    orders_.add_waiting(order.client_order_id, order.quantity, resting);
    return;
  }
  const i64 leaves = trade_as_taker(resting, order.client_order_id, order.quantity, ts);
  if (leaves == 0) return;
  if (may_rest(resting)) {
    rest(resting, order.client_order_id, leaves);
  } else {
    report(ExecType::canceled, order.client_order_id, resting.venue_order_id, ts).reason = RejectReason::no_liquidity;
  }
}

void SimulatedVenue::cancel(ClientOrderId id, i64 ts) {
  const u32 slot = orders_.find(id);
  if (slot == kNone) {
    report(ExecType::cancel_rejected, id, 0, ts).reason = RejectReason::unknown_order;
    return;
  }
  close(slot, ExecType::canceled, RejectReason::none, ts);
}

void SimulatedVenue::replace(const ReplaceRequest& request, i64 ts) {
  const ClientOrderId id = request.client_order_id;
  const i64 price = request.price;
  const i64 quantity = request.quantity;
  const u32 slot = orders_.find(id);
  if (slot == kNone) {
    report(ExecType::replace_rejected, id, 0, ts).reason = RejectReason::unknown_order;
    return;
  }
  RestingOrder order = orders_[slot];
  const i64 cum_qty = orders_.cum_qty(slot);
  const bool closes = quantity <= cum_qty;
  const bool keeps_place = price == order.price && quantity <= order.order_qty;
  RejectReason reason = RejectReason::none;
  if ((price == kNoPrice) != (order.price == kNoPrice)) {
    reason = order.price == kNoPrice ? RejectReason::market_order_with_price : RejectReason::limit_order_without_price;
  } else if (quantity <= 0) {
    reason = RejectReason::quantity_not_positive;
  } else if (!closes && !keeps_place) {
    reason = refusal_of_price(order.side, price, quantity - cum_qty, order.flags);
  }
  if (reason != RejectReason::none) {
    report(ExecType::replace_rejected, id, order.venue_order_id, ts).reason = reason;
    return;
  }
  ExecutionReport& replaced = report(ExecType::replaced, id, order.venue_order_id, ts);
  replaced.price = price;
  replaced.quantity = closes ? cum_qty : quantity;
  if (closes) {
    orders_.remove(slot);
  } else if (keeps_place) {
    if (quantity < order.order_qty) orders_.reduce(slot, order.order_qty - quantity);
    orders_[slot].order_qty = quantity;
  } else {
    const bool waited = kind_ == MarketKind::bars && !may_rest(order);
    orders_.remove(slot);
    order.price = price;
    order.order_qty = quantity;
    if (waited) {
      orders_.add_waiting(id, quantity - cum_qty, order);
      return;
    }
    const i64 leaves = trade_as_taker(order, id, quantity - cum_qty, ts);
    if (leaves > 0) rest(order, id, leaves);
  }
}

RejectReason SimulatedVenue::refusal_of_new(const NewOrder& order) const {
  const bool is_market = order.order_type == OrderType::market;
  if (!valid(order.side)) return RejectReason::side_not_valid;
  if (!is_basic(order.order_type)) return RejectReason::order_type_not_supported;
  // No sessions yet: there is no end of day at which a day order could expire.
  if (!is_basic(order.time_in_force) || order.time_in_force == TimeInForce::day) {
    return RejectReason::time_in_force_not_supported;
  }
  if (order.quantity <= 0) return RejectReason::quantity_not_positive;
  if (is_market && order.price != kNoPrice) return RejectReason::market_order_with_price;
  if (!is_market && order.price == kNoPrice) return RejectReason::limit_order_without_price;
  if (orders_.find(order.client_order_id) != kNone) return RejectReason::duplicate_order;
  if (is_market && (order.flags & kPostOnly) != 0) return RejectReason::post_only_not_allowed;
  const RejectReason reason = refusal_of_price(order.side, order.price, order.quantity, order.flags);
  if (reason != RejectReason::none) return reason;
  if (order.time_in_force == TimeInForce::fok && kind_ != MarketKind::bars &&
      market_.reachable(order.side, limit_of(order.side, order.price), order.quantity) < order.quantity) {
    return RejectReason::fok_not_fillable;
  }
  return RejectReason::none;
}

// What an order that arrives at this price may not do: meet an own order, take although post-only, overflow a level.
RejectReason SimulatedVenue::refusal_of_price(Side side, i64 price, i64 quantity, u16 flags) const {
  if (price == kNoPrice) {
    const Ladder& own = orders_.ladder(opposite(side));
    if (own.empty() || kind_ == MarketKind::bars) return RejectReason::none;
    const i64 before_own = own.best_price() - sign(side);
    return market_.reachable(side, before_own, quantity) < quantity ? RejectReason::self_trade : RejectReason::none;
  }
  if (orders_.any_at_or_better(opposite(side), price)) return RejectReason::self_trade;
  if ((flags & kPostOnly) != 0 && market_.reachable(side, price, 1) > 0) return RejectReason::post_only_would_take;
  if (!orders_.fits(side, price, quantity)) return RejectReason::value_overflow;
  return RejectReason::none;
}

i64 SimulatedVenue::trade_as_taker(const RestingOrder& order, ClientOrderId id, i64 leaves, i64 ts) {
  const i64 limit = limit_of(order.side, order.price);
  while (leaves > 0) {
    const Take take = market_.take(order.side, limit, leaves);
    if (take.quantity == 0) break;
    leaves -= take.quantity;
    ExecutionReport& trade = report(ExecType::trade, id, order.venue_order_id, ts);
    trade.exec_id = ++numbers_.last_exec_id;
    trade.last_px = take.price;
    trade.last_qty = take.quantity;
    trade.liquidity = Liquidity::taker;
  }
  return leaves;
}

void SimulatedVenue::rest(RestingOrder order, ClientOrderId id, i64 leaves) {
  order.place = market_.place_in_queue(order.side, order.price);
  order.place_fraction = 0;
  order.traded = 0;
  orders_.add(id, leaves, order);
}

void SimulatedVenue::fill(u32 slot, i64 price, i64 quantity, Liquidity liquidity, i64 ts) {
  ExecutionReport& trade = report(ExecType::trade, orders_.id_of(slot), orders_[slot].venue_order_id, ts);
  trade.exec_id = ++numbers_.last_exec_id;
  trade.last_px = price;
  trade.last_qty = quantity;
  trade.liquidity = liquidity;
  if (quantity == orders_.leaves_qty(slot)) {
    orders_.remove(slot);
  } else {
    orders_.reduce(slot, quantity);
  }
}

void SimulatedVenue::close(u32 slot, ExecType exec_type, RejectReason reason, i64 ts) {
  report(exec_type, orders_.id_of(slot), orders_[slot].venue_order_id, ts).reason = reason;
  orders_.remove(slot);
}

ExecutionReport& SimulatedVenue::report(ExecType exec_type, ClientOrderId id, VenueOrderId venue_order_id, i64 ts) {
  ExecutionReport& said = reports_.emplace_back();
  said.ts_event = ts;
  said.client_order_id = id;
  said.venue_order_id = venue_order_id;
  said.instrument = instrument_;
  said.exec_type = exec_type;
  return said;
}

}  // namespace pytrader
