// What a simulated venue refuses: by an order's form, by what the recording can not tell, by what stands at the venue.
// The order of the checks is that of docs/order_rules.md.
#include <algorithm>

#include "matching/simulated_venue.hpp"
#include "model/order_form.hpp"

namespace pytrader {
namespace {

bool offers(u16 offered, u16 wanted) noexcept {
  return (wanted & ~offered) == 0;
}

u16 instructions_of(const NewOrder& order) noexcept {
  u16 wanted = 0;
  if ((order.flags & kReduceOnly) != 0) wanted |= members_of(Instruction::reduce_only);
  if ((order.flags & kHidden) != 0) wanted |= members_of(Instruction::hidden);
  if ((order.flags & kAllOrNone) != 0) wanted |= members_of(Instruction::all_or_none);
  if (order.terms.display_qty != 0) wanted |= members_of(Instruction::iceberg);
  if (order.terms.min_qty != 0) wanted |= members_of(Instruction::minimum_quantity);
  return wanted;
}

}  // namespace

RejectReason SimulatedVenue::refusal_of_special(const NewOrder& order, i64 ts) const {
  if (const RejectReason reason = refusal_of_form(order); reason != RejectReason::none) return reason;
  if (const RejectReason reason = refusal_by_data(order); reason != RejectReason::none) return reason;
  return refusal_of_state(order, ts);
}

RejectReason SimulatedVenue::refusal_of_form(const NewOrder& order) const {
  const VenueRules& venue = rules_.rules;
  if (!valid(order.side)) return RejectReason::side_not_valid;
  const TypeRules* type = rules_of(order.order_type);
  if (type == nullptr || !offers(venue.order_types, members_of(type->type))) {
    return RejectReason::order_type_not_supported;
  }
  if (type->type == OrderType::market_with_protection && venue.market_protection_ticks == 0) {
    return RejectReason::order_type_not_supported;
  }
  if (order.quantity <= 0) return RejectReason::quantity_not_positive;
  if (type->needs_price && order.price == kNoPrice) return RejectReason::limit_order_without_price;
  if (!type->takes_price && order.price != kNoPrice) return RejectReason::market_order_with_price;
  const TimeInForce force = order.time_in_force;
  if (!is_known(force) || !offers(venue.times_in_force, members_of(force)) || !goes_with(type->type, force)) {
    return RejectReason::time_in_force_not_supported;
  }
  if ((force == TimeInForce::gtd) != (order.terms.expire_time != 0)) return RejectReason::expire_time_missing;
  if ((order.flags & kPostOnly) != 0 && venue.post_only == PostOnlyPolicy::not_offered) {
    return RejectReason::post_only_not_allowed;
  }
  const RejectReason reason =
      check_terms(*type, force, order.flags, order.quantity, order.terms, venue.iceberg_parts_max);
  if (reason != RejectReason::none) return reason;
  return offers(venue.instructions, instructions_of(order)) ? RejectReason::none
                                                            : RejectReason::instruction_not_supported;
}

// What the instrument's rows do not tell, an order can not wait for.
RejectReason SimulatedVenue::refusal_by_data(const NewOrder& order) const {
  const bool bars = kind_ == MarketKind::bars;
  const bool has_touch = !bars && data_.quotes;
  if (order.order_type == OrderType::pegged && !has_touch) return RejectReason::order_type_not_supported;
  if (ends_with_day(order.time_in_force) && !data_.status) return RejectReason::time_in_force_not_supported;
  // Bars hold no auctions.
  if (waits_for_auction(order.time_in_force) && bars) return RejectReason::time_in_force_not_supported;
  const bool known = !waits_for_price(order.order_type) || tells(trigger_of(order.trigger_type));
  return known ? RejectReason::none : RejectReason::instruction_not_supported;
}

RejectReason SimulatedVenue::refusal_of_state(const NewOrder& order, i64 ts) const {
  if (orders_.find(order.client_order_id) != kNone) return RejectReason::duplicate_order;
  const PhaseRules& phase = acceptance(phase_, rules_.rules.session);
  const bool conditional = (order.flags & (kPostOnly | kAllOrNone)) != 0 || order.terms.min_qty != 0;
  if (!offers(phase.order_types, members_of(order.order_type)) ||
      !offers(phase.times_in_force, members_of(order.time_in_force)) || (conditional && !phase.accepts_conditions)) {
    return RejectReason::trading_phase;
  }
  if (order.time_in_force == TimeInForce::gtd && order.terms.expire_time <= ts) {
    return RejectReason::expire_time_passed;
  }
  if ((order.flags & kReduceOnly) != 0 && reducible(order.strategy, order.side) == 0) {
    return RejectReason::reduce_only_would_increase;
  }
  if (order.quantity > VenueOrders::kMaxLevelQuantity ||
      (order.price != kNoPrice && !orders_.fits(order.side, order.price, order.quantity))) {
    return RejectReason::value_overflow;
  }
  if (waits_for_price(order.order_type)) return refusal_of_stop(order);
  if (is_frozen(order.strategy, ts) && may_only_rest(order)) return RejectReason::maker_protection;
  return matches_ && !waits_for_auction(order.time_in_force) ? refusal_at_entry(order) : RejectReason::none;
}

RejectReason SimulatedVenue::refusal_of_stop(const NewOrder& order) const {
  const ImmediateTrigger rule = rules_.rules.immediate_trigger;
  if (rule == ImmediateTrigger::elect || phase_ != TradingPhase::continuous) return RejectReason::none;
  const TriggerBook::Reach price = price_of(source_of_order(order.side, order.order_type, order.trigger_type));
  if (price == TriggerBook::Reach{}) return RejectReason::none;
  bool reached = false;
  if (!trails(order.order_type)) {
    const bool rising = rises(order.side, order.order_type);
    reached = TriggerBook::reached(rising, order.terms.stop_price, price.reached(rising));
  } else if (rule == ImmediateTrigger::reject_activation && order.terms.activation_price != kNoPrice) {
    reached = TriggerBook::reached(order.side == Side::sell, order.terms.activation_price, price.reached(order.side));
  }
  return reached ? RejectReason::stop_price_reached : RejectReason::none;
}

// Of an order that meets the market at once.
RejectReason SimulatedVenue::refusal_at_entry(const NewOrder& order) const {
  if (kind_ == MarketKind::bars) return refusal_over_bars(order.side, order.price, order.self_trade);
  const bool takes_price_from_market =
      order.order_type == OrderType::market_to_limit || order.order_type == OrderType::market_with_protection;
  if (takes_price_from_market && best_opposite(order.side) == kNoPrice) return RejectReason::no_liquidity;
  const SelfTrade policy = policy_of(order.self_trade);
  const i64 limit = limit_at_entry(order.side, order.flags, order.order_type, order.price, order.quantity, order.terms);
  if (order.order_type == OrderType::pegged && limit == kNoPrice) return RejectReason::none;
  const i64 quantity = (order.flags & kReduceOnly) != 0
                           ? std::min(order.quantity, reducible(order.strategy, order.side))
                           : order.quantity;
  if (policy == SelfTrade::venue_default) {
    const RejectReason reason = refusal_of_price(order.side, limit, quantity, 0);
    if (reason != RejectReason::none) return reason;
  }
  const i64 best = best_opposite(order.side);
  const bool would_take = best != kNoPrice && (order.side == Side::buy ? limit >= best : limit <= best);
  if ((order.flags & kPostOnly) != 0 && would_take) return RejectReason::post_only_would_take;
  const bool immediate = order.time_in_force == TimeInForce::fok ||
                         ((order.flags & kAllOrNone) != 0 && order.time_in_force == TimeInForce::ioc);
  if (immediate && reach(order.side, limit, quantity, policy) < quantity) return RejectReason::fok_not_fillable;
  return RejectReason::none;
}

// Between bars nothing trades: own orders that cross are refused, or nothing is done about them.
RejectReason SimulatedVenue::refusal_over_bars(Side side, i64 price, SelfTrade asked) const noexcept {
  const bool refuses = policy_of(asked) == SelfTrade::venue_default && price != kNoPrice;
  return refuses && orders_.any_at_or_better(opposite(side), price) ? RejectReason::self_trade : RejectReason::none;
}

RejectReason SimulatedVenue::refusal_of_replace(u32 slot, const ReplaceRequest& request) const {
  const RestingOrder& order = orders_[slot];
  const VenueTerms& terms = orders_.terms(slot);
  if (request.quantity <= 0) return RejectReason::quantity_not_positive;
  if (order.stands == VenuePlace::held) return RejectReason::request_pending;
  if (!acceptance(phase_, rules_.rules.session).accepts_replace) return RejectReason::trading_phase;
  const bool pegged = terms.order_type == OrderType::pegged;
  const i64 has = terms.limit != kNoPrice || pegged ? terms.limit : order.price;
  if (!pegged && (request.price == kNoPrice) != (has == kNoPrice)) {
    return has == kNoPrice ? RejectReason::market_order_with_price : RejectReason::limit_order_without_price;
  }
  const bool waits = waits_for_stop_price(order.stands);
  if (request.stop_price != kNoPrice && !waits) return RejectReason::already_triggered;
  if (request.stop_price != kNoPrice && trails(terms.order_type)) return RejectReason::trailing_not_valid;
  const i64 cum_qty = orders_.cum_qty(slot);
  if (request.quantity <= cum_qty) return RejectReason::none;
  if (waits && request.stop_price != kNoPrice && rules_.rules.immediate_trigger != ImmediateTrigger::elect) {
    const bool rising = rises(order.side, terms.order_type);
    const i64 price = price_of(static_cast<TriggerSource>(terms.source)).reached(rising);
    if (price != kNoPrice && TriggerBook::reached(rising, request.stop_price, price)) {
      return RejectReason::stop_price_reached;
    }
  }
  const bool moves = order.stands == VenuePlace::resting && !pegged && !keeps_place(slot, request);
  if (!moves || !matches_) return RejectReason::none;
  if (kind_ == MarketKind::bars) return refusal_over_bars(order.side, request.price, terms.self_trade);
  const i64 open = request.quantity - cum_qty;
  if (policy_of(terms.self_trade) == SelfTrade::venue_default) {
    return refusal_of_price(order.side, request.price, open, order.flags & kPostOnly);
  }
  const i64 best = best_opposite(order.side);
  const bool would_take = best != kNoPrice && (order.side == Side::buy ? request.price >= best : request.price <= best);
  const bool slides = rules_.rules.post_only == PostOnlyPolicy::slide;
  return order.has(kPostOnly) && would_take && !slides ? RejectReason::post_only_would_take : RejectReason::none;
}

}  // namespace pytrader
