// How an order enters, comes to rest, waits and leaves: the same way for new, replaced, elected and re-priced orders.
#include <algorithm>

#include "matching/matching_engine.hpp"

namespace pytrader {

namespace {

i64 beyond(Side side, i64 price, i64 ticks) noexcept {
  const i128 moved = i128{price} + sign(side) * i128{ticks};
  return static_cast<i64>(std::clamp<i128>(moved, i128{kNoPrice} + 1, i128{INT64_MAX}));
}

}  // namespace

MessageStatus MatchingEngine::submit_general(const OrderMessage& message, const OrderTerms& terms) {
  if (const RejectReason reason = check_order(message, terms); reason != RejectReason::none) return status_of(reason);
  Arrival order;
  order.order_id = message.order_id;
  order.side = static_cast<Side>(message.side);
  order.leaves = message.quantity;
  SpecialOrder& kept = order.terms;
  kept.order_type = static_cast<OrderType>(message.order_type);
  kept.time_in_force = static_cast<TimeInForce>(message.time_in_force);
  kept.flags = message.flags;
  kept.self_trade = static_cast<SelfTrade>(message.self_trade);
  kept.owner = message.owner;
  const bool priced = kept.order_type == OrderType::limit || kept.order_type == OrderType::stop_limit ||
                      kept.order_type == OrderType::limit_if_touched || kept.order_type == OrderType::pegged;
  kept.limit = priced ? message.price : kNoPrice;
  kept.stop_price = terms.stop_price;
  kept.display_qty = terms.display_qty;
  kept.display_range = terms.display_range;
  kept.min_qty = terms.min_qty;
  kept.peg_type = static_cast<PegType>(terms.peg_type);
  kept.peg_offset = terms.peg_offset;
  kept.expire_time = terms.expire_time;
  kept.limit_offset = terms.limit_offset;
  // Self-trade prevention counts for what a fill-or-kill order can reach.
  if (kept.owner != 0) kept.account = accounts_.find(kept.owner);
  if (const RejectReason reason = check_now(order); reason != RejectReason::none) return status_of(reason);
  if (rules_.immediate_trigger == ImmediateTrigger::reject_activation && terms.activation_price != kNoPrice &&
      phase_ == TradingPhase::continuous && last_trade_price_ != kNoPrice &&
      TriggerBook::reached(order.side == Side::sell, terms.activation_price, last_trade_price_)) {
    return status_of(RejectReason::stop_price_reached);
  }
  if (kept.owner != 0 && kept.account == 0) {
    if (accounts_.full()) return status_of(RejectReason::order_limit);
    kept.account = accounts_.row_of(kept.owner);
  }
  set_limits(order);
  secure(order);
  kept.entered = ++time_;
  tell_cut(order);
  if (waits_for_price(kept.order_type)) {
    const TrailingTerms trailing{terms.trailing_offset, terms.trailing_step,
                                 static_cast<TrailingUnit>(terms.trailing_unit)};
    wait_for_price(order, trailing, terms.activation_price);
    return status_of(Outcome::parked);
  }
  return status_of(enter(order));
}

void MatchingEngine::wait_for_price(Arrival& order, const TrailingTerms& trailing, i64 activation) noexcept {
  const SpecialOrder& terms = order.terms;
  if (reached_at_entry(order)) {
    wait(order, OrderPlace::elected);
    elected_.push_back(order.slot, pool_);
    return;
  }
  wait(order, OrderPlace::triggers);
  if (!trails(terms.order_type)) {
    triggers_.add(order.slot, rises(order.side, terms.order_type), terms.stop_price, ++time_);
    return;
  }
  const i64 last = phase_ == TradingPhase::continuous ? last_trade_price_ : kNoPrice;
  const TriggerBook::Activation begins = TriggerBook::activation_from(order.side, activation, last_trade_price_);
  triggers_.add_trailing(order.slot, order.side, trailing, begins, last, ++time_);
  const i64 stop = triggers_.stop_price(order.slot);
  special_[order.slot].stop_price = stop;
  if (stop != kNoPrice) update(UpdateKind::stop_moved, order, stop, order.leaves);
}

// Where the order's matching and resting end. What it takes from the other side's best price, it takes now.
void MatchingEngine::set_limits(Arrival& order) const noexcept {
  const SpecialOrder& terms = order.terms;
  const i64 best = best_of_all(opposite(order.side));
  order.limit = terms.limit;
  switch (terms.order_type) {
    case OrderType::market_to_limit:
      order.limit = best;
      break;
    case OrderType::market_with_protection:
      order.limit = best == kNoPrice ? kNoPrice : beyond(order.side, best, rules_.market_protection_ticks);
      break;
    case OrderType::pegged:
      order.limit = peg_price(order.side, terms);
      break;
    default:
      break;
  }
  const bool slides =
      terms.has(kPostOnly) && rules_.post_only == PostOnlyPolicy::slide && best != kNoPrice && !is_collecting();
  if (slides && !side(opposite(order.side)).better(order.limit, best)) {
    order.limit = beyond(opposite(order.side), best, 1);
  }
  order.match_limit = order.limit;
  clamp_to_bands(order);
}

// A pass ends or changes a special maker, shows a tip or takes a lot with each fill and update, and each price that it
// trades at may move each trailing stop.
void MatchingEngine::secure(const Arrival& order) {
  const SpecialOrder& terms = order.terms;
  if (order.slot == kNone && !pool_.full()) make_room();
  special_.reserve(pool_.slots());
  if (sharing_.is_active()) sharing_.reserve(pool_.slots());
  if (waits_for_price(terms.order_type)) triggers_.reserve(pool_.slots());
  if (terms.time_in_force == TimeInForce::gtd) expiries_.reserve(pool_.slots());
  if (ends_with_day(terms.time_in_force)) day_orders_.reserve(pool_.slots());
  if (order.limit != kNoPrice && (may_rest(order) || is_collecting())) {
    ladder(terms.place_in_book(), order.side).level_at(order.limit);
    if (terms.is_iceberg() && auction_.follows()) auction_.make_room(order.side, order.limit);
  }
  if (waits_for_auction(terms.time_in_force)) auction_orders_.reserve(pool_.slots());
  // Shared out, a taker's last lots at a price may reach each order there without ending it.
  const std::size_t makers = (sharing_.is_active() ? 2 : 1) * std::size_t{pool_.size()} + tips_bound_;
  std::size_t levels = 1;
  if (triggers_.trailing_count() != 0) {
    const Side maker_side = opposite(order.side);
    levels += side(maker_side).level_count();
    for (const Ladder& shadow : shadow_[index_of(maker_side)]) levels += shadow.level_count();
  }
  const auto lots = static_cast<std::size_t>(order.leaves);
  const std::size_t updates =
      8 + 4 * special_count_ + tips_bound_ + triggers_.trailing_count() * std::min(levels, lots);
  output_->make_room(std::min(makers, lots), updates);
}

// A checked order whose room is secured.
Outcome MatchingEngine::enter(Arrival& order) {
  const SpecialOrder& terms = order.terms;
  const u16 activated = rules_of(phase_).activates;
  // Once it has entered it is in, until an uncross: also when it is replaced while a volatility auction prolongs its
  // own.
  const bool has_entered = order.slot != kNone && auction_orders_.contains(order.slot);
  const bool waits = waits_for_auction(terms.time_in_force) && !has_entered;
  if (waits && !offers(activated, members_of(terms.time_in_force))) {
    wait(order, OrderPlace::parked);
    parked_.push_back(order.slot, pool_);
    return Outcome::parked;
  }
  if (terms.order_type == OrderType::pegged && (order.limit == kNoPrice || is_collecting())) {
    wait(order, OrderPlace::unpriced);
    return Outcome::parked;
  }
  return take(order);
}

Outcome MatchingEngine::take(Arrival& order) {
  try_all_or_none_ = true;
  if (is_collecting()) return collect(order);
  const SpecialOrder& terms = order.terms;
  if (terms.has(kPostOnly) && order.limit != terms.limit) {
    update(UpdateKind::repriced, order, order.limit, order.leaves);
  }
  const bool all_or_none = terms.has(kAllOrNone);
  const i64 least = all_or_none || terms.time_in_force == TimeInForce::fok ? order.leaves : terms.min_qty;
  if (least != 0 && reachable(order) < least) {
    if (all_or_none && rests_by(terms.time_in_force)) return finish(order);
    order.ended = true;
    order.end_reason = terms.min_qty != 0 ? RejectReason::minimum_quantity_not_met : RejectReason::fok_not_fillable;
    return finish(order);
  }
  match(order);
  return finish(order);
}

// What becomes of the rest of a taker.
Outcome MatchingEngine::finish(Arrival& order) {
  if (order.leaves == 0) {
    forget(order);
    return order.ended ? Outcome::remainder_canceled : Outcome::filled;
  }
  if (!order.ended && phase_ == TradingPhase::continuous) meet_band(order);
  if (!order.ended && order.limit != kNoPrice && may_rest(order)) {
    rest(order);
    return Outcome::rested;
  }
  if (order.ended || !order.own_message) {
    update(UpdateKind::canceled, order, reported_limit(order), order.leaves,
           order.ended ? order.end_reason : RejectReason::no_liquidity);
  }
  forget(order);
  return Outcome::remainder_canceled;
}

// Orders come to rest without matching; market orders in a queue of their own.
Outcome MatchingEngine::collect(Arrival& order) {
  if (order.limit == kNoPrice) {
    wait(order, OrderPlace::market);
    market_[index_of(order.side)].push_back(order.slot, pool_);
    return Outcome::parked;
  }
  rest(order);
  const bool leaves_after = waits_for_auction(order.terms.time_in_force);
  if (leaves_after && !auction_orders_.contains(order.slot)) auction_orders_.push(order.slot, 0, order.terms.entered);
  return Outcome::rested;
}

void MatchingEngine::rest(Arrival& order) noexcept {
  SpecialOrder& terms = order.terms;
  terms.place = terms.place_in_book();
  if (terms.place != OrderPlace::pegged) {
    terms.limit = order.limit;
    terms.order_type = OrderType::limit;
  }
  terms.stop_price = kNoPrice;
  terms.min_qty = 0;
  i64 displayed = order.leaves;
  if (terms.is_iceberg()) {
    displayed = std::min(order.leaves, tips_.draw(terms.display_qty, terms.display_range));
    terms.tips_most = static_cast<u32>((order.leaves - 1) / (terms.display_qty - terms.display_range) + 1);
    tips_bound_ += terms.tips_most;
  }
  terms.reserve = order.leaves - displayed;
  store(order);
  pool_[order.slot].quantity = displayed;
  if (terms.place == OrderPlace::displayed) note_better(order.side, order.slot, order.limit, displayed);
  Ladder& levels = ladder(terms.place, order.side);
  levels.push_back(levels.level_at(order.limit), order.slot, pool_);
  headroom_[index_of(order.side)] -= order.leaves;
  if (terms.place == OrderPlace::pegged) link_peg(order.slot);
  count_in(order.slot);
}

// Outside the book; the caller says where.
void MatchingEngine::wait(Arrival& order, OrderPlace place) noexcept {
  order.terms.place = place;
  order.terms.reserve = 0;
  store(order);
  pool_[order.slot].quantity = order.leaves;
  headroom_[index_of(order.side)] -= order.leaves;
  if (place == OrderPlace::unpriced) link_peg(order.slot);
  count_in(order.slot);
}

// Gives the order its slot, if it has none, and what is kept of it there.
void MatchingEngine::store(Arrival& order) noexcept {
  const bool is_new = order.slot == kNone;
  if (is_new) {
    order.slot = pool_.acquire();
    pool_[order.slot].id = order.order_id;
    index_.insert(order.order_id, order.slot);
  }
  const bool was_special = !is_new && is_special(order.slot);
  pool_[order.slot].attributes =
      (order.side == Side::sell ? kSell : 0) | (order.terms.has(kPostOnly) ? kIsPostOnly : 0);
  if (order.executed != 0) set_executed(order.slot, order.executed);
  const bool special = !order.terms.is_plain();
  if (special) pool_[order.slot].attributes |= kIsSpecial;
  if (special) special_[order.slot] = order.terms;
  if (special && !was_special) enlist(order.slot);
  if (!special && was_special) delist(order.slot);
}

// An arrival that neither rests nor waits.
void MatchingEngine::forget(Arrival& order) noexcept {
  if (order.slot != kNone) release(order.slot);
}

MatchingEngine::Arrival MatchingEngine::arrival_of(u32 slot) const noexcept {
  const OrderNode& node = pool_[slot];
  Arrival order;
  order.order_id = node.id;
  order.side = side_of(node);
  order.leaves = leaves_of(slot);
  order.executed = executed(slot);
  order.slot = slot;
  if (is_special(slot)) {
    order.terms = special_[slot];
  } else {
    order.terms.flags = (node.attributes & kIsPostOnly) != 0 ? kPostOnly : 0;
    order.terms.limit = side(order.side).price_of(node.level);
  }
  return order;
}

// Takes a live order out of wherever it stands; it keeps slot and id.
void MatchingEngine::detach(u32 slot) noexcept {
  const Side which = side_of(pool_[slot]);
  const OrderPlace place = place_of(slot);
  count_out(slot);
  headroom_[index_of(which)] += leaves_of(slot);
  switch (place) {
    case OrderPlace::triggers:
      triggers_.remove(slot);
      break;
    case OrderPlace::elected:
      elected_.unlink(slot, pool_);
      break;
    case OrderPlace::parked:
      if (activate_at_ == slot) activate_at_ = pool_[slot].next;
      parked_.unlink(slot, pool_);
      break;
    case OrderPlace::market:
      market_[index_of(which)].unlink(slot, pool_);
      break;
    case OrderPlace::drained:
      drained_.unlink(slot, pool_);
      break;
    case OrderPlace::unpriced:
      break;
    default:
      ladder(place, which).unlink(slot, pool_);
  }
  tops_.leave(which, slot);
  if (place == OrderPlace::pegged || place == OrderPlace::unpriced) unlink_peg(slot);
  if (is_special(slot)) {
    tips_bound_ -= special_[slot].tips_most;
    special_[slot].tips_most = 0;
  }
}

void MatchingEngine::remove_order(u32 slot) noexcept {
  detach(slot);
  release(slot);
}

// The id and the slot of an order that stands nowhere any more.
void MatchingEngine::release(u32 slot) noexcept {
  if (is_special(slot)) delist(slot);
  index_.erase(pool_[slot].id, slot);
  executed_.erase(slot);
  pool_.release(slot);
}

void MatchingEngine::enlist(u32 slot) noexcept {
  const SpecialOrder& order = special_[slot];
  ++at_work_;
  ++special_count_;
  if (order.account != 0) {
    const u32 next = accounts_.first_order(order.account);
    special_.links(slot).next_of_owner = next;
    special_.links(slot).previous_of_owner = kNone;
    if (next != kNone) special_.links(next).previous_of_owner = slot;
    accounts_.set_first_order(order.account, slot);
  }
  if (order.time_in_force == TimeInForce::gtd) expiries_.push(slot, order.expire_time, order.entered);
  if (ends_with_day(order.time_in_force)) day_orders_.push(slot, 0, order.entered);
}

void MatchingEngine::delist(u32 slot) noexcept {
  const SpecialOrder& order = special_[slot];
  --at_work_;
  --special_count_;
  if (order.account != 0) {
    const SpecialLinks& links = special_.links(slot);
    if (links.next_of_owner != kNone) special_.links(links.next_of_owner).previous_of_owner = links.previous_of_owner;
    if (links.previous_of_owner != kNone) {
      special_.links(links.previous_of_owner).next_of_owner = links.next_of_owner;
    } else {
      accounts_.set_first_order(order.account, links.next_of_owner);
    }
  }
  if (expiries_.contains(slot)) expiries_.remove(slot);
  if (day_orders_.contains(slot)) day_orders_.remove(slot);
  if (auction_orders_.contains(slot)) auction_orders_.remove(slot);
}

void MatchingEngine::link_peg(u32 slot) noexcept {
  SpecialLinks& links = special_.links(slot);
  links.previous_peg = last_peg_;
  links.next_peg = kNone;
  (last_peg_ != kNone ? special_.links(last_peg_).next_peg : first_peg_) = slot;
  last_peg_ = slot;
}

void MatchingEngine::unlink_peg(u32 slot) noexcept {
  const SpecialLinks links = special_.links(slot);
  if (peg_at_ == slot) peg_at_ = links.next_peg;
  (links.previous_peg != kNone ? special_.links(links.previous_peg).next_peg : first_peg_) = links.next_peg;
  (links.next_peg != kNone ? special_.links(links.next_peg).previous_peg : last_peg_) = links.previous_peg;
}

void MatchingEngine::cancel_order(u32 slot, RejectReason reason) {
  tell(UpdateKind::canceled, slot, limit_of(slot), leaves_of(slot), 0, reason);
  remove_order(slot);
}

MessageStatus MatchingEngine::cancel_general(u64 order_id) noexcept {
  const u32 slot = slot_of(order_id);
  if (slot == kNone) return status_of(RejectReason::unknown_order);
  if (!acceptance(phase_, rules_.session).accepts_cancel) return status_of(RejectReason::trading_phase);
  named_ = {side_of(pool_[slot]), leaves_of(slot)};
  remove_order(slot);
  return status_of(Outcome::canceled);
}

}  // namespace pytrader
