// Plain commands at the simulated venue, and how orders trade and leave.
#include "matching/simulated_venue.hpp"

#include <algorithm>

#include "model/order_form.hpp"

namespace pytrader {
namespace {

// The worst price that a taker accepts.
i64 limit_of(Side side, i64 price) noexcept {
  if (price != kNoPrice) return price;
  return side == Side::buy ? INT64_MAX : INT64_MIN + 1;
}

bool may_rest(const RestingOrder& order) noexcept {
  return order.price != kNoPrice && rests_by(order.time_in_force);
}

bool touches_no_plain_order(const RecordedVenueRules& rules) noexcept {
  const VenueRules& venue = rules.rules;
  return rules.impact.is_none() && rules.last_look.is_none() && rules.protection.is_none() &&
         rules.refuses_self_trade && venue.amend == AmendPolicy::keeps_on_decrease &&
         venue.post_only == PostOnlyPolicy::reject && venue.order_types == kAllOrderTypes &&
         venue.times_in_force == kAllTimesInForce;
}

}  // namespace

SimulatedVenue::SimulatedVenue(InstrumentIndex instrument, MarketKind kind, VenueNumbers& numbers,
                               std::vector<ExecutionReport>& reports, const RecordedVenueRules& rules,
                               const VenueData& data)
    : instrument_(instrument),
      kind_(kind),
      numbers_(numbers),
      reports_(reports),
      rules_(rules),
      data_(data),
      plain_rules_(touches_no_plain_order(rules)),
      market_(market_of(kind)),
      tips_(rules.rules.seed) {
  check(rules);
  if (!rules.impact.is_none()) impact_ = std::make_unique<MarketImpact>(rules.impact);
  if (!rules.protection.is_none()) protection_ = std::make_unique<MakerProtection>(rules.protection);
}

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

// What the recording never tells, an order can not wait for here.
bool SimulatedVenue::supports(OrderType order_type, TriggerType trigger_type,
                              TimeInForce time_in_force) const noexcept {
  return (!waits_for_price(order_type) || tells(trigger_of(trigger_type))) &&
         (data_.status || !ends_with_day(time_in_force)) && (rules_.rules.order_types & members_of(order_type)) != 0 &&
         (rules_.rules.times_in_force & members_of(time_in_force)) != 0;
}

void SimulatedVenue::submit(const NewOrder& order, i64 ts) {
  let_earlier_in(ts);
  if (!comes_early(ts)) return take_command(order, ts);
  early_.emplace_back(order);
  ++early_orders_;
}

void SimulatedVenue::cancel(ClientOrderId id, i64 ts) {
  let_earlier_in(ts);
  if (!comes_early(ts)) return take_command(CancelRequest{id, 0}, ts);
  early_.emplace_back(CancelRequest{id, 0});
}

void SimulatedVenue::replace(const ReplaceRequest& request, i64 ts) {
  let_earlier_in(ts);
  if (!comes_early(ts)) return take_command(request, ts);
  early_.emplace_back(request);
}

// A command says nothing that brings another one, so that the list stays as it is meanwhile.
void SimulatedVenue::let_in(i64 ts) {
  event_under_way_ = INT64_MIN;
  early_orders_ = 0;
  for (const Command& command : early_) {
    std::visit([&](const auto& early) { take_command(early, ts); }, command);
  }
  early_.clear();
}

void SimulatedVenue::hand_over(ExecutionVenue& next, i64 ts) {
  for (const Command& command : early_) {
    if (const auto* order = std::get_if<NewOrder>(&command)) next.submit(*order, ts);
    if (const auto* cancel = std::get_if<CancelRequest>(&command)) next.cancel(cancel->client_order_id, ts);
    if (const auto* replace = std::get_if<ReplaceRequest>(&command)) next.replace(*replace, ts);
  }
  early_.clear();
  early_orders_ = 0;
}

void SimulatedVenue::take_command(const NewOrder& order, i64 ts) {
  if (order.strategy >= positions_.size()) positions_.resize(order.strategy + std::size_t{1});
  if (is_plain(order)) {
    submit_plain(order, ts);
  } else {
    submit_special(order, ts);
  }
}

// What needs nothing but price, quantity and place.
bool SimulatedVenue::is_plain(const NewOrder& order) const noexcept {
  constexpr OrderTerms kNoTerms{};
  const bool plain_force = is_basic(order.time_in_force) && order.time_in_force != TimeInForce::day;
  return plain_rules_ && phase_ == TradingPhase::continuous && is_basic(order.order_type) && plain_force &&
         (order.flags & ~(kPostOnly | kEmulate)) == 0 && order.self_trade == SelfTrade::venue_default &&
         order.list == 0 && order.terms == kNoTerms;
}

void SimulatedVenue::submit_plain(const NewOrder& order, i64 ts) {
  const RejectReason reason = refusal_of_new(order);
  if (reason != RejectReason::none) {
    report(ExecType::rejected, order.client_order_id, 0, ts).reason = reason;
    return;
  }
  RestingOrder resting;
  resting.venue_order_id = ++numbers_.last_venue_order_id;
  resting.price = order.price;
  resting.order_qty = order.quantity;
  resting.strategy = order.strategy;
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
    rest(resting, order.client_order_id, leaves, ts);
  } else {
    ExecutionReport& canceled = report(ExecType::canceled, order.client_order_id, resting.venue_order_id, ts);
    canceled.quantity = order.quantity - leaves;
    canceled.reason = RejectReason::no_liquidity;
  }
}

