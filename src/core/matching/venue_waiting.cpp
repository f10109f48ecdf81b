// What the recording sets off at a simulated venue: orders that wait for a price, pegged orders, all-or-none orders.
#include <algorithm>

#include "matching/simulated_venue.hpp"
#include "model/order_form.hpp"

namespace pytrader {

// Without a word of the order the last trade decides; where the data has no trades, the other side's best price.
TriggerType SimulatedVenue::trigger_of(TriggerType asked) const noexcept {
  if (asked != TriggerType::venue_default) return asked;
  return kind_ == MarketKind::bars || data_.trades ? TriggerType::last : TriggerType::bid_ask;
}

// Whether the instrument's rows ever tell this price.
bool SimulatedVenue::tells(TriggerType trigger) const noexcept {
  const bool bars = kind_ == MarketKind::bars;
  switch (trigger) {
    case TriggerType::last:
      return bars || data_.trades;
    case TriggerType::mark:
      return data_.marks;
    default:
      return !bars && data_.quotes;
  }
}

TriggerSource SimulatedVenue::source_of_order(Side side, OrderType type, TriggerType asked) const noexcept {
  if (kind_ == MarketKind::bars && is_if_touched(type) && trigger_of(asked) == TriggerType::last) {
    return TriggerSource::bar_touch;
  }
  return VenueTriggers::source_of(trigger_of(asked), side);
}

// The price that the source has now.
TriggerBook::Reach SimulatedVenue::price_of(TriggerSource source) const noexcept {
  if (source == TriggerSource::last || source == TriggerSource::mark || source == TriggerSource::bar_touch) {
    return triggers_.reach(source);
  }
  const i64 bid = market_.touch(Side::buy);
  const i64 ask = market_.touch(Side::sell);
  if (source == TriggerSource::bid) return {bid, bid};
  if (source == TriggerSource::ask) return {ask, ask};
  return TriggerBook::Reach::half_way(bid, ask);
}

// An order whose stop price is reached already is elected at once. Outside continuous trading all wait. One that comes
// within a bar sees nothing of its way: what that reaches, it may have reached before.
void SimulatedVenue::wait_for_price(u32 slot, i64 ts) {
  RestingOrder& order = orders_[slot];
  VenueTerms& terms = orders_.terms(slot);
  const auto source = static_cast<TriggerSource>(terms.source);
  if (kind_ == MarketKind::bars && source != TriggerSource::mark && bars_.is_late(ts)) {
    order.stands = VenuePlace::late;
    late_.push_back(slot);
    return;
  }
  const bool trades = phase_ == TradingPhase::continuous;
  // Where others wait the price stays as they saw it last; asleep all will see it when trading begins.
  const bool follows =
      source != TriggerSource::last && source != TriggerSource::mark && source != TriggerSource::bar_touch;
  if (follows && triggers_.book(source).size() == 0) {
    triggers_.set_price(source, trades ? price_of(source) : TriggerBook::Reach{});
  }
  if (trails(terms.order_type)) {
    terms.stop_price = triggers_.add_trailing(slot, source, order.side, terms.asked, trades, ++time_);
  } else {
    const bool rising = rises(order.side, terms.order_type);
    const i64 price = trades ? triggers_.reach(source).reached(rising) : kNoPrice;
    if (price != kNoPrice && TriggerBook::reached(rising, terms.stop_price, price)) {
      order.stands = VenuePlace::elected;
      elected_.push_back(slot);
      // An exit that the open has passed already: the others of its list do not trade in this bar either.
      const bool is_stop = kind_ == MarketKind::bars && source == TriggerSource::last;
      if (is_stop && terms.list != 0) filled_lists_.push_back(terms.list);
      return;
    }
    triggers_.add(slot, source, rising, terms.stop_price, ++time_);
  }
  order.stands = VenuePlace::triggers;
}

void SimulatedVenue::stop_waiting(u32 slot) noexcept {
  if (orders_[slot].stands == VenuePlace::late) {
    std::erase(late_, slot);
  } else {
    triggers_.remove(slot, static_cast<TriggerSource>(orders_.terms(slot).source));
  }
}

void SimulatedVenue::observe(TriggerSource source, const TriggerBook::Reach& price) {
  triggers_.observe(source, price, time_, [this](u32 slot, i64 stop) {
    orders_.terms(slot).stop_price = stop;
    orders_[slot].stands = VenuePlace::elected;
    elected_.push_back(slot);
  });
}

// In the order in which the emulator fires what one quote reaches.
void SimulatedVenue::observe_touch() {
  for (const TriggerSource source : {TriggerSource::ask, TriggerSource::bid, TriggerSource::mid}) {
    if (triggers_.book(source).size() == 0) continue;
    const TriggerBook::Reach price = price_of(source);
    if (price != triggers_.reach(source)) observe(source, price);
  }
}

// The recording traded at a price.
void SimulatedVenue::prints(i64 price) {
  if (special_live_ != 0 && phase_ == TradingPhase::continuous) {
    observe(TriggerSource::last, {price, price});
  } else {
    triggers_.set_price(TriggerSource::last, price);
  }
}

void SimulatedVenue::apply_mark(i64 price, i64 ts) {
  if (phase_ != TradingPhase::continuous) {
    triggers_.set_price(TriggerSource::mark, price);
    return;
  }
  observe(TriggerSource::mark, {price, price});
  after_event(ts);
}

// As at a matching engine: first pegged orders whose reference has moved, then what was elected, then all-or-none
// orders that can trade in full.
void SimulatedVenue::settle(i64 ts) {
  if (!pulled_.empty()) pull_orders(ts);
  if (impact_ != nullptr) impact_->advance(ts);
  if (phase_ != TradingPhase::continuous) return;
  observe_touch();
  for (;;) {
    if (reprice_pegs(ts)) continue;
    if (!elected_.empty()) {
      const u32 slot = elected_.front();
      elected_.erase(elected_.begin());
      become_triggered(slot, ts);
      enter(slot, ts);
    } else if (!enter_all_or_none(ts)) {
      return;
    }
  }
}

// An elected order becomes the market or limit order that it stands for.
void SimulatedVenue::become_triggered(u32 slot, i64 ts) {
  RestingOrder& order = orders_[slot];
  VenueTerms& terms = orders_.terms(slot);
  const i64 trigger = terms.stop_price;
  const auto outwards = [&](i64 ticks) {
    const i128 price = i128{trigger} + sign(order.side) * i128{ticks};
    return static_cast<i64>(std::clamp<i128>(price, i128{kNoPrice} + 1, i128{INT64_MAX - 1}));
  };
  if (terms.order_type == OrderType::trailing_stop_limit) {
    terms.limit = outwards(terms.asked.limit_offset);
  } else if (terms.limit == kNoPrice && rules_.rules.stop_protection_ticks != 0) {
    terms.limit = outwards(rules_.rules.stop_protection_ticks);
  }
  terms.limit_given = terms.limit != kNoPrice && order.price == kNoPrice;
  terms.order_type = terms.limit == kNoPrice ? OrderType::market : OrderType::limit;
  terms.stop_price = kNoPrice;
  order.price = terms.limit;
  order.stands = VenuePlace::nowhere;
  state_terms(ExecType::triggered, slot, RejectReason::none, ts);
}

i64 SimulatedVenue::peg_price(Side side, i64 limit, const OrderTerms& asked) const {
  if (phase_ != TradingPhase::continuous) return kNoPrice;
  const i64 bid = market_.touch(Side::buy);
  const i64 ask = market_.touch(Side::sell);
  const bool midpoint = asked.peg_type == static_cast<i64>(PegType::midpoint);
  if ((bid == kNoPrice && (midpoint || side == Side::buy)) || (ask == kNoPrice && (midpoint || side == Side::sell))) {
    return kNoPrice;
  }
  i128 reference = side == Side::buy ? bid : ask;
  if (midpoint) reference = side == Side::buy ? (bid + ask) >> 1 : (bid + ask + 1) >> 1;
  reference -= sign(side) * i128{asked.peg_offset};
  const auto price = static_cast<i64>(std::clamp<i128>(reference, i128{kNoPrice} + 1, i128{INT64_MAX - 1}));
  if (limit == kNoPrice) return price;
  return side == Side::buy ? std::min(price, limit) : std::max(price, limit);
}

// Takes pegged orders out that do not stand where their reference says, or all.
void SimulatedVenue::withdraw_pegs(bool all) {
  for (const u32 slot : pegs_) {
    const RestingOrder& order = orders_[slot];
    if (order.stands != VenuePlace::resting) continue;
    const VenueTerms& terms = orders_.terms(slot);
    if (!all && peg_price(order.side, terms.limit, terms.asked) == order.price) continue;
    take_out(slot);
    orders_[slot].stands = VenuePlace::unpriced;
  }
}

bool SimulatedVenue::reprice_pegs(i64 ts) {
  if (pegs_.empty()) return false;
  const i64 bid = market_.touch(Side::buy);
  const i64 ask = market_.touch(Side::sell);
  if (bid == peg_bid_ && ask == peg_ask_ && !pegs_stale_) return false;
  peg_bid_ = bid;
  peg_ask_ = ask;
  pegs_stale_ = false;
  withdraw_pegs(false);
  scratch_.clear();
  for (const u32 slot : pegs_) {
    if (orders_[slot].stands == VenuePlace::unpriced) scratch_.push_back(slot);
  }
  for (const u32 slot : scratch_) {
    if (orders_.is_live(slot) && orders_[slot].stands == VenuePlace::unpriced) {
      orders_[slot].stands = VenuePlace::nowhere;
      enter(slot, ts);
    }
  }
  return true;
}

// The first all-or-none order that can trade with what is displayed now: buys before sells, by price, then time.
bool SimulatedVenue::enter_all_or_none(i64 ts) {
  if (all_or_none_ == 0) return false;
  for (const Side side : kSides) {
    const i64 best = best_opposite(side);
    if (best == kNoPrice || !orders_.any_at_or_better(side, best)) continue;
    const Ladder& ladder = orders_.ladder(side);
    for (u32 level = ladder.best(); level != kNone && !ladder.better(best, ladder.price_of(level));
         level = ladder.next_worse(level)) {
      for (u32 slot = ladder[level].head; slot != kNone; slot = orders_.next(slot)) {
        if (!orders_[slot].has(kAllOrNone)) continue;
        if (orders_[slot].has(kReduceOnly) && !fits_reduce_only(slot, ts)) return true;
        const i64 leaves = orders_.leaves_qty(slot);
        if (reach(side, orders_[slot].price, leaves, policy_of(orders_.terms(slot).self_trade)) < leaves) continue;
        take_out(slot);
        enter(slot, ts);
        return true;
      }
    }
  }
  return false;
}

}  // namespace pytrader
