// New terms for orders that need more than price, quantity and place.
#include <algorithm>

#include "matching/simulated_venue.hpp"
#include "model/order_form.hpp"

namespace pytrader {

// Who has not heard yet of the limit that the venue gave the order names none, and it stays.
ReplaceRequest SimulatedVenue::with_limit(u32 slot, const ReplaceRequest& asked) const noexcept {
  ReplaceRequest request = asked;
  if (request.price == kNoPrice && orders_.terms(slot).limit_given) request.price = orders_[slot].price;
  return request;
}

void SimulatedVenue::replace_special(u32 slot, const ReplaceRequest& asked, i64 ts) {
  const ReplaceRequest request = with_limit(slot, asked);
  RestingOrder& order = orders_[slot];
  VenueTerms& terms = orders_.terms(slot);
  const RejectReason reason = refusal_of_replace(slot, request);
  if (reason != RejectReason::none) {
    report(ExecType::replace_rejected, request.client_order_id, order.venue_order_id, ts).reason = reason;
    return;
  }
  const i64 cum_qty = orders_.cum_qty(slot);
  const bool closes = request.quantity <= cum_qty;
  ExecutionReport& replaced = report(ExecType::replaced, request.client_order_id, order.venue_order_id, ts);
  replaced.price = request.price;
  replaced.stop_price = request.stop_price != kNoPrice ? request.stop_price : terms.stop_price;
  replaced.quantity = closes ? cum_qty : request.quantity;
  if (closes) {
    forget(slot);
  } else if (waits_for_stop_price(order.stands)) {
    replace_waiting_stop(slot, request, ts);
  } else if (keeps_place(slot, request)) {
    keep_place(slot, request.quantity);
  } else if (order.stands == VenuePlace::resting || order.stands == VenuePlace::waiting) {
    take_out(slot);
    terms.limit = request.price;
    order.order_qty = request.quantity;
    orders_.show(slot, request.quantity - cum_qty);
    enter(slot, ts);
  } else {
    terms.limit = order.price = request.price;
    keep_place(slot, request.quantity);
  }
}

bool SimulatedVenue::keeps_place(u32 slot, const ReplaceRequest& request) const {
  const RestingOrder& order = orders_[slot];
  const VenueTerms& terms = orders_.terms(slot);
  const i64 price = terms.order_type == OrderType::pegged ? terms.limit : order.price;
  if (order.stands != VenuePlace::resting || request.price != price) return false;
  switch (rules_.rules.amend) {
    case AmendPolicy::always_loses:
      return false;
    case AmendPolicy::keeps_on_displayed_decrease:
      return request.quantity <= order.order_qty || terms.asked.display_qty != 0;
    case AmendPolicy::keeps_on_decrease:
      break;
  }
  return request.quantity <= order.order_qty;
}

// An order that stays where it is gets another total quantity. An iceberg loses from its reserve first, and gains
// there.
void SimulatedVenue::keep_place(u32 slot, i64 quantity) {
  RestingOrder& order = orders_[slot];
  i64 less = order.order_qty - quantity;
  order.order_qty = quantity;
  if (order.special && (less > 0 || order.stands == VenuePlace::resting)) {
    i64& reserve = orders_.terms(slot).reserve;
    const i64 from_reserve = std::min(less, reserve);
    reserve -= from_reserve;
    less -= from_reserve;
  }
  if (less != 0) orders_.reduce(slot, less);
}

// A new stop price, or a larger quantity, puts it behind the others at its stop price.
void SimulatedVenue::replace_waiting_stop(u32 slot, const ReplaceRequest& request, i64 ts) {
  RestingOrder& order = orders_[slot];
  VenueTerms& terms = orders_.terms(slot);
  const bool moved = request.stop_price != kNoPrice && request.stop_price != terms.stop_price;
  const bool requeued = moved || request.quantity > order.order_qty || rules_.rules.amend == AmendPolicy::always_loses;
  if (moved) terms.stop_price = request.stop_price;
  terms.limit = order.price = request.price;
  keep_place(slot, request.quantity);
  if (!requeued) return;
  if (trails(terms.order_type)) {
    if (order.stands == VenuePlace::triggers) {
      triggers_.requeue(slot, static_cast<TriggerSource>(terms.source), ++time_);
    }
    return;
  }
  stop_waiting(slot);
  order.stands = VenuePlace::nowhere;
  wait_for_price(slot, ts);
}

}  // namespace pytrader
