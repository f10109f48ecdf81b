// Call phases: the indicative price while orders are collected, and the uncross that ends them.
#include <algorithm>
#include <stdexcept>
#include <string>

#include "matching/matching_engine.hpp"

namespace pytrader {

AuctionPrice MatchingEngine::read_auction_book() noexcept {
  return auction_.read(bids(), ladder(OrderPlace::hidden, Side::buy), asks(), ladder(OrderPlace::hidden, Side::sell),
                       auction_reference(), {rules_.session.auction_reference, rules_.session.market_pressure});
}

// After a message. Costs the levels that would trade, and nothing if the message can not have moved the price.
void MatchingEngine::publish_indicative() {
  if (!acceptance(phase_, rules_.session).publishes || !auction_.is_stale()) return;
  const AuctionPrice found = read_auction_book();
  if (found == indicative_) return;
  indicative_ = found;
  const Side side = found.surplus > 0 ? Side::buy : Side::sell;
  tell_session(UpdateKind::indicative, found.surplus == 0 ? u8{0} : static_cast<u8>(side), 0, found.price, found.volume,
               found.surplus < 0 ? -found.surplus : found.surplus);
}

// Room for a change of phase, so that it does not fail half-way. In an uncross each fill ends a buyer or a seller, and
// each live order has at most two updates: it is cut down, and it is canceled or expires. Each pegged order may lose
// its price.
void MatchingEngine::prepare_phase(TradingPhase next) {
  const bool ends = uncrosses(phase_, next);
  const std::size_t orders = ends ? pool_.size() : day_orders_.size();
  std::vector<Fill>& fills = output_->fills;
  std::vector<OrderUpdate>& updates = output_->updates;
  if (ends && fills.capacity() - fills.size() < orders) fills.reserve(fills.size() + orders);
  const std::size_t most = 2 * orders + special_count_ + triggers_.trailing_count() + 8;
  if (updates.capacity() - updates.size() < most) updates.reserve(updates.size() + most);
  if ((ends || collects(next, rules_.session)) && !auction_.follows()) follow_reserves();
}

// All that can trade trades at one price. A reduce-only order that is cut down there may leave the book crossed: then
// what is left is uncrossed again.
void MatchingEngine::uncross() {
  for (AuctionPrice found = read_auction_book(); found.price != kNoPrice; found = read_auction_book()) {
    tell_session(UpdateKind::auction_price, 0, 0, found.price, found.volume, 0);
    last_trade_price_ = found.price;
    trade_in_auction(found);
  }
  end_auction();
}

void MatchingEngine::trade_in_auction(const AuctionPrice& auction) {
  i64 left = auction.volume;
  while (left > 0) {
    const u32 buyer = first_in_auction(Side::buy, auction.price);
    const u32 seller = first_in_auction(Side::sell, auction.price);
    if (buyer == kNone || seller == kNone) return;
    if (!cut_reduce_only(buyer) || !cut_reduce_only(seller)) continue;
    const i64 bought = leaves_of(buyer);
    const i64 sold = leaves_of(seller);
    const i64 quantity = std::min({left, bought, sold});
    output_->fills.push_back({pool_[buyer].id, pool_[seller].id, auction.price, quantity, bought - quantity,
                              sold - quantity, 0, message_index_});
    ++counters_.fills;
    counters_.volume += quantity;
    take_in_auction(buyer, quantity);
    take_in_auction(seller, quantity);
    left -= quantity;
  }
}

// Market orders by time, then better limits, at one limit displayed before hidden orders, each by time. Pegged and
// all-or-none orders sleep.
u32 MatchingEngine::first_in_auction(Side which, i64 price) const noexcept {
  const SlotQueue& market = market_[index_of(which)];
  if (!market.empty()) return market.head();
  const Ladder& shown = ladder(OrderPlace::displayed, which);
  const Ladder& hidden = ladder(OrderPlace::hidden, which);
  const bool shown_first = !shown.empty() && (hidden.empty() || !shown.better(hidden.best_price(), shown.best_price()));
  const Ladder& first = shown_first ? shown : hidden;
  if (first.empty() || first.better(price, first.best_price())) return kNone;
  return first[first.best()].head;
}

// An iceberg trades from its reserve first, so that what it displays keeps its place.
void MatchingEngine::take_in_auction(u32 slot, i64 quantity) noexcept {
  if (is_special(slot)) accounts_.trade(special_[slot].account, side_of(pool_[slot]), quantity);
  const i64 left = leaves_of(slot) - quantity;
  if (left == 0) {
    remove_order(slot);
    return;
  }
  set_leaves(slot, left);
  set_executed(slot, executed(slot) + quantity);
}

// What was there for the auction alone leaves: market orders first, by side and time.
void MatchingEngine::end_auction() {
  for (SlotQueue& market : market_) {
    while (!market.empty()) {
      const u32 slot = market.head();
      if (waits_for_auction(special_[slot].time_in_force)) {
        tell(UpdateKind::expired, slot, kNoPrice, leaves_of(slot), 0, RejectReason::auction_ended);
        remove_order(slot);
      } else {
        cancel_order(slot, RejectReason::no_liquidity);
      }
    }
  }
  while (!auction_orders_.empty()) {
    const u32 slot = auction_orders_.first();
    tell(UpdateKind::expired, slot, limit_of(slot), leaves_of(slot), 0, RejectReason::auction_ended);
    remove_order(slot);
  }
}

// The next order that waits for the auction that has begun enters, behind those that are there.
void MatchingEngine::activate_next() {
  const u16 wanted = rules_of(phase_).activates;
  for (; activate_at_ != kNone; activate_at_ = pool_[activate_at_].next) {
    const u32 slot = activate_at_;
    if (!offers(wanted, members_of(special_[slot].time_in_force))) continue;
    Arrival order = arrival_of(slot);
    order.own_message = false;
    set_limits(order);
    secure(order);
    detach(slot);
    update(UpdateKind::activated, order, order.limit, order.leaves);
    collect(order);
    return;
  }
}

// The reserves of all icebergs at rest, when a call phase begins; none if memory runs out on the way.
void MatchingEngine::follow_reserves() {
  auction_.follow(true);
  try {
    for (const Side which : kSides) {
      const Ladder& levels = ladder(OrderPlace::displayed, which);
      if (special_count_ == 0) continue;
      for (u32 level = levels.best(); level != kNone; level = levels.next_worse(level)) {
        for (u32 slot = levels[level].head; slot != kNone; slot = pool_[slot].next) {
          if (!is_special(slot) || special_[slot].reserve == 0) continue;
          auction_.make_room(which, levels.price_of(level));
          auction_.add(which, levels.price_of(level), special_[slot].reserve);
        }
      }
    }
  } catch (...) {
    auction_.follow(false);
    throw;
  }
}

void MatchingEngine::check_auction() const {
  const auto require = [](bool holds, const char* what) {
    if (!holds) throw std::logic_error(std::string("matching engine: ") + what);
  };
  require(auction_.follows() || !is_collecting(), "a call phase does not follow its icebergs");
  std::size_t entered = 0;
  for (const Side which : kSides) {
    i64 market = 0;
    const u32 head = market_[index_of(which)].head();
    for (u32 slot = head; slot != kNone; slot = pool_[slot].next) market += pool_[slot].quantity;
    require(market == auction_.market(which), "the market orders of a call phase are miscounted");
    for (const OrderPlace place : {OrderPlace::displayed, OrderPlace::hidden}) {
      const Ladder& levels = ladder(place, which);
      for (u32 level = levels.best(); level != kNone; level = levels.next_worse(level)) {
        i64 reserve = 0;
        for (u32 slot = levels[level].head; slot != kNone; slot = pool_[slot].next) {
          if (!is_special(slot)) continue;
          reserve += special_[slot].reserve;
          if (!waits_for_auction(special_[slot].time_in_force)) continue;
          require(auction_orders_.contains(slot), "an auction order would stay after its auction");
          ++entered;
        }
        const bool counts = auction_.follows() && place == OrderPlace::displayed;
        require(!counts || reserve == auction_.reserve_at(which, levels.price_of(level)), "a reserve is miscounted");
      }
    }
  }
  require(entered == auction_orders_.size(), "an auction order is kept that is gone");
}

// An order that an auction counts has come to rest, or is about to leave or change.
void MatchingEngine::count_in(u32 slot) noexcept {
  const Side which = side_of(pool_[slot]);
  const OrderPlace place = place_of(slot);
  if (place == OrderPlace::market) {
    auction_.add_market(which, pool_[slot].quantity);
  } else if (auction_.follows() && (place == OrderPlace::displayed || place == OrderPlace::hidden)) {
    auction_.add(which, ladder(place, which).price_of(pool_[slot].level),
                 is_special(slot) ? special_[slot].reserve : 0);
  }
}

void MatchingEngine::count_out(u32 slot) noexcept {
  const Side which = side_of(pool_[slot]);
  const OrderPlace place = place_of(slot);
  if (place == OrderPlace::market) {
    auction_.take_market(which, pool_[slot].quantity);
  } else if (auction_.follows() && (place == OrderPlace::displayed || place == OrderPlace::hidden)) {
    auction_.take(which, ladder(place, which).price_of(pool_[slot].level),
                  is_special(slot) ? special_[slot].reserve : 0);
  }
}

}  // namespace pytrader
