// Chooses among the limits that could be an auction's price.
#include "matching/auction.hpp"

#include <string>

#include "decimal/error.hpp"

namespace pytrader {

namespace {

// Lots of a side's remainder that would trade at a price if there were another side. Exact as long as the price passes
// at most one limit of those not traded; beyond that it is too small, but larger than at that limit, which beats it.
i64 left_at(const AuctionSide& side, Side which, i64 price) noexcept {
  i64 lots = side.market_left;
  for (u32 i = 0; i < side.left_count; ++i) {
    const bool trades = which == Side::buy ? side.left[i].price >= price : side.left[i].price <= price;
    if (trades) lots += side.left[i].quantity;
  }
  return lots;
}

i64 magnitude(i64 value) noexcept {
  return value < 0 ? -value : value;
}

u64 distance(i64 a, i64 b) noexcept {
  return a > b ? static_cast<u64>(a) - static_cast<u64>(b) : static_cast<u64>(b) - static_cast<u64>(a);
}

// The limits of least surplus, sorted by price. At most four limits can be one: the worst that trades and the best
// that does not, of each side. Any other either loses volume or leaves more.
struct Candidates {
  AuctionPrice at[4];
  u32 count = 0;

  void offer(i64 price, i64 surplus, i64 volume) noexcept {
    if (count > 0 && magnitude(surplus) > magnitude(at[0].surplus)) return;
    if (count > 0 && magnitude(surplus) < magnitude(at[0].surplus)) count = 0;
    u32 place = count;
    while (place > 0 && at[place - 1].price > price) --place;
    if (place > 0 && at[place - 1].price == price) return;
    for (u32 i = count; i > place; --i) at[i] = at[i - 1];
    at[place] = {price, volume, surplus};
    ++count;
  }
};

const AuctionPrice& nearest(const Candidates& tied, i64 reference) noexcept {
  u32 best = tied.count - 1;
  for (u32 i = tied.count - 1; i-- > 0;) {
    if (distance(tied.at[i].price, reference) < distance(tied.at[best].price, reference)) best = i;
  }
  return tied.at[best];
}

struct ArrayLimits {
  std::span<const PriceQuantity> levels;
  std::size_t read = 0;

  bool next(PriceQuantity& level) noexcept {
    if (read == levels.size()) return false;
    level = levels[read++];
    return true;
  }
};

void check_side(std::span<const PriceQuantity> levels, i64 market, Side which) {
  const std::string name = which == Side::buy ? "bids" : "asks";
  const auto refuse = [&name](std::size_t level, const std::string& what) {
    throw Error(ErrorCode::invalid_argument, name + "[" + std::to_string(level) + "] " + what);
  };
  if (market < 0) {
    throw Error(ErrorCode::invalid_argument, std::string("market orders to ") + to_text(which) + " are " +
                                                 std::to_string(market) + " lots; give 0 or more");
  }
  i64 total = market;
  for (std::size_t i = 0; i < levels.size(); ++i) {
    if (levels[i].quantity <= 0)
      refuse(i, "has a quantity of " + std::to_string(levels[i].quantity) + "; give 1 or more");
    if (levels[i].price == kNoPrice) refuse(i, "has no price");
    const bool worse =
        i == 0 || (which == Side::buy ? levels[i].price < levels[i - 1].price : levels[i].price > levels[i - 1].price);
    if (!worse) refuse(i, "is not worse than the level before it; give each price once, best first");
    if (__builtin_add_overflow(total, levels[i].quantity, &total)) {
      throw Error(ErrorCode::capacity, name + " sum to more than 2^63 - 1 lots");
    }
  }
}

}  // namespace

const char* to_text(ReferenceRule rule) noexcept {
  return rule == ReferenceRule::nearest_limit ? "nearest_limit" : "at_reference";
}

AuctionPrice choose_auction_price(const AuctionSide& buy, const AuctionSide& sell, i64 volume, i64 reference,
                                  AuctionRules rules) noexcept {
  const auto surplus_at = [&](i64 price) { return left_at(buy, Side::buy, price) - left_at(sell, Side::sell, price); };
  // All lots that are to trade can do so from the worst seller's limit up to the worst buyer's.
  const auto trades_all = [&](i64 price) {
    return (sell.last_price == kNoPrice || price >= sell.last_price) &&
           (buy.last_price == kNoPrice || price <= buy.last_price);
  };
  Candidates tied;
  const auto offer = [&](i64 price) {
    if (trades_all(price)) tied.offer(price, surplus_at(price), volume);
  };
  if (buy.last_price != kNoPrice) offer(buy.last_price);
  if (sell.last_price != kNoPrice) offer(sell.last_price);
  if (buy.left_count > 0) offer(buy.left[0].price);
  if (sell.left_count > 0) offer(sell.left[0].price);

  if (tied.count == 0) {
    if (reference == kNoPrice) return {};
    return {reference, volume, buy.market_left - sell.market_left};
  }
  const AuctionPrice& lowest = tied.at[0];
  const AuctionPrice& highest = tied.at[tied.count - 1];
  // The surplus falls as the price rises, so its ends tell of all between.
  if (rules.market_pressure && lowest.surplus < 0) return lowest;
  if ((rules.market_pressure && highest.surplus > 0) || reference == kNoPrice) return highest;
  if (rules.reference == ReferenceRule::at_reference && reference > lowest.price && reference < highest.price) {
    return {reference, volume, surplus_at(reference)};
  }
  return nearest(tied, reference);
}

AuctionPrice auction_price(std::span<const PriceQuantity> bids, std::span<const PriceQuantity> asks, i64 market_buy,
                           i64 market_sell, i64 reference, AuctionRules rules) {
  check_side(bids, market_buy, Side::buy);
  check_side(asks, market_sell, Side::sell);
  return read_auction(market_buy, market_sell, ArrayLimits{bids}, ArrayLimits{asks}, reference, rules).found;
}

}  // namespace pytrader
