// The pass of a taker over its makers: four kinds at a price, icebergs, self-trade prevention, and its rehearsal.
#include <algorithm>

#include "matching/matching_engine.hpp"

namespace pytrader {

namespace {

constexpr OrderPlace kPlaces[] = {OrderPlace::displayed, OrderPlace::hidden, OrderPlace::pegged,
                                  OrderPlace::all_or_none};

bool ends_taker(SelfTrade mode) noexcept {
  return mode == SelfTrade::cancel_newest || mode == SelfTrade::cancel_both;
}

}  // namespace

void MatchingEngine::match(Arrival& taker) {
  const Ladder& all_or_none = ladder(OrderPlace::all_or_none, opposite(taker.side));
  all_or_none_at_ = all_or_none.empty() ? kNone : all_or_none[all_or_none.best()].head;
  Maker maker;
  while (taker.leaves > 0 && !taker.ended && !taker.barred && next_maker(taker, maker)) {
    if (sharing_.is_active() && maker.place == OrderPlace::displayed) {
      share_level(taker, maker.price);
    } else {
      meet(taker, maker);
    }
  }
  refill_drained();
}

// The best price first; there displayed orders, the reserves of icebergs whose tips are gone, hidden, pegged and
// all-or-none orders. Each all-or-none order comes up once.
bool MatchingEngine::next_maker(const Arrival& taker, Maker& maker) noexcept {
  const Side which = opposite(taker.side);
  maker.slot = kNone;
  for (const OrderPlace place : kPlaces) {
    const Ladder& levels = ladder(place, which);
    u32 slot = kNone;
    u32 level = levels.best();
    if (place == OrderPlace::all_or_none) {
      slot = all_or_none_at_;
      if (slot != kNone) level = pool_[slot].level;
    } else if (!levels.empty()) {
      slot = levels[level].head;
    }
    if (place == OrderPlace::hidden && !drained_.empty()) {
      if (maker.slot == kNone || maker.price != drained_price_) {
        maker = {drained_.head(), drained_price_, OrderPlace::drained};
      }
    }
    if (slot == kNone) continue;
    const i64 price = levels.price_of(level);
    if (maker.slot == kNone || levels.better(price, maker.price)) maker = {slot, price, place};
  }
  if (maker.slot == kNone) return false;
  const bool within = taker.match_limit == kNoPrice || !side(which).better(taker.match_limit, maker.price);
  if (within && maker.place == OrderPlace::all_or_none) {
    const Ladder& levels = ladder(OrderPlace::all_or_none, which);
    const OrderNode& node = pool_[maker.slot];
    const u32 worse = node.next != kNone ? kNone : levels.next_worse(node.level);
    all_or_none_at_ = node.next != kNone ? node.next : (worse == kNone ? kNone : levels[worse].head);
  }
  return within;
}

// At most `most` lots change hands.
void MatchingEngine::meet(Arrival& taker, const Maker& maker, i64 most) {
  if (!cut_reduce_only(maker.slot)) return;
  const i64 leaves = leaves_of(maker.slot);
  if (maker.place == OrderPlace::all_or_none && leaves > taker.leaves) return;
  const SelfTrade mode = prevention(taker, maker.slot);
  if (mode != SelfTrade::none) {
    prevent(taker, maker.slot, mode);
    return;
  }
  const i64 available = maker.place == OrderPlace::drained ? leaves : pool_[maker.slot].quantity;
  trade(taker, maker, std::min({taker.leaves, available, most}));
}

void MatchingEngine::trade(Arrival& taker, const Maker& maker, i64 quantity) {
  const u32 slot = maker.slot;
  const i64 left = leaves_of(slot) - quantity;
  const i64 price = phase_ == TradingPhase::post_close ? closing_price_ : maker.price;
  taker.leaves -= quantity;
  taker.executed += quantity;
  output_->fills.push_back({taker.order_id, pool_[slot].id, price, quantity, taker.leaves, left,
                            static_cast<i64>(taker.side), message_index_});
  ++counters_.fills;
  counters_.volume += quantity;
  accounts_.trade(taker.terms.account, taker.side, quantity);
  if (is_special(slot)) accounts_.trade(special_[slot].account, opposite(taker.side), quantity);
  reduce_maker(slot, quantity);
  on_trade(price);
  if (left == 0 || maker.place != OrderPlace::displayed || pool_[slot].quantity != 0) return;
  if (rules_.iceberg_sweep == IcebergSweep::by_refill) {
    refill(slot);
    return;
  }
  ladder(OrderPlace::displayed, opposite(taker.side)).unlink(slot, pool_);
  drained_.push_back(slot, pool_);
  special_[slot].place = OrderPlace::drained;
  drained_price_ = maker.price;
}

// A maker, wherever it stands, loses what has traded, and leaves with its last lot.
void MatchingEngine::reduce_maker(u32 slot, i64 quantity) noexcept {
  if (leaves_of(slot) == quantity) {
    remove_order(slot);
    return;
  }
  const Side which = side_of(pool_[slot]);
  const OrderPlace place = place_of(slot);
  if (place == OrderPlace::drained) {
    special_[slot].reserve -= quantity;
  } else if (in_book(place)) {
    ladder(place, which).reduce(slot, quantity, pool_);
  } else {
    pool_[slot].quantity -= quantity;
  }
  headroom_[index_of(which)] += quantity;
  set_executed(slot, executed(slot) + quantity);
}

// An iceberg without a tip shows its next one, at the back of its price.
void MatchingEngine::refill(u32 slot) {
  SpecialOrder& order = special_[slot];
  Ladder& levels = ladder(OrderPlace::displayed, side_of(pool_[slot]));
  const u32 level = pool_[slot].level;
  levels.unlink(slot, pool_);
  tops_.leave(side_of(pool_[slot]), slot);
  const i64 tip = std::min(order.reserve, tips_.draw(order.display_qty, order.display_range));
  order.reserve -= tip;
  pool_[slot].quantity = tip;
  levels.push_back(level, slot, pool_);
  update(UpdateKind::refilled, slot, levels.price_of(level), tip);
}

void MatchingEngine::refill_drained() {
  while (!drained_.empty()) {
    const u32 slot = drained_.head();
    SpecialOrder& order = special_[slot];
    Ladder& levels = ladder(OrderPlace::displayed, side_of(pool_[slot]));
    drained_.unlink(slot, pool_);
    order.place = OrderPlace::displayed;
    pool_[slot].quantity = 0;
    levels.push_back(levels.level_at(drained_price_), slot, pool_);
    refill(slot);
  }
}

SelfTrade MatchingEngine::prevention(const Arrival& taker, u32 maker) const noexcept {
  if (taker.terms.account == 0 || !is_special(maker)) return SelfTrade::none;
  const SpecialOrder& other = special_[maker];
  if (other.account == 0) return SelfTrade::none;
  if (other.account != taker.terms.account) {
    const u32 group = accounts_.group(taker.terms.account);
    const bool one_house =
        rules_.self_trade_scope == SelfTradeScope::group && group != 0 && group == accounts_.group(other.account);
    if (!one_house) return SelfTrade::none;
  }
  const bool taker_decides = rules_.self_trade_decider == SelfTradeDecider::taker;
  const SelfTrade asked = taker_decides ? taker.terms.self_trade : other.self_trade;
  return asked == SelfTrade::venue_default ? rules_.self_trade : asked;
}

void MatchingEngine::prevent(Arrival& taker, u32 maker, SelfTrade mode) {
  if (mode == SelfTrade::decrement) {
    const i64 quantity = std::min(taker.leaves, leaves_of(maker));
    const i64 left = leaves_of(maker) - quantity;
    special_[maker].prevented += quantity;
    tell(UpdateKind::decremented, maker, limit_of(maker), quantity, left, RejectReason::self_trade);
    if (left == 0) {
      remove_order(maker);
    } else {
      set_leaves(maker, left);
    }
    taker.leaves -= quantity;
    taker.terms.prevented += quantity;
    update(UpdateKind::decremented, taker, reported_limit(taker), quantity, RejectReason::self_trade);
    taker.ended = taker.leaves == 0;
    return;
  }
  if (mode != SelfTrade::cancel_newest) cancel_order(maker, RejectReason::self_trade);
  if (ends_taker(mode)) {
    taker.ended = true;
    taker.end_reason = RejectReason::self_trade;
  }
}

// What a maker may no longer trade without turning its owner's position; false if that was all of it.
bool MatchingEngine::cut_reduce_only(u32 slot) {
  if (!is_special(slot) || !special_[slot].has(kReduceOnly)) return true;
  const i64 most = accounts_.reducible(special_[slot].account, side_of(pool_[slot]));
  const i64 cut = leaves_of(slot) - most;
  if (cut <= 0) return true;
  if (most == 0) {
    cancel_order(slot, RejectReason::reduce_only_would_increase);
    return false;
  }
  special_[slot].prevented += cut;
  set_leaves(slot, most);
  tell(UpdateKind::decremented, slot, limit_of(slot), cut, most, RejectReason::reduce_only_would_increase);
  return true;
}

void MatchingEngine::tell_cut(Arrival& order) {
  if (order.cut == 0) return;
  order.terms.prevented += order.cut;
  update(UpdateKind::decremented, order, reported_limit(order), order.cut, RejectReason::reduce_only_would_increase);
  order.cut = 0;
}

// To this open quantity, in its place: the displayed part stays as far as it can, the reserve is what is left. More
// than today is for an iceberg alone, whose reserve grows.
void MatchingEngine::set_leaves(u32 slot, i64 leaves) noexcept {
  count_out(slot);
  const Side which = side_of(pool_[slot]);
  const OrderPlace place = place_of(slot);
  headroom_[index_of(which)] += leaves_of(slot) - leaves;
  const i64 displayed = std::min(pool_[slot].quantity, leaves);
  if (in_book(place)) {
    ladder(place, which).reduce(slot, pool_[slot].quantity - displayed, pool_);
  } else {
    pool_[slot].quantity = displayed;
  }
  if (is_special(slot)) special_[slot].reserve = leaves - displayed;
  count_in(slot);
}

// One pass of a taker that moves nothing.
struct MatchingEngine::Rehearsal {
  const Arrival& taker;
  i64 left;  // of the taker
  TipSource tips;
  bool by_turns = false;  // displayed orders take their turns as in match()
  i64 reached = 0;
  bool ended = false;
  bool reduces = false;  // has met a reduce-only order

