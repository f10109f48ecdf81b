// Own orders in an order-by-order book: each remembers behind whom it stands.
#include <stdexcept>

#include "book/book_with_own_orders.hpp"
#include "model/messages.hpp"

namespace pytrader {
namespace {

// Behind all that the snapshot brings.
constexpr i64 kBehindAll = -1;

}  // namespace

BookFault L3BookWithOwnOrders::insert(u64 order_id, Side side, i64 price, i64 quantity) {
  const BookFault fault = judge_new(order_id, price, quantity);
  if (fault != BookFault::none) return fault;
  const Ladder& ladder = book_.side(side);
  const u32 level = ladder.find(price);
  const i64 place = in_snapshot_ ? kBehindAll : level == kNone ? kNone : ladder[level].tail;
  own_.add({order_id, side, price, quantity, false, place});
  return BookFault::none;
}

BookFault L3BookWithOwnOrders::mark(u64 order_id) {
  if (own_.find(order_id) != kNone) return BookFault::duplicate_order;
  const u32 slot = book_.find(order_id);
  if (slot == kNone) return BookFault::unknown_order;
  const OrderView order = book_.order(slot);
  own_.add({order_id, order.side, order.price, order.quantity, true, 0});
  return BookFault::none;
}

BookFault L3BookWithOwnOrders::reduce(u64 order_id, i64 quantity) noexcept {
  return is_ours(order_id) ? BookFault::bad_action : BookWithOwnOrders::reduce(order_id, quantity);
}

bool L3BookWithOwnOrders::is_ours(u64 order_id) const noexcept {
  const u32 own_slot = own_.find(order_id);
  return own_slot != kNone && own_.order(own_slot).in_feed;
}

// What others have from an order of the feed to the front of its queue.
i64 L3BookWithOwnOrders::others_from(u32 slot) const noexcept {
  i64 ahead = 0;
  for (; slot != kNone; slot = book_.orders()[slot].prev) {
    const OrderNode& order = book_.orders()[slot];
    if (!is_ours(order.id)) ahead += order.quantity;
  }
  return ahead;
}

i64 L3BookWithOwnOrders::queue_ahead(u32 own_slot) const noexcept {
  const OwnOrder& own = own_.order(own_slot);
  if (own.in_feed) return others_from(book_.orders()[book_.find(own.order_id)].prev);
  if (own.place == kBehindAll) return level(own.side, own.price).quantity;
  return others_from(static_cast<u32>(own.place));
}

L3BookWithOwnOrders::Named L3BookWithOwnOrders::named_by(const L3Record& row) const noexcept {
  const auto action = static_cast<BookAction>(row.action);
  if (action == BookAction::add || action == BookAction::trade || action == BookAction::clear) return {};
  const u32 slot = book_.find(row.order_id);
  if (slot == kNone) return {};
  return {slot, book_.orders()[slot].prev, book_.order(slot)};
}

BookFault L3BookWithOwnOrders::apply(const L3Record& row) {
  const bool clears = row.action == static_cast<i64>(BookAction::clear);
  if (in_snapshot_ && (row.flags & kFlagSnapshot) == 0 && !clears) end_snapshot();
  if (own_.size() == 0) {
    in_snapshot_ = in_snapshot_ || clears;
    return book_.apply(row);
  }
  const Named before = named_by(row);
  const bool moves_ours = before.slot != kNone && row.action == static_cast<i64>(BookAction::replace) &&
                          row.price != kNoPrice && is_ours(row.order_id);
  if (moves_ours) own_.prepare_move(before.order.side, row.price);
  const BookFault fault = book_.apply(row);
  if (!applied(fault)) return fault;
  if (clears) {
    clear();
  } else if (before.slot != kNone) {
    follow(row, before);
  }
  return fault;
}

BatchResult L3BookWithOwnOrders::apply(const L3Columns& columns, std::size_t first, CrossedWatch* watch) {
  return apply_rows(*this, first, columns.rows, watch, [&columns](std::size_t i) { return columns.row(i); });
}

// Own orders that stood behind an order which left its place now stand behind the one that was in front of it.
void L3BookWithOwnOrders::follow(const L3Record& row, const Named& before) noexcept {
  const OrderView& order = before.order;
  const u32 slot = book_.find(order.order_id);
  const bool requeued = row.action == static_cast<i64>(BookAction::replace) &&
                        (row.price != order.price || row.quantity > order.quantity);
  if (slot == kNone || requeued) {
    for (u32 own = own_.first_at(order.side, order.price); own != kNone; own = own_.next(own)) {
      if (!own_.order(own).in_feed && own_.place(own) == before.slot) own_.set_place(own, before.prev);
    }
  }
  if (is_ours(order.order_id)) follow_ours(own_.find(order.order_id), slot, requeued);
}

// An order of ours that the feed shows: `slot` is where it rests now, if it does.
void L3BookWithOwnOrders::follow_ours(u32 own, u32 slot, bool requeued) noexcept {
  if (slot == kNone) {
    own_.remove(own);
    return;
  }
  const OrderView order = book_.order(slot);
  own_.set_quantity(own, order.quantity);
  if (requeued) own_.move(own, order.price);
}

void L3BookWithOwnOrders::end_snapshot() noexcept {
  in_snapshot_ = false;
  for (const Side side : {Side::buy, Side::sell}) {
    const Ladder& ladder = book_.side(side);
    own_.walk(side, [&](u32 own) {
      if (own_.place(own) != kBehindAll) return;
      const u32 level = ladder.find(own_.order(own).price);
      own_.set_place(own, level == kNone ? kNone : ladder[level].tail);
    });
  }
}

BatchResult L3BookWithOwnOrders::snapshot(const OrderColumns& orders) {
  const BatchResult result = book_.snapshot(orders);
  if (!applied(result.fault)) return result;
  own_.keep([this](const OwnOrder& own) {
    const u32 slot = own.in_feed ? book_.find(own.order_id) : kNone;
    if (slot == kNone) return !own.in_feed;
    const OrderView order = book_.order(slot);
    return order.side == own.side && order.price == own.price;
  });
  for (const Side side : {Side::buy, Side::sell}) {
    own_.walk(side, [this](u32 own) {
      const OwnOrder& order = own_.order(own);
      if (order.in_feed) own_.set_quantity(own, book_.order(book_.find(order.order_id)).quantity);
      own_.set_place(own, kBehindAll);
    });
  }
  end_snapshot();
  return result;
}

void L3BookWithOwnOrders::clear() noexcept {
  book_.clear();
  own_.keep([](const OwnOrder& own) { return !own.in_feed; });
  for (const Side side : {Side::buy, Side::sell}) {
    own_.walk(side, [this](u32 own) { own_.set_place(own, kBehindAll); });
  }
  in_snapshot_ = true;
}

void L3BookWithOwnOrders::check() const {
  book_.check();
  own_.check();
  for (const Side side : {Side::buy, Side::sell}) {
    own_.walk(side, [this](u32 slot) {
      const OwnOrder& own = own_.order(slot);
      const u32 stands = own.in_feed ? book_.find(own.order_id) : static_cast<u32>(own.place);
      if (!own.in_feed && (own.place == kBehindAll || own.place == kNone)) return;
      const OrderView order = book_.order(stands);
      const bool sound =
          order.side == own.side && order.price == own.price && (!own.in_feed || order.quantity == own.quantity);
      if (!sound) throw std::logic_error("own orders: an order contradicts the public book");
    });
  }
}

}  // namespace pytrader
