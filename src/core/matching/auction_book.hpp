// What an auction counts beyond what the book displays: the reserves of icebergs by price, and market orders.
#pragma once

#include <array>

#include "book/ladder.hpp"
#include "decimal/integers.hpp"
#include "matching/auction.hpp"
#include "model/enums.hpp"

namespace pytrader {

// Reads several ladders of one side as one, best price first, the quantities at a price together.
template <std::size_t count>
class MergedLimits {
 public:
  explicit MergedLimits(const std::array<const Ladder*, count>& ladders) noexcept : ladders_(ladders) {
    for (std::size_t i = 0; i < count; ++i) at_[i] = ladders[i]->best();
  }

  bool next(PriceQuantity& level) noexcept {
    bool found = false;
    for (std::size_t i = 0; i < count; ++i) {
      if (at_[i] == kNone) continue;
      const i64 price = ladders_[i]->price_of(at_[i]);
      if (!found || ladders_[i]->better(price, level.price)) level.price = price;
      found = true;
    }
    if (!found) return false;
    level.quantity = 0;
    for (std::size_t i = 0; i < count; ++i) {
      if (at_[i] == kNone || ladders_[i]->price_of(at_[i]) != level.price) continue;
      level.quantity += (*ladders_[i])[at_[i]].quantity;
      at_[i] = ladders_[i]->next_worse(at_[i]);
    }
    return true;
  }

 private:
  std::array<const Ladder*, count> ladders_;
  u32 at_[count];
};

// Follows the orders of a call phase, so that its price costs the levels that trade and not their orders. It keeps
// whether something has happened that could move the price: an order far from the market costs nothing.
class AuctionBook {
 public:
  // Makes sure that the price has a place, so that the next add() there can not throw.
  void make_room(Side which, i64 price) { reserves(which).level_at(price); }

  // An order's reserve at a price, and that the order is there at all.
  void add(Side which, i64 price, i64 reserve) noexcept;
  void take(Side which, i64 price, i64 reserve) noexcept;
  void add_market(Side which, i64 quantity) noexcept {
    market_[index_of(which)] += quantity;
    is_stale_ = true;
  }
  void take_market(Side which, i64 quantity) noexcept { add_market(which, -quantity); }
  // The reference price, or the phase, is another one.
  void set_stale() noexcept { is_stale_ = true; }
  bool is_stale() const noexcept { return is_stale_; }
  // Follows reserves from now on, none so far; or follows them no more. Market orders stay.
  void follow(bool follows) noexcept;
  bool follows() const noexcept { return follows_; }

  i64 market(Side which) const noexcept { return market_[index_of(which)]; }
  i64 reserve_at(Side which, i64 price) const noexcept;

  // The price of the auction now: the displayed and hidden orders of each side and what is kept here.
  AuctionPrice read(const Ladder& bids, const Ladder& hidden_bids, const Ladder& asks, const Ladder& hidden_asks,
                    i64 reference, AuctionRules rules) noexcept;

 private:
  static std::size_t index_of(Side which) noexcept { return which == Side::buy ? 0 : 1; }
  Ladder& reserves(Side which) noexcept { return reserves_[index_of(which)]; }
  void touch(Side which, i64 price) noexcept {
    is_stale_ = is_stale_ || (which == Side::buy ? price >= last_.lowest_bid : price <= last_.highest_ask);
  }

  Ladder reserves_[2] = {Ladder(Side::buy), Ladder(Side::sell)};
  i64 market_[2] = {0, 0};
  AuctionReading last_;
  bool is_stale_ = true;
  bool follows_ = false;
};

}  // namespace pytrader
