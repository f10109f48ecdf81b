// The texts of the enumerations: lower case, as they are read and written at the rim.
#include <cstddef>

#include "model/enums.hpp"

namespace pytrader {
namespace {

bool same_text(std::string_view text, std::string_view lower) noexcept {
  if (text.size() != lower.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i] >= 'A' && text[i] <= 'Z' ? static_cast<char>(text[i] - 'A' + 'a') : text[i];
    if (c != lower[i]) return false;
  }
  return true;
}

template <class Member, std::size_t size>
bool find_member(std::string_view text, const Member (&members)[size], Member& found) noexcept {
  for (const Member member : members) {
    if (same_text(text, to_text(member))) {
      found = member;
      return true;
    }
  }
  return false;
}

}  // namespace

const char* to_text(Side side) noexcept {
  switch (side) {
    case Side::buy:
      return "buy";
    case Side::sell:
      return "sell";
  }
  return "?";
}

const char* to_text(OrderType type) noexcept {
  switch (type) {
    case OrderType::market:
      return "market";
    case OrderType::limit:
      return "limit";
    case OrderType::stop:
      return "stop";
    case OrderType::stop_limit:
      return "stop_limit";
    case OrderType::market_if_touched:
      return "market_if_touched";
    case OrderType::limit_if_touched:
      return "limit_if_touched";
    case OrderType::market_to_limit:
      return "market_to_limit";
    case OrderType::market_with_protection:
      return "market_with_protection";
    case OrderType::trailing_stop:
      return "trailing_stop";
    case OrderType::trailing_stop_limit:
      return "trailing_stop_limit";
    case OrderType::pegged:
      return "pegged";
  }
  return "?";
}

const char* to_text(TimeInForce time_in_force) noexcept {
  switch (time_in_force) {
    case TimeInForce::day:
      return "day";
    case TimeInForce::gtc:
      return "gtc";
    case TimeInForce::at_the_open:
      return "at_the_open";
    case TimeInForce::ioc:
      return "ioc";
    case TimeInForce::fok:
      return "fok";
    case TimeInForce::gtd:
      return "gtd";
    case TimeInForce::at_the_close:
      return "at_the_close";
    case TimeInForce::good_for_auction:
      return "good_for_auction";
  }
  return "?";
}

const char* to_text(SelfTrade self_trade) noexcept {
  switch (self_trade) {
    case SelfTrade::venue_default:
      return "venue_default";
    case SelfTrade::none:
      return "none";
    case SelfTrade::cancel_newest:
      return "cancel_newest";
    case SelfTrade::cancel_oldest:
      return "cancel_oldest";
    case SelfTrade::cancel_both:
      return "cancel_both";
    case SelfTrade::decrement:
      return "decrement";
  }
  return "?";
}

const char* to_text(TriggerType type) noexcept {
  switch (type) {
    case TriggerType::venue_default:
      return "venue_default";
    case TriggerType::last:
      return "last";
    case TriggerType::mid:
      return "mid";
    case TriggerType::bid_ask:
      return "bid_ask";
    case TriggerType::mark:
      return "mark";
  }
  return "?";
}

const char* to_text(Contingency contingency) noexcept {
  switch (contingency) {
    case Contingency::none:
      return "none";
    case Contingency::one_cancels_other:
      return "one_cancels_other";
    case Contingency::one_triggers_other:
      return "one_triggers_other";
    case Contingency::one_updates_other_absolute:
      return "one_updates_other_absolute";
    case Contingency::one_updates_other_proportional:
      return "one_updates_other_proportional";
  }
  return "?";
}

const char* to_text(OrderStatus status) noexcept {
  switch (status) {
    case OrderStatus::initialized:
      return "initialized";
    case OrderStatus::denied:
      return "denied";
    case OrderStatus::emulated:
      return "emulated";
    case OrderStatus::released:
      return "released";
    case OrderStatus::pending_new:
      return "pending_new";
    case OrderStatus::new_:
      return "new";
    case OrderStatus::partially_filled:
      return "partially_filled";
    case OrderStatus::filled:
      return "filled";
    case OrderStatus::canceled:
      return "canceled";
    case OrderStatus::pending_cancel:
      return "pending_cancel";
    case OrderStatus::rejected:
      return "rejected";
    case OrderStatus::expired:
      return "expired";
    case OrderStatus::pending_replace:
      return "pending_replace";
  }
  return "?";
}

const char* to_text(ExecType exec_type) noexcept {
  switch (exec_type) {
    case ExecType::initialized:
      return "initialized";
    case ExecType::denied:
      return "denied";
    case ExecType::emulated:
      return "emulated";
    case ExecType::released:
      return "released";
    case ExecType::pending_new:
      return "pending_new";
    case ExecType::new_:
      return "new";
    case ExecType::triggered:
      return "triggered";
    case ExecType::canceled:
      return "canceled";
    case ExecType::replaced:
      return "replaced";
    case ExecType::pending_cancel:
      return "pending_cancel";
    case ExecType::rejected:
      return "rejected";
    case ExecType::expired:
      return "expired";
    case ExecType::pending_replace:
      return "pending_replace";
    case ExecType::trade:
      return "trade";
    case ExecType::trade_correct:
      return "trade_correct";
    case ExecType::trade_cancel:
      return "trade_cancel";
    case ExecType::cancel_rejected:
      return "cancel_rejected";
    case ExecType::replace_rejected:
      return "replace_rejected";
    case ExecType::restated:
      return "restated";
  }
  return "?";
}

const char* to_text(Liquidity liquidity) noexcept {
  switch (liquidity) {
    case Liquidity::none:
      return "none";
    case Liquidity::maker:
      return "maker";
    case Liquidity::taker:
      return "taker";
  }
  return "?";
}

const char* to_text(InstrumentKind kind) noexcept {
  switch (kind) {
    case InstrumentKind::spot:
      return "spot";
    case InstrumentKind::equity:
      return "equity";
    case InstrumentKind::future:
      return "future";
    case InstrumentKind::perpetual:
      return "perpetual";
  }
  return "?";
}

bool from_text(std::string_view text, Side& member) noexcept {
  return find_member(text, kSides, member);
}
bool from_text(std::string_view text, OrderType& member) noexcept {
  return find_member(text, kOrderTypes, member);
}
bool from_text(std::string_view text, TimeInForce& member) noexcept {
  return find_member(text, kTimesInForce, member);
}
bool from_text(std::string_view text, SelfTrade& member) noexcept {
  return find_member(text, kSelfTrades, member);
}
bool from_text(std::string_view text, TriggerType& member) noexcept {
  return find_member(text, kTriggerTypes, member);
}
bool from_text(std::string_view text, Contingency& member) noexcept {
  return find_member(text, kContingencies, member);
}
bool from_text(std::string_view text, OrderStatus& member) noexcept {
  return find_member(text, kOrderStatuses, member);
}
bool from_text(std::string_view text, ExecType& member) noexcept {
  return find_member(text, kExecTypes, member);
}
bool from_text(std::string_view text, Liquidity& member) noexcept {
  return find_member(text, kLiquidities, member);
}
bool from_text(std::string_view text, InstrumentKind& member) noexcept {
  return find_member(text, kInstrumentKinds, member);
}

}  // namespace pytrader
