// How orders that need more than price, quantity and place enter a simulated venue, take, meet own orders and rest.
#include <algorithm>
#include <bit>

#include "matching/simulated_venue.hpp"
#include "model/order_form.hpp"

namespace pytrader {
namespace {

i64 limit_of(Side side, i64 price) noexcept {
  if (price != kNoPrice) return price;
  return side == Side::buy ? INT64_MAX : INT64_MIN + 1;
}

i64 beyond(Side side, i64 price, i64 ticks) noexcept {
  const i128 moved = i128{price} + sign(side) * i128{ticks};
  return static_cast<i64>(std::clamp<i128>(moved, i128{kNoPrice} + 1, i128{INT64_MAX - 1}));
}

// Whether an order of this side and limit would trade at a price.
bool crosses(Side side, i64 limit, i64 price) noexcept {
  return limit == kNoPrice || (side == Side::buy ? price <= limit : price >= limit);
}

bool ties_siblings(Contingency contingency) noexcept {
  return contingency == Contingency::one_cancels_other || contingency == Contingency::one_updates_other_absolute ||
         contingency == Contingency::one_updates_other_proportional;
}

}  // namespace

void SimulatedVenue::submit_special(const NewOrder& order, i64 ts) {
  const ClientOrderId id = order.client_order_id;
  if (impact_ != nullptr) impact_->advance(ts);
  const RejectReason reason = refusal_of_special(order, ts);
  if (reason != RejectReason::none) {
    report(ExecType::rejected, id, 0, ts).reason = reason;
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
  VenueTerms terms;
  terms.asked = order.terms;
  terms.limit = order.price;
  terms.stop_price = order.terms.stop_price;
  terms.entered = ++time_;
  terms.list = ties_siblings(order.contingency) ? order.list : 0;
  terms.order_type = order.order_type;
  terms.self_trade = order.self_trade;
  terms.source = static_cast<u8>(source_of_order(order.side, order.order_type, order.trigger_type));
  const u32 slot = orders_.add_special(id, order.quantity, resting, terms);
  ++special_live_;
  if (order.order_type == OrderType::pegged) pegs_.push_back(slot);
  if (order.time_in_force == TimeInForce::gtd) {
    expiries_.reserve(std::bit_ceil(slot + std::size_t{1}));
    expiries_.push(slot, order.terms.expire_time, terms.entered);
  }
  const bool waits = waits_for_price(order.order_type);
  const bool now = matches_ && kind_ != MarketKind::bars && !waits && order.order_type != OrderType::pegged;
  if (now) {
    orders_[slot].price =
        limit_at_entry(order.side, order.flags, order.order_type, order.price, order.quantity, order.terms);
  }
  state_terms(ExecType::new_, slot, RejectReason::none, ts);
  if (waits) {
    wait_for_price(slot, ts);
  } else if (waits_for_auction(order.time_in_force) &&
             (rules_of(phase_).activates & members_of(order.time_in_force)) == 0) {
    orders_[slot].stands = VenuePlace::parked;
  } else {
    enter(slot, ts);
  }
  after_event(ts);
}

// A plain order gets the terms that say what it is.
u32 SimulatedVenue::make_special(u32 slot) {
  if (orders_[slot].special) return slot;
  VenueTerms terms;
  terms.limit = orders_[slot].price;
  terms.order_type = orders_[slot].price == kNoPrice ? OrderType::market : OrderType::limit;
  terms.entered = ++time_;
  orders_.make_special(slot, terms);
  ++special_live_;
  return slot;
}

// The order, which is in no queue, meets the market.
void SimulatedVenue::enter(u32 slot, i64 ts) {
  if (!fits_reduce_only(slot, ts)) return;
  if (impact_ != nullptr) impact_->advance(ts);
  RestingOrder& order = orders_[slot];
  VenueTerms& terms = orders_.terms(slot);
  const i64 leaves = orders_.leaves_qty(slot);
  order.price = limit_at_entry(order.side, order.flags, terms.order_type, terms.limit, leaves, terms.asked);
  if (terms.order_type == OrderType::pegged && order.price == kNoPrice) {
    order.stands = VenuePlace::unpriced;
    return;
  }
  // What it takes from the other side's best price, it takes once.
  if (terms.order_type == OrderType::market_to_limit || terms.order_type == OrderType::market_with_protection) {
    terms.limit = order.price;
    terms.limit_given = true;
  }
  if (kind_ == MarketKind::bars || !matches_) {
    enter_unmatched(slot, ts);
    return;
  }
  const i64 least = terms.asked.min_qty;
  const bool all = order.has(kAllOrNone) || order.time_in_force == TimeInForce::fok;
  if (all || least != 0) {
    const i64 wanted = all ? leaves : least;
    const bool fits = reach(order.side, order.price, wanted, policy_of(terms.self_trade)) >= wanted;
    terms.asked.min_qty = 0;
    if (!fits && least != 0) return close(slot, ExecType::canceled, RejectReason::minimum_quantity_not_met, ts);
    if (!fits && rests_by(order.time_in_force) && order.price != kNoPrice) return come_to_rest(slot, ts);
    if (!fits) return close(slot, ExecType::canceled, RejectReason::fok_not_fillable, ts);
  }
  take(slot, ts);
  if (!orders_.is_live(slot) || order.stands == VenuePlace::held) return;
  if (order.price != kNoPrice && rests_by(order.time_in_force)) {
    come_to_rest(slot, ts);
  } else {
    close(slot, ExecType::canceled, RejectReason::no_liquidity, ts);
  }
}

// Where nothing matches now: over bars until the next one opens, in a call phase until its auction.
void SimulatedVenue::enter_unmatched(u32 slot, i64 ts) {
  RestingOrder& order = orders_[slot];
  const bool rests = order.price != kNoPrice && (rests_by(order.time_in_force) || !matches_);
  if (rests) {
    come_to_rest(slot, ts);
  } else if (kind_ == MarketKind::bars) {
    orders_.wait(slot);
  } else {
    order.stands = VenuePlace::collected;
    collected_.push_back(slot);
  }
}

// Own orders of the other side stand before the recorded ones at their price.
void SimulatedVenue::take(u32 slot, i64 ts) {
  const Side side = orders_[slot].side;
  const i64 limit = limit_of(side, orders_[slot].price);
  const SelfTrade policy = policy_of(orders_.terms(slot).self_trade);
  i64 taken = 0;
  while (orders_.is_live(slot)) {
    const u32 own = own_in_reach(side, limit, orders_.leaves_qty(slot), policy);
    const i64 bound = own == kNone ? limit : orders_[own].price - sign(side);
    const i64 got = sweep(slot, bound, limit, taken, ts);
    if (got > 0) {
      if (orders_.is_live(slot) && orders_[slot].stands == VenuePlace::held) return;
      taken += got;
    } else if (own == kNone) {
      break;
    } else {
      meet_own(slot, own, ts);
    }
  }
  moved_price(side, taken);
}

void SimulatedVenue::meet_own(u32 taker, u32 maker, i64 ts) {
  if (!fits_reduce_only(maker, ts)) return;
  const SelfTrade policy = policy_of(orders_.terms(taker).self_trade);
  const i64 quantity = std::min(orders_.leaves_qty(taker), orders_.leaves_qty(maker));
  switch (policy) {
    case SelfTrade::none: {
      const i64 price = orders_[maker].price;
      fill(taker, price, quantity, Liquidity::taker, ts);
      fill(maker, price, quantity, Liquidity::maker, ts);
      return;
    }
    case SelfTrade::cancel_oldest:
      return close(maker, ExecType::canceled, RejectReason::self_trade, ts);
    case SelfTrade::decrement:
      cut(make_special(maker), quantity, RejectReason::self_trade, ts);
      return cut(taker, quantity, RejectReason::self_trade, ts);
    case SelfTrade::cancel_both:
      close(maker, ExecType::canceled, RejectReason::self_trade, ts);
      [[fallthrough]];
    default:
      return close(taker, ExecType::canceled, RejectReason::self_trade, ts);
  }
}

// The first own order that a taker meets within its limit; one that trades in full only, and does not fit, is passed.
u32 SimulatedVenue::own_in_reach(Side side, i64 limit, i64 leaves, SelfTrade policy) const {
  const Ladder& own = orders_.ladder(opposite(side));
  for (u32 level = own.best(); level != kNone && crosses(side, limit, own.price_of(level));
       level = own.next_worse(level)) {
    for (u32 slot = own[level].head; slot != kNone; slot = orders_.next(slot)) {
      const bool too_large = orders_[slot].has(kAllOrNone) && orders_.leaves_qty(slot) > leaves;
      if (!too_large || policy != SelfTrade::none) return slot;
    }
  }
  return kNone;
}

// venue_default stands for the rule that an order which would meet an own one is refused.
SelfTrade SimulatedVenue::policy_of(SelfTrade asked) const noexcept {
  if (asked != SelfTrade::venue_default) return asked;
  return rules_.refuses_self_trade ? SelfTrade::venue_default : rules_.rules.self_trade;
}

// What a taker could trade of `wanted`, own orders included as the policy says.
i64 SimulatedVenue::reach(Side side, i64 price, i64 wanted, SelfTrade policy) const {
  const i64 limit = limit_of(side, price);
  const i64 displayed = reach_displayed(side, limit, wanted, policy);
  if (impact_ == nullptr || displayed < wanted) return displayed;
  return reach_displayed(side, worst_displayed(side, limit, wanted), wanted, policy);
}

i64 SimulatedVenue::reach_displayed(Side side, i64 limit, i64 wanted, SelfTrade policy) const {
  const u32 own = own_in_reach(side, limit, wanted, policy);
  if (own == kNone || policy == SelfTrade::cancel_oldest) return market_.reachable(side, limit, wanted);
  // A provider answers later than an own order trades: what must trade together can not come from both.
  if (!rules_.last_look.is_none()) return 0;
  if (policy == SelfTrade::none || policy == SelfTrade::decrement) {
    return reach_past_own(side, limit, wanted, policy == SelfTrade::decrement);
  }
  return market_.reachable(side, orders_[own].price - sign(side), wanted);
}

// Own orders on the way give what is left of them; what they only take off, the taker need not find.
i64 SimulatedVenue::reach_past_own(Side side, i64 limit, i64 wanted, bool decrements) const {
  const Ladder& own = orders_.ladder(opposite(side));
  i64 given = 0;
  for (u32 level = own.best(); level != kNone && crosses(side, limit, own.price_of(level));
       level = own.next_worse(level)) {
    const i64 before = own.price_of(level) - sign(side);
    for (u32 slot = own[level].head; slot != kNone; slot = orders_.next(slot)) {
      const i64 left = wanted - given;
      if (left == 0 || market_.reachable(side, before, left) >= left) return wanted;
      const bool too_large = orders_[slot].has(kAllOrNone) && orders_.leaves_qty(slot) > left;
      if (!too_large || decrements) given += std::min(left, orders_.leaves_qty(slot));
    }
  }
  return given + market_.reachable(side, limit, wanted - given);
}

// The best price of all liquidity on the other side, recorded or own.
i64 SimulatedVenue::best_opposite(Side side) const {
  const i64 recorded = market_.best_left(side);
  const Ladder& own = orders_.ladder(opposite(side));
  if (own.empty()) return recorded;
  return recorded == kNoPrice || own.better(own.best_price(), recorded) ? own.best_price() : recorded;
}

i64 SimulatedVenue::limit_at_entry(Side side, u16 flags, OrderType type, i64 limit, i64 quantity,
                                   const OrderTerms& asked) const {
  if (type == OrderType::pegged) return peg_price(side, limit, asked);
  if (kind_ == MarketKind::bars || !matches_) return limit;
  const i64 best = best_opposite(side);
  if (best == kNoPrice) return limit;
  if (type == OrderType::market_to_limit) return limit == kNoPrice ? displaced_best(side, best, quantity) : limit;
  if (type == OrderType::market_with_protection) {
    return limit == kNoPrice ? beyond(side, best, rules_.rules.market_protection_ticks) : limit;
  }
  const bool slides = (flags & kPostOnly) != 0 && rules_.rules.post_only == PostOnlyPolicy::slide;
  return slides && crosses(side, limit, best) ? beyond(opposite(side), best, 1) : limit;
}

void SimulatedVenue::come_to_rest(u32 slot, i64 ts) {
  if (is_frozen(orders_[slot].strategy, ts)) return close(slot, ExecType::canceled, RejectReason::maker_protection, ts);
  rest_special(slot, ts);
}

// Behind the others of its price; an iceberg shows its next tip.
void SimulatedVenue::rest_special(u32 slot, i64 ts) {
  RestingOrder& order = orders_[slot];
  VenueTerms& terms = orders_.terms(slot);
  order.place = market_.place_in_queue(order.side, order.price, ts);
  order.place_fraction = 0;
  order.traded = 0;
  if (terms.asked.display_qty != 0 && kind_ != MarketKind::bars) {
    const i64 leaves = orders_.leaves_qty(slot);
    const i64 tip = std::min(leaves, tips_.draw(terms.asked.display_qty, terms.asked.display_range));
    orders_.show(slot, tip);
    terms.reserve = leaves - tip;
  }
  orders_.rest(slot);
  if (order.has(kAllOrNone)) ++all_or_none_;
}

// Out of its queue, with all that is open in its node.
void SimulatedVenue::take_out(u32 slot) noexcept {
  if (orders_[slot].stands == VenuePlace::resting && orders_[slot].has(kAllOrNone)) --all_or_none_;
  const i64 leaves = orders_.leaves_qty(slot);
  orders_.detach(slot);
  if (orders_[slot].special) orders_.terms(slot).reserve = 0;
  orders_.show(slot, leaves);
}

// How much this side can trade without passing a flat position.
i64 SimulatedVenue::reducible(StrategyIndex strategy, Side side) const noexcept {
  const i64 position = strategy < positions_.size() ? positions_[strategy] : 0;
  return std::max<i64>(0, side == Side::buy ? -position : position);
}

// A reduce-only order is cut down to what its strategy's position allows; false if nothing is left of it.
bool SimulatedVenue::fits_reduce_only(u32 slot, i64 ts) {
  const RestingOrder& order = orders_[slot];
  if (!order.has(kReduceOnly)) return true;
  const i64 most = reducible(order.strategy, order.side);
  const i64 leaves = orders_.leaves_qty(slot);
  if (leaves > most) cut(slot, leaves - most, RejectReason::reduce_only_would_increase, ts);
  return most > 0;
}

// Takes a part or all off what is open: of an iceberg from its reserve first.
void SimulatedVenue::cut(u32 slot, i64 quantity, RejectReason reason, i64 ts) {
  if (quantity == orders_.leaves_qty(slot)) return close(slot, ExecType::canceled, reason, ts);
  keep_place(slot, orders_[slot].order_qty - quantity);
  state_terms(ExecType::restated, slot, reason, ts);
}

void SimulatedVenue::state_terms(ExecType exec_type, u32 slot, RejectReason reason, i64 ts) {
  ExecutionReport& said = report(exec_type, orders_.id_of(slot), orders_[slot].venue_order_id, ts);
  const RestingOrder& order = orders_[slot];
  const bool waits = waits_for_stop_price(order.stands) || order.stands == VenuePlace::elected;
  // Where a pegged order stands, the market says; its limit stays what it is.
  const bool own_limit = order.special && (waits || orders_.terms(slot).order_type == OrderType::pegged);
  said.price = own_limit ? orders_.terms(slot).limit : order.price;
  said.quantity = order.order_qty;
  if (order.special) said.stop_price = orders_.terms(slot).stop_price;
  said.reason = reason;
}

}  // namespace pytrader
