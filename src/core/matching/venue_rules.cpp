// The table of venue presets and the names of their settings.
#include "matching/venue_rules.hpp"

#include <string>

#include "decimal/error.hpp"

namespace pytrader {

namespace {

using Amend = AmendPolicy;
using PostOnly = PostOnlyPolicy;
using Replace = ReplaceQuantity;

constexpr VenueRules preset(Amend amend, PostOnly post_only, Replace replace) {
  VenueRules rules;
  rules.amend = amend;
  rules.post_only = post_only;
  rules.replace_quantity = replace;
  return rules;
}

constexpr VenuePreset kPresets[] = {
    {"cme_globex", preset(Amend::keeps_on_decrease, PostOnly::not_offered, Replace::total)},
    {"nasdaq", preset(Amend::always_loses, PostOnly::reject, Replace::total)},
    {"eurex", preset(Amend::keeps_on_decrease, PostOnly::reject, Replace::total)},
    {"tsx", preset(Amend::keeps_on_decrease, PostOnly::reject, Replace::total)},
    {"binance_spot", preset(Amend::keeps_on_decrease, PostOnly::reject, Replace::total)},
    {"binance_futures", preset(Amend::always_loses, PostOnly::reject, Replace::total)},
};

}  // namespace

std::span<const VenuePreset> venue_presets() noexcept {
  return kPresets;
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
  return policy == ImmediateTrigger::elect ? "elect" : "reject";
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
