// Commands into messages, and what the engine says back into reports.
#include "matching/exchange_venue.hpp"

#include <algorithm>
#include <string>

#include "decimal/error.hpp"
#include "matching/engine_events.hpp"
#include "model/order_form.hpp"

namespace pytrader {
namespace {

constexpr OrderTerms kNoTerms{};

}  // namespace

ExchangeVenue::ExchangeVenue(InstrumentIndex instrument, const ExchangeSettings& settings, i64 start,
                             VenueNumbers& numbers, std::vector<ExecutionReport>& reports,
                             std::vector<PublishedRow>& published)
    : instrument_(instrument),
      numbers_(numbers),
      reports_(reports),
      published_(published),
      order_types_(settings.rules.order_types),
      times_in_force_(settings.rules.times_in_force),
      has_sessions_(!settings.sessions.empty()),
      sessions_(settings.sessions),
      engine_(settings.rules) {
  check(settings);
  if (!has_sessions_ && settings.start > start) sessions_.push_back({settings.start, TradingPhase::continuous});
  stand_at(start);
  if (settings.reference_price != kNoPrice) {
    OrderMessage message = message_about(MessageKind::reference_price, 0);
    message.price = settings.reference_price;
    tell(message);
  }
  if (!sessions_.empty()) tell_phase(TradingPhase::closed);
}

bool ExchangeVenue::supports(OrderType order_type, TriggerType trigger_type, TimeInForce time_in_force) const noexcept {
  const bool triggers = trigger_type == TriggerType::venue_default || trigger_type == TriggerType::last;
  const bool waits_in_vain = !has_sessions_ && ends_with_day(time_in_force);
  return triggers && !waits_in_vain && (order_types_ & members_of(order_type)) != 0 &&
         (times_in_force_ & members_of(time_in_force)) != 0;
}

void ExchangeVenue::submit(const NewOrder& order, i64 ts) {
  stand_at(ts);
  const ClientOrderId id = order.client_order_id;
  OrderMessage message = message_about(MessageKind::new_, id);
  message.side = static_cast<u8>(order.side);
  message.order_type = static_cast<u8>(order.order_type);
  message.time_in_force = static_cast<u8>(order.time_in_force);
  message.flags = order.flags & kMessageFlags;
  message.self_trade = static_cast<u8>(order.self_trade);
  message.price = order.price;
  message.quantity = order.quantity;
  message.owner = order.strategy + 1;
  const bool waits_in_vain = !has_sessions_ && ends_with_day(order.time_in_force);
  const bool other_trigger =
      order.trigger_type != TriggerType::venue_default && order.trigger_type != TriggerType::last;
  MessageStatus status = status_of(RejectReason::time_in_force_not_supported);
  if (other_trigger) status = status_of(RejectReason::instruction_not_supported);
  if (!waits_in_vain && !other_trigger) status = send(message, order.terms);
  if (is_rejected(status)) {
    report(ExecType::rejected, id, 0).reason = reason_of(status);
    return;
  }
  const u32 slot = acquire(id);
  WorkingOrder& state = orders_[slot];
  state.venue_order_id = ++numbers_.last_venue_order_id;
  state.order_type = order.order_type;
  state.leaves_qty = order.quantity;
  state.price = working_price(id, order.price, order.order_type);
  state.stop_price = order.terms.stop_price;
  state_terms(ExecType::new_, state, RejectReason::none);
  report_output(id, status);
}

void ExchangeVenue::cancel(ClientOrderId id, i64 ts) {
  stand_at(ts);
  const MessageStatus status = send(cancel_of(id), kNoTerms);
  const u32 slot = slot_of(id);
  if (is_rejected(status)) {
    report(ExecType::cancel_rejected, id, slot == kNone ? 0 : orders_[slot].venue_order_id).reason = reason_of(status);
    return;
  }
  close(slot, ExecType::canceled, RejectReason::none);
  report_output(id, status);
}

void ExchangeVenue::replace(const ReplaceRequest& request, i64 ts) {
  stand_at(ts);
  const ClientOrderId id = request.client_order_id;
  const u32 slot = slot_of(id);
  OrderTerms terms;
  terms.stop_price = request.stop_price;
  // Who has not heard yet of the limit that the venue gave the order names none, and it stays.
  const bool limit_given = slot != kNone && !rules_of(orders_[slot].order_type)->takes_price;
  const i64 price = request.price == kNoPrice && limit_given ? orders_[slot].price : request.price;
  OrderMessage message = replace_of(id, price, request.quantity);
  if (slot != kNone) message.quantity = quantity_at_engine(orders_[slot], request.quantity);
  const bool triggered = slot != kNone && request.stop_price != kNoPrice && orders_[slot].stop_price == kNoPrice;
  const MessageStatus status = triggered ? status_of(RejectReason::already_triggered) : send(message, terms);
  if (is_rejected(status)) {
    const VenueOrderId known = slot == kNone ? 0 : orders_[slot].venue_order_id;
    report(ExecType::replace_rejected, id, known).reason = reason_of(status);
    return;
  }
  WorkingOrder& order = orders_[slot];
  order.price = working_price(id, price, order.order_type);
  if (request.stop_price != kNoPrice) order.stop_price = request.stop_price;
  const bool closes = outcome_of(status) == Outcome::replaced_closed;
  order.leaves_qty = closes ? 0 : request.quantity - order.cum_qty;
  state_terms(ExecType::replaced, order, RejectReason::none);
  if (closes) release(slot);
  report_output(id, status);
}

// The engine counts what was prevented like what was executed; some venues' requests say what shall be open.
i64 ExchangeVenue::quantity_at_engine(const WorkingOrder& order, i64 total) const noexcept {
  if (engine_.rules().replace_quantity == ReplaceQuantity::open) return total - order.cum_qty;
  return total > INT64_MAX - order.prevented ? INT64_MAX : total + order.prevented;
}

i64 ExchangeVenue::next_due() const noexcept {
  const i64 due = engine_.next_due();
  return next_session_ < sessions_.size() ? std::min(due, sessions_[next_session_].ts) : due;
}

// What falls due with the beginning of a phase comes before it.
void ExchangeVenue::advance(i64 ts) {
  for (; next_session_ < sessions_.size() && sessions_[next_session_].ts <= ts; ++next_session_) {
    stand_at(sessions_[next_session_].ts);
    begin(sessions_[next_session_].phase,
          next_session_ == 0 ? TradingPhase::closed : sessions_[next_session_ - 1].phase);
  }
  stand_at(ts);
}

void ExchangeVenue::stand_at(i64 ts) {
  if (ts <= engine_.clock()) return;
  OrderMessage message = message_about(MessageKind::clock, 0);
  message.quantity = ts;
  tell(message);
}

// Beyond 64 bits no account could have followed.
void ExchangeVenue::set_position(StrategyIndex strategy, i128 lots) {
  OrderMessage message = message_about(MessageKind::position, 0);
  message.owner = strategy + 1;
  message.quantity = static_cast<i64>(std::clamp<i128>(lots, i128{INT64_MIN} + 1, INT64_MAX));
  tell(message);
}

// The engine may be elsewhere than the timetable: an auction by the clock has led to the phase already, or one that was
// prolonged or interrupted trading still lasts. That ends as the timetable had it where the phase may not follow it,
// and at the end of a day.
void ExchangeVenue::begin(TradingPhase phase, TradingPhase before) {
  if (engine_.phase() == phase) return;
  const bool skips_night = before == TradingPhase::closed && engine_.phase() != TradingPhase::closed;
  if (skips_night || !may_follow(engine_.phase(), phase)) tell_phase(before);
  tell_phase(phase);
}

void ExchangeVenue::tell_phase(TradingPhase phase) {
  OrderMessage message = message_about(MessageKind::phase, 0);
  message.quantity = static_cast<i64>(phase);
  tell(message);
}

void ExchangeVenue::tell(const OrderMessage& message) {
  const MessageStatus status = send(message, kNoTerms);
  if (is_rejected(status)) {
    throw Error(
        ErrorCode::invalid_state,
        std::string("exchange: a change of ") +
            (message.kind == static_cast<u8>(MessageKind::phase) ? "phase" : "clock, reference price or position") +
            " at " + std::to_string(engine_.clock()) + " ns is refused in phase " + to_text(engine_.phase()) + ": " +
            to_text(reason_of(status)));
  }
  report_output(0, status);
}

MessageStatus ExchangeVenue::send(OrderMessage message, const OrderTerms& terms) {
  output_.fills.clear();
  output_.updates.clear();
  const bool has_terms = !(terms == kNoTerms);
  message.terms = has_terms ? 1 : 0;
  return engine_.apply(message, {&terms, has_terms ? std::size_t{1} : std::size_t{0}}, 0, output_);
}

void ExchangeVenue::report_output(ClientOrderId named, MessageStatus status) {
  in_order(
      output_, [this](const Fill& fill) { report_fill(fill); },
      [this](const OrderUpdate& update) { report_update(update); });
  if (outcome_of(status) == Outcome::remainder_canceled) {
    const u32 slot = slot_of(named);
    if (slot != kNone) close(slot, ExecType::canceled, RejectReason::no_liquidity);
  }
  publish(named, status);
}

// The book first: what an auction traded was traded before its phase was over.
void ExchangeVenue::publish(ClientOrderId named, MessageStatus status) {
  const Outcome outcome = outcome_of(status);
  const bool enters = outcome == Outcome::rested || outcome == Outcome::requeued;
  rows_.clear();
  feed_.publish(named, enters, output_, engine_.clock(), rows_);
  for (const L3Record& row : rows_) published_.push_back({instrument_, row});
  for (const OrderUpdate& update : output_.updates) {
    if (static_cast<UpdateKind>(update.kind) != UpdateKind::phase_changed) continue;
    published_.push_back({instrument_, StatusRecord{update.ts, update.ts, update.detail}});
  }
}

void ExchangeVenue::report_fill(const Fill& fill) {
  const bool in_auction = fill.taker_side == 0;
  report_trade(fill.taker_order_id, fill, fill.taker_leaves_qty, in_auction ? Liquidity::none : Liquidity::taker);
  report_trade(fill.maker_order_id, fill, fill.maker_leaves_qty, in_auction ? Liquidity::none : Liquidity::maker);
}

void ExchangeVenue::report_trade(ClientOrderId id, const Fill& fill, i64 leaves_qty, Liquidity liquidity) {
  const u32 slot = slot_of(id);
  WorkingOrder& order = orders_[slot];
  order.cum_qty += fill.quantity;
  order.leaves_qty = leaves_qty;
  ExecutionReport& trade = report(ExecType::trade, id, order.venue_order_id);
  trade.exec_id = ++numbers_.last_exec_id;
  trade.last_px = fill.price;
  trade.last_qty = fill.quantity;
  trade.liquidity = liquidity;
  if (leaves_qty == 0) release(slot);
}

void ExchangeVenue::report_update(const OrderUpdate& update) {
  const auto reason = static_cast<RejectReason>(update.reason);
  const u32 slot = update.order_id == 0 ? kNone : slot_of(update.order_id);
  if (slot == kNone) return;
  WorkingOrder& order = orders_[slot];
  switch (static_cast<UpdateKind>(update.kind)) {
    case UpdateKind::triggered:
      order.price = update.price;
      order.stop_price = kNoPrice;
      state_terms(ExecType::triggered, order, reason);
      return;
    case UpdateKind::canceled:
      close(slot, ExecType::canceled, reason);
      return;
    case UpdateKind::expired:
      close(slot, ExecType::expired, reason);
      return;
    case UpdateKind::decremented:
      order.prevented += update.quantity;
      order.leaves_qty = update.leaves_qty;
      if (update.leaves_qty == 0) {
        close(slot, ExecType::canceled, reason);
      } else {
        state_terms(ExecType::restated, order, reason);
      }
      return;
    case UpdateKind::repriced:
      // Where a pegged order stands, the market says; its limit stays what it is.
      if (order.order_type == OrderType::pegged || order.price == update.price) return;
      order.price = update.price;
      state_terms(ExecType::restated, order, reason);
      return;
    default:
      return;  // a new tip, a stop that trails, an auction's beginning: the order's terms stay what they are
  }
}

// The order's limit, stop price and total quantity as they are now.
void ExchangeVenue::state_terms(ExecType exec_type, const WorkingOrder& order, RejectReason reason) {
  ExecutionReport& stated = report(exec_type, order.id, order.venue_order_id);
  stated.price = order.price;
  stated.stop_price = order.stop_price;
  stated.quantity = order.cum_qty + order.leaves_qty;
  stated.reason = reason;
}

void ExchangeVenue::close(u32 slot, ExecType exec_type, RejectReason reason) {
  ExecutionReport& ended = report(exec_type, orders_[slot].id, orders_[slot].venue_order_id);
  ended.quantity = orders_[slot].cum_qty;
  ended.reason = reason;
  release(slot);
}

// The limit that the venue gives an order that came without one, or that it does not let rest at its own.
i64 ExchangeVenue::working_price(ClientOrderId id, i64 price, OrderType order_type) const noexcept {
  LiveOrder live;
  const bool keeps = waits_for_price(order_type) || order_type == OrderType::pegged || !engine_.order(id, live);
  return keeps || live.price == kNoPrice ? price : live.price;
}

ExecutionReport& ExchangeVenue::report(ExecType exec_type, ClientOrderId id, VenueOrderId venue_order_id) {
  ExecutionReport& said = reports_.emplace_back();
  said.ts_event = engine_.clock();
  said.client_order_id = id;
  said.venue_order_id = venue_order_id;
  said.instrument = instrument_;
  said.exec_type = exec_type;
  return said;
}

u32 ExchangeVenue::acquire(ClientOrderId id) {
  index_.reserve(index_.size() + 1);
  if (free_.empty()) {
    orders_.emplace_back();
    free_.reserve(orders_.capacity());
    free_.push_back(static_cast<u32>(orders_.size() - 1));
  }
  const u32 slot = free_.back();
  free_.pop_back();
  orders_[slot] = WorkingOrder{};
  orders_[slot].id = id;
  index_.insert(id, slot);
  return slot;
}

void ExchangeVenue::release(u32 slot) noexcept {
  index_.erase(orders_[slot].id, slot);
  free_.push_back(slot);
}

}  // namespace pytrader
