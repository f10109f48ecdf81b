// The checks of the gate, in the order in which they are made: form, price, quantity, value, limits, funds.
#include "risk/risk_gate.hpp"

#include <algorithm>
#include <iterator>

#include "model/order_form.hpp"
#include "model/sent_order.hpp"

namespace pytrader {
namespace {

constexpr u16 kKnownFlags = kPostOnly | kReduceOnly | kHidden | kAllOrNone | kEmulate | kAlgorithm;
constexpr i64 kBasisPoints = 10'000;

template <class Member, std::size_t size>
bool is_one_of(Member member, const Member (&members)[size]) {
  return std::find(std::begin(members), std::end(members), member) != std::end(members);
}

RejectReason check_price(i64 price, const InstrumentDefinition& definition) {
  if (price <= 0 && definition.min_price > 0) return RejectReason::price_not_positive;
  if (price < definition.min_price || price > definition.max_price) return RejectReason::price_out_of_range;
  return RejectReason::none;
}

RejectReason check_quantity(i64 quantity, const InstrumentDefinition& definition, const RiskLimits& limits) {
  if (quantity <= 0) return RejectReason::quantity_not_positive;
  if (quantity < definition.min_quantity) return RejectReason::quantity_below_minimum;
  if (quantity > definition.max_quantity) return RejectReason::quantity_above_maximum;
  if (limits.max_order_quantity > 0 && quantity > limits.max_order_quantity)
    return RejectReason::quantity_above_maximum;
  return RejectReason::none;
}

RejectReason check_prices(const NewOrder& order, const TypeRules& type, const InstrumentDefinition& definition) {
  if (order.price == kNoPrice) {
    if (type.needs_price) return RejectReason::limit_order_without_price;
  } else if (!type.takes_price) {
    return RejectReason::market_order_with_price;
  }
  if (order.price != kNoPrice) {
    if (const RejectReason reason = check_price(order.price, definition); reason != RejectReason::none) return reason;
  }
  if (order.trigger_symbol != 0) return RejectReason::none;  // what it waits for is no price of this instrument
  for (const i64 price : {order.terms.stop_price, order.terms.activation_price}) {
    if (price == kNoPrice) continue;
    if (const RejectReason reason = check_price(price, definition); reason != RejectReason::none) return reason;
  }
  return RejectReason::none;
}

// What an algorithm works is a quantity and a limit; how its children go about it is the algorithm's.
RejectReason check_worked(const NewOrder& order) {
  const bool plain = (order.order_type == OrderType::market || order.order_type == OrderType::limit) &&
                     (order.flags & ~(kAlgorithm | kReduceOnly)) == 0 && order.terms == OrderTerms{} &&
                     order.self_trade == SelfTrade::venue_default;
  if (!plain) return RejectReason::instruction_not_supported;
  return order.time_in_force == TimeInForce::gtc ? RejectReason::none : RejectReason::time_in_force_not_supported;
}

RejectReason check_form(const NewOrder& order, const InstrumentDefinition& definition, i64 now) {
  if (!valid(order.side)) return RejectReason::side_not_valid;
  const TypeRules* const type = rules_of(order.order_type);
  if (type == nullptr) return RejectReason::order_type_not_supported;
  const bool known = (order.flags & ~kKnownFlags) == 0 && is_one_of(order.self_trade, kSelfTrades) &&
                     is_one_of(order.trigger_type, kTriggerTypes) && is_one_of(order.contingency, kContingencies);
  if (!known) return RejectReason::malformed_message;
  if (!is_known(order.time_in_force) || !goes_with(order.order_type, order.time_in_force)) {
    return RejectReason::time_in_force_not_supported;
  }
  const bool asks_to_wait = order.trigger_type != TriggerType::venue_default || order.trigger_symbol != 0;
  if (!type->waits && (asks_to_wait || (order.flags & kEmulate) != 0)) return RejectReason::waits_for_no_price;
  // A limit that is counted from the stop would be no price of this instrument; a share of a price that may be zero or
  // below is no distance.
  const bool points = order.terms.trailing_unit == static_cast<i64>(TrailingUnit::basis_points);
  if (order.trigger_symbol != 0 && (points || order.order_type == OrderType::trailing_stop_limit)) {
    return RejectReason::trailing_not_valid;
  }
  if (order.quantity <= 0) return RejectReason::quantity_not_positive;
  if ((order.flags & kAlgorithm) != 0) {
    if (const RejectReason reason = check_worked(order); reason != RejectReason::none) return reason;
  }
  if ((order.time_in_force == TimeInForce::gtd) != (order.terms.expire_time != 0)) {
    return RejectReason::expire_time_missing;
  }
  if (order.terms.expire_time != 0 && order.terms.expire_time <= now) return RejectReason::expire_time_passed;
  const RejectReason reason = check_prices(order, *type, definition);
  if (reason != RejectReason::none) return reason;
  return check_terms(*type, order.time_in_force, order.flags, order.quantity, order.terms, kNoLimit);
}

RejectReason check_replaced_prices(const ReplaceRequest& request, const Order& order,
                                   const InstrumentDefinition& definition) {
  const TypeRules& type = *rules_of(order.order_type);
  const bool has_stop = order.stop_price() != kNoPrice;
  const bool held = order.ord_status == OrderStatus::emulated || (order.flags & kAlgorithm) != 0;
  const bool has_limit = type.takes_price || order.price != kNoPrice;
  const bool follows = type.trails && !order.has(kTriggered);  // its stop is its own, and only the venue may know it
  if (!has_limit && !has_stop && !held && !follows) {
    const bool new_stop = type.waits && request.stop_price != kNoPrice;
    return new_stop ? RejectReason::already_triggered : RejectReason::order_type_not_supported;
  }
  if ((request.price == kNoPrice) != (order.price == kNoPrice)) {
    return order.price == kNoPrice ? RejectReason::market_order_with_price : RejectReason::limit_order_without_price;
  }
  const bool same_stop = request.stop_price == order.stop_price() || (follows && request.stop_price == kNoPrice);
  if (follows && !same_stop) return RejectReason::trailing_not_valid;
  if (has_stop && !follows && request.stop_price == kNoPrice) return RejectReason::stop_price_missing;
  if (!has_stop && request.stop_price != kNoPrice) {
    return type.waits ? RejectReason::already_triggered : RejectReason::waits_for_no_price;
  }
  if (request.price == order.price && same_stop && request.quantity == order.order_qty)
    return RejectReason::nothing_to_replace;
  for (const i64 price : {request.price, order.trigger_symbol() == 0 ? request.stop_price : kNoPrice}) {
    if (price == kNoPrice) continue;
    if (const RejectReason reason = check_price(price, definition); reason != RejectReason::none) return reason;
  }
  return RejectReason::none;
}

// What a trailing or pegged order may come to cost, seen from this price: its offsets added on, for a buy.
i64 with_offsets(const NewOrder& order, i64 reference) noexcept {
  const OrderTerms& terms = order.terms;
  if (reference == kNoPrice || order.side == Side::sell || (terms.trailing_offset | terms.limit_offset) == 0) {
    return reference;
  }
  i128 offset = terms.trailing_offset;
  if (terms.trailing_unit == static_cast<i64>(TrailingUnit::basis_points)) {
    const i128 size = reference < 0 ? -static_cast<i128>(reference) : reference;
    offset = (size * terms.trailing_offset + kBasisPoints - 1) / kBasisPoints;
  }
  return static_cast<i64>(std::min<i128>(reference + offset + terms.limit_offset, INT64_MAX));
}

}  // namespace

// What an order would be: the part of it that is judged alike for new orders and replaces.
struct RiskGate::Wanted {
  StrategyIndex strategy;
  InstrumentIndex instrument;
  Side side;
  bool reduce_only;
  i64 quantity;        // total, judged by the size limits
  i64 price;           // what it is valued at
  bool closes;         // reduce-only: the strategy's own bound of an order's value does not keep it from closing
  Reservation before;  // what the order holds back already
  Reservation after;

