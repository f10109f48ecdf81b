// The table of venue presets and the names of their settings.
#include "matching/venue_rules.hpp"

namespace pytrader {

namespace {

using Amend = AmendPolicy;
using PostOnly = PostOnlyPolicy;
using Replace = ReplaceQuantity;

constexpr VenuePreset kPresets[] = {
    {"cme_globex", {Amend::keeps_on_decrease, PostOnly::not_offered, Replace::total}},
    {"nasdaq", {Amend::always_loses, PostOnly::reject, Replace::total}},
    {"eurex", {Amend::keeps_on_decrease, PostOnly::reject, Replace::total}},
    {"tsx", {Amend::keeps_on_decrease, PostOnly::reject, Replace::total}},
    {"binance_spot", {Amend::keeps_on_decrease, PostOnly::reject, Replace::total}},
    {"binance_futures", {Amend::always_loses, PostOnly::reject, Replace::total}},
};

}  // namespace

std::span<const VenuePreset> venue_presets() noexcept {
  return kPresets;
}

const char* to_text(AmendPolicy policy) noexcept {
  return policy == AmendPolicy::keeps_on_decrease ? "keeps_on_decrease" : "always_loses";
}

const char* to_text(PostOnlyPolicy policy) noexcept {
  return policy == PostOnlyPolicy::reject ? "reject" : "not_offered";
}

const char* to_text(ReplaceQuantity policy) noexcept {
  return policy == ReplaceQuantity::total ? "total" : "open";
}

}  // namespace pytrader
