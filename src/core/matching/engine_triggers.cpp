// What trades and messages set off: elections, all-or-none orders that have become fillable, pegged orders that move.
#include <algorithm>

#include "matching/matching_engine.hpp"

namespace pytrader {

// Elected orders wait in order until the taker at work is done; trailing stops follow at once.
void MatchingEngine::on_trade(i64 price) {
  last_trade_price_ = price;
  if (triggers_.size() == 0 || phase_ != TradingPhase::continuous) return;
  for (u32 slot = triggers_.elect(price); slot != kNone; slot = triggers_.elect(price)) {
    special_[slot].place = OrderPlace::elected;
    special_[slot].stop_price = triggers_.stop_price(slot);
    elected_.push_back(slot, pool_);
  }
  for (const u32 slot : triggers_.follow(price, time_)) {
    special_[slot].stop_price = triggers_.stop_price(slot);
    update(UpdateKind::stop_moved, slot, special_[slot].stop_price, leaves_of(slot));
  }
}

// A loop, so that no cascade is too deep: the first pegged order whose reference has moved, before anybody trades with
// it where it stood; then the first elected order, then the first all-or-none order that can trade in full, until
// nothing is left. Each step secures its own room before its first change. All of them sleep while orders are only
// collected.
void MatchingEngine::settle() {
  while (interrupted_ || activate_at_ != kNone || phase_ == TradingPhase::continuous) {
    if (interrupted_) {
      change_phase(TradingPhase::volatility_auction);
    } else if (activate_at_ != kNone) {
      activate_next();
    } else if (reprice_next_peg()) {
      continue;
    } else if (!elected_.empty()) {
      enter_elected(elected_.head());
    } else if (!enter_all_or_none()) {
      break;
    }
  }
}

void MatchingEngine::enter_elected(u32 slot) {
  Arrival order = arrival_of(slot);
  SpecialOrder& terms = order.terms;
  order.own_message = false;
  const i64 trigger = terms.stop_price;
  const i64 outwards = sign(order.side);
  const auto offset_from_trigger = [&](i64 ticks) {
    const i128 price = i128{trigger} + outwards * i128{ticks};
    return static_cast<i64>(std::clamp<i128>(price, i128{kNoPrice} + 1, i128{INT64_MAX}));
  };
  if (terms.order_type == OrderType::trailing_stop_limit) {
    terms.limit = offset_from_trigger(terms.limit_offset);
  } else if (terms.limit == kNoPrice && rules_.stop_protection_ticks != 0) {
    terms.limit = offset_from_trigger(rules_.stop_protection_ticks);
  }
  terms.order_type = terms.limit == kNoPrice ? OrderType::market : OrderType::limit;
  terms.stop_price = kNoPrice;
  set_limits(order);
  secure(order);
  detach(slot);
  update(UpdateKind::triggered, order, order.limit, order.leaves);
  const i64 open = order.leaves;
  if (!fit_reduce_only(order)) {
    update(UpdateKind::canceled, order, order.limit, open, RejectReason::reduce_only_would_increase);
    forget(order);
    return;
  }
  tell_cut(order);
  take(order);
}

// Buys before sells, each by price, then time. Costs a rehearsal for each all-or-none order that reaches the best
// opposite price, and only after something has happened.
bool MatchingEngine::enter_all_or_none() {
  if (!try_all_or_none_) return false;
  for (const Side which : kSides) {
    const Ladder& waiting = ladder(OrderPlace::all_or_none, which);
    if (waiting.empty()) continue;
    const i64 best = best_of_all(opposite(which));
    if (best == kNoPrice) continue;
    for (u32 level = waiting.best(); level != kNone; level = waiting.next_worse(level)) {
      if (side(opposite(which)).better(waiting.price_of(level), best)) break;
      for (u32 slot = waiting[level].head; slot != kNone; slot = pool_[slot].next) {
        Arrival order = arrival_of(slot);
        set_limits(order);
        if (!fit_reduce_only(order) || reachable(order) < order.leaves) continue;
        secure(order);
        detach(slot);
        tell_cut(order);
        order.own_message = false;
        match(order);
        finish(order);
        return true;
      }
    }
  }
  try_all_or_none_ = false;
  return false;
}

// The best displayed prices are the references. They change only between steps, so that one walk over the pegged
// orders, in the order of their entry, serves as long as they stay.
bool MatchingEngine::reprice_next_peg() {
  if (first_peg_ == kNone) return false;
  const i64 bid = bids().empty() ? kNoPrice : bids().best_price();
  const i64 ask = asks().empty() ? kNoPrice : asks().best_price();
  if (pegs_stale_ || bid != peg_bid_ || ask != peg_ask_) {
    output_->make_room(0, special_count_);
    withdraw_pegs();
    peg_at_ = first_peg_;
    peg_bid_ = bid;
    peg_ask_ = ask;
    pegs_stale_ = false;
  }
  while (peg_at_ != kNone) {
    const u32 slot = peg_at_;
    if (place_of(slot) == OrderPlace::unpriced) {
      const i64 price = peg_price(side_of(pool_[slot]), special_[slot]);
      if (price != kNoPrice) {
        reprice(slot, price);
        return true;
      }
    }
    peg_at_ = special_.links(slot).next_peg;
  }
  return false;
}

// Takes all pegged orders off the book that do not stand where they belong, so that none trades there while others
// enter; outside continuous trading all. They keep their places among the pegged orders.
void MatchingEngine::withdraw_pegs() {
  for (u32 slot = first_peg_; slot != kNone; slot = special_.links(slot).next_peg) {
    if (place_of(slot) != OrderPlace::pegged) continue;
    Ladder& levels = ladder(OrderPlace::pegged, side_of(pool_[slot]));
    const bool trades = phase_ == TradingPhase::continuous;
    const i64 price = trades ? peg_price(side_of(pool_[slot]), special_[slot]) : kNoPrice;
    if (price == levels.price_of(pool_[slot].level)) continue;
    levels.unlink(slot, pool_);
    special_[slot].place = OrderPlace::unpriced;
    // What a pegged order no longer gives may let an all-or-none maker behind it fit.
    try_all_or_none_ = true;
    if (price == kNoPrice) update(UpdateKind::repriced, slot, kNoPrice, leaves_of(slot));
  }
}

void MatchingEngine::reprice(u32 slot, i64 price) {
  Arrival order = arrival_of(slot);
  order.own_message = false;
  set_limits(order);
  secure(order);
  const i64 open = order.leaves;
  detach(slot);
  update(UpdateKind::repriced, order, price, open);
  if (!fit_reduce_only(order)) {
    update(UpdateKind::canceled, order, reported_limit(order), open, RejectReason::reduce_only_would_increase);
    forget(order);
    return;
  }
  tell_cut(order);
  take(order);
}

i64 MatchingEngine::peg_price(Side which, const SpecialOrder& terms) const noexcept {
  const bool needs_bid = terms.peg_type == PegType::midpoint || which == Side::buy;
  const bool needs_ask = terms.peg_type == PegType::midpoint || which == Side::sell;
  if ((needs_bid && bids().empty()) || (needs_ask && asks().empty())) return kNoPrice;
  i128 reference = 0;
  if (terms.peg_type == PegType::primary) {
    reference = which == Side::buy ? bids().best_price() : asks().best_price();
  } else {
    // An arithmetic shift halves towards the lower price; the sell side takes the upper one.
    const i128 sum = i128{bids().best_price()} + asks().best_price();
    reference = which == Side::buy ? sum >> 1 : (sum + 1) >> 1;
  }
  reference -= sign(which) * i128{terms.peg_offset};
  const auto price = static_cast<i64>(std::clamp<i128>(reference, i128{kNoPrice} + 1, i128{INT64_MAX}));
  if (terms.limit == kNoPrice) return price;
  return which == Side::buy ? std::min(price, terms.limit) : std::max(price, terms.limit);
}

}  // namespace pytrader
