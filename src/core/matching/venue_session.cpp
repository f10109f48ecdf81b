// Trading phases at a simulated venue: what begins and ends with them, and auctions that the recording printed.
#include <algorithm>

#include "matching/simulated_venue.hpp"
#include "model/order_form.hpp"

namespace pytrader {

void SimulatedVenue::apply_status(TradingPhase next, i64 ts) {
  const TradingPhase before = phase_;
  if (next == before) return;
  const bool auction_is_over = uncrosses(before, next);
  phase_ = next;
  matches_ = is_matching(next);
  if (auction_is_over) end_auction(ts);
  if (rules_of(next).activates != 0) activate(ts);
  if (next == TradingPhase::closed) expire_day_orders(ts);
  if (next == TradingPhase::continuous) {
    begin_trading(ts);
  } else if (!pegs_.empty()) {
    withdraw_pegs(true);
  }
}

// What was there for the auction alone leaves, and what has no limit to rest at.
void SimulatedVenue::end_auction(i64 ts) {
  while (!collected_.empty()) {
    const u32 slot = collected_.front();
    const bool for_auction = waits_for_auction(orders_[slot].time_in_force);
    close(slot, for_auction ? ExecType::expired : ExecType::canceled,
          for_auction ? RejectReason::auction_ended : RejectReason::no_liquidity, ts);
  }
  const auto entered_for_auction = [](const RestingOrder& order) {
    return waits_for_auction(order.time_in_force) && order.stands == VenuePlace::resting;
  };
  for (const u32 slot : live_orders(entered_for_auction)) {
    close(slot, ExecType::expired, RejectReason::auction_ended, ts);
  }
}

// Orders that waited for the auction that has begun.
void SimulatedVenue::activate(i64 ts) {
  const u16 wanted = rules_of(phase_).activates;
  const auto waited = [wanted](const RestingOrder& order) {
    return order.stands == VenuePlace::parked && (wanted & members_of(order.time_in_force)) != 0;
  };
  for (const u32 slot : live_orders(waited)) {
    orders_[slot].stands = VenuePlace::nowhere;
    enter(slot, ts);
  }
}

void SimulatedVenue::expire_day_orders(i64 ts) {
  const auto ends = [](const RestingOrder& order) { return ends_with_day(order.time_in_force); };
  for (const u32 slot : live_orders(ends)) close(slot, ExecType::expired, RejectReason::none, ts);
}

// Nobody has uncrossed own orders with the recorded book: those that cross it take. Then orders that slept see the last
// price as a trade.
void SimulatedVenue::begin_trading(i64 ts) {
  if (kind_ != MarketKind::bars) {
    scratch_.clear();
    for (const Side side : kSides) {
      const i64 best = market_.best_left(side);
      const Ladder& ladder = orders_.ladder(side);
      for (u32 level = ladder.best();
           best != kNoPrice && level != kNone && !ladder.better(best, ladder.price_of(level));
           level = ladder.next_worse(level)) {
        for (u32 slot = ladder[level].head; slot != kNone; slot = orders_.next(slot)) scratch_.push_back(slot);
      }
    }
    const std::vector<u32> crossing = scratch_;
    for (const u32 slot : crossing) {
      if (!orders_.is_live(slot) || orders_[slot].has(kAllOrNone) || orders_[slot].has(kPostOnly)) continue;
      take_out(make_special(slot));
      enter(slot, ts);
    }
    uncross_own_orders(ts);
  }
  pegs_stale_ = true;
  const i64 last = triggers_.price(TriggerSource::last);
  if (last != kNoPrice && kind_ != MarketKind::bars) observe(TriggerSource::last, {last, last});
  const i64 mark = triggers_.price(TriggerSource::mark);
  if (mark != kNoPrice) observe(TriggerSource::mark, {mark, mark});
  after_event(ts);
}

// Own orders of both sides that were collected at prices that cross meet as they would have in continuous trading: the
// newer one is the taker, unless it is post-only.
void SimulatedVenue::uncross_own_orders(i64 ts) {
  const Ladder& bids = orders_.ladder(Side::buy);
  const Ladder& asks = orders_.ladder(Side::sell);
  while (!bids.empty() && !asks.empty() && bids.best_price() >= asks.best_price()) {
    const u32 bid = bids[bids.best()].head;
    const u32 ask = asks[asks.best()].head;
    const bool bid_is_newer = orders_[bid].venue_order_id > orders_[ask].venue_order_id;
    const u32 newer = bid_is_newer ? bid : ask;
    const u32 older = bid_is_newer ? ask : bid;
    if (orders_[newer].has(kPostOnly) && orders_[older].has(kPostOnly)) {
      close(newer, ExecType::canceled, RejectReason::post_only_would_take, ts);
      continue;
    }
    const u32 taker = orders_[newer].has(kPostOnly) ? older : newer;
    const i64 open = orders_.leaves_qty(newer) + orders_.leaves_qty(older);
    take_out(make_special(taker));
    enter(taker, ts);
    // One that trades in full or not at all, and finds too little, may stand as it is.
    const bool both_live = orders_.is_live(newer) && orders_.is_live(older);
    if (both_live && orders_.leaves_qty(newer) + orders_.leaves_qty(older) == open) return;
  }
}

// A print in a call phase is the auction's: it states price and volume. Orders without a limit come first, then limits
// strictly better than the price, by price and time; each side shares the volume. At the price the recording's own
// orders come first.
void SimulatedVenue::auction_prints(i64 price, i64 quantity, i64 ts) {
  triggers_.set_price(TriggerSource::last, price);
  if (orders_.empty()) return;
  for (const Side side : kSides) {
    i64 left = quantity;
    scratch_ = collected_;
    for (const u32 slot : scratch_) {
      if (orders_[slot].side == side) left -= auction_fills(slot, price, left, ts);
    }
    const Ladder& ladder = orders_.ladder(side);
    scratch_.clear();
    for (u32 level = ladder.best(); level != kNone && ladder.better(ladder.price_of(level), price);
         level = ladder.next_worse(level)) {
      for (const bool hidden : {false, true}) {
        for (u32 slot = ladder[level].head; slot != kNone; slot = orders_.next(slot)) {
          if (orders_[slot].has(kHidden) == hidden && !orders_[slot].has(kAllOrNone)) scratch_.push_back(slot);
        }
      }
    }
    for (const u32 slot : scratch_) left -= auction_fills(slot, price, left, ts);
  }
}

i64 SimulatedVenue::auction_fills(u32 slot, i64 price, i64 left, i64 ts) {
  if (left == 0 || !fits_reduce_only(slot, ts)) return 0;
  const i64 quantity = std::min(left, orders_.leaves_qty(slot));
  fill(slot, price, quantity, Liquidity::none, ts);
  return quantity;
}

}  // namespace pytrader
