// The recording at the simulated venue: which rows reach own orders, and for how much.
#include <algorithm>

#include "matching/simulated_venue.hpp"

namespace pytrader {

// At one price what is displayed comes before what is hidden.
template <class AheadOf>
void SimulatedVenue::trade_reaches(Side side, i64 price, i64 quantity, i64 ts, AheadOf&& ahead_of) {
  const Ladder& ladder = orders_.ladder(side);
  i64 filled = 0;
  for (u32 level = ladder.best(); level != kNone && !ladder.better(price, ladder.price_of(level));) {
    const bool at_price = ladder.price_of(level) == price;
    const u32 worse = ladder.next_worse(level);
    filled += level_reached(side, level, at_price, false, quantity - filled, ts, ahead_of);
    if (orders_.hidden_count() != 0) {
      filled += level_reached(side, level, at_price, true, quantity - filled, ts, ahead_of);
    }
    level = worse;
  }
}

// An iceberg trades tip by tip at the trade's own price, and with all that is open where the trade went through it.
template <class AheadOf>
i64 SimulatedVenue::level_reached(Side side, u32 level, bool at_price, bool hidden, i64 quantity, i64 ts,
                                  AheadOf&& ahead_of) {
  const Ladder& ladder = orders_.ladder(side);
  i64 filled = 0;
  u32 first_new_tip = kNone;  // from here to the end of the queue all are tips that this trade brought out
  for (u32 slot = ladder[level].head; slot != kNone && (slot != first_new_tip || filled < quantity);) {
    u32 behind = orders_.next(slot);
    if (orders_[slot].has(kHidden) == hidden) {
      const i64 reaching = quantity - (at_price ? ahead_of(slot) : 0) - filled;
      const i64 shown = orders_.shown_qty(slot);
      const bool has_more = at_price && shown < orders_.leaves_qty(slot) && reaching >= shown;
      const i64 got =
          reaching > 0 ? fill_resting(slot, orders_[slot].price, reaching, at_price, Liquidity::maker, ts) : 0;
      filled += got;
      if (has_more && got == shown && orders_.is_live(slot)) {
        if (first_new_tip == kNone) first_new_tip = slot;
        if (behind == kNone) behind = slot;
      }
    }
    slot = behind;
  }
  return filled;
}

// What a trade gives an order that rests; `most` lots reach it.
i64 SimulatedVenue::fill_resting(u32 slot, i64 price, i64 most, bool tip_only, Liquidity liquidity, i64 ts) {
  const i64 open = orders_.leaves_qty(slot);
  if (most <= 0 || (orders_[slot].has(kAllOrNone) && most < open)) return 0;
  if (orders_[slot].has(kReduceOnly) && !fits_reduce_only(slot, ts)) return 0;
  const i64 quantity = std::min(most, tip_only ? orders_.shown_qty(slot) : orders_.leaves_qty(slot));
  fill(slot, price, quantity, liquidity, ts);
  return quantity;
}

void SimulatedVenue::apply_l3(const L3Record& record) {
  let_earlier_in(record.ts_event);
  const BookAction action = static_cast<BookAction>(record.action);
  const bool prints_trade = action == BookAction::execute || action == BookAction::trade;
  // Where an execution happened, its order says: the row need not.
  if (prints_trade && record.quantity > 0) told_execution(record);
  // Only who joins a queue needs a place in it.
  const bool joins = action == BookAction::add || action == BookAction::replace;
  const Side side = static_cast<Side>(record.side);
  l3_.apply(record, joins && (valid(side) ? orders_.any_at_or_better(side, record.price) : !orders_.empty()));
  end_row(record.flags, record.ts_event);
}

// A print without a side reaches whichever it can have hit, as in told_trade(): what stands before the displayed orders
// of that side at its price, or at a better one.
void SimulatedVenue::told_execution(const L3Record& record) {
  L3Record print = record;
  const Execution stated = l3_.execution_of(record);
  if (!stated.is_known) return;
  if (!matches_) return prints_in_pause(stated.price, record.quantity, record.ts_event);
  for (const Side side : kSides) {
    if (valid(stated.side) && side != stated.side) continue;
    if (!orders_.any_at_or_better(side, stated.price)) continue;
    if (!valid(stated.side)) print.side = static_cast<i64>(side);
    const i64 arrival = valid(stated.side) ? stated.arrival : l3_.execution_of(print).arrival;
    trade_reaches(side, stated.price, record.quantity, record.ts_event, [&](u32 slot) {
      const RestingOrder& own = orders_[slot];
      const bool before = own.has(kHidden) ? arrival == INT64_MAX : own.place < arrival;
      return before ? 0 : kUnknownAhead;
    });
  }
  prints(stated.price);
}

void SimulatedVenue::level_changes(u32 first, i64 before, i64 after) {
  const bool known = before != kUnknownAhead && after != kUnknownAhead;
  for (u32 slot = first; slot != kNone; slot = orders_.next(slot)) {
    RestingOrder& own = orders_[slot];
    const QueueAhead ahead{own.place, own.place_fraction};
    const QueueAhead now =
        known ? after_level(*queue_model_, ahead, before, after, own.traded) : no_more_than(ahead, after);
    own.place = now.lots;
    own.place_fraction = now.fraction;
    own.traded = 0;
  }
}

void SimulatedVenue::apply_any_l2(const L2Record& record) {
  let_earlier_in(record.ts_event);
  const Side side = static_cast<Side>(record.side);
  u32 first = kNone;  // of the own orders that rest at the level
  i64 before = 0;
  if (static_cast<BookAction>(record.action) == BookAction::trade) {
    told_trade(side, record.price, record.quantity, record.ts_event);
  } else if (valid(side)) {
    first = orders_.first_at(side, record.price);
    if (first != kNone) before = l2_.displayed(side, record.price);
  }
  l2_.apply(record);
  if (first != kNone) level_changes(first, before, l2_.displayed(side, record.price));
  end_row(record.flags, record.ts_event);
}

// A print beside levels or quotes: what was displayed ahead of an own order trades first.
void SimulatedVenue::trade_prints(Side side, i64 price, i64 quantity, i64 ts) {
  if (!valid(side) || quantity <= 0 || !orders_.any_at_or_better(side, price)) return;
  const i64 displayed = kind_ == MarketKind::l2 ? l2_.displayed(side, price) : quotes_.displayed(side, price);
  trade_reaches(side, price, quantity, ts, [&](u32 slot) {
    RestingOrder& own = orders_[slot];
    if (own.has(kHidden)) return displayed;
    const QueueAhead ahead = no_more_than({own.place, own.place_fraction}, displayed);
    if (ahead.lots == kUnknownAhead) return kUnknownAhead;
    const QueueAhead left = after_trade(ahead, quantity);
    own.place = left.lots;
    own.place_fraction = left.fraction;
    own.traded += std::min(quantity, kUnknownAhead - own.traded);
    return ahead.whole_lots();
  });
}

// Of trades alone nothing says that the other side's best price has come to an own order, but a trade beyond its limit
// proves that it did, whoever was the aggressor.
void SimulatedVenue::trade_passes(Side side, i64 price, i64 quantity, i64 ts) {
  if (!orders_.any_at_or_better(side, price)) return;
  trade_reaches(side, price, quantity, ts, [](u32) { return kUnknownAhead; });
}

void SimulatedVenue::apply_quote(const QuoteRecord& record) {
  // With a side all that stood ahead of own orders there has gone, at any price. Where both are empty nothing is said.
  const bool bids_end = record.bid_quantity <= 0 && record.ask_quantity > 0 && !quotes_.has_ended(Side::buy);
  const bool asks_end = record.ask_quantity <= 0 && record.bid_quantity > 0 && !quotes_.has_ended(Side::sell);
  if (!bids_end && !asks_end && !orders_.any_at_or_better(Side::buy, std::min(record.bid_price, record.ask_price)) &&
      !orders_.any_at_or_better(Side::sell, std::max(record.bid_price, record.ask_price))) {
    quotes_.apply(record);
    after_event(record.ts_event);
    return;
  }
  const VenueQuoteMarket before = quotes_;
  quotes_.apply(record);
  // A side that was empty neither reaches own orders nor stands ahead of them: a price that none is at or beyond.
  const i64 ask_for_buys = record.ask_quantity > 0 ? record.ask_price : INT64_MAX;
  const i64 bid_for_buys = record.bid_quantity > 0 ? record.bid_price : bids_end ? INT64_MIN : INT64_MAX;
  const i64 bid_for_sells = record.bid_quantity > 0 ? record.bid_price : INT64_MIN;
  const i64 ask_for_sells = record.ask_quantity > 0 ? record.ask_price : asks_end ? INT64_MAX : INT64_MIN;
  if (orders_.any_at_or_better(Side::buy, std::min(bid_for_buys, ask_for_buys))) {
    quote_reaches(Side::buy, bid_for_buys, ask_for_buys, before, record.ts_event);
  }
  if (orders_.any_at_or_better(Side::sell, std::max(bid_for_sells, ask_for_sells))) {
    quote_reaches(Side::sell, ask_for_sells, bid_for_sells, before, record.ts_event);
  }
  after_event(record.ts_event);
}

// Own orders trade with the opposite touch if that came to them; those that are left learn what is displayed ahead.
void SimulatedVenue::quote_reaches(Side side, i64 same_price, i64 opposite_price, const VenueQuoteMarket& before,
                                   i64 ts) {
  if (matches_ && orders_.any_at_or_better(side, opposite_price)) touch_reaches(side, opposite_price, ts);
  const Ladder& ladder = orders_.ladder(side);
  for (u32 level = ladder.best(); level != kNone && !ladder.better(same_price, ladder.price_of(level));
       level = ladder.next_worse(level)) {
    const i64 price = ladder.price_of(level);
    level_changes(ladder[level].head, before.displayed(side, price), quotes_.displayed(side, price));
  }
}

// The opposite best came to own orders of this side: they trade with what it displays, at their own price.
void SimulatedVenue::touch_reaches(Side side, i64 opposite_price, i64 ts) {
  const Ladder& ladder = orders_.ladder(side);
  for (u32 level = ladder.best(); level != kNone && !ladder.better(opposite_price, ladder.price_of(level));) {
    const u32 worse = ladder.next_worse(level);
    for (u32 slot = ladder[level].head; slot != kNone;) {
      const u32 behind = orders_.next(slot);
      const i64 most = quotes_.reachable(side, opposite_price, orders_.leaves_qty(slot));
      if (most == 0) return;
      const i64 filled = fill_resting(slot, orders_[slot].price, most, false, Liquidity::maker, ts);
      if (filled > 0) quotes_.take(side, opposite_price, filled);
      slot = behind;
    }
    level = worse;
  }
}

void SimulatedVenue::apply_trade(const TradeRecord& record) {
  if (kind_ != MarketKind::l2 && kind_ != MarketKind::quotes) return;
  const Side aggressor = static_cast<Side>(record.aggressor_side);
  told_trade(valid(aggressor) ? opposite(aggressor) : aggressor, record.price, record.quantity, record.ts_event);
  after_event(record.ts_event);
}

// Where nothing trades by itself a print is an auction's, or all that is left of it is the last price.
void SimulatedVenue::prints_in_pause(i64 price, i64 quantity, i64 ts) {
  if (collecting()) {
    auction_prints(price, quantity, ts);
  } else {
    prints(price);
  }
}

// A trade against resting interest of this side; of a side that is none, against whichever it can have hit: own orders
// never cross one another, so that at most one side is reached. It is gone for takers wherever its price is displayed.
// The rows that say what it left come later.
void SimulatedVenue::told_trade(Side side, i64 price, i64 quantity, i64 ts) {
  if (quantity <= 0) return;
  if (!matches_) return prints_in_pause(price, quantity, ts);
  for (const Side hit : kSides) {
    if (valid(side) && hit != side) continue;
    trade_prints(hit, price, quantity, ts);
    market_.printed(hit, price, quantity);
  }
  if (valid(side) && !data_.quotes) trade_passes(opposite(side), price, quantity, ts);
  prints(price);
}

}  // namespace pytrader
