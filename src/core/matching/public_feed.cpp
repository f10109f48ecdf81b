// Rows of the public feed: trades as they happened, then the difference between what was displayed and what is.
#include "matching/public_feed.hpp"

#include "matching/engine_events.hpp"

namespace pytrader {
namespace {

bool joins_queue(UpdateKind kind) noexcept {
  return kind == UpdateKind::triggered || kind == UpdateKind::activated || kind == UpdateKind::refilled ||
         kind == UpdateKind::repriced;
}

L3Record row_of(BookAction action, Side side, i64 price, i64 quantity, u64 order_id, i64 ts) noexcept {
  return {ts, ts, static_cast<i64>(action), static_cast<i64>(side), price, quantity, order_id, 0};
}

}  // namespace

void PublicFeed::publish(u64 named, bool enters, const EngineOutput& output, i64 ts, std::vector<L3Record>& rows) {
  const std::size_t first = rows.size();
  if (named != 0) touch(named, enters);
  in_order(
      output, [&](const Fill& fill) { print(fill, ts, rows); },
      [&](const OrderUpdate& update) {
        if (update.order_id != 0) touch(update.order_id, joins_queue(static_cast<UpdateKind>(update.kind)));
      });
  // Orders that come to rest at one price stand there in the order in which they came, so this one tells them.
  for (u32 at = 0; at < touched_.size(); ++at) {
    const u32 slot = touched_[at];
    if (shown_[slot].last_touch == at + 1) settle(slot, ts, rows);
  }
  touched_.clear();
  if (rows.size() != first) rows.back().flags = kFlagLast;
}

void PublicFeed::touch(u64 order_id, bool enters) {
  u32 slot = slot_of(order_id);
  if (slot == kNone) slot = acquire(order_id);
  Shown& order = shown_[slot];
  if (order.last_touch != 0 && !enters) return;
  order.enters = order.enters || enters;
  touched_.push_back(slot);
  order.last_touch = static_cast<u32>(touched_.size());
}

// An auction has no resting side.
void PublicFeed::print(const Fill& fill, i64 ts, std::vector<L3Record>& rows) {
  touch(fill.taker_order_id, false);
  touch(fill.maker_order_id, false);
  Shown& maker = shown_[slot_of(fill.maker_order_id)];
  const bool in_auction = fill.taker_side == 0;
  if (!in_auction && maker.quantity >= fill.quantity && maker.price == fill.price) {
    rows.push_back(row_of(BookAction::execute, maker.side, fill.price, fill.quantity, fill.maker_order_id, ts));
    maker.quantity -= fill.quantity;
    return;
  }
  L3Record& row = rows.emplace_back(row_of(BookAction::trade, Side::buy, fill.price, fill.quantity, 0, ts));
  row.side = in_auction ? 0 : static_cast<i64>(opposite(static_cast<Side>(fill.taker_side)));
}

// What is displayed of the order now, against what was.
void PublicFeed::settle(u32 slot, i64 ts, std::vector<L3Record>& rows) {
  Shown& order = shown_[slot];
  LiveOrder live;
  const bool displayed = engine_.order(order.order_id, live) && live.displayed_qty != 0;
  const auto tell = [&](BookAction action, i64 quantity) {
    rows.push_back(row_of(action, order.side, displayed ? live.price : order.price, quantity, order.order_id, ts));
  };
  if (!displayed) {
    if (order.quantity != 0) tell(BookAction::erase, order.quantity);
    release(slot);
    return;
  }
  const bool was_displayed = order.quantity != 0;
  order.side = live.side;
  const bool moves = was_displayed && (live.price != order.price || live.displayed_qty > order.quantity);
  if (moves) {
    tell(BookAction::replace, live.displayed_qty);
  } else if (was_displayed && order.enters) {
    tell(BookAction::erase, order.quantity);
    tell(BookAction::add, live.displayed_qty);
  } else if (!was_displayed) {
    tell(BookAction::add, live.displayed_qty);
  } else if (live.displayed_qty < order.quantity) {
    tell(BookAction::reduce, order.quantity - live.displayed_qty);
  }
  order.price = live.price;
  order.quantity = live.displayed_qty;
  order.enters = false;
  order.last_touch = 0;
}

u32 PublicFeed::acquire(u64 order_id) {
  index_.reserve(index_.size() + 1);
  if (free_.empty()) {
    shown_.emplace_back();
    free_.reserve(shown_.capacity());
    free_.push_back(static_cast<u32>(shown_.size() - 1));
  }
  const u32 slot = free_.back();
  free_.pop_back();
  shown_[slot] = Shown{};
  shown_[slot].order_id = order_id;
  index_.insert(order_id, slot);
  return slot;
}

void PublicFeed::release(u32 slot) noexcept {
  index_.erase(shown_[slot].order_id, slot);
  free_.push_back(slot);
}

}  // namespace pytrader
