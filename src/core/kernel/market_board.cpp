// A market that a split puts into new units, whenever its rows and the account hear of it.
#include "kernel/market_board.hpp"

#include <algorithm>

#include "decimal/fixed.hpp"

namespace pytrader {
namespace {

// Beyond these, of many splits without a row in between, the rounded price has to do.
constexpr i128 kMostUnits = i128{1} << 60;

}  // namespace

void InstrumentMarket::foretell_split(const UnitChange& split) {
  const auto place = std::upper_bound(splits.begin() + passed, splits.end(), split,
                                      [](const UnitChange& a, const UnitChange& b) { return a.ts_event < b.ts_event; });
  splits.insert(place, split);
  units_until = std::min(units_until, splits[passed].ts_event);
}

void InstrumentMarket::pass_split() noexcept {
  const UnitChange split = splits[passed++];
  const i64 known = twice_mark();
  quote.bid_quantity = quote.ask_quantity = 0;
  if (l3_book) l3_book->clear();
  if (l2_book) l2_book->clear();
  units_from = units_until = std::max(units_from, split.ts_event);
  index_price = kNoPrice;
  if (known == kNoMark) return;
  if (kept.twice_mark == kNoMark) kept = {known, 1, 1};
  kept.times *= split.old_units;
  kept.by *= split.new_units;
  if (kept.times > kMostUnits || kept.by > kMostUnits) kept = {known, split.old_units, split.new_units};
  const i128 scaled = mul_div(kept.twice_mark, kept.times, 2 * kept.by, Rounding::half_even);
  last_price = scaled > kNoLimit ? kNoPrice : static_cast<i64>(scaled);
  if (mark_price != kNoPrice) mark_price = last_price;
}

void InstrumentMarket::take_up_units() noexcept {
  kept = {kNoMark, 1, 1};
  units_until = passed < splits.size() ? splits[passed].ts_event : INT64_MAX;
}

void InstrumentMarket::hear_split(const UnitChange& split) {
  if (heard == splits.size()) splits.push_back(split);
  if (passed == heard) pass_split();
  ++heard;
}

// Positions may be some splits behind the market: what one of their units is worth is more units of it.
ValuedAt InstrumentMarket::valued_at() const noexcept {
  ValuedAt valued = kept.twice_mark != kNoMark ? kept : ValuedAt{twice_mark(), 1, 1};
  for (u32 number = heard; number < passed && std::max(valued.times, valued.by) <= kMostUnits; ++number) {
    valued.times *= splits[number].new_units;
    valued.by *= splits[number].old_units;
  }
  return valued;
}

i128 InstrumentMarket::price_of(const ValuedAt& valued) const {
  const i128 in_market = mul_div(valued.twice_mark, instrument->definition().tick_size.raw, 2, Rounding::half_even);
  return mul_div(in_market, valued.times, valued.by, Rounding::half_even);
}

u32 InstrumentMarket::splits_until(i64 ts_event) const noexcept {
  u32 count = 0;
  while (count < splits.size() && splits[count].ts_event <= ts_event) ++count;
  return count;
}

i128 InstrumentMarket::in_position_units(i128 price, u32 splits_before) const {
  for (u32 number = heard; number < splits_before; ++number) {
    price = mul_div(price, splits[number].new_units, splits[number].old_units, Rounding::half_even);
  }
  for (u32 number = splits_before; number < heard; ++number) {
    price = mul_div(price, splits[number].old_units, splits[number].new_units, Rounding::half_even);
  }
  return price;
}

}  // namespace pytrader
