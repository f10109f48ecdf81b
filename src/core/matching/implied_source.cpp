// What real orders imply: the price, the quantity and the age of an order that nobody entered.
#include <algorithm>

#include "matching/multi_leg_market.hpp"

namespace pytrader {
namespace {

constexpr i64 magnitude(i64 ratio) noexcept {
  return ratio < 0 ? -ratio : ratio;
}

// The side of a leg's book that gives when the strategy is implied on `side`.
constexpr Side giving_side(Side side, i64 ratio) noexcept {
  return ratio > 0 ? side : opposite(side);
}

constexpr bool is_price(i128 price) noexcept {
  return price > INT64_MIN && price <= INT64_MAX;
}

// Towards the worse price for whoever trades with an implied order of this side: a bid down, an offer up.
i128 divide_away(i128 amount, i64 divisor, Side side) noexcept {
  if (divisor < 0) {
    amount = -amount;
    divisor = -divisor;
  }
  const i128 quotient = amount / divisor;
  const i128 rest = amount % divisor;
  if (side == Side::buy) return rest < 0 ? quotient - 1 : quotient;
  return rest > 0 ? quotient + 1 : quotient;
}

// Starts at more units than any level holds.
struct Gathered {
  i128 price = 0;
  i64 units = INT64_MAX;
  i64 first_units = INT64_MAX;
  u64 arrival = 0;

  bool add(const MultiLegBook& book, Side side, i64 ratio) noexcept {
    LotsAtBest lots;
    const i64 each = magnitude(ratio);
    if (!book.lots(side, each, lots)) return false;
    price += static_cast<i128>(ratio) * lots.price;
    units = std::min(units, lots.level_quantity / each);
    first_units = std::min(first_units, lots.first_quantity / each);
    arrival = std::max(arrival, lots.arrival);
    return true;
  }
};

}  // namespace

// Sum of ratio times price: bids of the legs that are bought, offers of those that are sold (for an implied bid).
MultiLegMarket::Source MultiLegMarket::implied_in(const Strategy& strategy, Side side) const noexcept {
  Gathered legs;
  for (const StrategyLeg& leg : strategy.legs) {
    if (!legs.add(books_[leg.instrument], giving_side(side, leg.ratio), leg.ratio)) return {};
  }
  if (!is_price(legs.price)) return {};
  return {static_cast<i64>(legs.price), legs.units, legs.first_units, 1, legs.arrival, &strategy, true};
}

// A strategy order that rests wants all its legs: with the others taken from their books, it bids for or offers this
// one. What rounding to a tick leaves over improves the strategy order's price.
MultiLegMarket::Source MultiLegMarket::implied_out(const Strategy& strategy, u32 instrument, Side side) const noexcept {
  i64 own_ratio = 0;
  for (const StrategyLeg& leg : strategy.legs) {
    if (leg.instrument == instrument) own_ratio = leg.ratio;
  }
  const Side strategy_side = giving_side(side, own_ratio);
  Gathered order;
  if (!order.add(books_[strategy.instrument], strategy_side, 1)) return {};
  Gathered others = order;
  others.price = 0;
  for (const StrategyLeg& leg : strategy.legs) {
    if (leg.instrument == instrument) continue;
    if (!others.add(books_[leg.instrument], giving_side(opposite(strategy_side), leg.ratio), leg.ratio)) return {};
  }
  const i128 price = divide_away(order.price - others.price, own_ratio, side);
  if (!is_price(price)) return {};
  return {static_cast<i64>(price),
          others.units,
          others.first_units,
          magnitude(own_ratio),
          others.arrival,
          &strategy,
          false};
}

MultiLegMarket::Source MultiLegMarket::best_source(u32 instrument, Side side, i64 most_lots) const noexcept {
  Source best;
  for (const u32 number : strategies_of_[instrument]) {
    const Strategy& strategy = strategies_[number];
    const bool in = strategy.instrument == instrument;
    const Source source = in ? implied_in(strategy, side) : implied_out(strategy, instrument, side);
    if (source.units == 0 || source.unit_lots > most_lots) continue;
    const bool better = side == Side::buy ? source.price > best.price : source.price < best.price;
    if (best.units == 0 || better || (source.price == best.price && source.arrival < best.arrival)) best = source;
  }
  return best;
}

ImpliedQuote MultiLegMarket::implied(u32 instrument, Side side) const {
  check_instrument(instrument);
  const Source source = best_source(instrument, side, INT64_MAX);
  if (source.units == 0) return {};
  return {source.price, source.units * source.unit_lots, source.strategy->instrument};
}

}  // namespace pytrader
