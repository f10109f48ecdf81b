// The emulator's place in the order's way: which orders the core holds, and the prices that they wait for.
#pragma once

#include "emulator/emulator.hpp"
#include "kernel/market_board.hpp"
#include "kernel/synthetic_board.hpp"
#include "kernel/venue_port.hpp"
#include "model/order.hpp"
#include "model/order_form.hpp"
#include "model/sent_order.hpp"

namespace pytrader {

// Which of the orders that wait for a price the core holds.
enum class Emulate : u8 {
  where_needed = 0,  // those that ask for it, and those that their venue does not offer
  always = 1,
  never = 2,  // none: one that asks for it is denied
};

// What becomes of an order whose price is reached already when it comes, or when it is replaced.
enum class Immediate : u8 {
  elect = 0,  // it fires at once
  deny = 1,   // stop_price_reached
};

constexpr Emulate kEmulates[] = {Emulate::where_needed, Emulate::always, Emulate::never};
constexpr Immediate kImmediates[] = {Immediate::elect, Immediate::deny};
constexpr const char* to_text(Emulate emulate) noexcept {
  return emulate == Emulate::where_needed ? "where_needed" : emulate == Emulate::always ? "always" : "never";
}
constexpr const char* to_text(Immediate immediate) noexcept {
  return immediate == Immediate::elect ? "elect" : "deny";
}

class Emulation {
 public:
  Emulation(const VenuePort& venue, const MarketBoard& board) noexcept
      : venue_(venue), board_(board), synthetics_(board) {}

  void set_rules(Emulate emulate, Immediate immediate) noexcept {
    emulate_ = emulate;
    immediate_ = immediate;
  }
  void add_instrument() { emulator_.add_instrument(); }
  void add_synthetic(Synthetic made) {
    synthetics_.add(std::move(made));
    emulator_.add_instrument();
  }

  // Whether an order that the gate has passed is to wait here.
  bool takes(const NewOrder& order) const noexcept {
    if (!waits_for_price(order.order_type)) return false;
    if ((order.flags & kEmulate) != 0 || order.trigger_symbol != 0 || emulate_ == Emulate::always) return true;
    // What the core could not let go either is the venue's to refuse.
    return emulate_ == Emulate::where_needed &&
           !venue_.supports(order.instrument, order.order_type, order.trigger_type, order.time_in_force) &&
           check_release(order) == RejectReason::none;
  }
  // Why it can not: what could never be released is refused at once. Throws Error(decimal_overflow) for a synthetic
  // price beyond its range, as check_replace() does, and Error(invalid_argument) for an order that says no trigger
  // where none could ever be told; nothing has changed then, and hold() and restate(), which follow, do not.
  RejectReason check(const NewOrder& order) const {
    const RejectReason reason = check_later(order);
    const bool too_late = reason == RejectReason::none && is_reached(order) && immediate_ == Immediate::deny;
    return too_late ? RejectReason::stop_price_reached : reason;
  }
  // ... of an order that comes here later.
  RejectReason check_later(const NewOrder& order) const {
    if (emulate_ == Emulate::never) return RejectReason::instruction_not_supported;
    if (order.trigger_symbol != 0) {
      if (!synthetics_.has(order.trigger_symbol)) return RejectReason::malformed_message;
      if (synthetics_.has_ended(order.trigger_symbol)) return RejectReason::instrument_expired;
      if (order.trigger_type == TriggerType::venue_default) check_default(order.trigger_symbol);
    }
    return check_release(order);
  }
  // Throws std::bad_alloc; nothing has changed then.
  void make_room(const NewOrder& order) {
    emulator_.make_room(place_of(order), source_of(trigger_of(order), order.side));
  }

  // Holds an order that it takes, of which `terms` are what it was submitted with; false if its price is reached
  // already.
  bool hold(Order& order, const OrderTerms& terms) noexcept {
    NewOrder held = with_trigger(sent_order(order, terms));
    const TriggerBook::Reach now = price_of(held);
    if (Emulator::reached(held, now)) return false;
    held.instrument = place_of(held);
    order.set_stop_price(emulator_.hold(held, now));
    return true;
  }
  void remove(const Order& order) noexcept { emulator_.remove(order.client_order_id); }
  // Whether the order may wait for this stop price instead.
  RejectReason check_replace(const ReplaceRequest& request, const Order& order, const OrderTerms& terms) const {
    const bool same_stop = request.stop_price == kNoPrice || request.stop_price == order.stop_price();
    NewOrder wanted = sent_order(order, terms);
    wanted.terms.stop_price = request.stop_price;
    const bool too_late = is_reached(wanted) && immediate_ == Immediate::deny && !same_stop;
    return too_late ? RejectReason::stop_price_reached : RejectReason::none;
  }
  // After its stop price, limit or quantity became another; false if its price is reached now, and it is held no more.
  bool restate(const Order& order, const OrderTerms& terms, bool keeps_place) noexcept {
    if (is_reached(sent_order(order, terms))) {
      remove(order);
      return false;
    }
    emulator_.replace(order.client_order_id, order.stop_price(), keeps_place);
    return true;
  }

