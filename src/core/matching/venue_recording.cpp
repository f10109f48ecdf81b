// The recording at the simulated venue: which rows reach own orders, and for how much.
#include <algorithm>

#include "matching/simulated_venue.hpp"

namespace pytrader {

template <class AheadOf>
void SimulatedVenue::trade_reaches(Side side, i64 price, i64 quantity, i64 ts, AheadOf&& ahead_of) {
  const Ladder& ladder = orders_.ladder(side);
  i64 filled = 0;
  for (u32 level = ladder.best(); level != kNone && !ladder.better(price, ladder.price_of(level));) {
    const bool at_price = ladder.price_of(level) == price;
    const u32 worse = ladder.next_worse(level);
    for (u32 slot = ladder[level].head; slot != kNone;) {
      const u32 behind = orders_.next(slot);
      const i64 reaching = quantity - (at_price ? ahead_of(slot) : 0) - filled;
      const i64 own_price = orders_[slot].price;
      if (reaching > 0) {
        const i64 last_qty = std::min(reaching, orders_.leaves_qty(slot));
        filled += last_qty;
        fill(slot, own_price, last_qty, Liquidity::maker, ts);
      }
      slot = behind;
    }
    level = worse;
  }
}

void SimulatedVenue::apply_l3(const L3Record& record) {
  const BookAction action = static_cast<BookAction>(record.action);
  const bool prints = action == BookAction::execute || action == BookAction::trade;
  // Where an execution happened, its order says: the row need not.
  if (prints && !orders_.empty() && record.quantity > 0) {
    const Execution execution = l3_.execution_of(record);
    if (valid(execution.side) && orders_.any_at_or_better(execution.side, execution.price)) {
      trade_reaches(execution.side, execution.price, record.quantity, record.ts_event,
                    [&](u32 slot) { return orders_[slot].place < execution.arrival ? 0 : kUnknownAhead; });
    }
  }
  // Only who joins a queue needs a place in it.
  const bool joins = action == BookAction::add || action == BookAction::replace;
  const Side side = static_cast<Side>(record.side);
  l3_.apply(record, joins && (valid(side) ? orders_.any_at_or_better(side, record.price) : !orders_.empty()));
}

void SimulatedVenue::apply_l2(const L2Record& record) {
  const Side side = static_cast<Side>(record.side);
  if (static_cast<BookAction>(record.action) == BookAction::trade) {
    trade_prints(side, record.price, record.quantity, record.ts_event);
    l2_.apply(record);
    return;
  }
  const u32 level =
      valid(side) && orders_.any_at_or_better(side, record.price) ? orders_.ladder(side).find(record.price) : kNone;
  if (level == kNone) {
    l2_.apply(record);
    return;
  }
  const i64 before = l2_.displayed(side, record.price);
  l2_.apply(record);
  level_changes(side, level, before, l2_.displayed(side, record.price));
}

void SimulatedVenue::level_changes(Side side, u32 level, i64 before, i64 after) {
  const bool known = before != kUnknownAhead && after != kUnknownAhead;
  for (u32 slot = orders_.ladder(side)[level].head; slot != kNone; slot = orders_.next(slot)) {
    RestingOrder& own = orders_[slot];
    const QueueAhead ahead{own.place, own.place_fraction};
    const QueueAhead now =
        known ? after_level(*queue_model_, ahead, before, after, own.traded) : no_more_than(ahead, after);
    own.place = now.lots;
    own.place_fraction = now.fraction;
    own.traded = 0;
  }
}

// A print beside levels or quotes: what was displayed ahead of an own order trades first.
void SimulatedVenue::trade_prints(Side side, i64 price, i64 quantity, i64 ts) {
  if (!valid(side) || quantity <= 0 || !orders_.any_at_or_better(side, price)) return;
  const i64 displayed = kind_ == MarketKind::l2 ? l2_.displayed(side, price) : quotes_.displayed(side, price);
  trade_reaches(side, price, quantity, ts, [&](u32 slot) {
    RestingOrder& own = orders_[slot];
    const QueueAhead ahead = no_more_than({own.place, own.place_fraction}, displayed);
    if (ahead.lots == kUnknownAhead) return kUnknownAhead;
    const QueueAhead left = after_trade(ahead, quantity);
    own.place = left.lots;
    own.place_fraction = left.fraction;
    own.traded += std::min(quantity, kUnknownAhead - own.traded);
    return ahead.whole_lots();
  });
}

void SimulatedVenue::apply_quote(const QuoteRecord& record) {
  if (!orders_.any_at_or_better(Side::buy, std::min(record.bid_price, record.ask_price)) &&
      !orders_.any_at_or_better(Side::sell, std::max(record.bid_price, record.ask_price))) {
    quotes_.apply(record);
    return;
  }
  const VenueQuoteMarket before = quotes_;
  quotes_.apply(record);
  // An empty side neither reaches own orders nor stands ahead of them: a price that no own order is at or beyond.
  const i64 ask_for_buys = record.ask_quantity > 0 ? record.ask_price : INT64_MAX;
  const i64 bid_for_buys = record.bid_quantity > 0 ? record.bid_price : INT64_MAX;
  const i64 bid_for_sells = record.bid_quantity > 0 ? record.bid_price : INT64_MIN;
  const i64 ask_for_sells = record.ask_quantity > 0 ? record.ask_price : INT64_MIN;
  if (orders_.any_at_or_better(Side::buy, std::min(bid_for_buys, ask_for_buys))) {
    quote_reaches(Side::buy, bid_for_buys, ask_for_buys, before, record.ts_event);
  }
  if (orders_.any_at_or_better(Side::sell, std::max(bid_for_sells, ask_for_sells))) {
    quote_reaches(Side::sell, ask_for_sells, bid_for_sells, before, record.ts_event);
  }
}

// Own orders trade with the opposite touch if that came to them; those that are left learn what is displayed ahead.
void SimulatedVenue::quote_reaches(Side side, i64 same_price, i64 opposite_price, const VenueQuoteMarket& before,
                                   i64 ts) {
  if (orders_.any_at_or_better(side, opposite_price)) touch_reaches(side, opposite_price, ts);
  const Ladder& ladder = orders_.ladder(side);
  for (u32 level = ladder.best(); level != kNone && !ladder.better(same_price, ladder.price_of(level));
       level = ladder.next_worse(level)) {
    const i64 price = ladder.price_of(level);
    level_changes(side, level, before.displayed(side, price), quotes_.displayed(side, price));
  }
}

// The opposite best came to own orders of this side: they trade with what it displays, at their own price.
void SimulatedVenue::touch_reaches(Side side, i64 opposite_price, i64 ts) {
  while (orders_.any_at_or_better(side, opposite_price)) {
    const Ladder& ladder = orders_.ladder(side);
    const u32 slot = ladder[ladder.best()].head;
    const Take take = quotes_.take(side, opposite_price, orders_.leaves_qty(slot));
    if (take.quantity == 0) return;
    fill(slot, orders_[slot].price, take.quantity, Liquidity::maker, ts);
  }
}

void SimulatedVenue::apply_trade(const TradeRecord& record) {
  if (kind_ != MarketKind::l2 && kind_ != MarketKind::quotes) return;
  const Side aggressor = static_cast<Side>(record.aggressor_side);
  if (valid(aggressor)) {
    trade_prints(opposite(aggressor), record.price, record.quantity, record.ts_event);
    return;
  }
  // Own orders never cross one another, so that at most one side is reached.
  trade_prints(Side::buy, record.price, record.quantity, record.ts_event);
  trade_prints(Side::sell, record.price, record.quantity, record.ts_event);
}

void SimulatedVenue::open_bar(const BarRecord& record) {
  bars_.open();
  if (orders_.empty()) return;
  open_waiting(record.open, record.ts_open);
  open_resting(Side::buy, record.open, record.ts_open);
  open_resting(Side::sell, record.open, record.ts_open);
}

void SimulatedVenue::open_waiting(i64 open, i64 ts) {
  while (orders_.first_waiting() != kNone) {
    const u32 slot = orders_.first_waiting();
    const RestingOrder& order = orders_[slot];
    const bool reached =
        order.price == kNoPrice || (order.side == Side::buy ? open <= order.price : open >= order.price);
    if (reached) {
      fill(slot, open, orders_.leaves_qty(slot), Liquidity::taker, ts);
    } else {
      const bool all_or_none = order.time_in_force == TimeInForce::fok;
      close(slot, ExecType::canceled, all_or_none ? RejectReason::fok_not_fillable : RejectReason::no_liquidity, ts);
    }
  }
}

// A limit order that the open reaches trades at the open: as taker at its first open, after that as maker.
void SimulatedVenue::open_resting(Side side, i64 open, i64 ts) {
  while (orders_.any_at_or_better(side, open)) {
    const Ladder& ladder = orders_.ladder(side);
    const u32 slot = ladder[ladder.best()].head;
    const RestingOrder& order = orders_[slot];
    const bool first_open = order.place > bars_.previous_open();
    if (first_open && (order.flags & kPostOnly) != 0) {
      close(slot, ExecType::canceled, RejectReason::post_only_would_take, ts);
    } else {
      fill(slot, open, orders_.leaves_qty(slot), first_open ? Liquidity::taker : Liquidity::maker, ts);
    }
  }
}

void SimulatedVenue::close_bar(const BarRecord& record) {
  if (orders_.empty()) return;
  close_side(Side::buy, record.low, record.ts_event);
  close_side(Side::sell, record.high, record.ts_event);
}

// Orders that were there when the bar opened trade at their price if the bar went strictly through it.
void SimulatedVenue::close_side(Side side, i64 extreme, i64 ts) {
  const Ladder& ladder = orders_.ladder(side);
  for (u32 level = ladder.best(); level != kNone && ladder.better(ladder.price_of(level), extreme);) {
    const u32 worse = ladder.next_worse(level);
    for (u32 slot = ladder[level].head; slot != kNone && orders_[slot].place < bars_.opened();) {
      const u32 behind = orders_.next(slot);
      fill(slot, orders_[slot].price, orders_.leaves_qty(slot), Liquidity::maker, ts);
      slot = behind;
    }
    level = worse;
  }
}

}  // namespace pytrader
