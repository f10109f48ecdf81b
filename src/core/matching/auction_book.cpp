// Keeps what an auction counts beyond the displayed book.
#include "matching/auction_book.hpp"

namespace pytrader {

void AuctionBook::add(Side which, i64 price, i64 reserve) noexcept {
  touch(which, price);
  if (reserve == 0) return;
  Ladder& ladder = reserves(which);
  const u32 level = ladder.level_at(price);
  const bool is_new = ladder[level].quantity == 0;
  ladder[level].quantity += reserve;
  if (is_new) ladder.occupied(level);
}

void AuctionBook::take(Side which, i64 price, i64 reserve) noexcept {
  touch(which, price);
  if (reserve == 0) return;
  Ladder& ladder = reserves(which);
  const u32 level = ladder.find(price);
  ladder[level].quantity -= reserve;
  if (ladder[level].quantity == 0) ladder.vacated(level);
}

void AuctionBook::follow(bool follows) noexcept {
  follows_ = follows;
  for (Ladder& ladder : reserves_) ladder.clear();
  last_ = {};
  is_stale_ = true;
}

i64 AuctionBook::reserve_at(Side which, i64 price) const noexcept {
  const Ladder& ladder = reserves_[index_of(which)];
  const u32 level = ladder.find(price);
  return level == kNone ? 0 : ladder[level].quantity;
}

AuctionPrice AuctionBook::read(const Ladder& bids, const Ladder& hidden_bids, const Ladder& asks,
                               const Ladder& hidden_asks, i64 reference, AuctionRules rules) noexcept {
  const MergedLimits<3> buyers({&bids, &hidden_bids, &reserves_[0]});
  const MergedLimits<3> sellers({&asks, &hidden_asks, &reserves_[1]});
  last_ = read_auction(market_[0], market_[1], buyers, sellers, reference, rules);
  is_stale_ = false;
  return last_.found;
}

}  // namespace pytrader