  // SyntheticBoard has both.
  void note(u32 synthetic, PriceSource source, i64 now) { synthetics_.note(synthetic, source, now); }
  u32 take_noted(PriceSources& sources) noexcept { return synthetics_.take_noted(sources); }

  Emulator& emulator() noexcept { return emulator_; }
  const Emulator& emulator() const noexcept { return emulator_; }
  const SyntheticBoard& synthetics() const noexcept { return synthetics_; }

 private:
  TriggerType trigger_of(const NewOrder& order) const noexcept {
    if (order.trigger_type != TriggerType::venue_default) return order.trigger_type;
    return order.trigger_symbol == 0 ? venue_.default_trigger(order.instrument) : trigger_of(order.trigger_symbol);
  }
  // Trades, where every component has them.
  TriggerType trigger_of(u32 synthetic) const noexcept {
    for (const SyntheticComponent& component : synthetics_[synthetic].components()) {
      const TriggerType trigger = venue_.default_trigger(component.instrument);
      if (trigger != TriggerType::last) return trigger;
    }
    return TriggerType::last;
  }
  // One component without trades, another without quotes: no price of all of them is ever told.
  void check_default(u32 synthetic) const {
    if (trigger_of(synthetic) == TriggerType::last) return;
    for (const SyntheticComponent& component : synthetics_[synthetic].components()) {
      if (venue_.has_quotes(component.instrument)) continue;
      throw Error(ErrorCode::invalid_argument,
                  "synthetic " + synthetics_[synthetic].definition().name +
                      ": an order needs a trigger here, as no price is told of all components: " +
                      board_[component.instrument].instrument->id() + " has no quotes, and another one no trades");
    }
  }
  InstrumentIndex place_of(const NewOrder& order) const noexcept {
    return order.trigger_symbol == 0 ? order.instrument : synthetics_.place_of(order.trigger_symbol);
  }
  // What the order waits for, as it is now; its trigger type must not be venue_default.
  TriggerBook::Reach price_of(const NewOrder& order) const {
    const PriceSource source = source_of(order.trigger_type, order.side);
    return order.trigger_symbol == 0 ? trigger_prices(board_[order.instrument]).reach(source)
                                     : synthetics_.price(order.trigger_symbol, source);
  }
  NewOrder with_trigger(NewOrder order) const noexcept {
    order.trigger_type = trigger_of(order);
    return order;
  }
  bool is_reached(const NewOrder& order) const {
    const NewOrder held = with_trigger(order);
    return Emulator::reached(held, price_of(held));
  }
  // Whether the venue offers the market or limit order that it becomes, and has the day that it may end with.
  RejectReason check_release(NewOrder order) const noexcept {
    if (order.order_type == OrderType::trailing_stop_limit) order.price = 0;
    const NewOrder sent = released_form(order);
    const auto offers = [&](TimeInForce time_in_force) {
      return venue_.supports(order.instrument, sent.order_type, TriggerType::venue_default, time_in_force);
    };
    const bool has_day =
        !ends_with_day(order.time_in_force) ||
        venue_.supports(order.instrument, OrderType::limit, TriggerType::venue_default, TimeInForce::day);
    if (!has_day) return RejectReason::time_in_force_not_supported;
    if (offers(sent.time_in_force)) return RejectReason::none;
    const bool offers_type = offers(TimeInForce::ioc) || offers(TimeInForce::gtc);
    return offers_type ? RejectReason::time_in_force_not_supported : RejectReason::order_type_not_supported;
  }

  const VenuePort& venue_;
  const MarketBoard& board_;
  SyntheticBoard synthetics_;
  Emulator emulator_;
  Emulate emulate_ = Emulate::where_needed;
  Immediate immediate_ = Immediate::elect;
};

}  // namespace pytrader
