// The price at which an auction trades most: pure arithmetic over the two sides of a book.
#pragma once

#include <algorithm>
#include <span>

#include "decimal/integers.hpp"
#include "model/enums.hpp"
#include "model/messages.hpp"

namespace pytrader {

// One price of a side with all that is open there, icebergs and hidden orders in full.
struct PriceQuantity {
  i64 price = 0;
  i64 quantity = 0;
};

// Which price it is when several limits trade the same volume with the same surplus, and not all on one side of the
// market.
enum class ReferenceRule : u8 {
  nearest_limit,  // the limit nearest to the reference price, the higher of two equally near (Xetra, CME, TSX)
  at_reference,   // the reference price itself where it lies between those limits, else the nearest
};
const char* to_text(ReferenceRule rule) noexcept;

// What decides between limits that trade the same volume and leave the same surplus.
struct AuctionRules {
  ReferenceRule reference = ReferenceRule::nearest_limit;
  bool market_pressure = true;  // a surplus of one side at all of them comes before the reference price
};

struct AuctionPrice {
  i64 price = kNoPrice;  // ticks; kNoPrice if nothing can trade, and then the rest is 0
  i64 volume = 0;        // lots that trade
  i64 surplus = 0;  // lots that could trade at the price but find no other side: of buyers above 0, of sellers below

  friend bool operator==(const AuctionPrice&, const AuctionPrice&) = default;
};

// What one side is after the lots that trade have been paired off with the other side's.
struct AuctionSide {
  i64 last_price = kNoPrice;  // limit of the worst lot that trades; kNoPrice: a market order's, or nothing trades
  i64 market_left = 0;        // market orders' lots that do not trade
  PriceQuantity left[2];      // the two best limits of those that do not trade; the first may have traded in part
  u32 left_count = 0;
};

// The limit that the rules choose once it is known what trades.
AuctionPrice choose_auction_price(const AuctionSide& buy, const AuctionSide& sell, i64 volume, i64 reference,
                                  AuctionRules rules) noexcept;

// Walks one side in the order in which it trades: market orders first, then its limits, best first.
template <class Limits>
class AuctionWalk {
 public:
  AuctionWalk(i64 market_quantity, Limits limits) : limits_(limits), left_(market_quantity) {
    side_.market_left = market_quantity;
    if (left_ == 0) advance();
  }

  bool at_end() const noexcept { return left_ == 0; }
  bool at_market() const noexcept { return at_market_; }
  i64 price() const noexcept { return at_.price; }
  i64 left() const noexcept { return left_; }

  void trade(i64 quantity) noexcept {
    left_ -= quantity;
    side_.last_price = at_market_ ? kNoPrice : at_.price;
    if (at_market_) side_.market_left = left_;
    if (left_ == 0) advance();
  }

  // Ends the walk.
  AuctionSide finish() noexcept {
    if (at_market_ && !at_end()) advance();
    while (!at_end() && side_.left_count < 2) {
      side_.left[side_.left_count++] = {at_.price, left_};
      advance();
    }
    return side_;
  }

 private:
  void advance() noexcept {
    at_market_ = false;
    left_ = limits_.next(at_) ? at_.quantity : 0;
  }

  Limits limits_;
  PriceQuantity at_;
  AuctionSide side_;
  i64 left_;
  bool at_market_ = left_ != 0;
};

// The auction price and how much of the book it rests on.
struct AuctionReading {
  AuctionPrice found;
  // While no order comes, goes or changes at these limits or better ones, and no market order, the price stays.
  i64 lowest_bid = kNoPrice;
  i64 highest_ask = INT64_MAX;
};

// The auction price of a book, by these rules, each only between the limits that the ones before leave equal:
// the largest volume; the least surplus; under market pressure with buyers' surplus at all of them the highest, with
// sellers' the lowest; the reference price (none: the highest). Candidates are the limits of orders in the book; with
// market orders alone the reference price is the auction price. Source: Xetra market model, price determination in
// auctions, examples 1 to 7; the same rules at CME (Indicative Opening Price, rules 1 to 5).
//
// `Limits` answers next(PriceQuantity&), best first, false at the end. Reads the levels that trade and at most three
// more of each side. The lots of one side, market orders included, sum to less than 2^63.
template <class Bids, class Asks>
AuctionReading read_auction(i64 market_buy, i64 market_sell, Bids bids, Asks asks, i64 reference,
                            AuctionRules rules) noexcept {
  AuctionWalk<Bids> buy(market_buy, bids);
  AuctionWalk<Asks> sell(market_sell, asks);
  i64 volume = 0;
  while (!buy.at_end() && !sell.at_end()) {
    if (!buy.at_market() && !sell.at_market() && buy.price() < sell.price()) break;
    const i64 quantity = std::min(buy.left(), sell.left());
    volume += quantity;
    buy.trade(quantity);
    sell.trade(quantity);
  }
  if (volume == 0) return {};
  const AuctionSide bought = buy.finish();
  const AuctionSide sold = sell.finish();
  AuctionReading reading;
  reading.found = choose_auction_price(bought, sold, volume, reference, rules);
  if (bought.left_count == 2) reading.lowest_bid = bought.left[1].price;
  if (sold.left_count == 2) reading.highest_ask = sold.left[1].price;
  return reading;
}

// The same of levels in arrays, best first. Throws Error(invalid_argument) if a quantity is not above 0, a market
// quantity is below 0, or prices do not get worse from level to level; Error(capacity) if a side sums to 2^63 or more.
AuctionPrice auction_price(std::span<const PriceQuantity> bids, std::span<const PriceQuantity> asks, i64 market_buy,
                           i64 market_sell, i64 reference, AuctionRules rules);

}  // namespace pytrader
