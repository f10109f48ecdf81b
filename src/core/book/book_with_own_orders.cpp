// What is common to public books with our own orders in them.
#include "book/book_with_own_orders.hpp"

#include "model/messages.hpp"

namespace pytrader {

template <class PublicBook>
LevelTotals BookWithOwnOrders<PublicBook>::others(Side which, LevelTotals shown) const noexcept {
  for (u32 slot = own_.first_at(which, shown.price); slot != kNone; slot = own_.next(slot)) {
    const OwnOrder& own = own_.order(slot);
    if (!own.in_feed) continue;
    shown.quantity -= own.quantity;
    if (shown.order_count > 0) --shown.order_count;
  }
  // A feed of levels may have taken off what we have not heard of yet.
  return shown.quantity > 0 ? shown : LevelTotals{};
}

template <class PublicBook>
BookFault BookWithOwnOrders<PublicBook>::judge_new(u64 order_id, i64 price, i64 quantity) const noexcept {
  if (price == kNoPrice) return BookFault::price_out_of_range;
  if (quantity <= 0) return BookFault::quantity_not_positive;
  return own_.find(order_id) == kNone ? BookFault::none : BookFault::duplicate_order;
}

template <class PublicBook>
bool BookWithOwnOrders<PublicBook>::remove(u64 order_id) noexcept {
  const u32 slot = own_.find(order_id);
  if (slot != kNone) own_.remove(slot);
  return slot != kNone;
}

template <class PublicBook>
BookFault BookWithOwnOrders<PublicBook>::reduce(u64 order_id, i64 quantity) noexcept {
  const u32 slot = own_.find(order_id);
  if (slot == kNone) return BookFault::unknown_order;
  if (quantity <= 0) return BookFault::quantity_not_positive;
  const i64 rest = own_.order(slot).quantity - quantity;
  if (rest <= 0) return BookFault::quantity_too_large;
  own_.set_quantity(slot, rest);
  return BookFault::none;
}

template class BookWithOwnOrders<L3Book>;
template class BookWithOwnOrders<L2Book>;

}  // namespace pytrader
