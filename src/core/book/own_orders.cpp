// Keeping our own orders by id and by price.
#include "book/own_orders.hpp"

#include <stdexcept>

namespace pytrader {

u32 OwnOrders::add(const OwnOrder& order) {
  Ladder& ladder = side_of(order.side);
  const u32 level = ladder.level_at(order.price);
  index_.reserve(index_.size() + 1);
  const u32 slot = pool_.acquire();
  if (slot >= orders_.size()) {
    try {
      orders_.resize(2 * static_cast<std::size_t>(slot) + 16);
    } catch (...) {
      pool_.release(slot);
      throw;
    }
  }
  orders_[slot] = order;
  pool_[slot].id = order.order_id;
  pool_[slot].quantity = 0;
  ladder.push_back(level, slot, pool_);
  index_.insert(order.order_id, slot);
  return slot;
}

void OwnOrders::remove(u32 slot) noexcept {
  side_of(orders_[slot].side).unlink(slot, pool_);
  index_.erase(pool_[slot].id, slot);
  pool_.release(slot);
}

void OwnOrders::move(u32 slot, i64 price) noexcept {
  Ladder& ladder = side_of(orders_[slot].side);
  const u32 level = ladder.level_at(price);
  ladder.unlink(slot, pool_);
  orders_[slot].price = price;
  ladder.push_back(level, slot, pool_);
}

std::size_t OwnOrders::memory_bytes() const noexcept {
  return bids_.memory_bytes() + asks_.memory_bytes() + pool_.memory_bytes() + index_.memory_bytes() +
         orders_.capacity() * sizeof(OwnOrder);
}

void OwnOrders::check() const {
  bids_.check();
  asks_.check();
  index_.check([this](u32 slot) { return pool_[slot].id; });
  std::size_t seen = 0;
  for (const Side side : {Side::buy, Side::sell}) {
    walk(side, [&](u32 slot) {
      const OwnOrder& own = order(slot);
      const bool sound = own.side == side && own.quantity > 0 && find(own.order_id) == slot &&
                         side_of(side).price_of(pool_[slot].level) == own.price;
      if (!sound) throw std::logic_error("own orders: an order contradicts its place");
      ++seen;
    });
  }
  if (seen != pool_.size() || seen != index_.size()) throw std::logic_error("own orders: the count is wrong");
}

}  // namespace pytrader