  // ... or what its list does.
  void share(const Reservation* shared) noexcept {
    if (shared == nullptr) return;
    before = *shared;
    after = worse_of(*shared, after);
  }
};

void RiskGate::add_strategy(const RiskLimits& limits) {
  if (limits.max_order_quantity < 0 || limits.max_order_notional < 0 || limits.max_position < 0) {
    throw Error(ErrorCode::invalid_argument, "a risk limit is negative; give a positive limit, or 0 for none");
  }
  limits_.push_back(limits);
  allotments_.emplace_back();
  exposure_.add_strategy();
}

void RiskGate::allot(StrategyIndex strategy, const std::string& currency, i128 amount) {
  if (strategy >= allotments_.size() || amount < 0) {
    throw Error(ErrorCode::invalid_argument,
                "an allotment needs a strategy of the run and an amount that is not negative");
  }
  for (Allotment& known : allotments_[strategy]) {
    if (known.currency != currency) continue;
    known.amount = amount;
    return;
  }
  allotments_[strategy].push_back({currency, amount});
}

// With `more` capital bound in the order's instrument than now.
bool RiskGate::exceeds_allotment(const Wanted& wanted, i128 more, const RiskView& view) const {
  i128 allotted = view.earned;
  for (const Allotment& each : allotments_[wanted.strategy]) {
    if (each.currency == exposure_.currency(wanted.instrument)) allotted += each.amount;
  }
  return exposure_.strategy_requirement(wanted.strategy, wanted.instrument) + more > allotted;
}

// Its limit; without one its stop price, where that is a price of its instrument; without that what it would meet at
// the market now.
i64 RiskGate::value_price(const NewOrder& order, const RiskView& view) noexcept {
  if (order.price != kNoPrice) return order.price;
  if (order.trigger_symbol != 0) return order.side == Side::buy ? view.best_ask : view.best_bid;
  if (order.terms.stop_price != kNoPrice) return order.terms.stop_price;
  if (order.terms.activation_price != kNoPrice) return with_offsets(order, order.terms.activation_price);
  return with_offsets(order, order.side == Side::buy ? view.best_ask : view.best_bid);
}

i64 RiskGate::value_at_replace(const ReplaceRequest& request, const Order& order, const RiskView& view,
                               i64 limit_offset) noexcept {
  if (request.price != kNoPrice) return request.price;
  if (order.trigger_symbol() == 0 && request.stop_price != kNoPrice) {
    return value_at_stop(order.side, request.stop_price, limit_offset);
  }
  const bool meets_market = order.trigger_symbol() != 0 || !waits_for_price(order.order_type);
  if (order.ord_status != OrderStatus::emulated || !meets_market) return order.value_price;
  const i64 price = order.side == Side::buy ? view.best_ask : view.best_bid;
  return price != kNoPrice ? price : order.value_price;
}

bool RiskGate::reduces(StrategyIndex strategy, InstrumentIndex instrument, Side side) const noexcept {
  const i64 position = exposure_.cell(strategy, instrument).position;
  return side == Side::buy ? position < 0 : position > 0;
}

RejectReason RiskGate::check_release(const NewOrder& sent, const Order& held, const Instrument& instrument,
                                     const RiskView& view, const Reservation* shared) const {
  if (view.expired) return RejectReason::instrument_expired;
  const InstrumentDefinition& definition = instrument.definition();
  RejectReason reason = check_form(sent, definition, view.now);
  if (reason != RejectReason::none) return reason;
  reason = check_quantity(sent.quantity, definition, limits_[sent.strategy]);
  if (reason != RejectReason::none) return reason;
  // What else works was judged when it was submitted; the venue cuts a reduce-only order down to the position.
  const bool reduces_only = (sent.flags & kReduceOnly) != 0;
  if (reduces_only && !reduces(sent.strategy, sent.instrument, sent.side)) {
    return RejectReason::reduce_only_would_increase;
  }
  const i64 price = value_at_release(sent, held, view);
  if (price == kNoPrice) return RejectReason::no_market_price;
  Wanted wanted{sent.strategy, sent.instrument,      sent.side,
                false,         sent.quantity,        price,
                reduces_only,  reservation_of(held), {sent.quantity, price < 0 ? -price : price}};
  wanted.share(shared);
  return check_wanted(wanted, instrument, view);
}

// That it names what there is, and its form and size.
RejectReason RiskGate::check_known(const NewOrder& order, const Instrument* instrument, const RiskView& view) const {
  if (order.strategy >= limits_.size()) return RejectReason::unknown_strategy;
  if (instrument == nullptr || !exposure_.has(order.strategy, order.instrument) ||
      instrument->index() != order.instrument) {
    return RejectReason::unknown_instrument;
  }
  if (view.expired) return RejectReason::instrument_expired;
  const InstrumentDefinition& definition = instrument->definition();
  const RejectReason reason = check_form(order, definition, view.now);
  return reason != RejectReason::none ? reason : check_quantity(order.quantity, definition, limits_[order.strategy]);
}

RejectReason RiskGate::check_waiting(const NewOrder& order, const Instrument* instrument, const RiskView& view) const {
  const RejectReason reason = check_known(order, instrument, view);
  const i64 price = reason == RejectReason::none ? value_price(order, view) : kNoPrice;
  if (price == kNoPrice) return reason;
  const bool closes = (order.flags & kReduceOnly) != 0;
  return check_worth({order.strategy, order.instrument, order.side, false, order.quantity, price, closes, {}, {}},
                     *instrument);
}

RejectReason RiskGate::check_new(const NewOrder& order, const Instrument* instrument, const RiskView& view,
                                 const Reservation* shared) const {
  RejectReason reason = check_known(order, instrument, view);
  if (reason != RejectReason::none) return reason;
  const RiskLimits& limits = limits_[order.strategy];
  const i64 price = value_price(order, view);
  if (price == kNoPrice) return RejectReason::no_market_price;

  const Reservation after{order.quantity, price < 0 ? -price : price};
  const bool reduces_only = (order.flags & kReduceOnly) != 0;
  Wanted wanted{order.strategy, order.instrument, order.side, reduces_only, order.quantity,
                price,          reduces_only,     {},         after};
  wanted.share(shared);
  reason = check_worth(wanted, *instrument);
  if (reason != RejectReason::none) return reason;
  const bool one_more = shared == nullptr || shared->quantity == 0;
  if (one_more && limits.max_open_orders > 0 && exposure_.open_orders(order.strategy) >= limits.max_open_orders) {
    return RejectReason::order_limit;
  }
  reason = check_position(wanted);
  if (reason != RejectReason::none) return reason;
  return check_funds(wanted, view);
}

RejectReason RiskGate::check_replace(const ReplaceRequest& request, const Order* order, const Instrument* instrument,
                                     const RiskView& view, const Reservation* shared, i64 limit_offset) const {
  if (order == nullptr || order->strategy != request.strategy || request.strategy >= limits_.size()) {
    return RejectReason::unknown_order;
  }
  if (instrument == nullptr || instrument->index() != order->instrument) return RejectReason::unknown_instrument;
  if (!is_open(order->ord_status)) return RejectReason::order_closed;
  if (view.expired) return RejectReason::instrument_expired;
  const bool held = order->ord_status == OrderStatus::emulated;
  const bool working = order->ord_status == OrderStatus::new_ || order->ord_status == OrderStatus::partially_filled;
  if (!held && (!working || order->pending_qty() != 0)) {
    return RejectReason::request_pending;
  }
  RejectReason reason = check_replaced_prices(request, *order, instrument->definition());
  if (reason != RejectReason::none) return reason;
  reason = check_quantity(request.quantity, instrument->definition(), limits_[request.strategy]);
  if (reason != RejectReason::none) return reason;
  if (request.quantity <= order->cum_qty) return RejectReason::quantity_already_executed;

  // Of a list's order, whose list asks, the same as at its release: the venue cuts it down to the position.
  const bool reduces_only = (order->flags & kReduceOnly) != 0;
  const bool grows = request.quantity > order->order_qty;
  if (reduces_only && grows && order->list() != 0 && !reduces(request.strategy, order->instrument, order->side)) {
    return RejectReason::reduce_only_would_increase;
  }

  const i64 price = value_at_replace(request, *order, view, limit_offset);
  // An order of a list may never have had a market: it is judged when it leaves.
  if (price == kNoPrice) return (order->flags & kWaiting) != 0 ? RejectReason::none : RejectReason::no_market_price;
  // While the request is under way either the old or the new order may trade: both must be affordable. What waits in
  // the core changes at once, and so does what is worked there.
  const bool here = held || (order->flags & kAlgorithm) != 0;
  const Reservation at_once{request.quantity - order->cum_qty, price < 0 ? -price : price};
  Wanted wanted{order->strategy,
                order->instrument,
                order->side,
                reduces_only && grows && order->list() == 0,
                request.quantity,
                price,
                reduces_only,
                reservation_of(*order),
                here ? at_once : reservation_of_replace(*order, price, request.quantity)};
  wanted.share(shared);
  if ((order->flags & kWaiting) != 0) return check_worth(wanted, *instrument);
  return check_wanted(wanted, *instrument, view);
}

RejectReason RiskGate::check_wanted(const Wanted& wanted, const Instrument& instrument, const RiskView& view) const {
  RejectReason reason = check_worth(wanted, instrument);
  if (reason != RejectReason::none) return reason;
  reason = check_position(wanted);
  if (reason != RejectReason::none) return reason;
  return check_funds(wanted, view);
}

RejectReason RiskGate::check_cancel(const CancelRequest& request, const Order* order) const {
  if (order == nullptr || order->strategy != request.strategy) return RejectReason::unknown_order;
  if (!is_open(order->ord_status)) return RejectReason::order_closed;
  if (order->ord_status == OrderStatus::pending_cancel) return RejectReason::request_pending;
  return RejectReason::none;
}

RejectReason RiskGate::check_worth(const Wanted& wanted, const Instrument& instrument) const {
  const InstrumentDefinition& definition = instrument.definition();
  const i128 tick_lots = static_cast<i128>(wanted.quantity) * (wanted.price < 0 ? -wanted.price : wanted.price);
  i128 value = 0;
  if (!instrument.value_of(tick_lots, value)) return RejectReason::value_overflow;
  if (value < definition.min_notional.raw) return RejectReason::notional_below_minimum;
  const i128 limit = wanted.closes ? 0 : limits_[wanted.strategy].max_order_notional;
  if ((definition.max_notional.raw > 0 && value > definition.max_notional.raw) || (limit > 0 && value > limit)) {
    return RejectReason::notional_above_maximum;
  }
  return RejectReason::none;
}

RejectReason RiskGate::check_position(const Wanted& wanted) const {
  const ExposureCell& cell = exposure_.cell(wanted.strategy, wanted.instrument);
  const bool buys = wanted.side == Side::buy;
  // In the order's own direction: a position of the other side is negative here. 128 bits hold any sum of these.
  const i128 held = buys ? cell.position : -static_cast<i128>(cell.position);
  const i128 working = static_cast<i128>(cell.of(wanted.side).lots) - wanted.before.quantity;
  const i128 worst = held + working + wanted.after.quantity;
  if (wanted.reduce_only && worst > 0) return RejectReason::reduce_only_would_increase;
  const i64 limit = limits_[wanted.strategy].max_position;
  if (limit > 0 && worst > limit && wanted.after.quantity > wanted.before.quantity) return RejectReason::position_limit;
  return RejectReason::none;
}

RejectReason RiskGate::check_funds(const Wanted& wanted, const RiskView& view) const {
  const ExposureCell& cell = exposure_.cell(wanted.strategy, wanted.instrument);
  Exposure::Outlook ahead;
  if (!exposure_.foresee(wanted.strategy, wanted.instrument, wanted.side, wanted.before, wanted.after, ahead)) {
    return RejectReason::value_overflow;
  }
  // What needs no more capital than is bound already may always go: a loss must not lock a position in.
  if (ahead.requirement <= cell.requirement) return RejectReason::none;
  const bool short_of_funds =
      ahead.total > view.capital ||
      (is_allotted(wanted.strategy) && exceeds_allotment(wanted, ahead.requirement - cell.requirement, view));
  return short_of_funds ? RejectReason::insufficient_funds : RejectReason::none;
}

}  // namespace pytrader
