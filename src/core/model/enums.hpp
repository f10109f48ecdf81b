// The trade's enumerations, numbered by their FIX meanings where FIX numbers them.
#pragma once

#include <string_view>

#include "decimal/integers.hpp"

namespace pytrader {

// FIX 54 Side.
enum class Side : u8 { buy = 1, sell = 2 };
constexpr Side opposite(Side side) noexcept {
  return side == Side::buy ? Side::sell : Side::buy;
}
constexpr bool valid(Side side) noexcept {
  return side == Side::buy || side == Side::sell;
}
// +1 for buy, -1 for sell.
constexpr int sign(Side side) noexcept {
  return side == Side::buy ? 1 : -1;
}

// FIX 40 OrdType; lower-case letters other than those of FIX are our own.
enum class OrderType : u8 {
  market = 1,
  limit = 2,
  stop = 3,
  stop_limit = 4,
  market_if_touched = 'J',
  limit_if_touched = 'j',
  market_to_limit = 'K',
  market_with_protection = 'm',
  trailing_stop = 't',
  trailing_stop_limit = 'u',
  pegged = 'P',
};
// Those that need nothing but side, price and quantity.
constexpr bool is_basic(OrderType type) noexcept {
  return type == OrderType::market || type == OrderType::limit;
}

// FIX 59 TimeInForce; good_for_auction is our own.
enum class TimeInForce : u8 {
  day = 0,
  gtc = 1,
  at_the_open = 2,
  ioc = 3,
  fok = 4,
  gtd = 6,
  at_the_close = 7,
  good_for_auction = 'B',
};
// Those that need neither a time of their own nor an auction.
constexpr bool is_basic(TimeInForce time_in_force) noexcept {
  return time_in_force == TimeInForce::day || time_in_force == TimeInForce::gtc || time_in_force == TimeInForce::ioc ||
         time_in_force == TimeInForce::fok;
}

// What happens instead of a trade between two orders of one owner (FIX 2362 SelfMatchPreventionInstruction in words).
enum class SelfTrade : u8 {
  venue_default = 0,  // as the venue's rules say
  none = 1,           // they trade
  cancel_newest = 2,  // what is left of the taker is canceled
  cancel_oldest = 3,  // the maker is canceled
  cancel_both = 4,
  decrement = 5,  // both lose the smaller open quantity, without a trade
};

// What a waiting order's stop price is compared with (FIX 1107 TriggerPriceType; lower-case letters are our own).
enum class TriggerType : u8 {
  venue_default = 0,
  last = 2,       // the last trade
  mid = 6,        // half way between best bid and best offer
  bid_ask = 'b',  // the best offer for a buy, the best bid for a sell
  mark = 'm',     // the venue's mark price
};

// What an order means to the other orders of its list (FIX 1385 ContingencyType).
enum class Contingency : u8 {
  none = 0,
  one_cancels_other = 1,
  one_triggers_other = 2,
  one_updates_other_absolute = 3,      // what one trades leaves the others
  one_updates_other_proportional = 4,  // the others shrink by the same share
};

// When the orders leave that wait for another one of their list.
enum class OtoTriggerMode : u8 {
  partial = 0,  // with its first trade, sized to what it has traded, and they grow with it
  full = 1,     // when it is complete, or has ended with a part
};

// FIX 39 OrdStatus, by its letter, and states that an order has before FIX knows it.
enum class OrderStatus : u8 {
  initialized = 'i',  // made, not yet judged
  denied = 'd',       // refused by our own risk gate; never left us
  emulated = 'e',     // passed the gate; the core holds it until its trigger
  released = 'r',     // its trigger was reached; on its way through the gate again
  pending_new = 'A',  // sent to the venue
  new_ = '0',         // working at the venue
  partially_filled = '1',
  filled = '2',
  canceled = '4',
  pending_cancel = '6',
  rejected = '8',
  expired = 'C',
  pending_replace = 'E',
};

// FIX 150 ExecType, by its letter, and what FIX says with other messages.
enum class ExecType : u8 {
  initialized = 'i',
  denied = 'd',
  emulated = 'e',
  released = 'l',
  pending_new = 'A',
  new_ = '0',
  triggered = 'L',
  canceled = '4',
  replaced = '5',
  pending_cancel = '6',
  rejected = '8',
  expired = 'C',
  pending_replace = 'E',
  trade = 'F',
  trade_correct = 'G',     // another price or quantity for a trade that was told before
  trade_cancel = 'H',      // a trade that was told before is busted
  cancel_rejected = 'c',   // FIX 35=9, CxlRejResponseTo 1
  replace_rejected = 'r',  // FIX 35=9, CxlRejResponseTo 2
  restated = 'D',          // the venue changed the order's terms unasked; the reason says why
};

// FIX 851 LastLiquidityInd.
enum class Liquidity : u8 { none = 0, maker = 1, taker = 2 };

enum class InstrumentKind : u8 { spot = 1, equity = 2, future = 3, perpetual = 4, option = 5 };

// Why an order or a request was denied or rejected. The texts stand in reject_reason.cpp and, checked by a test, in
// docs/orders.md.
enum class RejectReason : u8 {
  none = 0,
  unknown_instrument = 1,
  unknown_order = 2,
  duplicate_order = 3,
  price_not_positive = 4,
  price_out_of_range = 5,
  quantity_not_positive = 6,
  quantity_below_minimum = 7,
  quantity_above_maximum = 8,
  notional_below_minimum = 9,
  notional_above_maximum = 10,
  market_order_with_price = 11,
  limit_order_without_price = 12,
  time_in_force_not_supported = 13,
  post_only_would_take = 14,
  post_only_not_allowed = 15,
  no_liquidity = 16,
  insufficient_funds = 17,
  position_limit = 18,
  order_limit = 19,
  order_closed = 20,
  request_pending = 21,
  no_market_price = 22,
  nothing_to_replace = 23,
  fok_not_fillable = 24,
  reduce_only_would_increase = 25,
  value_overflow = 26,
  self_trade = 27,
  unknown_strategy = 28,
  side_not_valid = 29,
  order_type_not_supported = 30,
  quantity_already_executed = 31,
  malformed_message = 32,
  stop_price_reached = 33,
  stop_price_missing = 34,
  display_quantity_not_valid = 35,
  display_quantity_too_small = 36,
  minimum_quantity_not_met = 37,
  minimum_quantity_not_valid = 38,
  owner_missing = 39,
  expire_time_passed = 40,
  expire_time_missing = 41,
  trading_phase = 42,
  price_band = 43,
  peg_not_valid = 44,
  trailing_not_valid = 45,
  mass_canceled = 46,
  auction_ended = 47,
  clock_backwards = 48,
  instruction_not_supported = 49,
  corporate_action = 50,
  instrument_expired = 51,
  liquidated = 52,
  request_lost = 53,
  list_not_valid = 54,
  list_denied = 55,
  parent_ended = 56,
  contingency = 57,
  quantity_of_list = 58,
  exceeds_parent = 59,
  already_triggered = 60,
  waits_for_no_price = 61,
  last_look = 62,
  maker_protection = 63,
  lost_too_often = 64,
};
constexpr u8 kRejectReasonCount = 65;
// The name as it stands above, "price_out_of_range", and one sentence for people.
const char* name_of(RejectReason reason) noexcept;
const char* to_text(RejectReason reason) noexcept;

const char* to_text(Side side) noexcept;
const char* to_text(OrderType type) noexcept;
const char* to_text(TimeInForce time_in_force) noexcept;
const char* to_text(SelfTrade self_trade) noexcept;
const char* to_text(TriggerType type) noexcept;
const char* to_text(Contingency contingency) noexcept;
const char* to_text(OrderStatus status) noexcept;
const char* to_text(ExecType exec_type) noexcept;
const char* to_text(Liquidity liquidity) noexcept;
const char* to_text(InstrumentKind kind) noexcept;

// The member whose text this is, in any case ("buy", "GTC"); false for another text, which leaves `member` alone.
bool from_text(std::string_view text, Side& member) noexcept;
bool from_text(std::string_view text, OrderType& member) noexcept;
bool from_text(std::string_view text, TimeInForce& member) noexcept;
bool from_text(std::string_view text, SelfTrade& member) noexcept;
bool from_text(std::string_view text, TriggerType& member) noexcept;
bool from_text(std::string_view text, Contingency& member) noexcept;
bool from_text(std::string_view text, OrderStatus& member) noexcept;
bool from_text(std::string_view text, ExecType& member) noexcept;
bool from_text(std::string_view text, Liquidity& member) noexcept;
bool from_text(std::string_view text, InstrumentKind& member) noexcept;

// All members in the order of their definition, for tables, tests and bindings.
constexpr Side kSides[] = {Side::buy, Side::sell};
constexpr OrderType kOrderTypes[] = {OrderType::market,
                                     OrderType::limit,
                                     OrderType::stop,
                                     OrderType::stop_limit,
                                     OrderType::market_if_touched,
                                     OrderType::limit_if_touched,
                                     OrderType::market_to_limit,
                                     OrderType::market_with_protection,
                                     OrderType::trailing_stop,
                                     OrderType::trailing_stop_limit,
                                     OrderType::pegged};
constexpr TimeInForce kTimesInForce[] = {
    TimeInForce::day, TimeInForce::gtc, TimeInForce::at_the_open,  TimeInForce::ioc,
    TimeInForce::fok, TimeInForce::gtd, TimeInForce::at_the_close, TimeInForce::good_for_auction};
constexpr SelfTrade kSelfTrades[] = {SelfTrade::venue_default, SelfTrade::none,        SelfTrade::cancel_newest,
                                     SelfTrade::cancel_oldest, SelfTrade::cancel_both, SelfTrade::decrement};
constexpr Liquidity kLiquidities[] = {Liquidity::none, Liquidity::maker, Liquidity::taker};
constexpr InstrumentKind kInstrumentKinds[] = {InstrumentKind::spot, InstrumentKind::equity, InstrumentKind::future,
                                               InstrumentKind::perpetual, InstrumentKind::option};
constexpr TriggerType kTriggerTypes[] = {TriggerType::venue_default, TriggerType::last, TriggerType::mid,
                                         TriggerType::bid_ask, TriggerType::mark};
constexpr Contingency kContingencies[] = {Contingency::none, Contingency::one_cancels_other,
                                          Contingency::one_triggers_other, Contingency::one_updates_other_absolute,
                                          Contingency::one_updates_other_proportional};
constexpr OrderStatus kOrderStatuses[] = {
    OrderStatus::initialized,    OrderStatus::denied,         OrderStatus::emulated,         OrderStatus::released,
    OrderStatus::pending_new,    OrderStatus::new_,           OrderStatus::partially_filled, OrderStatus::filled,
    OrderStatus::canceled,       OrderStatus::pending_cancel, OrderStatus::rejected,         OrderStatus::expired,
    OrderStatus::pending_replace};
constexpr ExecType kExecTypes[] = {ExecType::initialized,     ExecType::denied,          ExecType::emulated,
                                   ExecType::released,        ExecType::pending_new,     ExecType::new_,
                                   ExecType::triggered,       ExecType::canceled,        ExecType::replaced,
                                   ExecType::pending_cancel,  ExecType::rejected,        ExecType::expired,
                                   ExecType::pending_replace, ExecType::trade,           ExecType::trade_correct,
                                   ExecType::trade_cancel,    ExecType::cancel_rejected, ExecType::replace_rejected,
                                   ExecType::restated};

}  // namespace pytrader
