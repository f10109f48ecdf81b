// Own orders in a price-level book: each holds the most that can be ahead of it.
#include <algorithm>
#include <stdexcept>

#include "book/book_with_own_orders.hpp"
#include "model/messages.hpp"

namespace pytrader {

BookFault L2BookWithOwnOrders::insert(u64 order_id, Side side, i64 price, i64 quantity) {
  const BookFault fault = judge_new(order_id, price, quantity);
  if (fault == BookFault::none) {
    own_.add({order_id, side, price, quantity, false, level(side, price).quantity});
  }
  return fault;
}

BookFault L2BookWithOwnOrders::mark(u64 order_id, Side side, i64 price, i64 quantity) {
  const BookFault fault = judge_new(order_id, price, quantity);
  if (fault != BookFault::none) return fault;
  const i64 shown = level(side, price).quantity;
  if (shown < quantity) return BookFault::quantity_too_large;
  own_.add({order_id, side, price, quantity, true, shown - quantity});
  hold_to_level(side, price);
  return BookFault::none;
}

BookFault L2BookWithOwnOrders::apply(const L2Record& row) {
  const auto action = static_cast<BookAction>(row.action);
  if (in_snapshot_ && (row.flags & kFlagSnapshot) == 0 && action != BookAction::clear) end_snapshot();
  const BookFault fault = book_.apply(row);
  if (!applied(fault)) return fault;
  const auto side = static_cast<Side>(row.side);
  if (action == BookAction::clear) {
    in_snapshot_ = true;
  } else if (row.side < 0 || row.side > UINT8_MAX || !valid(side)) {
    return fault;
  } else if (action == BookAction::trade) {
    trade(side, row.price, row.quantity);
  } else {
    hold_to_level(side, row.price);
  }
  return fault;
}

BatchResult L2BookWithOwnOrders::apply(const L2Columns& columns, std::size_t first, CrossedWatch* watch) {
  return apply_rows(*this, first, columns.rows, watch, [&columns](std::size_t i) { return columns.row(i); });
}

// What trades at a price was ahead there; what trades behind a price leaves nothing ahead there.
void L2BookWithOwnOrders::trade(Side side, i64 price, i64 quantity) noexcept {
  own_.walk_to(side, price, [&](u32 own) {
    const bool at_price = own_.order(own).price == price;
    own_.set_place(own, at_price ? std::max<i64>(0, own_.place(own) - quantity) : 0);
  });
}

void L2BookWithOwnOrders::hold_to_level(Side side, i64 price) noexcept {
  u32 own = own_.first_at(side, price);
  if (own == kNone) return;
  const i64 shown = level(side, price).quantity;
  for (; own != kNone; own = own_.next(own)) own_.set_place(own, std::min(own_.place(own), shown));
}

void L2BookWithOwnOrders::end_snapshot() noexcept {
  in_snapshot_ = false;
  for (const Side side : {Side::buy, Side::sell}) {
    own_.walk(side, [&](u32 own) {
      own_.set_place(own, std::min(own_.place(own), level(side, own_.order(own).price).quantity));
    });
  }
}

BatchResult L2BookWithOwnOrders::snapshot(const LevelColumns& bids, const LevelColumns& asks) {
  const BatchResult result = book_.snapshot(bids, asks);
  if (applied(result.fault)) end_snapshot();
  return result;
}

void L2BookWithOwnOrders::clear() noexcept {
  book_.clear();
  in_snapshot_ = true;
}

void L2BookWithOwnOrders::check() const {
  book_.check();
  own_.check();
  for (const Side side : {Side::buy, Side::sell}) {
    own_.walk(side, [&](u32 slot) {
      const OwnOrder& own = own_.order(slot);
      const bool holds = own.place >= 0 && (in_snapshot_ || own.place <= level(side, own.price).quantity);
      if (!holds) throw std::logic_error("own orders: more is ahead of an order than its level shows");
    });
  }
}

}  // namespace pytrader