  bool goes_on() const noexcept { return left > 0 && !ended; }
};

// Whose turn comes when makes no difference to how much there is, but where a reduce-only order is met: what it may
// give depends on what its owner has traded by then.
i64 MatchingEngine::reachable(const Arrival& taker) {
  Rehearsal in_one{taker, taker.leaves, tips_};
  rehearse(in_one);
  if (!in_one.reduces) return in_one.reached;
  Rehearsal by_turns{taker, taker.leaves, tips_, true};
  rehearse(by_turns);
  return by_turns.reached;
}

void MatchingEngine::rehearse(Rehearsal& pass) {
  accounts_.begin_rehearsal();
  const Arrival& taker = pass.taker;
  const Side which = opposite(taker.side);
  u32 at[std::size(kPlaces)];
  for (std::size_t k = 0; k < std::size(kPlaces); ++k) at[k] = ladder(kPlaces[k], which).best();
  while (pass.goes_on() && !taker.barred) {
    std::size_t next = std::size(kPlaces);
    i64 best = 0;
    for (std::size_t k = 0; k < std::size(kPlaces); ++k) {
      if (at[k] == kNone) continue;
      const i64 price = ladder(kPlaces[k], which).price_of(at[k]);
      if (next != std::size(kPlaces) && !side(which).better(price, best)) continue;
      next = k;
      best = price;
    }
    if (next == std::size(kPlaces)) break;
    if (taker.match_limit != kNoPrice && side(which).better(taker.match_limit, best)) break;
    if (pass.by_turns && kPlaces[next] == OrderPlace::displayed) {
      rehearse_queue(pass, at[next]);
    } else {
      rehearse_level(pass, kPlaces[next], at[next]);
    }
    at[next] = ladder(kPlaces[next], which).next_worse(at[next]);
  }
}

// Tips first, then reserves: an order that ends the taker ends it before any tip has been refilled.
void MatchingEngine::rehearse_level(Rehearsal& pass, OrderPlace place, u32 level) {
  const Ladder& levels = ladder(place, opposite(pass.taker.side));
  const u32 head = levels[level].head;
  // Where displayed orders share, the taker's own are dealt with before the others.
  const bool own_first = place == OrderPlace::displayed && sharing_.is_active() && pass.taker.terms.account != 0;
  const auto meet_tip = [&](u32 slot) { rehearse_maker(pass, slot, place, pool_[slot].quantity, leaves_of(slot)); };
  for (u32 slot = own_first ? head : kNone; slot != kNone && pass.goes_on(); slot = pool_[slot].next) {
    if (prevention(pass.taker, slot) != SelfTrade::none) meet_tip(slot);
  }
  for (u32 slot = head; slot != kNone && pass.goes_on(); slot = pool_[slot].next) {
    if (!own_first || prevention(pass.taker, slot) == SelfTrade::none) meet_tip(slot);
  }
  if (place != OrderPlace::displayed || special_count_ == 0) return;
  for (u32 slot = head; slot != kNone && pass.goes_on(); slot = pool_[slot].next) {
    // Decremented was all of it, with its tip.
    if (is_special(slot) && special_[slot].reserve != 0) rehearse_maker(pass, slot, place, special_[slot].reserve, 0);
  }
}

// A maker gives at most `available` of its `leaves`. Returns what it loses.
i64 MatchingEngine::rehearse_maker(Rehearsal& pass, u32 slot, OrderPlace place, i64 available, i64 leaves) noexcept {
  const u32 account = is_special(slot) ? special_[slot].account : 0;
  const Side which = opposite(pass.taker.side);
  if (is_special(slot) && special_[slot].has(kReduceOnly)) {
    pass.reduces = true;
    const i64 most = accounts_.rehearsed_reducible(account, which);
    available = std::min(available, most);
    leaves = std::min(leaves, most);
  }
  if (available == 0) return 0;
  if (place == OrderPlace::all_or_none && available > pass.left) return 0;
  const SelfTrade mode = prevention(pass.taker, slot);
  if (mode != SelfTrade::none) {
    if (mode == SelfTrade::decrement) pass.left -= std::min(pass.left, leaves);
    pass.ended = ends_taker(mode);
    return leaves;
  }
  const i64 quantity = std::min(pass.left, available);
  pass.left -= quantity;
  pass.reached += quantity;
  accounts_.rehearse(account, which, quantity);
  accounts_.rehearse(pass.taker.terms.account, pass.taker.side, quantity);
  return quantity;
}

// Turn by turn, as share_level(), refill() and refill_drained() have it.
void MatchingEngine::rehearse_queue(Rehearsal& pass, u32 level) {
  const Side which = opposite(pass.taker.side);
  rehearsed_.clear();
  emptied_.clear();
  for (u32 slot = side(which)[level].head; slot != kNone; slot = pool_[slot].next) {
    rehearsed_.push_back(
        {pool_[slot].quantity, is_special(slot) ? special_[slot].reserve : 0, slot, tops_[which] == slot});
  }
  bool shares = sharing_.is_active();
  for (RehearsedMaker& maker : rehearsed_) {
    if (shares && pass.goes_on() && prevention(pass.taker, maker.slot) != SelfTrade::none) {
      rehearse_turn(pass, maker, maker.tip);
    }
  }
  std::erase_if(rehearsed_, [](const RehearsedMaker& maker) { return maker.tip == 0; });
  while (pass.goes_on() && !rehearsed_.empty()) {
    i64 displayed = 0;
    for (const RehearsedMaker& maker : rehearsed_) displayed += maker.tip;
    const bool takes_all = pass.left >= displayed;
    rehearse_round(pass, shares);
    shares = shares && takes_all;
  }
  for (std::size_t i = 0; i < emptied_.size() && pass.goes_on(); ++i) {
    rehearse_turn(pass, emptied_[i], emptied_[i].reserve);
  }
}

// Whoever still shows something keeps its place in the queue; whoever shows a new tip goes behind.
void MatchingEngine::rehearse_round(Rehearsal& pass, bool shares) {
  const bool refills = rules_.iceberg_sweep == IcebergSweep::by_refill;
  if (shares) {
    sharing_.clear();
    for (const RehearsedMaker& maker : rehearsed_) share_with(maker.slot, maker.tip, maker.top);
    sharing_.share(pass.left);
  }
  std::size_t kept = 0;
  for (std::size_t i = 0; i < rehearsed_.size() && pass.goes_on(); ++i) {
    RehearsedMaker maker = rehearsed_[i];
    const i64 most = shares ? sharing_.share_of(i) : maker.tip;
    if (most != 0) rehearse_turn(pass, maker, most);
    if (maker.tip != 0) {
      rehearsed_[kept++] = maker;
    } else if (maker.reserve != 0) {
      const SpecialOrder& order = special_[maker.slot];
      if (refills) maker.tip = std::min(maker.reserve, pass.tips.draw(order.display_qty, order.display_range));
      maker.reserve -= maker.tip;
      maker.top = false;
      emptied_.push_back(maker);
    }
  }
  rehearsed_.resize(kept);
  if (!refills) return;
  rehearsed_.insert(rehearsed_.end(), emptied_.begin(), emptied_.end());
  emptied_.clear();
}

// What a reduce-only order may no longer trade when its turn comes is gone for good.
void MatchingEngine::rehearse_turn(Rehearsal& pass, RehearsedMaker& maker, i64 most) noexcept {
  i64 leaves = maker.tip + maker.reserve;
  if (is_special(maker.slot) && special_[maker.slot].has(kReduceOnly)) {
    leaves = std::min(leaves, accounts_.rehearsed_reducible(special_[maker.slot].account, opposite(pass.taker.side)));
  }
  maker.tip = std::min(maker.tip, leaves);
  maker.reserve = leaves - maker.tip;
  const i64 available = std::min(most, maker.tip != 0 ? maker.tip : maker.reserve);
  const i64 lost = rehearse_maker(pass, maker.slot, OrderPlace::displayed, available, leaves);
  const i64 from_tip = std::min(lost, maker.tip);
  maker.tip -= from_tip;
  maker.reserve -= lost - from_tip;
}

}  // namespace pytrader
