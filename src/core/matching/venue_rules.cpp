// The table of venue presets and the names of their settings.
#include "matching/venue_rules.hpp"

#include <string>

#include "decimal/error.hpp"

namespace pytrader {

namespace {

using Amend = AmendPolicy;
using PostOnly = PostOnlyPolicy;

using Type = OrderType;
using Force = TimeInForce;

template <class... Members>
u16 all_of(Members... members) {
  return static_cast<u16>((0U | ... | unsigned{members_of(members)}));
}

VenueRules cme_globex() {
  VenueRules rules;
  rules.post_only = PostOnly::not_offered;
  rules.self_trade = SelfTrade::cancel_oldest;
  rules.order_types =
      all_of(Type::limit, Type::stop, Type::stop_limit, Type::market_to_limit, Type::market_with_protection);
  rules.times_in_force = all_of(Force::day, Force::gtc, Force::gtd, Force::ioc, Force::fok);
  rules.instructions = all_of(Instruction::iceberg, Instruction::minimum_quantity);
  return rules;
}

VenueRules nasdaq() {
  VenueRules rules;
  rules.amend = Amend::always_loses;
  rules.post_only = PostOnly::slide;
  rules.order_types = all_of(Type::market, Type::limit, Type::pegged);
  rules.times_in_force =
      all_of(Force::day, Force::gtc, Force::gtd, Force::ioc, Force::at_the_open, Force::at_the_close);
  rules.instructions = all_of(Instruction::hidden, Instruction::iceberg, Instruction::minimum_quantity);
  return rules;
}

VenueRules eurex() {
  VenueRules rules;
  rules.order_types = all_of(Type::market, Type::limit, Type::stop, Type::stop_limit);
  rules.times_in_force = all_of(Force::day, Force::gtc, Force::gtd, Force::ioc, Force::at_the_close);
  rules.instructions = 0;
  return rules;
}

VenueRules tsx() {
  VenueRules rules;
  rules.iceberg_sweep = IcebergSweep::displayed_first;
  rules.order_types = all_of(Type::market, Type::limit, Type::stop_limit, Type::pegged);
  rules.times_in_force =
      all_of(Force::day, Force::gtc, Force::gtd, Force::ioc, Force::fok, Force::at_the_open, Force::at_the_close);
  rules.instructions = all_of(Instruction::hidden, Instruction::iceberg, Instruction::minimum_quantity);
  return rules;
}

VenueRules binance_spot() {
  VenueRules rules;
  rules.immediate_trigger = ImmediateTrigger::reject;
  rules.self_trade_scope = SelfTradeScope::group;
  rules.iceberg_parts_max = 10;
  rules.order_types = all_of(Type::market, Type::limit, Type::stop, Type::stop_limit, Type::market_if_touched,
                             Type::limit_if_touched, Type::trailing_stop, Type::trailing_stop_limit);
  rules.times_in_force = all_of(Force::gtc, Force::ioc, Force::fok);
  rules.instructions = all_of(Instruction::iceberg);
  return rules;
}

VenueRules binance_futures() {
  VenueRules rules;
  rules.amend = Amend::always_loses;
  rules.immediate_trigger = ImmediateTrigger::reject_activation;
  rules.self_trade_scope = SelfTradeScope::group;
  rules.order_types = all_of(Type::market, Type::limit, Type::stop, Type::stop_limit, Type::market_if_touched,
                             Type::limit_if_touched, Type::trailing_stop);
  rules.times_in_force = all_of(Force::gtc, Force::gtd, Force::ioc, Force::fok);
  rules.instructions = all_of(Instruction::reduce_only);
  return rules;
}

}  // namespace

std::span<const VenuePreset> venue_presets() {
  static const VenuePreset presets[] = {{"cme_globex", cme_globex()},
                                        {"nasdaq", nasdaq()},
                                        {"eurex", eurex()},
                                        {"tsx", tsx()},
                                        {"binance_spot", binance_spot()},
                                        {"binance_futures", binance_futures()}};
  return presets;
}

const char* to_text(AmendPolicy policy) noexcept {
  return policy == AmendPolicy::keeps_on_decrease ? "keeps_on_decrease" : "always_loses";
}

const char* to_text(PostOnlyPolicy policy) noexcept {
  switch (policy) {
    case PostOnlyPolicy::reject:
      return "reject";
    case PostOnlyPolicy::slide:
      return "slide";
    case PostOnlyPolicy::not_offered:
      return "not_offered";
  }
  return "?";
}

const char* to_text(ReplaceQuantity policy) noexcept {
  return policy == ReplaceQuantity::total ? "total" : "open";
}

const char* to_text(ImmediateTrigger policy) noexcept {
  switch (policy) {
    case ImmediateTrigger::elect:
      return "elect";
    case ImmediateTrigger::reject:
      return "reject";
    case ImmediateTrigger::reject_activation:
      return "reject_activation";
  }
  return "?";
}

const char* to_text(IcebergSweep policy) noexcept {
  return policy == IcebergSweep::by_refill ? "by_refill" : "displayed_first";
}

const char* to_text(SelfTradeScope scope) noexcept {
  return scope == SelfTradeScope::account ? "account" : "group";
}

const char* to_text(SelfTradeDecider decider) noexcept {
  return decider == SelfTradeDecider::taker ? "taker" : "maker";
}

const char* to_text(Instruction instruction) noexcept {
  switch (instruction) {
    case Instruction::reduce_only:
      return "reduce_only";
    case Instruction::hidden:
      return "hidden";
    case Instruction::all_or_none:
      return "all_or_none";
    case Instruction::iceberg:
      return "iceberg";
    case Instruction::minimum_quantity:
      return "minimum_quantity";
  }
  return "?";
}

void check(const VenueRules& rules) {
  const auto require = [](bool holds, const char* what, i64 value, const char* limit) {
    if (holds) return;
    throw Error(ErrorCode::invalid_argument, std::string(what) + " is " + std::to_string(value) + "; give " + limit);
  };
  require(rules.stop_protection_ticks >= 0, "stop_protection_ticks", rules.stop_protection_ticks, "0 (none) or more");
  require(rules.market_protection_ticks >= 0, "market_protection_ticks", rules.market_protection_ticks,
          "0 (not offered) or more");
  require(rules.iceberg_parts_max >= 1 && rules.iceberg_parts_max <= kIcebergPartsLimit, "iceberg_parts_max",
          rules.iceberg_parts_max, "1 to 1000000");
  if (rules.self_trade == SelfTrade::venue_default) {
    throw Error(ErrorCode::invalid_argument,
                "self_trade is venue_default; a venue's own rule must say what that means");
  }
  check(rules.allocation);
  check(rules.session);
  check(rules.bands);
}

}  // namespace pytrader