void SimulatedVenue::take_command(const CancelRequest& request, i64 ts) {
  const ClientOrderId id = request.client_order_id;
  const u32 slot = orders_.find(id);
  const bool accepted = acceptance(phase_, rules_.rules.session).accepts_cancel;
  if (slot == kNone || !accepted) {
    report(ExecType::cancel_rejected, id, 0, ts).reason =
        slot == kNone ? RejectReason::unknown_order : RejectReason::trading_phase;
    return;
  }
  if (orders_[slot].stands == VenuePlace::held) {
    report(ExecType::cancel_rejected, id, orders_[slot].venue_order_id, ts).reason = RejectReason::request_pending;
    return;
  }
  close(slot, ExecType::canceled, RejectReason::none, ts);
}

void SimulatedVenue::revoke(ClientOrderId id, i64 ts) {
  const u32 slot = orders_.find(id);
  if (slot != kNone && orders_[slot].stands == VenuePlace::held) {
    close(slot, ExecType::canceled, RejectReason::none, ts);
  } else {
    take_command(CancelRequest{id, 0}, ts);
  }
}

void SimulatedVenue::take_command(const ReplaceRequest& request, i64 ts) {
  const u32 slot = orders_.find(request.client_order_id);
  if (slot == kNone) {
    report(ExecType::replace_rejected, request.client_order_id, 0, ts).reason = RejectReason::unknown_order;
  } else if (orders_[slot].special || phase_ != TradingPhase::continuous) {
    replace_special(make_special(slot), request, ts);
    after_event(ts);
  } else {
    replace_plain(slot, request, ts);
  }
}

void SimulatedVenue::replace_plain(u32 slot, const ReplaceRequest& request, i64 ts) {
  const ClientOrderId id = request.client_order_id;
  const i64 price = request.price;
  const i64 quantity = request.quantity;
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
    if (leaves > 0) rest(order, id, leaves, ts);
  }
}

RejectReason SimulatedVenue::refusal_of_new(const NewOrder& order) const {
  const bool is_market = order.order_type == OrderType::market;
  if (!valid(order.side)) return RejectReason::side_not_valid;
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
    booked(order.strategy, order.side, take.quantity);
    ExecutionReport& trade = report(ExecType::trade, id, order.venue_order_id, ts);
    trade.exec_id = ++numbers_.last_exec_id;
    trade.last_px = take.price;
    trade.last_qty = take.quantity;
    trade.liquidity = Liquidity::taker;
  }
  return leaves;
}

void SimulatedVenue::rest(RestingOrder order, ClientOrderId id, i64 leaves, i64 ts) {
  order.place = market_.place_in_queue(order.side, order.price, ts);
  order.place_fraction = 0;
  order.traded = 0;
  orders_.add(id, leaves, order);
}

// An iceberg whose tip has traded shows the next one behind the queue of its price.
void SimulatedVenue::fill(u32 slot, i64 price, i64 quantity, Liquidity liquidity, i64 ts) {
  const RestingOrder& order = orders_[slot];
  ExecutionReport& trade = report(ExecType::trade, orders_.id_of(slot), order.venue_order_id, ts);
  trade.exec_id = ++numbers_.last_exec_id;
  trade.last_px = price;
  trade.last_qty = quantity;
  trade.liquidity = liquidity;
  booked(order.strategy, order.side, quantity);
  if (protection_ != nullptr && liquidity == Liquidity::maker) [[unlikely]]
    count_fill(order, quantity, ts);
  if (kind_ == MarketKind::bars) {
    bar_left_ -= quantity;
    if (order.special && orders_.terms(slot).list != 0) filled_lists_.push_back(orders_.terms(slot).list);
  }
  const i64 left = orders_.leaves_qty(slot) - quantity;
  if (left == 0) {
    forget(slot);
  } else if (quantity < orders_.shown_qty(slot)) {
    orders_.reduce(slot, quantity);
  } else {
    take_out(slot);
    orders_.show(slot, left);
    rest_special(slot, ts);
  }
}

void SimulatedVenue::close(u32 slot, ExecType exec_type, RejectReason reason, i64 ts) {
  ExecutionReport& ended = report(exec_type, orders_.id_of(slot), orders_[slot].venue_order_id, ts);
  ended.quantity = orders_.cum_qty(slot);
  ended.reason = reason;
  forget(slot);
}

void SimulatedVenue::forget(u32 slot) noexcept {
  if (orders_[slot].special) {
    const VenueTerms& terms = orders_.terms(slot);
    const VenuePlace stands = orders_[slot].stands;
    if (waits_for_stop_price(stands)) stop_waiting(slot);
    if (stands == VenuePlace::elected) std::erase(elected_, slot);
    if (stands == VenuePlace::collected) std::erase(collected_, slot);
    if (stands == VenuePlace::held) std::erase_if(held_, [slot](const HeldTake& take) { return take.slot == slot; });
    if (stands == VenuePlace::resting && orders_[slot].has(kAllOrNone)) --all_or_none_;
    if (terms.order_type == OrderType::pegged) std::erase(pegs_, slot);
    if (expiries_.contains(slot)) expiries_.remove(slot);
    --special_live_;
  }
  orders_.remove(slot);
}

void SimulatedVenue::advance(i64 ts) {
  for (i64 due = next_due(); due <= ts && due != kNeverDue; due = next_due()) {
    if (expiries_.first_key() == due) {
      close(expiries_.first(), ExecType::expired, RejectReason::none, due);
    } else {
      decide();
    }
  }
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
