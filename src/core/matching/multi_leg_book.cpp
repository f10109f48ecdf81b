// What a multi-leg market does with the real orders of one instrument.
#include "matching/multi_leg_book.hpp"

#include <algorithm>
#include <stdexcept>

namespace pytrader {

RejectReason MultiLegBook::check_new(const OrderMessage& message, bool rests) const noexcept {
  const RejectReason reason = check_form(message);
  return reason != RejectReason::none ? reason : check_against_book(message, rests);
}

bool MultiLegBook::first(Side side, FirstOrder& order) const noexcept {
  const Ladder& levels = this->side(side);
  if (levels.empty()) return false;
  const u32 slot = levels[levels.best()].head;
  order = {pool_[slot].id, levels.best_price(), pool_[slot].quantity, arrivals_[slot]};
  return true;
}

bool MultiLegBook::lots(Side side, i64 ratio, LotsAtBest& lots) const noexcept {
  const Ladder& levels = this->side(side);
  if (levels.empty()) return false;
  const Level& level = levels[levels.best()];
  if (level.quantity < ratio) return false;
  lots = {levels.best_price(), level.quantity, 0, 0};
  for (u32 slot = level.head; lots.first_quantity < ratio; slot = pool_[slot].next) {
    lots.first_quantity += pool_[slot].quantity;
    lots.arrival = std::max(lots.arrival, arrivals_[slot]);
  }
  return true;
}

i64 MultiLegBook::fill_first(Side side, i64 quantity) {
  const Ladder& levels = this->side(side);
  const u32 slot = levels[levels.best()].head;
  const i64 left = pool_[slot].quantity - quantity;
  fill_maker(slot, quantity);
  ++counters_.fills;
  counters_.volume += quantity;
  return left;
}

void MultiLegBook::prepare(Side side, i64 price) {
  mutable_side(side).level_at(price);
  make_room();
  const std::size_t orders = std::size_t{pool_.size()} + 2;
  if (arrivals_.size() < orders) arrivals_.resize(2 * orders);
}

void MultiLegBook::place(u64 order_id, Side side, i64 price, i64 leaves_qty, i64 executed, bool post_only,
                         u64 arrival) {
  OrderMessage message{};
  message.kind = static_cast<u8>(MessageKind::new_);
  message.side = static_cast<u8>(side);
  message.order_type = static_cast<u8>(OrderType::limit);
  message.time_in_force = static_cast<u8>(TimeInForce::gtc);
  message.flags = post_only ? kPostOnly : 0;
  message.price = price;
  message.quantity = leaves_qty;
  message.order_id = order_id;
  std::vector<Fill> none;
  submit(message, 0, none);
  const u32 slot = slot_of(order_id);
  arrivals_[slot] = arrival;
  if (executed != 0) set_executed(slot, executed);
}

void MultiLegBook::reduce_to(u64 order_id, i64 leaves_qty) {
  const u32 slot = slot_of(order_id);
  const i64 less = pool_[slot].quantity - leaves_qty;
  const Side which = view(slot).side;
  open_quantity_[index_of(which)] -= less;
  mutable_side(which).reduce(slot, less, pool_);
}

void MultiLegBook::count(MessageStatus status) noexcept {
  ++counters_.messages;
  if (is_rejected(status)) ++counters_.rejections[status - kRejected];
}

void MultiLegBook::self_check() const {
  check_book();
  if (crossed()) throw std::logic_error("multi-leg book: the real orders are crossed");
}

}  // namespace pytrader
