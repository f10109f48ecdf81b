// Sharing at one price by the venue's allocation algorithm, and who is TOP.
#include <stdexcept>

#include "matching/matching_engine.hpp"

namespace pytrader {

// One round over what is displayed at the best price: the queue as it stands shares what the taker has left. If that
// takes all of it, the tips that came back share in the next round; if not, only what a cut order could not take is
// left, and goes by time.
void MatchingEngine::share_level(Arrival& taker, i64 price) {
  const Ladder& levels = side(opposite(taker.side));
  const auto goes_on = [&] {
    return taker.leaves > 0 && !taker.ended && !levels.empty() && levels.best_price() == price;
  };
  prevent_at(taker, levels.best(), price);
  if (!goes_on()) return;
  const bool takes_all = taker.leaves >= levels[levels.best()].quantity;
  share_round(taker, levels.best(), price);
  while (!takes_all && goes_on()) meet(taker, {levels[levels.best()].head, price, OrderPlace::displayed});
}

void MatchingEngine::share_round(Arrival& taker, u32 level, i64 price) {
  const Side which = opposite(taker.side);
  sharing_.clear();
  for (u32 slot = side(which)[level].head; slot != kNone; slot = pool_[slot].next) {
    share_with(slot, pool_[slot].quantity, tops_[which] == slot);
  }
  sharing_.share(taker.leaves);
  for (std::size_t i = 0; i < sharing_.size(); ++i) {
    if (sharing_.share_of(i) != 0) meet(taker, {sharing_.slot(i), price, OrderPlace::displayed}, sharing_.share_of(i));
  }
}

void MatchingEngine::share_with(u32 slot, i64 displayed, bool is_top) {
  const bool special = is_special(slot);
  sharing_.add(
      slot, {displayed, special ? special_[slot].owner : 0, is_top, special && special_[slot].has(kLeadMarketMaker)});
}

// Where orders share, each of the taker's own could trade: all of them are dealt with first, by time (CME Globex,
// Self-Match Prevention).
void MatchingEngine::prevent_at(Arrival& taker, u32 level, i64 price) {
  if (taker.terms.account == 0) return;
  const Ladder& levels = side(opposite(taker.side));
  for (u32 slot = levels[level].head; slot != kNone && taker.leaves > 0 && !taker.ended;) {
    const u32 next = pool_[slot].next;
    if (prevention(taker, slot) != SelfTrade::none) meet(taker, {slot, price, OrderPlace::displayed});
    slot = next;
  }
}

// An order is about to be displayed: at a better price than all that its side displays it takes TOP from whoever has
// it, and is TOP itself if it is large enough and trading is continuous (CME Globex, Allocation algorithm).
void MatchingEngine::note_better(Side which, u32 slot, i64 price, i64 displayed) noexcept {
  if (!rules_.allocation.has(kTopStep)) return;
  const Ladder& levels = side(which);
  if (!levels.empty() && !levels.better(price, levels.best_price())) return;
  tops_.better(which, slot, displayed >= rules_.allocation.top_minimum && phase_ == TradingPhase::continuous);
}

// Throws std::logic_error unless a TOP order is the first of its side's best queue.
void MatchingEngine::check_tops() const {
  for (const Side which : kSides) {
    const u32 slot = tops_[which];
    if (slot == kNone) continue;
    const Ladder& levels = side(which);
    if (levels.empty() || levels[levels.best()].head != slot) {
      throw std::logic_error("matching engine: the TOP order is not the first at the best price");
    }
  }
}

}  // namespace pytrader
