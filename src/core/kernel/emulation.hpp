// The emulator's place in the order's way: which orders the core holds, and the prices that they wait for.
#pragma once

#include "emulator/emulator.hpp"
#include "kernel/market_board.hpp"
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
  Emulation(const VenuePort& venue, const MarketBoard& board) noexcept : venue_(venue), board_(board) {}

  void set_rules(Emulate emulate, Immediate immediate) noexcept {
    emulate_ = emulate;
    immediate_ = immediate;
  }
  void add_instrument() { emulator_.add_instrument(); }

  // Whether an order that the gate has passed is to wait here.
  bool takes(const NewOrder& order) const noexcept {
    if (!waits_for_price(order.order_type)) return false;
    if ((order.flags & kEmulate) != 0 || emulate_ == Emulate::always) return true;
    // What the core could not let go either is the venue's to refuse.
    return emulate_ == Emulate::where_needed &&
           !venue_.supports(order.instrument, order.order_type, order.trigger_type, order.time_in_force) &&
           check_release(order) == RejectReason::none;
  }
  // Why it can not: what could never be released is refused at once.
  RejectReason check(const NewOrder& order) const noexcept {
    const RejectReason reason = check_later(order);
    const bool too_late = reason == RejectReason::none && immediate_ == Immediate::deny && is_reached(order);
    return too_late ? RejectReason::stop_price_reached : reason;
  }
  // ... of an order that comes here later.
  RejectReason check_later(const NewOrder& order) const noexcept {
    return emulate_ == Emulate::never ? RejectReason::instruction_not_supported : check_release(order);
  }
  // Throws std::bad_alloc; nothing has changed then.
  void make_room(const NewOrder& order) {
    emulator_.make_room(order.instrument, source_of(trigger_of(order), order.side));
  }

  // Holds an order that it takes, of which `terms` are what it was submitted with; false if its price is reached
  // already.
  bool hold(Order& order, const OrderTerms& terms) noexcept {
    const NewOrder held = with_trigger(sent_order(order, terms));
    if (is_reached(held)) return false;
    order.stop_price = emulator_.hold(held, prices_of(board_[order.instrument]));
    return true;
  }
  void remove(const Order& order) noexcept { emulator_.remove(order.client_order_id); }
  // Whether the order may wait for this stop price instead.
  RejectReason check_replace(const ReplaceRequest& request, const Order& order,
                             const OrderTerms& terms) const noexcept {
    const bool same_stop = request.stop_price == kNoPrice || request.stop_price == order.stop_price;
    if (immediate_ == Immediate::elect || same_stop) return RejectReason::none;
    NewOrder wanted = sent_order(order, terms);
    wanted.terms.stop_price = request.stop_price;
    return is_reached(wanted) ? RejectReason::stop_price_reached : RejectReason::none;
  }
  // After its stop price, limit or quantity became another; false if its price is reached now, and it is held no more.
  bool restate(const Order& order, const OrderTerms& terms, bool keeps_place) noexcept {
    if (is_reached(sent_order(order, terms))) {
      remove(order);
      return false;
    }
    emulator_.replace(order.client_order_id, order.stop_price, keeps_place);
    return true;
  }

  Emulator& emulator() noexcept { return emulator_; }
  const Emulator& emulator() const noexcept { return emulator_; }

  // Outside continuous trading what waits sleeps.
  static TriggerPrices prices_of(const InstrumentMarket& market) noexcept {
    if (market.phase != TradingPhase::continuous) return {};
    return {market.last_price, market.best_bid(), market.best_ask(), market.mark_price};
  }

 private:
  TriggerType trigger_of(const NewOrder& order) const noexcept {
    return order.trigger_type != TriggerType::venue_default ? order.trigger_type
                                                            : venue_.default_trigger(order.instrument);
  }
  NewOrder with_trigger(NewOrder order) const noexcept {
    order.trigger_type = trigger_of(order);
    return order;
  }
  bool is_reached(const NewOrder& order) const noexcept {
    return Emulator::reached(with_trigger(order), prices_of(board_[order.instrument]));
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
  Emulator emulator_;
  Emulate emulate_ = Emulate::where_needed;
  Immediate immediate_ = Immediate::elect;
};

}  // namespace pytrader
