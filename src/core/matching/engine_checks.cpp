// What refuses a new order: its form, its terms, and what the engine holds.
// docs/order_rules.md has the order of the checks.
#include <algorithm>

#include "matching/matching_engine.hpp"
#include "model/order_form.hpp"

namespace pytrader {

// Side and type come before the terms, in the order of the checks too.
RejectReason MatchingEngine::check_side_and_type(const OrderMessage& message) const noexcept {
  if (!valid(static_cast<Side>(message.side))) return RejectReason::side_not_valid;
  const TypeRules* type = rules_of(static_cast<OrderType>(message.order_type));
  if (type == nullptr || !offers(rules_.order_types, members_of(type->type))) {
    return RejectReason::order_type_not_supported;
  }
  if (type->type == OrderType::market_with_protection && rules_.market_protection_ticks == 0) {
    return RejectReason::order_type_not_supported;
  }
  return RejectReason::none;
}

RejectReason MatchingEngine::refusal_without_terms(const OrderMessage& message) const noexcept {
  const RejectReason reason = check_side_and_type(message);
  return reason != RejectReason::none ? reason : RejectReason::malformed_message;
}

RejectReason MatchingEngine::check_order(const OrderMessage& message, const OrderTerms& terms) const noexcept {
  const RejectReason reason = check_side_and_type(message);
  if (reason != RejectReason::none) return reason;
  const TypeRules* type = rules_of(static_cast<OrderType>(message.order_type));
  const bool known_self_trade = message.self_trade <= static_cast<u8>(SelfTrade::decrement);
  if ((message.flags & ~kMessageFlags) != 0 || !known_self_trade || message.reserved != 0) {
    return RejectReason::malformed_message;
  }
  if (message.quantity <= 0) return RejectReason::quantity_not_positive;
  if (type->needs_price && message.price == kNoPrice) return RejectReason::limit_order_without_price;
  if (!type->takes_price && message.price != kNoPrice && message.price != 0) {
    return RejectReason::market_order_with_price;
  }
  const auto force = static_cast<TimeInForce>(message.time_in_force);
  if (!is_known(force) || !offers(rules_.times_in_force, members_of(force)) || !goes_with(type->type, force)) {
    return RejectReason::time_in_force_not_supported;
  }
  if ((force == TimeInForce::gtd) != (terms.expire_time != 0)) return RejectReason::expire_time_missing;
  return check_terms(message, terms);
}

RejectReason MatchingEngine::check_terms(const OrderMessage& message, const OrderTerms& terms) const noexcept {
  if ((message.flags & kPostOnly) != 0 && rules_.post_only == PostOnlyPolicy::not_offered) {
    return RejectReason::post_only_not_allowed;
  }
  const RejectReason reason = pytrader::check_terms(*rules_of(static_cast<OrderType>(message.order_type)),
                                                    static_cast<TimeInForce>(message.time_in_force), message.flags,
                                                    message.quantity, terms, rules_.iceberg_parts_max);
  if (reason != RejectReason::none) return reason;
  u16 wanted = 0;
  if ((message.flags & kReduceOnly) != 0) wanted |= members_of(Instruction::reduce_only);
  if ((message.flags & kHidden) != 0) wanted |= members_of(Instruction::hidden);
  if ((message.flags & kAllOrNone) != 0) wanted |= members_of(Instruction::all_or_none);
  if (terms.display_qty != 0) wanted |= members_of(Instruction::iceberg);
  if (terms.min_qty != 0) wanted |= members_of(Instruction::minimum_quantity);
  if (!offers(rules_.instructions, wanted)) return RejectReason::instruction_not_supported;
  const bool needs_owner = (message.flags & kReduceOnly) != 0;
  return needs_owner && message.owner == 0 ? RejectReason::owner_missing : RejectReason::none;
}

RejectReason MatchingEngine::check_phase(const Arrival& order) const noexcept {
  const PhaseRules& phase = acceptance(phase_, rules_.session);
  const SpecialOrder& terms = order.terms;
  const bool conditional = terms.has(kPostOnly) || terms.has(kAllOrNone) || terms.min_qty != 0;
  const bool accepted = offers(phase.order_types, members_of(terms.order_type)) &&
                        offers(phase.times_in_force, members_of(terms.time_in_force)) &&
                        (!conditional || phase.accepts_conditions);
  return accepted ? RejectReason::none : RejectReason::trading_phase;
}

// What the engine holds. Cuts a reduce-only order down to what the position allows.
RejectReason MatchingEngine::check_now(Arrival& order) {
  SpecialOrder& terms = order.terms;
  if (slot_of(order.order_id) != kNone) return RejectReason::duplicate_order;
  if (const RejectReason reason = check_phase(order); reason != RejectReason::none) return reason;
  if (terms.time_in_force == TimeInForce::gtd && terms.expire_time <= clock_) return RejectReason::expire_time_passed;
  if (!fit_reduce_only(order)) return RejectReason::reduce_only_would_increase;
  const TypeRules& type = *rules_of(terms.order_type);
  const bool may_stay = may_rest(order) || type.waits || waits_for_auction(terms.time_in_force);
  if (may_stay) {
    if (order.leaves > INT64_MAX - open_quantity(order.side)) return RejectReason::quantity_above_maximum;
    if (pool_.full()) return RejectReason::order_limit;
  }
  const bool has_price = type.takes_price && terms.limit != kNoPrice;
  if (has_price && !entry_allowed(rules_.bands, order.side, terms.limit, reference_price_)) {
    return RejectReason::price_out_of_range;
  }
  if (check_closing_price(terms.limit) != RejectReason::none) return RejectReason::price_out_of_range;
  const bool needs_market =
      terms.order_type == OrderType::market_to_limit || terms.order_type == OrderType::market_with_protection;
  if (needs_market && best_of_all(opposite(order.side)) == kNoPrice) return RejectReason::no_liquidity;
  if (post_only_takes(order)) return RejectReason::post_only_would_take;
  if (reached_at_entry(order) && rules_.immediate_trigger != ImmediateTrigger::elect) {
    return RejectReason::stop_price_reached;
  }
  const bool at_once =
      terms.time_in_force == TimeInForce::fok || (terms.has(kAllOrNone) && terms.time_in_force == TimeInForce::ioc);
  if (at_once && !type.waits) {
    set_limits(order);
    if (reachable(order) < order.leaves) return RejectReason::fok_not_fillable;
  }
  return RejectReason::none;
}

// Cuts a reduce-only order down to what the position allows; false if that is nothing.
bool MatchingEngine::fit_reduce_only(Arrival& order) const noexcept {
  if (!order.terms.has(kReduceOnly)) return true;
  const u32 account = accounts_.find(order.terms.owner);
  const i64 most = account == 0 ? 0 : accounts_.reducible(account, order.side);
  order.cut = std::max<i64>(0, order.leaves - most);
  order.leaves -= order.cut;
  return order.leaves != 0;
}

// Triggers sleep in a call phase.
bool MatchingEngine::reached_at_entry(const Arrival& order) const noexcept {
  const SpecialOrder& terms = order.terms;
  return waits_for_price(terms.order_type) && !trails(terms.order_type) && phase_ == TradingPhase::continuous &&
         last_trade_price_ != kNoPrice &&
         TriggerBook::reached(rises(order.side, terms.order_type), terms.stop_price, last_trade_price_);
}

// Only where orders meet at once, and where the venue does not slide the order instead.
bool MatchingEngine::post_only_takes(const Arrival& order) const noexcept {
  if (!order.terms.has(kPostOnly) || is_collecting()) return false;
  const i64 best = best_of_all(opposite(order.side));
  if (best == kNoPrice || side(opposite(order.side)).better(order.terms.limit, best)) return false;
  // Beyond the last price that there is, none is left to slide to.
  const i64 last = order.side == Side::buy ? kNoPrice + 1 : INT64_MAX;
  return rules_.post_only == PostOnlyPolicy::reject || best == last;
}

}  // namespace pytrader
