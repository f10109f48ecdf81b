// What a simulated venue's optional models do to own orders: market impact, last look, maker protection.
#include <algorithm>

#include "matching/simulated_venue.hpp"
#include "model/later.hpp"
#include "model/order_form.hpp"

namespace pytrader {
namespace {

// The largest quantity up to `most` that fits, where whatever is smaller than one that fits does so too.
template <class Fits>
i64 largest(i64 most, Fits&& fits) {
  i64 least = 0;
  for (i64 tried = most; least < most; tried = least + (most - least + 1) / 2) {
    if (fits(tried)) {
      least = tried;
    } else {
      most = tried - 1;
    }
  }
  return least;
}

}  // namespace

// The worst displayed price at which so many lots of a taker still trade within its limit. No impact lets a sale trade
// at or below zero where the best price is above it.
i64 SimulatedVenue::worst_displayed(Side side, i64 limit, i64 quantity) const {
  if (side == Side::sell && market_.best_left(side) > 0) limit = std::max<i64>(limit, 1);
  const i128 worst = i128{limit} - sign(side) * i128{impact_->ticks(side, quantity)};
  return static_cast<i64>(std::clamp<i128>(worst, i128{kNoPrice} + 1, INT64_MAX));
}

// The limit of an order that takes no more than the best price: what that is for so many lots of it.
i64 SimulatedVenue::displaced_best(Side side, i64 best, i64 quantity) const {
  const i64 there = impact_ == nullptr ? 0 : market_.reachable(side, best, quantity);
  return there == 0 ? best : best + sign(side) * impact_->ticks(side, there);
}

// The most that a taker, which has `already` traded, gets of `wanted` in one trade at displayed prices up to `bound`.
SimulatedVenue::Displacement SimulatedVenue::displacement(Side side, i64 bound, i64 limit, i64 already,
                                                          i64 wanted) const {
  if (impact_ == nullptr) return {wanted, 0, bound};
  const auto worst_of = [&](i64 quantity) {
    const i64 worst = worst_displayed(side, limit, already + quantity);
    return side == Side::buy ? std::min(bound, worst) : std::max(bound, worst);
  };
  const i64 quantity = largest(market_.reachable(side, bound, wanted),
                               [&](i64 tried) { return market_.reachable(side, worst_of(tried), tried) >= tried; });
  if (quantity == 0) return {0, 0, bound};
  return {quantity, impact_->ticks(side, already + quantity), worst_of(quantity)};
}

// The same at one price, which all trade at.
SimulatedVenue::Displacement SimulatedVenue::displacement_at(Side side, i64 limit, i64 price, i64 wanted) const {
  if (impact_ == nullptr || wanted <= 0) return {wanted, 0, price};
  if (side == Side::sell && price > 0) limit = std::max<i64>(limit, 1);
  const i64 quantity = largest(wanted, [&](i64 tried) {
    const i64 moved = price + sign(side) * impact_->ticks(side, tried);
    return limit == kNoPrice || (side == Side::buy ? moved <= limit : moved >= limit);
  });
  return {quantity, quantity == 0 ? 0 : impact_->ticks(side, quantity), price};
}

// Takes recorded lots at displayed prices up to `bound`, or asks a provider for them; how many. What was asked for
// stays taken whatever the provider says.
i64 SimulatedVenue::sweep(u32 slot, i64 bound, i64 limit, i64 already, i64 ts) {
  const Side side = orders_[slot].side;
  const bool asks = !rules_.last_look.is_none();
  const i64 shown = market_.shown(opposite(side));
  const Displacement moved = displacement(side, bound, limit, already, orders_.leaves_qty(slot));
  i64 taken = 0;
  while (taken < moved.quantity) {
    const Take take = market_.take(side, moved.worst, moved.quantity - taken);
    if (take.quantity == 0) break;
    taken += take.quantity;
    const i64 price = take.price + sign(side) * moved.ticks;
    if (asks) {
      held_.push_back({later(ts, rules_.last_look.hold_ns), shown, slot, price, take.quantity});
    } else {
      fill(slot, price, take.quantity, Liquidity::taker, ts);
    }
  }
  if (asks && taken > 0) orders_[slot].stands = VenuePlace::held;
  return taken;
}

// The provider that has held an order longest says what it gets. What is left then rests if it can, or asks again.
void SimulatedVenue::decide() {
  const HeldTake asked = held_.front();
  const u32 slot = asked.slot;
  const i64 ts = asked.due;
  const auto end = std::find_if(held_.begin(), held_.end(), [slot](const HeldTake& take) { return take.slot != slot; });
  given_.assign(held_.begin(), end);
  held_.erase(held_.begin(), end);
  orders_[slot].stands = VenuePlace::nowhere;
  const Side side = orders_[slot].side;
  if (refuses(rules_.last_look, side, asked.shown, market_.touch(opposite(side)))) {
    close(slot, ExecType::canceled, RejectReason::last_look, ts);
  } else if (fits_reduce_only(slot, ts)) {
    i64 taken = 0;
    for (const HeldTake& take : given_) {
      if (!orders_.is_live(slot)) break;
      const i64 quantity = std::min(take.quantity, orders_.leaves_qty(slot));
      fill(slot, take.price, quantity, Liquidity::taker, ts);
      taken += quantity;
    }
    if (impact_ != nullptr) impact_->advance(ts);
    moved_price(side, taken);
    if (orders_.is_live(slot)) {
      if (rests_by(orders_[slot].time_in_force) && orders_[slot].price != kNoPrice) {
        enter(slot, ts);
      } else {
        close(slot, ExecType::canceled, RejectReason::no_liquidity, ts);
      }
    }
  }
  after_event(ts);
}

// Whether an order can do nothing now but rest.
bool SimulatedVenue::may_only_rest(const NewOrder& order) const {
  if (!rests_by(order.time_in_force)) return false;
  if (order.order_type == OrderType::pegged) return true;
  if (order.price == kNoPrice) return false;
  if (kind_ == MarketKind::bars || !matches_ || (order.flags & kPostOnly) != 0) return true;
  return market_.reachable(order.side, order.price, 1) == 0 &&
         own_in_reach(order.side, order.price, order.quantity, policy_of(order.self_trade)) == kNone;
}

// Orders are pulled when the event under way is over: what it reached before, it has reached.
void SimulatedVenue::count_fill(const RestingOrder& order, i64 quantity, i64 ts) {
  if (protection_->filled(order.strategy, order.side, quantity, ts)) pulled_.push_back({order.strategy, time_});
}

void SimulatedVenue::pull_orders(i64 ts) {
  for (const Pulled& pulled : pulled_) {
    const auto rests = [&](const RestingOrder& order) {
      return order.strategy == pulled.strategy &&
             (order.stands == VenuePlace::resting || order.stands == VenuePlace::unpriced);
    };
    for (const u32 slot : live_orders(rests)) {
      if (orders_.terms(slot).entered > pulled.entered) continue;
      close(slot, ExecType::canceled, RejectReason::maker_protection, ts);
    }
  }
  pulled_.clear();
}

}  // namespace pytrader
