// The names and sentences of the reasons why an order or request is refused.
#include "model/enums.hpp"

namespace pytrader {
namespace {

struct ReasonText {
  const char* name;
  const char* text;
};

constexpr ReasonText kReasonTexts[] = {
    {"none", "no reason"},
    {"unknown_instrument", "the instrument is not known"},
    {"unknown_order", "the order is not known, or belongs to another strategy"},
    {"duplicate_order", "an order of this id is live already"},
    {"price_not_positive", "the price must be above zero for this instrument"},
    {"price_out_of_range", "the price is outside the instrument's range"},
    {"quantity_not_positive", "the quantity must be above zero"},
    {"quantity_below_minimum", "the quantity is below the instrument's minimum"},
    {"quantity_above_maximum", "the quantity is above the maximum of the instrument or of the risk limits"},
    {"notional_below_minimum", "the order's value is below the instrument's minimum"},
    {"notional_above_maximum", "the order's value is above the maximum of the instrument or of the risk limits"},
    {"market_order_with_price", "a market order carries no price"},
    {"limit_order_without_price", "a limit order needs a price"},
    {"time_in_force_not_supported", "the time in force is not supported here"},
    {"post_only_would_take", "the post-only order would have taken liquidity"},
    {"post_only_not_allowed", "post-only goes only with a limit order that may rest (day or gtc)"},
    {"no_liquidity", "nothing was left to trade with"},
    {"insufficient_funds", "the worst case of position and working orders is worth more than the account's capital"},
    {"position_limit", "position and working orders of this side could pass the position limit"},
    {"order_limit", "the strategy has as many open orders as its limit allows"},
    {"order_closed", "the order is closed"},
    {"request_pending", "another request for this order is under way"},
    {"no_market_price", "a market order can not be valued: the opposite side has no price yet"},
    {"nothing_to_replace", "price and quantity are what they are already"},
    {"fok_not_fillable", "the whole quantity could not be filled at once"},
    {"reduce_only_would_increase", "the reduce-only order could increase or turn the position"},
    {"value_overflow", "the order's value is beyond the range of exact numbers"},
    {"self_trade", "the order would have traded with an order of our own"},
    {"unknown_strategy", "the strategy is not known"},
    {"side_not_valid", "the side is neither buy nor sell"},
    {"order_type_not_supported", "the order type is not supported here"},
    {"quantity_already_executed", "the new total quantity is not above what has been executed"},
    {"malformed_message", "the message's kind, flags or terms are not known"},
    {"stop_price_reached", "the last trade is at or through the stop price already"},
    {"stop_price_missing", "an order that waits for a price needs its stop price"},
    {"display_quantity_not_valid", "the display quantity must be 1 to the order's quantity, and its range below it"},
    {"display_quantity_too_small", "the display quantity would split the order into more parts than the venue allows"},
    {"minimum_quantity_not_met", "less than the minimum quantity could be filled at once"},
    {"minimum_quantity_not_valid",
     "the minimum quantity must be 1 to the order's quantity, and goes only with a limit order"},
    {"owner_missing", "what was asked for needs the order's owner"},
    {"expire_time_passed", "the expire time is not after the engine's clock"},
    {"expire_time_missing", "a gtd order needs its expire time, and no other order has one"},
    {"trading_phase", "the trading phase does not accept this"},
    {"price_band", "the price limits in force do not let the order trade further"},
    {"peg_not_valid", "the peg's type or offset is not valid for this order"},
    {"trailing_not_valid", "the trailing offset, its unit or its step is not valid"},
    {"mass_canceled", "a mass cancel took the order"},
    {"auction_ended", "the auction that the order was meant for has ended"},
    {"clock_backwards", "the clock may not go backwards"},
    {"instruction_not_supported", "the venue does not offer what the order asks for beside its type"},
    {"corporate_action", "a split took the order: its price and quantity were in old units"},
    {"instrument_expired", "the contract has ended"},
    {"liquidated", "the position was liquidated, and its orders with it"},
    {"request_lost", "the request was lost on its way, and the venue never had it"},
    {"list_not_valid",
     "contingent orders come as one list: 1 to 64 new orders of one contingency, behind the one that triggers them"},
    {"list_denied", "another order of its list was denied, and a list is taken whole or not at all"},
    {"parent_ended", "the order that it waited for ended without having traded enough for it"},
    {"contingency", "another order of its list has traded or ended, which leaves nothing for this one"},
    {"quantity_of_list", "its quantity follows the other orders of its list: replace prices only, or cancel it"},
    {"exceeds_parent",
     "a child may be for no more than its parent has left, at no worse price, on its side and in its instrument"},
    {"already_triggered",
     "the order was triggered and has no stop price any more: replace its limit or its quantity, or cancel it"},
    {"waits_for_no_price",
     "the order waits for no price: a trigger, emulation and a new stop price go with stop, if-touched and trailing "
     "orders only"},
    {"last_look", "the liquidity provider refused the order at its last look"},
    {"maker_protection", "maker protection has pulled the strategy's orders here, or keeps new ones from resting"},
    {"lost_too_often",
     "so many requests of its list were lost that the next waits until something else happens to it, or the list "
     "trades"},
};
static_assert(sizeof(kReasonTexts) / sizeof(kReasonTexts[0]) == kRejectReasonCount);

}  // namespace

const char* name_of(RejectReason reason) noexcept {
  const auto code = static_cast<u8>(reason);
  return code < kRejectReasonCount ? kReasonTexts[code].name : "?";
}

const char* to_text(RejectReason reason) noexcept {
  const auto code = static_cast<u8>(reason);
  return code < kRejectReasonCount ? kReasonTexts[code].text : "?";
}

}  // namespace pytrader
