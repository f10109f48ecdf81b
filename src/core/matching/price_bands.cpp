// Exact bounds around a reference price, and the widths of the U.S. plan.
#include "matching/price_bands.hpp"

#include <algorithm>
#include <string>

#include "decimal/error.hpp"

namespace pytrader {

namespace {

constexpr i128 kWhole = 10'000;  // basis points

// In ten-thousandths of a tick.
i128 width_of(const BandWidth& width, i64 reference) noexcept {
  const i128 size = reference < 0 ? -static_cast<i128>(reference) : static_cast<i128>(reference);
  const i128 by_ticks = static_cast<i128>(width.ticks) * kWhole;
  const i128 by_ratio = size * width.basis_points;
  if (width.ticks == 0) return by_ratio;
  if (width.basis_points == 0) return by_ticks;
  return width.greater ? std::max(by_ticks, by_ratio) : std::min(by_ticks, by_ratio);
}

i128 floor_ticks(i128 parts) noexcept {
  const i128 quotient = parts / kWhole;
  return quotient - (parts % kWhole < 0 ? 1 : 0);
}

i64 clamp(i128 price) noexcept {
  return static_cast<i64>(std::clamp<i128>(price, kNoPrice + 1, INT64_MAX));
}

struct TierWidth {
  i64 basis_points;
  i64 doubled_basis_points;
};

// Appendix A of the plan, percentages for prices above 3 dollars.
constexpr TierWidth kTiers[] = {{500, 1'000}, {1'000, 1'000}};
constexpr TierWidth kFrom75Cents = {2'000, 4'000};
constexpr TierWidth kBelow75Cents = {7'500, 15'000};
constexpr i64 kBelow75CentsMost = 15;  // cents

}  // namespace

const char* to_text(BandRounding rounding) noexcept {
  return rounding == BandRounding::inward ? "inward" : "nearest";
}

const char* to_text(BandBreach breach) noexcept {
  switch (breach) {
    case BandBreach::cancel_remainder:
      return "cancel_remainder";
    case BandBreach::rest_at_band:
      return "rest_at_band";
    case BandBreach::interrupt:
      return "interrupt";
  }
  return "";
}

PriceRange range_around(i64 reference, const PriceBand& band, BandRounding rounding) noexcept {
  PriceRange range;
  if (reference == kNoPrice) return range;
  const i128 centre = static_cast<i128>(reference) * kWhole;
  if (band.down.bounded()) {
    const i128 bound = centre - width_of(band.down, reference);
    // Nearest with halves away from the reference, which is down here.
    range.low = clamp(rounding == BandRounding::inward ? -floor_ticks(-bound) : -floor_ticks(-bound + kWhole / 2));
  }
  if (band.up.bounded()) {
    const i128 bound = centre + width_of(band.up, reference);
    range.high = clamp(rounding == BandRounding::inward ? floor_ticks(bound) : floor_ticks(bound + kWhole / 2));
  }
  return range;
}

void check(const BandRules& rules) {
  const auto require = [](i64 value, const char* what) {
    if (value < 0) {
      throw Error(ErrorCode::invalid_argument,
                  "bands: " + std::string(what) + " is " + std::to_string(value) + "; it must be 0 or more");
    }
  };
  for (const PriceBand* band : {&rules.entry, &rules.static_range, &rules.dynamic_range}) {
    for (const BandWidth* width : {&band->down, &band->up}) {
      require(width->ticks, "a width in ticks");
      require(width->basis_points, "a width in basis points");
    }
  }
  require(rules.limit_state_ns, "limit_state_ns");
  require(rules.pause_ns, "pause_ns");
  if (rules.pause_ns != 0 && rules.limit_state_ns == 0) {
    throw Error(ErrorCode::invalid_argument, "bands: pause_ns without limit_state_ns; give both or none");
  }
}

bool entry_allowed(const BandRules& rules, Side side, i64 price, i64 reference) noexcept {
  if (!rules.entry.bounded()) return true;
  const PriceRange range = range_around(reference, rules.entry, rules.rounding);
  if (!rules.entry_aggressive_only) return range.contains(price);
  return side == Side::buy ? price <= range.high : price >= range.low;
}

PriceRange trading_range(const BandRules& rules, i64 reference, i64 last_price) noexcept {
  return range_around(reference, rules.static_range, rules.rounding)
      .within(range_around(last_price, rules.dynamic_range, rules.rounding));
}

BandWidth luld_width(int tier, i64 previous_close, i64 ticks_per_dollar, bool doubled) {
  const auto refuse = [](const std::string& what) { throw Error(ErrorCode::invalid_argument, what); };
  if (tier != 1 && tier != 2) refuse("tier is " + std::to_string(tier) + "; the plan has tiers 1 and 2");
  if (previous_close <= 0) refuse("previous_close is " + std::to_string(previous_close) + " ticks; it must be above 0");
  if (ticks_per_dollar <= 0 || ticks_per_dollar % 100 != 0) {
    refuse("ticks_per_dollar is " + std::to_string(ticks_per_dollar) +
           "; give a multiple of 100, as the plan counts cents");
  }
  const i128 cents = static_cast<i128>(previous_close) * 100;
  const i128 per_dollar = ticks_per_dollar;
  const auto choose = [doubled](const TierWidth& width) {
    return doubled ? width.doubled_basis_points : width.basis_points;
  };
  if (cents > 300 * per_dollar) return {0, choose(kTiers[tier - 1]), false};
  if (cents >= 75 * per_dollar) return {0, choose(kFrom75Cents), false};
  const i64 most = kBelow75CentsMost * (ticks_per_dollar / 100);
  return {doubled ? 2 * most : most, choose(kBelow75Cents), false};
}

}  // namespace pytrader
